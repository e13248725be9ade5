#include "drivers/virtual_lab/meter/firmware/procedures.h"

namespace meterbench::firmware {

void Procedures::carry_out(const std::uint8_t* request, std::uint32_t size) {
  constexpr std::uint32_t kNumber = 0x0FFF;  // above it: when an answer is wanted; this meter always has one
  const std::uint32_t procedure = (request[0] | std::uint32_t{request[1]} << 8U) & kNumber;
  const Result result = procedure == kSignal ? signal(request + kHead, size - kHead) : Result::unknown;
  response_.clear();
  response_.add(request, kHead);
  response_.add(static_cast<std::uint8_t>(result));
}

Procedures::Result Procedures::signal(const std::uint8_t* parameters, std::uint32_t size) {
  if (size != 1 || parameters[0] == 0 || parameters[0] > LedSignal::kMost) return Result::bad_parameter;
  if (signal_.under_way()) return Result::timing;
  signal_.begin(parameters[0]);
  return Result::done;
}

}  // namespace meterbench::firmware
