#include "bench/model/limit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meterbench {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Limit quoted(Mark mark) {
  return {"load", std::nullopt, from_percent(1), "IEC 62053-21", "Table 8", "2003", mark};
}

TEST(Limit, IsWrittenWithBothSidesWhereTheyDiffer) {
  Limit limit = quoted(Mark::read);
  EXPECT_EQ(to_text(limit), "±1 %");
  limit.middle = from_percent(-0.5);
  limit.limit = from_percent(2.5);
  EXPECT_EQ(to_text(limit), "+2 % / -3 %");
  EXPECT_DOUBLE_EQ(percent(upper(limit)), 2);
  EXPECT_DOUBLE_EQ(percent(lower(limit)), -3);
  limit.limit = Ratio{};
  EXPECT_EQ(to_text(limit), "-");
}

TEST(Citation, SaysHowAFigureIsKnown) {
  EXPECT_EQ(citation(quoted(Mark::read)), "IEC 62053-21 Table 8, edition 2003 (read)");
  EXPECT_EQ(citation(quoted(Mark::read_2)), "IEC 62053-21 Table 8, edition 2003 (secondary source)");
  EXPECT_EQ(citation(quoted(Mark::derived)), "IEC 62053-21 Table 8, edition 2003 (derived)");
}

TEST(Citation, CallsAFigureThatNobodyReadNoDocumentsLimit) {
  const std::string text = citation(quoted(Mark::knowledge));
  EXPECT_EQ(text, "unverified figure, to be checked against IEC 62053-21 Table 8, edition 2003");
  EXPECT_THAT(text, Not(HasSubstr("limit")));
}

TEST(Citation, CallsAnAcceptanceCriterionThat) {
  Limit limit = quoted(Mark::criterion);
  limit.source = "Meterbench";
  limit.clause = limit.edition = "";
  EXPECT_EQ(citation(limit), "acceptance criterion of Meterbench");
}

TEST(Citation, DoesNotInventAClause) {
  Limit limit = quoted(Mark::read);
  limit.clause = kClauseNotKnown;
  EXPECT_EQ(citation(limit), "IEC 62053-21, clause not known, edition 2003 (read)");
}

}  // namespace
}  // namespace meterbench
