#pragma once

#include <string>

#include "bench/cli/text_table.h"
#include "bench/ledger/ledger.h"
#include "bench/planner/plan.h"

namespace meterbench {

/// What is not plain about it: `coil_1`, `network`, `122 V / 118 V`, a frequency that no network has, a
/// waveform. Empty: series at single phase with equal legs and a sine of 50 or 60 Hz.
[[nodiscard]] std::string connection_text(const Connection& connection, Voltage voltage, Frequency frequency,
                                          const std::string& waveform);

/// Whether it was computed from other points: a shift, a repeatability.
[[nodiscard]] bool is_comparison(const PointRecord& point);

/// `2.5 A, 240 V, PF 0.5 lag, delivered`, and what is not plain.
[[nodiscard]] std::string point_text(const PlannedPoint& point);
[[nodiscard]] std::string point_text(const PointRecord& point);

/// `+0.123 %`, or what else came out: `2 LED pulses`, `could not be formed`.
[[nodiscard]] std::string value_text(const PointRecord& point);

/// `±0.5 % of load-performance at PF 1, I = 25 % of Imax: unverified figure, to be checked against S-E-02, …`
[[nodiscard]] std::string limit_line(const Limit& limit);

/// Measured points as rows: what was asked, result, U, limit and what stands behind it, decision.
/// `kind` is what is not plain about the
/// load, and what the result is where that is no percent error.
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
