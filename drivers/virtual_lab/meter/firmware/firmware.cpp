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

/// So many parts of a million of `quanta`, which may be any number; wraps below 0.
std::uint64_t scaled(std::uint64_t quanta, std::int32_t ppm) {
  constexpr std::int64_t kMillion = 1'000'000;
  const auto millions = static_cast<std::int64_t>(quanta / kMillion);
  const auto rest = static_cast<std::int64_t>(quanta % kMillion);
  return static_cast<std::uint64_t>(millions * ppm + rest * ppm / kMillion);
}

}  // namespace

MeterFirmware::MeterFirmware(Board& board)
    : board_{board},
      calibration_{read_calibration(board)},
      calibrated_{is_valid(calibration_)},
      port_{board, signal_} {
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
  if (!calibrated_) return {0, 0, board_.fault_word};
  const auto pulses = [&](std::uint64_t quanta) {
    return (quanta + scaled(quanta, calibration_.register_gain_ppm)) / calibration_.kt;
  };
  const bool detent = (calibration_.register_options & kDetent) != 0;
  const bool swapped = (calibration_.register_options & kDirectionSwapped) != 0;
  const std::uint64_t delivered = pulses(delivered_);
  const std::uint64_t received = detent ? 0 : pulses(received_);
  return swapped ? MeterReadings{received, delivered, board_.fault_word}
                 : MeterReadings{delivered, received, board_.fault_word};
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
  // What this block brings is lit during the next one, later by the delay: an edge is never in the past.
  const std::uint64_t begin = taken_ + (calibrated_ ? calibration_.registration_delay : 0);
  if (signal_.due()) light_at({begin, 0, 0});
  if (!calibrated_) return;
  const auto size = static_cast<std::uint64_t>(energy < 0 ? -energy : energy);
  (energy < 0 ? received_ : delivered_) += size;
  light(begin, size);
}

std::int64_t MeterFirmware::Decimator::block() {
  const std::uint64_t sum = second_ - 2 * one_before_ + two_before_;
  two_before_ = one_before_;
  one_before_ = second_;
  return static_cast<std::int64_t>(sum);
}

// Without power the first sum stands, and the second grows by it with every sample.
bool MeterFirmware::Decimator::empty(std::uint32_t in_block) const {
  return second_ - one_before_ == in_block * first_ && one_before_ - two_before_ == kBlock * first_;
}

void MeterFirmware::Decimator::pass(std::uint64_t samples, std::uint32_t in_block) {
  second_ += samples * first_;
  one_before_ = second_ - in_block * first_;
  two_before_ = one_before_ - kBlock * first_;
}

// The remainders of block_energy() are below what it divides by, so that sums of 0 leave them as they are.
bool MeterFirmware::at_rest() {
  if (last_u_ != 0 || signal_.under_way() || port_.wake() != kNever) return false;
  for (const Decimator& decimator : decimators_)
    if (!decimator.empty(in_block_)) return false;
  return true;
}

void MeterFirmware::pass_rest(std::uint64_t samples) {
  taken_ += samples;
  in_block_ = static_cast<std::uint32_t>(taken_ % kBlock);
  for (Decimator& decimator : decimators_) decimator.pass(samples, in_block_);
  share(board_.samples.read, static_cast<std::uint32_t>(taken_));
}

// Two 24-bit factors over two blocks: at most 2^58, 2^38 once scaled, below 2^63 with both gains.
std::int64_t MeterFirmware::block_energy() {
  std::int64_t sum = 0;
  for (std::size_t e = 0; e < kElements; ++e)
    sum += divided(decimators_[e].block(), kQuantumBits, scale_remainder_[e]) * calibration_.gain[e];
  return divided(sum, kGainBits, gain_remainder_);
}

// Spreads the energy of a block evenly over the one that begins at `begin`.
void MeterFirmware::light(std::uint64_t begin, std::uint64_t energy) {
  std::uint64_t due = calibration_.kt - since_edge_;
  for (; due <= energy; due += calibration_.kt) {
    const std::uint64_t position = due * kBlock;
    // 24 bits of a sample are 16 ps, and the remainder shifted by them fits in 64 bits.
    const std::uint64_t fraction = ((position % energy) << 24U) / energy;
    light_at({begin + position / energy, static_cast<std::uint32_t>(fraction << 8U), 0});
  }
  since_edge_ = energy + calibration_.kt - due;
}

void MeterFirmware::light_at(const LedEdge& edge) {
  if (!push(board_.led_edges, edge)) share(board_.fault_word, board_.fault_word | kFaultLedRing);
}

}  // namespace meterbench::firmware
