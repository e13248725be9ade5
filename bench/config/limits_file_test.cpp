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
  const Limit& own = limits->at(0).limit;
  const Limit& quoted = limits->at(1).limit;
  EXPECT_EQ(own.power_factor, PowerFactor{});
  EXPECT_DOUBLE_EQ(percent(own.limit), 0.5);
  EXPECT_EQ(own.mark, Mark::criterion);
  EXPECT_EQ(own.terms, "");
  EXPECT_FALSE(quoted.power_factor);
  EXPECT_EQ(quoted.source, "IEC 62053-21");
  EXPECT_EQ(quoted.clause, "8.1");
  EXPECT_EQ(quoted.edition, "2003");
  EXPECT_EQ(quoted.mark, Mark::read_2);
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
            "f.yaml:6:5: a limit for this test and condition stands in line 2 already\n");
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

/// The first row of kGood with this limit.
std::string with_limit(const std::string& limit) {
  return exchanged(kGood, "limit: 0.5 %", "limit: " + limit);
}
/// The second row of kGood with one more condition.
std::string with_condition(const std::string& condition) {
  return exchanged(kGood, "    limit: 1 %", "    " + condition + "\n    limit: 1 %");
}

/// The same as a row of another test, which no row stands beside.
std::string alone(const std::string& condition) {
  return exchanged(with_condition(condition), "  - test: load\n    " + condition,
                   "  - test: other\n    " + condition);
}

LimitRow read(const std::string& text, std::size_t index) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "l.yaml";
  std::ofstream{path} << text;
  Mistakes mistakes;
  return load_limits_file(path, mistakes).value().at(index);
}

TEST(LimitsFile, ReadsTheKindsOfLimits) {
  EXPECT_EQ(read(kGood, 0).kind, LimitKind::percent);
  const LimitRow sides = read(with_limit("+2 % / -3 %"), 0);
  EXPECT_DOUBLE_EQ(percent(upper(sides.limit)), 2);
  EXPECT_DOUBLE_EQ(percent(lower(sides.limit)), -3);
  const LimitRow coefficient = read(with_limit("0.05 %/K"), 0);
  EXPECT_EQ(coefficient.kind, LimitKind::percent_per_kelvin);
  EXPECT_DOUBLE_EQ(percent(coefficient.limit.limit), 0.05);
  const LimitRow still = read(with_limit("1 pulse"), 0);
  EXPECT_EQ(still.kind, LimitKind::pulses);
  EXPECT_EQ(still.pulses, 1U);
  EXPECT_EQ(still.limit.terms, "at most 1 LED pulse");
  EXPECT_EQ(read(with_limit("starts"), 0).kind, LimitKind::starts);
}

TEST(LimitsFile, TellsLimitsThatAreNone) {
  EXPECT_EQ(mistakes_of(with_limit("+2 % / 3 %")),
            "f.yaml:4:12: '+2 % / 3 %' is no pair of limits: +2 % / -3 % is an example\n");
  EXPECT_EQ(mistakes_of(with_limit("0.05/K")), "f.yaml:4:12: '0.05' has no unit: % or ppm is expected\n");
  EXPECT_EQ(mistakes_of(with_limit("-0.05 %/K")), "f.yaml:4:12: it must be above 0\n");
  EXPECT_NE(mistakes_of(with_limit("half a pulse")), "");
  EXPECT_NE(mistakes_of(with_limit("1.5 pulses")), "");
}

TEST(LimitsFile, ReadsConditions) {
  const LimitRow low = read(alone("current: {at_least: 5 % of Ib, below: 10 % of Ib}"), 1);
  EXPECT_EQ(low.current.least, (CurrentShare{Ratio{0.05}, NamedCurrent::ib}));
  EXPECT_TRUE(low.current.with_least);
  EXPECT_FALSE(low.current.with_most);
  EXPECT_EQ(low.connection, LineConnection::direct) << "Ib is of such meters alone";
  EXPECT_EQ(low.limit.terms, "5 % of Ib ≤ I < 10 % of Ib, direct");
  EXPECT_EQ(read(alone("current: In"), 1).connection, LineConnection::transformer);
  EXPECT_FALSE(read(alone("current: Imax"), 1).connection);
  EXPECT_EQ(read(alone("connection: transformer"), 1).connection, LineConnection::transformer);
  const LimitRow cold = read(alone("temperature: {above: -25 °C, at_most: -10 °C}"), 1);
  EXPECT_EQ(cold.temperature.most, Temperature{-10});
  EXPECT_FALSE(cold.temperature.with_least);
  EXPECT_DOUBLE_EQ(percent(read(alone("voltage: 115 %"), 1).voltage.value()), 115);
  const LimitRow range = read(alone("power_factor: {from: 0.5 lag, to: 0.8 lead}"), 1);
  EXPECT_EQ(range.power_factors.least, (PowerFactor{0.5, false}));
  EXPECT_EQ(range.power_factors.most, (PowerFactor{0.8, true}));
  EXPECT_FALSE(range.limit.power_factor);
}

TEST(LimitsFile, TellsConditionsThatCannotBe) {
  EXPECT_EQ(mistakes_of(with_condition("current: 5 A")),
            "f.yaml:8:14: '5 A' is no share of a meter's current: 10 % of Ib is an example\n");
  EXPECT_EQ(mistakes_of(with_condition("current: {at_least: 10 % of Ib, above: 5 % of Ib}")),
            "f.yaml:8:44: 'at_least' is here too: one of the two is expected\n");
  EXPECT_EQ(mistakes_of(with_condition("current: {at_least: 10 % of Ib, below: 10 % of Ib}")),
            "f.yaml:8:14: the range is empty: its beginning is not below its end\n");
  EXPECT_EQ(mistakes_of(with_condition("temperature: {}")),
            "f.yaml:8:18: a value or a range is expected: {at_least: …, below: …} is an example\n");
  EXPECT_EQ(mistakes_of(with_condition("current: {at_least: 10 % of Ib, at_most: In}")),
            "f.yaml:8:14: In is a current of meters for connection 'transformer' alone\n");
  EXPECT_EQ(mistakes_of(with_condition("power_factor: {from: 0.8 lead, to: 0.5 lag}")),
            "f.yaml:8:19: the range goes from the more lagging power factor to the more leading one\n");
}

TEST(LimitsFile, TellsRowsOfWhichNeitherIsTheMoreParticular) {
  EXPECT_EQ(mistakes_of(with_condition("power_factor: 0.5 lag")), "");
  EXPECT_EQ(mistakes_of(exchanged(with_condition("current: {below: Ib}"), "    power_factor: 1\n",
                                  "    current: {at_least: 50 % of Ib}\n")),
            "f.yaml:7:5: this row and that of line 2 may hold at the same load, and neither is the more "
            "particular one: narrow one of them down\n");
}

TEST(LimitsFile, AFigureOfUncertainDigitsCannotBeWritten) {
  EXPECT_EQ(mistakes_of(exchanged(kGood, "mark: read-2", "mark: knowledge-low")),
            "f.yaml:12:11: a figure whose digits are not sure decides nothing: leave it out until it is read "
            "somewhere\n");
}

}  // namespace
}  // namespace meterbench
