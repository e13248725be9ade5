#include "bench/cli/inputs.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "bench/config/meter_file.h"
#include "bench/scenario/named_files.h"
#include "drivers/virtual_lab/lab/lab_file.h"

namespace meterbench {
namespace {

/// A password on a command line would be seen by all who list processes.
constexpr const char* kPasswordVariable = "METERBENCH_METER_PASSWORD";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::filesystem::path find(const Catalogue& catalogue, std::string_view kind, const std::string& name) {
  auto path = catalogue.find(kind, name);
  if (!path) throw InputError{path.error()};
  return *path;
}

/// The value, or every mistake that kept it from being read.
template <class T>
T checked(std::optional<T> value, const Mistakes& mistakes) {
  if (!value || !mistakes.empty()) throw InputError{mistakes.text()};
  return std::move(*value);
}

std::map<std::string, std::string> settings(const std::vector<std::string>& set) {
  std::map<std::string, std::string> result;
  for (const std::string& one : set) {
    const std::size_t equals = one.find('=');
    if (equals == std::string::npos || equals == 0)
      throw InputError{
          fmt::format("--set {}: key=value is expected, as steps.0.target_uncertainty='0.1 %'", one)};
    result.insert_or_assign(one.substr(0, equals), one.substr(equals + 1));
  }
  return result;
}

/// `A=M,B=M2`, as it is written; a name alone is the first position's.
std::map<std::string, std::string> names_by_position(const std::vector<std::string>& positions,
                                                     const std::string& meters) {
  const std::string first = positions.empty() ? "A" : positions.front();
  std::vector<std::string> allowed = positions;
  if (!positions.empty()) allowed.emplace_back("*");
  std::map<std::string, std::string> names;
  for (std::size_t at = 0; at <= meters.size();) {
    const std::size_t comma = std::min(meters.find(',', at), meters.size());
    const std::string one = meters.substr(at, comma - at);
    const std::size_t equals = one.find('=');
    const std::string position = equals == std::string::npos ? first : one.substr(0, equals);
    if (positions.empty() && position == "*")
      throw InputError{
          fmt::format("--meter {}: * stands for the positions of a station; there is none", meters)};
    if (!positions.empty() && std::find(allowed.begin(), allowed.end(), position) == allowed.end())
      throw InputError{fmt::format("--meter {}: position {}", meters, not_allowed(position, allowed))};
    if (!names.emplace(position, equals == std::string::npos ? one : one.substr(equals + 1)).second)
      throw InputError{fmt::format("--meter {}: position {} is named twice", meters, position)};
    at = comma + 1;
  }
  return names;
}

void check_same_wires(const std::map<std::string, MeterType>& types, const std::string& meters) {
  const auto& [first_position, first] = *types.begin();
  for (const auto& [position, type] : types)
    if (is_three_wire(type.form) != is_three_wire(first.form))
      throw InputError{
          fmt::format("--meter {}: two-wire and three-wire meters need different loads and cannot be tested "
                      "together: {} is {}, {} is {}",
                      meters, first_position, to_text(first.form), position, to_text(type.form))};
}

}  // namespace

Catalogue catalogue() {
  const std::string home = environment("METERBENCH_HOME");
  return Catalogue{home.empty() ? METERBENCH_SOURCE_HOME : home};
}

CLI::Validator named_text() {
  return CLI::Validator{
      [](const std::string& text) { return text.empty() ? std::string{"an empty name"} : std::string{}; },
      "NAME"};
}

void add_firmware_options(CLI::App& verb, FirmwareOptions& options) {
  verb.add_option("--firmware", options.firmware,
                  "Of the lab's meters: an image FILE.elf, a version as 5.34, or host; A=…,B=… by position")
      ->check(named_text());
  verb.add_option(
          "--eeprom", options.eeprom,
          "FILE or A=FILE,B=FILE: what a meter of the lab remembers, read where it exists, and written")
      ->check(named_text());
}

std::string default_ledger() {
  const std::string named = environment("METERBENCH_LEDGER");
  return named.empty() ? "meterbench.sqlite" : named;
}

StationFile load_station(const Catalogue& catalogue, const std::string& name) {
  Mistakes mistakes;
  StationFile file = checked(load_station_file(find(catalogue, "stations", name), mistakes), mistakes);
  const char* const password = std::getenv(kPasswordVariable);
  if (password == nullptr) return file;
  if (std::string_view{password}.size() > PortAccess::kLongestPassword)
    throw InputError{
        fmt::format("{}: a password has at most {} bytes", kPasswordVariable, PortAccess::kLongestPassword)};
  for (PositionEntry& position : file.positions)
    if (position.optical_port) position.optical_port->log_on.password = password;
  return file;
}

virtual_lab::LabFile load_lab(const Catalogue& catalogue, const std::string& name) {
  Mistakes mistakes;
  return checked(virtual_lab::load_lab_file(find(catalogue, "labs", name), simulator_models(), mistakes),
                 mistakes);
}

virtual_lab::LabFile load_lab(const Catalogue& catalogue, const BenchOptions& options,
                              const StationFile& station) {
  return load_lab(catalogue, options.lab.empty() ? station.lab : options.lab);
}

MeterType load_meter(const Catalogue& catalogue, const std::string& name) {
  Mistakes mistakes;
  return checked(load_meter_file(find(catalogue, "meters", name), mistakes), mistakes);
}

std::map<std::string, MeterType> load_meters(const Catalogue& catalogue, const StationFile& station,
                                             const std::string& meters) {
  std::vector<std::string> positions;
  for (const PositionEntry& position : station.positions) positions.push_back(position.name);
  return load_meters(catalogue, positions, meters);
}

std::map<std::string, MeterType> load_meters(const Catalogue& catalogue,
                                             const std::vector<std::string>& positions,
                                             const std::string& meters) {
  if (meters.empty())
    throw InputError{
        fmt::format("--meter is missing; known meters: {}", fmt::join(catalogue.names("meters"), ", "))};
  std::map<std::string, std::string> names = names_by_position(positions, meters);
  if (const auto rest = names.extract("*"); !rest.empty())
    for (const std::string& position : positions) names.emplace(position, rest.mapped());
  std::map<std::string, MeterType> types;
  std::map<std::string, MeterType> result;
  for (const auto& [position, name] : names) {
    if (!types.contains(name)) types.emplace(name, load_meter(catalogue, name));
    result.emplace(position, types.at(name));
  }
  check_same_wires(result, meters);
  return result;
}

PlanningStation planning_of(const StationFile& station, const Catalogue& catalogue) {
  auto planning = planning_station(station, catalogue);
  if (!planning) throw InputError{planning.error()};
  return *std::move(planning);
}

std::filesystem::path find_scenario(const Catalogue& catalogue, const std::string& name) {
  namespace fs = std::filesystem;
  for (const fs::path& path : {fs::path{name}, catalogue.root() / name, catalogue.root() / "scenarios" / name,
                               catalogue.root() / "scenarios" / (name + ".yaml")})
    if (std::error_code unreadable; fs::is_regular_file(path, unreadable)) return path;
  throw InputError{fmt::format("no scenario '{}': neither a file nor one below {}", name,
                               (catalogue.root() / "scenarios").string())};
}

Scenario load_checked_scenario(const Catalogue& catalogue, const std::string& name,
                               const std::vector<std::string>& set) {
  Mistakes mistakes;
  return checked(load_scenario(find_scenario(catalogue, name), settings(set), mistakes), mistakes);
}

Scenario read_checked_scenario(const std::string& yaml, const std::string& name,
                               const std::vector<std::string>& set) {
  Mistakes mistakes;
  return checked(read_scenario(yaml, name, settings(set), mistakes), mistakes);
}

Plan make_checked_plan(const Catalogue& catalogue, const std::string& scenario, const BenchOptions& options,
                       const StationFile& station, const std::map<std::string, MeterType>& meters) {
  return make_checked_plan(catalogue, load_checked_scenario(catalogue, scenario, options.set), station,
                           meters);
}

Plan make_checked_plan(const Catalogue& catalogue, const Scenario& scenario, const StationFile& station,
                       const std::map<std::string, MeterType>& meters) {
  PlanningStation planning = planning_of(station, catalogue);
  // The reference's own comparison sees one position alone.
  if (station.photo_head && !meters.contains(*station.photo_head)) planning.error_calculator.reset();
  Mistakes mistakes;
  const NamedFiles files = read_named_files(scenario, catalogue, mistakes);
  if (!mistakes.empty()) throw InputError{mistakes.text()};
  return checked(make_plan(scenario, meters, planning, files.limits, files.waveforms, mistakes), mistakes);
}

}  // namespace meterbench
