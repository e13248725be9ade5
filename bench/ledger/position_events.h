// Events of a run that change what the decisions of a position are worth, whenever they were found.
#pragma once

#include <span>

#include "bench/ledger/ledger.h"

namespace meterbench {

/// Whether it is of such a kind. `void`: no decision of its position (empty: of any) stands. `no_pass`: no
/// pass of it stands. `doubt`: its decisions are unverified.
[[nodiscard]] bool changes_decisions(const EventRow& event);

/// What the events of a run make of a point's decision and basis, as v_point shows it. A reason that the
/// basis has already is not added again.
void apply_events(std::span<const EventRow> events, PointRecord& point);

}  // namespace meterbench
