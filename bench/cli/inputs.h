// What the verbs take: files found by name, read and checked, every mistake told at once.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/cli/bench_session.h"
#include "bench/cli/firmware_choice.h"
#include "bench/config/catalogue.h"
#include "bench/config/station_file.h"
#include "bench/model/meter_type.h"
#include "bench/planner/plan.h"
#include "bench/scenario/scenario.h"

namespace meterbench {

/// A usage mistake or an invalid file; what() is for the person, whole, and may have several lines.
struct InputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// METERBENCH_HOME, else where this program was built from.
[[nodiscard]] Catalogue catalogue();
/// METERBENCH_LEDGER, else meterbench.sqlite in the current folder.
[[nodiscard]] std::string default_ledger();

/// Options that `run` and `plan` share.
struct BenchOptions {
  std::string station = "virtual";
  std::string lab;     ///< empty: the station's own
  std::string meters;  ///< `M`, `A=M,B=M2`, `*=M` or `A=M,*=M2`
  std::uint64_t seed = 1;
  std::vector<std::string> set;  ///< `key=value`
  FirmwareOptions firmware{};    ///< of the meters of a virtual lab
};

/// Refuses an empty text, as a script has it from a variable that is not set.
[[nodiscard]] CLI::Validator named_text();
/// `--firmware` and `--eeprom` of a verb that runs a virtual lab.
void add_firmware_options(CLI::App& verb, FirmwareOptions& options);

// All of these throw InputError.
/// With METERBENCH_METER_PASSWORD in the environment that is the password at all its optical ports.
[[nodiscard]] StationFile load_station(const Catalogue& catalogue, const std::string& name);
[[nodiscard]] virtual_lab::LabFile load_lab(const Catalogue& catalogue, const std::string& name);
/// The lab that the options name, else the station's own.
[[nodiscard]] virtual_lab::LabFile load_lab(const Catalogue& catalogue, const BenchOptions& options,
                                            const StationFile& station);
[[nodiscard]] MeterType load_meter(const Catalogue& catalogue, const std::string& name);
/// Types by position; a name alone stands at the station's first position, `*` is every one that is not
/// named. Two-wire and three-wire meters, whose loads differ, do not stand on one bench.
[[nodiscard]] std::map<std::string, MeterType> load_meters(const Catalogue& catalogue,
                                                           const StationFile& station,
                                                           const std::string& meters);
/// The same at `positions`; where none is given every name is one, and the first is `A`.
[[nodiscard]] std::map<std::string, MeterType> load_meters(const Catalogue& catalogue,
                                                           const std::vector<std::string>& positions,
                                                           const std::string& meters);
[[nodiscard]] PlanningStation planning_of(const StationFile& station, const Catalogue& catalogue);
/// A scenario by path, or by its path below scenarios/ with or without ending.
[[nodiscard]] std::filesystem::path find_scenario(const Catalogue& catalogue, const std::string& name);
/// As it is in its file, with the options' replacements.
[[nodiscard]] Scenario load_checked_scenario(const Catalogue& catalogue, const std::string& name,
                                             const std::vector<std::string>& set);
/// Of YAML that is in no file; `name` stands for one in messages, and is the scenario's.
[[nodiscard]] Scenario read_checked_scenario(const std::string& yaml, const std::string& name,
                                             const std::vector<std::string>& set = {});
/// `meters`: type at each position in use.
[[nodiscard]] Plan make_checked_plan(const Catalogue& catalogue, const Scenario& scenario,
                                     const StationFile& station,
                                     const std::map<std::string, MeterType>& meters);
[[nodiscard]] Plan make_checked_plan(const Catalogue& catalogue, const std::string& scenario,
                                     const BenchOptions& options, const StationFile& station,
                                     const std::map<std::string, MeterType>& meters);

}  // namespace meterbench
