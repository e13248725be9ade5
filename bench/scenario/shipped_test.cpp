// The scenarios of this repository.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/config/catalogue.h"
#include "bench/scenario/named_files.h"
#include "bench/scenario/scenario.h"

namespace meterbench {
namespace {

using ::testing::ElementsAre;

const std::filesystem::path kRoot{BENCH_SOURCE_DIR};

Scenario shipped(const std::filesystem::path& path) {
  Mistakes mistakes;
  auto scenario = load_scenario(path, {}, mistakes);
  if (!scenario) throw std::runtime_error{mistakes.text()};
  return *std::move(scenario);
}

void expect_sweep(const LoadStep& step) {
  EXPECT_EQ(step.name, "load-performance");
  std::vector<double> percent_of_imax;
  for (const CurrentSpec& current : step.currents)
    percent_of_imax.push_back(percent(std::get<Ratio>(current)));
  EXPECT_THAT(percent_of_imax, ElementsAre(1, 2.5, 10, 25, 50, 100));
  EXPECT_THAT(step.power_factors, ElementsAre(PowerFactor{}, PowerFactor{0.5, false}));
  EXPECT_THAT(step.directions, ElementsAre(Direction::delivered, Direction::received));
  EXPECT_DOUBLE_EQ(percent(*step.target_uncertainty), 0.05);
}

TEST(ShippedScenario, TheShortSweepHas24PointsAtRoomTemperature) {
  const Scenario scenario = shipped(kRoot / "scenarios/ae-1641/load-performance-23c.yaml");
  ASSERT_EQ(scenario.steps.size(), 1U);
  expect_sweep(std::get<LoadStep>(scenario.steps[0]));
}

TEST(ShippedScenario, TheSweepGoesThroughHeatAndColdAndComparesItsEnds) {
  const Scenario scenario = shipped(kRoot / "scenarios/ae-1641/load-performance.yaml");
  const std::vector<double> temperatures{23, 53, 0, -20, -40, 23};
  ASSERT_EQ(scenario.steps.size(), 2 * temperatures.size() + 1);
  for (std::size_t i = 0; i < temperatures.size(); ++i) {
    EXPECT_EQ(std::get<SoakStep>(scenario.steps[2 * i]).temperature, Temperature{temperatures[i]});
    const auto& step = std::get<LoadStep>(scenario.steps[2 * i + 1]);
    expect_sweep(step);
    EXPECT_THAT(step.voltages, ElementsAre(VoltageSpec{RatedVoltages{}}));
    EXPECT_TRUE(step.recovery);
  }
  const auto& compare = std::get<CompareStep>(scenario.steps.back());
  EXPECT_EQ(compare.first, std::get<LoadStep>(scenario.steps[1]).label);
  EXPECT_EQ(compare.second, std::get<LoadStep>(scenario.steps[11]).label);
}

TEST(ShippedScenario, ChecksOfTheBenchSayWhichTheyAre) {
  for (const CheckKind kind : {CheckKind::weekly, CheckKind::yearly, CheckKind::positions})
    EXPECT_EQ(shipped(kRoot / "scenarios/check" / (std::string{to_text(kind)} + ".yaml")).check, kind);
}

TEST(ShippedScenario, EveryOneIsSoundAndFindsItsLimitsAndWaveforms) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{kRoot / "scenarios"}) {
    if (entry.path().extension() != ".yaml") continue;
    ++files;
    const Scenario scenario = shipped(entry.path());
    Mistakes mistakes;
    check_limit_rows(scenario, read_named_files(scenario, Catalogue{kRoot}, mistakes).limits, mistakes);
    EXPECT_EQ(mistakes.text(), "") << entry.path();
  }
  EXPECT_GE(files, 11U);
}

}  // namespace
}  // namespace meterbench
