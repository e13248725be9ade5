#include "drivers/virtual_lab/meter/firmware/present_meter.h"

#include "drivers/virtual_lab/meter/firmware/integer_root.h"
#include "drivers/virtual_lab/meter/firmware/rounding.h"

namespace meterbench::firmware {

namespace {

// Sums of squares are kept in 1/16 count², so that those of 900 blocks at full scale stay below 2^60; of what
// a block's weights add up to, 2^12, the rest is divided away.
constexpr unsigned kBlockShift = 8;
constexpr std::uint64_t kSquareSteps = (kBlock * kBlock) >> kBlockShift;

std::uint64_t size(std::int64_t value) { return static_cast<std::uint64_t>(value < 0 ? -value : value); }

}  // namespace

void PresentMeter::end_block(const Block& block, std::uint64_t taken) {
  constexpr std::int64_t kHalf = std::int64_t{1} << (kBlockShift - 1);
  for (std::uint32_t n = 0; n < kSquares; ++n) sums_[n].add((squares_[n].block() + kHalf) >> kBlockShift);
  sums_[kEnergy].add(block.energy);
  if (taken % (kHalfSecond * kBlock) != 0) return;
  std::int64_t sums[kSums];
  for (std::uint32_t n = 0; n < kSums; ++n) sums[n] = sums_[n].block();
  if (taken % kSampleRate == 0) end_second(block, sums);
}

void PresentMeter::end_second(const Block& block, const std::int64_t (&sums)[kSums]) {
  constexpr std::uint64_t kWeights = kHalfSecond * kHalfSecond;
  constexpr std::uint64_t kSteps = 4 * kHalfSecond;  // of an RMS value to a count
  static_assert(kSteps * kSteps == kSquareSteps * kWeights);
  std::uint64_t rms[kSquares];
  for (std::uint32_t n = 0; n < kSquares; ++n) rms[n] = integer_root(static_cast<std::uint64_t>(sums[n]));
  const auto milli = [](std::uint64_t value, std::uint32_t nano_per_count) {
    constexpr std::uint64_t kNano = kSteps * 1'000'000;
    return static_cast<std::uint32_t>((value * nano_per_count + kNano / 2) / kNano);
  };
  values_.millivolts = milli(rms[kVoltage], calibration_.nanovolts_per_count);
  values_.milliamperes[0] = milli(rms[kCurrent1], calibration_.nanoamperes_per_count);
  values_.milliamperes[1] = milli(rms[kCurrent2], calibration_.nanoamperes_per_count);
  values_.millihertz = frequency_.end_second(static_cast<std::int64_t>(rms[kVoltage] / kSteps));

  const std::int64_t power = block.blocking ? 0 : rounded(sums[kEnergy], kWeights);  // quanta a block
  constexpr std::int64_t kPicowatts = 1'000'000'000'000;                             // in a watt
  const auto quantum = static_cast<std::int64_t>(quantum_picowatts(calibration_));
  values_.watts = static_cast<std::int32_t>(rounded(power * quantum, kPicowatts));

  // By the same gains and the same voltage as the power, in quanta a block: below 2^64 at full scale.
  constexpr std::uint64_t kProducts = (std::uint64_t{1} << kQuantumBits) / (kBlock * kBlock);
  std::uint64_t apparent = 0;
  for (std::size_t e = 0; e < kElements; ++e)
    apparent +=
        rms[kLaterVoltage] * rms[kCurrent1 + e] / (kSteps * kSteps * kProducts) * size(block.gains[e]);
  apparent >>= kGainBits;
  constexpr std::int64_t kMillion = 1'000'000;
  const std::int64_t factor =
      apparent == 0 ? 0 : rounded(power * kMillion, static_cast<std::int64_t>(apparent));
  values_.power_factor_ppm = static_cast<std::int32_t>(held(factor, kMillion));
}

bool PresentMeter::at_rest(std::uint64_t taken) const {
  const PresentValues& v = values_;
  if (v.millivolts != 0 || v.milliamperes[0] != 0 || v.milliamperes[1] != 0 || v.watts != 0 ||
      v.power_factor_ppm != 0 || v.millihertz != 0 || !frequency_.at_rest())
    return false;
  for (const auto& squares : squares_)
    if (!squares.empty(taken % kBlock)) return false;
  for (const auto& sum : sums_)
    if (!sum.empty(taken / kBlock % kHalfSecond)) return false;
  return true;
}

void PresentMeter::pass(std::uint64_t samples, std::uint64_t taken) {
  for (auto& squares : squares_) squares.pass(samples, taken % kBlock);
  const std::uint64_t blocks = taken / kBlock;
  for (auto& sum : sums_) sum.pass(blocks - (taken - samples) / kBlock, blocks % kHalfSecond);
}

}  // namespace meterbench::firmware
