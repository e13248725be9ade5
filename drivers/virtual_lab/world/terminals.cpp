#include "drivers/virtual_lab/world/terminals.h"

namespace meterbench::virtual_lab {

bool Terminals::dark() const {
  return none(voltage) && none(current) &&
         std::ranges::all_of(harmonics, [](const HarmonicPhasors& h) { return h.dark(); });
}

void Terminals::take_currents_away() {
  for_each_order(*this, [](int, const Phasors&, Phasors& amperes) { amperes = {}; });
}

void Terminals::leave_of_voltages(double share) {
  voltage_left = share;
  for_each_order(*this, [share](int, Phasors& volts, const Phasors&) {
    for (Phasor& phasor : volts) phasor *= share;
  });
}

double Terminals::periods_until(double time_s) const {
  return frequency.value() * (time_s - in_seconds(origin));
}

void turn_currents(Terminals& terminals, double gain, Angle lead) {
  for_each_order(terminals, [&](int order, const Phasors&, Phasors& current) {
    const Phasor factor = std::polar(gain, order * lead.value());
    for (Phasor& phasor : current) phasor *= factor;
  });
}

void part_currents(Terminals& terminals, double difference) {
  for_each_order(terminals, [difference](int, const Phasors&, Phasors& current) {
    current[0] *= 1 + difference;
    current[1] *= 1 - difference;
  });
}

Terminals terminals_of(const LoadPoint& point) {
  Terminals terminals{.frequency = point.frequency, .burst = point.waveform.burst};
  for (const int order : point.waveform.orders())
    if (order != 1) terminals.harmonics.push_back({.order = order});
  for_each_order(terminals, [&](int order, Phasors& voltage, Phasors& current) {
    for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) {
      voltage[i] = point.voltage_phasor(i, order);
      current[i] = point.current_phasor(i, order);
    }
  });
  return terminals;
}

}  // namespace meterbench::virtual_lab
