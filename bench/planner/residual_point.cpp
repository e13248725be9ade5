#include "bench/planner/residual_point.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/measurement/residual.h"
#include "bench/planner/seated_point.h"

namespace meterbench {
namespace {

/// made: a bound that keeps plans finite.
constexpr Seconds kLongestGate{86400};
/// A gate that misses the target is made that much longer at a time.
constexpr double kLonger = 1.25;

/// One meter with opposed circuits.
struct Opposed {
  const MeterType* type = nullptr;
  PlannedMeter meter;

  [[nodiscard]] Ratio uncertainty(const PlannedBench& bench, const PlannedPoint& point, Seconds gate) const {
    return from_percent(residual_budget({.kt = type->kt,
                                         .series_power = meter.power,
                                         .gate = gate,
                                         .readings = gate / kReferenceReadingPeriod,
                                         .reference = point.reference,
                                         .isolation = meter.isolation,
                                         .station = bench.station.uncertainty})
                            .expanded_percent());
  }
};

/// The shortest gate for all of them that resolves the limit and meets the target; or why there is none.
tl::expected<Seconds, std::string> gate_of(const PlannedBench& bench, const PlannedPoint& point,
                                           const std::vector<Opposed>& meters) {
  Seconds gate{};
  for (const Opposed& one : meters)
    gate = std::max(gate, residual_gate(one.type->kt, one.meter.power, point.limit.limit));
  const auto misses_target = [&](const Opposed& one) {
    return point.target && one.uncertainty(bench, point, gate) > *point.target;
  };
  while (gate <= kLongestGate && std::ranges::any_of(meters, misses_target)) gate = gate * kLonger;
  if (gate <= kLongestGate) return gate;
  return tl::unexpected{
      std::string{"no gate of up to a day resolves a third of the limit and meets the target uncertainty"}};
}

}  // namespace

Reasons plan_residual(const PlannedBench& bench, const PlannedPoint& in_series,
                      const std::vector<const Seat*>& asked_by, PlannedPoint& point) {
  Reasons reasons;
  std::vector<Opposed> meters;
  const auto& methods = bench.station.counter.methods;
  const bool scans = std::ranges::find(methods, CountingMethod::scanned) != methods.end();
  for (const Seat* seat : asked_by) {
    auto meter = meter_at(*seat, bench.form(), in_series, 1);
    if (scans && meter)
      meters.push_back({seat->type, *std::move(meter)});
    else
      reasons[scans ? meter.error()
                    : "a residual takes a counter that scans LEDs while the reference is read"]
          .push_back(seat->position);
  }
  const auto gate = gate_of(bench, point, meters);
  if (!gate) {
    for (const Opposed& one : meters) reasons[gate.error()].push_back(one.meter.position);
    return reasons;
  }
  point.result = ResultKind::residual;
  point.method = CountingMethod::scanned;
  point.gate = *gate;
  for (Opposed& one : meters) {
    one.meter.window = *gate;
    one.meter.predicted_uncertainty = one.uncertainty(bench, point, *gate);
    take(point, std::move(one.meter), *one.type);
  }
  return reasons;
}

}  // namespace meterbench
