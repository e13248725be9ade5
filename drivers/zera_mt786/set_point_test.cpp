// Golden lines of section 2.1 of the instruments' facts; angles composed by hand by its DIN rule.
#include "drivers/zera_mt786/set_point.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace meterbench::zera_mt786 {
namespace {

using ::testing::HasSubstr;

LoadPoint one_phase(double volts, double amperes, double lag_degrees = 0) {
  LoadPoint point;
  point.frequency = Frequency{60};
  point.circuits[0] = {Voltage{volts}, Angle{}, Current{amperes}, from_degrees(lag_degrees)};
  return point;
}

TEST(SetPoint, SaysThe240VoltsAnd30AmperesOfTheFacts) {
  const auto lines = set_point(one_phase(240, 30));
  ASSERT_TRUE(lines) << lines.error();
  EXPECT_EQ(lines->frequency, "SFR60.00");
  EXPECT_EQ(lines->voltages, "SUPAER240.000000.00S000.000000.00T000.000000.00");
  EXPECT_EQ(lines->currents, "SIPAAR030.000000.00S000.000000.00T000.000000.00");
  EXPECT_EQ(lines->switching, "SUIEAAPAAAAA");
  EXPECT_EQ(lines->told.voltage_v, (std::array<double, 3>{240, 0, 0}));
  EXPECT_EQ(lines->told.current_a, (std::array<double, 3>{30, 0, 0}));
}

/// The R and S parts of the golden lines for an IEC point of 0°, 120°.
TEST(SetPoint, TurnsLeadIntoTheDinSense) {
  LoadPoint point = one_phase(220, 0.5);
  point.frequency = Frequency{50};
  point.circuits[1] = {Voltage{221}, from_degrees(120), Current{1}, Angle{}};
  const auto lines = set_point(point);
  ASSERT_TRUE(lines) << lines.error();
  EXPECT_EQ(lines->frequency, "SFR50.00");
  EXPECT_EQ(lines->voltages, "SUPAER220.000000.00S221.000240.00T000.000000.00");
  EXPECT_EQ(lines->currents, "SIPAAR000.500000.00S001.000240.00T000.000000.00");
  EXPECT_EQ(lines->switching, "SUIEEAPPAAAA");
}

TEST(SetPoint, ALaggingCurrentHasAPositiveAngle) {
  EXPECT_THAT(set_point(one_phase(240, 5, 60))->currents, HasSubstr("R005.000060.00"));
  EXPECT_THAT(set_point(one_phase(240, 5, -36.87))->currents, HasSubstr("R005.000323.13"));
  LoadPoint received = one_phase(240, 5, 60);
  received.direction = Direction::received;
  EXPECT_THAT(set_point(received)->currents, HasSubstr("R005.000240.00"));
}

/// Two-wire series feed of a form 2S meter: V12 on phase R, I2 = −I1 with no voltage of its own.
TEST(SetPoint, FeedsASecondCoilWithoutVoltage) {
  LoadPoint point = one_phase(240, 30, 60);
  point.circuits[1] = {Voltage{}, Angle{}, Current{30}, from_degrees(240)};
  const auto lines = set_point(point);
  ASSERT_TRUE(lines) << lines.error();
  EXPECT_EQ(lines->currents, "SIPAAR030.000060.00S030.000240.00T000.000000.00");
  EXPECT_EQ(lines->switching, "SUIEAAPPAAAA");
}

TEST(SetPoint, PutsTheFirstActiveVoltageAtZero) {
  LoadPoint point;
  point.frequency = Frequency{60};
  point.circuits[1] = {Voltage{120}, from_degrees(180), Current{5}, from_degrees(30)};
  const auto lines = set_point(point);
  EXPECT_THAT(lines->voltages, HasSubstr("S120.000000.00"));
  EXPECT_THAT(lines->currents, HasSubstr("S005.000030.00"));
  EXPECT_EQ(lines->switching, "SUIAEAAPAAAA");
}

TEST(SetPoint, NeverSaysAFullTurn) {
  EXPECT_THAT(set_point(one_phase(240, 5, -0.004))->currents, HasSubstr("R005.000000.00"));
  EXPECT_THAT(set_point(one_phase(240, 5, -0.006))->currents, HasSubstr("R005.000359.99"));
}

TEST(SetPoint, RoundsToTheStepsOfTheInstrument) {
  const auto lines = set_point(one_phase(239.9996, 0.2504));
  ASSERT_TRUE(lines) << lines.error();
  EXPECT_THAT(lines->voltages, HasSubstr("R240.000"));
  EXPECT_THAT(lines->currents, HasSubstr("R000.250"));
  EXPECT_TRUE(set_point(one_phase(500, 120)));
  EXPECT_TRUE(set_point(one_phase(20, 0.001)));
}

TEST(SetPoint, RefusesWhatItCannotGive) {
  EXPECT_THAT(set_point(one_phase(19.999, 1)).error(), HasSubstr("circuit 1: 19.999 V is below the 20 V"));
  EXPECT_THAT(set_point(one_phase(240, 0.0004)).error(), HasSubstr("cannot be set in steps"));
  EXPECT_THAT(set_point(one_phase(240, 0.0125)).error(), HasSubstr("cannot be set in steps"));
  LoadPoint second = one_phase(240, 1);
  second.circuits[1].voltage = Voltage{5};
  EXPECT_THAT(set_point(second).error(), HasSubstr("circuit 2"));
}

TEST(SetPoint, NothingOnIsAllOff) {
  const auto lines = set_point(one_phase(0, 0));
  ASSERT_TRUE(lines);
  EXPECT_EQ(lines->switching, "SUIAAAAAAAAA");
  EXPECT_EQ(kAllOff, "SUIAAAAAAAAA");
}

TEST(SetPoint, TellsTheRangesOfTheFacts) {
  const SourceCapabilities can = source_capabilities();
  EXPECT_EQ(can.circuits, 2);
  EXPECT_EQ(can.maximum_voltage, Voltage{500});
  EXPECT_EQ(can.maximum_current, Current{120});
  EXPECT_EQ(can.minimum_frequency, Frequency{45});
  EXPECT_EQ(can.maximum_frequency, Frequency{65});
}

}  // namespace
}  // namespace meterbench::zera_mt786
