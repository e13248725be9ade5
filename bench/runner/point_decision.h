// What a point's result is worth: pass, fail or neither.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/guardian/pulse_intervals.h"
#include "bench/ledger/ledger.h"
#include "bench/measurement/reference_error.h"
#include "bench/measurement/window.h"
#include "bench/planner/plan.h"
#include "bench/runner/blame.h"
#include "bench/runner/point_count.h"
#include "bench/runner/point_hold.h"
#include "bench/station/station.h"

namespace meterbench {

/// Decides by the plan's rule, on records that have their error, budget and what was counted. No pass is
/// taken where LED intervals are odd at any time under this load. Neither pass nor fail is taken where the
/// bench may be to blame: odd intervals or a spread within the window, and a reference that contradicts what
/// the source is set to; nor of what U does not resolve. A fail is taken only of pulses that were seen one by
/// one, and of an error that stays beyond its limit wherever the reference may lie by what the source tells.
/// At a temperature that the meters were brought to, a fail stands only where the meter's own body was seen.
/// Each reason is an event.
class PointDecision {
 public:
  PointDecision(const Station& station, const std::map<std::string, MeterType>& meters,
                const PlannedPoint& point, const PointHold& hold, const PointCount& count)
      : station_{station}, types_{meters}, point_{point}, hold_{hold}, count_{count} {}

  void decide_error(std::size_t index, const WindowConditions& c, const Window& window,
                    PointRecord& record) const;
  /// Of what is seen or not, `seen` in words: the LED's pulses alone tell of it.
  void decide_function(bool as_it_should_be, std::string seen, PointRecord& record) const;
  void decide_residual(std::size_t index, PointRecord& record) const;

 private:
  // Each adds its events and answers whether the bench may be to blame.
  [[nodiscard]] bool add_spread(const WindowConditions& c, const Window& window, PointRecord& record) const;
  [[nodiscard]] bool add_odd_intervals(std::size_t index, PointRecord& record) const;
  [[nodiscard]] bool add_short_intervals(std::size_t index, PointRecord& record) const;
  [[nodiscard]] bool add_reference_doubt(const std::optional<SourceWitness>& source,
                                         PointRecord& record) const;

  void tell_intervals(const std::vector<OddInterval>& odd, std::string_view expected,
                      PointRecord& record) const;
  void decide(bool bench_to_blame, PointRecord& record) const;
  /// Takes a fail back that does not stand.
  void question_fail(std::size_t index, const std::optional<SourceWitness>& source,
                     PointRecord& record) const;
  void take_back(PointRecord& record, std::string kind, std::string text) const;
  /// Nothing where the station does not state its accuracy.
  [[nodiscard]] std::optional<SourceWitness> source_of(std::size_t index, const PointRecord& record) const;
  [[nodiscard]] ActivePower seen_power(const PointRecord& record) const;
  [[nodiscard]] EventRow event(const PointRecord& record, std::string kind, std::string text) const;

  const Station& station_;
  const std::map<std::string, MeterType>& types_;
  const PlannedPoint& point_;
  const PointHold& hold_;
  const PointCount& count_;
};

}  // namespace meterbench
