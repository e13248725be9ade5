// What the rows of a run tell together, for all who show it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/ledger/ledger.h"

namespace meterbench {

/// Whether no decision of `position` stands because of this event.
[[nodiscard]] bool makes_void(const EventRow& event, const std::string& position);

/// `position A`, `positions A, B`; of many positions only how many.
[[nodiscard]] std::string positions_text(const std::vector<std::string>& positions);

/// Something that happened at several positions at once.
struct SharedEvent {
  EventRow event;                      ///< the first of them
  std::vector<std::string> positions;  ///< none: of the bench
};
/// Events that differ in their position alone, as one. In the order in which each came first.
[[nodiscard]] std::vector<SharedEvent> shared(const std::vector<EventRow>& events);

/// `fault: source: tripped`; `skipped by ann`, where the text says the kind already.
[[nodiscard]] std::string event_text(const EventRow& event);

/// What the events of a run have found out about its positions and their meters, in words and the gravest
/// first; the same of several positions, and the same said by several kinds of events, once. Nothing of what
/// came out as it should.
[[nodiscard]] std::vector<std::string> findings_of(const std::vector<EventRow>& events);

/// The part of the variance that comes from one component.
[[nodiscard]] double share_percent(const Component& component, double combined_percent);

/// How its coverage factor was found: `Welch–Satterthwaite` or `Monte Carlo (JCGM 101)`.
[[nodiscard]] std::string_view k_by(const Budget& budget);

/// Smallest, mean and largest of some figures; there is one at least.
struct Span {
  double least = 0, mean = 0, most = 0;
};
[[nodiscard]] Span span_of(const std::vector<double>& values);

/// The LED edges of a point: their intervals in time, and in pulses of the reference.
struct EdgeSummary {
  std::size_t edges = 0;
  double first_s = 0, last_s = 0;
  Span interval_s, reference_pulses;
};
/// Nothing with less than two edges.
[[nodiscard]] std::optional<EdgeSummary> summary_of(const std::vector<Edge>& edges);

/// All readings of one quantity of one circuit during a point.
struct ReadingSummary {
  std::string quantity;
  int circuit = 0;  ///< 0: of the whole
  std::size_t readings = 0;
  Span value;
};
/// In the order in which each came first.
[[nodiscard]] std::vector<ReadingSummary> summary_of(const std::vector<EnvironmentRow>& readings);

}  // namespace meterbench
