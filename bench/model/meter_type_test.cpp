// How the forms register, by the closed formulas of type-approval.md 1.1 and 7.
#include "bench/model/meter_type.h"

#include <gtest/gtest.h>

namespace meterbench {
namespace {

using enum ReferenceDefinition;

const PowerFactor kUnity{};
const PowerFactor kHalfLag{0.5, false};
const PowerFactor kQuarterLag{0.25, false};
const PowerFactor kLead{0.8, true};

LoadPoint point(Form form, const PowerFactor& pf, Direction direction, const Connection& connection = {}) {
  return make_load_point(form, Voltage{240}, Frequency{60}, Current{50}, pf, direction, connection);
}

double metered(Form form, const PowerFactor& pf, Direction direction, const Connection& connection = {}) {
  return metered_power(form, point(form, pf, direction, connection)).value();
}

Connection legs(const LegLoad& leg_2, Service service = Service::single_phase) {
  return {Circuit::legs, leg_2, service};
}

/// Power that element `i` of a 1.5-element meter adds to the sum: half of ±V12 times its own current.
double element(const LoadPoint& p, std::size_t i) {
  const std::complex<double> v12 = p.voltage_phasor(0) - p.voltage_phasor(1);
  return (i == 0 ? 1 : -1) * (v12 * std::conj(p.current_phasor(i))).real() / 2;
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
    EXPECT_NEAR(metered(Form::s2, kUnity, Direction::delivered, {circuit}), 6'000, 1e-8);
    EXPECT_NEAR(metered(Form::s4, kHalfLag, Direction::received, {circuit}), -3'000, 1e-8);
  }
}

TEST(MeteredPower, OfOpposedCircuitsIsZeroAtAnyPowerFactorAndDirection) {
  for (const auto& pf : {kUnity, kHalfLag, kQuarterLag, kLead})
    for (const auto direction : {Direction::delivered, Direction::received}) {
      const LoadPoint p = point(Form::s2, pf, direction, {Circuit::opposed});
      EXPECT_NEAR(metered_power(Form::s2, p).value(), 0, 1e-8) << to_text(pf);
      EXPECT_NEAR(circuit_power(p).value(), 0, 1e-8) << to_text(pf);
      EXPECT_EQ(p.circuits[0].current, Current{50});
      EXPECT_EQ(p.circuits[1].current, Current{50});
    }
}

TEST(MeteredPower, EqualsThatOfTheCircuitsWhereTheLegsAreSymmetric) {
  // With V1 = −V2 for any I1, I2 and power factor.
  for (const auto& pf : {kUnity, kHalfLag, kLead})
    for (const auto& leg_2 : {LegLoad{Ratio{0.5}, kHalfLag, Direction::received},
                              LegLoad{Ratio{0.1}, kLead, Direction::delivered}}) {
      const LoadPoint p = point(Form::s2, pf, Direction::delivered, legs(leg_2));
      EXPECT_NEAR(metered_power(Form::s2, p).value(), circuit_power(p).value(), 1e-8);
    }
}

TEST(MeteredPower, OfLegsIsTheirNet) {
  // Leg 1 delivers 120 V · 50 A; leg 2 gives back half the current at power factor 0.5.
  EXPECT_NEAR(
      metered(Form::s2, kUnity, Direction::delivered, legs({Ratio{0.5}, kHalfLag, Direction::received})),
      6'000 - 1'500, 1e-8);
  EXPECT_NEAR(
      metered(Form::s2, kUnity, Direction::received, legs({Ratio{0.5}, kHalfLag, Direction::received})),
      -6'000 - 1'500, 1e-8);
  EXPECT_NEAR(
      metered(Form::s2, kQuarterLag, Direction::received, legs({Ratio{0.5}, kUnity, Direction::delivered})),
      -1'500 + 3'000, 1e-8);
}

TEST(MeteredPower, Of122And118VoltsWithLoadOnOneLegIs98Point36PercentOfTheCircuit) {
  Connection split{Circuit::coil_1};
  split.leg_1_voltage = Ratio{122.0 / 240};
  const LoadPoint p = point(Form::s2, kUnity, Direction::delivered, split);
  EXPECT_NEAR(p.circuits[0].voltage.value(), 122, 1e-9);
  EXPECT_NEAR(p.circuits[1].voltage.value(), 118, 1e-9);
  EXPECT_NEAR(circuit_power(p).value(), 122 * 50, 1e-8);
  EXPECT_NEAR(metered_power(Form::s2, p) / circuit_power(p), 0.9836, 5e-5);
  EXPECT_NEAR(metered_power(Form::s2, p).value(), 120 * 50, 1e-8);
}

TEST(MeteredPower, OnANetworkIsThreeQuartersOfABalancedLoadAtAnyPowerFactor) {
  for (const auto& pf : {kUnity, kHalfLag, kQuarterLag, kLead})
    for (const auto direction : {Direction::delivered, Direction::received}) {
      const LoadPoint p = point(Form::s2, pf, direction, {Circuit::series, {}, Service::network});
      EXPECT_NEAR(std::abs(circuit_power(p).value()), 2 * 120 * 50 * pf.magnitude, 1e-8);
      EXPECT_NEAR(metered_power(Form::s2, p) / circuit_power(p), 0.75, 1e-12) << to_text(pf);
    }
}

TEST(MeteredPower, OnANetworkV12IsRootThreeTimesALeg) {
  const LoadPoint p = point(Form::s2, kUnity, Direction::delivered, {Circuit::series, {}, Service::network});
  const std::complex<double> v12 = p.voltage_phasor(0) - p.voltage_phasor(1);
  EXPECT_NEAR(std::abs(v12), 120 * std::sqrt(3.0), 1e-9);
  EXPECT_NEAR(degrees(Angle{std::arg(v12)}), 30, 1e-9);
}

TEST(DetentTrap, OnANetworkBelowPowerFactorHalfOneElementIsNegativeAndTheNetDelivered) {
  const Connection network{Circuit::series, {}, Service::network};
  const LoadPoint below = point(Form::s2, kQuarterLag, Direction::delivered, network);
  EXPECT_LT(element(below, 0), -100);
  EXPECT_GT(element(below, 1), 100);
  EXPECT_GT(metered_power(Form::s2, below).value(), 100);
  EXPECT_NEAR(element(below, 0) + element(below, 1), metered_power(Form::s2, below).value(), 1e-8);
  // At 0.5 it is just zero, above both elements are positive.
  EXPECT_NEAR(element(point(Form::s2, kHalfLag, Direction::delivered, network), 0), 0, 1e-8);
  EXPECT_GT(element(point(Form::s2, {0.6, false}, Direction::delivered, network), 0), 100);
}

TEST(DetentTrap, LegsOfOppositeDirectionsHaveElementsOfOppositeSign) {
  const LoadPoint p =
      point(Form::s2, kUnity, Direction::delivered, legs({Ratio{0.5}, kUnity, Direction::received}));
  EXPECT_NEAR(element(p, 0), 6'000, 1e-8);
  EXPECT_NEAR(element(p, 1), -3'000, 1e-8);
}

TEST(LoadPoint, OfATwoWireFormKnowsNoConnection) {
  const Connection connection{Circuit::coil_2, {}, Service::network};
  EXPECT_EQ(point(Form::s1, kHalfLag, Direction::delivered, connection),
            point(Form::s1, kHalfLag, Direction::delivered));
}

TEST(ReferencePower, OfTwoElementsIsWhatTheMeterRegistersWhateverTheConnection) {
  Connection split{Circuit::coil_2};
  split.leg_1_voltage = Ratio{0.4};
  for (const Connection& connection :
       {Connection{}, Connection{Circuit::coil_1}, split, legs({Ratio{0.5}, kHalfLag, Direction::received}),
        Connection{Circuit::series, {}, Service::network}}) {
    const LoadPoint p = point(Form::s4, kHalfLag, Direction::delivered, connection);
    EXPECT_EQ(reference_power(two_element, Form::s4, p), metered_power(Form::s4, p));
  }
}

TEST(ReferencePower, OfOneCircuitIsTheWholeInSeriesAndTwiceTheMetersWithOneCoil) {
  for (const auto direction : {Direction::delivered, Direction::received}) {
    const LoadPoint both = point(Form::s2, kHalfLag, direction);
    EXPECT_NEAR(reference_power(series, Form::s2, both) / metered_power(Form::s2, both), 1, 1e-12);
    for (const Circuit circuit : {Circuit::coil_1, Circuit::coil_2}) {
      const LoadPoint one = point(Form::s2, kHalfLag, direction, {circuit});
      EXPECT_NEAR(reference_power(series, Form::s2, one) / metered_power(Form::s2, one), 2, 1e-12);
    }
  }
}

TEST(ReferencePower, OfElementsIsThatOfTheCircuits) {
  const LoadPoint network =
      point(Form::s2, kUnity, Direction::delivered, {Circuit::series, {}, Service::network});
  EXPECT_NEAR(reference_power(element_sum, Form::s2, network).value(), 12'000, 1e-8);
  const LoadPoint coil = point(Form::s2, kUnity, Direction::delivered, {Circuit::coil_1});
  EXPECT_NEAR(reference_power(element_sum, Form::s2, coil).value(), 6'000, 1e-8);
}

TEST(ReferencePower, OfATwoWireFormIsThatOfItsOneCircuitByAnyDefinition) {
  const LoadPoint p = point(Form::s3, kHalfLag, Direction::received);
  for (const auto definition : {two_element, element_sum, series})
    EXPECT_NEAR(reference_power(definition, Form::s3, p).value(), -6'000, 1e-8);
}

/// `waveform` over the same load as a sine: P/P1.
double power_ratio(Form form, const Waveform& waveform, Direction direction = Direction::delivered) {
  LoadPoint p = point(form, kUnity, direction);
  const ActivePower fundamental = metered_power(form, p);
  p.waveform = waveform;
  return metered_power(form, p) / fundamental;
}

TEST(MeteredPower, OfAFifthHarmonicOf10PercentVoltageAnd40PercentCurrentIs1Point04OfTheFundamental) {
  Waveform waveform;
  waveform.harmonics = {{5, from_percent(10), {}, from_percent(40), {}}};
  for (const Form form : {Form::s1, Form::s2}) {
    EXPECT_NEAR(power_ratio(form, waveform), 1.04, 1e-12);
    EXPECT_NEAR(power_ratio(form, waveform, Direction::received), 1.04, 1e-12);
  }
}

TEST(MeteredPower, OfTheQuadriformWaveformIs0Point9806OfTheFundamental) {
  Waveform waveform;
  const auto add = [&](int order, double voltage, double current) {
    waveform.harmonics.push_back(
        {order, from_percent(voltage), from_degrees(180), from_percent(current), {}});
  };
  add(3, 3.8, 30);
  add(5, 2.4, 18);
  add(7, 1.7, 14);
  add(11, 1.0, 9);
  add(13, 0.8, 5);
  for (const Form form : {Form::s1, Form::s2}) EXPECT_NEAR(power_ratio(form, waveform), 0.9806, 5e-5);
}

/// type-approval.md 7.
TEST(MeteredPower, OfACutSineOrOfBurstsIsHalf) {
  Waveform fired{.name = "fired",
                 .conducts = {{from_degrees(90), from_degrees(180)}, {from_degrees(270), from_degrees(360)}}};
  const Waveform half{.name = "half", .conducts = {{Angle{}, from_degrees(180)}}};
  for (const Waveform& waveform :
       {series_of(fired, 31), series_of(half, 31), Waveform{.name = "bursts", .burst = {2, 2}}})
    for (const Form form : {Form::s1, Form::s2}) {
      EXPECT_NEAR(power_ratio(form, waveform), 0.5, 1e-12) << waveform.name;
      EXPECT_NEAR(power_ratio(form, waveform, Direction::received), 0.5, 1e-12) << waveform.name;
    }
}

TEST(PowerRatio, IsThatOfAllCircuitsWhereTheyHaveAny) {
  LoadPoint p = point(Form::s2, kHalfLag, Direction::delivered);
  EXPECT_NEAR(power_ratio(p).value(), 1, 1e-12);
  p.waveform = {.name = "bursts", .burst = {1, 3}};
  EXPECT_NEAR(power_ratio(p).value(), 0.25, 1e-12);
  EXPECT_FALSE(power_ratio(point(Form::s2, kHalfLag, Direction::delivered, {Circuit::opposed})));
}

TEST(MeteredPower, AHarmonicInOneQuantityAloneAddsNothing) {
  Waveform waveform;
  waveform.harmonics = {{3, from_percent(10), {}, Ratio{}, {}}, {7, Ratio{}, {}, from_percent(40), {}}};
  EXPECT_NEAR(power_ratio(Form::s1, waveform), 1, 1e-12);
}

}  // namespace
}  // namespace meterbench
