#include "bench/model/waveform.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace meterbench {
namespace {

constexpr double kPi = std::numbers::pi;
/// Of the sine: less than that is rounding of an order that is not there.
constexpr double kNothing = 1e-12;
/// Looks at a period in so many places, over a hundred in one of the 31st order.
constexpr int kPlaces = 3600;

/// ∫ e^(jkθ) dθ over the parts.
std::complex<double> integral(const std::vector<Conduction>& parts, int k) {
  std::complex<double> sum = 0;
  for (const Conduction& part : parts)
    sum += k == 0 ? part.end.value() - part.begin.value()
                  : (std::polar(1.0, k * part.end.value()) - std::polar(1.0, k * part.begin.value())) /
                        std::complex{0.0, static_cast<double>(k)};
  return sum;
}

/// Of a sine of amplitude 1 that flows in `parts` alone, the amplitude and phase of order n, as sin(nθ + φ):
/// (j/π)·∫ sin θ·e^(−jnθ) dθ, with sin θ taken apart into e^(jθ) and e^(−jθ).
std::complex<double> component(const std::vector<Conduction>& parts, int n) {
  return (integral(parts, 1 - n) - integral(parts, -1 - n)) / (2 * kPi);
}

Harmonic order_of(const std::vector<Conduction>& parts, int order) {
  Harmonic result{.order = order};
  std::complex<double> share = component(parts, order);
  // A mean is half of what the formula gives for an order, and has its own size as rms.
  if (order == 0) share = share.imag() / std::numbers::sqrt2;
  if (order == 1) result.voltage = Ratio{1};
  if (std::abs(share) > kNothing) {
    result.current = Ratio{std::abs(share)};
    result.current_phase = Angle{std::arg(share)};
  }
  return result;
}

double rms(const Waveform& waveform, Ratio Harmonic::*share) {
  double square = 0;
  for (const int order : waveform.orders()) {
    const double of_order = (waveform.at(order).*share).value();
    square += of_order * of_order;
  }
  return std::sqrt(square);
}

double peak(const Waveform& waveform, Ratio Harmonic::*share, Angle Harmonic::*phase) {
  std::vector<Harmonic> all;
  for (const int order : waveform.orders()) all.push_back(waveform.at(order));
  double highest = 0;
  for (int place = 0; place < kPlaces; ++place) {
    const double theta = 2 * kPi * place / kPlaces;
    double value = 0;
    for (const Harmonic& harmonic : all) {
      const double size = (harmonic.*share).value();
      const double angle = (harmonic.*phase).value();
      value += harmonic.order == 0 ? size * std::cos(angle) / std::numbers::sqrt2
                                   : size * std::sin(harmonic.order * theta + angle);
    }
    highest = std::max(highest, std::abs(value));
  }
  return highest;
}

}  // namespace

Harmonic Waveform::at(int order) const {
  const auto found = std::ranges::find(harmonics, order, &Harmonic::order);
  if (found != harmonics.end()) return *found;
  const Ratio whole{order == 1 ? 1.0 : 0.0};
  return {.order = order, .voltage = whole, .voltage_phase = {}, .current = whole, .current_phase = {}};
}

std::vector<int> Waveform::orders() const {
  std::vector<int> all{1};
  for (const Harmonic& harmonic : harmonics)
    if (harmonic.order != 1) all.push_back(harmonic.order);
  std::ranges::sort(all);
  return all;
}

bool Waveform::has_even_orders() const {
  return std::ranges::any_of(harmonics, [](const Harmonic& h) { return h.order % 2 == 0; });
}

double Waveform::voltage_rms() const { return rms(*this, &Harmonic::voltage); }
double Waveform::current_rms() const { return rms(*this, &Harmonic::current); }
double Waveform::voltage_peak() const { return peak(*this, &Harmonic::voltage, &Harmonic::voltage_phase); }
double Waveform::current_peak() const { return peak(*this, &Harmonic::current, &Harmonic::current_phase); }

Waveform series_of(Waveform waveform, int highest) {
  if (waveform.conducts.empty()) return waveform;
  waveform.harmonics.clear();
  for (int order = 0; order <= highest; ++order)
    if (const Harmonic harmonic = order_of(waveform.conducts, order);
        order == 1 || harmonic.current != Ratio{})
      waveform.harmonics.push_back(harmonic);
  return waveform;
}

}  // namespace meterbench
