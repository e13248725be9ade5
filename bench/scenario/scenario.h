#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "bench/config/yaml.h"
#include "bench/model/capabilities.h"
#include "bench/model/load_point.h"

namespace meterbench {

/// How a decision is taken; fixed before the run. Issue by issue more rules join.
enum class DecisionRule { simple_acceptance };
[[nodiscard]] std::string_view to_text(DecisionRule rule);

/// A current as written: a share of the meter's Imax, or amperes.
using CurrentSpec = std::variant<Ratio, Current>;
/// A voltage as written: a share of the meter's nominal voltage, or volts.
using VoltageSpec = std::variant<Ratio, Voltage>;

/// Errors over a grid of currents, power factors and directions.
struct AccuracyStep {
  std::string name;  ///< also the test's name in the limits file: `load-performance`
  VoltageSpec voltage = Ratio{1};
  std::optional<Frequency> frequency;  ///< none: the meter's nominal
  std::vector<CurrentSpec> currents;
  std::vector<PowerFactor> power_factors;
  std::vector<Direction> directions;
  std::optional<Ratio> target_uncertainty;  ///< expanded; either this
  std::optional<std::uint64_t> pulses;      ///< or this
  std::optional<CountingMethod> method;     ///< none: the quickest that the station has
  std::string limits;                       ///< name of a file of config/limits: `bench`
  FilePosition position;
  // For messages of the planner: where each was written.
  FilePosition target_position;
  FilePosition limits_position;
  std::vector<FilePosition> current_positions;  ///< one for each of `currents`
};

/// Brings the meters to a temperature and waits until they stand there: until their bodies are stable, not
/// the air.
struct SoakStep {
  Temperature temperature{};
  TemperatureDifference band{2};            ///< ± about it, of air and body from then on
  Seconds at_least{};                       ///< from the moment that the air is in band; 0: no such bound
  Seconds limit{8 * 3600};                  ///< no longer; the run ends then
  CurrentSpec check_current = Ratio{0.25};  ///< of the load whose errors tell that the meter is stable
  PowerFactor check_power_factor{};
  FilePosition position;
};

using Step = std::variant<AccuracyStep, SoakStep>;

struct Scenario {
  std::string name;  ///< file name without ending
  std::string title;
  DecisionRule rule = DecisionRule::simple_acceptance;
  std::vector<Step> steps;  ///< in the order of the file
  std::string sha256;       ///< of the file's text with all --set applied
};

/// Reads and checks a scenario. `set` replaces scalars by dotted path (`steps.0.target_uncertainty=0.1 %`).
[[nodiscard]] std::optional<Scenario> load_scenario(const std::filesystem::path& path,
                                                    const std::map<std::string, std::string>& set,
                                                    Mistakes& mistakes);

}  // namespace meterbench
