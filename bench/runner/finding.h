#pragma once

#include <string>

namespace meterbench {

/// Something for the record about one position; `kind` as events are named.
struct Finding {
  std::string position;
  std::string kind;
  std::string text;
};

}  // namespace meterbench
