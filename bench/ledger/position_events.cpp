#include "bench/ledger/position_events.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace meterbench {
namespace {

constexpr std::string_view kVoid = "void";
constexpr std::string_view kNoPass = "no_pass";
constexpr std::string_view kDoubt = "doubt";

}  // namespace

bool changes_decisions(const EventRow& event) {
  return event.kind == kVoid || event.kind == kNoPass || event.kind == kDoubt;
}

void apply_events(std::span<const EventRow> events, PointRecord& point) {
  std::vector<std::string> reasons;
  const auto collect = [&](std::string_view kind, const std::string& prefix) {
    const std::size_t before = reasons.size();
    for (const EventRow& e : events)
      if (e.kind == kind && (e.position.empty() || e.position == point.position))
        reasons.push_back(prefix + e.text);
    return reasons.size() > before;
  };
  Decision& decision = point.verdict.decision;
  const bool was_pass = decision == Decision::pass;
  if (collect(kVoid, "void: ")) decision = Decision::inconclusive;
  if (was_pass && collect(kNoPass, "no pass: ")) decision = Decision::inconclusive;
  collect(kDoubt, "");

  std::vector<std::string>& all = point.verdict.basis.reasons;
  reasons.insert(reasons.end(), all.begin(), all.end());
  all.clear();
  for (std::string& reason : reasons)
    if (std::ranges::find(all, reason) == all.end()) all.push_back(std::move(reason));
}

}  // namespace meterbench
