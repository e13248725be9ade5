#include "drivers/virtual_lab/meter/firmware/present_meter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "drivers/virtual_lab/meter/firmware/integer_root.h"
#include "drivers/virtual_lab/meter/firmware/metering.h"

namespace meterbench::firmware {
namespace {

constexpr std::int32_t kOne = 1 << kGainBits;
constexpr double kVolts = 70e-6, kAmperes = 50e-6;  // of a count

CalibrationRecord two_wire() {
  CalibrationRecord record{};
  record.nanovolts_per_count = 70'000;
  record.nanoamperes_per_count = 50'000;
  record.gain[0] = kOne;
  record.kt = 1'000'000;
  return record;
}
CalibrationRecord three_wire() {
  CalibrationRecord record = two_wire();
  record.gain[0] = kOne / 2;
  record.gain[1] = -kOne / 2;
  return record;
}

/// One order of the wave: RMS values, and by how much the currents lag.
struct Order {
  int order;
  double volts;
  double amperes1;
  double amperes2;
  double lag;  // rad
};

struct Load {
  double hertz;
  std::vector<Order> orders;

  [[nodiscard]] Sample sample(std::uint64_t n) const {
    double u = 0, i1 = 0, i2 = 0;
    for (const Order& o : orders) {
      // The phase of the fundamental is any; turned before it grows, so that it stays exact.
      const double turns = std::fmod(o.order * hertz / kSampleRate * static_cast<double>(n), 1.0);
      const double angle = 2 * std::numbers::pi * turns + 0.3;
      u += std::numbers::sqrt2 * o.volts / kVolts * std::sin(angle);
      i1 += std::numbers::sqrt2 * o.amperes1 / kAmperes * std::sin(angle - o.lag);
      i2 += std::numbers::sqrt2 * o.amperes2 / kAmperes * std::sin(angle - o.lag);
    }
    const auto counts = [](double value) { return static_cast<std::int32_t>(std::lround(value)); };
    return {counts(u), counts(i1), counts(i2)};
  }
};

void feed(Metering& metering, std::uint64_t samples, const Load& load) {
  for (std::uint64_t n = 0; n < samples; ++n)
    if (metering.take(load.sample(metering.taken())))
      static_cast<void>(metering.end_block(kReferenceTemperature));
}

PresentValues after(double seconds, const CalibrationRecord& record, const Load& load) {
  Metering metering{record};
  feed(metering, static_cast<std::uint64_t>(seconds * kSampleRate), load);
  return metering.present();
}

constexpr double kFrequencies[] = {45, 47.3, 49.97, 50, 55.5, 59.94, 60, 60.013, 62.5, 65};

TEST(PresentMeter, TellsRmsValuesAndFrequencyFrom45To65Hertz) {
  for (const double hertz : kFrequencies)
    for (const double volts : {60.0, 120.0, 240.0, 400.0}) {
      const PresentValues v = after(3, two_wire(), {hertz, {{1, volts, 150, 20, 0.7}}});
      EXPECT_NEAR(v.millivolts, volts * 1000, 1 + volts * 0.03) << hertz;
      EXPECT_NEAR(v.milliamperes[0], 150'000, 1 + 150 * 0.03) << hertz;
      EXPECT_NEAR(v.milliamperes[1], 20'000, 1 + 20 * 0.03) << hertz;
      EXPECT_NEAR(v.millihertz, hertz * 1000, 1) << hertz << " Hz at " << volts << " V";
      EXPECT_NEAR(v.watts, volts * 150 * std::cos(0.7), 0.5 + volts * 150 * 5e-5) << hertz;
    }
}

TEST(PresentMeter, TellsPowerFactorAndPowerOfEachQuadrant) {
  for (const double hertz : {50.0, 59.9, 60.0})
    for (const double amperes : {0.1, 2.5, 200.0})
      for (int degrees = -180; degrees < 180; degrees += 15) {
        const double lag = degrees * std::numbers::pi / 180;
        const PresentValues v = after(3, two_wire(), {hertz, {{1, 240, amperes, 0, lag}}});
        EXPECT_NEAR(v.power_factor_ppm, std::cos(lag) * 1e6, 200) << degrees << "°, " << amperes << " A";
        EXPECT_NEAR(v.watts, 240 * amperes * std::cos(lag), 0.5 + 240 * amperes * 1e-4);
      }
}

TEST(PresentMeter, SumsTheSquaresAndPowersOfHarmonics) {
  for (const double hertz : kFrequencies) {
    const Load load{hertz,
                    {{1, 120, 100, 0, 0.3}, {3, 15, 40, 0, 1.2}, {5, 10, 30, 0, -0.8}, {13, 4, 10, 0, 2.5}}};
    double u2 = 0, i2 = 0, p = 0;
    for (const Order& o : load.orders) {
      u2 += o.volts * o.volts;
      i2 += o.amperes1 * o.amperes1;
      p += o.volts * o.amperes1 * std::cos(o.lag);
    }
    const PresentValues v = after(3, two_wire(), load);
    EXPECT_NEAR(v.millivolts, 1000 * std::sqrt(u2), 4) << hertz;
    EXPECT_NEAR(v.milliamperes[0], 1000 * std::sqrt(i2), 4) << hertz;
    EXPECT_NEAR(v.watts, p, 1) << hertz;
    EXPECT_NEAR(v.power_factor_ppm, 1e6 * p / std::sqrt(u2 * i2), 100) << hertz;
    EXPECT_NEAR(v.millihertz, hertz * 1000, 1);
  }
}

TEST(PresentMeter, CountsNoPeriodForHarmonicsAboutZero) {
  // 120·sin x − 60·sin 3x turns back at zero, by 16 V of peak, and so crosses it three times.
  const Load load{60, {{1, 120, 0, 0, 0}, {3, -60, 0, 0, 0}}};
  EXPECT_NEAR(after(3, two_wire(), load).millihertz, 60'000, 1);
}

TEST(PresentMeter, ThreeWireFormsHaveTheApparentPowerOfBothCoils) {
  const PresentValues series = after(3, three_wire(), {60, {{1, 240, 50, -50, 1.0}}});
  EXPECT_NEAR(series.watts, 240 * 50 * std::cos(1.0), 1);
  EXPECT_NEAR(series.power_factor_ppm, 1e6 * std::cos(1.0), 50);
  const PresentValues opposed = after(3, three_wire(), {60, {{1, 240, 50, 50, 0}}});
  EXPECT_EQ(opposed.watts, 0);
  EXPECT_NEAR(opposed.power_factor_ppm, 0, 1);
  EXPECT_NEAR(opposed.milliamperes[1], 50'000, 2);
}

TEST(PresentMeter, ThePhaseFilterChangesNeitherVoltageNorPowerFactorOfItsOwn) {
  // A delay of D sample lets 1 − D(1 − D)(1 − cos w) through and lags by about D·w; a current that lags as
  // much is in phase.
  CalibrationRecord record = two_wire();
  record.phase_delay = kOne / 2;
  const double w = 2 * std::numbers::pi / 64;
  const PresentValues v = after(3, record, {60, {{1, 240, 100, 0, w / 2}}});
  EXPECT_NEAR(v.millivolts, 240'000, 1);
  EXPECT_NEAR(v.power_factor_ppm, 1'000'000, 2);
  EXPECT_NEAR(v.watts, 24'000 * std::cos(w / 2), 1);  // what the filter lets through at a half
}

TEST(PresentMeter, TellsOfTheLastWholeSecondOnly) {
  Metering metering{two_wire()};
  feed(metering, 2 * kSampleRate, {60, {{1, 240, 100, 0, 0}}});
  EXPECT_NEAR(metering.present().watts, 24'000, 2);
  feed(metering, kSampleRate, {60, {{1, 120, 10, 0, 0}}});
  EXPECT_NEAR(metering.present().watts, 1'200, 1);
  EXPECT_NEAR(metering.present().millivolts, 120'000, 1);
  EXPECT_NEAR(metering.present().millihertz, 60'000, 1);
  feed(metering, kSampleRate - 1, {60, {}});
  EXPECT_FALSE(metering.second_ended());
  EXPECT_NEAR(metering.present().watts, 1'200, 1) << "nothing new before the second has ended";
  feed(metering, 1, {60, {}});
  EXPECT_TRUE(metering.second_ended());
  const PresentValues& v = metering.present();
  EXPECT_EQ(v.millivolts + v.milliamperes[0] + v.milliamperes[1] + v.millihertz, 0U);
  EXPECT_EQ(v.watts, 0);
  EXPECT_EQ(v.power_factor_ppm, 0);
}

TEST(PresentMeter, TellsNoPowerWhileNothingIsRegistered) {
  ConfigurationRecord configuration{};
  configuration.starting_milliwatts = 24'000;
  Metering metering{two_wire()};
  metering.configure(configuration);
  feed(metering, 8 * kSampleRate, {60, {{1, 240, 0.09, 0, 0}}});
  EXPECT_EQ(metering.present().watts, 0);
  EXPECT_EQ(metering.present().power_factor_ppm, 0);
  EXPECT_NEAR(metering.present().milliamperes[0], 90, 1);
  feed(metering, 8 * kSampleRate, {60, {{1, 240, 0.12, 0, 0}}});
  EXPECT_NEAR(metering.present().watts, 28.8, 0.5);
  EXPECT_NEAR(metering.present().power_factor_ppm, 1e6, 500);
}

TEST(PresentMeter, HasNoFrequencyWithoutVoltage) {
  for (const double volts : {0.0, 0.5, 5.0})
    EXPECT_EQ(after(3, two_wire(), {60, {{1, volts, 100, 0, 0}}}).millihertz, 0U) << volts;
  EXPECT_NEAR(after(3, two_wire(), {60, {{1, 10, 100, 0, 0}}}).millihertz, 60'000, 1);
}

TEST(PresentMeter, CountsThePeriodsOfTheLine) {
  Metering metering{two_wire()};
  feed(metering, 100 * kSampleRate, {60, {{1, 120, 0, 0, 0}}});
  EXPECT_NEAR(static_cast<double>(metering.line_periods()), 6000, 1);
  feed(metering, 100 * kSampleRate, {60, {}});
  EXPECT_NEAR(static_cast<double>(metering.line_periods()), 6000, 1);
}

TEST(PresentMeter, HoldsFullScale) {
  CalibrationRecord record = two_wire();
  record.gain[0] = record.gain[1] = 3 * (kOne / 4);
  constexpr std::int32_t kMost = 8'388'607;
  Metering metering{record};
  for (std::uint32_t n = 0; n < 3 * kSampleRate; ++n)
    if (metering.take(n % 64 < 32 ? Sample{kMost, kMost, kMost} : Sample{-kMost, -kMost, -kMost}))
      static_cast<void>(metering.end_block(kReferenceTemperature));
  const PresentValues& v = metering.present();
  EXPECT_NEAR(v.millivolts, 1000 * kVolts * kMost, 1);
  EXPECT_NEAR(v.milliamperes[1], 1000 * kAmperes * kMost, 1);
  EXPECT_NEAR(v.watts, 1.5 * kVolts * kMost * kAmperes * kMost, 1);
  EXPECT_NEAR(v.power_factor_ppm, 1'000'000, 1);
}

// --- At rest ---

void expect_rest_passes_exactly(std::uint32_t starting_milliwatts) {
  ConfigurationRecord configuration{};
  configuration.starting_milliwatts = starting_milliwatts;
  const Load load{59.7, {{1, 240, 20, -20, 0.5}, {3, 10, 5, -5, 0}}};
  for (const std::uint64_t rest : {1U, 63U, 64U, 1'919U, 3'840U, 100'001U, 3'333'333U}) {
    Metering stepping{three_wire()}, passing{three_wire()};
    for (Metering* one : {&stepping, &passing}) {
      one->configure(configuration);
      feed(*one, 20'011, load);
    }
    const Load nothing{60, {}};
    std::uint64_t until_rest = 0;
    for (; !passing.at_rest(); ++until_rest) feed(passing, 1, nothing);
    EXPECT_LT(until_rest, 10U * kSampleRate);
    passing.pass_rest(rest);
    feed(stepping, until_rest + rest, nothing);
    ASSERT_EQ(passing.taken(), stepping.taken());
    EXPECT_TRUE(stepping.at_rest());
    for (int n = 0; n < 20'000; ++n) {
      const Sample sample = load.sample(passing.taken());
      const bool ended = passing.take(sample);
      ASSERT_EQ(stepping.take(sample), ended);
      if (!ended) continue;
      ASSERT_EQ(passing.end_block(31'000), stepping.end_block(31'000)) << rest << ", " << n;
      const PresentValues &a = passing.present(), &b = stepping.present();
      ASSERT_EQ(a.millivolts, b.millivolts);
      ASSERT_EQ(a.milliamperes[0], b.milliamperes[0]);
      ASSERT_EQ(a.milliamperes[1], b.milliamperes[1]);
      ASSERT_EQ(a.watts, b.watts);
      ASSERT_EQ(a.power_factor_ppm, b.power_factor_ppm);
      ASSERT_EQ(a.millihertz, b.millihertz);
      ASSERT_EQ(passing.line_periods(), stepping.line_periods());
    }
  }
}

TEST(PresentMeter, PassesRestExactlyAsSamplesOfNothingWould) {
  expect_rest_passes_exactly(24'000);
  expect_rest_passes_exactly(0);  // at rest sooner: the creep block needs no window to close
}

TEST(IntegerRoot, IsTheGreatestWhoseSquareFits) {
  for (std::uint64_t n = 0; n < 70'000; ++n) {
    EXPECT_LE(std::uint64_t{integer_root(n)} * integer_root(n), n);
    EXPECT_GT((std::uint64_t{integer_root(n)} + 1) * (std::uint64_t{integer_root(n)} + 1), n);
  }
  for (const std::uint64_t root : {65'535ULL, 65'536ULL, 3'000'000'019ULL, 4'294'967'295ULL}) {
    EXPECT_EQ(integer_root(root * root), root);
    EXPECT_EQ(integer_root(root * root - 1), root - 1);
    EXPECT_EQ(integer_root(root * root + 2 * root), root);
  }
}

}  // namespace
}  // namespace meterbench::firmware
