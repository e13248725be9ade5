#include "bench/model/limit.h"

#include <fmt/format.h>

namespace meterbench {
namespace {

/// `+2`: without the last digits of a sum or a product, which nobody has written.
std::string percent_text(Ratio bound) { return fmt::format("{:+.6g}", percent(bound)); }

/// `SOR/86-131 s. 46, edition 2019-06-22`
std::string document(const Limit& limit) {
  std::string text = limit.source;
  if (limit.clause == kClauseNotKnown)
    text += ", clause not known";
  else if (!limit.clause.empty())
    text += " " + limit.clause;
  if (!limit.edition.empty()) text += ", edition " + limit.edition;
  return text;
}

}  // namespace

std::string to_text(const Limit& limit) {
  if (limit.limit.value() <= 0) return "-";
  if (limit.middle == Ratio{}) return fmt::format("±{} %", percent_text(limit.limit).substr(1));
  return fmt::format("{} % / {} %", percent_text(upper(limit)), percent_text(lower(limit)));
}

std::string citation(const Limit& limit) {
  switch (limit.mark) {
    case Mark::criterion: return fmt::format("{} of {}", words(limit.mark), document(limit));
    case Mark::knowledge:
      return fmt::format("{}, to be checked against {}", words(limit.mark), document(limit));
    default: return fmt::format("{} ({})", document(limit), words(limit.mark));
  }
}

}  // namespace meterbench
