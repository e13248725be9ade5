// The optical port's services: C12.18 as the meter has it (optical-port.md 3), for reading only.
// Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/meter_tables.h"
#include "drivers/virtual_lab/meter/firmware/port_link.h"

namespace meterbench::firmware {

class OpticalServer {
 public:
  explicit OpticalServer(Board& board) : link_{board}, tables_{board} {}

  /// Does all that is due at sample `now`; `readings` are those of that instant.
  void run(std::uint64_t now, const MeterReadings& readings);
  /// The sample at which run() has something to do next, kNever while nobody talks.
  [[nodiscard]] std::uint64_t wake() { return link_.wake(); }

 private:
  enum class State { base, identified, session };
  enum class Code : std::uint8_t {
    ok = 0x00,
    error = 0x01,
    not_supported = 0x02,
    not_possible = 0x04,
    inappropriate = 0x05,
    invalid_state = 0x0A,
  };
  /// What a response changes once it is acknowledged.
  enum class After { nothing, sizes, base };

  void respond(const MeterReadings& readings);
  [[nodiscard]] Code serve(const MeterReadings& readings);
  [[nodiscard]] Code identify();
  [[nodiscard]] Code terminate();
  [[nodiscard]] Code log_on();
  [[nodiscard]] Code secure();
  [[nodiscard]] Code log_off();
  [[nodiscard]] Code negotiate();
  [[nodiscard]] Code wait();
  [[nodiscard]] Code read_all(const MeterReadings& readings);
  [[nodiscard]] Code read_slice(const MeterReadings& readings);
  [[nodiscard]] Code snapshot(std::uint32_t table, const MeterReadings& readings);
  [[nodiscard]] Code give(std::uint32_t offset, std::uint32_t count);
  void settle();
  void go_to_base();

  PortLink link_;
  MeterTables tables_;
  State state_ = State::base;
  After after_ = After::nothing;
  PortLink::Sizes agreed_ = PortLink::kDefault;
};

}  // namespace meterbench::firmware
