#include "bench/model/interim_check.h"

namespace meterbench {

std::string_view to_text(CheckKind kind) {
  switch (kind) {
    case CheckKind::weekly: return "weekly";
    case CheckKind::yearly: return "yearly";
    case CheckKind::positions: return "positions";
  }
  return "unknown";
}

std::optional<CheckKind> parse_check_kind(std::string_view text) {
  for (const CheckKind kind : {CheckKind::weekly, CheckKind::yearly, CheckKind::positions})
    if (text == to_text(kind)) return kind;
  return std::nullopt;
}

}  // namespace meterbench
