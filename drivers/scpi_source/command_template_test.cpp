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

LoadPoint point_with(const std::vector<Harmonic>& harmonics, Direction direction = Direction::delivered) {
  LoadPoint point{.frequency = Frequency{60}, .direction = direction};
  for (CircuitLoad& circuit : point.circuits) circuit = {Voltage{120}, {}, Current{30}, {}};
  point.circuits[1].voltage_phase = from_degrees(180);
  point.circuits[1].inverted = true;
  point.waveform = {.name = "test", .harmonics = harmonics};
  return point;
}

TEST(HarmonicValues, AreAShareAndAnAngleToTheFundamentalOfTheChannel) {
  const LoadPoint point = point_with({{.order = 3,
                                       .voltage = Ratio{0.038},
                                       .voltage_phase = from_degrees(180),
                                       .current = Ratio{0.3},
                                       .current_phase = from_degrees(200)}},
                                     Direction::received);
  const NamedValues voltage = voltage_harmonic_values(point, 3, 0);
  EXPECT_EQ(value_of(voltage, "circuit"), 1);
  EXPECT_EQ(value_of(voltage, "order"), 3);
  EXPECT_NEAR(value_of(voltage, "percent"), 3.8, 1e-12);
  EXPECT_NEAR(value_of(voltage, "phase_deg"), 180, 1e-12);
  EXPECT_NEAR(value_of(voltage, "phase_rad"), std::numbers::pi, 1e-12);
  const NamedValues current = current_harmonic_values(point, 3, 1);
  EXPECT_EQ(value_of(current, "circuit"), 2);
  EXPECT_NEAR(value_of(current, "percent"), 30, 1e-12);
  EXPECT_NEAR(value_of(current, "phase_deg"), -160, 1e-12);
}

TEST(HarmonicValues, OfAReceivedCurrentOrAnInvertedLegTurnTheWholeWave) {
  const std::vector<Harmonic> second{{.order = 2, .current = Ratio{0.1}, .current_phase = from_degrees(10)}};
  const auto phase = [&](Direction direction, std::size_t circuit) {
    return value_of(current_harmonic_values(point_with(second, direction), 2, circuit), "phase_deg");
  };
  EXPECT_NEAR(phase(Direction::delivered, 0), 10, 1e-12);
  EXPECT_NEAR(phase(Direction::received, 0), -170, 1e-12);
  EXPECT_NEAR(phase(Direction::delivered, 1), -170, 1e-12);
  EXPECT_NEAR(phase(Direction::received, 1), 10, 1e-12);
}

/// Its fundamental is 60 % of the sine and lags it by 30°; the source counts from what it makes itself.
TEST(WaveformValues, OfACutSineCountFromItsFundamental) {
  const LoadPoint point = point_with(
      {{.order = 0, .current = Ratio{0.3}},
       {.order = 1, .voltage = Ratio{1}, .current = Ratio{0.6}, .current_phase = from_degrees(-30)},
       {.order = 3, .current = Ratio{0.15}, .current_phase = from_degrees(90)}});
  EXPECT_NEAR(value_of(load_values(point, 0), "current_a"), 18, 1e-12);
  EXPECT_NEAR(value_of(load_values(point, 0), "current_phase_deg"), -30, 1e-12);
  EXPECT_NEAR(value_of(load_values(point, 0), "voltage_v"), 120, 1e-12);
  EXPECT_NEAR(value_of(current_harmonic_values(point, 3, 0), "percent"), 25, 1e-12);
  EXPECT_NEAR(value_of(current_harmonic_values(point, 3, 0), "phase_deg"), 180, 1e-9);  // 90 + 3·30
  EXPECT_NEAR(value_of(direct_current_values(point, 0), "percent"), 50, 1e-12);
  EXPECT_NEAR(value_of(direct_current_values(point, 1), "percent"), -50, 1e-12) << "leg 2 is upside down";
  LoadPoint received = point;
  received.direction = Direction::received;
  EXPECT_NEAR(value_of(direct_current_values(received, 0), "percent"), -50, 1e-12);
  received.circuits[0].current = Current{};
  EXPECT_EQ(value_of(direct_current_values(received, 0), "percent"), 0);
}

TEST(WaveformValues, OfBurstsArePeriods) {
  EXPECT_EQ(value_of(burst_values({2, 3}), "on"), 2);
  EXPECT_EQ(value_of(burst_values({2, 3}), "off"), 3);
  const auto line = CommandTemplate::parse("BURS {on},{off}", burst_values({}));
  ASSERT_TRUE(line) << line.error();
  EXPECT_EQ(line->filled(burst_values({2, 3})), "BURS 2,3");
}

}  // namespace
}  // namespace meterbench::scpi_source
