// Defects that a build of the firmware may have compiled in, one at a time, for the bench to be held against:
// -DMETER_DEFECT=… for the source that it lies in. Freestanding.
#pragma once

namespace meterbench::firmware {

enum class Defect {
  none,
  elements_with_detent,  ///< metering.cpp: an element that runs backwards adds nothing to the sum
  interval_goes_on,  ///< demand.cpp: an interval that should begin anew keeps what came so far, as a whole
  nothing_saved,     ///< billing.cpp: what was registered since the last hour is lost with the supply
  test_is_billed,    ///< billing.cpp: what came in test mode stays in the registers
  register_slips,    ///< energy_registers.cpp: one part in 50 of the energy reaches no register
  net_is_sum,        ///< register_tables.cpp: net is delivered and received
};

#ifndef METER_DEFECT
#define METER_DEFECT none
#endif
// Of internal linkage: each source has its own.
constexpr Defect kDefect = Defect::METER_DEFECT;

}  // namespace meterbench::firmware
