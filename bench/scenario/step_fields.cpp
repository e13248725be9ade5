#include "bench/scenario/step_fields.h"

#include <fmt/format.h>

#include "bench/config/fields.h"

namespace meterbench {
namespace {

/// A share (`25 %`) of what the meter file says, or a quantity of its own. `word`: what else may stand there.
template <class Kind>
std::optional<std::variant<Ratio, Quantity<Kind>>> as_share_or(const YamlNode& node, std::string_view whole,
                                                               std::string_view word = "") {
  const auto text = node.as_text();
  if (!text) return std::nullopt;
  double size = 0;
  std::optional<std::variant<Ratio, Quantity<Kind>>> value;
  if (const auto share = parse_quantity<kind::Ratio>(*text)) {
    value = *share;
    size = share->value();
  } else if (const auto own = parse_quantity<Kind>(*text)) {
    value = *own;
    size = own->value();
  } else {
    node.mistake(fmt::format("'{}' is neither a share of {} such as 25 % nor a {} such as 10 {}{}", *text,
                             whole, Kind::name, Kind::unit, word));
    return std::nullopt;
  }
  check_range(node, size, Range::positive);
  return value;
}

}  // namespace

std::optional<CurrentSpec> as_current(const YamlNode& node) {
  const bool scalar = node.kind() == YamlNode::Kind::scalar;
  if (const auto named = scalar ? parse_current_share(node.as_text().value_or("")) : std::nullopt) {
    if (*named) return CurrentSpec{**named};
    node.mistake(named->error());
    return std::nullopt;
  }
  const auto value = as_share_or<kind::Current>(node, "Imax");
  if (!value) return std::nullopt;
  return std::visit([](auto one) { return CurrentSpec{one}; }, *value);
}

std::optional<VoltageSpec> as_voltage(const YamlNode& node) {
  const bool word = node.kind() == YamlNode::Kind::scalar && node.as_text() == "rated";
  if (word) return RatedVoltages{};
  const auto value = as_share_or<kind::Voltage>(node, "the nominal voltage", " nor 'rated'");
  if (!value) return std::nullopt;
  return std::visit([](auto one) { return VoltageSpec{one}; }, *value);
}

std::optional<Direction> as_direction(const YamlNode& node) {
  const auto text = node.as_one_of({"delivered", "received"});
  return text ? parse_direction(*text) : std::nullopt;
}

}  // namespace meterbench
