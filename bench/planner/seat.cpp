#include "bench/planner/seat.h"

#include <cmath>
#include <stdexcept>

namespace meterbench {

std::vector<Seat> seats(const std::map<std::string, MeterType>& meters, const PlanningStation& station) {
  std::vector<Seat> result;
  for (const PlanningPosition& position : station.positions)
    if (const auto meter = meters.find(position.name); meter != meters.end())
      result.push_back({position.name, &meter->second, position.isolation ? &*position.isolation : nullptr});
  if (result.empty() || result.size() != meters.size())
    throw std::invalid_argument{"a plan needs meters, each in a position that the station has"};
  return result;
}

namespace {

/// Of a product, which nobody has written.
template <class Kind>
Quantity<Kind> without_last_digits(Quantity<Kind> product) {
  constexpr double kDigits = 1e9;
  return Quantity<Kind>{std::round(product.value() * kDigits) / kDigits};
}

template <class Kind>
Quantity<Kind> share_of(Quantity<Kind> whole, Ratio share) {
  return without_last_digits(whole * share.value());
}

}  // namespace

Current current_of(const CurrentSpec& spec, const MeterType& meter) {
  if (const auto* own = std::get_if<Current>(&spec)) return *own;
  if (const auto* share = std::get_if<Ratio>(&spec)) return share_of(meter.maximum_current, *share);
  return without_last_digits(amperes_of(std::get<CurrentShare>(spec), meter));
}

std::vector<Voltage> voltages_of(const VoltageSpec& spec, const MeterType& meter) {
  if (const auto* own = std::get_if<Voltage>(&spec)) return {*own};
  if (const auto* share = std::get_if<Ratio>(&spec)) return {share_of(meter.nominal_voltage, *share)};
  return meter.rated_voltages;
}

}  // namespace meterbench
