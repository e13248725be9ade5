#include "bench/config/station_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "bench/config/calibration_fields.h"
#include "bench/config/fields.h"

namespace meterbench {
namespace {

/// Where the file says none: the reference temperature of meter tests.
constexpr Temperature kUsualRoom{23};

constexpr std::string_view kVirtual = "virtual:";

/// No terminal has that number.
constexpr int kNoInput = -1;

/// Of the first, second, … counter.
std::string counter_role(int number) { return number == 1 ? "counter" : fmt::format("counter_{}", number); }

/// VISA resource names and the two kinds of Modbus, by how they begin.
constexpr std::array<std::string_view, 6> kAddressBeginnings{kVirtual, "TCPIP",         "USB",
                                                             "ASRL",   "modbus-tcp://", "modbus-rtu://"};

AddressEntry read_address(YamlMap& entry) {
  const auto node = entry.require("address");
  const auto text = node ? node->as_text() : std::nullopt;
  if (!text) return {};
  const bool known = std::any_of(
      kAddressBeginnings.begin(), kAddressBeginnings.end(),
      [&](std::string_view begin) { return text->starts_with(begin) && text->size() > begin.size(); });
  if (!known)
    node->mistake(
        fmt::format("'{}' is not an address: virtual:NAME, TCPIP0::HOST::PORT::SOCKET, "
                    "USB0::0xVID::0xPID::SERIAL::INSTR, ASRL/dev/ttyUSB0::INSTR, modbus-tcp://HOST:PORT/UNIT "
                    "or modbus-rtu:///dev/ttyUSB0/UNIT is expected",
                    *text));
  return {*text, node->position()};
}

/// The keys that an instrument of any role has.
InstrumentEntry read_instrument(YamlMap& map) {
  InstrumentEntry entry;
  entry.driver = required_text(map, "driver");
  if (const auto driver = map.find("driver")) entry.position = driver->position();
  entry.address = read_address(map);
  if (const auto profile = map.find("profile")) {
    entry.profile = profile->as_text();
    entry.profile_position = profile->position();
  }
  if (const auto calibration = map.find("calibration"))
    entry.calibration = read_calibration(*calibration, Certified::instrument);
  return entry;
}

void read_source(YamlMap& map, StationFile& station) { station.instruments["source"] = read_instrument(map); }

ReferenceDefinition read_definition(const YamlNode& node) {
  constexpr std::array kAll{ReferenceDefinition::two_element, ReferenceDefinition::element_sum,
                            ReferenceDefinition::series};
  std::vector<std::string> names;
  for (const ReferenceDefinition definition : kAll) names.emplace_back(to_text(definition));
  const auto name = node.as_one_of(names);
  const auto found =
      std::ranges::find_if(kAll, [&](ReferenceDefinition definition) { return to_text(definition) == name; });
  return found == kAll.end() ? kAll.front() : *found;
}

/// True only where it is said.
bool read_flag(YamlMap& map, std::string_view key) {
  const auto node = map.find(key);
  return node && node->as_flag().value_or(false);
}

ReferenceCapabilities read_reference_capabilities(YamlMap& map) {
  ReferenceCapabilities can;
  can.direct_current = read_flag(map, "direct_current");
  if (map.find("peak_voltage")) can.peak_voltage = required_quantity<kind::Voltage>(map, "peak_voltage");
  if (map.find("peak_current")) can.peak_current = required_quantity<kind::Current>(map, "peak_current");
  return can;
}

void read_reference(YamlMap& map, StationFile& station) {
  station.instruments["reference"] = read_instrument(map);
  (void)map.require("calibration");
  if (const auto definition = map.require("definition"))
    station.reference_definition = read_definition(*definition);
  station.reference_window = Seconds{required_number(map, "window_s", Range::not_negative)};
  station.reference_pulse = required_quantity<kind::ActiveEnergy>(map, "pulse");
  station.reference_capabilities = read_reference_capabilities(map);
  if (map.find("photo_head")) station.photo_head = required_text(map, "photo_head");
}

/// What a further counter of a station must have in common with the first: the planner knows one kind.
void check_alike(const std::string& role, YamlMap& map, const StationFile& station) {
  const InstrumentEntry& first = station.instruments.at("counter");
  if (const auto driver = map.find("driver"); driver && station.instruments.at(role).driver != first.driver)
    driver->mistake(
        fmt::format("all counters of a station have one driver: that of 'counter' is {}", first.driver));
  const bool counts_reference = station.reference_inputs.contains(role);
  if (station.reference_inputs.contains("counter") == counts_reference) return;
  map.node().mistake(counts_reference
                         ? "'reference_input' is stated here and not of 'counter': all counters count the "
                           "reference, or none does"
                         : "'reference_input' is missing: 'counter' counts the reference, and an LED is "
                           "compared with it on its own counter");
}

void read_counter(const std::string& role, YamlMap& map, StationFile& station) {
  station.instruments[role] = read_instrument(map);
  if (map.find("reference_input")) station.reference_inputs[role] = required_index(map, "reference_input");
  if (role != "counter") check_alike(role, map, station);
}

/// `counter`, and where there is one `counter_2`, `counter_3`, … without a gap.
void read_counters(YamlMap& map, StationFile& station) {
  for (int number = 1;; ++number) {
    const std::string role = counter_role(number);
    const auto node = map.find(role);
    if (!node) return;
    auto entry = node->as_map();
    if (!entry) return;
    read_counter(role, *entry, station);
    entry->finish();
  }
}

void read_chamber(YamlMap& map, StationFile& station) {
  station.instruments["chamber"] = read_instrument(map);
  ChamberCapabilities chamber;
  chamber.coldest = required_quantity<kind::Temperature>(map, "coldest", Range::any);
  chamber.warmest = required_quantity<kind::Temperature>(map, "warmest", Range::any);
  if (!(chamber.coldest < chamber.warmest)) map.node().mistake("'coldest' must lie below 'warmest'");
  chamber.typical_rate_k_per_min = required_number(map, "rate_k_per_min", Range::positive);
  const auto sensor = map.require("body_sensor");
  chamber.body_sensor = sensor && sensor->as_flag().value_or(false);
  station.chamber = chamber;
}

/// Fingers of one position: `{demand_reset: 1, test_mode: 2}`.
void read_fingers(const std::string& position, const YamlNode& node, InterlockWiring& wiring) {
  auto map = node.as_map();
  if (!map) return;
  for (const char* name : {"demand_reset", "test_mode", "display_scroll", "disconnect", "supply"}) {
    if (!map->find(name)) continue;
    const int output = required_index(*map, name);
    const auto takes = [&](const InterlockWiring::Finger& f) { return f.output == output; };
    if (output == wiring.relay_output || std::any_of(wiring.fingers.begin(), wiring.fingers.end(), takes))
      map->find(name)->mistake(fmt::format("output {} is taken already", output));
    wiring.fingers.push_back({position, name, output});
  }
  map->finish();
}

void read_interlock(YamlMap& map, StationFile& station) {
  station.instruments["interlock"] = read_instrument(map);
  InterlockEntry interlock;
  interlock.trigger = to_duration(required_quantity<kind::Time>(map, "trigger"));
  interlock.watchdog = to_duration(required_quantity<kind::Time>(map, "watchdog"));
  if (const auto watchdog = map.find("watchdog"); watchdog && interlock.watchdog < 2 * interlock.trigger)
    watchdog->mistake("the watchdog must wait for two triggers at least");
  interlock.wiring.emergency_stop_input = required_index(map, "emergency_stop_input");
  interlock.wiring.door_input = required_index(map, "door_input");
  interlock.wiring.meters_seated_input = required_index(map, "meters_seated_input");
  interlock.wiring.relay_output = required_index(map, "relay_output");
  if (const auto switches = map.find("switches"))
    if (auto positions = switches->as_map())
      for (const auto& [position, node] : positions->entries())
        read_fingers(position, node, interlock.wiring);
  station.interlock = interlock;
}

void read_pickups(YamlMap& map, StationFile& station) {
  station.instruments["pickups"] = read_instrument(map);
}

void read_instruments(YamlMap& map, StationFile& station) {
  struct Role {
    std::string_view name;
    bool required;
    void (*read)(YamlMap&, StationFile&);
  };
  station.position = map.node().position();
  for (const Role& role : {Role{"source", true, read_source}, Role{"reference", true, read_reference},
                           Role{"chamber", false, read_chamber}, Role{"interlock", false, read_interlock},
                           Role{"pickups", false, read_pickups}}) {
    const auto node = role.required ? map.require(role.name) : map.find(role.name);
    auto entry = node ? node->as_map() : std::nullopt;
    if (!entry) continue;
    role.read(*entry, station);
    entry->finish();
  }
  read_counters(map, station);
  if (!station.instruments.contains("counter") && !station.photo_head)
    map.node().mistake(
        "nothing compares meter and reference: 'counter' is missing, and so is 'photo_head' of the "
        "reference");
}

void read_limits(YamlMap& map, StationFile& station) {
  station.limits.voltage = required_quantity<kind::Voltage>(map, "voltage");
  station.limits.current = required_quantity<kind::Current>(map, "current");
}

bool is_position_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

/// A text of at most `longest` bytes. What is too long is not repeated: it may be a password.
void read_short_text(YamlMap& map, std::string_view key, std::size_t longest, std::string& text) {
  const auto node = map.find(key);
  const auto value = node ? node->as_text() : std::nullopt;
  if (!value) return;
  if (value->size() > longest)
    node->mistake(fmt::format("'{}' has {} bytes; at most {} are allowed", key, value->size(), longest));
  else
    text = *value;
}

/// `{user_id: 2, user_name: BENCH, password: …, filler: nul}`
PortAccess read_log_on(const YamlNode& node) {
  PortAccess access;
  auto map = node.as_map();
  if (!map) return access;
  if (const auto id = map->find("user_id")) {
    const auto number = id->as_integer();
    if (number && *number >= 0 && *number <= 65'535)
      access.user_id = static_cast<std::uint16_t>(*number);
    else if (number)
      id->mistake("a whole number from 0 to 65535 is expected");
  }
  read_short_text(*map, "user_name", PortAccess::kLongestName, access.user_name);
  read_short_text(*map, "password", PortAccess::kLongestPassword, access.password);
  if (const auto filler = map->find("filler"))
    access.filler = filler->as_one_of({"space", "nul"}) == "nul" ? '\0' : ' ';
  map->finish();
  return access;
}

/// The meter's registers, over a probe on its optical port.
std::optional<InstrumentEntry> read_optical_port(YamlMap& position) {
  const auto node = position.find("optical_port");
  auto map = node ? node->as_map() : std::nullopt;
  if (!map) return std::nullopt;
  InstrumentEntry entry = read_instrument(*map);
  if (const auto log_on = map->find("log_on")) entry.log_on = read_log_on(*log_on);
  map->finish();
  return entry;
}

/// Two instruments cannot stand at one address. (Optical ports are told apart by the meters' serial numbers.)
void check_addresses(const StationFile& station, Mistakes& mistakes) {
  std::map<std::string, std::string> role_at;
  for (const auto& [role, instrument] : station.instruments) {
    const auto [first, is_first] = role_at.emplace(instrument.address.text, role);
    if (!is_first)
      mistakes.add(instrument.address.position,
                   fmt::format("{} is the address of '{}' already", instrument.address.text, first->second));
  }
}

void check_position_names(const StationFile& station, Mistakes& mistakes) {
  std::vector<std::string> names;
  for (const PositionEntry& position : station.positions) names.push_back(position.name);
  const auto known = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (station.photo_head && !known(*station.photo_head))
    mistakes.add(station.instruments.at("reference").position,
                 "photo_head: position " + not_allowed(*station.photo_head, names));
  if (!station.interlock) return;
  for (const InterlockWiring::Finger& finger : station.interlock->wiring.fingers)
    if (!known(finger.position))
      mistakes.add(station.instruments.at("interlock").position,
                   "switches: position " + not_allowed(finger.position, names));
}

/// The inputs that are taken, by counter.
using TakenInputs = std::map<std::string, std::set<int>>;

void read_led(YamlMap& entry, const StationFile& station, PositionEntry& position, TakenInputs& taken) {
  position.led_input = required_index(entry, "led_input");
  if (const auto node = entry.find("counter")) {
    const auto counter = node->as_one_of(station.counters());
    if (!counter) return;
    position.counter = *counter;
  }
  const auto input = entry.find("led_input");
  if (input && !taken[position.counter].insert(position.led_input).second)
    input->mistake(fmt::format("input {} of '{}' is taken already", position.led_input, position.counter));
}

void read_positions(YamlMap& map, StationFile& station) {
  TakenInputs taken;
  for (const auto& [role, input] : station.reference_inputs) taken[role].insert(input);
  for (const auto& [name, node] : map.entries()) {
    if (!is_position_name(name))
      node.mistake(fmt::format("'{}' is no name of a position: letters and digits only", name));
    auto entry = node.as_map();
    if (!entry) continue;
    PositionEntry position{.name = name, .led_input = kNoInput};
    if (station.instruments.contains("counter")) read_led(*entry, station, position, taken);
    if (const auto isolation = entry->find("isolation"))
      position.isolation = read_calibration(*isolation, Certified::positions);
    position.optical_port = read_optical_port(*entry);
    entry->finish();
    station.positions.push_back(std::move(position));
  }
  if (station.positions.empty()) map.node().mistake("a station has at least one position");
}

/// One table for all positions that have none of their own.
void read_isolation(YamlMap& root, StationFile& station) {
  const auto node = root.find("isolation");
  const auto common = node ? read_calibration(*node, Certified::positions) : std::nullopt;
  if (!common) return;
  for (PositionEntry& position : station.positions)
    if (!position.isolation) position.isolation = common;
}

/// Figures of the station that enter budgets, each with where it comes from.
class UncertaintyFigures {
 public:
  UncertaintyFigures(YamlMap& map, StationFile& station) : map_{map}, station_{station} {}

  template <class Kind>
  void read(std::string_view key, std::string_view figure, Quantity<Kind>& value) {
    in(key, [&](YamlMap& entry) { value = required_quantity<Kind>(entry, figure, Range::not_negative); });
  }
  /// Where it is stated.
  template <class Kind>
  void read_if(std::string_view key, std::string_view figure, Quantity<Kind>& value) {
    if (map_.find(key)) read(key, figure, value);
  }
  void read_reference_temperature() {
    if (!map_.find("reference_temperature")) return;
    in("reference_temperature", [&](YamlMap& entry) {
      station_.uncertainty.reference_temperature_percent_per_k =
          required_number(entry, "coefficient_percent_per_k", Range::not_negative);
      station_.uncertainty.reference_temperature =
          required_quantity<kind::TemperatureDifference>(entry, "deviation", Range::not_negative);
    });
  }
  void read_correlation(std::string_view key, double& value) {
    if (!map_.find(key)) return;
    in(key, [&](YamlMap& entry) {
      value = required_number(entry, "coefficient", Range::any);
      if (std::abs(value) > 1) entry.find("coefficient")->mistake("a correlation lies between -1 and 1");
    });
  }
  void read_repeatability() {
    in("repeatability", [&](YamlMap& entry) {
      station_.uncertainty.repeatability =
          required_quantity<kind::Ratio>(entry, "standard_deviation", Range::not_negative);
      station_.uncertainty.repeatability_dof = required_number(entry, "degrees_of_freedom", Range::positive);
      const auto dof = entry.find("degrees_of_freedom");
      if (dof && station_.uncertainty.repeatability_dof > 0 && station_.uncertainty.repeatability_dof < 1)
        dof->mistake("it must be at least 1");
    });
  }

 private:
  template <class Read>
  void in(std::string_view key, Read read) {
    const auto node = map_.require(key);
    auto entry = node ? node->as_map() : std::nullopt;
    if (!entry) return;
    read(*entry);
    station_.origins.emplace(key, required_text(*entry, "origin"));
    entry->finish();
  }

  YamlMap& map_;
  StationFile& station_;
};

void read_uncertainty(YamlMap& map, StationFile& station) {
  UncertaintyFigures figures{map, station};
  figures.read("reference_drift", "half_width", station.uncertainty.reference_drift);
  figures.read("reference_linearity", "half_width", station.uncertainty.reference_linearity);
  if (map.find("reference_harmonics"))
    figures.read("reference_harmonics", "half_width", station.uncertainty.reference_harmonics.emplace());
  figures.read("pickup_jitter", "standard_deviation", station.uncertainty.pickup_jitter);
  figures.read_repeatability();
  figures.read("meter_delay", "largest", station.uncertainty.meter_delay_limit);
  if (map.find("reference_reading"))
    figures.read("reference_reading", "standard_deviation", station.uncertainty.reading_noise);
  figures.read_reference_temperature();
  figures.read_if("source_distortion", "half_width", station.uncertainty.source_distortion);
  figures.read_if("thermometer", "half_width", station.uncertainty.thermometer);
  figures.read_if("room", "half_width", station.uncertainty.room);
  figures.read_correlation("reference_correlation", station.uncertainty.reference_correlation);
  figures.read_correlation("isolation_correlation", station.uncertainty.isolation_correlation);
}

/// The second witness of the load.
void read_source_accuracy(YamlMap& map, StationFile& station) {
  station.source_accuracy.power = required_quantity<kind::Ratio>(map, "half_width");
  if (map.find("angle"))
    station.source_accuracy.angle = required_quantity<kind::Angle>(map, "angle", Range::not_negative);
  if (map.find("stability"))
    station.source_accuracy.stability = required_quantity<kind::Ratio>(map, "stability");
  station.origins.emplace("source_accuracy", required_text(map, "origin"));
}

void read_wiring(YamlMap& map, StationFile& station) {
  station.wiring = required_quantity<kind::Resistance>(map, "resistance");
  station.isolation_transformers = read_flag(map, "isolation_transformers");
}

/// `{weekly: {every: 168 h, otherwise: refuse}}`
void read_interim_checks(YamlMap& map, StationFile& station) {
  for (const CheckKind kind : {CheckKind::weekly, CheckKind::yearly, CheckKind::positions}) {
    const auto node = map.find(to_text(kind));
    auto entry = node ? node->as_map() : std::nullopt;
    if (!entry) continue;
    InterimCheck check{.kind = kind, .every = required_quantity<kind::Time>(*entry, "every")};
    const auto otherwise = entry->require("otherwise");
    check.refuse = otherwise && otherwise->as_one_of({"unverified", "refuse"}) == "refuse";
    entry->finish();
    station.interim_checks.push_back(check);
  }
}

}  // namespace

std::vector<std::string> StationFile::counters() const {
  std::vector<std::string> roles;
  for (int number = 1; instruments.contains(counter_role(number)); ++number)
    roles.push_back(counter_role(number));
  return roles;
}

std::optional<std::string> AddressEntry::virtual_name() const {
  if (!text.starts_with(kVirtual)) return std::nullopt;
  return text.substr(kVirtual.size());
}

std::optional<StationFile> load_station_file(const std::filesystem::path& path, Mistakes& mistakes) {
  const Reading reading{mistakes};
  const auto root = read_yaml(path, mistakes);
  auto map = root ? root->as_map() : std::nullopt;
  if (!map) return std::nullopt;
  StationFile station;
  station.name = path.stem().string();
  station.title = required_text(*map, "station");
  station.room_temperature = map->find("room_temperature")
                                 ? required_quantity<kind::Temperature>(*map, "room_temperature")
                                 : kUsualRoom;
  (void)optional_text(*map, "description");
  if (map->find("lab")) station.lab = required_text(*map, "lab");
  if (const auto simulated = map->find("simulated")) station.simulated = simulated->as_flag().value_or(false);
  struct Section {
    std::string_view name;
    bool required;
    void (*read)(YamlMap&, StationFile&);
  };
  // Positions after instruments: their inputs must not be the reference's.
  for (const Section& section :
       {Section{"limits", true, read_limits}, Section{"instruments", true, read_instruments},
        Section{"positions", true, read_positions}, Section{"uncertainty", true, read_uncertainty},
        Section{"source_accuracy", false, read_source_accuracy}, Section{"wiring", false, read_wiring},
        Section{"interim_checks", false, read_interim_checks}}) {
    const auto node = section.required ? map->require(section.name) : map->find(section.name);
    auto part = node ? node->as_map() : std::nullopt;
    if (!part) continue;
    section.read(*part, station);
    part->finish();
  }
  read_isolation(*map, station);
  map->finish();
  if (reading.sound()) {
    check_addresses(station, mistakes);
    check_position_names(station, mistakes);
  }
  if (!reading.sound()) return std::nullopt;
  return station;
}

}  // namespace meterbench
