#include "bench/gate/trends.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "bench/gate/sample_runs.h"

namespace meterbench::gate {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Trends : public ::testing::Test {
 protected:
  Trends()
      : run{sample::runs(1, random_).front()},
        points{trend_points(run, "A")},
        trends{trends_of(run, points)} {}

  /// The estimate of each trend from errors that follow `truth`.
  std::vector<double> estimates(const std::function<double(const PointKey&)>& truth) {
    std::vector<double> found;
    for (const TrendWeights& trend : trends) {
      double sum = 0;
      for (std::size_t i = 0; i < points.size(); ++i) sum += trend.weights[i] * truth(points[i]);
      found.push_back(std::abs(sum) < 1e-12 ? 0 : sum);
    }
    return found;
  }

 private:
  std::mt19937_64 random_{1};

 protected:
  StoredRun run;
  std::vector<PointKey> points;
  std::vector<TrendWeights> trends;
};

TEST_F(Trends, EachIsWhatItsFormulaSaysAndNothingOfTheLaterOnes) {
  ASSERT_EQ(trends.size(), 4U);
  EXPECT_THAT(estimates([](const PointKey&) { return 0.3; }), ElementsAre(testing::DoubleEq(0.3), 0, 0, 0));
  const auto slope = estimates([](const PointKey& key) { return 0.2 * (std::log10(key.current_a) - 1.5); });
  EXPECT_NEAR(slope[1], 0.2, 1e-9);
  EXPECT_NEAR(slope[2], 0, 1e-9);
  const auto phase =
      estimates([](const PointKey& key) { return key.power_factor == "1" ? 0 : 0.4 * std::sqrt(3.0); });
  EXPECT_NEAR(phase[1], 0, 1e-9);
  EXPECT_NEAR(phase[2], 0.4, 1e-9);
  EXPECT_NEAR(phase[3], 0, 1e-9);
  const auto warmth = estimates([](const PointKey& key) { return 0.001 * key.temperature_c; });
  EXPECT_NEAR(warmth[3], 0.001, 1e-12);
}

TEST_F(Trends, LeaveOfASinglePointThatIsOffMostOfIt) {
  std::vector<double> errors(points.size(), 0.1);
  errors[4] += 1;
  const std::vector<double> left = without_trends(trends, errors);
  EXPECT_EQ(std::ranges::max_element(left) - left.begin(), 4);
  EXPECT_GT(left[4], 0.5);
  EXPECT_NEAR(std::accumulate(left.begin(), left.end(), 0.0), 0, 1e-12);
}

TEST_F(Trends, AreNotSoughtWhereThePointsCannotTellThem) {
  StoredRun plain;
  for (const double amperes : {10.0, 30.0, 100.0})
    plain.results[sample::point(amperes)] = sample::number(sample::point(amperes), 0.1);
  const auto few = trends_of(plain, trend_points(plain, "A"));
  std::vector<Trend> names;
  for (const TrendWeights& trend : few) names.push_back(trend.trend);
  EXPECT_THAT(names, ElementsAre(Trend::uniform_shift, Trend::slope_over_current));
  EXPECT_THAT(trends_of(plain, {}), IsEmpty());
}

TEST_F(Trends, AreOfTheLedAtPlainLoadsAlone) {
  PointKey harmonic = sample::point(50), coil = sample::point(50), demand = sample::point(50),
           other = sample::point(50);
  harmonic.waveform = "fifth-harmonic";
  coil.circuit = "coil_1";
  demand.result = "demand_error";
  other.position = "B";
  for (const PointKey& key : {harmonic, coil, demand, other}) run.results[key] = sample::number(key, 9);
  EXPECT_EQ(trend_points(run, "A"), points);
}

}  // namespace
}  // namespace meterbench::gate
