// For tests of scenarios: one that is read from a text.
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include "bench/scenario/scenario.h"

namespace meterbench::testing {

struct LoadedScenario {
  Mistakes mistakes;
  std::optional<Scenario> scenario;

  explicit LoadedScenario(const std::string& text, const std::map<std::string, std::string>& set = {})
      : scenario{read_scenario(text, "sweep.yaml", set, mistakes)} {}

  /// The step at `index` of that kind; throws when there is none.
  template <class Kind = LoadStep>
  [[nodiscard]] const Kind& step(std::size_t index = 0) const {
    if (!scenario) throw std::runtime_error{mistakes.text()};
    return std::get<Kind>(scenario->steps.at(index));
  }
};

[[nodiscard]] inline std::string scenario_mistakes(const std::string& text,
                                                   const std::map<std::string, std::string>& set = {}) {
  Mistakes mistakes;
  const bool read = read_scenario(text, "f.yaml", set, mistakes).has_value();
  return mistakes.text() + (read == mistakes.empty() ? "" : "read with mistakes, or refused without\n");
}

}  // namespace meterbench::testing
