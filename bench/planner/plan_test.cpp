#include "bench/planner/plan.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/planner/sample_bench.h"

namespace meterbench {
namespace {

using namespace sample;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Plan, OrdersFromLowToHighPowerWithinPowerFactorAndDirection) {
  const Plan plan = plan_of(sweep({Ratio{0.5}, Current{5}, Ratio{1}, Ratio{0.01}}, {kUnity, kHalfLag},
                                  {Direction::delivered, Direction::received}, kEasy));
  ASSERT_EQ(plan.points.size(), 16U);
  for (std::size_t group = 0; group < 4; ++group) {
    std::vector<double> currents;
    for (std::size_t i = 4 * group; i < 4 * group + 4; ++i) {
      currents.push_back(plan.points[i].current.value());
      EXPECT_EQ(plan.points[i].power_factor, group < 2 ? kUnity : kHalfLag);
      EXPECT_EQ(plan.points[i].direction, group % 2 == 0 ? Direction::delivered : Direction::received);
    }
    EXPECT_THAT(currents, ElementsAre(2, 5, 100, 200));
  }
  EXPECT_EQ(plan.points.front().id, "001");
  EXPECT_EQ(plan.points.back().id, "016");
}

TEST(Plan, APointCarriesItsLoadLimitAndCertificate) {
  const Plan plan = plan_of(sweep({Ratio{0.25}}, {kHalfLag}, {Direction::received}, kEasy));
  ASSERT_EQ(plan.points.size(), 1U);
  const PlannedPoint& point = plan.points[0];
  EXPECT_EQ(point.step, "load");
  EXPECT_EQ(point.voltage, Voltage{240});
  EXPECT_EQ(point.current, Current{50});
  EXPECT_EQ(point.load.frequency, Frequency{60});
  EXPECT_EQ(point.load.direction, Direction::received);
  for (const CircuitLoad& circuit : point.load.circuits) {
    EXPECT_EQ(circuit.voltage, Voltage{120});
    EXPECT_EQ(circuit.current, Current{50});
    EXPECT_NEAR(degrees(circuit.lag), 60, 1e-9);
  }
  EXPECT_EQ(point.limit.limit, from_percent(0.6));
  EXPECT_DOUBLE_EQ(percent(point.reference.standard_uncertainty), 0.015);
  EXPECT_EQ(point.meters.at(0).circuit_factor, 1);
  EXPECT_EQ(point.target, kEasy);
  EXPECT_EQ(point.temperature, Temperature{23});
}

TEST(Plan, TakesVoltageAndFrequencyOfTheStep) {
  Scenario scenario = single(Current{50}, kUnity, kEasy);
  std::get<LoadStep>(scenario.steps[0]).voltages = {Ratio{0.9}};
  std::get<LoadStep>(scenario.steps[0]).frequency = Frequency{61.2};
  EXPECT_EQ(plan_of(scenario).points.at(0).voltage, Voltage{216});
  EXPECT_EQ(plan_of(scenario).points.at(0).load.frequency, Frequency{61.2});
  std::get<LoadStep>(scenario.steps[0]).voltages = {Voltage{200}};
  EXPECT_EQ(plan_of(scenario).points.at(0).load.circuits[0].voltage, Voltage{100});
}

/// Seconds a pulse of type-approval.md 1.2 (Kt 1 Wh, 240 V): 2 A 7.5 s, 5 A 3 s, 50 A 0.3 s, 200 A 0.075 s.
TEST(Plan, AWindowLastsAtLeastTenSecondsAndTwoPulses) {
  const Plan plan = plan_of(
      sweep({Current{2}, Current{5}, Current{50}, Current{200}}, {kUnity}, {Direction::delivered}, kEasy));
  std::vector<std::uint64_t> pulses;
  for (const PlannedPoint& point : plan.points) pulses.push_back(point.meters.at(0).pulses);
  EXPECT_THAT(pulses, ElementsAre(2, 4, 34, 134));                 // 10 s: 1.3, 3.3, 33.3, 133.3 pulses
  const Plan slow = plan_of(single(Current{2}, kHalfLag, kEasy));  // 15 s a pulse
  EXPECT_EQ(slow.points.at(0).meters.at(0).pulses, 2U);
}

/// u² = u_cert² + (a_drift² + a_lin²)/3 + ((100·τ/√6)² + (100·√2·t_j)² + (100·c_ref/(P·√6))²)/T², k = 2, all
/// in %.
double closed_formula_u_percent(double certificate_u, double window_s, double power_w) {
  const double fixed = certificate_u * certificate_u + (0.010 * 0.010 + 0.006 * 0.006) / 3;
  const double scan = 100 * 0.001 / std::sqrt(6.0) / window_s;
  const double jitter = 100 * std::sqrt(2.0) * 20e-6 / window_s;
  const double resolution = 100 / (power_w * window_s / 0.036) / std::sqrt(6.0);
  return 2 * std::sqrt(fixed + scan * scan + jitter * jitter + resolution * resolution);
}

TEST(Plan, ChoosesTheLeastPulsesThatMeetTheTarget) {
  // 50 A: 12 kW, 0.3 s a pulse. 0.0245 % leaves √(0.01225² − 1.4533e-4) % = 0.002175 % for what the window
  // decides, 0.04092 %·s together: 18.8 s, 62.7 pulses.
  const Plan plan = plan_of(single(Current{50}, kUnity, from_percent(0.0245)));
  ASSERT_EQ(plan.points.size(), 1U);
  EXPECT_EQ(plan.points[0].meters.at(0).pulses, 63U);
  EXPECT_LE(closed_formula_u_percent(0.010, 63 * 0.3, 12000), 0.0245);
  EXPECT_GT(closed_formula_u_percent(0.010, 62 * 0.3, 12000), 0.0245);
  EXPECT_NEAR(percent(plan.points[0].meters.at(0).predicted_uncertainty),
              closed_formula_u_percent(0.010, 63 * 0.3, 12000), 1e-9);
}

TEST(Plan, TakesTheNumberOfPulsesThatTheScenarioGives) {
  Scenario scenario = single(Current{50}, kUnity, kEasy);
  std::get<LoadStep>(scenario.steps[0]).target_uncertainty.reset();
  std::get<LoadStep>(scenario.steps[0]).pulses = 7;
  const Plan plan = plan_of(scenario);
  EXPECT_EQ(plan.points.at(0).meters.at(0).pulses, 7U);
  EXPECT_FALSE(plan.points.at(0).target);
  // The scan, triangular, is most of it: k lies between that of a triangle, 1.927, and 2.
  const double u = closed_formula_u_percent(0.010, 2.1, 12000) / 2;
  EXPECT_GT(percent(plan.points.at(0).meters.at(0).predicted_uncertainty), 1.927 * u);
  EXPECT_LT(percent(plan.points.at(0).meters.at(0).predicted_uncertainty), 2 * u);
}

TEST(Plan, ATargetBelowTheFloorNamesTheSmallestReachableOfAllPoints) {
  // Floor: 2·√(0.015² + (0.010² + 0.006²)/3) % = 0.03288 % at power factor 0.5.
  EXPECT_EQ(mistakes_of(sweep({Ratio{0.25}}, {kUnity, kHalfLag}, {Direction::delivered}, from_percent(0.02))),
            "s.yaml:8:25: 0.02 % is below what this station can reach; the smallest for all points is 0.033 "
            "% (50 A, "
            "power factor 0.5 lag, delivered)\n");
  EXPECT_THAT(plan_of(single(Ratio{0.25}, kHalfLag, from_percent(0.033))).points, ::testing::SizeIs(1));
}

TEST(Plan, TellsTheTimeThatAPointTakes) {
  PlanningStation station = bench();
  station.reference_window = Seconds{1};
  const Plan plan = plan_of(sweep({Current{50}, Current{200}}, {kUnity}, {Direction::delivered}, kEasy),
                            meter_2s(), station);
  // Source 2 s, the reference's window 1 s, 3 s in band.
  EXPECT_DOUBLE_EQ(plan.points.at(0).time.settling.value(), 6);
  EXPECT_DOUBLE_EQ(plan.points.at(0).time.latency.value(), 10);
  // The second edge opens, and the first comes within the latency: a pulse and N pulses.
  EXPECT_NEAR(plan.points.at(0).time.window.value(), 35 * 0.3, 1e-9);
  EXPECT_NEAR(plan.points.at(1).time.window.value(), 135 * 0.075, 1e-9);
  EXPECT_NEAR(plan.expected_time().value(), 2 * 16 + 10.5 + 10.125, 1e-9);
}

TEST(Plan, PointsBeyondTheStationAreToldWithTheReason) {
  const Scenario scenario = sweep({Current{50}, Current{200}}, {kUnity}, {Direction::delivered}, kEasy);
  const auto reason = [&](const PlanningStation& station) {
    const Plan plan = plan_of(scenario, meter_2s(), station);
    EXPECT_EQ(plan.points.size(), 1U);
    EXPECT_EQ(plan.unreachable.size(), 1U);
    if (plan.unreachable.empty()) return std::string{};
    EXPECT_EQ(plan.unreachable[0].description, "200 A, power factor 1, delivered");
    return plan.unreachable[0].reason;
  };
  PlanningStation small_source = bench();
  small_source.source.maximum_current = Current{120};
  EXPECT_EQ(reason(small_source), "circuit 1 needs 200 A; source and station allow 120 A");

  PlanningStation cautious = bench();
  cautious.limits.current = Current{100};
  EXPECT_EQ(reason(cautious), "circuit 1 needs 200 A; source and station allow 100 A");

  PlanningStation certified_low = bench();
  certified_low.reference_calibration = certificate(1, 100);
  EXPECT_EQ(reason(certified_low), "certificate C-1 covers 1 A to 100 A at power factor 1, not 200 A");

  PlanningStation slow_scan = bench();  // 50 ms: edges up to 10 Hz; 200 A blinks at 13.33 Hz
  slow_scan.counter.scan_period = std::chrono::milliseconds{50};
  EXPECT_EQ(reason(slow_scan), "the test LED gives 13.33 Hz; the counter tells edges apart up to 10 Hz");

  PlanningStation slow_counter = bench();  // 48 kW / 0.036 J = 1.333 MHz
  slow_counter.counter.maximum_rate = Frequency{1e6};
  EXPECT_EQ(reason(slow_counter), "the reference gives pulses at 1333333 Hz; the counter takes 1000000 Hz");
}

TEST(Plan, APowerFactorWithoutCertificateIsNotReached) {
  LimitFiles limits = bench_limits();
  limits["bench"].push_back(
      LimitRow{{"load", PowerFactor{0.8, true}, from_percent(1), {}, {}, {}, Mark::criterion}});
  Mistakes mistakes;
  const auto plan =
      make_plan(sweep({Current{50}}, {kUnity, PowerFactor{0.8, true}}, {Direction::delivered}, kEasy),
                at_a(meter_2s()), bench(), limits, {}, mistakes);
  ASSERT_TRUE(plan) << mistakes.text();
  ASSERT_EQ(plan->unreachable.size(), 1U);
  EXPECT_EQ(plan->unreachable[0].reason, "certificate C-1 does not cover power factor 0.8 lead");
}

TEST(Plan, AStepOfWhichNothingCanBeDoneIsAMistake) {
  const Scenario scenario = single(Current{50}, kUnity, kEasy);
  PlanningStation low = bench();
  low.limits.voltage = Voltage{100};
  EXPECT_EQ(
      mistakes_of(scenario, low),
      "s.yaml:4:5: this station can do no point of step 'load': circuit 1 needs 120 V; source and station "
      "allow 100 V\n");
  PlanningStation one_circuit = bench();
  one_circuit.source.circuits = 1;
  EXPECT_THAT(mistakes_of(scenario, one_circuit), HasSubstr("form 2S needs circuit 2, the source has 1"));
  Scenario odd_frequency = scenario;
  std::get<LoadStep>(odd_frequency.steps[0]).frequency = Frequency{400};
  EXPECT_THAT(mistakes_of(odd_frequency), HasSubstr("the source gives 45 Hz to 65 Hz, not 400 Hz"));
}

TEST(Plan, ATwoWireMeterNeedsOneCircuitOnly) {
  MeterType meter = meter_2s();
  meter.form = Form::s1;
  meter.nominal_voltage = Voltage{120};
  meter.maximum_voltage = Voltage{144};
  PlanningStation station = bench();
  station.source.circuits = 1;
  const Plan plan = plan_of(single(Current{50}, kUnity, kEasy), meter, station);
  ASSERT_EQ(plan.points.size(), 1U);
  EXPECT_EQ(plan.points[0].load.circuits[0].voltage, Voltage{120});
  EXPECT_EQ(plan.points[0].load.circuits[1], CircuitLoad{});
}

TEST(Plan, ACurrentBeyondImaxIsAMistakeAtItsPlace) {
  EXPECT_EQ(mistakes_of(sweep({Ratio{1}, Ratio{1.2}, Current{201}}, {kUnity}, {Direction::delivered}, kEasy)),
            "s.yaml:6:11: 240 A is beyond Imax of m-2s, which is 200 A\n"
            "s.yaml:6:12: 201 A is beyond Imax of m-2s, which is 200 A\n");
}

TEST(Plan, AVoltageBeyondWhatTheMeterMayBeGivenIsAMistake) {
  Scenario scenario = single(Current{50}, kUnity, kEasy);
  std::get<LoadStep>(scenario.steps[0]).voltages = {Ratio{2.4}};
  EXPECT_THAT(mistakes_of(scenario), ::testing::HasSubstr("576 V is beyond what m-2s may be given, 288 V"));
  std::get<LoadStep>(scenario.steps[0]).voltages = {Voltage{288}};
  EXPECT_EQ(plan_of(scenario).points.size(), 1U);
}

TEST(Plan, WithoutAChamberAllIsTestedAtTheRoomsTemperature) {
  PlanningStation station = bench();
  station.room_temperature = Temperature{21};
  const Plan plan = plan_of(single(Current{50}, kUnity, kEasy), meter_2s(), station);
  EXPECT_EQ(plan.points.at(0).temperature, Temperature{21});
}

TEST(Plan, AMissingLimitIsAMistakeForEachPowerFactor) {
  LimitFiles limits = bench_limits();
  limits["bench"].pop_back();
  const Scenario scenario = sweep({Current{50}}, {kUnity, kHalfLag}, {Direction::delivered}, kEasy);
  EXPECT_EQ(mistakes_of(scenario, bench(), limits),
            "s.yaml:9:13: limits 'bench' have no row for test 'load' at power factor 0.5 lag\n");
  EXPECT_EQ(mistakes_of(scenario, bench(), {{"bench", {}}}),
            "s.yaml:9:13: limits 'bench' have no row for test 'load' at power factor 1\n"
            "s.yaml:9:13: limits 'bench' have no row for test 'load' at power factor 0.5 lag\n");
  EXPECT_THROW(mistakes_of(scenario, bench(), {}), std::out_of_range) << "nobody has read the file";
}

TEST(Plan, EachStepHasTheLimitsOfItsOwnFile) {
  Scenario scenario = single(Current{50}, kUnity, kEasy);
  scenario.steps.push_back(scenario.steps[0]);
  std::get<LoadStep>(scenario.steps[1]).limits = "strict";
  LimitFiles limits = bench_limits();
  limits["strict"] = limits["bench"];
  limits["strict"][0].limit.limit = from_percent(0.2);
  Mistakes mistakes;
  const auto plan = make_plan(scenario, at_a(meter_2s()), bench(), limits, {}, mistakes);
  ASSERT_TRUE(plan) << mistakes.text();
  ASSERT_EQ(plan->points.size(), 2U);
  EXPECT_EQ(plan->points[0].limit.limit, from_percent(0.5));
  EXPECT_EQ(plan->points[1].limit.limit, from_percent(0.2));
  EXPECT_EQ(plan->points[1].id, "002");
}

TEST(Plan, ItsHashFollowsAllThatDecidesWhatIsDone) {
  const Scenario scenario = sweep({Current{50}, Current{200}}, {kUnity}, {Direction::delivered}, kEasy);
  const std::string original = plan_of(scenario).sha256();
  EXPECT_EQ(original.size(), 64U);
  EXPECT_EQ(plan_of(scenario).sha256(), original);

  const auto changed = [&](auto change) {
    Plan plan = plan_of(scenario);
    change(plan);
    return plan.sha256() != original;
  };
  EXPECT_TRUE(changed([](Plan& p) { p.points[1].meters[0].pulses += 1; }));
  EXPECT_TRUE(changed([](Plan& p) { p.points[1].load.circuits[1].current = Current{199}; }));
  EXPECT_TRUE(changed([](Plan& p) { p.points[1].load.direction = Direction::received; }));
  EXPECT_TRUE(changed([](Plan& p) { p.points[0].limit.limit = Ratio{1}; }));
  EXPECT_TRUE(changed([](Plan& p) { p.points[0].reference.error = Ratio{1}; }));
  EXPECT_TRUE(changed([](Plan& p) { p.points.pop_back(); }));
  EXPECT_TRUE(changed([](Plan& p) { p.meters.at("A").kt = from_watt_hours(2); }));
  EXPECT_TRUE(changed([](Plan& p) { p.unreachable.push_back({"x", "y"}); }));
  EXPECT_TRUE(changed([](Plan& p) { p.points[0].meters[0].position = "B"; }));
  EXPECT_TRUE(changed([](Plan& p) { p.points[0].meters[0].circuit_factor = 2; }));
  EXPECT_TRUE(changed([](Plan& p) { p.points[0].meters[0].isolation.error = Ratio{1}; }));
  EXPECT_TRUE(changed([](Plan& p) { p.points[0].meters[0].standard.error = Ratio{1}; }));
  EXPECT_TRUE(changed([](Plan& p) { p.points[0].rest = Seconds{1}; }));
  EXPECT_TRUE(changed([](Plan& p) { p.points[0].result = ResultKind::residual; }));
  EXPECT_TRUE(changed([](Plan& p) { p.points[0].connection.service = Service::network; }));
  EXPECT_TRUE(changed([](Plan& p) { p.points[0].load.waveform.harmonics = {{.order = 5}}; }));
  EXPECT_TRUE(changed([](Plan& p) {
    p.comparisons.push_back({"003", "shift", ResultKind::shift, {0, 1}, {}});
  }));
  EXPECT_TRUE(changed([](Plan& p) { p.scenario.check = CheckKind::weekly; }));
  // Where the scenario's file lies does not matter, nor what is only predicted.
  EXPECT_FALSE(
      changed([](Plan& p) { std::get<LoadStep>(p.scenario.steps[0]).position.file = "elsewhere.yaml"; }));
  EXPECT_FALSE(changed([](Plan& p) { p.points[0].meters[0].predicted_uncertainty = Ratio{1}; }));
}

/// 53230A and COM5003: one meter, by time stamps, gates or the reference's own calculator.
PlanningStation bench_with_timer() {
  PlanningStation station = bench();
  station.counter = {.methods = {CountingMethod::timestamps, CountingMethod::gated_total},
                     .inputs = 2,
                     .maximum_rate = Frequency{350e6},
                     .resolution = Seconds{1e-7},
                     .time_base = Ratio{1e-6},
                     .most_timestamps = 1'000'000,
                     .longest_gate = std::chrono::seconds{1000}};
  station.error_calculator = ErrorCalculatorCapabilities{.most_pulses = 4'294'967'295};
  station.uncertainty.reading_noise = from_percent(0.01);
  return station;
}

Scenario by(CountingMethod method) {
  Scenario scenario = single(Current{200}, kUnity, kEasy);
  std::get<LoadStep>(scenario.steps[0]).method = method;
  return scenario;
}

TEST(PlanMethods, TheQuickestIsTakenAndAmongThemTheOneOfLeastUncertainty) {
  // 13.3 pulses a second: all but the gate meet 0.05 % in the shortest window, the calculator without the
  // noise of readings.
  const Plan plan = plan_of(single(Current{200}, kUnity, kEasy), meter_2s(), bench_with_timer());
  EXPECT_EQ(plan.points.at(0).method, CountingMethod::error_calculator);
  // A coarse reference pulse turns it round: 1 Wh of 134 Wh is 0.3 %.
  PlanningStation coarse = bench_with_timer();
  coarse.reference_pulse = from_watt_hours(1);
  EXPECT_EQ(plan_of(single(Current{200}, kUnity, kEasy), meter_2s(), coarse).points.at(0).method,
            CountingMethod::timestamps);
}

TEST(PlanMethods, AStepMayAskForOne) {
  const Plan gated = plan_of(by(CountingMethod::gated_total), meter_2s(), bench_with_timer());
  const PlannedPoint& point = gated.points.at(0);
  EXPECT_EQ(point.method, CountingMethod::gated_total);
  // ± one pulse: 1/(N√6) must fit into the target beside the rest, so N is above 1000.
  EXPECT_GT(point.meters.at(0).pulses, 1000U);
  EXPECT_DOUBLE_EQ(point.gate.value(), static_cast<double>(point.meters.at(0).pulses) * 0.075);
  EXPECT_EQ(plan_of(by(CountingMethod::error_calculator), meter_2s(), bench_with_timer()).points[0].method,
            CountingMethod::error_calculator);
  EXPECT_THAT(mistakes_of(by(CountingMethod::scanned), bench_with_timer()),
              HasSubstr("this station has no method scanned"));
}

TEST(PlanMethods, SeveralMetersAtOnceTakeAScan) {
  EXPECT_THAT(mistakes_of(single(Current{200}, kUnity, kEasy), bench_with_timer(), bench_limits(),
                          {{"A", meter_2s()}, {"B", meter_2s()}}),
              HasSubstr("error_calculator serves one meter at a time, not 2"));
}

TEST(PlanMethods, ARecordHoldsNoMoreTimeStampsThanTheInstrument) {
  PlanningStation station = bench_with_timer();
  station.counter.most_timestamps = 100;
  EXPECT_THAT(mistakes_of(by(CountingMethod::timestamps), station),
              HasSubstr("136 time stamps do not fit into one record of 100"));  // 10 s of 0.075 s, and two
}

TEST(PlanMethods, AWindowByReadingsHoldsTwoOfThem) {
  Scenario scenario = by(CountingMethod::timestamps);
  auto& step = std::get<LoadStep>(scenario.steps[0]);
  step.target_uncertainty.reset();
  step.pulses = 26;  // of 0.075 s: 1.95 s
  EXPECT_THAT(mistakes_of(scenario, bench_with_timer()), HasSubstr("a window of 1.95 s is too short"));
  step.pulses = 27;
  EXPECT_EQ(plan_of(scenario, meter_2s(), bench_with_timer()).points.at(0).meters.at(0).pulses, 27U);
  step.method.reset();
  step.pulses = 1;
  EXPECT_EQ(plan_of(scenario, meter_2s(), bench_with_timer()).points.at(0).method,
            CountingMethod::error_calculator)
      << "which has the reference's own pulses";
}

Scenario at_temperatures(std::vector<double> celsius) {
  const Scenario one = single(Ratio{0.25}, kUnity, kEasy);
  Scenario scenario = one;
  scenario.steps.clear();
  for (const double t : celsius) {
    SoakStep soak;
    soak.temperature = Temperature{t};
    soak.position = {"s.yaml", 3, 5};
    scenario.steps.emplace_back(soak);
    scenario.steps.push_back(one.steps[0]);
  }
  return scenario;
}

PlanningStation bench_with_chamber() {
  PlanningStation station = bench();
  station.chamber = ChamberCapabilities{Temperature{-45}, Temperature{60}, 3, true};
  return station;
}

TEST(PlanSoaks, EachPointHasTheTemperatureOfTheSoakBeforeIt) {
  const Plan plan = plan_of(at_temperatures({23, 53, -40}), meter_2s(), bench_with_chamber());
  ASSERT_EQ(plan.points.size(), 3U);
  ASSERT_EQ(plan.soaks.size(), 3U);
  EXPECT_EQ(plan.points[1].temperature, Temperature{53});
  EXPECT_EQ(plan.points[2].temperature, Temperature{-40});
  EXPECT_EQ(plan.soaks[2].before, 2U);
  EXPECT_EQ(plan.soaks[2].temperature, Temperature{-40});
  EXPECT_EQ(plan.soaks[2].check.id, "S3");
  EXPECT_EQ(plan.soaks[2].check.current, Current{50});
  EXPECT_EQ(plan.soaks[2].check.meters.at(0).pulses, 67U);  // 20 s of 0.3 s
  EXPECT_EQ(plan.points.back().id, "003");
  EXPECT_GT(plan.expected_time().value(), 3 * 3600);
}

TEST(PlanSoaks, WithoutAChamberThereIsOnlyTheRoom) {
  const Plan plan = plan_of(at_temperatures({23, 53}));
  EXPECT_EQ(plan.points.size(), 1U);
  EXPECT_TRUE(plan.soaks.empty());
  ASSERT_EQ(plan.unreachable.size(), 1U);
  EXPECT_EQ(plan.unreachable[0].reason, "the station has no chamber; its room is at 23 °C, not 53 °C");
}

TEST(PlanSoaks, BeyondTheChamberNothingCanBeTested) {
  const Plan plan = plan_of(at_temperatures({-50, 23}), meter_2s(), bench_with_chamber());
  ASSERT_EQ(plan.unreachable.size(), 1U);
  EXPECT_EQ(plan.unreachable[0].reason, "the chamber reaches -45 °C to 60 °C, not -50 °C");
  EXPECT_EQ(plan.points.size(), 1U);
}

}  // namespace
}  // namespace meterbench
