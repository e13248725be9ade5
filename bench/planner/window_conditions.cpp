#include "bench/planner/window_conditions.h"

namespace meterbench {

WindowConditions window_conditions(const PlannedPoint& point, const PlannedMeter& meter,
                                   const MeterType& type, const StationUncertainty& station) {
  WindowConditions c;
  c.method = point.method;
  c.kt = type.kt;
  c.power = meter.power;
  c.circuit_factor = meter.circuit_factor;
  c.reference = point.reference;
  c.isolation = meter.isolation;
  c.standard = meter.standard;
  c.waveform = point.load.waveform;
  c.frequency = point.load.frequency;
  c.station = station;
  c.influences = type.influences;
  c.windows = meter.windows;
  c.reading_period = kReferenceReadingPeriod;
  return c;
}

}  // namespace meterbench
