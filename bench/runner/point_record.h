// What a point comes to at each position, for the record.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/core/fault.h"
#include "bench/ledger/ledger.h"
#include "bench/measurement/window.h"
#include "bench/planner/plan.h"
#include "bench/runner/point_count.h"
#include "bench/runner/point_hold.h"
#include "bench/station/station.h"

namespace meterbench {

/// What was asked of one meter at a point; nothing came out yet.
[[nodiscard]] PointRecord asked_record(const PlannedPoint& point, const PlannedMeter& meter,
                                       const MeterType& type, int attempt);

/// Errors, budgets and decisions of one attempt, from what was counted.
class PointRecords {
 public:
  PointRecords(const Station& station, const std::map<std::string, MeterType>& meters,
               const PlannedPoint& point, const PointHold& hold, const PointCount& count);

  /// Adds to `record` of meter `index` what it gave, and the decision by simple acceptance. No pass is taken
  /// where LED intervals are odd at any time under this load. Neither pass nor fail is taken where the bench
  /// may be to blame: odd intervals or a spread within the window, and a reference that contradicts what the
  /// source is set to.
  void complete(std::size_t index, PointRecord& record) const;

  /// What reference and chamber saw first and last while the load was held.
  void add_environment(PointRecord& record) const;

 private:
  [[nodiscard]] WindowConditions conditions(std::size_t index, const Window& window) const;
  void compute_error(std::size_t index, const Window& window, PointRecord& record) const;
  void compute_residual(std::size_t index, const Window& window, PointRecord& record) const;
  /// Events of odd intervals; whether one lies within the window.
  bool add_odd_intervals(std::size_t index, PointRecord& record) const;
  [[nodiscard]] std::optional<std::string> reference_doubt(const PointRecord& record) const;
  [[nodiscard]] EventRow event(const PointRecord& record, std::string kind, std::string text) const;

  const Station& station_;
  const std::map<std::string, MeterType>& types_;
  const PlannedPoint& point_;
  const PointHold& hold_;
  const PointCount& count_;
  double power_ramp_percent_per_s_ = 0;
};

}  // namespace meterbench
