#include "bench/model/load_point.h"

#include <gtest/gtest.h>

#include <numbers>

#include "bench/model/interim_check.h"
#include "bench/model/mark.h"
#include "bench/model/meter_type.h"
#include "bench/model/verdict.h"

namespace meterbench {
namespace {

constexpr double kPi = std::numbers::pi;
const PowerFactor kUnity{};
const PowerFactor kHalfLag{0.5, false};
const PowerFactor kLead{0.8, true};

LoadPoint point(Form form, const PowerFactor& pf, Direction direction, Circuit circuit = Circuit::series) {
  return make_load_point(form, Voltage{240}, Frequency{60}, Current{50}, pf, direction, {circuit});
}

TEST(PowerFactor, LagsPositive) {
  EXPECT_NEAR(kHalfLag.lag().value(), kPi / 3, 1e-12);
  EXPECT_NEAR(kLead.lag().value(), -0.6435011, 1e-7);  // −arccos 0.8
  EXPECT_EQ(kUnity.lag().value(), 0);
}

TEST(PowerFactor, IsReadAndWritten) {
  EXPECT_EQ(parse_power_factor("1"), kUnity);
  EXPECT_EQ(parse_power_factor("0.5 lag"), kHalfLag);
  EXPECT_EQ(parse_power_factor("0.8 lead"), kLead);
  EXPECT_EQ(parse_power_factor("1 lead"), kUnity) << "at 1 there is no side";
  EXPECT_EQ(to_text(kUnity), "1");
  EXPECT_EQ(to_text(kHalfLag), "0.5 lag");
  EXPECT_EQ(to_text(kLead), "0.8 lead");
}

TEST(PowerFactor, IsRefusedWithoutSideOrOutsideItsRange) {
  for (const char* text : {"", "0.5", "0", "0 lag", "-0.5 lag", "1.1 lag", "0.5 late", "0.5lag", "nan lag",
                           "lag", "0.5  lag", "0,5 lag", "0.5 lag "})
    EXPECT_FALSE(parse_power_factor(text)) << text;
}

TEST(Words, AreReadBackAsWrittenAndNoOthers) {
  for (const auto v : {Direction::delivered, Direction::received}) EXPECT_EQ(parse_direction(to_text(v)), v);
  for (const auto v : {Circuit::series, Circuit::coil_1, Circuit::coil_2, Circuit::opposed, Circuit::legs})
    EXPECT_EQ(parse_circuit(to_text(v)), v);
  for (const auto v : {Service::single_phase, Service::network}) EXPECT_EQ(parse_service(to_text(v)), v);
  for (const auto v : {CheckKind::weekly, CheckKind::yearly, CheckKind::positions})
    EXPECT_EQ(parse_check_kind(to_text(v)), v);
  for (const auto v : {Form::s1, Form::s2, Form::s3, Form::s4}) EXPECT_EQ(parse_form(to_text(v)), v);
  for (const auto v : {Mark::read, Mark::read_2, Mark::derived, Mark::knowledge, Mark::criterion})
    EXPECT_EQ(parse_mark(to_text(v)), v);
  for (const auto v : {Decision::pass, Decision::fail, Decision::inconclusive})
    EXPECT_EQ(parse_decision(to_text(v)), v);
  EXPECT_FALSE(parse_direction("Delivered"));
  EXPECT_FALSE(parse_circuit("coil 1"));
  EXPECT_FALSE(parse_service("single phase"));
  EXPECT_FALSE(parse_check_kind("daily"));
  EXPECT_FALSE(parse_form("2s"));
  EXPECT_FALSE(parse_mark(""));
  EXPECT_FALSE(parse_decision("ok"));
}

TEST(Basis, IsVerifiedOrSaysEveryReason) {
  EXPECT_EQ(Basis{}.text(), "verified");
  EXPECT_EQ((Basis{{"limit is marked knowledge", "certificate C-7 expired"}}.text()),
            "unverified: limit is marked knowledge; certificate C-7 expired");
}

TEST(Angle, IsWrappedIntoOneTurnWithTheUpperEndIncluded) {
  EXPECT_NEAR(wrapped(Angle{3 * kPi}).value(), kPi, 1e-12);
  EXPECT_NEAR(wrapped(Angle{-kPi}).value(), kPi, 1e-12);
  EXPECT_NEAR(wrapped(Angle{-1.5 * kPi}).value(), kPi / 2, 1e-12);
  EXPECT_EQ(wrapped(Angle{0.25}).value(), 0.25);
}

TEST(LoadPoint, TurnsTheCurrentBy180DegreesWhenReceived) {
  // Lagging by 60°: the current stands at −60°; received at −60° + 180° = 120°.
  EXPECT_NEAR(degrees(point(Form::s1, kHalfLag, Direction::delivered).current_phase(0)), -60, 1e-9);
  EXPECT_NEAR(degrees(point(Form::s1, kHalfLag, Direction::received).current_phase(0)), 120, 1e-9);
}

TEST(LoadPoint, OfAThreeWireFormHasHalfTheVoltageOnEachLegInAntiphase) {
  for (const Form form : {Form::s2, Form::s4}) {
    const LoadPoint p = point(form, kUnity, Direction::delivered);
    EXPECT_EQ(p.circuits[0].voltage, Voltage{120});
    EXPECT_EQ(p.circuits[1].voltage, Voltage{120});
    EXPECT_NEAR(degrees(wrapped(p.circuits[1].voltage_phase - p.circuits[0].voltage_phase)), 180, 1e-9);
    // I2 = −I1.
    EXPECT_EQ(p.circuits[0].current, Current{50});
    EXPECT_EQ(p.circuits[1].current, Current{50});
    EXPECT_NEAR(std::abs(degrees(wrapped(p.current_phase(1) - p.current_phase(0)))), 180, 1e-9);
  }
}

TEST(LoadPoint, OfATwoWireFormUsesOneCircuit) {
  for (const Form form : {Form::s1, Form::s3}) {
    const LoadPoint p = point(form, kUnity, Direction::delivered);
    EXPECT_EQ(p.circuits[0].voltage, Voltage{240});
    EXPECT_EQ(p.circuits[1], CircuitLoad{});
  }
}

TEST(LoadPoint, LeavesTheOtherCoilWithoutCurrent) {
  const LoadPoint first = point(Form::s2, kHalfLag, Direction::delivered, Circuit::coil_1);
  EXPECT_EQ(first.circuits[0].current, Current{50});
  EXPECT_EQ(first.circuits[1].current, Current{0});
  EXPECT_EQ(first.circuits[1].voltage, Voltage{120}) << "the voltage coil stays on both legs";
  const LoadPoint second = point(Form::s2, kHalfLag, Direction::delivered, Circuit::coil_2);
  EXPECT_EQ(second.circuits[0].current, Current{0});
  EXPECT_EQ(second.circuits[1].current, Current{50});
}

Waveform third_harmonic() {
  Waveform waveform;
  waveform.name = "third";
  waveform.harmonics = {{3, from_percent(10), from_degrees(20), from_percent(40), from_degrees(-30)}};
  return waveform;
}

TEST(LoadPoint, OfASineHasNoPhasorBesideTheFundamental) {
  const LoadPoint p = point(Form::s1, kHalfLag, Direction::delivered);
  EXPECT_NEAR(p.voltage_phasor(0).real(), 240, 1e-9);
  EXPECT_NEAR(std::arg(p.current_phasor(0)), -kPi / 3, 1e-12);
  EXPECT_EQ(p.voltage_phasor(0, 3), 0.0);
  EXPECT_EQ(p.current_phasor(0, 3), 0.0);
}

TEST(LoadPoint, AHarmonicsPhaseCountsFromTheZeroCrossingOfItsChannelsFundamental) {
  LoadPoint p = point(Form::s2, kHalfLag, Direction::delivered);
  p.waveform = third_harmonic();
  // Leg 1 crosses zero at 0, its current 60° later: 180° of the third harmonic.
  EXPECT_NEAR(std::abs(p.voltage_phasor(0, 3)), 12, 1e-9);
  EXPECT_NEAR(degrees(Angle{std::arg(p.voltage_phasor(0, 3))}), 20, 1e-9);
  EXPECT_NEAR(std::abs(p.current_phasor(0, 3)), 20, 1e-9);
  EXPECT_NEAR(degrees(Angle{std::arg(p.current_phasor(0, 3))}), 150, 1e-9);  // −180° − 30°
  EXPECT_EQ(p.voltage_phasor(0, 5), 0.0);
}

TEST(LoadPoint, AnOddHarmonicOfTheSecondLegStandsInAntiphaseToTheFirst) {
  LoadPoint p = point(Form::s2, kHalfLag, Direction::delivered);
  p.waveform = third_harmonic();
  EXPECT_NEAR(std::abs(p.voltage_phasor(1, 3) + p.voltage_phasor(0, 3)), 0, 1e-9);
  EXPECT_NEAR(std::abs(p.current_phasor(1, 3) + p.current_phasor(0, 3)), 0, 1e-9);
}

/// One current flows through both circuits, whatever its shape.
TEST(LoadPoint, EvenOrdersAndDirectCurrentOfTheSecondLegAreUpsideDownToo) {
  LoadPoint p = point(Form::s2, kHalfLag, Direction::delivered);
  p.waveform = {.name = "even",
                .harmonics = {{0, {}, {}, from_percent(30), {}},
                              {2, from_percent(5), from_degrees(15), from_percent(20), from_degrees(40)}}};
  for (const Direction direction : {Direction::delivered, Direction::received})
    for (const int order : {0, 1, 2}) {
      p.direction = direction;
      EXPECT_NEAR(std::abs(p.voltage_phasor(1, order) + p.voltage_phasor(0, order)), 0, 1e-9) << order;
      EXPECT_NEAR(std::abs(p.current_phasor(1, order) + p.current_phasor(0, order)), 0, 1e-9) << order;
    }
  EXPECT_NEAR(std::abs(p.current_phasor(0, 0) + 15.0), 0, 1e-9) << "received: 30 % of 50 A";
}

TEST(LoadPoint, ReceivedTurnsEveryOrderOfTheCurrentBy180Degrees) {
  LoadPoint delivered = point(Form::s1, kHalfLag, Direction::delivered);
  LoadPoint received = point(Form::s1, kHalfLag, Direction::received);
  delivered.waveform = received.waveform = third_harmonic();
  for (const int order : {1, 3}) {
    EXPECT_NEAR(std::abs(received.current_phasor(0, order) + delivered.current_phasor(0, order)), 0, 1e-9);
    EXPECT_EQ(received.voltage_phasor(0, order), delivered.voltage_phasor(0, order));
  }
}

}  // namespace
}  // namespace meterbench
