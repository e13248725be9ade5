#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bench/core/quantity.h"
#include "bench/model/load_point.h"
#include "bench/model/mark.h"

namespace meterbench {

/// What a document says of its clause where nobody who wrote the figure down knew it.
inline constexpr std::string_view kClauseNotKnown = "not known";

/// What a result is held against: |e − middle| at most `limit`.
struct Limit {
  std::string test;                         ///< `load-performance`
  std::optional<PowerFactor> power_factor;  ///< condition; none: any, or as `terms` say
  Ratio limit{};                            ///< 0: no percentage is asked for
  std::string source;                       ///< document; of a criterion its owner
  std::string clause;
  std::string edition;
  Mark mark = Mark::knowledge;
  Ratio middle{};       ///< of the range; 0: both sides are alike
  std::string terms{};  ///< further conditions, and what is asked for without a percentage, in words
};

[[nodiscard]] constexpr Ratio lower(const Limit& limit) { return limit.middle - limit.limit; }
[[nodiscard]] constexpr Ratio upper(const Limit& limit) { return limit.middle + limit.limit; }

/// `±0.5 %`, `+2 % / -3 %`; `-` where no percentage is asked for.
[[nodiscard]] std::string to_text(const Limit& limit);

/// What stands behind a limit, in the words of every view, report and export: `SOR/86-131 s. 46, edition …
/// (read)`, `IEC 62053-21, …, edition 2020 (secondary source)`, `unverified figure, to be checked against IEC
/// 62053-21, …`, `acceptance criterion of Meterbench`. A figure that nobody has read in its source is never
/// called that document's limit.
[[nodiscard]] std::string citation(const Limit& limit);

}  // namespace meterbench
