#include "drivers/scpi_source/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "bench/config/fields.h"

namespace meterbench::scpi_source {
namespace {

/// The 63rd of 60 Hz is as far as the standards for metering in power networks ask.
constexpr int kHighestHarmonic = 63;
/// Characters; far more than any answer that a source gives.
constexpr int kLongestReply = 4096;

Duration required_duration(YamlMap& map, std::string_view key) {
  return to_duration(required_quantity<kind::Time>(map, key));
}

std::string as_command(const YamlNode& node) {
  const auto text = node.as_text();
  if (!text) return {};
  const auto command = parse_command_text(*text);
  if (!command) node.mistake(command.error());
  return command.value_or("");
}

std::string required_command(YamlMap& map, std::string_view key) {
  const auto node = map.require(key);
  return node ? as_command(*node) : std::string{};
}

std::string required_query(YamlMap& map, std::string_view key) {
  std::string command = required_command(map, key);
  if (!command.empty() && !command.ends_with('?'))
    map.find(key)->mistake(fmt::format("'{}' is no query: it must end in '?'", command));
  return command;
}

std::optional<CommandTemplate> as_template(const YamlNode& node, const NamedValues& allowed) {
  const auto text = node.as_text();
  if (!text) return std::nullopt;
  auto command = CommandTemplate::parse(*text, allowed);
  if (command) return *command;
  node.mistake(command.error());
  return std::nullopt;
}

/// A whole number from 1 to `most`.
int required_count(YamlMap& map, std::string_view key, int most) {
  const auto node = map.require(key);
  const auto value = node ? node->as_integer() : std::nullopt;
  if (!value) return 0;
  if (*value >= 1 && *value <= most) return static_cast<int>(*value);
  node->mistake(fmt::format("'{}' is out of range: 1 to {} is allowed", *value, most));
  return 0;
}

SourceCapabilities read_capabilities(YamlMap& map) {
  SourceCapabilities can;
  can.circuits = required_count(map, "circuits", static_cast<int>(LoadPoint::kCircuits));
  can.maximum_voltage = required_quantity<kind::Voltage>(map, "maximum_voltage");
  can.maximum_current = required_quantity<kind::Current>(map, "maximum_current");
  can.minimum_frequency = required_quantity<kind::Frequency>(map, "minimum_frequency");
  can.maximum_frequency = required_quantity<kind::Frequency>(map, "maximum_frequency");
  if (can.maximum_frequency < can.minimum_frequency)
    map.find("maximum_frequency")->mistake("this is below minimum_frequency");
  can.settling = required_quantity<kind::Time>(map, "settling");
  if (map.find("voltage_power"))
    can.voltage_power = required_quantity<kind::ApparentPower>(map, "voltage_power");
  if (map.find("compliance")) can.compliance = required_quantity<kind::Voltage>(map, "compliance");
  if (map.find("highest_harmonic"))
    can.highest_harmonic = required_count(map, "highest_harmonic", kHighestHarmonic);
  if (map.find("harmonic_band")) can.harmonic_band = required_quantity<kind::Frequency>(map, "harmonic_band");
  if (map.find("peak_voltage")) can.peak_voltage = required_quantity<kind::Voltage>(map, "peak_voltage");
  if (map.find("peak_current")) can.peak_current = required_quantity<kind::Current>(map, "peak_current");
  return can;
}

void read_timing(YamlMap& map, Profile& profile) {
  profile.reply_timeout = required_duration(map, "reply_timeout");
  profile.poll_interval = required_duration(map, "poll_interval");
  profile.settle_deadline = required_duration(map, "settle_deadline");
  profile.off_deadline = required_duration(map, "off_deadline");
  if (const auto node = map.find("settle_deadline");
      node && profile.settle_deadline < to_duration(profile.capabilities.settling))
    node->mistake("this is shorter than the settling time of the capabilities");
  profile.longest_reply = static_cast<std::size_t>(required_count(map, "longest_reply", kLongestReply));
}

template <class Kind>
LimitCommands read_limit(YamlMap& limits, std::string_view key, const NamedValues& allowed) {
  LimitCommands commands;
  const auto node = limits.require(key);
  auto map = node ? node->as_map() : std::nullopt;
  if (!map) return commands;
  if (const auto set = map->require("set"))
    if (auto command = as_template(*set, allowed)) {
      commands.set = std::move(*command);
      if (commands.set.names().size() != 1) set->mistake("a limit is set by one value");
    }
  commands.read = required_query(*map, "read");
  commands.within = required_quantity<Kind>(*map, "within").value();
  map->finish();
  return commands;
}

/// The lines must say all that a load point is, each value to the circuit that it is meant for.
void check_load_point(const YamlNode& node, const Profile& profile) {
  const auto sends = [&](std::string_view quantity) {
    return std::ranges::any_of(profile.load_point, [&](const CommandTemplate& line) {
      return std::ranges::any_of(line.names(), [&](const std::string& name) {
        return name.substr(0, name.rfind('_')) == quantity;  // without its unit
      });
    });
  };
  for (const std::string_view quantity :
       {"frequency", "voltage", "voltage_phase", "current", "current_phase"})
    if (!sends(quantity)) node.mistake(fmt::format("no line sends the {}", quantity));
}

void read_load_point(YamlMap& root, Profile& profile) {
  const auto node = root.require("load_point");
  if (!node) return;
  const NamedValues allowed = load_values(LoadPoint{}, 0);
  bool sound = true;
  for (const YamlNode& item : node->items()) {
    auto line = as_template(item, allowed);
    if (!line) {
      sound = false;
      continue;
    }
    const auto names = line->names();
    const bool of_a_circuit = std::ranges::any_of(
        names, [](const std::string& name) { return name != "frequency_hz" && name != "circuit"; });
    if (profile.capabilities.circuits > 1 && of_a_circuit && !line->has("circuit"))
      item.mistake("this line must say {circuit}: the source has more than one");
    profile.load_point.push_back(std::move(*line));
  }
  if (sound) check_load_point(*node, profile);
}

/// `must`: values that the line which sets it has to say.
WaveformCommand read_part(YamlMap& map, std::string_view key, const NamedValues& allowed,
                          std::initializer_list<const char*> must) {
  WaveformCommand command;
  const auto node = map.require(key);
  auto part = node ? node->as_map() : std::nullopt;
  if (!part) return command;
  for (const auto& [name, line] :
       {std::pair{"set", &command.set}, {"read", &command.read}, {"answer", &command.answer}})
    if (const auto text = part->require(name))
      if (auto parsed = as_template(*text, allowed)) *line = std::move(*parsed);
  for (const char* value : must)
    if (const auto set = part->find("set"); set && !command.set.has(value))
      set->mistake(fmt::format("this line must say {{{}}}", value));
  part->finish();
  return command;
}

void read_harmonics(YamlMap& root, Profile& profile) {
  const auto node = root.find("harmonics");
  const int highest = profile.capabilities.highest_harmonic;
  if (node.has_value() != (highest > 1))
    root.node().mistake(node ? "there are commands for harmonics, but highest_harmonic is 1"
                             : "'harmonics' is missing: highest_harmonic says that the source has some");
  auto map = node ? node->as_map() : std::nullopt;
  if (!map) return;
  HarmonicCommands commands;
  commands.clear = required_command(*map, "clear");
  commands.voltage =
      read_part(*map, "voltage", voltage_harmonic_values(LoadPoint{}, 1, 0), {"order", "percent"});
  commands.current =
      read_part(*map, "current", current_harmonic_values(LoadPoint{}, 1, 0), {"order", "percent"});
  if (map->find("direct_current"))
    commands.direct_current =
        read_part(*map, "direct_current", direct_current_values(LoadPoint{}, 0), {"percent"});
  map->finish();
  profile.capabilities.direct_current = commands.direct_current.has_value();
  profile.harmonics = std::move(commands);
}

void read_burst(YamlMap& root, Profile& profile) {
  if (!root.find("burst")) return;
  profile.burst = read_part(root, "burst", burst_values({}), {"on", "off"});
  profile.capabilities.bursts = true;
}

void read_dips(YamlMap& root, Profile& profile) {
  const auto node = root.find("dips");
  auto map = node ? node->as_map() : std::nullopt;
  if (!map) return;
  DipCommands commands;
  if (const auto start = map->require("start")) {
    if (auto parsed = as_template(*start, dip_values({}))) commands.start = std::move(*parsed);
    for (const char* value : {"percent", "duration_s", "times", "pause_s"})
      if (!commands.start.has(value)) start->mistake(fmt::format("this line must say {{{}}}", value));
  }
  commands.state = required_query(*map, "state");
  commands.over = required_command(*map, "over");
  map->finish();
  profile.dips = std::move(commands);
  profile.capabilities.dips = true;
}

/// A state that some instruments do not have.
std::string optional_state(YamlMap& map, std::string_view key) {
  const auto node = map.find(key);
  return node ? as_command(*node) : std::string{};
}

void read_output(YamlMap& root, Profile& profile) {
  const auto node = root.require("output");
  auto map = node ? node->as_map() : std::nullopt;
  if (!map) return;
  profile.output_on = required_command(*map, "on");
  profile.output_off = required_command(*map, "off");
  profile.output_state = required_query(*map, "state");
  if (const auto replies = map->require("replies"))
    if (auto states = replies->as_map()) {
      profile.states.off = required_command(*states, "off");
      profile.states.ramp = optional_state(*states, "ramp");
      profile.states.on = required_command(*states, "on");
      profile.states.trip = optional_state(*states, "trip_begins");
      if (!profile.states.off.empty() && profile.states.off == profile.states.on)
        replies->mistake("off and on cannot be told apart");
      states->finish();
    }
  map->finish();
}

}  // namespace

std::optional<Profile> read_profile(const YamlNode& root, Mistakes& mistakes) {
  const Reading reading{mistakes};
  auto map = root.as_map();
  if (!map) return std::nullopt;
  Profile profile;
  profile.instrument = required_text(*map, "instrument");
  if (const auto node = map->require("capabilities"))
    if (auto can = node->as_map()) {
      profile.capabilities = read_capabilities(*can);
      can->finish();
    }
  if (const auto node = map->require("timing"))
    if (auto timing = node->as_map()) {
      read_timing(*timing, profile);
      timing->finish();
    }
  profile.identify = required_query(*map, "identify");
  profile.clear = required_command(*map, "clear");
  profile.error_query = required_query(*map, "errors");
  if (const auto node = map->require("limits"))
    if (auto limits = node->as_map()) {
      profile.voltage_limit = read_limit<kind::Voltage>(*limits, "voltage", voltage_values(Voltage{}));
      profile.current_limit = read_limit<kind::Current>(*limits, "current", current_values(Current{}));
      limits->finish();
    }
  read_load_point(*map, profile);
  read_harmonics(*map, profile);
  read_burst(*map, profile);
  read_dips(*map, profile);
  if (const auto node = map->find("apply")) profile.apply = as_command(*node);
  read_output(*map, profile);
  map->finish();
  if (!reading.sound()) return std::nullopt;
  return profile;
}

std::optional<Profile> load_profile(const std::filesystem::path& path, Mistakes& mistakes) {
  const auto root = read_yaml(path, mistakes);
  if (!root) return std::nullopt;
  return read_profile(*root, mistakes);
}

}  // namespace meterbench::scpi_source
