// Errors of what a meter tells that no reference standard is needed for: net against delivered and received,
// and the rate of its clock.
#pragma once

#include "bench/core/quantity.h"
#include "bench/model/budget.h"

namespace meterbench {

/// What the registers of one meter went on by.
struct FlowAdvance {
  ActiveEnergy delivered{};
  ActiveEnergy received{};
  ActiveEnergy net{};

  [[nodiscard]] ActiveEnergy throughput() const { return delivered + received; }
};

/// (net − (delivered − received))/(delivered + received): net is delivered less received by definition
/// (type-approval.md 5.3). In proportion to all that was registered, since net itself may be next to nothing.
/// The throughput must be above 0.
[[nodiscard]] Ratio net_difference(const FlowAdvance& advance);

/// Each of the three registers is cut off to `step` at both readings: three triangular components.
/// `throughput` above 0.
[[nodiscard]] Budget net_budget(ActiveEnergy step, ActiveEnergy throughput);

/// How far a clock has gone wrong over `time`, above 0, of which its difference to the bench's clock was
/// `first` at the beginning and `last` at the end. Positive: fast.
[[nodiscard]] Ratio clock_error(Seconds first, Seconds last, Seconds time);

/// Each reading lies anywhere within ± its half-width: rectangular.
[[nodiscard]] Budget clock_budget(Seconds first_half_width, Seconds last_half_width, Seconds time);

}  // namespace meterbench
