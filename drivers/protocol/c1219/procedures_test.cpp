#include "drivers/protocol/c1219/procedures.h"

#include <gtest/gtest.h>

#include "tests/support/optical_packets.h"

namespace meterbench::c1219 {
namespace {

using golden::from_hex;

const Formats kBigEndian{.big_endian = true};

// optical-port.md 6.6: cold start 5, demand reset 6, test mode 7, set clock 8.
TEST(C1219Procedures, WritesTheRequestsOfTheFacts) {
  EXPECT_EQ(encode_st07({0, 5, {}}, {}), from_hex("00 00 05"));
  EXPECT_EQ(encode_st07({9, 6, {1}}, {}), from_hex("09 00 06 01"));
  EXPECT_EQ(encode_st07({6, 7, {2}}, {}), from_hex("06 00 07 02"));
  EXPECT_EQ(encode_st07({10, 8, from_hex("07 18 06 0F 0D 2D 1E 6E")}, {}),
            from_hex("0A 00 08 07 18 06 0F 0D 2D 1E 6E"));
  EXPECT_EQ(encode_st07({2048, 1, {5}}, {}), from_hex("00 08 01 05"));
  EXPECT_EQ(encode_st07({2048, 1, {5}}, kBigEndian), from_hex("08 00 01 05"));
}

TEST(C1219Procedures, ReadsAResponse) {
  const auto refused = decode_st08(from_hex("00 00 11 05"), {});
  ASSERT_TRUE(refused) << refused.error();
  EXPECT_EQ(refused->result, 5);
  EXPECT_TRUE(refused->data.empty());
  const auto data = decode_st08(from_hex("08 09 06 00 01 02"), kBigEndian);
  ASSERT_TRUE(data) << data.error();
  EXPECT_EQ(data->procedure, 2057);
  EXPECT_EQ(data->sequence, 6);
  EXPECT_EQ(data->result, kProcedureDone);
  EXPECT_EQ(data->data, from_hex("01 02"));
  for (const char* cut : {"", "00", "00 00", "00 00 11"}) {
    const auto failed = decode_st08(from_hex(cut), {});
    ASSERT_FALSE(failed) << cut;
    EXPECT_TRUE(failed.error().starts_with("ST-08: the table is too short")) << failed.error();
  }
}

TEST(C1219Procedures, TellsAnAnswerFromThatOfAnotherRequest) {
  const ProcedureRequest request{9, 6, {1}};
  EXPECT_TRUE((ProcedureResponse{9, 6, 5, {}}.answers(request)));
  EXPECT_FALSE((ProcedureResponse{9, 5, 0, {}}.answers(request)));
  EXPECT_FALSE((ProcedureResponse{8, 6, 0, {}}.answers(request)));
}

TEST(C1219Procedures, NamesResultsAndProcedures) {
  EXPECT_EQ(procedure_result_text(5), "insufficient security clearance: no authorization (5)");
  EXPECT_EQ(procedure_result_text(6), "unknown procedure (6)");
  EXPECT_EQ(procedure_result_text(7), "a result that no document tells (7)");
  EXPECT_EQ(procedure_name(9), "SP-09");
  EXPECT_EQ(procedure_name(2048), "MP-00");
}

}  // namespace
}  // namespace meterbench::c1219
