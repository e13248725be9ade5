#include "drivers/virtual_lab/meter/firmware/metering.h"

#include <initializer_list>

#include "drivers/virtual_lab/meter/firmware/defect.h"
#include "drivers/virtual_lab/meter/firmware/rounding.h"

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

Metering::Metering(const CalibrationRecord& calibration)
    : calibration_{calibration}, gain_{calibration.gain[0], calibration.gain[1]}, present_{calibration} {}

void Metering::configure(const ConfigurationRecord& configuration) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 40U;  // more than any block brings
  constexpr std::uint64_t kPicowatts = 1'000'000'000;       // in a milliwatt
  const std::uint64_t quantum = quantum_picowatts(calibration_);
  const std::uint64_t least =
      quantum == 0 ? 0 : (configuration.starting_milliwatts * kPicowatts + quantum / 2) / quantum;
  threshold_ = StartingThreshold{static_cast<std::int64_t>(least < kMost ? least : kMost)};
}

// Two 24-bit factors over two blocks: some 2^58, 2^38 once scaled, below 2^63 with both gains: a valid record
// sees to that.
std::int64_t Metering::end_block(std::int32_t temperature) {
  if (temperature != temperature_) follow(temperature);
  std::int64_t sum = 0;
  for (std::size_t e = 0; e < kElements; ++e) {
    const std::int64_t element = divided(power_[e].block(), kQuantumBits, scale_remainder_[e]) * gain_[e];
    if (kDefect != Defect::elements_with_detent || element > 0) sum += element;
  }
  const std::int64_t energy = divided(sum, kGainBits, gain_remainder_);
  const std::int64_t registered = threshold_.registered(energy);
  present_.end_block({energy, {gain_[0], gain_[1]}, threshold_.blocking()}, taken_);
  return registered;
}

// A step of a gain is 0.06 ppm, and what a block's own gain leaves over is carried on: energy is not lost.
void Metering::follow(std::int32_t temperature) {
  temperature_ = temperature;
  const std::int64_t warmer = std::int64_t{temperature} - kReferenceTemperature;
  // ppb/K · mK: parts of 10^12.
  constexpr std::int64_t kOne = 1'000'000'000'000;
  const std::int64_t more = std::int64_t{calibration_.gain_slope} * held(warmer, kMostWarmer);
  for (std::size_t e = 0; e < kElements; ++e)
    gain_[e] = calibration_.gain[e] + static_cast<std::int32_t>(rounded(calibration_.gain[e] * more, kOne));
}

// The remainders of end_block() are below what it divides by, so that sums of 0 leave them as they are.
bool Metering::at_rest() const {
  for (const std::int32_t offset :
       {calibration_.offset_u, calibration_.offset_i[0], calibration_.offset_i[1]})
    if (offset != 0) return false;
  if (last_u_ != 0 || !threshold_.at_rest()) return false;
  for (const auto& element : power_)
    if (!element.empty(in_block())) return false;
  return present_.at_rest(taken_);
}

void Metering::pass_rest(std::uint64_t samples) {
  taken_ += samples;
  for (auto& element : power_) element.pass(samples, in_block());
  present_.pass(samples, taken_);
}

}  // namespace meterbench::firmware
