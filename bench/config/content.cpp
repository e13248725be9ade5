#include "bench/config/content.h"

#include <nlohmann/json.hpp>

namespace meterbench {
namespace {

/// In `kind`'s own unit, where the text is a quantity of that kind.
template <class Kind>
bool take(std::string& text) {
  const auto quantity = parse_quantity<Kind>(text);
  if (quantity) text = to_text(*quantity);
  return quantity.has_value();
}

/// No unit belongs to two kinds.
template <class... Kinds>
void take_first(std::string& text) {
  static_cast<void>((take<Kinds>(text) || ...));
}

std::string scalar(std::string text) {
  if (const auto number = parse_number(text)) return number_text(*number);
  take_first<kind::Voltage, kind::Current, kind::Angle, kind::ActivePower, kind::ReactivePower,
             kind::ApparentPower, kind::ActiveEnergy, kind::Resistance, kind::Frequency, kind::Temperature,
             kind::TemperatureDifference, kind::Time, kind::Ratio>(text);
  return text;
}

nlohmann::json normal(const std::string& text) { return scalar(text); }

nlohmann::json plain(const std::string& text) {
  if (const auto number = parse_number(text)) return *number;
  if (text == "true" || text == "false") return text == "true";
  return text;
}

/// Scalars as `said` has them; a list of one item is that item where `flat`.
nlohmann::json content(const YamlNode& node, nlohmann::json (*said)(const std::string&), bool flat) {
  switch (node.kind()) {
    case YamlNode::Kind::null: return nullptr;
    case YamlNode::Kind::scalar: return said(node.as_text().value());
    case YamlNode::Kind::sequence: {
      const auto items = node.items();
      if (flat && items.size() == 1) return content(items.front(), said, flat);
      auto list = nlohmann::json::array();
      for (const YamlNode& item : items) list.push_back(content(item, said, flat));
      return list;
    }
    case YamlNode::Kind::map: {
      auto map = nlohmann::json::object();
      auto read = node.as_map().value();
      for (const auto& [key, value] : read.entries()) map[key] = content(value, said, flat);
      return map;
    }
  }
  return nullptr;
}

}  // namespace

std::string content_text(const YamlNode& node) {
  return content(node, normal, true).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_text(const YamlNode& node) {
  return content(node, plain, false).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace meterbench
