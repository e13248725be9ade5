// Errors computed again from what a ledger has of a measurement: its LED edges with their reference counts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "bench/ledger/ledger.h"
#include "bench/model/calibration.h"
#include "bench/model/decision_rule.h"

namespace meterbench {

/// How the error comes from the edges of a window.
enum class EdgeMethod {
  ends,        ///< the pulses between its first and its last edge, as the bench measures
  regression,  ///< the slope of pulses over reference counts through all edges, by least squares
};
[[nodiscard]] std::string_view to_text(EdgeMethod method);

/// What is other than as it was measured; nothing: as it was.
struct Recomputation {
  std::optional<std::uint64_t> first_edge{};  ///< numbers as v_edge has them
  std::optional<std::uint64_t> last_edge{};
  EdgeMethod method = EdgeMethod::ends;
  /// Of the reference at the point's load, from another certificate: its correction and uncertainty.
  std::optional<Calibration::Value> reference{};
  std::optional<Ratio> reference_error{};  ///< the same correction typed by a person
  std::optional<DecisionRule> rule{};
  std::string reason{};  ///< why it is computed again

  /// Whether the edges are taken in another way; a fail that was measured stays no pass then.
  [[nodiscard]] bool changes_window() const { return first_edge || last_edge || method != EdgeMethod::ends; }
};

/// The record of a new computation of `measured` (computation 0), which is to have the number `computation`:
/// no edges of its own, `recomputation` tells what it comes from. Its budget is that of `measured` with the
/// parts that hang on the window in proportion; the regression averages what each edge scatters (slope of n +
/// 1 equally spaced edges: √(6·n/((n + 1)·(n + 2))) of that of its ends).
/// A sentence where it cannot be done: no edges, another kind of result, a window that they do not have.
[[nodiscard]] tl::expected<PointRecord, std::string> recompute(const PointRecord& measured, int computation,
                                                               const Recomputation& what,
                                                               DecisionRule rule_of_run);

}  // namespace meterbench
