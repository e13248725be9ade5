// Words composed by hand from the table of section 2.1 of the instruments' facts.
#include "drivers/zera_mt786/status_word.h"

#include <gtest/gtest.h>

namespace meterbench::zera_mt786 {
namespace {

std::string text_of(const std::string& line) {
  const auto status = parse_status(line);
  return status ? status->text() : "no status";
}

TEST(StatusWord, AllZeroIsHealthy) {
  const auto status = parse_status("SSM0000000000000000000000");
  ASSERT_TRUE(status);
  EXPECT_TRUE(status->clean());
  EXPECT_EQ(status->text(), "");
}

TEST(StatusWord, TellsTheExampleOfTheFacts) {
  EXPECT_EQ(text_of("SSM42000002002000000800"),
            "fuse; fibre identification corrupted; temperature U2; overload I3; data transmission I1");
}

struct Named {
  const char* line;
  const char* text;
};
class StatusWordBit : public ::testing::TestWithParam<Named> {};

TEST_P(StatusWordBit, HasItsName) {
  const auto status = parse_status(GetParam().line);
  ASSERT_TRUE(status);
  EXPECT_FALSE(status->clean());
  EXPECT_EQ(status->text(), GetParam().text);
}
INSTANTIATE_TEST_SUITE_P(
    Every, StatusWordBit,
    ::testing::Values(Named{"SSM8000000000000000000000", "amplifier error"},
                      Named{"SSM4000000000000000000000", "fuse"},
                      Named{"SSM2000000000000000000000", "voltage or current short"},
                      Named{"SSM1000000000000000000000", "digit 0 bit 1 (meaning unknown)"},
                      Named{"SSM0800000000000000000000", "emergency stop"},
                      Named{"SSM0400000000000000000000", "isolation failure"},
                      Named{"SSM0200000000000000000000", "fibre identification corrupted"},
                      Named{"SSM0100000000000000000000", "reference data transmission error"},
                      Named{"SSM0080000000000000000000", "error aux2"},
                      Named{"SSM0000400000000000000000", "short or open aux1"},
                      Named{"SSM0000002000000000000000", "temperature I3"},
                      Named{"SSM0000000010000000000000", "supply I2"},
                      Named{"SSM0000000000080000000000", "overload I1"},
                      Named{"SSM0000000000000400000000", "group error U3"},
                      Named{"SSM0000000000000002000000", "connection missing U2"},
                      Named{"SSM0000000000000000010000", "data transmission U1"},
                      Named{"SSM0000000000000000001100", "undefined fault I2, U1"},
                      Named{"SSM0000000000000000000080", "digit 20 is 8 (meaning unknown)"},
                      Named{"SSM00ff000000000000000000", "error aux2, aux1, I3, I2, I1, U3, U2, U1"},
                      Named{"SSM08000000000800000000", "emergency stop; overload I1"}));

TEST(StatusWord, IsNothingElse) {
  for (const char* line :
       {"", "SSM", "SSM0000000000000000000", "SM00000000000000000000", "SSM0000000000000000000G",
        "SSM00000000000000000000 ", "xSSM00000000000000000000", "SOKUI"})
    EXPECT_FALSE(parse_status(line)) << line;
}

}  // namespace
}  // namespace meterbench::zera_mt786
