#include "bench/runner/recorded_window.h"

#include <span>

#include "bench/runner/point_count.h"

namespace meterbench {

PulseComparison comparison_of(const PointRecord& record) {
  return {.meter_pulses = record.pulses,
          .kt = from_watt_hours(record.kt_wh),
          .circuit_factor = record.circuit_factor,
          .reference_pulses = record.reference_count.value(),
          .reference_pulse = from_watt_hours(record.reference_pulse_wh),
          .reference_error = from_percent(record.reference_error_percent),
          .isolation_error = from_percent(record.isolation_error_percent),
          .standard_error = from_percent(record.standard_error_percent)};
}

std::vector<Ratio> errors_of_parts(const PointRecord& record, std::size_t parts) {
  if (record.edges.size() <= kOpeningEdge) return {};
  return partial_errors(std::span{record.edges}.subspan(kOpeningEdge), comparison_of(record), parts);
}

}  // namespace meterbench
