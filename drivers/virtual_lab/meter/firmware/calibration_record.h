// What the factory writes into a meter's EEPROM. Freestanding.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "drivers/virtual_lab/meter/firmware/record_checksum.h"

namespace meterbench::firmware {

inline constexpr std::uint32_t kCalibrationMagic = 0x324C434D;  // "MCL2"
inline constexpr std::size_t kCalibrationAddress = 0;           // in the EEPROM

inline constexpr std::size_t kElements = 2;
inline constexpr unsigned kGainBits = 24;   // 1 is 2^24
inline constexpr unsigned kPhaseBits = 24;  // one sample is 2^24
inline constexpr unsigned kQuantumBits = 20;

/// °C at which the gains are as they stand; what the thermometer tells is held within kMostWarmer of it.
inline constexpr std::int32_t kReferenceTemperature = 23'000;  // m°C
inline constexpr std::int32_t kMostWarmer = 100'000;           // mK

/// Samples in a block of the metering core: one period at 60 Hz.
inline constexpr std::uint32_t kBlock = 64;

/// Samples from an energy until the LED tells of it, without `registration_delay`: the weights of a block are
/// centred on its first sample, and its energy is lit evenly over the block after it.
inline constexpr std::uint32_t kInherentDelay = kBlock + kBlock / 2;

/// What becomes of energy in the registers that the optical port tells. Bits; the LED follows none of them.
enum RegisterOptions : std::uint8_t {
  kDetent = 1U << 0U,            // received energy reaches no register
  kDirectionSwapped = 1U << 1U,  // the register of the one direction counts the energy of the other
};

/// Energy is counted in quanta: 1 quantum = 2^20/64 counts of voltage × counts of current × sample periods.
struct CalibrationRecord {
  std::uint32_t magic;
  std::uint16_t form;  // 1 … 4: ANSI form 1S … 4S; for the nameplate, the gains say it all
  std::uint8_t register_options;
  std::int8_t demand_gain_permille;  // demands beside the energy: 0 unless the meter is defective
  std::uint32_t nanovolts_per_count;
  std::uint32_t nanoamperes_per_count;
  std::int32_t gain[kElements];      // ·2^-24; sum of the absolute values at most 1.5
  std::uint32_t phase_delay;         // of the voltage; ·2^-24 sample, below 1
  std::uint32_t registration_delay;  // samples from energy to LED beyond kInherentDelay
  std::uint64_t kt;                  // quanta in one LED pulse, 1 … 2^48
  std::int32_t register_gain_ppm;    // registers beside the LED: 0 unless the meter is defective
  std::int32_t offset_u;             // counts that the converter gives for nothing; taken out
  std::int32_t offset_i[kElements];
  std::int32_t gain_slope;  // of all gains, ppb/K: at T they are gain·(1 + slope·(T − 23 °C))
  std::uint32_t checksum;   // of all before it
};
static_assert(sizeof(CalibrationRecord) == 64);
static_assert(std::has_unique_object_representations_v<CalibrationRecord>);

struct CalibrationBytes {
  std::uint8_t bytes[sizeof(CalibrationRecord)];
};

// Either way. With the gains at their most, all three together leave a block's energy below 2^63 before its
// last division: (1 + 2^-5)²·1.5·1.1 is below 2.
inline constexpr std::int32_t kMostRegisterGain = 500'000;  ///< ppm
inline constexpr std::int32_t kMostOffset = 1 << 18;        ///< counts: 3 % of full scale
inline constexpr std::int32_t kMostGainSlope = 1'000'000;   ///< ppb/K

/// Of volts × amperes of one count each, so that a block of full scale stays below 2^63 pW.
inline constexpr std::uint64_t kMostCountPower = 32'000'000'000;  ///< aW

/// Power that brings one quantum in each block, in pW.
[[nodiscard]] constexpr std::uint64_t quantum_picowatts(const CalibrationRecord& record) {
  constexpr std::uint64_t kProducts = (std::uint64_t{1} << kQuantumBits) / (kBlock * kBlock);
  constexpr std::uint64_t kAttowatts = 1'000'000;  // in a pW
  const std::uint64_t product = std::uint64_t{record.nanovolts_per_count} * record.nanoamperes_per_count;
  return (product * kProducts + kAttowatts / 2) / kAttowatts;
}

/// Over the record without its checksum.
[[nodiscard]] constexpr std::uint32_t checksum_of(const CalibrationRecord& record) {
  const auto raw = std::bit_cast<CalibrationBytes>(record);
  return record_checksum(raw.bytes, offsetof(CalibrationRecord, checksum));
}

/// Whether the metering core can work with it without overflow.
[[nodiscard]] constexpr bool is_valid(const CalibrationRecord& record) {
  std::int64_t gain = 0;
  for (const std::int32_t g : record.gain) gain += g < 0 ? -std::int64_t{g} : std::int64_t{g};
  const auto within = [](std::int32_t value, std::int32_t most) { return value >= -most && value <= most; };
  for (const std::int32_t offset : record.offset_i)
    if (!within(offset, kMostOffset)) return false;
  return record.magic == kCalibrationMagic && record.checksum == checksum_of(record) &&
         gain <= (std::int64_t{3} << (kGainBits - 1)) && record.phase_delay < (1U << kPhaseBits) &&
         std::uint64_t{record.nanovolts_per_count} * record.nanoamperes_per_count <= kMostCountPower &&
         record.kt >= 1 && record.kt <= (std::uint64_t{1} << 48U) &&
         (record.register_options & ~(kDetent | kDirectionSwapped)) == 0 &&
         within(record.register_gain_ppm, kMostRegisterGain) && within(record.offset_u, kMostOffset) &&
         within(record.gain_slope, kMostGainSlope);
}

}  // namespace meterbench::firmware
