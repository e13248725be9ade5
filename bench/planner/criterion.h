#pragma once

#include <string>
#include <utility>

#include "bench/model/limit.h"

namespace meterbench {

/// What Meterbench asks for by itself, in words, where no standard is quoted.
[[nodiscard]] inline Limit criterion(const std::string& test, std::string text) {
  Limit limit;
  limit.test = test;
  limit.source = "Meterbench";
  limit.terms = std::move(text);
  limit.mark = Mark::criterion;
  return limit;
}

}  // namespace meterbench
