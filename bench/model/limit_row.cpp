#include "bench/model/limit_row.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/core/quantity_text.h"

namespace meterbench {
namespace {

template <class Kind>
bool contains(const Interval<Quantity<Kind>>& range, Quantity<Kind> value) {
  const bool after = !range.least || (same(*range.least, value) ? range.with_least : *range.least < value);
  const bool before = !range.most || (same(*range.most, value) ? range.with_most : value < *range.most);
  return after && before;
}

/// The same range of another quantity.
template <class To, class From, class Convert>
Interval<To> converted(const Interval<From>& range, Convert convert) {
  Interval<To> result{{}, {}, range.with_least, range.with_most};
  if (range.least) result.least = convert(*range.least);
  if (range.most) result.most = convert(*range.most);
  return result;
}

Angle lead(const PowerFactor& pf) { return -pf.lag(); }

/// From the most lagging power factor to the most leading one.
Interval<Angle> leads(const LimitRow& row) {
  const auto range =
      row.limit.power_factor ? Interval<PowerFactor>::only(*row.limit.power_factor) : row.power_factors;
  return converted<Angle>(range, lead);
}

bool holds(const LimitRow& row, const LimitQuestion& asked, const MeterType& meter) {
  const auto amperes =
      converted<Current>(row.current, [&](const CurrentShare& share) { return amperes_of(share, meter); });
  return row.limit.test == asked.test && row.kind == asked.kind &&
         contains(leads(row), lead(asked.power_factor)) && contains(amperes, asked.current) &&
         contains(row.temperature, asked.temperature) &&
         (!row.voltage || same(meter.nominal_voltage * row.voltage->value(), asked.voltage)) &&
         (!row.connection || *row.connection == line_connection(meter.form));
}

Relation relation(const std::optional<LineConnection>& a, const std::optional<LineConnection>& b) {
  if (a == b) return Relation::same;
  if (!a) return Relation::around;
  return b ? Relation::disjoint : Relation::within;
}

Interval<Ratio> voltages(const LimitRow& row) {
  return row.voltage ? Interval<Ratio>::only(*row.voltage) : Interval<Ratio>{};
}

/// `10 % of Ib ≤ I < 20 % of Ib`; a single value is `I = 25 % of Imax`.
template <class T>
std::string text_of(const Interval<T>& range, std::string_view symbol) {
  if (range.least && range.most && order(*range.least, *range.most) == 0)
    return fmt::format("{} = {}", symbol, to_text(*range.least));
  std::string text{symbol};
  if (range.least) text = fmt::format("{} {} {}", to_text(*range.least), range.with_least ? "≤" : "<", text);
  if (range.most) text = fmt::format("{} {} {}", text, range.with_most ? "≤" : "<", to_text(*range.most));
  return text;
}

}  // namespace

std::string conditions_text(const LimitRow& row) {
  std::vector<std::string> conditions;
  const auto& pf = row.power_factors;
  if (pf.least && pf.most)
    conditions.push_back(fmt::format("PF {} to {}", to_text(*pf.least), to_text(*pf.most)));
  if (!row.current.everything()) conditions.push_back(text_of(row.current, "I"));
  if (!row.temperature.everything()) conditions.push_back(text_of(row.temperature, "T"));
  if (row.voltage) conditions.push_back("U = " + to_text(*row.voltage));
  if (row.connection) conditions.emplace_back(to_text(*row.connection));
  return fmt::format("{}", fmt::join(conditions, ", "));
}

Relation relation(const LimitRow& a, const LimitRow& b) {
  if (a.limit.test != b.limit.test || a.kind != b.kind) return Relation::disjoint;
  return relation(leads(a), leads(b)) & relation(a.current, b.current) &
         relation(a.temperature, b.temperature) & relation(voltages(a), voltages(b)) &
         relation(a.connection, b.connection);
}

const LimitRow* find_limit(const std::vector<LimitRow>& rows, const LimitQuestion& asked,
                           const MeterType& meter) {
  const LimitRow* found = nullptr;
  for (const LimitRow& row : rows)
    if (holds(row, asked, meter) && (!found || relation(row, *found) == Relation::within)) found = &row;
  return found;
}

bool may_hold(const std::vector<LimitRow>& rows, std::string_view test, LimitKind kind,
              const PowerFactor& power_factor) {
  return std::ranges::any_of(rows, [&](const LimitRow& row) {
    return row.limit.test == test && row.kind == kind && contains(leads(row), lead(power_factor));
  });
}

Limit over(const LimitRow& row, TemperatureDifference apart) {
  Limit limit = row.limit;
  const double kelvins = std::abs(apart.value());
  limit.terms = fmt::format("{}{}{}/K over {}", limit.terms, limit.terms.empty() ? "" : ", ",
                            to_text(limit.limit), to_text(TemperatureDifference{kelvins}));
  limit.limit = limit.limit * kelvins;
  return limit;
}

}  // namespace meterbench
