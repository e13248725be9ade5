#include "drivers/scpi_source/command_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numbers>
#include <stdexcept>

namespace meterbench::scpi_source {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const NamedValues kAllowed{{"circuit", 2}, {"voltage_v", 240.00005}, {"angle_deg", -0.00001}};

TEST(CommandTemplate, PutsValuesInTheirPlaces) {
  const auto command = CommandTemplate::parse("VOLT{circuit} {voltage_v:.3f},{angle_deg:.2f} END", kAllowed);
  ASSERT_TRUE(command) << command.error();
  EXPECT_EQ(command->filled(kAllowed), "VOLT2 240.000,0.00 END");
  EXPECT_THAT(command->names(), ElementsAre("circuit", "voltage_v", "angle_deg"));
  EXPECT_TRUE(command->has("voltage_v"));
  EXPECT_FALSE(command->has("voltage_mv"));
}

TEST(CommandTemplate, WithoutPlacesIsItself) {
  EXPECT_EQ(CommandTemplate::parse("APPL", kAllowed)->filled({}), "APPL");
}

TEST(CommandTemplate, RefusesWhatCannotBeSent) {
  const auto error = [](std::string_view text) { return CommandTemplate::parse(text, kAllowed).error(); };
  EXPECT_THAT(error(""), HasSubstr("a command is expected"));
  EXPECT_THAT(error("VOLT {voltage_v:.4f"), HasSubstr("without its '}'"));
  EXPECT_THAT(error("VOLT {volts:.4f}"),
              HasSubstr("'volts' cannot be sent here; allowed: circuit, voltage_v"));
  EXPECT_THAT(error("VOLT {}"), HasSubstr("'' cannot be sent here"));
  EXPECT_THAT(error("VOLT 1\nOUTP ON"), HasSubstr("not printable ASCII"));
  for (const char* place : {"{voltage_v}", "{voltage_v:}", "{voltage_v:4f}", "{voltage_v:.xf}",
                            "{voltage_v:.10f}", "{voltage_v:.4e}", "{circuit:.1f}"})
    EXPECT_THAT(error(place), HasSubstr("is not a place for a value")) << place;
}

TEST(CommandTemplate, ThrowsForAValueThatIsMissing) {
  const auto command = CommandTemplate::parse("VOLT {voltage_v:.1f}", kAllowed);
  EXPECT_THROW(static_cast<void>(command->filled({})), std::out_of_range);
}

TEST(LoadValues, TurnAReceivedCurrentBy180Degrees) {
  LoadPoint point;
  point.frequency = Frequency{60};
  point.direction = Direction::received;
  point.circuits[1] = {Voltage{120}, from_degrees(180), Current{0.25}, from_degrees(60)};
  const NamedValues values = load_values(point, 1);
  EXPECT_EQ(value_of(values, "circuit"), 2);
  EXPECT_EQ(value_of(values, "frequency_hz"), 60);
  EXPECT_EQ(value_of(values, "voltage_v"), 120);
  EXPECT_EQ(value_of(values, "voltage_mv"), 120e3);
  EXPECT_EQ(value_of(values, "current_a"), 0.25);
  EXPECT_EQ(value_of(values, "current_ma"), 250);
  EXPECT_NEAR(value_of(values, "voltage_phase_deg"), 180, 1e-9);
  EXPECT_NEAR(value_of(values, "current_phase_deg"), -60, 1e-9);  // 180 − 60 + 180 = 300 = −60
  EXPECT_NEAR(value_of(values, "current_phase_rad"), -std::numbers::pi / 3, 1e-12);
}

TEST(HarmonicValues, AreAShareAndAnAngleToTheFundamentalOfTheChannel) {
  const Harmonic third{.order = 3,
                       .voltage = Ratio{0.038},
                       .voltage_phase = from_degrees(180),
                       .current = Ratio{0.3},
                       .current_phase = from_degrees(200)};
  const NamedValues voltage = voltage_harmonic_values(third, 0);
  EXPECT_EQ(value_of(voltage, "circuit"), 1);
  EXPECT_EQ(value_of(voltage, "order"), 3);
  EXPECT_NEAR(value_of(voltage, "percent"), 3.8, 1e-12);
  EXPECT_NEAR(value_of(voltage, "phase_deg"), 180, 1e-12);
  EXPECT_NEAR(value_of(voltage, "phase_rad"), std::numbers::pi, 1e-12);
  const NamedValues current = current_harmonic_values(third, 1, Direction::received);
  EXPECT_EQ(value_of(current, "circuit"), 2);
  EXPECT_NEAR(value_of(current, "percent"), 30, 1e-12);
  EXPECT_NEAR(value_of(current, "phase_deg"), -160, 1e-12);
}

TEST(HarmonicValues, OfAReceivedCurrentTurnTheWholeWave) {
  const Harmonic second{.order = 2, .current = Ratio{0.1}, .current_phase = from_degrees(10)};
  EXPECT_NEAR(value_of(current_harmonic_values(second, 0, Direction::delivered), "phase_deg"), 10, 1e-12);
  EXPECT_NEAR(value_of(current_harmonic_values(second, 0, Direction::received), "phase_deg"), -170, 1e-12);
}

}  // namespace
}  // namespace meterbench::scpi_source
