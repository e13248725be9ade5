#include "drivers/virtual_lab/meter/firmware/metering.h"

namespace meterbench::firmware {

namespace {

/// Divides by 2^bits towards minus infinity and leaves the rest, never negative, for the next time.
std::int64_t divided(std::int64_t value, unsigned bits, std::int64_t& remainder) {
  value += remainder;
  const std::int64_t quotient = value >> bits;
  remainder = value & ((std::int64_t{1} << bits) - 1);
  return quotient;
}

}  // namespace

// Two 24-bit factors over two blocks: at most 2^58, 2^38 once scaled, below 2^63 with both gains.
std::int64_t Metering::end_block() {
  std::int64_t sum = 0;
  for (std::size_t e = 0; e < kElements; ++e)
    sum += divided(power_[e].block(), kQuantumBits, scale_remainder_[e]) * calibration_.gain[e];
  return divided(sum, kGainBits, gain_remainder_);
}

// The remainders of end_block() are below what it divides by, so that sums of 0 leave them as they are.
bool Metering::at_rest() const {
  if (last_u_ != 0) return false;
  for (const auto& element : power_)
    if (!element.empty(in_block())) return false;
  return true;
}

void Metering::pass_rest(std::uint64_t samples) {
  taken_ += samples;
  for (auto& element : power_) element.pass(samples, in_block());
}

}  // namespace meterbench::firmware
