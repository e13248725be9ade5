#include "bench/model/named_current.h"

#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/core/quantity_text.h"

namespace meterbench {
namespace {

constexpr std::array kNames{NamedCurrent::imin, NamedCurrent::itr,  NamedCurrent::ta, NamedCurrent::ib,
                            NamedCurrent::in,   NamedCurrent::imax, NamedCurrent::cl};
constexpr std::string_view kOf = " of ";

std::optional<NamedCurrent> parse_name(std::string_view text) {
  for (const NamedCurrent name : kNames)
    if (text == to_text(name)) return name;
  return std::nullopt;
}

std::string all_names() {
  std::vector<std::string_view> names;
  for (const NamedCurrent name : kNames) names.push_back(to_text(name));
  return fmt::format("{}", fmt::join(names, ", "));
}

/// Currents of one rank have no order among each other.
int rank(NamedCurrent name) {
  switch (name) {
    case NamedCurrent::imin: return 0;
    case NamedCurrent::itr: return 1;
    case NamedCurrent::ta:
    case NamedCurrent::ib:
    case NamedCurrent::in: return 2;
    case NamedCurrent::imax:
    case NamedCurrent::cl: return 3;
  }
  return 3;
}

Current rated_current(const MeterType& meter) { return meter.rated_current.value_or(meter.test_amperes); }

Current transitional_current(const MeterType& meter) {
  const double parts = line_connection(meter.form) == LineConnection::direct ? 10 : 20;
  return meter.transitional_current.value_or(rated_current(meter) / parts);
}

Current whole(NamedCurrent name, const MeterType& meter) {
  switch (name) {
    case NamedCurrent::imin: return meter.minimum_current;
    case NamedCurrent::itr: return transitional_current(meter);
    case NamedCurrent::ta: return meter.test_amperes;
    case NamedCurrent::ib:
    case NamedCurrent::in: return rated_current(meter);
    case NamedCurrent::imax: return meter.maximum_current;
    case NamedCurrent::cl: return meter.class_amperes;
  }
  return {};
}

}  // namespace

std::string_view to_text(NamedCurrent name) {
  switch (name) {
    case NamedCurrent::imin: return "Imin";
    case NamedCurrent::itr: return "Itr";
    case NamedCurrent::ta: return "TA";
    case NamedCurrent::ib: return "Ib";
    case NamedCurrent::in: return "In";
    case NamedCurrent::imax: return "Imax";
    case NamedCurrent::cl: return "CL";
  }
  return "unknown";
}

std::string to_text(const CurrentShare& current) {
  if (current.share == Ratio{1}) return std::string{to_text(current.of)};
  return fmt::format("{}{}{}", to_text(current.share), kOf, to_text(current.of));
}

std::optional<tl::expected<CurrentShare, std::string>> parse_current_share(std::string_view text) {
  if (const auto whole = parse_name(text)) return CurrentShare{Ratio{1}, *whole};
  const std::size_t of = text.find(kOf);
  if (of == std::string_view::npos) return std::nullopt;
  const auto share = parse_quantity<kind::Ratio>(text.substr(0, of));
  if (!share) return tl::unexpected{share.error()};
  if (!(share->value() > 0)) return tl::unexpected{fmt::format("'{}': the share must be above 0", text)};
  const std::string_view name = text.substr(of + kOf.size());
  const auto known = parse_name(name);
  if (!known)
    return tl::unexpected{fmt::format("'{}' is no current of a meter; allowed: {}", name, all_names())};
  return CurrentShare{*share, *known};
}

Current amperes_of(const CurrentShare& current, const MeterType& meter) {
  return whole(current.of, meter) * current.share.value();
}

std::partial_ordering order(const CurrentShare& a, const CurrentShare& b) {
  if (a.of == b.of) return same(a.share, b.share) ? std::partial_ordering::equivalent : a.share <=> b.share;
  constexpr Ratio kWhole{1};
  if (rank(a.of) < rank(b.of) && a.share <= kWhole && b.share >= kWhole) return std::partial_ordering::less;
  if (rank(a.of) > rank(b.of) && a.share >= kWhole && b.share <= kWhole)
    return std::partial_ordering::greater;
  return std::partial_ordering::unordered;
}

}  // namespace meterbench
