// What is shipped fits together: the scenarios for the meters of config/meters on station `virtual`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/config/catalogue.h"
#include "bench/config/meter_file.h"
#include "bench/config/station_file.h"
#include "bench/planner/sample_bench.h"

namespace meterbench {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Catalogue catalogue() { return Catalogue{BENCH_SOURCE_DIR}; }

MeterType shipped_meter(const std::string& name) {
  Mistakes mistakes;
  return load_meter_file(catalogue().find("meters", name).value(), mistakes).value();
}

/// The instruments of the sample bench; the rest is the file's.
PlanningStation shipped_station(const std::string& name) {
  Mistakes mistakes;
  const StationFile file = load_station_file(catalogue().find("stations", name).value(), mistakes).value();
  PlanningStation station = sample::bench();
  station.source.highest_harmonic = 31;
  station.source.harmonic_band = Frequency{1900};
  station.source.direct_current = true;
  station.source.bursts = true;
  station.source.dips = true;
  station.source.peak_current = Current{600};
  station.source.voltage_power = ApparentPower{2000};
  station.source.compliance = Voltage{12};
  station.limits = file.limits;
  station.reference_definition = file.reference_definition;
  station.reference_capabilities = file.reference_capabilities;
  station.reference_calibration = file.instruments.at("reference").calibration.value();
  station.reference_pulse = file.reference_pulse;
  station.uncertainty = file.uncertainty;
  station.chamber = file.chamber;
  station.wiring = file.wiring;
  station.isolation_transformers = file.isolation_transformers;
  station.positions.clear();
  for (const PositionEntry& position : file.positions)
    station.positions.push_back({position.name, position.isolation});
  return station;
}

Plan shipped_plan(const std::string& scenario, const sample::Meters& meters, const std::string& station) {
  Mistakes mistakes;
  const auto read = load_scenario(catalogue().root() / "scenarios" / (scenario + ".yaml"), {}, mistakes);
  EXPECT_TRUE(read) << mistakes.text();
  if (!read) return {};
  const NamedFiles files = read_named_files(*read, catalogue(), mistakes);
  auto plan = make_plan(*read, meters, shipped_station(station), files.limits, files.waveforms, mistakes);
  EXPECT_TRUE(plan) << mistakes.text();
  return plan.value_or(Plan{});
}

Plan shipped_plan(const std::string& scenario, const std::string& meter) {
  return shipped_plan(scenario, {{"A", shipped_meter(meter)}}, "virtual");
}

class ShippedSweep : public ::testing::TestWithParam<std::pair<const char*, std::size_t>> {};

TEST_P(ShippedSweep, IsReachedWholeOnTheVirtualStation) {
  const auto& [meter, voltages] = GetParam();
  const Plan plan = shipped_plan("ae-1641/load-performance", meter);
  // 6 currents, 2 power factors, 2 directions, at 6 temperatures.
  EXPECT_THAT(plan.points, SizeIs(24 * 6 * voltages));
  EXPECT_THAT(plan.soaks, SizeIs(6));
  EXPECT_THAT(plan.comparisons, SizeIs(24 * voltages));
  EXPECT_THAT(plan.unreachable, IsEmpty());
  for (const PlannedPoint& point : plan.points)
    EXPECT_LE(percent(point.meters.at(0).predicted_uncertainty), 0.05);
  EXPECT_GT(plan.expected_time().value(), 24 * 3600);
}

TEST_P(ShippedSweep, HasAShortFormAtRoomTemperature) {
  const Plan plan = shipped_plan("ae-1641/load-performance-23c", GetParam().first);
  EXPECT_THAT(plan.points, SizeIs(24));
  EXPECT_THAT(plan.unreachable, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Meters, ShippedSweep,
                         ::testing::Values(std::pair{"focus-ax-1s-cl100", 1U},
                                           std::pair{"focus-ax-2s-cl200", 1U},
                                           std::pair{"focus-ax-3s-cl10", 2U},
                                           std::pair{"focus-ax-3s-cl20", 2U},
                                           std::pair{"focus-ax-4s-cl20", 1U}));

TEST(ShippedScenarios, TestAllCircuitsOfThreeWireForms) {
  for (const char* meter : {"focus-ax-2s-cl200", "focus-ax-4s-cl20"}) {
    const Plan plan = shipped_plan("ae-1641/circuits", meter);
    EXPECT_THAT(plan.unreachable, IsEmpty()) << meter;
    EXPECT_GE(plan.points.size(), 20U) << meter;
  }
}

TEST(ShippedScenarios, CheckTheBenchWithACertifiedStandard) {
  for (const char* check : {"check/weekly", "check/yearly", "check/positions"}) {
    const Plan plan = shipped_plan(check, "certified-standard-2s");
    EXPECT_THAT(plan.unreachable, IsEmpty()) << check;
    ASSERT_FALSE(plan.points.empty()) << check;
    EXPECT_EQ(plan.points.front().result, ResultKind::deviation);
  }
}

TEST(ShippedScenarios, OfLawsAndStandardsAreReachedWholeByTheirMeters) {
  for (const auto& [scenario, meter, points] :
       {std::tuple{"canada/s-e-02-verification", "focus-ax-2s-cl200", 7U},
        {"canada/s-e-02-verification", "focus-ax-3s-cl10", 7U},
        {"uk/certification", "focus-ax-1s-cl100", 6U},
        {"uk/certification", "focus-ax-2s-cl200", 6U},
        {"iec/62053-21-class-1-direct", "focus-ax-1s-cl100", 10U},
        {"iec/62053-21-class-1-direct", "focus-ax-2s-cl200", 10U},
        {"iec/62053-21-class-1-transformer", "focus-ax-3s-cl20", 11U},
        {"iec/62053-21-class-1-transformer", "focus-ax-4s-cl20", 11U}}) {
    const Plan plan = shipped_plan(scenario, meter);
    EXPECT_THAT(plan.unreachable, IsEmpty()) << scenario << " " << meter;
    EXPECT_THAT(plan.points, SizeIs(points)) << scenario << " " << meter;
    for (const PlannedPoint& point : plan.points) EXPECT_NE(point.limit.mark, Mark::criterion) << point.step;
  }
}

TEST(ShippedScenarios, OfInfluencesAreReachedWhole) {
  for (const auto& [scenario, meter, comparisons] :
       {std::tuple{"ae-1641/influences", "focus-ax-1s-cl100", 4 * 4 + 5 + 1 + 12},
        {"ae-1641/influences", "focus-ax-4s-cl20", 4 * 4 + 5 + 1 + 12},
        {"ae-1641/temperature-influence", "focus-ax-2s-cl200", 8},
        {"ae-1641/half-wave", "focus-ax-1s-cl100", 2},
        {"ae-1641/half-wave", "focus-ax-2s-cl200", 2},
        {"iec/62053-21-class-1-influences-direct", "focus-ax-2s-cl200", 4 * 3 + 4 + 1 + 6},
        {"iec/62053-21-class-1-influences-transformer", "focus-ax-3s-cl20", 4 * 3 + 1 + 1 + 6}}) {
    const Plan plan = shipped_plan(scenario, meter);
    EXPECT_THAT(plan.unreachable, IsEmpty()) << scenario << " " << meter;
    EXPECT_THAT(plan.comparisons, SizeIs(comparisons)) << scenario << " " << meter;
  }
}

TEST(ShippedScenarios, HaveNoHalfWaveForMetersBehindTransformers) {
  Mistakes mistakes;
  const auto read = load_scenario(catalogue().root() / "scenarios/ae-1641/half-wave.yaml", {}, mistakes);
  const NamedFiles files = read_named_files(*read, catalogue(), mistakes);
  EXPECT_FALSE(make_plan(*read, {{"A", shipped_meter("focus-ax-3s-cl20")}}, shipped_station("virtual"),
                         files.limits, files.waveforms, mistakes));
  EXPECT_THAT(mistakes.text(),
              HasSubstr("waveform half-wave has direct current: position A, focus-ax-3s-cl20, "
                        "form 3S, is fed by current transformers, which pass none"));
}

TEST(ShippedScenarios, SweepFortyMetersOfTwoTypesAtOnce) {
  sample::Meters meters;
  for (const PlanningPosition& position : shipped_station("virtual-40").positions)
    meters.emplace(position.name,
                   shipped_meter(meters.size() % 2 == 0 ? "focus-ax-3s-cl20" : "focus-ax-3s-cl10"));
  ASSERT_THAT(meters, SizeIs(40));
  const Plan plan = shipped_plan("ae-1641/load-performance", meters, "virtual-40");
  // Shares of 10 A and of 20 A: ten currents, of which 20 A is beyond half of the meters.
  EXPECT_THAT(plan.points, SizeIs(9 * 2 * 2 * 2 * 6));
  EXPECT_THAT(plan.unreachable, SizeIs(2 * 2 * 2 * 6));
}

}  // namespace
}  // namespace meterbench
