#include "bench/config/station_file.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "bench/config/fields.h"

namespace meterbench {
namespace {

/// Where the file says none: the reference temperature of meter tests.
constexpr Temperature kUsualRoom{23};

constexpr std::string_view kVirtual = "virtual:";

/// No terminal has that number.
constexpr int kNoInput = -1;

constexpr std::string_view kDate = "2025-06-02";

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

/// Midnight, UTC, at the beginning of a day.
std::optional<UtcTime> read_date(YamlMap& map, std::string_view key) {
  const auto node = map.require(key);
  const auto text = node ? node->as_text() : std::nullopt;
  if (!text) return std::nullopt;
  UtcTime time{};
  if (text->size() == kDate.size() && parse_utc(*text, time)) return time;
  node->mistake(fmt::format("'{}' is not a date: {} is an example", *text, kDate));
  return std::nullopt;
}

/// One row of a certificate: the same figures at one current or several.
void read_certified(const YamlNode& node, std::vector<CertifiedPoint>& points) {
  auto row = node.as_map();
  if (!row) return;
  CertifiedPoint point;
  if (const auto pf = row->require("power_factor"))
    point.power_factor = as_power_factor(*pf).value_or(PowerFactor{});
  point.error = required_quantity<kind::Ratio>(*row, "error", Range::any);
  point.expanded_uncertainty = required_quantity<kind::Ratio>(*row, "expanded_uncertainty");
  point.coverage_factor = required_number(*row, "coverage_factor", Range::positive);
  if (const auto currents = row->require("current")) {
    for (const YamlNode& item : currents->items()) {
      const auto current = item.as_quantity<kind::Current>();
      if (!current) continue;
      check_range(item, current->value(), Range::positive);
      point.current = *current;
      const bool again = std::any_of(points.begin(), points.end(), [&](const CertifiedPoint& other) {
        return other.current == point.current && other.power_factor == point.power_factor;
      });
      if (again) item.mistake("the certificate has this load point a second time");
      points.push_back(point);
    }
  }
  row->finish();
}

std::optional<Calibration> read_calibration(const YamlNode& node) {
  auto map = node.as_map();
  if (!map) return std::nullopt;
  Calibration calibration;
  calibration.certificate = required_text(*map, "certificate");
  const auto issued = read_date(*map, "issued");
  const auto due = read_date(*map, "due");
  if (issued && due && *due < *issued)
    map->find("due")->mistake("the certificate is due before it is issued");
  calibration.issued = issued.value_or(UtcTime{});
  // Valid to the end of the day.
  calibration.due = due.value_or(UtcTime{}) + std::chrono::days{1} - std::chrono::milliseconds{1};
  if (const auto points = map->require("points")) {
    for (const YamlNode& point : points->items()) read_certified(point, calibration.points);
    if (calibration.points.empty()) points->mistake("a certificate has at least one load point");
  }
  map->finish();
  std::stable_sort(calibration.points.begin(), calibration.points.end(),
                   [](const CertifiedPoint& a, const CertifiedPoint& b) { return a.current < b.current; });
  return calibration;
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
  if (const auto calibration = map.find("calibration")) entry.calibration = read_calibration(*calibration);
  return entry;
}

void read_source(YamlMap& map, StationFile& station) { station.instruments["source"] = read_instrument(map); }

void read_reference(YamlMap& map, StationFile& station) {
  station.instruments["reference"] = read_instrument(map);
  (void)map.require("calibration");
  const auto definition = map.require("definition");
  if (definition && definition->as_one_of({"two_element", "series"}) == "series")
    station.reference_definition = ReferenceDefinition::series;
  station.reference_window = Seconds{required_number(map, "window_s", Range::not_negative)};
  station.reference_pulse = required_quantity<kind::ActiveEnergy>(map, "pulse");
  if (map.find("photo_head")) station.photo_head = required_text(map, "photo_head");
}

void read_counter(YamlMap& map, StationFile& station) {
  station.instruments["counter"] = read_instrument(map);
  station.reference_input = map.find("reference_input") ? required_index(map, "reference_input") : kNoInput;
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
  for (const char* name : {"demand_reset", "test_mode", "display_scroll", "disconnect"}) {
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
                           Role{"counter", false, read_counter}, Role{"chamber", false, read_chamber},
                           Role{"interlock", false, read_interlock}, Role{"pickups", false, read_pickups}}) {
    const auto node = role.required ? map.require(role.name) : map.find(role.name);
    auto entry = node ? node->as_map() : std::nullopt;
    if (!entry) continue;
    role.read(*entry, station);
    entry->finish();
  }
  if (!station.instruments.contains("counter") && !station.photo_head)
    map.node().mistake(
        "nothing compares meter and reference: 'counter' is missing, and so is 'photo_head' of the "
        "reference");
  map.finish();
}

void read_limits(YamlMap& map, StationFile& station) {
  station.limits.voltage = required_quantity<kind::Voltage>(map, "voltage");
  station.limits.current = required_quantity<kind::Current>(map, "current");
  map.finish();
}

bool is_position_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

/// The meter's registers, over a probe on its optical port.
std::optional<InstrumentEntry> read_optical_port(YamlMap& position) {
  const auto node = position.find("optical_port");
  auto map = node ? node->as_map() : std::nullopt;
  if (!map) return std::nullopt;
  InstrumentEntry entry = read_instrument(*map);
  map->finish();
  return entry;
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

void read_positions(YamlMap& map, StationFile& station) {
  const bool counter = station.instruments.contains("counter");
  std::set<int> taken{station.reference_input};
  for (const auto& [name, node] : map.entries()) {
    if (!is_position_name(name))
      node.mistake(fmt::format("'{}' is no name of a position: letters and digits only", name));
    auto entry = node.as_map();
    if (!entry) continue;
    PositionEntry position{name, counter ? required_index(*entry, "led_input") : kNoInput, {}};
    position.optical_port = read_optical_port(*entry);
    const auto input = entry->find("led_input");
    if (input && !taken.insert(position.led_input).second)
      input->mistake(fmt::format("input {} of the counter is taken already", position.led_input));
    entry->finish();
    station.positions.push_back(std::move(position));
  }
  if (station.positions.empty()) map.node().mistake("a station has at least one position");
}

/// Figures of the station that enter budgets, each with where it comes from.
class UncertaintyFigures {
 public:
  UncertaintyFigures(YamlMap& map, StationFile& station) : map_{map}, station_{station} {}

  template <class Kind>
  void read(std::string_view key, std::string_view figure, Quantity<Kind>& value) {
    in(key, [&](YamlMap& entry) { value = required_quantity<Kind>(entry, figure, Range::not_negative); });
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
  figures.read("pickup_jitter", "standard_deviation", station.uncertainty.pickup_jitter);
  figures.read_repeatability();
  figures.read("meter_delay", "largest", station.uncertainty.meter_delay_limit);
  if (map.find("reference_reading"))
    figures.read("reference_reading", "standard_deviation", station.uncertainty.reading_noise);
  map.finish();
}

}  // namespace

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
    void (*read)(YamlMap&, StationFile&);
  };
  // Positions after instruments: their inputs must not be the reference's.
  for (const Section& section :
       {Section{"limits", read_limits}, Section{"instruments", read_instruments},
        Section{"positions", read_positions}, Section{"uncertainty", read_uncertainty}}) {
    const auto node = map->require(section.name);
    auto part = node ? node->as_map() : std::nullopt;
    if (part) section.read(*part, station);
  }
  map->finish();
  if (reading.sound()) check_position_names(station, mistakes);
  if (!reading.sound()) return std::nullopt;
  return station;
}

}  // namespace meterbench
