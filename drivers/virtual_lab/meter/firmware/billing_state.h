// All that the billing keeps. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/energy_registers.h"
#include "drivers/virtual_lab/meter/firmware/meter_data.h"

namespace meterbench::firmware {

struct BillingState {
  MeterData data;
  EnergyRests rests;  // of data.registers
  // In test mode the registers that the bill is made from stand here, still.
  RegisterSet parked;
  EnergyRests parked_rests;
  std::uint32_t clock_samples;   // of second data.now
  std::uint32_t exclusion_left;  // s, until a demand reset is allowed again
  std::uint16_t next_event;      // numbers
  std::uint16_t next_history;
  std::uint16_t next_self_read;
};

}  // namespace meterbench::firmware
