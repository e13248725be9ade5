#include "bench/planner/circuits.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/planner/sample_bench.h"

namespace meterbench {
namespace {

using namespace sample;
using ::testing::HasSubstr;

LoadStep step_with(std::vector<Circuit> circuits, std::vector<CurrentSpec> currents = {Current{50}}) {
  LoadStep step = step_at(std::move(currents));
  step.circuits = std::move(circuits);
  return step;
}

PlanningStation bench_of(ReferenceDefinition definition) {
  PlanningStation station = bench();
  station.reference_definition = definition;
  return station;
}

TEST(CircuitFactor, OfATwoElementReferenceIsAlwaysOne) {
  LoadStep step = step_with({Circuit::series, Circuit::coil_1, Circuit::coil_2, Circuit::legs});
  step.leg_2 = {Ratio{0.5}, kHalfLag, Direction::delivered};
  step.voltage_split = {Voltage{122}, Voltage{118}, {}};
  const Plan plan = plan_of(scenario_of({step}));
  ASSERT_EQ(plan.points.size(), 4U);
  for (const PlannedPoint& point : plan.points) EXPECT_EQ(point.meters.at(0).circuit_factor, 1);
  // The meter sees half of 12 kW with one coil alone.
  EXPECT_NEAR(plan.points[1].meters[0].power.value(), 6000, 1e-6);
  // 240 V·(50 A + 25 A·0.5)/2
  EXPECT_NEAR(plan.points[3].meters[0].power.value(), 7500, 1e-6);
}

TEST(CircuitFactor, OfASeriesReferenceIsTwoWithOneCoilAlone) {
  const Plan plan = plan_of(scenario_of({step_with({Circuit::series, Circuit::coil_1, Circuit::coil_2})}),
                            meter_2s(), bench_of(ReferenceDefinition::series));
  ASSERT_EQ(plan.points.size(), 3U);
  EXPECT_EQ(plan.points[0].meters[0].circuit_factor, 1);
  EXPECT_EQ(plan.points[1].meters[0].circuit_factor, 2);
  EXPECT_EQ(plan.points[2].meters[0].circuit_factor, 2);
}

TEST(CircuitFactor, OfASeriesReferenceKnowsNoOtherConnection) {
  const PlanningStation station = bench_of(ReferenceDefinition::series);
  for (const Circuit circuit : {Circuit::legs, Circuit::opposed})
    EXPECT_THAT(mistakes_of(scenario_of({step_with({circuit})}), station),
                HasSubstr("the reference forms the power of one circuit"))
        << to_text(circuit);
  LoadStep network = step_with({Circuit::series});
  network.service = Service::network;
  EXPECT_THAT(mistakes_of(scenario_of({network}), station),
              HasSubstr("series circuits on a network service are not in proportion to it"));
}

TEST(CircuitFactor, OfASumOfElementsIsOneOnEvenVoltagesOnly) {
  const PlanningStation station = bench_of(ReferenceDefinition::element_sum);
  const Plan plan =
      plan_of(scenario_of({step_with({Circuit::series, Circuit::coil_1})}), meter_2s(), station);
  ASSERT_EQ(plan.points.size(), 2U);
  EXPECT_EQ(plan.points[1].meters[0].circuit_factor, 1);

  LoadStep split = step_with({Circuit::coil_1});
  split.voltage_split = {Voltage{122}, Voltage{118}, {}};  // 122/120 of what the meter sees
  EXPECT_THAT(mistakes_of(scenario_of({split}), station),
              HasSubstr("1.01667 times the meter's power here; that factor hangs on the source's voltages"));
  EXPECT_THAT(mistakes_of(scenario_of({step_with({Circuit::opposed})}), station),
              HasSubstr("hangs on the source's voltages"));
  LoadStep network = step_with({Circuit::series});
  network.service = Service::network;  // 1/0.75
  EXPECT_THAT(mistakes_of(scenario_of({network}), station), HasSubstr("1.33333 times the meter's power"));
}

TEST(CircuitFactor, OfATwoWireMeterIsOneForEachReference) {
  for (const auto definition :
       {ReferenceDefinition::two_element, ReferenceDefinition::element_sum, ReferenceDefinition::series})
    EXPECT_EQ(plan_of(scenario_of({step_at({Current{50}})}), meter_1s(), bench_of(definition))
                  .points.at(0)
                  .meters.at(0)
                  .circuit_factor,
              1);
}

TEST(Circuits, OfATwoWireMeterAreOneWhichIsToldOnceForAllSteps) {
  LoadStep network = step_at({Current{50}});
  network.service = Service::network;
  network.position = {"s.yaml", 14, 5};
  LoadStep split = step_at({Current{50}});
  split.voltage_split = {Voltage{61}, Voltage{59}, {"s.yaml", 25, 20}};
  split.position = {"s.yaml", 24, 5};
  const auto told = [](const std::vector<Step>& steps) {
    return mistakes_of(scenario_of(steps), bench(), bench_limits(), at_a(meter_1s()));
  };
  EXPECT_EQ(
      told({step_at({Current{50}}), step_with({Circuit::coil_2, Circuit::opposed}), network, split, split}),
      "s.yaml:4:5: form 1S has one circuit; the steps at lines 4, 14, 24 need two, as forms 2S and 4S "
      "have\n");
  EXPECT_EQ(told({step_at({Current{50}}), network}),
            "s.yaml:14:5: form 1S has one circuit; the step at line 14 needs two, as forms 2S and 4S have\n");
}

TEST(Circuits, OfATwoWireMeterThatAStepHasBesideOthersAreOutOfReach) {
  const Plan plan = plan_of(scenario_of({step_with({Circuit::series, Circuit::coil_1})}), meter_1s());
  EXPECT_EQ(plan.points.size(), 1U);
  ASSERT_EQ(plan.unreachable.size(), 1U);
  EXPECT_THAT(plan.unreachable[0].reason, HasSubstr("form 1S has one circuit, there is no coil_1"));
}

TEST(VoltageSplit, MakesTheVoltageOfEveryPoint) {
  LoadStep step = step_with({Circuit::coil_1});
  step.voltage_split = {Voltage{140}, Voltage{118}, {"s.yaml", 7, 20}};
  EXPECT_EQ(mistakes_of(scenario_of({step})),
            "s.yaml:7:20: the legs make 258 V, but the voltage of m-2s is 240 V\n");
  step.voltage_split = {Voltage{122}, Voltage{118}, {"s.yaml", 7, 20}};
  EXPECT_EQ(plan_of(scenario_of({step})).points.at(0).load.circuits[0].voltage, Voltage{122});
  step.voltages = {Ratio{0.9}, Ratio{1}};
  EXPECT_EQ(mistakes_of(scenario_of({step})),
            "s.yaml:7:20: the legs make 240 V, but the voltage of m-2s is 216 V\n");
  step.voltage_split = {Voltage{109.8}, Voltage{106.2}, {"s.yaml", 7, 20}};
  step.voltages = {Ratio{0.9}};
  EXPECT_EQ(plan_of(scenario_of({step})).points.size(), 1U);
}

TEST(Circuits, WhosePowersCancelHaveNoPercentage) {
  LoadStep step = step_with({Circuit::legs});
  step.leg_2 = {Ratio{1}, kUnity, Direction::received};
  EXPECT_THAT(mistakes_of(scenario_of({step})), HasSubstr("the circuits' powers cancel"));
}

TEST(Circuits, StandInTheDescriptionOfWhatIsOutOfReach) {
  LoadStep step = step_with({Circuit::series, Circuit::legs});
  step.leg_2 = {Ratio{1}, kUnity, Direction::received};
  const Plan plan = plan_of(scenario_of({step}));
  ASSERT_EQ(plan.unreachable.size(), 1U);
  EXPECT_EQ(plan.unreachable[0].description, "legs, 50 A, power factor 1, delivered");
}

/// Errors of 0.004 % at power factor 1 and 0 at 0.5 lag; u = 0.010 % and 0.015 %.
TEST(ReferenceOfLegs, IsWeighedByTheirPowers) {
  LoadStep step = step_with({Circuit::legs});
  step.leg_2 = {Ratio{1}, kHalfLag, Direction::delivered};  // 2/3 and 1/3 of the power
  const PlannedPoint point = plan_of(scenario_of({step})).points.at(0);
  EXPECT_NEAR(percent(point.reference.error), 0.004 * 2 / 3, 1e-9);
  // Fully correlated: (2·0.010 + 0.015)/3.
  EXPECT_NEAR(percent(point.reference.standard_uncertainty), 0.035 / 3, 1e-9);
}

TEST(ReferenceOfLegs, WeighsMoreWhereOneLegTakesFromTheOther) {
  LoadStep step = step_with({Circuit::legs});
  step.leg_2 = {Ratio{0.5}, kUnity, Direction::received};  // 2 − 1: three parts of power for one that is left
  step.target_uncertainty = from_percent(0.08);
  const PlannedPoint point = plan_of(scenario_of({step})).points.at(0);
  EXPECT_NEAR(percent(point.reference.error), 0.004, 1e-9);
  // The certificate's 0.010 % three times; drift and linearity, (0.010² + 0.006²)/3, three times too, of
  // which every budget has one part already: 9 − 1.
  const double station = (0.010 * 0.010 + 0.006 * 0.006) / 3;
  EXPECT_NEAR(percent(point.reference.standard_uncertainty), std::sqrt(9e-4 + 8 * station), 1e-9);
  EXPECT_GT(percent(point.meters.at(0).predicted_uncertainty), 2 * 3 * std::hypot(0.010, std::sqrt(station)));
}

TEST(ReferenceOfLegs, OnANetworkIsThatOfElementsAtDifferentAngles) {
  // Power factor 0.5: V12 leads V1 by 30°, so the elements stand at 60° ± 30°: cos 90° = 0 and cos 30°.
  LoadStep step = sweep_step({Current{50}}, {kHalfLag}, {Direction::delivered}, kEasy);
  step.service = Service::network;
  const PlannedPoint point = plan_of(scenario_of({step})).points.at(0);
  EXPECT_NEAR(percent(point.reference.standard_uncertainty), 0.015, 1e-9);
  const auto powers = circuit_powers(Form::s2, point.load);
  EXPECT_NEAR(powers[0].value(), 0, 1e-6);
  EXPECT_NEAR((powers[0] + powers[1]).value(), 0.75 * 240 * 50 * 0.5, 1e-6);
}

TEST(ReferenceOfLegs, NeedsACertificateForEachLeg) {
  LoadStep step = step_with({Circuit::legs});
  step.leg_2 = {Ratio{0.001}, kUnity, Direction::delivered};
  EXPECT_THAT(mistakes_of(scenario_of({step})),
              HasSubstr("covers 0.1 A to 240 A at power factor 1, not 0.05 A"));
}

TEST(Waveforms, NeedASourceThatHasTheirHarmonics) {
  LoadStep step = step_at({Current{50}});
  step.waveform = "fifth";
  const Scenario scenario = scenario_of({step});
  EXPECT_THROW(mistakes_of(scenario), std::out_of_range) << "nobody has read it";
  const WaveformFiles waveforms{
      {"fifth", {"fifth", {{.order = 5, .voltage = from_percent(10), .current = from_percent(40)}}}}};
  EXPECT_THAT(mistakes_of(scenario, bench(), bench_limits(), at_a(meter_2s()), waveforms),
              HasSubstr("waveform fifth has harmonics; the source gives sines alone"));
  PlanningStation station = bench();
  station.source.highest_harmonic = 3;
  EXPECT_THAT(mistakes_of(scenario, station, bench_limits(), at_a(meter_2s()), waveforms),
              HasSubstr("waveform fifth has harmonics up to order 5; the source gives up to 3"));
  station.source.highest_harmonic = 5;
  const Plan plan = plan_of(scenario, at_a(meter_2s()), station, waveforms);
  EXPECT_EQ(plan.points.at(0).load.waveform.name, "fifth");
  EXPECT_NEAR(plan.points.at(0).meters.at(0).power.value(), 1.04 * 12'000, 1e-6);
}

/// A bench whose instruments take direct current and bursts.
PlanningStation able_bench() {
  PlanningStation station = bench();
  station.source.highest_harmonic = 31;
  station.source.harmonic_band = Frequency{1900};
  station.source.direct_current = true;
  station.source.bursts = true;
  station.reference_capabilities.direct_current = true;
  return station;
}

const WaveformFiles& shapes() {
  static const WaveformFiles files{
      {"half", {.name = "half", .conducts = {{Angle{}, from_degrees(180)}}}},
      {"fired", {.name = "fired", .conducts = {{from_degrees(90), from_degrees(180)}}}},
      {"bursts", {.name = "bursts", .burst = {2, 2}}}};
  return files;
}

LoadStep shaped(const std::string& waveform) {
  LoadStep step = step_at({Current{5}});
  step.waveform = waveform;
  return step;
}

std::string refusal(const std::string& waveform, const PlanningStation& station,
                    const MeterType& meter = meter_2s()) {
  return mistakes_of(scenario_of({shaped(waveform)}), station, bench_limits(), at_a(meter), shapes());
}
constexpr const char* kNone = "a plan without mistakes";

TEST(Waveforms, HaveTheSeriesThatTheSourceReaches) {
  const auto waveform = [&](Frequency frequency) {
    LoadStep step = shaped("half");
    step.frequency = frequency;
    return plan_of(scenario_of({step}), at_a(meter_2s()), able_bench(), shapes()).points.at(0).load.waveform;
  };
  EXPECT_EQ(waveform(Frequency{60}).highest_order(), 30) << "of a half wave the 31st is none";
  EXPECT_EQ(waveform(Frequency{65}).highest_order(), 28) << "29.2 times 65 Hz are 1900 Hz";
}

TEST(Waveforms, WithDirectCurrentPassNoTransformer) {
  EXPECT_EQ(refusal("half", able_bench()), kNone);
  PlanningStation isolated = able_bench();
  isolated.isolation_transformers = true;
  EXPECT_THAT(refusal("half", isolated),
              HasSubstr("waveform half has direct current: the station's positions are fed through isolation "
                        "transformers"));
  EXPECT_EQ(refusal("bursts", isolated), kNone) << "whole periods have none";
  EXPECT_THAT(refusal("half", able_bench(), meter_3s()),
              HasSubstr("position A, m-3s, form 3S, is fed by current transformers"));
}

TEST(Waveforms, WithDirectCurrentNeedInstrumentsThatDeclareIt) {
  PlanningStation station = able_bench();
  station.reference_capabilities.direct_current = false;
  EXPECT_THAT(refusal("half", station), HasSubstr("does not state that its reference measures it"));
  station = able_bench();
  station.source.direct_current = false;
  EXPECT_THAT(refusal("half", station), HasSubstr("waveform half has direct current; the source gives none"));
  station.source.bursts = false;
  EXPECT_THAT(refusal("bursts", station), HasSubstr("waveform bursts has bursts; the source gives none"));
}

TEST(Waveforms, WithEvenOrdersAreDefinedForOneCurrent) {
  LoadStep step = shaped("half");
  step.circuits = {Circuit::series, Circuit::coil_1, Circuit::coil_2, Circuit::opposed};
  const Plan plan = plan_of(scenario_of({step}), at_a(meter_2s()), able_bench(), shapes());
  EXPECT_EQ(plan.points.size(), 3U);
  ASSERT_EQ(plan.unreachable.size(), 1U);
  EXPECT_THAT(plan.unreachable[0].reason, HasSubstr("waveform half has even orders"));
}

TEST(Waveforms, StayBelowThePeakOfTheReference) {
  PlanningStation station = able_bench();
  station.reference_capabilities.peak_current = Current{7};
  EXPECT_THAT(refusal("half", station), HasSubstr("circuit 1: waveform half has peaks of"));
  station.reference_capabilities.peak_current =
      Current{7.5};  // √2·5 A = 7.07 A, and what a series overshoots
  EXPECT_EQ(refusal("half", station), kNone);
  station.reference_capabilities.peak_voltage = Voltage{169};  // √2·120 V = 169.7 V
  EXPECT_THAT(refusal("half", station), HasSubstr("the reference takes 169 V"));
}

TEST(Waveforms, OfBurstsHaveTheirComponentInThePrediction) {
  LoadStep step = shaped("bursts");
  step.target_uncertainty.reset();
  step.pulses = 10;
  const PlanningStation station = able_bench();
  const PlannedPoint bursts = plan_of(scenario_of({step}), at_a(meter_2s()), station, shapes()).points.at(0);
  EXPECT_NEAR(bursts.meters.at(0).power.value(), 600, 1e-9) << "half of 240 V · 5 A";
  // 10 Wh at 600 W are 60 s: 33.3 ms of them are 0.056 %, u 0.023 %.
  step.waveform.clear();
  step.pulses = 10;
  const PlannedPoint sine = plan_of(scenario_of({step}), at_a(meter_2s()), station, shapes()).points.at(0);
  EXPECT_GT(percent(bursts.meters.at(0).predicted_uncertainty),
            percent(sine.meters.at(0).predicted_uncertainty) + 0.01);
}

/// By a reference of which ± 0.03 % are stated under harmonics, and by one of which nothing is.
struct WithAndWithout {
  PlannedPoint with, without;
};
WithAndWithout under_harmonics(LoadStep step) {
  step.waveform = "fifth";
  const WaveformFiles waveforms{{"fifth", {"fifth", {{.order = 5, .current = from_percent(40)}}}}};
  PlanningStation station = bench();
  station.source.highest_harmonic = 5;
  station.source.peak_current = Current{600};
  WithAndWithout points;
  points.without = plan_of(scenario_of({step}), at_a(meter_2s()), station, waveforms).points.at(0);
  station.uncertainty.reference_harmonics = from_percent(0.03);
  points.with = plan_of(scenario_of({step}), at_a(meter_2s()), station, waveforms).points.at(0);
  return points;
}

double u(const PlannedPoint& point) { return percent(point.meters.at(0).predicted_uncertainty) / 2; }

TEST(Waveforms, BringWhatTheReferenceDoesUnderThemIntoThePrediction) {
  const auto [with, without] = under_harmonics(step_with({Circuit::series}));
  ASSERT_EQ(with.meters.at(0).pulses, without.meters.at(0).pulses);
  // 0.03/√3. The larger of the components dominates each: k is some per cent below 2, in each its own.
  EXPECT_NEAR(u(with) / std::hypot(u(without), 0.017320508), 1, 0.06);
}

TEST(Waveforms, BringItIntoAResidualToo) {
  LoadStep step = step_with({Circuit::opposed}, {Current{200}});
  step.target_uncertainty.reset();
  const auto [with, without] = under_harmonics(step);
  EXPECT_NEAR(u(with) / std::hypot(u(without), 0.017320508), 1, 0.01);
}

TEST(Waveforms, BringItInAsOftenAsLegsCancelInPart) {
  LoadStep step = step_with({Circuit::legs});
  step.leg_2 = {Ratio{0.5}, kUnity, Direction::received};  // three parts of power for one that is left
  step.target_uncertainty = from_percent(0.2);
  const auto [with, without] = under_harmonics(step);
  ASSERT_EQ(with.meters.at(0).pulses, without.meters.at(0).pulses);
  EXPECT_NEAR(u(with), std::hypot(u(without), 3 * 0.017320508), 1e-9);
}

}  // namespace
}  // namespace meterbench
