#include "bench/model/calibration.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"

namespace meterbench {

std::optional<std::string> Calibration::invalid(UtcTime today) const {
  const auto day = [](UtcTime time) { return utc_text(time).substr(0, 10); };
  if (today < issued) return fmt::format("certificate {} is not valid before {}", certificate, day(issued));
  if (expired(today)) return fmt::format("certificate {} expired {}", certificate, day(due));
  return std::nullopt;
}

tl::expected<Calibration::Value, std::string> Calibration::at(Current current, const PowerFactor& pf) const {
  std::vector<CertifiedPoint> same;
  std::copy_if(points.begin(), points.end(), std::back_inserter(same),
               [&](const CertifiedPoint& p) { return p.power_factor == pf; });
  if (same.empty())
    return tl::unexpected{
        fmt::format("certificate {} has no point at power factor {}", certificate, to_text(pf))};
  std::sort(same.begin(), same.end(), [](const auto& a, const auto& b) { return a.current < b.current; });
  // A set point typed as a percentage of Imax may differ from the certified figure in the last bit.
  const double slack = 1e-9 * current.value();
  const auto above = std::find_if(same.begin(), same.end(), [&](const CertifiedPoint& p) {
    return p.current.value() >= current.value() - slack;
  });
  if (above == same.end() || (above == same.begin() && above->current.value() > current.value() + slack))
    return tl::unexpected{fmt::format("certificate {} covers {} to {} at power factor {}, not {}",
                                      certificate, to_text(same.front().current),
                                      to_text(same.back().current), to_text(pf), to_text(current))};
  if (above == same.begin() || above->current.value() <= current.value() + slack)
    return Value{above->error, above->standard_uncertainty()};
  const CertifiedPoint& low = *std::prev(above);
  const CertifiedPoint& high = *above;
  const double share = std::log(current / low.current) / std::log(high.current / low.current);
  return Value{low.error + (high.error - low.error) * share,
               std::max(low.standard_uncertainty(), high.standard_uncertainty())};
}

}  // namespace meterbench
