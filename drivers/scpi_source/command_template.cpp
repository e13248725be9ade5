#include "drivers/scpi_source/command_template.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numbers>
#include <stdexcept>

#include "drivers/protocol/scpi/framing.h"

namespace meterbench::scpi_source {
namespace {

constexpr std::string_view kCircuit = "circuit";
constexpr std::string_view kOrder = "order";
constexpr std::string_view kOn = "on";
constexpr std::string_view kOff = "off";
constexpr std::string_view kTimes = "times";

/// Sent as they are, without decimals.
bool is_whole(std::string_view name) {
  return name == kCircuit || name == kOrder || name == kOn || name == kOff || name == kTimes;
}

NamedValues harmonic_values(std::size_t index, int order, Ratio share, Angle phase) {
  const Angle angle = wrapped(phase);
  return {{kCircuit, static_cast<double>(index + 1)},
          {kOrder, static_cast<double>(order)},
          {"percent", percent(share)},
          {"phase_deg", degrees(angle)},
          {"phase_rad", angle.value()}};
}

/// A wave upside down crosses zero half a period later: an even order then stands at 180° to it, an odd one
/// as before.
Angle inversion(bool inverted, int order) { return Angle{inverted && order % 2 == 0 ? std::numbers::pi : 0}; }

bool is_received(const LoadPoint& point) { return point.direction == Direction::received; }

std::string list_of(const NamedValues& values) {
  std::vector<std::string_view> names;
  for (const NamedValue& value : values) names.push_back(value.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

NamedValues voltage_values(Voltage voltage) {
  return {{"voltage_v", voltage.value()}, {"voltage_mv", voltage.value() * 1e3}};
}

NamedValues current_values(Current current) {
  return {{"current_a", current.value()}, {"current_ma", current.value() * 1e3}};
}

NamedValues load_values(const LoadPoint& point, std::size_t index) {
  const CircuitLoad& load = point.circuits.at(index);
  const Harmonic first = point.waveform.at(1);
  const Angle voltage_phase = wrapped(load.voltage_phase + first.voltage_phase);
  const Angle current_phase = wrapped(point.current_phase(index) + first.current_phase);
  NamedValues values{
      {kCircuit, static_cast<double>(index + 1)},    {"frequency_hz", point.frequency.value()},
      {"voltage_phase_deg", degrees(voltage_phase)}, {"voltage_phase_rad", voltage_phase.value()},
      {"current_phase_deg", degrees(current_phase)}, {"current_phase_rad", current_phase.value()}};
  for (const NamedValue& value : voltage_values(load.voltage * first.voltage.value()))
    values.push_back(value);
  for (const NamedValue& value : current_values(load.current * first.current.value()))
    values.push_back(value);
  return values;
}

NamedValues voltage_harmonic_values(const LoadPoint& point, int order, std::size_t index) {
  const Harmonic first = point.waveform.at(1), harmonic = point.waveform.at(order);
  const Angle own = harmonic.voltage_phase - first.voltage_phase * order;
  return harmonic_values(index, order, Ratio{harmonic.voltage / first.voltage},
                         own + inversion(point.circuits.at(index).inverted, order));
}

NamedValues current_harmonic_values(const LoadPoint& point, int order, std::size_t index) {
  const Harmonic first = point.waveform.at(1), harmonic = point.waveform.at(order);
  const Angle own = harmonic.current_phase - first.current_phase * order;
  return harmonic_values(index, order, Ratio{harmonic.current / first.current},
                         own + inversion(point.circuits.at(index).inverted != is_received(point), order));
}

NamedValues direct_current_values(const LoadPoint& point, std::size_t index) {
  const Current fundamental = point.circuits.at(index).current * point.waveform.at(1).current.value();
  const double share =
      fundamental > Current{} ? point.current_phasor(index, 0).real() / fundamental.value() : 0;
  return {{kCircuit, static_cast<double>(index + 1)}, {"percent", percent(Ratio{share})}};
}

NamedValues burst_values(const Burst& burst) {
  return {{kOn, static_cast<double>(burst.on)}, {kOff, static_cast<double>(burst.off)}};
}

NamedValues dip_values(const VoltageDip& dip) {
  return {{"percent", percent(dip.voltage)},
          {"duration_s", dip.duration.value()},
          {kTimes, static_cast<double>(dip.times)},
          {"pause_s", dip.pause.value()}};
}

double value_of(const NamedValues& values, std::string_view name) {
  const auto found = std::ranges::find(values, name, &NamedValue::name);
  if (found == values.end()) throw std::out_of_range{fmt::format("no value '{}' for a command", name)};
  return found->value;
}

tl::expected<std::string, std::string> parse_command_text(std::string_view text) {
  if (text.empty()) return tl::unexpected{std::string{"a command is expected"}};
  for (const char c : text)
    if (c < 0x20 || c > 0x7E)
      return tl::unexpected{fmt::format("'{}' has a character that is not printable ASCII", text)};
  return std::string{text};
}

tl::expected<CommandTemplate, std::string> CommandTemplate::parse(std::string_view text,
                                                                  const NamedValues& allowed) {
  if (auto command = parse_command_text(text); !command) return tl::unexpected{command.error()};
  CommandTemplate result;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t open = std::min(rest.find('{'), rest.size());
    Piece piece{std::string{rest.substr(0, open)}, {}, 0};
    rest.remove_prefix(open);
    if (!rest.empty()) {
      const std::size_t close = rest.find('}');
      if (close == std::string_view::npos)
        return tl::unexpected{fmt::format("'{}' has a '{{' without its '}}'", text)};
      const std::string_view place = rest.substr(1, close - 1);
      rest.remove_prefix(close + 1);
      const std::size_t colon = std::min(place.find(':'), place.size());
      piece.name = place.substr(0, colon);
      if (std::ranges::find(allowed, piece.name, &NamedValue::name) == allowed.end())
        return tl::unexpected{
            fmt::format("'{}' cannot be sent here; allowed: {}", piece.name, list_of(allowed))};
      const std::string_view form = place.substr(colon);  // ":.4f"
      const bool decimal =
          form.size() == 4 && form.starts_with(":.") && form[2] >= '0' && form[2] <= '9' && form[3] == 'f';
      const bool whole = is_whole(piece.name);
      if (whole ? !form.empty() : !decimal)
        return tl::unexpected{fmt::format(
            "'{{{}}}' is not a place for a value; {{circuit}} or {{{}:.4f}}, with 0 to 9 decimals, "
            "are examples",
            place, whole ? "voltage_v" : piece.name)};
      piece.decimals = decimal ? form[2] - '0' : 0;
    }
    result.pieces_.push_back(std::move(piece));
  }
  return result;
}

bool CommandTemplate::has(std::string_view name) const {
  return std::ranges::find(pieces_, name, &Piece::name) != pieces_.end();
}

std::vector<std::string> CommandTemplate::names() const {
  std::vector<std::string> names;
  for (const Piece& piece : pieces_)
    if (!piece.name.empty()) names.push_back(piece.name);
  return names;
}

std::string CommandTemplate::filled(const NamedValues& values) const {
  std::string line;
  for (const Piece& piece : pieces_) {
    line += piece.text;
    if (!piece.name.empty()) line += scpi::fixed_text(value_of(values, piece.name), piece.decimals);
  }
  return line;
}

}  // namespace meterbench::scpi_source
