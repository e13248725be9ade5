// The optical port's services: C12.18 as the meter has it (optical-port.md 3). Tables are read and written
// whole and by offset; by index, and those of a default set, they are not, as ST-00 tells. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/meter_tables.h"
#include "drivers/virtual_lab/meter/firmware/port_link.h"
#include "drivers/virtual_lab/meter/firmware/procedures.h"
#include "drivers/virtual_lab/meter/firmware/programming.h"
#include "drivers/virtual_lab/meter/firmware/security.h"

namespace meterbench::firmware {

class OpticalServer {
 public:
  /// `functions` and `signal`: what procedures do; both must outlive the server.
  OpticalServer(Board& board, MeterFunctions& functions, LedSignal& signal)
      : functions_{functions},
        link_{board},
        programming_{board},
        security_{programming_, functions},
        procedures_{functions, signal, programming_, security_},
        tables_{programming_, procedures_} {}

  /// Does all that is due at sample `now`; `data` is that of that instant.
  void run(std::uint64_t now, const MeterData& data);
  /// The sample at which run() has something to do next, kNever while nobody talks.
  [[nodiscard]] std::uint64_t wake() { return link_.wake(); }

  /// How the meter is programmed now; a client may change it.
  [[nodiscard]] const Programming& programming() const { return programming_; }

 private:
  enum class State { base, identified, session };
  enum class Code : std::uint8_t {
    ok = 0x00,
    error = 0x01,
    not_supported = 0x02,
    insufficient_clearance = 0x03,
    not_possible = 0x04,
    inappropriate = 0x05,
    busy = 0x06,
    not_ready = 0x07,
    invalid_state = 0x0A,
  };
  /// What a response changes once it is acknowledged.
  enum class After { nothing, sizes, base };

  void respond(std::uint64_t now, const MeterData& data);
  [[nodiscard]] Code serve(std::uint64_t now, const MeterData& data);
  [[nodiscard]] Code serve_tables(std::uint8_t service, std::uint64_t now, const MeterData& data);
  [[nodiscard]] Code identify();
  [[nodiscard]] Code terminate();
  [[nodiscard]] Code log_on();
  [[nodiscard]] Code secure(std::uint64_t now);
  [[nodiscard]] Code log_off();
  [[nodiscard]] Code negotiate();
  [[nodiscard]] Code wait();
  [[nodiscard]] Code read_all(const MeterData& data);
  [[nodiscard]] Code read_slice(const MeterData& data);
  [[nodiscard]] Code snapshot(std::uint32_t table, const MeterData& data);
  [[nodiscard]] Code give(std::uint32_t offset, std::uint32_t count);
  [[nodiscard]] Code write_all(const MeterData& data, std::uint64_t now);
  [[nodiscard]] Code write_slice(const MeterData& data, std::uint64_t now);
  [[nodiscard]] Code write(std::uint32_t data_at, MeterTables::Content content, const MeterData& data,
                           std::uint64_t now);
  void settle();
  void go_to_base();
  void end_session(State next);

  MeterFunctions& functions_;
  PortLink link_;
  Programming programming_;
  Security security_;
  Procedures procedures_;
  MeterTables tables_;
  State state_ = State::base;
  After after_ = After::nothing;
  PortLink::Sizes agreed_ = PortLink::kDefault;
};

}  // namespace meterbench::firmware
