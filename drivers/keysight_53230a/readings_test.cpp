#include "drivers/keysight_53230a/readings.h"

#include <gtest/gtest.h>

namespace meterbench::keysight_53230a {
namespace {

TEST(CounterReading, IsReadAsTheInstrumentWritesIt) {
  EXPECT_EQ(parse_reading("+1.21510000000000E+004"), 12151.0);  // instruments.md 5.1
  EXPECT_EQ(parse_reading("-1.5E-003"), -0.0015);
  EXPECT_EQ(parse_reading("+13"), 13.0);
  EXPECT_EQ(parse_reading("0"), 0.0);
}

TEST(CounterReading, GarbageIsNoNumber) {
  for (const char* garbage : {"", "+", "+-1", "1,2", "1.0E", "nan", "+inf", "1 ", "0x10"})
    EXPECT_FALSE(parse_reading(garbage)) << garbage;
}

TEST(CounterReading, TheNumberOfATimeOutIsKnown) {
  EXPECT_TRUE(is_timed_out(9.91e37));
  EXPECT_FALSE(is_timed_out(0));
  EXPECT_FALSE(is_timed_out(9.9e30));
}

TEST(TimestampRecord, IsThePrescalerAndTheNumbersBehindIt) {
  const auto record =
      parse_timestamps("+1,+1.00000000000000E+000,+1.50000000000000E+000,+2.25000000000000E+000", 3);
  ASSERT_TRUE(record) << record.error();
  EXPECT_EQ(record->prescaler, 1U);
  EXPECT_EQ(record->stamps, (std::vector{Seconds{1}, Seconds{1.5}, Seconds{2.25}}));
}

TEST(TimestampRecord, TellsThePrescaler) {
  const auto record = parse_timestamps("+13,+1.0E+000,+1.0E+000", 2);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->prescaler, 13U);
}

TEST(TimestampRecord, EndsWhereTheCounterTimedOut) {
  const auto record = parse_timestamps("+1,+1.0E+000,+9.91000000000000E+037,+9.91000000000000E+037", 3);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->stamps, std::vector{Seconds{1}});
}

TEST(TimestampRecord, AnotherNumberOfNumbersOrGarbageIsRefused) {
  EXPECT_FALSE(parse_timestamps("", 2));
  EXPECT_FALSE(parse_timestamps("+1", 2));
  EXPECT_FALSE(parse_timestamps("+1,+1.0", 2)) << "half a record";
  EXPECT_FALSE(parse_timestamps("+1,+1.0,+2.0,+3.0", 2));
  EXPECT_FALSE(parse_timestamps("+1,+1.0,x", 2));
  EXPECT_FALSE(parse_timestamps("+1,+1.0,", 2));
  EXPECT_FALSE(parse_timestamps("+1.5,+1.0,+2.0", 2));
  EXPECT_FALSE(parse_timestamps("+0,+1.0,+2.0", 2));
  EXPECT_FALSE(parse_timestamps("abc,+1.0,+2.0", 2));
  EXPECT_FALSE(parse_timestamps("+1,+2.0,+1.0", 2)) << "back in time";
}

}  // namespace
}  // namespace meterbench::keysight_53230a
