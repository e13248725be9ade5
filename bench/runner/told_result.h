#pragma once

#include <optional>
#include <string>

#include "bench/core/quantity.h"
#include "bench/model/budget.h"

namespace meterbench {

/// What one meter has told at a point: a number with its budget, or whether all is as it should be; or why
/// neither can be said.
struct ToldResult {
  std::optional<Ratio> error{};
  Budget budget{};
  bool as_it_should_be = false;
  std::string seen{};       ///< what is not, in words; or a remark on what is
  std::string hindrance{};  ///< why nothing can be said; empty: something can
};

}  // namespace meterbench
