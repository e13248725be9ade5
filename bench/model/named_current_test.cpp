#include "bench/model/named_current.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meterbench {
namespace {

using ::testing::HasSubstr;

constexpr auto kLess = std::partial_ordering::less;
constexpr auto kGreater = std::partial_ordering::greater;
constexpr auto kEqual = std::partial_ordering::equivalent;
constexpr auto kUnordered = std::partial_ordering::unordered;

CurrentShare share(std::string_view text) { return parse_current_share(text)->value(); }

MeterType meter(Form form) {
  MeterType type;
  type.form = form;
  type.test_amperes = Current{30};
  type.minimum_current = Current{2};
  type.maximum_current = Current{180};
  type.class_amperes = Current{200};
  return type;
}

TEST(CurrentShare, IsWrittenAsItIsRead) {
  for (const char* text : {"Imax", "10 % of Ib", "125 % of Ib", "0.4 % of In", "Itr", "CL"})
    EXPECT_EQ(to_text(share(text)), text);
  EXPECT_EQ(share("100 % of Imax"), share("Imax"));
}

TEST(CurrentShare, TellsOtherTextsFromWrongOnes) {
  for (const char* text : {"10 A", "10 %", "", "imax"}) EXPECT_FALSE(parse_current_share(text)) << text;
  EXPECT_THAT(parse_current_share("10 % of Ix")->error(),
              HasSubstr("allowed: Imin, Itr, TA, Ib, In, Imax, CL"));
  EXPECT_THAT(parse_current_share("10 of Ib")->error(), HasSubstr("'10' has no unit"));
  EXPECT_THAT(parse_current_share("0 % of Ib")->error(), HasSubstr("above 0"));
}

TEST(CurrentShare, IsOfWhatTheMeterHas) {
  const MeterType direct = meter(Form::s2);
  EXPECT_EQ(amperes_of(share("Imin"), direct), Current{2});
  EXPECT_EQ(amperes_of(share("50 % of Imax"), direct), Current{90});
  EXPECT_EQ(amperes_of(share("CL"), direct), Current{200});
  EXPECT_EQ(amperes_of(share("10 % of TA"), direct), Current{3});
}

TEST(CurrentShare, TakesConventionsWhereTheMeterFileSaysNothing) {
  EXPECT_EQ(amperes_of(share("Ib"), meter(Form::s1)), Current{30});
  EXPECT_EQ(amperes_of(share("Itr"), meter(Form::s1)), Current{3});
  EXPECT_EQ(amperes_of(share("In"), meter(Form::s4)), Current{30});
  EXPECT_EQ(amperes_of(share("Itr"), meter(Form::s4)), Current{1.5});
  MeterType said = meter(Form::s1);
  said.rated_current = Current{20};
  EXPECT_EQ(amperes_of(share("Ib"), said), Current{20});
  EXPECT_EQ(amperes_of(share("TA"), said), Current{30});
  EXPECT_EQ(amperes_of(share("Itr"), said), Current{2});
  said.transitional_current = Current{1};
  EXPECT_EQ(amperes_of(share("Itr"), said), Current{1});
}

TEST(CurrentShare, IsOrderedAsFarAsItHoldsForEveryMeter) {
  EXPECT_EQ(order(share("5 % of Ib"), share("10 % of Ib")), kLess);
  EXPECT_EQ(order(share("5 % of Ib"), share("5 % of Ib")), kEqual);
  EXPECT_EQ(order(share("Imin"), share("Itr")), kLess);
  EXPECT_EQ(order(share("Imax"), share("5 % of In")), kGreater);
  EXPECT_EQ(order(share("125 % of Ib"), share("Imax")), kUnordered);
  EXPECT_EQ(order(share("20 % of Imax"), share("Ib")), kUnordered);
  EXPECT_EQ(order(share("Imax"), share("CL")), kUnordered);
  EXPECT_EQ(order(share("Ib"), share("TA")), kUnordered);
}

}  // namespace
}  // namespace meterbench
