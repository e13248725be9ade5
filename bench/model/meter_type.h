#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/core/quantity.h"
#include "bench/model/calibration.h"
#include "bench/model/capabilities.h"
#include "bench/model/load_point.h"

namespace meterbench {

/// ANSI C12.10 meter forms of this bench: 1S and 2S self-contained, 3S and 4S transformer-rated.
enum class Form { s1, s2, s3, s4 };
[[nodiscard]] std::string_view to_text(Form form);
[[nodiscard]] std::optional<Form> parse_form(std::string_view text);
/// 2S and 4S: one voltage coil line to line, two current circuits (1.5 element, three-wire).
[[nodiscard]] constexpr bool is_three_wire(Form form) { return form == Form::s2 || form == Form::s4; }

/// By how much the error of a meter may change with what influences it: half-widths, in percent of energy. 0:
/// not stated.
struct InfluenceCoefficients {
  double temperature_per_k = 0;
  double voltage_per_percent = 0;
  double current_per_percent = 0;
  double angle_per_degree = 0;
  double frequency_per_percent = 0;
  std::string origin{};
};

/// Whether a meter's current circuits stand in the line itself or behind current transformers.
enum class LineConnection { direct, transformer };
[[nodiscard]] std::string_view to_text(LineConnection connection);
[[nodiscard]] constexpr LineConnection line_connection(Form form) {
  return form == Form::s3 || form == Form::s4 ? LineConnection::transformer : LineConnection::direct;
}

/// A meter as its nameplate and data sheet have it (a file of config/meters).
struct MeterType {
  std::string id;     ///< file name without ending, e.g. `focus-ax-2s-cl200`
  std::string model;  ///< `FOCUS AX`
  Form form = Form::s2;
  Current class_amperes{};
  Voltage nominal_voltage{};
  std::vector<Voltage> rated_voltages{};  ///< rising; nominal_voltage is one of them
  Voltage maximum_voltage{};              ///< no test may put more on its voltage coil
  Frequency nominal_frequency{};
  Current test_amperes{};     ///< TA
  ActiveEnergy kh{};          ///< watthour constant
  ActiveEnergy kt{};          ///< energy of one test-LED pulse
  std::string kt_source;      ///< how Kt is known: no approval fixes it
  Current maximum_current{};  ///< Imax
  Current minimum_current{};  ///< Imin
  /// Ib of a meter for direct connection, In of one for transformers; none: TA stands for it.
  std::optional<Current> rated_current{};
  std::optional<Current> transitional_current{};  ///< Itr; none: see amperes_of()
  Seconds latency{};               ///< from a change of load until the LED tells of the new load alone
  bool recorder = false;           ///< R
  bool disconnect = false;         ///< SD
  std::string module;              ///< communication module, empty: none
  std::string firmware;            ///< version that is expected
  ApparentPower voltage_burden{};  ///< of its voltage circuit at nominal voltage
  Resistance current_impedance{};  ///< of one current circuit
  InfluenceCoefficients influences{};
  std::optional<Calibration>
      certificate{};  ///< of a certified standard in a meter's place; none: a meter under test
};

/// The load of leg 2 beside that of leg 1, for Circuit::legs.
struct LegLoad {
  Ratio current{1};  ///< of leg 1's
  PowerFactor power_factor{};
  Direction direction = Direction::delivered;
  friend bool operator==(const LegLoad&, const LegLoad&) = default;
};

/// How the load of a point is put on the circuits. Power factors count from each leg's own voltage.
struct Connection {
  Circuit circuit = Circuit::series;
  LegLoad leg_2{};  ///< for `legs`
  Service service = Service::single_phase;
  /// Share of leg 1 in the sum of both leg voltages: 0.5 is symmetric, 122 V / 118 V is 122/240.
  Ratio leg_1_voltage{0.5};
  friend bool operator==(const Connection&, const Connection&) = default;
};

/// The load of one point of a test: `current` through the circuits that `connection` names. Two-wire forms
/// have circuit 1 alone. Three-wire forms at single phase get the two parts of V at 0° and 180° (V12 = V) and
/// I2 = −I1 in series, as type-approval.md 1.1 has it; on the network V/2 at 0° and at −120° (V12 = 0.866 V
/// at 30°), each current at the power factor's angle to its own leg.
[[nodiscard]] LoadPoint make_load_point(Form form, Voltage voltage, Frequency frequency, Current current,
                                        const PowerFactor& pf, Direction direction,
                                        const Connection& connection = {});

/// Active power that the meter registers at `point`, by its own definition, all orders, in the mean over
/// time: two-wire V1·I1, three-wire Re[(V1 − V2)·(I1 − I2)*]/2. Negative when received.
[[nodiscard]] ActivePower metered_power(Form form, const LoadPoint& point);

/// Active power of all circuits at `point`, what a load of that kind takes: Σ Re[V·I*].
[[nodiscard]] ActivePower circuit_power(const LoadPoint& point);

/// P/P1: that power against what the sines alone would take, from which the waveform is made. Nothing where
/// theirs cancel.
[[nodiscard]] std::optional<double> power_ratio(const LoadPoint& point);

/// Active power that a reference of that definition forms at `point`: `two_element` (V1 − V2)·(I1 − I2)/2
/// where `form` is three-wire and V1·I1 where it is not; `element_sum` V1·I1 + V2·I2; `series` V12·I of the
/// one circuit that carries the load.
[[nodiscard]] ActivePower reference_power(ReferenceDefinition definition, Form form, const LoadPoint& point);

}  // namespace meterbench
