#include "drivers/virtual_lab/meter/firmware/firmware.h"

#include <bit>

namespace meterbench::firmware {

namespace {

CalibrationRecord read_calibration(const Board& board) {
  CalibrationBytes raw{};
  for (std::size_t n = 0; n < sizeof raw.bytes; ++n) raw.bytes[n] = board.eeprom[kCalibrationAddress + n];
  return std::bit_cast<CalibrationRecord>(raw);
}

/// Divides by 2^bits towards minus infinity and leaves the rest, never negative, for the next time.
std::int64_t divided(std::int64_t value, unsigned bits, std::int64_t& remainder) {
  value += remainder;
  const std::int64_t quotient = value >> bits;
  remainder = value & ((std::int64_t{1} << bits) - 1);
  return quotient;
}

}  // namespace

MeterFirmware::MeterFirmware(Board& board)
    : board_{board},
      calibration_{read_calibration(board)},
      calibrated_{is_valid(calibration_)},
      port_{board} {
  share(board_.fault_word, calibrated_ ? 0 : kFaultCalibration);
  share(board_.relay, 1);
}

void MeterFirmware::run() {
  const std::uint32_t begin = board_.samples.read;
  const std::uint32_t ready = shared(board_.samples.written) - begin;
  const std::uint32_t wanted = shared(board_.run_until) - begin;
  const std::uint32_t end = begin + (wanted < ready ? wanted : ready);
  port_.run(taken_, readings());
  for (std::uint32_t n = begin; n != end;) {
    // The port does its part at its own sample, however the host cuts time.
    const std::uint64_t wake = port_.wake();
    const std::uint64_t until_wake = wake > taken_ ? wake - taken_ : 1;
    const std::uint32_t stop = until_wake < end - n ? n + static_cast<std::uint32_t>(until_wake) : end;
    for (; n != stop; ++n) step(board_.samples.slot(n));
    if (taken_ >= wake) port_.run(taken_, readings());
  }
  share(board_.samples.read, end);
}

MeterReadings MeterFirmware::readings() const {
  const std::uint64_t kt =
      calibrated_ ? calibration_.kt : 1;  // without calibration there is no energy either
  return {delivered_ / kt, received_ / kt, board_.fault_word};
}

inline void MeterFirmware::step(const Sample& sample) {
  // The voltage a fraction of a sample later, between this and the one before.
  const std::int64_t change = std::int64_t{last_u_} - sample.u;
  const std::int64_t half = std::int64_t{1} << (kPhaseBits - 1);
  const std::int64_t u = sample.u + ((change * calibration_.phase_delay + half) >> kPhaseBits);
  last_u_ = sample.u;
  decimators_[0].add(u * sample.i1);
  decimators_[1].add(u * sample.i2);
  ++taken_;
  if (++in_block_ == kBlock) end_block();
}

void MeterFirmware::end_block() {
  in_block_ = 0;
  const std::int64_t energy = block_energy();
  if (!calibrated_) return;
  const auto size = static_cast<std::uint64_t>(energy < 0 ? -energy : energy);
  (energy < 0 ? received_ : delivered_) += size;
  light(size);
}

std::int64_t MeterFirmware::Decimator::block() {
  const std::uint64_t sum = second_ - 2 * one_before_ + two_before_;
  two_before_ = one_before_;
  one_before_ = second_;
  return static_cast<std::int64_t>(sum);
}

// Two 24-bit factors over two blocks: at most 2^58, 2^38 once scaled, below 2^63 with both gains.
std::int64_t MeterFirmware::block_energy() {
  std::int64_t sum = 0;
  for (std::size_t e = 0; e < kElements; ++e)
    sum += divided(decimators_[e].block(), kQuantumBits, scale_remainder_[e]) * calibration_.gain[e];
  return divided(sum, kGainBits, gain_remainder_);
}

// Spreads the energy of the block evenly over the next one: an edge is never in the past.
void MeterFirmware::light(std::uint64_t energy) {
  const std::uint64_t begin = taken_ + calibration_.registration_delay;
  std::uint64_t due = calibration_.kt - since_edge_;
  for (; due <= energy; due += calibration_.kt) {
    const std::uint64_t position = due * kBlock;
    // 24 bits of a sample are 16 ps, and the remainder shifted by them fits in 64 bits.
    const std::uint64_t fraction = ((position % energy) << 24U) / energy;
    const LedEdge edge{begin + position / energy, static_cast<std::uint32_t>(fraction << 8U), 0};
    if (!push(board_.led_edges, edge)) share(board_.fault_word, board_.fault_word | kFaultLedRing);
  }
  since_edge_ = energy + calibration_.kt - due;
}

}  // namespace meterbench::firmware
