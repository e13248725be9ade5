#include "drivers/radian_rd3x/simulator.h"

#include <gtest/gtest.h>

#include "drivers/far_end/far_end.h"
#include "drivers/far_end/usb_far_end.h"
#include "drivers/virtual_lab/world/world.h"

namespace meterbench::radian_rd3x {
namespace {

using virtual_lab::Phasor;
using virtual_lab::ScriptedFault;
using virtual_lab::SimulatorSettings;
using virtual_lab::World;

// instruments.md 4.4, and sums by its rule.
const Bytes kNop{0xA6, 0x00, 0x00, 0x00, 0x00, 0xA6};
const Bytes kVolts{0xA6, 0x2E, 0x00, 0x04, 0x00, 0x00, 0xFF, 0xFD, 0x02, 0xD4};
const Bytes kWatts{0xA6, 0x2E, 0x00, 0x04, 0x00, 0x02, 0xFF, 0xFD, 0x02, 0xD6};
const Bytes kHertz{0xA6, 0x2E, 0x00, 0x04, 0x00, 0x05, 0xFF, 0xFD, 0x02, 0xD9};
const Bytes kPhaseAngle{0xA6, 0x2E, 0x00, 0x04, 0x00, 0x06, 0xFF, 0xFD, 0x02, 0xDA};
const Bytes kPulseOutput{0xA6, 0x1D, 0x00, 0x03, 0x01, 0x00, 0x00, 0x00, 0xC7};
const Bytes kOneWhPerPulse{0xA6, 0x32, 0x00, 0x07, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xDF};

constexpr std::string_view kNopAnswer = "A3 00 00 A3";

class RadianSimulator : public testing::Test {
 protected:
  World& world() { return *world_; }
  FarEnd& standard() { return *standard_; }

  void make(std::vector<ScriptedFault> faults = {}, const std::map<std::string, double>& changed = {}) {
    world_ = std::make_unique<World>(1, virtual_lab::SourceOutput::Settings{.settle_s = 0});
    const auto model = simulator_model();
    SimulatorSettings settings;
    settings.role = "reference";
    for (const auto& parameter : model.parameters) settings.numbers[parameter.key] = parameter.fallback;
    for (const auto& [key, value] : changed) settings.numbers.at(key) = value;
    settings.faults = std::move(faults);
    standard_ = std::get<std::shared_ptr<FarEnd>>(model.make(*world_, settings));
    standard_->opened(Instant{});
  }

  /// 240 V line to line, `amperes` through both circuits as in series, PF 1.
  void energise(double amperes) {
    world().source().apply(world().now(),
                           {Frequency{60}, {Phasor{120}, Phasor{-120}}, {Phasor{amperes}, Phasor{-amperes}}});
  }
  void advance(Duration by) { world().advance_to(world().now() + by); }

  /// All that comes within 300 ms.
  std::string answer(const Bytes& request) {
    Bytes reply;
    standard().on_bytes(world().now(), request, reply);
    EXPECT_TRUE(reply.empty()) << "an instrument needs time";
    const Instant limit = world().now() + std::chrono::milliseconds{300};
    while (const auto next = standard().next_event()) {
      if (*next > limit) break;
      world().advance_to(*next);
      standard().on_time(*next, reply);
    }
    return hex_text(reply);
  }

 private:
  std::unique_ptr<World> world_;
  std::shared_ptr<FarEnd> standard_;
};

TEST_F(RadianSimulator, AcknowledgesNopShortly) {
  make();
  EXPECT_EQ(answer(kNop), kNopAnswer);
}

TEST_F(RadianSimulator, AnswersAMetricWithFiveFloatsIn26Bytes) {
  make();
  energise(5);
  advance(std::chrono::seconds{1});
  // 120 V is 1.875 · 2⁶; element C has nothing, N is reserved, volts have no net.
  EXPECT_EQ(answer(kVolts), "AC 2E 00 14 06 70 00 00 06 70 00 00 7F 7F FF FF 80 00 00 00 7F 7F FF FF 08 52");
  // 600 W each is 1.171875 · 2⁹, together 1200 W.
  EXPECT_EQ(answer(kWatts), "AC 2E 00 14 09 16 00 00 09 16 00 00 7F 7F FF FF 80 00 00 00 0A 16 00 00 04 C8");
  EXPECT_EQ(answer(kHertz).substr(0, 35), "AC 2E 00 14 05 70 00 00 05 70 00 00");
}

TEST_F(RadianSimulator, AMetricItDoesNotSupportIsInvalid) {
  make();
  EXPECT_EQ(answer(kPhaseAngle).substr(12, 23), "7F 7F FF FF 7F 7F FF FF");
}

TEST_F(RadianSimulator, TakesRequestsByteByByteAndTwoAtOnce) {
  make();
  Bytes reply;
  for (std::size_t i = 0; i + 1 < kNop.size(); ++i) standard().on_bytes(world().now(), {&kNop[i], 1}, reply);
  EXPECT_FALSE(standard().next_event());
  Bytes rest{kNop.back()};
  rest.insert(rest.end(), kNop.begin(), kNop.end());
  EXPECT_EQ(answer(rest), "A3 00 00 A3 A3 00 00 A3");
}

TEST_F(RadianSimulator, IgnoresNoiseBeforeARequest) {
  make();
  Bytes noisy{0x00, 0xFF, 0x13};
  noisy.insert(noisy.end(), kNop.begin(), kNop.end());
  EXPECT_EQ(answer(noisy), kNopAnswer);
}

TEST_F(RadianSimulator, ForgetsARequestThatStopsInTheMiddle) {
  make();
  EXPECT_EQ(answer({kVolts.begin(), kVolts.begin() + 5}), "");
  advance(std::chrono::milliseconds{200});
  EXPECT_EQ(answer(kNop), kNopAnswer);
}

TEST_F(RadianSimulator, RefusesABadChecksumAndAnUnknownPacket) {
  make();
  Bytes bad = kNop;
  bad.back() = 0xA7;
  EXPECT_EQ(answer(bad).substr(0, 2), "A9");
  EXPECT_EQ(answer({0xA6, 0x77, 0x00, 0x00, 0x01, 0x1D}).substr(0, 2), "A9");
}

TEST_F(RadianSimulator, GivesPulsesOfTheConstantOnceTheOutputIsAssigned) {
  make();
  virtual_lab::PulseSignal& pulses = *world().signal("reference.pulses");
  EXPECT_EQ(answer(kOneWhPerPulse), "A3 32 00 04 00 00 00 00 00 D9");
  energise(50);  // 12 kW
  advance(std::chrono::seconds{10});
  EXPECT_EQ(pulses.edges_until(world().now()), 0U);
  EXPECT_EQ(answer(kPulseOutput), "AC 1D 00 02 00 0A 00 D5");
  const auto before = pulses.edges_until(world().now());
  advance(std::chrono::seconds{30});
  EXPECT_EQ(pulses.edges_until(world().now()) - before, 100U);  // 12 kW · 30 s = 100 Wh
}

TEST_F(RadianSimulator, InSeriesFormsThePowerOfTheOneCircuitThatCarriesTheLoad) {
  make({}, {{"series", 1}});
  virtual_lab::PulseSignal& pulses = *world().signal("reference.pulses");
  EXPECT_EQ(answer(kOneWhPerPulse), "A3 32 00 04 00 00 00 00 00 D9");
  EXPECT_EQ(answer(kPulseOutput), "AC 1D 00 02 00 0A 00 D5");
  world().source().apply(world().now(),
                         {Frequency{60}, {Phasor{120}, Phasor{-120}}, {Phasor{}, Phasor{-50}}});
  advance(std::chrono::seconds{1});
  const auto before = pulses.edges_until(world().now());
  advance(std::chrono::seconds{30});
  EXPECT_EQ(pulses.edges_until(world().now()) - before, 100U);  // 240 V · 50 A · 30 s; a meter has half of it
}

TEST_F(RadianSimulator, RefusesAConstantThatIsNoEnergy) {
  make();
  EXPECT_EQ(
      answer({0xA6, 0x32, 0x00, 0x07, 0x00, 0x00, 0x00, 0x80, 0x00, 0x00, 0x00, 0x01, 0x5F}).substr(0, 2),
      "A9");
}

TEST_F(RadianSimulator, ReadsHighByItsGain) {
  make({}, {{"gain_percent", 0.5}});
  energise(5);
  advance(std::chrono::seconds{1});
  // 603 W is 1.177734375 · 2⁹.
  EXPECT_EQ(answer(kWatts).substr(12, 11), "09 16 C0 00");
}

TEST_F(RadianSimulator, EachCurrentRangeHasItsOwnError) {
  make({}, {{"range_error_percent", 1}});
  const auto watts_at = [&](double amperes) {
    energise(amperes);
    advance(std::chrono::seconds{1});
    return answer(kWatts).substr(15, 8);  // the mantissa of element A: alike for loads a power of 2 apart
  };
  const auto at_5 = watts_at(5);
  EXPECT_EQ(watts_at(2.5), at_5) << "the same range";
  const auto at_10 = watts_at(10);
  EXPECT_NE(at_10, at_5);
  EXPECT_NE(watts_at(20), at_10);
  EXPECT_EQ(watts_at(5), at_5) << "back to the lower range, whatever was before";
}

TEST_F(RadianSimulator, SpoilsTheAnswerThatTheScriptNames) {
  const auto at = [](std::uint64_t command, std::string what) {
    return ScriptedFault{.at = {}, .command = command, .what = std::move(what)};
  };
  make({at(1, "error_ack"), at(2, "bad_checksum"), at(3, "truncated"), at(4, "silence"), at(6, "flt_max"),
        at(8, "stale")});
  EXPECT_EQ(answer(kNop).substr(0, 2), "A9");
  EXPECT_EQ(answer(kNop), "A3 00 00 A2");
  EXPECT_EQ(answer(kNop), "A3 00");
  EXPECT_EQ(answer(kNop), "");
  EXPECT_EQ(answer(kNop), kNopAnswer);
  EXPECT_EQ(answer(kHertz).substr(12, 11), "7F 7F FF FF");
  EXPECT_EQ(answer(kNop), kNopAnswer);
  EXPECT_EQ(answer(kVolts), kNopAnswer) << "the answer before";
  EXPECT_EQ(answer(kVolts).substr(0, 11), "AC 2E 00 14");
}

TEST_F(RadianSimulator, DriftsFromTheInstantOfTheScript) {
  make({{.at = instant_at(2), .command = {}, .what = "drift"}});
  energise(5);
  advance(std::chrono::milliseconds{1900});
  EXPECT_EQ(answer(kWatts).substr(12, 11), "09 16 00 00");
  advance(std::chrono::seconds{2});
  EXPECT_EQ(answer(kWatts).substr(12, 11), "09 16 C0 00");  // 603 W: +0.5 %
}

}  // namespace
}  // namespace meterbench::radian_rd3x
