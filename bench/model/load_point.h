// What stands on the terminals of the source: frequency and, for each circuit, voltage, current and angle.
#pragma once

#include <array>
#include <complex>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "bench/core/quantity.h"
#include "bench/model/waveform.h"

namespace meterbench {

/// Delivered: energy flows from the line to the load. Received: the current is turned by 180°.
enum class Direction { delivered, received };
[[nodiscard]] std::string_view to_text(Direction direction);
[[nodiscard]] std::optional<Direction> parse_direction(std::string_view text);

/// `1`, `0.5 lag` (inductive), `0.8 lead` (capacitive); magnitude in (0, 1].
struct PowerFactor {
  double magnitude = 1;
  bool leading = false;

  /// Positive: the current lags the voltage.
  [[nodiscard]] Angle lag() const;
  friend bool operator==(const PowerFactor&, const PowerFactor&) = default;
};
[[nodiscard]] std::string to_text(const PowerFactor& pf);
[[nodiscard]] tl::expected<PowerFactor, std::string> parse_power_factor(std::string_view text);

/// Which current circuits of the meter carry the load. `series`: all of them; `opposed`: both, so that their
/// powers cancel; `legs`: circuit 1 as stated, circuit 2 with a load of its own.
enum class Circuit { series, coil_1, coil_2, opposed, legs };
[[nodiscard]] std::string_view to_text(Circuit circuit);
[[nodiscard]] std::optional<Circuit> parse_circuit(std::string_view text);

/// What a three-wire form is connected to. `single_phase`: legs in antiphase, V12 is their sum. `network`:
/// two legs of a 120/208 V three-phase network, 120° apart, so that V12 is √3 times one of them.
enum class Service { single_phase, network };
[[nodiscard]] std::string_view to_text(Service service);
[[nodiscard]] std::optional<Service> parse_service(std::string_view text);

/// One voltage and one current channel of the source: the sines that a waveform is made of. Angles
/// lead-positive, from a common origin.
struct CircuitLoad {
  Voltage voltage{};  ///< rms
  Angle voltage_phase{};
  Current current{};  ///< rms, of the full sine where parts of it are cut away
  Angle lag{};        ///< of this current behind this voltage, for the delivered direction
  /// At 180° of voltage_phase: both waves are upside down, not half a period later. The same for odd orders.
  bool inverted = false;

  friend bool operator==(const CircuitLoad&, const CircuitLoad&) = default;
};

struct LoadPoint {
  static constexpr std::size_t kCircuits = 2;

  Frequency frequency{};
  Direction direction = Direction::delivered;
  std::array<CircuitLoad, kCircuits> circuits{};
  Waveform waveform{};

  /// Angle of the sine of the current of `circuit` from the common origin, in (−π, π]. The only place where
  /// `received` becomes 180°.
  [[nodiscard]] Angle current_phase(std::size_t circuit) const;

  /// rms phasors at `order` times the frequency (1: the fundamental; 0: the constant part, real), angle
  /// lead-positive from the common origin; 0 where the waveform has no such order. Of bursts: while the
  /// current flows. `received` turns every order of a current by 180°.
  [[nodiscard]] std::complex<double> voltage_phasor(std::size_t circuit, int order = 1) const;
  [[nodiscard]] std::complex<double> current_phasor(std::size_t circuit, int order = 1) const;
  friend bool operator==(const LoadPoint&, const LoadPoint&) = default;
};

/// Into (−π, π].
[[nodiscard]] Angle wrapped(Angle angle);

}  // namespace meterbench
