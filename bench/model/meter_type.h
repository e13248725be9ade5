#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/core/quantity.h"
#include "bench/model/load_point.h"

namespace meterbench {

/// ANSI C12.10 meter forms of this bench: 1S and 2S self-contained, 3S and 4S transformer-rated.
enum class Form { s1, s2, s3, s4 };
[[nodiscard]] std::string_view to_text(Form form);
[[nodiscard]] std::optional<Form> parse_form(std::string_view text);
/// 2S and 4S: one voltage coil line to line, two current circuits (1.5 element, three-wire).
[[nodiscard]] constexpr bool is_three_wire(Form form) { return form == Form::s2 || form == Form::s4; }

/// A meter as its nameplate and data sheet have it (a file of config/meters).
struct MeterType {
  std::string id;     ///< file name without ending, e.g. `focus-ax-2s-cl200`
  std::string model;  ///< `FOCUS AX`
  Form form = Form::s2;
  Current class_amperes{};
  Voltage nominal_voltage{};
  Voltage maximum_voltage{};  ///< no test may put more on its voltage coil
  Frequency nominal_frequency{};
  Current test_amperes{};     ///< TA
  ActiveEnergy kh{};          ///< watthour constant
  ActiveEnergy kt{};          ///< energy of one test-LED pulse
  std::string kt_source;      ///< how Kt is known: no approval fixes it
  Current maximum_current{};  ///< Imax
  Current minimum_current{};  ///< Imin
  Seconds latency{};          ///< from a change of load until the LED tells of the new load alone
  bool recorder = false;      ///< R
  bool disconnect = false;    ///< SD
  std::string module;         ///< communication module, empty: none
  std::string firmware;       ///< version that is expected
};

/// The load of one point of a test: `current` through the circuits that `circuit` names. Three-wire
/// forms get V/2 at 0° and V/2 at 180° (V12 = V) and I2 = −I1 in series, as type-approval.md 1.1 has it.
[[nodiscard]] LoadPoint make_load_point(Form form, Voltage voltage, Frequency frequency, Current current,
                                        const PowerFactor& pf, Direction direction,
                                        Circuit circuit = Circuit::series);

/// Active power that the meter registers at `point`, by its own definition:
/// two-wire V1·I1, three-wire Re[(V1 − V2)·(I1 − I2)*]/2. Negative when received.
[[nodiscard]] ActivePower metered_power(Form form, const LoadPoint& point);

}  // namespace meterbench
