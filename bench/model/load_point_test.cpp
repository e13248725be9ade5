#include "bench/model/load_point.h"

#include <gtest/gtest.h>

#include <numbers>

#include "bench/model/limit.h"
#include "bench/model/meter_type.h"
#include "bench/model/verdict.h"

namespace meterbench {
namespace {

constexpr double kPi = std::numbers::pi;
const PowerFactor kUnity{};
const PowerFactor kHalfLag{0.5, false};
const PowerFactor kLead{0.8, true};

LoadPoint point(Form form, const PowerFactor& pf, Direction direction, Circuit circuit = Circuit::series) {
  return make_load_point(form, Voltage{240}, Frequency{60}, Current{50}, pf, direction, circuit);
}

double metered(Form form, const PowerFactor& pf, Direction direction, Circuit circuit = Circuit::series) {
  return metered_power(form, point(form, pf, direction, circuit)).value();
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
  for (const auto v : {Circuit::series, Circuit::coil_1, Circuit::coil_2})
    EXPECT_EQ(parse_circuit(to_text(v)), v);
  for (const auto v : {Form::s1, Form::s2, Form::s3, Form::s4}) EXPECT_EQ(parse_form(to_text(v)), v);
  for (const auto v : {Mark::read, Mark::read_2, Mark::derived, Mark::knowledge, Mark::criterion})
    EXPECT_EQ(parse_mark(to_text(v)), v);
  for (const auto v : {Decision::pass, Decision::fail, Decision::inconclusive})
    EXPECT_EQ(parse_decision(to_text(v)), v);
  EXPECT_FALSE(parse_direction("Delivered"));
  EXPECT_FALSE(parse_circuit("coil 1"));
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

TEST(MeteredPower, InSeriesIsVoltageTimesCurrentTimesPowerFactorForEveryForm) {
  for (const Form form : {Form::s1, Form::s2, Form::s3, Form::s4}) {
    EXPECT_NEAR(metered(form, kUnity, Direction::delivered), 12'000, 1e-8) << to_text(form);
    EXPECT_NEAR(metered(form, kHalfLag, Direction::delivered), 6'000, 1e-8) << to_text(form);
    EXPECT_NEAR(metered(form, kLead, Direction::delivered), 9'600, 1e-8) << to_text(form);
    EXPECT_NEAR(metered(form, kHalfLag, Direction::received), -6'000, 1e-8) << to_text(form);
  }
}

TEST(MeteredPower, OfOneCoilIsHalfOfTheSeries) {
  for (const Circuit circuit : {Circuit::coil_1, Circuit::coil_2}) {
    EXPECT_NEAR(metered(Form::s2, kUnity, Direction::delivered, circuit), 6'000, 1e-8);
    EXPECT_NEAR(metered(Form::s4, kHalfLag, Direction::received, circuit), -3'000, 1e-8);
  }
}

TEST(MeteredPower, Of122And118VoltsWithLoadOnOneLegIsThatOf240) {
  // type-approval.md 1.1: true power 122·I, registered 120·I: 98.36 %.
  LoadPoint p = point(Form::s2, kUnity, Direction::delivered, Circuit::coil_1);
  p.circuits[0].voltage = Voltage{122};
  p.circuits[1].voltage = Voltage{118};
  EXPECT_NEAR(metered_power(Form::s2, p).value() / (122.0 * 50), 0.9836, 5e-5);
}

TEST(MeteredPower, OnA208VoltNetworkIsThreeQuartersOfABalancedLoad) {
  // Two phases of 120 V 120° apart, each with I in phase: true 2·120·I, registered 0.75 of it.
  LoadPoint p;
  p.circuits[0] = {Voltage{120}, Angle{0}, Current{10}, Angle{0}};
  p.circuits[1] = {Voltage{120}, from_degrees(-120), Current{10}, Angle{0}};
  EXPECT_NEAR(metered_power(Form::s2, p).value() / (2.0 * 120 * 10), 0.75, 1e-12);
}

}  // namespace
}  // namespace meterbench
