// Checks of the bench itself between calibrations (ISO/IEC 17025:2017, 6.4.10).
#pragma once

#include <optional>
#include <string_view>

#include "bench/core/quantity.h"

namespace meterbench {

/// weekly: a certified standard in a meter's place; yearly: each point of the reference's certificate;
/// positions: the same standard in one position after the other.
enum class CheckKind { weekly, yearly, positions };
[[nodiscard]] std::string_view to_text(CheckKind kind);
[[nodiscard]] std::optional<CheckKind> parse_check_kind(std::string_view text);

/// What a station asks of its checks before it believes itself.
struct InterimCheck {
  CheckKind kind = CheckKind::weekly;
  Seconds every{};      ///< the last one may be that old
  bool refuse = false;  ///< no run without a passed check; else the basis of its decisions is unverified
};

}  // namespace meterbench
