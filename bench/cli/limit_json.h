#pragma once

#include <nlohmann/json.hpp>

#include "bench/model/limit.h"

namespace meterbench {

/// A limit with all that stands behind it: `text` and `citation` in words, the rest as it was written.
[[nodiscard]] nlohmann::ordered_json limit_json(const Limit& limit);

}  // namespace meterbench
