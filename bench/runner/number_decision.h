// Decisions on results that are numbers.
#pragma once

#include "bench/ledger/ledger.h"
#include "bench/measurement/decision.h"

namespace meterbench {

[[nodiscard]] Tolerance tolerance_of(const Limit& limit);

/// Decides by `rule` on a record that has its error and its budget. Where neither pass nor fail can be taken
/// an event at `now_s` tells why: `too_uncertain`, or `near_limit` by ISO 10576-1.
void decide_number(DecisionRule rule, double now_s, PointRecord& record);

/// The specific risk of what was decided in the end, where there is a number with an uncertainty.
void note_risk(PointRecord& record);

}  // namespace meterbench
