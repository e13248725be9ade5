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

nlohmann::json content(const YamlNode& node) {
  switch (node.kind()) {
    case YamlNode::Kind::null: return nullptr;
    case YamlNode::Kind::scalar: return scalar(node.as_text().value());
    case YamlNode::Kind::sequence: {
      const auto items = node.items();
      if (items.size() == 1) return content(items.front());
      auto list = nlohmann::json::array();
      for (const YamlNode& item : items) list.push_back(content(item));
      return list;
    }
    case YamlNode::Kind::map: {
      auto map = nlohmann::json::object();
      auto read = node.as_map().value();
      for (const auto& [key, value] : read.entries()) map[key] = content(value);
      return map;
    }
  }
  return nullptr;
}

}  // namespace

std::string content_text(const YamlNode& node) {
  return content(node).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace meterbench
