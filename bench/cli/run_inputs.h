// What a run was started with, as the ledger keeps it for resume.
#pragma once

#include <string>

#include "bench/cli/inputs.h"

namespace meterbench {

struct RunInputs {
  std::string scenario;  ///< as given
  BenchOptions bench;
  std::string scenario_yaml{};  ///< of one that is in no file; empty: it is in one
};

/// JSON on one line; names and paths as they were given.
[[nodiscard]] std::string to_json(const RunInputs& inputs);
/// Throws InputError for a text that to_json() does not write.
[[nodiscard]] RunInputs parse_run_inputs(const std::string& json);

}  // namespace meterbench
