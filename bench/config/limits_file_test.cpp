#include "bench/config/limits_file.h"

#include <gtest/gtest.h>

#include "bench/config/catalogue.h"
#include "tests/support/record_file.h"

namespace meterbench {
namespace {

using testing::exchanged;

constexpr const char* kGood =
    "limits:\n"
    "  - test: load\n"
    "    power_factor: 1\n"
    "    limit: 0.5 %\n"
    "    source: ours\n"
    "    mark: criterion\n"
    "  - test: load\n"
    "    limit: 1 %\n"
    "    source: IEC 62053-21\n"
    "    clause: \"8.1\"\n"
    "    edition: \"2003\"\n"
    "    mark: read-2\n";

std::string mistakes_of(const std::string& text) { return testing::mistakes_of(text, load_limits_file); }

TEST(LimitsFile, ReadsRowsWithTheirSource) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "l.yaml";
  std::ofstream{path} << kGood;
  Mistakes mistakes;
  const auto limits = load_limits_file(path, mistakes);
  ASSERT_TRUE(limits) << mistakes.text();
  ASSERT_EQ(limits->size(), 2U);
  EXPECT_EQ(limits->at(0).power_factor, PowerFactor{});
  EXPECT_DOUBLE_EQ(percent(limits->at(0).limit), 0.5);
  EXPECT_EQ(limits->at(0).mark, Mark::criterion);
  EXPECT_FALSE(limits->at(1).power_factor);
  EXPECT_EQ(limits->at(1).source, "IEC 62053-21");
  EXPECT_EQ(limits->at(1).clause, "8.1");
  EXPECT_EQ(limits->at(1).edition, "2003");
  EXPECT_EQ(limits->at(1).mark, Mark::read_2);
}

TEST(LimitsFile, TellsEachMistakeAtItsPlace) {
  EXPECT_EQ(mistakes_of(kGood), "");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "0.5 %", "-0.5 %")), "f.yaml:4:12: it must be above 0\n");
  EXPECT_EQ(
      mistakes_of(exchanged(kGood, "mark: criterion", "mark: criterium")),
      "f.yaml:2:5: 'clause' is missing\n"
      "f.yaml:2:5: 'edition' is missing\n"
      "f.yaml:6:11: 'criterium' is not known; allowed: read, read-2, derived, knowledge, criterion; did you "
      "mean 'criterion'?\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "power_factor: 1", "power_factor: 0.5")),
            "f.yaml:3:19: power factor '0.5' needs lag or lead\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "    power_factor: 1\n", "")),
            "f.yaml:6:5: a limit for this test and condition is here a second time\n");
  EXPECT_EQ(mistakes_of("limits: []\n"), "f.yaml:1:9: at least one limit is expected\n");
  EXPECT_EQ(mistakes_of("limit: 5\n"),
            "f.yaml:1:1: 'limits' is missing\n"
            "f.yaml:1:1: 'limit' is not known; allowed: description, limits; did you mean 'limits'?\n");
}

TEST(LimitsFile, AQuotedLimitNeedsClauseAndEditionACriterionDoesNot) {
  EXPECT_EQ(mistakes_of(exchanged(kGood, "    clause: \"8.1\"\n", "")), "f.yaml:7:5: 'clause' is missing\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "    edition: \"2003\"\n", "")),
            "f.yaml:7:5: 'edition' is missing\n");
}

TEST(LimitsFile, TheMoreParticularConditionWins) {
  const PowerFactor half{0.5, false};
  Limit general;
  general.test = "load";
  general.limit = from_percent(1);
  Limit particular = general;
  particular.power_factor = half;
  particular.limit = from_percent(2);
  for (const auto& limits : {std::vector{general, particular}, std::vector{particular, general}}) {
    EXPECT_EQ(find_limit(limits, "load", half)->limit, from_percent(2));
    EXPECT_EQ(find_limit(limits, "load", PowerFactor{})->limit, from_percent(1));
    EXPECT_EQ(find_limit(limits, "load", PowerFactor{0.5, true})->limit, from_percent(1));
  }
  EXPECT_EQ(find_limit({particular}, "load", PowerFactor{}), nullptr);
  EXPECT_EQ(find_limit({general}, "starting", half), nullptr);
}

TEST(LimitsFile, TheShippedCriterionIsMeterbenchsOwn) {
  Mistakes mistakes;
  const auto limits = load_limits_file(Catalogue{BENCH_SOURCE_DIR}.find("limits", "bench").value(), mistakes);
  ASSERT_TRUE(limits) << mistakes.text();
  const Limit* unity = find_limit(*limits, "load-performance", PowerFactor{});
  const Limit* half = find_limit(*limits, "load-performance", PowerFactor{0.5, false});
  ASSERT_TRUE(unity && half);
  EXPECT_DOUBLE_EQ(percent(unity->limit), 0.5);
  EXPECT_DOUBLE_EQ(percent(half->limit), 0.6);
  for (const Limit& limit : *limits) EXPECT_EQ(limit.mark, Mark::criterion);
}

}  // namespace
}  // namespace meterbench
