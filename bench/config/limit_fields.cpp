#include "bench/config/limit_fields.h"

#include <array>

#include <fmt/format.h>

#include "bench/config/fields.h"

namespace meterbench {
namespace {

constexpr std::string_view kStarts = "starts";
constexpr std::string_view kPerKelvin = "/K";
constexpr std::string_view kBetween = " / ";  // of the two sides of a limit

/// `1 pulse`, `3 pulses`; nothing where the text says something else.
std::optional<std::uint64_t> parse_pulses(std::string_view text) {
  constexpr double kMost = 1000;  // made; more is a slip
  const std::size_t blank = text.find(' ');
  const std::string_view unit = blank == std::string_view::npos ? "" : text.substr(blank + 1);
  if (unit != "pulse" && unit != "pulses") return std::nullopt;
  const auto number = parse_number(text.substr(0, blank));
  if (!number || !(*number >= 0 && *number <= kMost)) return std::nullopt;
  const auto whole = static_cast<std::uint64_t>(*number);
  return static_cast<double>(whole) == *number ? std::optional{whole} : std::nullopt;
}

void read_percentage(const YamlNode& node, std::string_view text, LimitRow& row) {
  const auto value = parse_quantity<kind::Ratio>(text);
  if (!value) return node.mistake(value.error());
  check_range(node, value->value(), Range::positive);
  row.limit.limit = *value;
}

/// `+2 % / -3 %`
void read_two_sides(const YamlNode& node, std::string_view text, LimitRow& row) {
  const std::size_t between = text.find(kBetween);
  const auto above = parse_quantity<kind::Ratio>(text.substr(0, between));
  const auto below = parse_quantity<kind::Ratio>(text.substr(between + kBetween.size()));
  if (!above || !below || !(*above > Ratio{} && *below < Ratio{}))
    return node.mistake(fmt::format("'{}' is no pair of limits: +2 % / -3 % is an example", text));
  row.limit.limit = (*above - *below) / 2;
  row.limit.middle = (*above + *below) / 2;
}

/// One value, or a range as at_least or above, below or at_most say it.
template <class T, class Read>
Interval<T> read_interval(const YamlNode& node, Read read) {
  if (node.kind() != YamlNode::Kind::map) {
    const std::optional<T> value = read(node);
    return value ? Interval<T>::only(*value) : Interval<T>{};
  }
  Interval<T> range;
  auto map = node.as_map();
  const auto bound = [&](std::string_view with, std::string_view without, std::optional<T>& value,
                         bool& included) {
    const auto inclusive = map->find(with);
    const auto exclusive = map->find(without);
    if (inclusive && exclusive)
      exclusive->mistake(fmt::format("'{}' is here too: one of the two is expected", with));
    if (const auto& one = inclusive ? inclusive : exclusive) value = read(*one);
    included = inclusive.has_value();
  };
  bound("at_least", "above", range.least, range.with_least);
  bound("at_most", "below", range.most, range.with_most);
  map->finish();
  if (map->entries().empty())
    node.mistake("a value or a range is expected: {at_least: …, below: …} is an example");
  if (range.least && range.most && order(*range.least, *range.most) >= 0)
    node.mistake("the range is empty: its beginning is not below its end");
  return range;
}

std::optional<CurrentShare> as_current_share(const YamlNode& node) {
  const auto text = node.as_text();
  if (!text) return std::nullopt;
  const auto share = parse_current_share(*text);
  if (share && *share) return **share;
  node.mistake(share ? share->error()
                     : fmt::format("'{}' is no share of a meter's current: 10 % of Ib is an example", *text));
  return std::nullopt;
}

std::optional<Temperature> as_temperature(const YamlNode& node) {
  return node.as_quantity<kind::Temperature>();
}

/// One value, or `{from: 0.5 lag, to: 0.8 lead}`.
void read_power_factor(const YamlNode& node, LimitRow& row) {
  if (node.kind() != YamlNode::Kind::map) {
    row.limit.power_factor = as_power_factor(node);
    return;
  }
  auto map = node.as_map();
  const auto end = [&](std::string_view key) {
    const auto value = map->require(key);
    return value ? as_power_factor(*value) : std::nullopt;
  };
  const auto from = end("from");
  const auto to = end("to");
  map->finish();
  if (!from || !to) return;
  if (!(from->lag() > to->lag()))
    node.mistake("the range goes from the more lagging power factor to the more leading one");
  row.power_factors = {from, to};
}

std::optional<LineConnection> as_line_connection(const YamlNode& node) {
  constexpr std::array kAll{LineConnection::direct, LineConnection::transformer};
  const auto text = node.as_one_of({std::string{to_text(kAll[0])}, std::string{to_text(kAll[1])}});
  for (const LineConnection one : kAll)
    if (text == to_text(one)) return one;
  return std::nullopt;
}

/// Ib is the rated current of a meter for direct connection alone, In of one for transformers.
void take_connection_of_current(const YamlNode& node, LimitRow& row) {
  for (const auto& bound : {row.current.least, row.current.most}) {
    if (!bound || (bound->of != NamedCurrent::ib && bound->of != NamedCurrent::in)) continue;
    const auto implied = bound->of == NamedCurrent::ib ? LineConnection::direct : LineConnection::transformer;
    if (row.connection && *row.connection != implied)
      node.mistake(fmt::format("{} is a current of meters for connection '{}' alone", to_text(bound->of),
                               to_text(implied)));
    row.connection = implied;
  }
}

}  // namespace

void read_limit(YamlMap& map, LimitRow& row) {
  const auto node = map.require("limit");
  const auto text = node ? node->as_text() : std::nullopt;
  if (!text) return;
  const std::string_view all = *text;
  if (all == kStarts) {
    row.kind = LimitKind::starts;
  } else if (const auto pulses = parse_pulses(all)) {
    row.kind = LimitKind::pulses;
    row.pulses = *pulses;
  } else if (all.ends_with(kPerKelvin)) {
    row.kind = LimitKind::percent_per_kelvin;
    read_percentage(*node, all.substr(0, all.size() - kPerKelvin.size()), row);
  } else if (all.find(kBetween) != std::string_view::npos) {
    read_two_sides(*node, all, row);
  } else {
    read_percentage(*node, all, row);
  }
}

void read_conditions(YamlMap& map, LimitRow& row) {
  if (const auto node = map.find("power_factor")) read_power_factor(*node, row);
  if (const auto node = map.find("temperature"))
    row.temperature = read_interval<Temperature>(*node, as_temperature);
  if (map.find("voltage")) row.voltage = required_quantity<kind::Ratio>(map, "voltage");
  if (const auto node = map.find("connection")) row.connection = as_line_connection(*node);
  if (const auto node = map.find("current")) {
    row.current = read_interval<CurrentShare>(*node, as_current_share);
    take_connection_of_current(*node, row);
  }
}

}  // namespace meterbench
