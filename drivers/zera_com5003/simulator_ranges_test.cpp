#include "drivers/zera_com5003/simulator_ranges.h"

#include <gtest/gtest.h>

#include "drivers/zera_com5003/simulator_messages.h"

namespace meterbench::zera_com5003 {
namespace {

constexpr std::size_t kUL1 = 0, kUL2 = 1, kIL1 = Ranges::kIL1, kIL2 = 4;

std::array<double, 6> rms(double volts, double amperes) { return {volts, volts, 0, amperes, amperes, 0}; }

void take(Ranges& ranges, std::size_t channel, std::string_view name) {
  ASSERT_TRUE(ranges.want(channel, name));
  ranges.apply();
}

TEST(SimulatedRanges, BeginWithTheHighestByHandAndGrouped) {
  const Ranges ranges;
  EXPECT_EQ(ranges.active(kUL1).name, "480V");
  EXPECT_EQ(ranges.active(kIL1).name, "200A");
  EXPECT_FALSE(ranges.automatic);
  EXPECT_TRUE(ranges.grouped);
}

TEST(SimulatedRanges, AreTakenOnceTheyAreAppliedByTheGroupOrOneByOne) {
  Ranges ranges;
  ASSERT_TRUE(ranges.want(kIL1, "500mA"));
  EXPECT_EQ(ranges.active(kIL1).name, "200A");
  ranges.apply();
  EXPECT_EQ(ranges.active(kIL2).name, "500mA");
  EXPECT_EQ(ranges.active(kUL1).name, "480V");
  ranges.grouped = false;
  take(ranges, kIL2, "5A");
  EXPECT_EQ(ranges.active(kIL1).name, "500mA");
  EXPECT_FALSE(ranges.want(kIL1, "250V"));
  EXPECT_FALSE(ranges.want(kUL1, "10A"));
}

TEST(SimulatedRanges, HaveAPulseConstant) {
  // instruments.md 4.2: 480 V, 200 A, three elements.
  Ranges ranges;
  EXPECT_DOUBLE_EQ(ranges.pulse_constant(), 2.5e6);
  take(ranges, kUL1, "240V");
  take(ranges, kIL1, "10A");
  EXPECT_DOUBLE_EQ(ranges.pulse_constant(), 1e8);
}

TEST(SimulatedRanges, AreOverloadedAQuarterAboveAndAt168Amperes) {
  Ranges ranges;
  take(ranges, kIL1, "10A");
  ranges.observe(rms(120, 12.5));
  EXPECT_FALSE(ranges.overloaded());
  ranges.observe(rms(120, 12.6));
  EXPECT_TRUE(ranges.overloaded());
  EXPECT_FALSE(ranges.latched());
  EXPECT_EQ(ranges.active(kIL1).name, "200A") << "it jumps to the highest";

  Ranges highest;
  highest.observe(rms(120, 168));
  EXPECT_FALSE(highest.overloaded());
  highest.observe(rms(120, 168.1));
  EXPECT_TRUE(highest.overloaded());
  EXPECT_TRUE(highest.latched());
}

TEST(SimulatedRanges, StayOverloadedByHandUntilItIsCleared) {
  Ranges ranges;
  take(ranges, kIL1, "10A");
  ranges.observe(rms(120, 100));
  ranges.observe(rms(120, 5));
  EXPECT_TRUE(ranges.overloaded());
  ranges.clear_overload();
  EXPECT_FALSE(ranges.overloaded());
  ranges.apply();
  EXPECT_EQ(ranges.active(kIL1).name, "10A") << "clearing applies the ranges again";
}

TEST(SimulatedRanges, ClearAnOverloadThatIsOverWhenOneIsTakenByHand) {
  Ranges ranges;
  take(ranges, kIL1, "10A");
  ranges.observe(rms(120, 100));
  take(ranges, kIL1, "10A");
  EXPECT_TRUE(ranges.overloaded()) << "the load is still there";
  ranges.observe(rms(120, 5));
  take(ranges, kIL1, "25A");
  EXPECT_FALSE(ranges.overloaded());
}

TEST(SimulatedRanges, FollowTheLoadByThemselves) {
  Ranges ranges;
  ranges.automatic = true;
  ranges.observe(rms(118.7, 11.8));  // 95 % of 125 % of 100 V … 10 A: 11.875 A
  EXPECT_EQ(ranges.active(kUL1).name, "120V");
  EXPECT_EQ(ranges.active(kIL1).name, "10A");
  ranges.observe(rms(118.7, 12.3));
  EXPECT_EQ(ranges.active(kIL1).name, "10A") << "it stays up to 99 %: 12.375 A";
  ranges.observe(rms(118.7, 12.4));
  EXPECT_EQ(ranges.active(kIL1).name, "25A");
  ranges.observe(rms(118.7, 11.9));
  EXPECT_EQ(ranges.active(kIL1).name, "25A");
}

TEST(SimulatedRanges, ClearOverloadByThemselvesUnlessItWasOnTheHighest) {
  Ranges ranges;
  ranges.automatic = true;
  ranges.observe(rms(120, 1));
  ranges.observe(rms(120, 100));
  EXPECT_TRUE(ranges.overloaded());
  ranges.observe(rms(120, 100));
  EXPECT_FALSE(ranges.overloaded());
  ranges.observe(rms(120, 200));
  EXPECT_FALSE(ranges.latched()) << "it was not on the highest";
  ranges.observe(rms(120, 200));
  EXPECT_TRUE(ranges.latched());
  ranges.observe(rms(120, 100));
  EXPECT_TRUE(ranges.overloaded());
  ranges.clear_overload();
  ranges.observe(rms(120, 100));
  EXPECT_FALSE(ranges.overloaded());
}

// --- Messages ---

TEST(SimulatedMessages, StandBetweenBars) {
  EXPECT_EQ(messages_of(" *STB? |sens:rng1:ul1:rang 250V; |"),
            (std::vector<std::string>{"*STB?", "sens:rng1:ul1:rang 250V;"}));
}

TEST(SimulatedMessages, AreHeaderAndParameter) {
  const auto message = parse_message("sens:rng1:ul1:rang 250V;");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->nodes, (std::vector<std::string>{"SENS", "RNG1", "UL1", "RANG"}));
  EXPECT_FALSE(message->query);
  EXPECT_EQ(message->parameter, "250V");
  EXPECT_TRUE(parse_message("*IDN?")->query);
  EXPECT_EQ(parse_message("*CLS")->parameter, std::nullopt);
}

TEST(SimulatedMessages, NeedASemicolonBehindAParameterAndNoneBehindAQuestion) {
  EXPECT_EQ(parse_message("sens:rng1:ul1:rang 250V").error(), ScpiError::command);
  EXPECT_EQ(parse_message("*IDN? 1;").error(), ScpiError::command);
  EXPECT_EQ(parse_message("?").error(), ScpiError::command);
}

TEST(SimulatedMessages, MayUseShortForms) {
  const auto same = [](std::string_view text, std::string_view header) {
    return means(parse_message(text)->nodes, keywords_of(header));
  };
  EXPECT_TRUE(same("sens:rng1:ul1:rang?", "SENSE:RNG1:UL1:RANGE"));
  EXPECT_TRUE(same("conf:rms1:tint?", "CONFIGURATION:RMS1:TINTEGRATION"));
  EXPECT_TRUE(same("syst:err?", "SYSTEM:ERROR"));
  EXPECT_TRUE(same("calc:ec01:0001:stat?", "CALCULATE:EC01:0001:STATUS"));
  EXPECT_FALSE(same("sen:rng1:ul1:rang?", "SENSE:RNG1:UL1:RANGE"));
  EXPECT_FALSE(same("sens:rng1:ul1?", "SENSE:RNG1:UL1:RANGE"));
}

}  // namespace
}  // namespace meterbench::zera_com5003
