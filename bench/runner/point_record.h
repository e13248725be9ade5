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
#include "bench/runner/energy_books.h"
#include "bench/runner/point_count.h"
#include "bench/runner/point_decision.h"
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
               const PlannedPoint& point, const PointHold& hold, const PointCount& count,
               const RegisterComparisons& registers);

  /// Adds to `record` of meter `index` what it gave, and the decision.
  void complete(std::size_t index, PointRecord& record) const;

  /// What reference and chamber saw first and last while the load was held.
  void add_environment(PointRecord& record) const;

 private:
  [[nodiscard]] WindowConditions conditions(std::size_t index, const Window& window) const;
  [[nodiscard]] Ratio source_accuracy_at(Form form) const;
  void compute_starting(std::size_t index, PointRecord& record) const;
  void compute_no_load(std::size_t index, PointRecord& record) const;
  [[nodiscard]] Budget budget_of(std::size_t index, const WindowConditions& c, const Window& window,
                                 const PointRecord& record) const;
  void compute_error(std::size_t index, const Window& window, PointRecord& record) const;
  void compute_residual(std::size_t index, const Window& window, PointRecord& record) const;

  const Station& station_;
  const std::map<std::string, MeterType>& types_;
  const PlannedPoint& point_;
  const PointHold& hold_;
  const PointCount& count_;
  const RegisterComparisons& registers_;
  PointDecision decision_;
  double power_ramp_percent_per_s_ = 0;
};

}  // namespace meterbench
