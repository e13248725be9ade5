// The optical port's services: C12.18 as the meter has it (optical-port.md 3), without passwords and index
// access. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/meter_tables.h"
#include "drivers/virtual_lab/meter/firmware/port_link.h"

namespace meterbench::firmware {

class OpticalServer {
 public:
  /// `functions` and `signal`: what procedures do; both must outlive the server.
  OpticalServer(Board& board, MeterFunctions& functions, LedSignal& signal)
      : link_{board}, procedures_{functions, signal}, tables_{board, procedures_} {}

  /// Does all that is due at sample `now`; `data` is that of that instant.
  void run(std::uint64_t now, const MeterData& data);
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
    busy = 0x06,
    invalid_state = 0x0A,
  };
  /// What a response changes once it is acknowledged.
  enum class After { nothing, sizes, base };

  void respond(std::uint64_t now, const MeterData& data);
  [[nodiscard]] Code serve(std::uint64_t now, const MeterData& data);
  [[nodiscard]] Code identify();
  [[nodiscard]] Code terminate();
  [[nodiscard]] Code log_on();
  [[nodiscard]] Code secure();
  [[nodiscard]] Code log_off();
  [[nodiscard]] Code negotiate();
  [[nodiscard]] Code wait();
  [[nodiscard]] Code read_all(const MeterData& data);
  [[nodiscard]] Code read_slice(const MeterData& data);
  [[nodiscard]] Code snapshot(std::uint32_t table, const MeterData& data);
  [[nodiscard]] Code give(std::uint32_t offset, std::uint32_t count);
  [[nodiscard]] Code write_all(std::uint64_t now);
  [[nodiscard]] Code write_slice(std::uint64_t now);
  [[nodiscard]] Code write(std::uint32_t data_at, MeterTables::Content content, std::uint64_t now);
  void settle();
  void go_to_base();

  PortLink link_;
  Procedures procedures_;
  MeterTables tables_;
  State state_ = State::base;
  After after_ = After::nothing;
  PortLink::Sizes agreed_ = PortLink::kDefault;
};

}  // namespace meterbench::firmware
