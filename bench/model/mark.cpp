#include "bench/model/mark.h"

namespace meterbench {

std::string_view to_text(Mark mark) {
  switch (mark) {
    case Mark::read: return "read";
    case Mark::read_2: return "read-2";
    case Mark::derived: return "derived";
    case Mark::knowledge: return "knowledge";
    case Mark::criterion: return "criterion";
  }
  return "unknown";
}

std::optional<Mark> parse_mark(std::string_view text) {
  for (const Mark mark : {Mark::read, Mark::read_2, Mark::derived, Mark::knowledge, Mark::criterion})
    if (text == to_text(mark)) return mark;
  return std::nullopt;
}

std::string_view words(Mark mark) {
  switch (mark) {
    case Mark::read: return "read";
    case Mark::read_2: return "secondary source";
    case Mark::derived: return "derived";
    case Mark::knowledge: return "unverified figure";
    case Mark::criterion: return "acceptance criterion";
  }
  return "unknown";
}

}  // namespace meterbench
