// What this meter does when it is told to by a write of ST-07, and what ST-08 says of it (optical-port.md
// 6.6). Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/byte_buffer.h"
#include "drivers/virtual_lab/meter/firmware/led_signal.h"
#include "drivers/virtual_lab/meter/firmware/meter_functions.h"

namespace meterbench::firmware {

class Procedures {
 public:
  static constexpr std::uint32_t kHead = 3;             ///< bytes of procedure and sequence number
  static constexpr std::uint32_t kMostParameters = 22;  ///< bytes
  /// MP-00, ours: so many pulses (one byte, 1 … LedSignal::kMost) of the test LED beside metering.
  static constexpr std::uint16_t kSignal = 2048;

  /// What ST-00 tells that there are: standard ones, and the manufacturer's less 2048.
  static constexpr std::uint8_t kStandard[] = {9};
  static constexpr std::uint8_t kManufacturer[] = {0};

  using Response = ByteBuffer<kHead + 1>;

  Procedures(MeterFunctions& functions, LedSignal& signal) : functions_{functions}, signal_{signal} {}

  /// `request`: all of ST-07, kHead bytes at least.
  void carry_out(const std::uint8_t* request, std::uint32_t size);
  /// ST-08; empty before the first procedure.
  [[nodiscard]] const Response& response() const { return response_; }

 private:
  enum class Result : std::uint8_t { done = 0, bad_parameter = 2, timing = 4, unknown = 6 };

  [[nodiscard]] Result signal(const std::uint8_t* parameters, std::uint32_t size);

  MeterFunctions& functions_;
  LedSignal& signal_;
  Response response_;
};

}  // namespace meterbench::firmware
