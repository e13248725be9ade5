#pragma once

#include <optional>
#include <string_view>

namespace meterbench {

/// How a figure is known; see type-approval.md section 0. `criterion`: an acceptance criterion of a
/// bench or plan, set by its owner and no standard's.
enum class Mark { read, read_2, derived, knowledge, criterion };
[[nodiscard]] std::string_view to_text(Mark mark);
[[nodiscard]] std::optional<Mark> parse_mark(std::string_view text);
/// For people: `read`, `secondary source`, `derived`, `unverified figure`, `acceptance criterion`.
[[nodiscard]] std::string_view words(Mark mark);

}  // namespace meterbench
