#include "bench/planner/seated_point.h"

#include <cmath>

#include "bench/planner/circuits.h"

namespace meterbench {

tl::expected<PlannedMeter, std::string> meter_at(const Seat& seat, Form form, const PlannedPoint& point,
                                                 double factor) {
  PlannedMeter meter;
  meter.position = seat.position;
  meter.power = ActivePower{std::abs(metered_power(form, point.load).value())};
  meter.circuit_factor = factor;
  if (seat.isolation) {
    const auto isolation = value_at(*seat.isolation, form, point);
    if (!isolation) return tl::unexpected{"isolation of the position: " + isolation.error()};
    meter.isolation = *isolation;
  }
  if (seat.type->certificate) {
    const auto standard = value_at(*seat.type->certificate, form, point);
    if (!standard) return tl::unexpected{"standard: " + standard.error()};
    meter.standard = *standard;
  }
  return meter;
}

void take(PlannedPoint& point, PlannedMeter meter, const MeterType& type) {
  if (type.latency + meter.window > point.time.latency + point.time.window) {
    point.time.latency = type.latency;
    point.time.window = meter.window;
  }
  point.meters.push_back(std::move(meter));
}

}  // namespace meterbench
