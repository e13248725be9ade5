#pragma once

#include <optional>
#include <string>

#include "bench/core/quantity.h"
#include "bench/model/load_point.h"
#include "bench/model/mark.h"

namespace meterbench {

/// One row of a file of config/limits: |e| at most `limit` where the condition holds.
struct Limit {
  std::string test;                         ///< `load-performance`
  std::optional<PowerFactor> power_factor;  ///< condition; none: any
  Ratio limit{};
  std::string source;  ///< document
  std::string clause;
  std::string edition;
  Mark mark = Mark::knowledge;
};

}  // namespace meterbench
