#include "drivers/protocol/radian/float32.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace meterbench::radian {
namespace {

struct Vector {
  double value;
  Float32 bytes;
};

// instruments.md 4.4; the last four follow from the formula stated there.
constexpr Vector kVectors[] = {
    {1.0, {0x00, 0x00, 0x00, 0x00}}, {240.0, {0x07, 0x70, 0x00, 0x00}}, {60.0, {0x05, 0x70, 0x00, 0x00}},
    {5.0, {0x02, 0x20, 0x00, 0x00}}, {-1.5, {0x00, 0xC0, 0x00, 0x00}},  {-1.0, {0xFF, 0x80, 0x00, 0x00}},
    {0.0, {0x80, 0x00, 0x00, 0x00}}, {-2.0, {0x00, 0x80, 0x00, 0x00}},  {-7200.0, {0x0C, 0x9F, 0x00, 0x00}},
    {0.5, {0xFF, 0x00, 0x00, 0x00}},
};

TEST(RadianFloat, DecodesTheVectorsOfTheFactsFile) {
  for (const auto& [value, bytes] : kVectors) EXPECT_EQ(decode_float(bytes), value);
}

TEST(RadianFloat, EncodesTheVectorsOfTheFactsFile) {
  for (const auto& [value, bytes] : kVectors) EXPECT_EQ(encode_float(value), bytes) << value;
}

TEST(RadianFloat, AnInvalidMetricIsNoNumber) { EXPECT_EQ(decode_float(kInvalid), std::nullopt); }

TEST(RadianFloat, WhatCannotBeExpressedIsInvalidAndWhatIsTooSmallIsZero) {
  EXPECT_EQ(encode_float(std::numeric_limits<double>::quiet_NaN()), kInvalid);
  EXPECT_EQ(encode_float(std::numeric_limits<double>::infinity()), kInvalid);
  EXPECT_EQ(encode_float(1e39), kInvalid);
  EXPECT_EQ(encode_float(-1e39), kInvalid);
  EXPECT_EQ(encode_float(1e-39), (Float32{0x80, 0, 0, 0}));
  EXPECT_EQ(encode_float(-1e-39), (Float32{0x80, 0, 0, 0}));
}

TEST(RadianFloat, RoundsToTheNearestAndTiesAwayFromZero) {
  const double step = std::ldexp(1.0, -23);  // between 1 and 2
  EXPECT_EQ(*decode_float(encode_float(1 + 0.49 * step)), 1);
  EXPECT_EQ(*decode_float(encode_float(1 + 0.5 * step)), 1 + step);
  EXPECT_EQ(*decode_float(encode_float(-1 - 0.5 * step)), -1 - step);
  EXPECT_EQ(*decode_float(encode_float(2 - 0.25 * step)), 2);  // carries into the exponent
  EXPECT_EQ(*decode_float(encode_float(-2 + 0.25 * step)), -2);
}

TEST(RadianFloat, EveryPatternButZeroAndInvalidSurvivesDecodingAndEncoding) {
  std::mt19937 draw{1};
  for (int i = 0; i < 200000; ++i) {
    const std::uint32_t word = draw();
    const Float32 bytes{static_cast<std::uint8_t>(word >> 24), static_cast<std::uint8_t>(word >> 16),
                        static_cast<std::uint8_t>(word >> 8), static_cast<std::uint8_t>(word)};
    if (bytes[0] == 0x80 || bytes == kInvalid) continue;
    ASSERT_EQ(encode_float(*decode_float(bytes)), bytes) << word;
  }
}

}  // namespace
}  // namespace meterbench::radian
