#include "drivers/virtual_lab/meter/firmware/test_led.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "drivers/virtual_lab/meter/firmware/calibration_record.h"

namespace meterbench::firmware {
namespace {

constexpr std::uint64_t kKt = 1'000'000;  // quanta

ConfigurationRecord with(std::uint8_t milliseconds, std::uint8_t divisor = 1, bool inverted = false) {
  ConfigurationRecord record{};
  record.led_milliseconds = milliseconds;
  record.test_mode_divisor = divisor;
  record.led_inverted = inverted ? 1 : 0;
  return record;
}

struct Pulse {
  double begin;  // samples
  double width;
  bool inverted;
};

struct Trial {
  explicit Trial(const ConfigurationRecord& configuration) { led.configure(configuration); }

  void blocks(int count, std::uint64_t energy) {
    for (int n = 0; n < count; ++n) led.spread(now += kBlock, energy);
  }
  std::vector<Pulse> pulses() {
    std::vector<Pulse> all;
    LedEdge edge;
    while (pop(board->led_edges, edge))
      all.push_back({static_cast<double>(edge.sample) + edge.fraction * 0x1p-32,
                     (edge.pulse & ~kLedInverted) * 0x1p-16, (edge.pulse & kLedInverted) != 0});
    return all;
  }

  std::unique_ptr<Board> board = std::make_unique<Board>();
  TestLed led{*board, kKt, 0};
  std::uint64_t now = 0;
};

TEST(TestLed, GivesPulsesOfTheWidthOfItsConfiguration) {
  for (const int milliseconds : {1, 10, 40, 255}) {
    Trial trial{with(static_cast<std::uint8_t>(milliseconds))};
    trial.blocks(400, kKt / 40);
    const std::vector<Pulse> pulses = trial.pulses();
    ASSERT_EQ(pulses.size(), 10U);
    for (const Pulse& pulse : pulses) EXPECT_NEAR(pulse.width, milliseconds * 3.84, 0x1p-16) << milliseconds;
  }
}

TEST(TestLed, ShortensAPulseToHalfTheIntervalWhereTheyComeFaster) {
  // Samples between pulses, at 38.4 samples of width.
  for (const double interval : {200.0, 77.0, 76.8, 76.0, 64.0, 10.0, 0.5}) {
    Trial trial{with(10)};
    trial.blocks(8, static_cast<std::uint64_t>(static_cast<double>(kKt) * 64 / interval));
    const std::vector<Pulse> pulses = trial.pulses();
    ASSERT_GE(pulses.size(), 2U);
    for (std::size_t n = 1; n < pulses.size(); ++n) {
      EXPECT_NEAR(pulses[n].begin - pulses[n - 1].begin, interval, interval * 1e-5);
      EXPECT_NEAR(pulses[n].width, interval > 76.8 ? 38.4 : interval / 2, 0x1p-16 + interval * 1e-5);
    }
  }
}

TEST(TestLed, TellsThatItIsDarkForAPulse) {
  for (const bool inverted : {false, true}) {
    Trial trial{with(10, 1, inverted)};
    trial.blocks(10, kKt / 4);
    trial.led.signal(trial.now);
    const std::vector<Pulse> pulses = trial.pulses();
    ASSERT_EQ(pulses.size(), 3U);
    for (const Pulse& pulse : pulses) {
      EXPECT_EQ(pulse.inverted, inverted);
      EXPECT_NEAR(pulse.width, 38.4, 0x1p-16);
    }
  }
}

TEST(TestLed, ItsPolarityAndWidthChangeNoInstant) {
  Trial one{with(1)}, other{with(255, 1, true)};
  for (Trial* trial : {&one, &other}) trial->blocks(500, kKt / 7);
  const std::vector<Pulse> first = one.pulses(), second = other.pulses();
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t n = 0; n < first.size(); ++n) EXPECT_EQ(first[n].begin, second[n].begin);
}

TEST(TestLed, SignalsWithPulsesThatEndBeforeTheNext) {
  Trial trial{with(255)};
  trial.led.signal(64);
  EXPECT_EQ(trial.pulses().at(0).width, 96.0);  // 20 Hz are 192 samples
}

TEST(TestLed, SpreadsEvenlyHoweverMuchWasHeldBack) {
  for (const std::uint64_t energy : {(1ULL << 39U) + 12'345, (1ULL << 42U) + 1, (1ULL << 48U) - 1}) {
    auto board = std::make_unique<Board>();
    TestLed led{*board, energy / 100, 0};
    led.spread(kBlock, energy);
    LedEdge edge{};
    for (int n = 1; n <= 100; ++n) {
      ASSERT_TRUE(pop(board->led_edges, edge)) << n;
      EXPECT_NEAR(static_cast<double>(edge.sample) + edge.fraction * 0x1p-32, 64 + n * 0.64, 0x1p-15) << n;
      EXPECT_NEAR(edge.pulse * 0x1p-16, 0.32, 0x1p-15);
    }
    EXPECT_FALSE(pop(board->led_edges, edge));
  }
}

TEST(TestLed, HasItsOwnKtInTestMode) {
  Trial trial{with(10, 20)};
  trial.led.change_mode(Mode::test);
  trial.blocks(200, kKt / 20);
  EXPECT_EQ(trial.pulses().size(), 200U);
  trial.led.change_mode(Mode::metering);
  trial.blocks(200, kKt / 20);
  EXPECT_EQ(trial.pulses().size(), 10U);
}

TEST(TestLed, BackFromTestModeCountsOnWhereMeteringWas) {
  Trial trial{with(10, 10)};
  trial.blocks(3, kKt / 4);
  trial.led.change_mode(Mode::test);
  trial.blocks(7, kKt / 11);  // no whole number of its own Kt either
  EXPECT_EQ(trial.pulses().size(), 6U);
  trial.led.change_mode(Mode::metering);
  trial.blocks(1, kKt / 4 - 1);
  EXPECT_TRUE(trial.pulses().empty());
  trial.blocks(1, 1);
  EXPECT_EQ(trial.pulses().size(), 1U);
  trial.led.change_mode(Mode::test);
  trial.blocks(1, kKt / 10 - 1);
  EXPECT_TRUE(trial.pulses().empty()) << "what the last test left over is gone";
  trial.blocks(1, 1);
  EXPECT_EQ(trial.pulses().size(), 1U);
}

}  // namespace
}  // namespace meterbench::firmware
