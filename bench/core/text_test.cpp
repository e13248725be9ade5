#include <gtest/gtest.h>

#include "bench/core/bytes.h"
#include "bench/core/fault.h"
#include "bench/core/sha256.h"
#include "bench/core/time.h"

namespace meterbench {
namespace {

TEST(Bytes, AreShownInHexadecimal) {
  EXPECT_EQ(hex_text(Bytes{0xA6, 0x2E, 0x00, 0x04}), "A6 2E 00 04");
  EXPECT_EQ(hex_text({}), "");
}

TEST(Bytes, AreShownAsTextWithEscapesOutsidePrintableAscii) {
  EXPECT_EQ(printable_text(to_bytes("OUTP ON\r\n")), "OUTP ON\\x0D\\x0A");
  EXPECT_EQ(printable_text(Bytes{0x00, 0x20, 0x7E, 0x7F, 0xFF}), "\\x00 ~\\x7F\\xFF");
}

TEST(Fault, SaysDeviceCommandDetailCodeAndTime) {
  const Fault full{Errc::timeout, "source", "OUTP ON", "no answer", std::chrono::seconds{2}};
  EXPECT_EQ(full.text(), "source: OUTP ON: no answer (timeout after 2.000 s)");
  EXPECT_EQ((Fault{Errc::tripped, "source", "", "over-current", {}}.text()),
            "source: over-current (tripped)");
  EXPECT_EQ((Fault{Errc::stopped, "", "", "stop requested", {}}.text()), "stop requested (stopped)");
}

TEST(Fault, OfAContradictionOrAnOverdueCheckSaysNoMoreThanItsDetail) {
  EXPECT_EQ((Fault{Errc::implausible, "reference", "interim check", "no weekly check", {}}.text()),
            "reference: interim check: no weekly check");
  EXPECT_EQ((Fault{Errc::implausible, "counter", "count", "too many", std::chrono::seconds{2}}.text()),
            "counter: count: too many (after 2.000 s)");
}

TEST(Fault, HasADistinctNameForEachCode) {
  EXPECT_EQ(to_text(Errc::timeout), "timeout");
  EXPECT_EQ(to_text(Errc::disconnected), "disconnected");
  EXPECT_EQ(to_text(Errc::refused), "refused");
  EXPECT_EQ(to_text(Errc::garbled), "garbled");
  EXPECT_EQ(to_text(Errc::out_of_range), "out of range");
  EXPECT_EQ(to_text(Errc::tripped), "tripped");
  EXPECT_EQ(to_text(Errc::implausible), "implausible");
  EXPECT_EQ(to_text(Errc::stopped), "stopped");
}

TEST(Sha256, GivesTheDigestsOfFips180) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(UtcText, IsIso8601WithMilliseconds) {
  // 1,748,851,200 s after 1970 is 2025-06-02 08:00.
  EXPECT_EQ(utc_text(UtcTime{std::chrono::milliseconds{1'748'851'200'125}}), "2025-06-02T08:00:00.125Z");
  EXPECT_EQ(utc_text(UtcTime{std::chrono::milliseconds{-1}}), "1969-12-31T23:59:59.999Z");
}

TEST(UtcText, IsReadWithUpToThreeDecimalsOrAsADate) {
  UtcTime time;
  ASSERT_TRUE(parse_utc("2025-06-02T08:00:00Z", time));
  EXPECT_EQ(time.time_since_epoch().count(), 1'748'851'200'000);
  ASSERT_TRUE(parse_utc("2025-06-02T08:00:00.5Z", time));
  EXPECT_EQ(time.time_since_epoch().count(), 1'748'851'200'500);
  ASSERT_TRUE(parse_utc("2025-06-02", time));
  EXPECT_EQ(time.time_since_epoch().count(), 1'748'822'400'000);
  ASSERT_TRUE(parse_utc("2024-02-29", time)) << "a leap day";
}

TEST(UtcText, IsRefusedWhenMalformed) {
  UtcTime time;
  for (const char* text :
       {"", "2025", "2025-6-2", "2025-13-01", "2025-02-29", "2025-06-02T08:00:00", "2025-06-02 08:00:00Z",
        "2025-06-02T24:00:00Z", "2025-06-02T08:60:00Z", "2025-06-02T08:00:61Z", "2025-06-02T08:00:00.Z",
        "2025-06-02T08:00:00.1234Z", "2025-06-02T08:00:00+02:00", "2025-06-02x", "2025-06-02T08:00:00Zx"})
    EXPECT_FALSE(parse_utc(text, time)) << text;
}

TEST(Time, ConvertsToTheNearestNanosecond) {
  EXPECT_EQ(from_seconds(0.1).count(), 100'000'000);
  EXPECT_EQ(from_seconds(-1.5e-9).count(), -2);
  EXPECT_EQ(in_seconds(instant_at(12.5)), 12.5);
}

}  // namespace
}  // namespace meterbench
