#include "drivers/zera_com5003/answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "drivers/zera_com5003/ranges.h"

namespace meterbench::zera_com5003 {
namespace {

using ::testing::HasSubstr;

std::optional<std::size_t> end_of(std::string_view text) { return answer_end(to_bytes(text)).value(); }

TEST(Com5003SerialNumber, IsTheThirdPartOfTheIdentityUnlessItIsZero) {
  EXPECT_EQ(serial_number("ZERA GmbH Koenigswinter, COM5003, 05012345, com5003-release-1.2"), "05012345");
  EXPECT_EQ(serial_number("ZERA GmbH Koenigswinter,COM5003,05012345,1"), "05012345");
  for (const char* untold : {"ZERA, COM5003, 0, 1", "ZERA, COM5003, , 1", "ZERA, COM5003", ""})
    EXPECT_FALSE(serial_number(untold)) << untold;
}

TEST(Com5003AnswerEnd, IsBehindTheLineFeed) {
  EXPECT_EQ(end_of("+1\n"), 3U);
  EXPECT_EQ(end_of("+1\r\n"), 4U);
  EXPECT_EQ(end_of("+1"), std::nullopt);
  EXPECT_EQ(end_of("\n"), 1U);  // the answer of a parameter that is empty
}

TEST(Com5003AnswerEnd, SkipsRequestsForService) {
  EXPECT_EQ(end_of("SRQ\n"), std::nullopt);
  EXPECT_EQ(end_of("SRQ\r\nSRQ\n+1"), std::nullopt);
  EXPECT_EQ(end_of("SRQ\n+1\n"), 7U);
  EXPECT_EQ(end_of("+1\nSRQ\n"), 7U);
  EXPECT_EQ(end_of("+1\nSR"), 5U);
  EXPECT_EQ(answer_text(to_bytes("SRQ\n+1\nSRQ\n")), "+1");
}

TEST(Com5003AnswerEnd, RefusesASecondAnswerAndWhatIsNoText) {
  EXPECT_THAT(answer_end(to_bytes("+1\n+0\n")).error(), HasSubstr("more than one line"));
  EXPECT_THAT(answer_end(to_bytes("SRQ\n+1\n+")).error(), HasSubstr("more than one line"));
  EXPECT_FALSE(answer_end(Bytes{'+', 0xFF}));
  EXPECT_FALSE(answer_end(Bytes(5000, 'x')));
}

TEST(Com5003AnswerEnd, TakesAnyBytes) {
  std::mt19937 random{1};
  for (int round = 0; round < 5000; ++round) {
    Bytes bytes(random() % 24);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>("SRQ\r\n;:[]+1n\xFF"[random() % 13]);
    const auto end = answer_end(bytes);
    if (end && *end) {
      EXPECT_EQ(**end, bytes.size());
    }
    static_cast<void>(answer_text(bytes));
    static_cast<void>(MeasuredValues::parse("S", to_string(bytes)));
  }
}

TEST(Com5003WholeNumber, HasASignOrNone) {
  EXPECT_EQ(whole_number("+1").value(), 1);
  EXPECT_EQ(whole_number("-1").value(), -1);
  EXPECT_EQ(whole_number("2147483648").value(), 2147483648);
  for (const char* garbage : {"", "+", "+-1", "1.5", "1 ", "nan"})
    EXPECT_FALSE(whole_number(garbage)) << garbage;
}

TEST(Com5003MeasuredValues, AreFoundByChannelAndUnit) {
  // instruments.md 4.2.
  const auto values = MeasuredValues::parse("POW1", "POW1:P1:[W]:2301;POW1:P2:[W]:-9.570453585183714e-07;");
  ASSERT_TRUE(values) << values.error();
  EXPECT_EQ(values->at("P1", "W").value(), 2301);
  EXPECT_EQ(values->at("P2", "W").value(), -9.570453585183714e-07);
  EXPECT_THAT(values->at("P3", "W").error(), HasSubstr("P3 is missing"));
  EXPECT_THAT(values->at("P1", "Var").error(), HasSubstr("in 'W'"));
}

TEST(Com5003MeasuredValues, MayHoldWhatNobodyAsksFor) {
  // Older releases leave some units empty, and unwired differences are no numbers.
  const auto values = MeasuredValues::parse("RMS1", "RMS1:UL1:[V]:229.69113159179688;RMS1:UL1-UL2:[]:nan;");
  ASSERT_TRUE(values) << values.error();
  EXPECT_EQ(values->at("UL1", "V").value(), 229.69113159179688);
}

TEST(Com5003MeasuredValues, NanIsNoValue) {
  const auto values = MeasuredValues::parse("RMS1", "RMS1:UL1:[V]:nan;RMS1:UL2:[V]:inf;RMS1:UL3:[V]:;");
  ASSERT_TRUE(values) << values.error();
  for (const char* channel : {"UL1", "UL2", "UL3"}) EXPECT_FALSE(values->at(channel, "V")) << channel;
}

TEST(Com5003MeasuredValues, RefuseWhatIsCutOrOfAnotherModule) {
  EXPECT_THAT(MeasuredValues::parse("RMS1", "RMS1:UL1:[V]:241.5").error(), HasSubstr("does not end in ';'"));
  EXPECT_THAT(MeasuredValues::parse("RMS1", "POW1:P1:[W]:2301;").error(), HasSubstr("no value of RMS1"));
  for (const char* garbage : {";", "RMS1:UL1:241.5;", "RMS1:;", "]::[;", "RMS1:[V]:1;x;"})
    EXPECT_FALSE(MeasuredValues::parse("RMS1", garbage)) << garbage;
}

LoadPoint load(double volts, double amperes) {
  LoadPoint point;
  point.circuits[0].voltage = Voltage{volts};
  point.circuits[0].current = Current{amperes};
  return point;
}

RangeChoice chosen(double volts, double amperes) {
  const auto ranges = ranges_for(load(volts, amperes), ReferenceDefinition::two_element);
  return ranges.value_or(RangeChoice{"none", "none"});
}

TEST(Com5003Ranges, AreTheSmallestThatHoldTheLoad) {
  EXPECT_EQ(chosen(120, 10).voltage, "120V");
  EXPECT_EQ(chosen(120.1, 10).voltage, "240V");
  EXPECT_EQ(chosen(120, 10).current, "10A");
  EXPECT_EQ(chosen(120, 10.1).current, "25A");
  EXPECT_EQ(chosen(120, 1).current, "1.0A");
  EXPECT_EQ(chosen(120, 0.003).current, "5mA");
  EXPECT_EQ(chosen(480, 168).current, "200A");
}

TEST(Com5003Ranges, OfNoLoadAreTheLargest) {
  EXPECT_EQ(chosen(0, 0).voltage, "480V");
  EXPECT_EQ(chosen(120, 0).current, "200A");
}

TEST(Com5003Ranges, CoverEveryCircuit) {
  LoadPoint point = load(120, 2);
  point.circuits[1].voltage = Voltage{200};
  point.circuits[1].current = Current{30};
  const auto ranges = ranges_for(point, ReferenceDefinition::two_element);
  ASSERT_TRUE(ranges);
  EXPECT_EQ(ranges->voltage, "240V");
  EXPECT_EQ(ranges->current, "50A");
}

TEST(Com5003Ranges, OfASeriesStandardHoldTheVoltageLineToLine) {
  LoadPoint point = load(120, 2);
  point.circuits[1] = {Voltage{120}, from_degrees(180), Current{2}, {}};
  const auto ranges = ranges_for(point, ReferenceDefinition::series);
  ASSERT_TRUE(ranges);
  EXPECT_EQ(ranges->voltage, "240V");
}

TEST(Com5003Ranges, EndAt168AmperesAnd480Volts) {
  const auto current = ranges_for(load(120, 168.1), ReferenceDefinition::two_element);
  EXPECT_THAT(current.error(), HasSubstr("beyond 168 A, where the 200A range is overloaded"));
  EXPECT_FALSE(ranges_for(load(480.1, 1), ReferenceDefinition::two_element));
  EXPECT_FALSE(
      ranges_for(load(120, std::numeric_limits<double>::quiet_NaN()), ReferenceDefinition::two_element));
}

}  // namespace
}  // namespace meterbench::zera_com5003
