#include "drivers/virtual_lab/truth/truth.h"

#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <vector>

namespace meterbench::virtual_lab {

namespace {

constexpr double kSampleRate = 3840;                     // Hz
constexpr double kArcmin = std::numbers::pi / 180 / 60;  // rad
constexpr double kCurrentLagAt60Hz = 12 * kArcmin;       // of the current channel's RC pole
constexpr double kReferenceTemperature = 23;             // °C
/// Of a crystal: it is slower, or faster, on either side.
constexpr double kTurnover = 25;  // °C

/// What a sine of amplitude 1, of which parts alone are left, has in phase with itself and 90° ahead.
std::complex<double> fundamental_left(const std::vector<Conduction>& parts) {
  double in_phase = 0, ahead = 0;  // (1/π)·∫ sin²θ dθ and (1/π)·∫ sin θ·cos θ dθ
  for (const Conduction& part : parts) {
    const double a = part.begin.value(), b = part.end.value();
    in_phase += (b - a) / 2 - (std::sin(2 * b) - std::sin(2 * a)) / 4;
    ahead += (std::sin(b) * std::sin(b) - std::sin(a) * std::sin(a)) / 2;
  }
  return std::complex{in_phase, ahead} / std::numbers::pi;
}

/// rms, at one order. Of a cut sine the fundamental is enough: the voltage has no other order.
std::complex<double> current_of(const LoadPoint& load, std::size_t circuit, int order) {
  if (load.waveform.conducts.empty()) return load.current_phasor(circuit, order);
  if (order != 1) return 0;
  return std::polar(load.circuits.at(circuit).current.value(), load.current_phase(circuit).value()) *
         fundamental_left(load.waveform.conducts);
}

/// Complex power of one order by the form's own definition: V1·I1*, or (V1 − V2)·(I1 − I2)*/2.
std::complex<double> metered_complex_power(Form form, const LoadPoint& load, int order) {
  const auto voltage = [&](std::size_t circuit) { return load.voltage_phasor(circuit, order); };
  const auto current = [&](std::size_t circuit) { return current_of(load, circuit, order); };
  if (!is_three_wire(form)) return voltage(0) * std::conj(current(0));
  return (voltage(0) - voltage(1)) * std::conj(current(0) - current(1)) / 2.0;
}

/// Across the voltage coil.
std::complex<double> voltage_of(Form form, const LoadPoint& load, int order) {
  const std::complex<double> first = load.voltage_phasor(0, order);
  return is_three_wire(form) ? first - load.voltage_phasor(1, order) : first;
}

/// How the product of a voltage and a current comes through the channels: ratio, and angle by which the
/// current is seen to lag more than it does.
struct Channels {
  double ratio;
  double extra_lag;
};

/// The current lags by its RC pole; the voltage is delayed by the filter 1 − D + D·z⁻¹.
Channels channels_at(double frequency, double delay) {
  const double pole = frequency / 60 * std::tan(kCurrentLagAt60Hz);
  const double w = 2 * std::numbers::pi * frequency / kSampleRate;
  const double in_phase = 1 - delay + delay * std::cos(w);
  const double quadrature = delay * std::sin(w);
  return {std::hypot(in_phase, quadrature) / std::hypot(1, pole),
          std::atan(pole) - std::atan2(quadrature, in_phase)};
}

/// The D that makes both lags equal at `frequency`: with the lag φ, tan φ = D·sin w/(1 − D + D·cos w), that
/// is D = sin φ/(sin φ + sin(w − φ)).
double calibrated_delay(double frequency) {
  const double lag = std::atan(frequency / 60 * std::tan(kCurrentLagAt60Hz));
  const double w = 2 * std::numbers::pi * frequency / kSampleRate;
  return std::sin(lag) / (std::sin(lag) + std::sin(w - lag));
}

}  // namespace

ActivePower true_power(Form form, const LoadPoint& load) {
  double sum = 0;
  for (const int order : load.waveform.orders()) sum += metered_complex_power(form, load, order).real();
  return ActivePower{sum * load.waveform.burst.duty()};
}

double truth_percent(const TrueMeter& meter, const LoadPoint& load, Temperature body) {
  const double nominal = meter.type.nominal_frequency.value();
  const double delay = calibrated_delay(nominal);
  const Channels calibrated = channels_at(nominal, delay);

  const double duty = load.waveform.burst.duty();
  double power = 0, registered = 0, apparent = 0;
  for (const int order : load.waveform.orders()) {
    const std::complex<double> complex_power = duty * metered_complex_power(meter.type.form, load, order);
    const Channels now = channels_at(order * load.frequency.value(), delay);
    const double psi = now.extra_lag - order * meter.phase_error_arcmin * kArcmin;
    power += complex_power.real();
    const double volts = std::abs(voltage_of(meter.type.form, load, order));
    const double leak = meter.creep_w * std::pow(volts / meter.type.nominal_voltage.value(), 2);
    registered += (leak * std::polar(now.ratio / calibrated.ratio, psi)).real();
    registered += (complex_power * std::polar(now.ratio / calibrated.ratio, psi)).real();
    for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i)
      apparent += std::abs(load.voltage_phasor(i, order) * current_of(load, i, order));
  }
  // Rounding leaves a trace of active power where there is none.
  if (!(std::abs(power) > 1e-12 * apparent)) return std::numeric_limits<double>::quiet_NaN();

  const double warmer = body.value() - kReferenceTemperature;
  const double from_turnover = body.value() - kTurnover;
  const double clock_ppm = meter.clock_ppm + meter.clock_ppm_per_k2 * from_turnover * from_turnover;
  const double gain = (1 + meter.gain_percent / 100) *
                      (1 + meter.temperature_slope_percent_per_k / 100 * warmer) * (1 + clock_ppm * 1e-6);
  const double led = 1 + meter.led_constant_percent / 100;
  return 100 * (gain * registered / power / led - 1);
}

}  // namespace meterbench::virtual_lab
