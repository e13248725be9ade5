#include "drivers/virtual_lab/world/noise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "drivers/virtual_lab/world/draw.h"

namespace meterbench::virtual_lab {
namespace {

constexpr std::uint64_t kCount = 100'000;

TEST(Noise, IsTheSameWhateverTheOrderOfQuestions) {
  const Noise noise{7, "source.current", "1"};
  const double third = noise.normal(3);
  const double first = noise.normal(1);
  const Noise again{7, "source.current", "1"};
  EXPECT_EQ(again.normal(1), first);
  EXPECT_EQ(again.normal(3), third);
  EXPECT_EQ(again.normal(3), third);
}

TEST(Noise, DependsOnSeedComponentPositionAndIndex) {
  std::set<double> values;
  for (const std::uint64_t seed : {0U, 1U, 2U})
    for (const char* component : {"source.current", "source.voltage", "a", "ab"})
      for (const char* position : {"", "1", "2", "b"})
        for (std::uint64_t index = 0; index < 4; ++index)
          values.insert(Noise{seed, component, position}.uniform(index));
  EXPECT_EQ(values.size(), 3U * 4 * 4 * 4);
  EXPECT_NE((Noise{1, "ab", "c"}.uniform(0)), (Noise{1, "a", "bc"}.uniform(0)));
}

// Bounds are four standard deviations of the statistic.
TEST(Noise, UniformHasTheMomentsOfAUniformDistribution) {
  const Noise noise{1, "test", ""};
  double sum = 0, squares = 0, lagged = 0, before = 0;
  for (std::uint64_t n = 0; n < kCount; ++n) {
    const double x = noise.uniform(n);
    ASSERT_GT(x, 0);
    ASSERT_LT(x, 1);
    sum += x - 0.5;
    squares += (x - 0.5) * (x - 0.5);
    lagged += (x - 0.5) * before;
    before = x - 0.5;
  }
  const double root = std::sqrt(static_cast<double>(kCount));
  EXPECT_NEAR(sum / kCount, 0, 4 * 0.2887 / root);
  EXPECT_NEAR(squares / kCount, 1.0 / 12, 4 * 0.0745 / root);
  EXPECT_NEAR(lagged / kCount, 0, 4 * (1.0 / 12) / root);
}

TEST(Noise, NormalHasTheMomentsOfAStandardNormalDistribution) {
  const Noise noise{1, "test", ""};
  double sum = 0, squares = 0, fourth = 0, beyond_two = 0;
  for (std::uint64_t n = 0; n < kCount; ++n) {
    const double x = noise.normal(n);
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
    beyond_two += std::abs(x) > 2 ? 1 : 0;
  }
  const double root = std::sqrt(static_cast<double>(kCount));
  EXPECT_NEAR(sum / kCount, 0, 4 / root);
  EXPECT_NEAR(squares / kCount, 1, 4 * std::sqrt(2.0) / root);
  EXPECT_NEAR(fourth / kCount, 3, 4 * std::sqrt(96.0) / root);
  EXPECT_NEAR(beyond_two / kCount, 0.0455, 4 * 0.2084 / root);
}

TEST(Draw, OfAFixedNumberIsThatNumber) {
  EXPECT_EQ(draw(Distribution::fixed(0.05), 3, "meter.gain_percent", "A"), 0.05);
}

TEST(Draw, IsRepeatableAndItsOwnForEachSeedKeyAndPosition) {
  const Distribution normal{{Normal{0, 1}}};
  const double drawn = draw(normal, 3, "meter.gain_percent", "A");
  EXPECT_EQ(draw(normal, 3, "meter.gain_percent", "A"), drawn);
  EXPECT_NE(draw(normal, 4, "meter.gain_percent", "A"), drawn);
  EXPECT_NE(draw(normal, 3, "meter.gain_percent", "B"), drawn);
  EXPECT_NE(draw(normal, 3, "meter.clock_ppm", "A"), drawn);
}

TEST(Draw, OfASumHasTheMeanAndVarianceOfIndependentTerms) {
  const Distribution sum{{Fixed{1}, Normal{2, 0.3}, Uniform{-1, 1}, Normal{0, 0.4}}};
  EXPECT_DOUBLE_EQ(sum.mean(), 3);
  double mean = 0, squares = 0;
  constexpr int kDraws = 20'000;
  for (std::uint64_t seed = 0; seed < kDraws; ++seed) {
    const double x = draw(sum, seed, "key", "") - 3;
    mean += x;
    squares += x * x;
  }
  const double variance = 0.09 + 1.0 / 3 + 0.16;
  EXPECT_NEAR(mean / kDraws, 0, 4 * std::sqrt(variance / kDraws));
  EXPECT_NEAR(squares / kDraws, variance, 0.025);
}

}  // namespace
}  // namespace meterbench::virtual_lab
