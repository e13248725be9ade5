// A run as a person reads it.
#pragma once

#include "bench/ledger/ledger.h"

namespace meterbench {

/// Head, instruments, meters, what is void, points, shifts and events, on standard output.
void print_run(const Ledger& ledger, const RunSummary& summary);

}  // namespace meterbench
