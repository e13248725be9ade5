#include "bench/core/quantity_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <span>

#include <fmt/format.h>

namespace meterbench {
namespace {

/// `number × factor` is in the kind's own unit. The first entry of a table is the unit that to_text uses.
struct Unit {
  std::string_view symbol;
  double factor;
};

constexpr double kPi = std::numbers::pi;

template <class Kind>
constexpr std::array<Unit, 0> units{};

template <>
constexpr std::array units<kind::Voltage>{Unit{"V", 1}, Unit{"mV", 1e-3}, Unit{"kV", 1e3}};
template <>
constexpr std::array units<kind::Current>{Unit{"A", 1}, Unit{"mA", 1e-3}, Unit{"kA", 1e3}};
template <>
constexpr std::array units<kind::Angle>{Unit{"°", kPi / 180}, Unit{"deg", kPi / 180}, Unit{"rad", 1},
                                        Unit{"arcmin", kPi / 10800}};
template <>
constexpr std::array units<kind::ActivePower>{Unit{"W", 1}, Unit{"mW", 1e-3}, Unit{"kW", 1e3},
                                              Unit{"MW", 1e6}};
template <>
constexpr std::array units<kind::ReactivePower>{Unit{"var", 1}, Unit{"kvar", 1e3}, Unit{"Mvar", 1e6}};
template <>
constexpr std::array units<kind::ApparentPower>{Unit{"VA", 1}, Unit{"kVA", 1e3}, Unit{"MVA", 1e6}};
template <>
constexpr std::array units<kind::ActiveEnergy>{Unit{"Wh", 3600}, Unit{"kWh", 3.6e6}, Unit{"MWh", 3.6e9},
                                               Unit{"J", 1}};
template <>
constexpr std::array units<kind::Resistance>{Unit{"Ω", 1}, Unit{"mΩ", 1e-3}, Unit{"Ohm", 1},
                                             Unit{"mOhm", 1e-3}};
template <>
constexpr std::array units<kind::Frequency>{Unit{"Hz", 1}, Unit{"kHz", 1e3}, Unit{"MHz", 1e6}};
template <>
constexpr std::array units<kind::Temperature>{Unit{"°C", 1}};
template <>
constexpr std::array units<kind::TemperatureDifference>{Unit{"K", 1}};
template <>
constexpr std::array units<kind::Time>{Unit{"s", 1},     Unit{"ms", 1e-3}, Unit{"us", 1e-6},
                                       Unit{"µs", 1e-6}, Unit{"min", 60},  Unit{"h", 3600}};
template <>
constexpr std::array units<kind::Ratio>{Unit{"%", 1e-2}, Unit{"ppm", 1e-6}};

std::string unit_list(std::span<const Unit> known) {
  std::string text;
  for (std::size_t i = 0; i < known.size(); ++i)
    text += (i == 0 ? "" : i + 1 == known.size() ? " or " : ", ") + std::string{known[i].symbol};
  return text;
}

/// Where the number ends: the characters that parse_number could take.
std::size_t number_length(std::string_view text) {
  std::size_t at = 0;
  const auto digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  while (digit(at) || (at < text.size() && text[at] == '.')) ++at;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    std::size_t exponent = at + 1;
    if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
    if (digit(exponent)) {
      while (digit(exponent)) ++exponent;
      at = exponent;
    }
  }
  return at;
}

/// The shortest text that reads back as `value`, without an exponent: people read it.
std::string decimal_text(double value) {
  std::array<char, 400> text{};  // the least double has 326 characters, the greatest 309
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  return {text.data(), end};
}

}  // namespace

tl::expected<double, std::string> parse_number(std::string_view text) {
  const auto refused = [&](std::string_view why) {
    return tl::unexpected{fmt::format("'{}' is not a number ({})", text, why)};
  };
  if (text.empty()) return refused("nothing is there");
  // from_chars takes no plus sign, but "inf" and "nan".
  const std::string_view digits = text.front() == '+' ? text.substr(1) : text;
  if (digits.empty() || number_length(text) != text.size())
    return refused("digits with a decimal point are expected");
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::result_out_of_range) return refused("beyond the range of a number");
  if (error != std::errc{} || end != digits.data() + digits.size())
    return refused("digits with a decimal point are expected");
  if (!std::isfinite(value)) return refused("it must be finite");
  return value;
}

std::string number_text(double value) { return fmt::format("{}", value); }

template <class Kind>
tl::expected<Quantity<Kind>, std::string> parse_quantity(std::string_view text) {
  constexpr auto& known = units<Kind>;
  const std::size_t length = number_length(text);
  std::size_t at = length;
  while (at < text.size() && text[at] == ' ') ++at;
  const std::string_view symbol = text.substr(at);
  const auto number = parse_number(text.substr(0, length));
  if (length == 0 || !number)
    return tl::unexpected{fmt::format("'{}' is not a {}: a number and its unit ({}) are expected", text,
                                      Kind::name, unit_list(known))};
  for (const Unit& unit : known) {
    if (unit.symbol != symbol) continue;
    const double value = *number * unit.factor;
    if (!std::isfinite(value))
      return tl::unexpected{fmt::format("'{}' is beyond the range of a number", text)};
    return Quantity<Kind>{value};
  }
  return tl::unexpected{
      symbol.empty()
          ? fmt::format("'{}' has no unit: {} is expected", text, unit_list(known))
          : fmt::format("'{}' is not a unit of {}: {} is expected", symbol, Kind::name, unit_list(known))};
}

template <class Kind>
std::string to_text(Quantity<Kind> quantity) {
  const Unit& unit = units<Kind>.front();
  // The shortest decimal that reads back as this very quantity: 25 %, not 25.000000000000004 %.
  const double exact = quantity.value() / unit.factor;
  for (int digits = 1; digits < 17; ++digits) {
    const std::string number = fmt::format("{:.{}g}", exact, digits);
    if (const auto back = parse_number(number); back && *back * unit.factor == quantity.value())
      return fmt::format("{} {}", decimal_text(*back), unit.symbol);
  }
  return fmt::format("{} {}", decimal_text(exact), unit.symbol);
}

#define METERBENCH_QUANTITY_TEXT(KIND)                                                       \
  template tl::expected<Quantity<kind::KIND>, std::string> parse_quantity(std::string_view); \
  template std::string to_text(Quantity<kind::KIND>);
METERBENCH_QUANTITY_TEXT(Voltage)
METERBENCH_QUANTITY_TEXT(Current)
METERBENCH_QUANTITY_TEXT(Angle)
METERBENCH_QUANTITY_TEXT(ActivePower)
METERBENCH_QUANTITY_TEXT(ReactivePower)
METERBENCH_QUANTITY_TEXT(ApparentPower)
METERBENCH_QUANTITY_TEXT(ActiveEnergy)
METERBENCH_QUANTITY_TEXT(Resistance)
METERBENCH_QUANTITY_TEXT(Frequency)
METERBENCH_QUANTITY_TEXT(Temperature)
METERBENCH_QUANTITY_TEXT(TemperatureDifference)
METERBENCH_QUANTITY_TEXT(Time)
METERBENCH_QUANTITY_TEXT(Ratio)
#undef METERBENCH_QUANTITY_TEXT

}  // namespace meterbench
