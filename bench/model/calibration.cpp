#include "bench/model/calibration.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"

namespace meterbench {
namespace {

using Points = std::vector<CertifiedPoint>;
using At = tl::expected<Calibration::Value, std::string>;

/// On a certified value, both ends are the same then, or between two of them.
struct Between {
  double low = 0, high = 0;
};

/// Nothing outside of `certified`, and for NaN.
std::optional<Between> between(std::vector<double> certified, double x) {
  std::ranges::sort(certified);
  // A set point typed as a percentage of Imax may differ from the certified figure in the last bit.
  const double slack = 1e-9 * std::max(std::abs(x), 1e-3);
  const auto above = std::ranges::find_if(certified, [&](double value) { return value >= x - slack; });
  if (above == certified.end()) return std::nullopt;
  if (*above <= x + slack) return Between{*above, *above};
  if (above == certified.begin()) return std::nullopt;
  return Between{*std::prev(above), *above};
}

template <class Of>
std::vector<double> all(const Points& points, Of of) {
  std::vector<double> values;
  for (const CertifiedPoint& point : points) values.push_back(of(point));
  return values;
}

template <class Of>
Points those_with(const Points& points, Of of, double value) {
  Points some;
  std::ranges::copy_if(points, std::back_inserter(some),
                       [&](const CertifiedPoint& point) { return of(point) == value; });
  return some;
}

/// `at` on either side of x, `share` of the way from the lower to the higher.
template <class Certified>
At interpolated(const Between& sides, double share, Certified at) {
  const At low = at(sides.low);
  if (!low || sides.low == sides.high) return low;
  const At high = at(sides.high);
  if (!high) return high;
  return Calibration::Value{low->error + (high->error - low->error) * share,
                            std::max(low->standard_uncertainty, high->standard_uncertainty)};
}

double share_of(const Between& sides, double x) { return (x - sides.low) / (sides.high - sides.low); }

double current_of(const CertifiedPoint& point) { return point.current.value(); }
double tangent_of(const CertifiedPoint& point) { return std::tan(point.power_factor.lag().value()); }
double voltage_of(const CertifiedPoint& point) { return point.voltage->value(); }

/// Of one waveform, voltage and power factor, at least one.
At at_current(const std::string& certificate, const Points& points, const CertifiedLoad& load) {
  const std::vector<double> currents = all(points, current_of);
  const auto sides = between(currents, load.current.value());
  if (!sides) {
    const auto [least, most] = std::ranges::minmax(currents);
    return tl::unexpected{fmt::format("certificate {} covers {} to {} at power factor {}, not {}",
                                      certificate, to_text(Current{least}), to_text(Current{most}),
                                      to_text(points.front().power_factor), to_text(load.current))};
  }
  const double share = std::log(load.current.value() / sides->low) / std::log(sides->high / sides->low);
  return interpolated(*sides, share, [&](double current) -> At {
    const CertifiedPoint point = those_with(points, current_of, current).front();
    return Calibration::Value{point.error, point.standard_uncertainty()};
  });
}

/// Of one waveform and voltage, at least one.
At at_power_factor(const std::string& certificate, const Points& points, const CertifiedLoad& load) {
  const double tangent = std::tan(load.power_factor.lag().value());
  const auto sides = between(all(points, tangent_of), tangent);
  if (!sides)
    return tl::unexpected{fmt::format("certificate {} does not cover power factor {}", certificate,
                                      to_text(load.power_factor))};
  return interpolated(*sides, share_of(*sides, tangent), [&](double of_side) {
    return at_current(certificate, those_with(points, tangent_of, of_side), load);
  });
}

/// Of one waveform, at least one; all of them state a voltage, or none.
At at_voltage(const std::string& certificate, const Points& points, const CertifiedLoad& load) {
  if (!points.front().voltage) return at_power_factor(certificate, points, load);
  const std::vector<double> voltages = all(points, voltage_of);
  const auto sides = between(voltages, load.voltage.value());
  if (!sides) {
    const auto [least, most] = std::ranges::minmax(voltages);
    return tl::unexpected{fmt::format("certificate {} covers {} to {}, not {}", certificate,
                                      to_text(Voltage{least}), to_text(Voltage{most}),
                                      to_text(load.voltage))};
  }
  return interpolated(*sides, share_of(*sides, load.voltage.value()), [&](double of_side) {
    return at_power_factor(certificate, those_with(points, voltage_of, of_side), load);
  });
}

}  // namespace

std::optional<std::string> Calibration::invalid(UtcTime today) const {
  const auto day = [](UtcTime time) { return utc_text(time).substr(0, 10); };
  if (today < issued) return fmt::format("certificate {} is not valid before {}", certificate, day(issued));
  if (expired(today)) return fmt::format("certificate {} expired {}", certificate, day(due));
  return std::nullopt;
}

bool Calibration::covers(const std::string& waveform) const {
  return std::ranges::any_of(points, [&](const CertifiedPoint& p) { return p.waveform == waveform; });
}

tl::expected<Calibration::Value, std::string> Calibration::at(const CertifiedLoad& load) const {
  const bool of_waveform = covers(load.waveform);
  const std::string waveform = of_waveform ? load.waveform : std::string{};
  Points rows;
  std::ranges::copy_if(points, std::back_inserter(rows),
                       [&](const CertifiedPoint& p) { return p.waveform == waveform; });
  if (rows.empty()) return tl::unexpected{fmt::format("certificate {} has no points of a sine", certificate)};
  At value = at_voltage(certificate, rows, load);
  if (!value) return value;
  value->of_waveform = of_waveform;
  value->input = fmt::format("{}: {}, PF {}, {}", certificate, to_text(load.current),
                             to_text(load.power_factor), to_text(load.frequency));
  if (rows.front().voltage) value->input += ", " + to_text(load.voltage);
  if (!waveform.empty()) value->input += ", " + waveform;
  return value;
}

}  // namespace meterbench
