// One run in one drawn lab, with the truth beside each point.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/core/stop_signal.h"
#include "bench/ledger/ledger.h"
#include "bench/planner/plan.h"
#include "bench/runner/runner.h"

namespace meterbench::campaign {

struct Setting {
  std::string station = "virtual";
  std::string lab = "drawn";
  std::string meter = "focus-ax-2s-cl200";
  std::string scenario{};          ///< path
  std::vector<std::string> set{};  ///< values of the scenario that are replaced: `steps.0.method=timestamps`
  std::optional<Temperature>
      temperature{};  ///< of room, air and meter's body, without a soak; none: the station's
  std::map<std::string, double> overrides{};  ///< numbers of the lab that are not drawn, by key
};

struct Trial {
  Plan plan;
  RunOutcome outcome;
  std::vector<double> truth_percent;    ///< of the lab's meter at position A at each point of the plan
  std::map<std::string, double> meter;  ///< every number drawn for that meter, by key: `meter.A.gain_percent`

  /// Each number that the run came to, shifts too, with what it should be in this lab: of net against its
  /// parts, of a clock that follows the line and of a standard against its certificate, nothing.
  [[nodiscard]] std::vector<std::pair<const PointRecord*, double>> results() const;

  /// The error measured at a point of the plan; nothing where there is none.
  [[nodiscard]] const PointRecord* measured(const PlannedPoint& point) const;
};

/// Carries the scenario out, however it ends.
[[nodiscard]] Trial carry_out(const Setting& setting, std::uint64_t seed, StopSignal& stop);
/// The same; throws std::runtime_error when the run ends early or a point has no error.
[[nodiscard]] Trial run_trial(const Setting& setting, std::uint64_t seed, StopSignal& stop);

[[nodiscard]] double mean(const std::vector<double>& values);
[[nodiscard]] double deviation(const std::vector<double>& values);
/// 2.5 % and 97.5 % quantiles of the mean over labs, by percentile bootstrap (2,000 resamples).
[[nodiscard]] std::pair<double, double> bootstrap(const std::vector<double>& one_a_lab);

/// `run`, or 2 with its exception told on standard error.
[[nodiscard]] int run_program(int (*run)(int, char**), int argc, char** argv);

/// `key=number` of each; throws std::invalid_argument.
[[nodiscard]] std::map<std::string, double> numbers(const std::vector<std::string>& assignments);

}  // namespace meterbench::campaign
