// The files of config/ that the steps of a scenario name, and the rows in them that its points need.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/config/catalogue.h"
#include "bench/model/limit_row.h"
#include "bench/model/waveform.h"
#include "bench/scenario/scenario.h"

namespace meterbench {

/// The rows of each file of config/limits that the steps name, by its name.
using LimitFiles = std::map<std::string, std::vector<LimitRow>>;
/// Each file of config/waveforms that the steps name, by its name.
using WaveformFiles = std::map<std::string, Waveform>;

struct NamedFiles {
  LimitFiles limits;
  WaveformFiles waveforms;
};

/// A file that is not there is told where it is named, what is wrong in one at its own place; neither is in
/// the answer then.
[[nodiscard]] NamedFiles read_named_files(const Scenario& scenario, const Catalogue& catalogue,
                                          Mistakes& mistakes);

/// The kind of row that a test is held against, where its step names limits.
[[nodiscard]] LimitKind limit_kind(LoadTest test);

/// Tells, where they are named, limits that have no row for a test at a power factor of the scenario,
/// whatever the meter and the current. Files that are not in `limits` are passed over.
void check_limit_rows(const Scenario& scenario, const LimitFiles& limits, Mistakes& mistakes);

}  // namespace meterbench
