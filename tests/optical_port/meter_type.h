// The meter whose port is tested.
#pragma once

#include "bench/model/meter_type.h"

namespace meterbench {

inline MeterType meter_type() {
  MeterType type;
  type.id = "test";
  type.form = Form::s2;
  type.class_amperes = type.maximum_current = Current{200};
  type.test_amperes = Current{30};
  type.nominal_voltage = Voltage{240};
  type.nominal_frequency = Frequency{60};
  type.kh = from_watt_hours(7.2);
  type.kt = from_watt_hours(1);
  return type;
}

}  // namespace meterbench
