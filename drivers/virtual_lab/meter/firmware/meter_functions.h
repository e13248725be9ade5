// What the meter can be told to do, by the optical port and by its switches alike. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/meter_data.h"

namespace meterbench::firmware {

/// As ST-08 tells it (optical-port.md 6.6).
enum class ProcedureResult : std::uint8_t {
  done = 0,
  under_way = 1,
  bad_parameter = 2,
  conflict = 3,
  timing = 4,
  not_authorized = 5,
  unknown = 6,
};

/// Lists of procedures 4 and 5.
enum class ReadList : std::uint8_t { events = 1, self_reads = 2, history = 8 };

/// `user`: who asks, for the event log; 0 for the switches.
class MeterFunctions {
 public:
  /// Registers, logs and clock as from the factory.
  virtual ProcedureResult cold_start(std::uint16_t user) = 0;
  virtual ProcedureResult warm_start(std::uint16_t user) = 0;
  /// Energy, demand and lists to 0; the clock goes on.
  virtual ProcedureResult clear_data(std::uint16_t user) = 0;
  virtual ProcedureResult reset_list(ReadList list, std::uint16_t user) = 0;
  virtual ProcedureResult mark_read(ReadList list, std::uint16_t entries) = 0;
  virtual ProcedureResult change_mode(Mode mode, std::uint16_t user) = 0;
  virtual ProcedureResult clear_status(std::uint16_t user) = 0;
  virtual ProcedureResult demand_reset(std::uint16_t user) = 0;
  virtual ProcedureResult self_read(std::uint16_t user) = 0;
  virtual ProcedureResult set_clock(LocalTime time, std::uint16_t user) = 0;
  /// Of the service disconnect; `conflict` where the meter has none.
  virtual ProcedureResult switch_relay(bool closed, std::uint16_t user) = 0;
  /// Puts an event into the log; tables written and procedures into the history.
  virtual void log(EventCode code, std::uint16_t user, std::uint16_t argument) = 0;

 protected:
  ~MeterFunctions() = default;
};

}  // namespace meterbench::firmware
