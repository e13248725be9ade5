#include "bench/runner/register_hold.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "bench/guardian/pulse_intervals.h"
#include "bench/runner/point_hold.h"
#include "bench/runner/point_run.h"

namespace meterbench {
namespace {

ActivePower power_of(const MeterType& type, const PlannedPoint& point) {
  return ActivePower{std::abs(metered_power(type.form, point.load).value())};
}

}  // namespace

RegisterHold plan_register_hold(const Plan& plan, const std::vector<PointRecord>& records,
                                const EnergyBooks& books, const LoadPeriod* open) {
  RegisterHold hold;
  // All meters stand on one load, and two-wire ones never beside three-wire ones.
  const MeterType& any = plan.meters.begin()->second;
  const auto was_measured = [&](const PlannedPoint& point) {
    return std::ranges::any_of(
        records, [&](const PointRecord& r) { return r.point_id == point.id && r.error_percent; });
  };
  for (const PlannedPoint& point : plan.points)
    if (was_measured(point) && (!hold.point || power_of(any, point) > power_of(any, *hold.point)))
      hold.point = &point;
  if (!hold.point) return hold;
  for (const auto& [position, type] : plan.meters)
    if (const ActivePower power = power_of(type, *hold.point); power.value() > 0)
      hold.time = std::max(hold.time, books.missing_energy(position, kRegisterResolution, open) / power);
  return hold;
}

Result<RegisterHoldEnd> hold_for_registers(Station& station, const Plan& plan, const RegisterHold& hold,
                                           LoadPeriod& period, const HoldConditions& conditions,
                                           RunControl* control) {
  PointHold load{station, hold.point->load, conditions, period, control};
  const auto held = load.reach(settling_of(station, plan.meters)).and_then([&]() -> Result<bool> {
    period.keep_edges_from(load.steady_since());
    return load.wait([] { return false; }, load.steady_since() + to_duration(hold.time));
  });
  period.keep_no_more();
  if (!held && !load.skipped_by()) return tl::unexpected{held.error()};
  RegisterHoldEnd end{{}, load.skipped_by()};
  for (const auto& [position, type] : plan.meters) {
    const auto odd =
        odd_intervals(period.edges(period.place_of(position)), type.kt / power_of(type, *hold.point));
    if (!odd.empty())
      end.findings.push_back(
          {position, "void",
           fmt::format("while a load was held for the registers {} LED intervals were odd, the first: {}",
                       odd.size(), odd.front().text())});
  }
  return end;
}

}  // namespace meterbench
