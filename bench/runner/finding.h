#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "bench/core/bytes.h"

namespace meterbench {

/// Something for the record about one position; `kind` as events are named.
struct Finding {
  std::string position;
  std::string kind;
  std::string text;
  std::map<std::uint16_t, Bytes> tables{};  ///< of the meter there, as EventRow has them
};

}  // namespace meterbench
