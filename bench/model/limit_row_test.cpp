#include "bench/model/limit_row.h"

#include <gtest/gtest.h>

#include "bench/core/quantity_text.h"

namespace meterbench {
namespace {

const PowerFactor kUnity{};
const PowerFactor kHalfLag{0.5, false};
const PowerFactor kLead{0.8, true};

/// TA 30 A, so that 10 % of Ib is 3 A; Imax 200 A.
MeterType direct_meter() {
  MeterType type;
  type.form = Form::s2;
  type.test_amperes = Current{30};
  type.nominal_voltage = Voltage{240};
  type.maximum_current = Current{200};
  return type;
}

MeterType transformer_meter() {
  MeterType type = direct_meter();
  type.form = Form::s4;
  return type;
}

CurrentShare share(std::string_view text) { return parse_current_share(text)->value(); }

/// A row of test `load` with that limit in percent.
LimitRow row(double limit_percent, std::optional<PowerFactor> pf = {}) {
  LimitRow row;
  row.limit.test = "load";
  row.limit.power_factor = pf;
  row.limit.limit = from_percent(limit_percent);
  return row;
}

/// Rows like those of IEC 62053-21: from 5 to 10 % of Ib 1.5 %, from there on 1 %.
std::vector<LimitRow> steps_of_current() {
  LimitRow low = row(1.5), high = row(1.0);
  low.current = {share("5 % of Ib"), share("10 % of Ib"), true, false};
  high.current = {share("10 % of Ib"), share("Imax")};
  return {low, high};
}

LimitQuestion at(Current current, const PowerFactor& pf = kUnity) {
  return {"load", LimitKind::percent, pf, current, Voltage{240}, Temperature{23}};
}

/// In percent; 0 where there is no row.
double found(const std::vector<LimitRow>& rows, const LimitQuestion& asked,
             const MeterType& meter = direct_meter()) {
  const LimitRow* row = find_limit(rows, asked, meter);
  return row ? percent(row->limit.limit) : 0;
}

TEST(FindLimit, AsksForTheTestAndTheKind) {
  std::vector<LimitRow> rows{row(1)};
  EXPECT_DOUBLE_EQ(found(rows, at(Current{10})), 1);
  LimitQuestion other = at(Current{10});
  other.test = "starting";
  EXPECT_EQ(found(rows, other), 0);
  other = at(Current{10});
  other.kind = LimitKind::percent_per_kelvin;
  EXPECT_EQ(found(rows, other), 0);
}

TEST(FindLimit, TheMoreParticularConditionWinsInAnyOrder) {
  for (const auto& rows : {std::vector{row(1), row(2, kHalfLag)}, std::vector{row(2, kHalfLag), row(1)}}) {
    EXPECT_DOUBLE_EQ(found(rows, at(Current{10}, kHalfLag)), 2);
    EXPECT_DOUBLE_EQ(found(rows, at(Current{10})), 1);
    EXPECT_DOUBLE_EQ(found(rows, at(Current{10}, PowerFactor{0.5, true})), 1);
  }
  EXPECT_EQ(found({row(2, kHalfLag)}, at(Current{10})), 0);
}

TEST(FindLimit, TakesTheRowOfTheCurrentWithItsEnds) {
  const auto rows = steps_of_current();
  EXPECT_EQ(found(rows, at(Current{1.49})), 0);
  EXPECT_DOUBLE_EQ(found(rows, at(Current{1.5})), 1.5);
  EXPECT_DOUBLE_EQ(found(rows, at(Current{2.99})), 1.5);
  EXPECT_DOUBLE_EQ(found(rows, at(Current{3})), 1.0);
  EXPECT_DOUBLE_EQ(found(rows, at(Current{0.1 * 30})), 1.0) << "but for the last bits";
  EXPECT_DOUBLE_EQ(found(rows, at(Current{200})), 1.0);
  EXPECT_EQ(found(rows, at(Current{200.1})), 0);
}

TEST(FindLimit, TakesAPointWithinARange) {
  auto rows = steps_of_current();
  LimitRow point = row(0.7);
  point.current = Interval<CurrentShare>::only(share("Ib"));
  rows.push_back(point);
  EXPECT_DOUBLE_EQ(found(rows, at(Current{30})), 0.7);
  EXPECT_DOUBLE_EQ(found(rows, at(Current{31})), 1.0);
}

TEST(FindLimit, TakesARangeOfPowerFactorsByTheirAngle) {
  LimitRow range = row(2.5);
  range.power_factors = {kHalfLag, kLead};
  const std::vector<LimitRow> rows{range, row(2.0, kUnity)};
  EXPECT_DOUBLE_EQ(found(rows, at(Current{10})), 2.0) << "the more particular one";
  for (const PowerFactor& pf : {kHalfLag, kLead, PowerFactor{0.7, false}, PowerFactor{0.9, true}})
    EXPECT_DOUBLE_EQ(found(rows, at(Current{10}, pf)), 2.5) << to_text(pf);
  for (const PowerFactor& pf : {PowerFactor{0.25, false}, PowerFactor{0.5, true}})
    EXPECT_EQ(found(rows, at(Current{10}, pf)), 0) << to_text(pf);
}

TEST(FindLimit, AsksForTemperatureVoltageAndConnection) {
  LimitRow warm = row(1);
  warm.temperature = {Temperature{5}, Temperature{30}, false, true};
  LimitQuestion asked = at(Current{10});
  EXPECT_DOUBLE_EQ(found({warm}, asked), 1);
  asked.temperature = Temperature{5};
  EXPECT_EQ(found({warm}, asked), 0);
  asked.temperature = Temperature{30};
  EXPECT_DOUBLE_EQ(found({warm}, asked), 1);

  LimitRow high = row(1);
  high.voltage = Ratio{1.15};
  asked = at(Current{});
  EXPECT_EQ(found({high}, asked), 0);
  asked.voltage = Voltage{276};
  EXPECT_DOUBLE_EQ(found({high}, asked), 1);

  LimitRow behind = row(1);
  behind.connection = LineConnection::transformer;
  EXPECT_EQ(found({behind}, at(Current{10})), 0);
  EXPECT_DOUBLE_EQ(found({behind}, at(Current{10}), transformer_meter()), 1);
}

TEST(Relation, OfRowsTellsWhetherBothMayHold) {
  const auto steps = steps_of_current();
  EXPECT_EQ(relation(steps[0], steps[1]), Relation::disjoint);
  EXPECT_EQ(relation(steps[0], steps[0]), Relation::same);
  EXPECT_EQ(relation(steps[0], row(1)), Relation::within);
  EXPECT_EQ(relation(row(1), steps[0]), Relation::around);
  EXPECT_EQ(relation(steps[0], row(1, kUnity)), Relation::crossing) << "each is the more particular in one";

  LimitRow overlapping = steps[1];
  overlapping.current.least = share("8 % of Ib");
  EXPECT_EQ(relation(overlapping, steps[0]), Relation::crossing);
  LimitRow unknown = steps[1];
  unknown.current.least = share("2 % of Imax");
  EXPECT_EQ(relation(unknown, steps[1]), Relation::crossing) << "a meter would have to say";

  LimitRow touching = steps[0];
  touching.current.with_most = true;
  EXPECT_EQ(relation(touching, steps[1]), Relation::crossing);

  LimitRow direct = row(1), behind = row(1);
  direct.connection = LineConnection::direct;
  behind.connection = LineConnection::transformer;
  EXPECT_EQ(relation(direct, behind), Relation::disjoint);
  EXPECT_EQ(relation(direct, row(1)), Relation::within);

  LimitRow coefficient = row(1);
  coefficient.kind = LimitKind::percent_per_kelvin;
  EXPECT_EQ(relation(coefficient, row(1)), Relation::disjoint);
}

TEST(Conditions, AreToldInWords) {
  LimitRow all = row(1);
  all.power_factors = {kHalfLag, kLead};
  all.current = {share("10 % of Ib"), share("20 % of Ib"), true, false};
  all.temperature = {std::nullopt, Temperature{30}};
  all.voltage = parse_quantity<kind::Ratio>("115 %").value();
  all.connection = LineConnection::direct;
  EXPECT_EQ(conditions_text(all),
            "PF 0.5 lag to 0.8 lead, 10 % of Ib ≤ I < 20 % of Ib, T ≤ 30 °C, U = 115 %, direct");
  LimitRow point = row(1);
  point.current = Interval<CurrentShare>::only(share("Imax"));
  EXPECT_EQ(conditions_text(point), "I = Imax");
  EXPECT_EQ(conditions_text(row(1)), "");
}

TEST(PerKelvin, IsOfTheDifferenceWhateverItsSign) {
  LimitRow coefficient = row(0.05);
  coefficient.kind = LimitKind::percent_per_kelvin;
  coefficient.limit.terms = "direct";
  const Limit limit = over(coefficient, TemperatureDifference{-30});
  EXPECT_DOUBLE_EQ(percent(limit.limit), 1.5);
  EXPECT_EQ(limit.terms, "direct, 0.05 %/K over 30 K");
}

}  // namespace
}  // namespace meterbench
