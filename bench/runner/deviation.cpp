#include "bench/runner/deviation.h"

#include <algorithm>
#include <cmath>

namespace meterbench {
namespace {

template <class Samples, class Of>
double mean(const Samples& samples, Of of) {
  double sum = 0;
  for (const auto& sample : samples) sum += of(sample.reading);
  return sum / static_cast<double>(samples.size());
}

/// The greater by size.
template <class Kind>
void raise(Quantity<Kind>& most, double value) {
  most = std::max(most, Quantity<Kind>{std::abs(value)});
}

void add_circuit(const LoadPoint& load, std::size_t circuit, const std::vector<LoadWatch::Sample>& samples,
                 Deviation& deviation) {
  const CircuitLoad& set = load.circuits.at(circuit);
  const auto seen = [&](auto member) {
    return mean(samples, [&](const ReferenceReading& r) { return (r.circuits.at(circuit).*member).value(); });
  };
  if (set.voltage.value() == 0) return;
  raise(deviation.voltage, seen(&CircuitReading::voltage) / set.voltage.value() - 1);
  if (set.current.value() == 0) return;
  raise(deviation.current, seen(&CircuitReading::current) / set.current.value() - 1);
  const double lag = std::atan2(seen(&CircuitReading::reactive), seen(&CircuitReading::active));
  const Angle asked = set.voltage_phase - load.current_phase(circuit);
  raise(deviation.angle, wrapped(Angle{lag} - asked).value());
}

}  // namespace

Deviation deviation_of(const Station& station, const PlannedPoint& point, const LoadWatch& watch) {
  Deviation deviation;
  const auto& samples = watch.samples();
  if (!samples.empty()) {
    const double frequency = mean(samples, [](const ReferenceReading& r) { return r.frequency.value(); });
    raise(deviation.frequency, frequency / point.load.frequency.value() - 1);
    if (point.load.waveform.sine())
      for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) add_circuit(point.load, i, samples, deviation);
  }
  if (watch.climate().empty()) {
    deviation.temperature = station.uncertainty.room;
    return deviation;
  }
  const double celsius =
      mean(watch.climate(), [](const ChamberReading& r) { return r.body.value_or(r.air).value(); });
  deviation.temperature =
      TemperatureDifference{std::abs(celsius - point.temperature.value())} + station.uncertainty.thermometer;
  return deviation;
}

}  // namespace meterbench
