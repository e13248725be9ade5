// What a gate has found, for people and for programs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "bench/gate/gate.h"

namespace meterbench {

/// Of what a person asked for: exit code kNotPassed where a point is not equivalent; kUsage where a margin
/// cannot be decided; kNotPassed where something has changed, with `fail_on_change`; else kAllPassed.
struct GateVerdict {
  std::string pack;
  bool fail_on_change = false;

  [[nodiscard]] int exit_code(const gate::Gate& gate) const;
  /// `equivalent`, `not equivalent`, `changed`, `undecidable`.
  [[nodiscard]] std::string word(const gate::Gate& gate) const;
};

[[nodiscard]] std::string gate_text(const gate::Gate& gate, const GateVerdict& verdict);
/// For a merge request: verdict, changes, the points that decide it.
[[nodiscard]] std::string gate_markdown(const gate::Gate& gate, const GateVerdict& verdict);
/// Keys end in their unit; numbers are unrounded.
[[nodiscard]] nlohmann::ordered_json gate_json(const gate::Gate& gate, const GateVerdict& verdict);
/// A case for each point, a suite for each test, and one for the changes.
[[nodiscard]] std::string gate_junit(const gate::Gate& gate, const GateVerdict& verdict);

}  // namespace meterbench
