// What the model of a meter comes to, by closed formula: written apart from the simulation and its firmware,
// so that one can be held against the other. Figures of the nominal meter stand here a second time on
// purpose.
#pragma once

#include "bench/model/meter_type.h"

namespace meterbench::virtual_lab {

/// One meter: its type and how it differs from the nominal one.
struct TrueMeter {
  MeterType type;
  double gain_percent = 0;
  double phase_error_arcmin = 0;  ///< positive: it sees the current lag less; n times as much at order n
  double temperature_slope_percent_per_k = 0;
  double clock_ppm = 0;
  double clock_ppm_per_k2 = 0;  ///< of its body's distance from 25 °C, squared
  double creep_w = 0;           ///< delivered, beyond the load, at nominal voltage; by the voltage squared
  double led_constant_percent = 0;  ///< energy of an LED pulse beside the Kt of the type
};

/// Mean power that a perfect meter of that form registers: of cut sines and bursts by formulas of their own.
[[nodiscard]] ActivePower true_power(Form form, const LoadPoint& load);

/// Percent error of the energy that its LED tells at a steady load with all its orders, or over whole sets of
/// its bursts, its body at `body`: positive when it over-registers. NaN where the load has no active power to
/// be wrong about.
[[nodiscard]] double truth_percent(const TrueMeter& meter, const LoadPoint& load, Temperature body);

}  // namespace meterbench::virtual_lab
