#include "drivers/virtual_lab/meter/firmware/metering.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <tuple>
#include <utility>
#include <vector>

namespace meterbench::firmware {
namespace {

constexpr std::int32_t kOne = 1 << kGainBits;

CalibrationRecord two_wire() {
  CalibrationRecord record{};
  record.magic = kCalibrationMagic;
  record.form = 1;
  record.gain[0] = kOne;
  record.kt = 1'000'000;
  return record;
}

bool is_sound(CalibrationRecord record) {
  record.checksum = checksum_of(record);
  return is_valid(record);
}

struct Trial {
  explicit Trial(const CalibrationRecord& record) : metering{record} {}

  /// Energies of all blocks, in quanta.
  std::vector<std::int64_t> feed(std::size_t count, const std::function<Sample(std::size_t)>& sample,
                                 const std::function<std::int32_t(std::size_t)>& temperature) {
    std::vector<std::int64_t> blocks;
    for (std::size_t n = 0; n < count; ++n)
      if (metering.take(sample(n))) blocks.push_back(metering.end_block(temperature(blocks.size())));
    return blocks;
  }
  /// Quanta in all.
  std::int64_t energy(std::size_t count, const Sample& sample, std::int32_t temperature = 23'000) {
    std::int64_t sum = 0;
    for (const std::int64_t block : feed(
             count, [&](std::size_t) { return sample; }, [&](std::size_t) { return temperature; }))
      sum += block;
    return sum;
  }

  Metering metering;
};

// One quantum is 2^20/64 counts² × samples: this product gives 1,000 quanta a sample.
constexpr Sample kThousandQuanta{16384, 1000, 0};

Sample wave(std::size_t n) {
  const double angle = 2 * std::numbers::pi * static_cast<double>(n) / 61.7;
  return {static_cast<std::int32_t>(std::lround(2.4e6 * std::cos(angle))),
          static_cast<std::int32_t>(std::lround(1.1e5 * std::cos(angle - 0.4))),
          static_cast<std::int32_t>(std::lround(-9e4 * std::cos(angle + 0.1)))};
}

TEST(Metering, TakesTheOffsetsOfTheConverterOut) {
  CalibrationRecord record = two_wire();
  record.gain[0] = kOne / 2;
  record.gain[1] = -kOne / 2;
  record.phase_delay = kOne / 7;
  const auto at_reference = [](std::size_t) { return kReferenceTemperature; };
  const std::vector<std::int64_t> without = Trial{record}.feed(6400, wave, at_reference);
  record.offset_u = 52'341;
  record.offset_i[0] = -8'765;
  record.offset_i[1] = 123;
  const auto shifted = [&](std::size_t n) {
    const Sample sample = wave(n);
    return Sample{sample.u + 52'341, sample.i1 - 8'765, sample.i2 + 123};
  };
  std::vector<std::int64_t> with = Trial{record}.feed(6400, shifted, at_reference);
  ASSERT_EQ(with.size(), 100U);
  // The voltage before the first sample, which is 0 counts of the converter's own, is all that differs.
  for (std::size_t n = 2; n < 100; ++n) EXPECT_NEAR(static_cast<double>(with[n] - without[n]), 0, 1) << n;
}

TEST(Metering, AnOffsetThatIsNotTakenOutIsEnergyOfItsProduct) {
  // 1,024 counts of voltage × 1,600 counts of current: 100 quanta a sample, beside whatever load.
  CalibrationRecord record = two_wire();
  Trial offset{record};
  EXPECT_EQ(offset.energy(6400, {1024, 1600, 0}) + offset.energy(128, {}), 640'000);
  record.offset_u = 1024;
  record.offset_i[0] = 1600;
  Trial corrected{record};
  EXPECT_EQ(corrected.energy(6400, {1024, 1600, 0}), 0);
}

TEST(Metering, ItsGainFollowsTheThermometerByTheSlope) {
  for (const auto& [ppm_per_k, celsius, kelvins] : {std::tuple{20.0, 53.0, 30.0},
                                                    {20.0, -40.0, -63.0},
                                                    {-35.5, 53.0, 30.0},
                                                    {-35.5, 22.999, -0.001},
                                                    {1000.0, 123.0, 100.0},
                                                    {1000.0, 500.0, 100.0},    // no board gets so warm
                                                    {1000.0, -273.0, -100.0},  // nor so cold
                                                    {20.0, 23.0, 0.0}}) {
    CalibrationRecord record = two_wire();
    record.gain_slope = static_cast<std::int32_t>(std::lround(ppm_per_k * 1000));
    ASSERT_TRUE(is_sound(record));
    Trial trial{record};
    const auto temperature = static_cast<std::int32_t>(std::lround(celsius * 1000));
    const std::int64_t sum =
        trial.energy(640'000, kThousandQuanta, temperature) + trial.energy(128, {}, temperature);
    // A step of the gain is 2^-24.
    EXPECT_NEAR(static_cast<double>(sum), 640e6 * (1 + ppm_per_k * 1e-6 * kelvins), 640e6 * 0x1p-25 + 1)
        << ppm_per_k << " ppm/K at " << celsius;
  }
}

TEST(Metering, LosesNoEnergyWhileTheTemperatureMovesHoweverSmallTheLoad) {
  CalibrationRecord record = two_wire();
  record.gain_slope = 100'000;
  Trial trial{record};
  std::int64_t sum = 0;
  // 2^20 products of 1 are 64 quanta; the temperatures' mean is 23 °C.
  for (const std::int64_t block : trial.feed(
           1U << 22U,
           [](std::size_t) {
             return Sample{1, 1, 0};
           },
           [](std::size_t n) { return n % 2 == 0 ? 63'000 : -17'000; }))
    sum += block;
  EXPECT_NEAR(static_cast<double>(sum), 256, 1);
}

TEST(Metering, RefusesConstantsThatCouldOverflow) {
  EXPECT_TRUE(is_sound(two_wire()));
  const auto sound_with = [](const std::function<void(CalibrationRecord&)>& change) {
    CalibrationRecord record = two_wire();
    change(record);
    return is_sound(record);
  };
  for (const std::int32_t sign : {1, -1}) {
    EXPECT_TRUE(sound_with([&](CalibrationRecord& r) { r.offset_u = sign * kMostOffset; }));
    EXPECT_FALSE(sound_with([&](CalibrationRecord& r) { r.offset_u = sign * (kMostOffset + 1); }));
    for (const std::size_t e : {0U, 1U}) {
      EXPECT_TRUE(sound_with([&](CalibrationRecord& r) { r.offset_i[e] = sign * kMostOffset; }));
      EXPECT_FALSE(sound_with([&](CalibrationRecord& r) { r.offset_i[e] = sign * (kMostOffset + 1); }));
    }
    EXPECT_TRUE(sound_with([&](CalibrationRecord& r) { r.gain_slope = sign * kMostGainSlope; }));
    EXPECT_FALSE(sound_with([&](CalibrationRecord& r) { r.gain_slope = sign * (kMostGainSlope + 1); }));
  }
}

TEST(Metering, HoldsEverythingAtItsMost) {
  CalibrationRecord record = two_wire();
  record.gain[0] = record.gain[1] = 3 * (kOne / 4);
  record.offset_u = record.offset_i[0] = record.offset_i[1] = -kMostOffset;
  record.gain_slope = kMostGainSlope;
  ASSERT_TRUE(is_sound(record));
  Trial trial{record};
  constexpr std::int32_t kMost = 8'388'607;
  trial.energy(6400, {kMost, kMost, kMost}, 123'000);
  const double counts = kMost + double{kMostOffset};
  EXPECT_NEAR(static_cast<double>(trial.energy(64'000, {kMost, kMost, kMost}, 123'000)) /
                  (1.5 * 1.1 * counts * counts * 64'000 * 64 / 1048576),
              1, 1e-7);
}

// --- The starting threshold ---

/// A meter of 70 µV and 50 µA a count, by a product of counts in W.
CalibrationRecord scaled() {
  CalibrationRecord record = two_wire();
  record.nanovolts_per_count = 70'000;
  record.nanoamperes_per_count = 50'000;
  return record;
}
constexpr double kWattsPerProduct = 70e-6 * 50e-6;
constexpr double kQuantaPerProduct = 64.0 / 1048576;  // a sample

Trial starting_at(std::uint32_t milliwatts) {
  Trial trial{scaled()};
  ConfigurationRecord configuration{};
  configuration.starting_milliwatts = milliwatts;
  trial.metering.configure(configuration);
  return trial;
}

TEST(Metering, RegistersNothingBelowTheStartingPowerAndEverythingAboveIt) {
  // 60,000 counts are 4.2 V; 23,000 of current 4.83 W.
  const Sample load{60'000, 23'000, 0};
  const double products = 60'000.0 * 23'000;
  constexpr std::size_t kSamples = 600 * std::size_t{kSampleRate};
  for (const double ratio : {0.5, 0.95, 0.985, 1.005, 1.05, 3.0, 100.0}) {
    Trial trial =
        starting_at(static_cast<std::uint32_t>(std::lround(products * kWattsPerProduct * 1000 / ratio)));
    const double sum = static_cast<double>(trial.energy(kSamples, load) + trial.energy(128, {}));
    const double all = products * kQuantaPerProduct * kSamples;
    EXPECT_NEAR(sum, ratio < 1 ? 0 : all, 1) << ratio;
  }
}

TEST(Metering, LosesNothingOfALoadAboveTheThresholdWhenItComesAndGoes) {
  // 1 % of 200 A at 240 V, 480 W, a hundred times the threshold, on for 1.3 s at any phase of a block.
  Trial with = starting_at(4'800), without{scaled()};
  const Sample load{3'428'571, 40'000, 0};
  for (Trial* trial : {&with, &without}) {
    std::int64_t sum = 0;
    for (std::size_t n = 0; n < 64; ++n) sum += trial->energy(4'993, load) + trial->energy(40'001, {});
    EXPECT_NEAR(static_cast<double>(sum), 64 * 4'993 * kQuantaPerProduct * load.u * load.i1, 1);
  }
}

TEST(Metering, RegistersNothingEverWithVoltageAndNoCurrent) {
  Trial trial = starting_at(4'800);
  const auto voltage_alone = [](std::size_t n) { return Sample{wave(n).u, 0, 0}; };
  for (const std::int64_t block :
       trial.feed(600 * std::size_t{kSampleRate}, voltage_alone, [](std::size_t) { return 60'000; }))
    ASSERT_EQ(block, 0);
}

TEST(Metering, BlocksTheNoiseOfItsCurrentChannels) {
  // White noise of 8 counts rms, 0.4 mA, beside 240 V.
  Trial trial = starting_at(4'800);
  std::uint32_t random = 1;
  const auto noisy = [&](std::size_t n) {
    random = random * 1664525 + 1013904223;  // any sequence does
    return Sample{2 * wave(n).u, static_cast<std::int32_t>(random >> 27U) - 16, 0};
  };
  for (const std::int64_t block :
       trial.feed(600 * std::size_t{kSampleRate}, noisy, [](std::size_t) { return kReferenceTemperature; }))
    ASSERT_EQ(block, 0);
}

TEST(Metering, RefusesScalesWhosePowerCouldOverflow) {
  CalibrationRecord record = scaled();
  EXPECT_TRUE(is_sound(record));
  record.nanoamperes_per_count = static_cast<std::uint32_t>(kMostCountPower / record.nanovolts_per_count + 1);
  EXPECT_FALSE(is_sound(record));
}

// --- At rest ---

TEST(Metering, IsNeverAtRestWhileItsConverterGivesSomethingForNothing) {
  CalibrationRecord record = two_wire();
  record.offset_i[1] = 5;
  Trial trial{record};
  trial.energy(64'000, {0, 0, 5});
  EXPECT_FALSE(trial.metering.at_rest());
  Trial plain{two_wire()};
  plain.energy(64'000, {});
  EXPECT_TRUE(plain.metering.at_rest());
}

}  // namespace
}  // namespace meterbench::firmware
