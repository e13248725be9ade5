#include "bench/gate/changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/gate/sample_runs.h"

namespace meterbench::gate {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Changes : public ::testing::Test {
 protected:
  /// Of 30 runs against 8 that follow `truth`.
  std::vector<Change> of(const std::function<double(const PointKey&)>& truth) {
    return find_changes(sample::runs(30, random), {sample::runs(8, random, truth)});
  }
  static auto is(const std::string& kind) { return Field(&Change::kind, kind); }

  std::mt19937_64 random{7};
};

TEST_F(Changes, OfTheSameReleaseAreNone) {
  for (int n = 0; n < 50; ++n) EXPECT_THAT(of([](const PointKey&) { return 0.05; }), IsEmpty());
}

TEST_F(Changes, OfAllPointsAreAUniformShiftAndNothingElse) {
  const auto found = of([](const PointKey&) { return 0.08; });
  ASSERT_THAT(found, ElementsAre(is("uniform shift")));
  EXPECT_NEAR(*found[0].estimate, 0.03, 0.005);
  EXPECT_EQ(found[0].unit, "%");
  EXPECT_EQ(found[0].releases, 1U);
  EXPECT_LT(*found[0].p_value, 1e-6);
}

TEST_F(Changes, WithCurrentPhaseAndTemperatureAreNamedSo) {
  EXPECT_THAT(of([](const PointKey& key) { return 0.05 + 0.05 * (std::log10(key.current_a) - 1.5); }),
              ElementsAre(is("slope over current")));
  EXPECT_THAT(of([](const PointKey& key) { return key.power_factor == "1" ? 0.05 : 0.11; }),
              Contains(is("phase")));
  EXPECT_THAT(of([](const PointKey& key) { return 0.05 + 0.001 * (key.temperature_c - 23); }),
              Contains(is("temperature")));
}

TEST_F(Changes, OfOnePointNameIt) {
  const PointKey odd = sample::point(31.6);
  EXPECT_THAT(of([&](const PointKey& key) { return key == odd ? 0.15 : 0.05; }),
              Contains(AllOf(is("single point"), Field(&Change::what, odd.text()))));
}

TEST_F(Changes, TooSmallForOneReleaseAreSeenInThree) {
  const auto drifted = [](const PointKey&) { return 0.05 + 0.0038; };
  std::vector<std::vector<StoredRun>> releases;
  for (int n = 0; n < 3; ++n) releases.push_back(sample::runs(12, random, drifted));
  const auto baseline = sample::runs(60, random);
  EXPECT_THAT(find_changes(baseline, {releases[0]}), IsEmpty());
  const auto found = find_changes(baseline, releases);
  ASSERT_THAT(found, ElementsAre(is("uniform shift")));
  EXPECT_GT(found[0].releases, 1U);
}

TEST_F(Changes, CommonToAllPointsOfARunAreNoRelease) {
  // What a day does to all points is between runs: many points do not make it significant.
  std::normal_distribution<double> day{0, 0.05};
  for (int n = 0; n < 30; ++n) {
    const auto make = [&](int count) {
      std::vector<StoredRun> runs;
      for (int i = 0; i < count; ++i) {
        const double today = day(random);
        runs.push_back(sample::runs(1, random, [&](const PointKey&) { return today; }).front());
      }
      return runs;
    };
    EXPECT_THAT(find_changes(make(30), {make(8)}), IsEmpty());
  }
}

std::vector<StoredRun> saying(int count, const std::string& result, Decision decision,
                              const std::string& told = "") {
  PointKey key = sample::point(10);
  key.step = key.result = result;
  std::vector<StoredRun> runs(static_cast<std::size_t>(count));
  for (StoredRun& run : runs) run.results[key] = sample::word(decision, told);
  return runs;
}

TEST_F(Changes, OfWordsAreWhatTheBaselineNeverSaidAndTheCandidateAlwaysDoes) {
  const auto found = find_changes(saying(10, "security", Decision::pass),
                                  {saying(2, "security", Decision::fail, "opens to anybody")});
  ASSERT_THAT(found, ElementsAre(is("security")));
  EXPECT_THAT(found[0].what, HasSubstr("fail where the baseline has pass: opens to anybody"));
  EXPECT_FALSE(found[0].p_value);
  auto once = saying(2, "security", Decision::fail);
  once[0] = saying(1, "security", Decision::pass).front();
  EXPECT_THAT(find_changes(saying(10, "security", Decision::pass), {once}), IsEmpty());
}

TEST_F(Changes, OfAMeterThatGetsNoPassAreToldOnce) {
  auto candidate = saying(2, "security", Decision::inconclusive);
  for (StoredRun& run : candidate) run.overruled["A"] = "LED and register disagree";
  const auto found = find_changes(saying(10, "security", Decision::pass), {candidate});
  ASSERT_THAT(found, ElementsAre(is("meter")));
  EXPECT_THAT(found[0].what, HasSubstr("LED and register disagree"));
}

TEST_F(Changes, OfTablesAreTheirPresenceAndSize) {
  auto baseline = saying(10, "security", Decision::pass);
  for (StoredRun& run : baseline) run.tables["A"] = {{0, 36}, {1, 32}, {2048 + 3, 2}};
  auto candidate = saying(2, "security", Decision::pass);
  for (StoredRun& run : candidate) run.tables["A"] = {{0, 36}, {1, 33}, {12, 8}};
  const auto found = find_changes(baseline, {candidate});
  EXPECT_THAT(found, ElementsAre(Field(&Change::what, "ST-1: 33 bytes where the baseline has 32 bytes"),
                                 Field(&Change::what, "ST-12: 8 bytes where the baseline has absent"),
                                 Field(&Change::what, "MT-3: absent where the baseline has 2 bytes")));
  EXPECT_THAT(find_changes(baseline, {baseline}), IsEmpty());
}

}  // namespace
}  // namespace meterbench::gate
