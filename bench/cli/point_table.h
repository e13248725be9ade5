#pragma once

#include <string>

#include "bench/cli/text_table.h"
#include "bench/ledger/ledger.h"
#include "bench/planner/plan.h"

namespace meterbench {

/// `2.5 A, 240 V, PF 0.5 lag, delivered`
[[nodiscard]] std::string point_text(const PlannedPoint& point);
[[nodiscard]] std::string point_text(const PointRecord& point);

/// Measured points as rows: what was asked, error, U, limit, decision.
class PointTable {
 public:
  explicit PointTable(bool with_position);
  [[nodiscard]] std::string header() const { return table_.header(); }
  [[nodiscard]] std::string row(const PointRecord& point) const;

 private:
  bool with_position_;
  TextTable table_;
};

}  // namespace meterbench
