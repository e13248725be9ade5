#include "drivers/zera_mt786/readings.h"

#include <gtest/gtest.h>

namespace meterbench::zera_mt786 {
namespace {

const std::vector<std::string> kLines{"0;2.3997784E+02", "1;2.4E-02", "2;2.4E-02", "3;3.0001E+01",
                                      "4;9.0E-05",       "5;9.0E-05", "AMEACK"};

Channels told(double volts, double amperes) { return {{volts, 0, 0}, {amperes, 0, 0}}; }

TEST(Readings, AreTakenFromTheirLines) {
  const auto read = parse_amplitudes(kLines);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->voltage_v, (std::array<double, 3>{239.97784, 0.024, 0.024}));
  EXPECT_EQ(read->current_a, (std::array<double, 3>{30.001, 9e-5, 9e-5}));
}

TEST(Readings, PassOverWhatTheyDoNotKnow) {
  std::vector<std::string> lines = kLines;
  lines.insert(lines.begin(),
               {"SSM0000000000000000000000", "\x80\x81", "27;123", "57;9.9E-01", "12;1.0E+00"});
  EXPECT_TRUE(parse_amplitudes(lines));
}

TEST(Readings, AreNeverZeroForWantOfANumber) {
  for (std::size_t i = 0; i < 6; ++i) {
    auto missing = kLines;
    missing.erase(missing.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(parse_amplitudes(missing)) << i;
    auto spoiled = kLines;
    spoiled[i] = std::to_string(i) + ";2.4E\x80";
    EXPECT_FALSE(parse_amplitudes(spoiled)) << i;
    auto twice = kLines;
    twice.push_back(std::to_string(i) + ";0.0E+00");
    EXPECT_FALSE(parse_amplitudes(twice)) << i;
  }
}

TEST(Readings, AreDarkWithOpenInputsOnly) {
  EXPECT_TRUE(dark({{0.024, 0.024, 0.024}, {9e-5, 9e-5, 9e-5}}));
  EXPECT_FALSE(dark({{0, 0, 1.0}, {}}));
  EXPECT_FALSE(dark({{}, {0, 0.005, 0}}));
}

TEST(Readings, StandWithinOnePercent) {
  EXPECT_EQ(difference(told(240, 30), told(242.3, 29.75)), "");
  EXPECT_EQ(difference(told(240, 30), told(242.6, 30)), "U1 reads 242.6 V, told 240 V");
  EXPECT_EQ(difference(told(240, 30), told(240, 29.65)), "I1 reads 29.65 A, told 30 A");
  EXPECT_EQ(difference(told(240, 30), {{240, 0, 0}, {30, 30, 0}}), "I2 reads 30 A, told 0 A");
}

TEST(Readings, AreSteadyWithinFiveInTenThousand) {
  EXPECT_TRUE(steady(told(240, 30), told(240.1, 30.014)));
  EXPECT_FALSE(steady(told(240, 30), told(240.2, 30)));
  EXPECT_FALSE(steady(told(240, 30), told(240, 30.02)));
}

TEST(Readings, AreGoneBelowHalf) {
  EXPECT_EQ(gone(told(240, 30), told(121, 16)), "");
  EXPECT_EQ(gone(told(240, 30), told(240, 9e-5)), "I1 reads 9e-05 A, told 30 A");
  EXPECT_EQ(gone({}, {}), "");
}

}  // namespace
}  // namespace meterbench::zera_mt786
