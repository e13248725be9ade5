#include "drivers/virtual_lab/truth/truth.h"

#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

namespace meterbench::virtual_lab {

namespace {

constexpr double kSampleRate = 3840;                     // Hz
constexpr double kArcmin = std::numbers::pi / 180 / 60;  // rad
constexpr double kCurrentLagAt60Hz = 12 * kArcmin;       // of the current channel's RC pole
constexpr double kReferenceTemperature = 23;             // °C

/// Complex power by the form's own definition, as metered_power() has it: V1·I1* or (V1 − V2)·(I1 − I2)*/2.
std::complex<double> metered_complex_power(const MeterType& type, const LoadPoint& load) {
  LoadPoint quarter_later = load;  // Re(S·e^{-j90°}) is the imaginary part of S
  for (CircuitLoad& circuit : quarter_later.circuits) circuit.lag = circuit.lag - Angle{std::numbers::pi / 2};
  return {metered_power(type.form, load).value(), metered_power(type.form, quarter_later).value()};
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

double truth_percent(const TrueMeter& meter, const LoadPoint& load, Temperature body) {
  const std::complex<double> power = metered_complex_power(meter.type, load);
  // Rounding leaves a trace of active power at a power factor of 0.
  if (!(std::abs(power.real()) > 1e-12 * std::abs(power))) return std::numeric_limits<double>::quiet_NaN();

  const double nominal = meter.type.nominal_frequency.value();
  const double delay = calibrated_delay(nominal);
  const Channels now = channels_at(load.frequency.value(), delay);
  const Channels calibrated = channels_at(nominal, delay);

  // With S = |S|·e^{jφ} and an angle ψ too many: cos(φ + ψ)/cos φ = cos ψ − tan φ·sin ψ.
  const double psi = now.extra_lag - meter.phase_error_arcmin * kArcmin;
  const double phase_factor = std::cos(psi) - power.imag() / power.real() * std::sin(psi);
  const double warmer = body.value() - kReferenceTemperature;
  const double gain = (1 + meter.gain_percent / 100) *
                      (1 + meter.temperature_slope_percent_per_k / 100 * warmer) *
                      (1 + meter.clock_ppm * 1e-6) * now.ratio / calibrated.ratio;
  return 100 * (gain * phase_factor - 1);
}

}  // namespace meterbench::virtual_lab
