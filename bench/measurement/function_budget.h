// What is known of the conditions of tests that give no error: their result is seen or not, and stands at a
// load and over a time that are known so well.
#pragma once

#include "bench/core/quantity.h"
#include "bench/model/budget.h"

namespace meterbench {

/// Of the power that a meter has started at, in percent of it: the source is what tells of loads that small,
/// ± `source_accuracy`, rectangular (of its set power there).
[[nodiscard]] Budget starting_budget(Ratio source_accuracy);

/// Of the time that a meter stood on voltage alone, above 0, in percent of it: edges are told up to `late`
/// later, anywhere in between, at either end: triangular.
[[nodiscard]] Budget no_load_budget(Seconds time, Seconds late);

}  // namespace meterbench
