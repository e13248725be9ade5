// A command line of a profile with places for values: `VOLT{circuit} {voltage_v:.4f}`.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "bench/model/load_point.h"
#include "bench/model/voltage_dip.h"

namespace meterbench::scpi_source {

/// A number by the name that a profile calls it; the name ends in its unit.
struct NamedValue {
  std::string_view name;
  double value = 0;
};
using NamedValues = std::vector<NamedValue>;

/// What a line of a load point can send for circuit `index` (from 0): `circuit` (counted from 1),
/// `frequency_hz`, `voltage_v`, `voltage_mv`, `voltage_phase_deg`, `voltage_phase_rad`, and the same of the
/// current in A and mA. Angles lead, from the common origin, in (−180°, 180°].
[[nodiscard]] NamedValues load_values(const LoadPoint& point, std::size_t index);
/// What a line of a harmonic can send, of a voltage or of a current: `circuit`, `order`, `percent` of the
/// fundamental, `phase_deg` and `phase_rad` at its own frequency from the positive zero crossing of its
/// channel's fundamental, in (−180°, 180°].
[[nodiscard]] NamedValues voltage_harmonic_values(const LoadPoint& point, int order, std::size_t index);
[[nodiscard]] NamedValues current_harmonic_values(const LoadPoint& point, int order, std::size_t index);
/// What the line of a current's constant part can send: `circuit`, `percent` of the fundamental's rms.
[[nodiscard]] NamedValues direct_current_values(const LoadPoint& point, std::size_t index);
/// What the line of bursts can send: periods `on` and `off`, 0 and 0 for none.
[[nodiscard]] NamedValues burst_values(const Burst& burst);
/// What the line of a dip can send: `percent` of the voltages that is left, `duration_s`, `times`, `pause_s`.
[[nodiscard]] NamedValues dip_values(const VoltageDip& dip);
/// What the line of a limit can send, each in two units.
[[nodiscard]] NamedValues voltage_values(Voltage voltage);
[[nodiscard]] NamedValues current_values(Current current);
/// Throws std::out_of_range when there is none of that name: a bug.
[[nodiscard]] double value_of(const NamedValues& values, std::string_view name);

class CommandTemplate {
 public:
  CommandTemplate() = default;
  /// `allowed`: values that the line may name. A place is `{circuit}`, `{order}` or
  /// `{name:.4f}`, with 0 to 9 decimals.
  /// On failure a sentence for the author of the profile.
  [[nodiscard]] static tl::expected<CommandTemplate, std::string> parse(std::string_view text,
                                                                        const NamedValues& allowed);

  [[nodiscard]] bool has(std::string_view name) const;
  /// Names of the values in the order of their places.
  [[nodiscard]] std::vector<std::string> names() const;
  /// Throws std::out_of_range when `values` lacks one of names(): a bug.
  [[nodiscard]] std::string filled(const NamedValues& values) const;

 private:
  struct Piece {
    std::string text;  ///< sent as it is, before the value
    std::string name;  ///< of the value; empty: none follows
    int decimals = 0;
  };
  std::vector<Piece> pieces_;
};

/// Why `text` cannot be a command line: empty, or a character that is not printable ASCII.
[[nodiscard]] tl::expected<std::string, std::string> parse_command_text(std::string_view text);

}  // namespace meterbench::scpi_source
