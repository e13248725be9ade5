// What the record of a window tells again, without the bench.
#pragma once

#include <cstddef>
#include <vector>

#include "bench/ledger/ledger.h"
#include "bench/measurement/energy_error.h"
#include "bench/measurement/window.h"

namespace meterbench {

/// What was compared over the whole window, with the corrections that the record has. Its reference count
/// must be there.
[[nodiscard]] PulseComparison comparison_of(const PointRecord& record);

/// As partial_errors(), of the window that the edges of `record` make. Empty without edges.
[[nodiscard]] std::vector<Ratio> errors_of_parts(const PointRecord& record, std::size_t parts);

}  // namespace meterbench
