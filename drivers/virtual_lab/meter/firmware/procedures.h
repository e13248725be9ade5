// What this meter does when it is told to by a write of ST-07, and what ST-08 says of it (optical-port.md
// 6.6). Freestanding.
//
//   0   cold start          –                          registers, logs and clock as from the factory
//   1   warm start          –
//   3   clear data          –
//   4   reset list pointers u8 list                    1 event log, 2 self reads, 8 history, 255 both of
//   these;
//                                                      3 … 7, of a recorder: conflict
//   5   update last read    u8 list, u16 entries       lists 1, 2, 8
//   6   change mode         u8 ED_MODE                 1 metering, 2 test; 4 shop, 8 factory: conflict
//   7   clear status        –
//   9   remote reset        u8 bits 0 demand reset,    → u8, what was done; the self read comes first, of the
//                           1 self read                  period that the reset ends
//   10  set date and time   u8 bits 0 time, 1 date,    → LTIME before, LTIME after; the qualifier has nothing
//   to
//                           2 qualifier; LTIME; u8       say here: no zone, no daylight saving
//   12  activate pending  –                         those of ST-04 hold from now on; 5 while the meter is
//   sealed 14  clear pending     – 18  log in              u16 user, 20 bytes         as Logon and Security
//   19  log out             –                          the session has the lowest rights again
//   MP-00 signal            u8 pulses, 1 … 100         of the test LED, beside metering
//   MP-01 test mode         u8 0 off, 1 on
//   MP-02 disconnect        u8 0 open, 1 close
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/byte_buffer.h"
#include "drivers/virtual_lab/meter/firmware/led_signal.h"
#include "drivers/virtual_lab/meter/firmware/meter_functions.h"
#include "drivers/virtual_lab/meter/firmware/programming.h"
#include "drivers/virtual_lab/meter/firmware/security.h"

namespace meterbench::firmware {

class Procedures {
 public:
  static constexpr std::uint32_t kHead = 3;             ///< bytes of procedure and sequence number
  static constexpr std::uint32_t kMostParameters = 22;  ///< bytes
  static constexpr std::uint32_t kMostData = 12;        ///< bytes of ST-08 behind the result

  /// What ST-00 tells that there are: standard ones, and the manufacturer's with 2048 added.
  static constexpr std::uint16_t kStandard[] = {0, 1, 3, 4, 5, 6, 7, 9, 10, 12, 14, 18, 19};
  static constexpr std::uint16_t kMaker[] = {2048, 2049, 2050};

  using Response = ByteBuffer<kHead + 1 + kMostData>;

  /// All must outlive the procedures.
  Procedures(MeterFunctions& functions, LedSignal& signal, Programming& programming, Security& security)
      : functions_{functions}, signal_{signal}, programming_{programming}, security_{security} {}

  /// `request`: all of ST-07, kHead bytes at least. What was done gets into the history. False for a cold
  /// start of a sealed meter, of which ST-08 says nothing either.
  [[nodiscard]] bool carry_out(const std::uint8_t* request, std::uint32_t size, const MeterData& data,
                               std::uint64_t now);
  /// ST-08; empty before the first answer.
  [[nodiscard]] const Response& response() const { return response_; }

 private:
  using Result = ProcedureResult;
  using Data = ByteBuffer<kMostData>;

  struct Parameters {
    const std::uint8_t* bytes;
    std::uint32_t size;
  };

  [[nodiscard]] Result run(std::uint32_t procedure, const Parameters& parameters, Data& answer,
                           const MeterData& data, std::uint64_t now);
  [[nodiscard]] Result reset_list(std::uint8_t list);
  [[nodiscard]] Result mark_read(const Parameters& parameters);
  [[nodiscard]] Result change_mode(std::uint8_t mode);
  [[nodiscard]] Result remote_reset(std::uint8_t what, Data& answer);
  [[nodiscard]] Result set_clock(const Parameters& parameters, Data& answer, const MeterData& data);
  [[nodiscard]] Result activate(const MeterData& data, std::uint64_t now);
  [[nodiscard]] Result log_in(const Parameters& parameters, std::uint64_t now);
  [[nodiscard]] Result signal(std::uint8_t pulses);

  MeterFunctions& functions_;
  LedSignal& signal_;
  Programming& programming_;
  Security& security_;
  Response response_;
};

/// Whether there is such a one; the manufacturer's with 2048 added.
[[nodiscard]] bool is_procedure(std::uint32_t number);

}  // namespace meterbench::firmware
