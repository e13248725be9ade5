#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bench/core/quantity.h"
#include "bench/model/load_point.h"

namespace meterbench {

/// How a figure is known; see type-approval.md section 0. `criterion`: an acceptance criterion of a
/// bench or plan, set by its owner and no standard's.
enum class Mark { read, read_2, derived, knowledge, criterion };
[[nodiscard]] std::string_view to_text(Mark mark);
[[nodiscard]] std::optional<Mark> parse_mark(std::string_view text);

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
