// JUnit XML, as build servers read it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bench/core/time.h"

namespace meterbench::junit {

/// How a case ended; passed: neither.
enum class Mishap { none, failure, error, skipped };

struct Case {
  std::string name{};
  double time_s = 0;
  Mishap mishap = Mishap::none;
  std::string type{};     ///< of the mishap
  std::string message{};  ///< of the mishap
  std::string output{};   ///< all that is to be said, whatever came out
};

struct Suite {
  std::string name;
  std::vector<Case> cases{};

  [[nodiscard]] long count(Mishap mishap) const;
  [[nodiscard]] double time_s() const;
};

struct Document {
  std::string name;  ///< in front of each suite's in the class name of its cases
  UtcTime started{};
  std::vector<std::pair<std::string, std::string>> properties{};  ///< of each suite
  std::vector<Suite> suites{};

  /// The suite of that name, made where there is none.
  [[nodiscard]] Suite& suite(const std::string& name);
  [[nodiscard]] std::string xml() const;
};

}  // namespace meterbench::junit
