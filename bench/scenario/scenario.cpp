#include "bench/scenario/scenario.h"

#include <fmt/format.h>

#include "bench/config/fields.h"
#include "bench/core/sha256.h"
#include "bench/scenario/steps.h"

namespace meterbench {
namespace {

/// The root with all replacements made, as far as they can be.
YamlNode with_replacements(YamlNode root, const std::map<std::string, std::string>& set, Mistakes& mistakes) {
  for (const auto& [path, text] : set) {
    const auto value = read_yaml_text(text, fmt::format("--set {}", path), mistakes);
    if (!value) continue;
    if (auto changed = with_value(root, path, *value)) root = *std::move(changed);
  }
  return root;
}

}  // namespace

std::string_view to_text(DecisionRule rule) {
  switch (rule) {
    case DecisionRule::simple_acceptance: return "simple_acceptance";
  }
  return "unknown";
}

std::string_view to_text(LoadTest test) {
  switch (test) {
    case LoadTest::accuracy: return "accuracy";
    case LoadTest::registers: return "registers";
    case LoadTest::starting: return "starting";
    case LoadTest::no_load: return "no_load";
    case LoadTest::demand: return "demand";
    case LoadTest::bidirectional: return "bidirectional";
    case LoadTest::mode_change: return "mode_change";
    case LoadTest::clock: return "clock";
    case LoadTest::firmware: return "firmware";
    case LoadTest::security: return "security";
    case LoadTest::display: return "display";
    case LoadTest::press: return "press";
  }
  return "unknown";
}

const std::vector<LoadTest>& load_tests() {
  static const std::vector<LoadTest> all{LoadTest::accuracy,    LoadTest::registers, LoadTest::starting,
                                         LoadTest::no_load,     LoadTest::demand,    LoadTest::bidirectional,
                                         LoadTest::mode_change, LoadTest::clock,     LoadTest::firmware,
                                         LoadTest::security,    LoadTest::display,   LoadTest::press};
  return all;
}

std::optional<Scenario> load_scenario(const std::filesystem::path& path,
                                      const std::map<std::string, std::string>& set, Mistakes& mistakes) {
  auto text = read_text(path, mistakes);
  return text ? read_scenario(*std::move(text), path, set, mistakes) : std::nullopt;
}

std::optional<Scenario> read_scenario(std::string text, const std::filesystem::path& path,
                                      const std::map<std::string, std::string>& set, Mistakes& mistakes) {
  const Reading reading{mistakes};
  const auto root = read_yaml_text(text, path.string(), mistakes);
  auto map = root ? with_replacements(*root, set, mistakes).as_map() : std::nullopt;
  if (!map) return std::nullopt;
  Scenario scenario;
  scenario.name = path.stem().string();
  scenario.title = required_text(*map, "scenario");
  (void)optional_text(*map, "description");
  if (const auto rule = map->find("decision_rule"))
    (void)rule->as_one_of({std::string{to_text(DecisionRule::simple_acceptance)}});
  if (const auto check = map->find("check"))
    if (const auto kind = check->as_one_of({"weekly", "yearly", "positions"}))
      scenario.check = parse_check_kind(*kind);
  if (const auto account = map->find("register_account"))
    if (const auto word = account->as_one_of({"required", "waived"}))
      scenario.register_account = *word == "required";
  if (const auto steps = map->require("steps")) scenario.steps = read_steps(*steps);
  map->finish();
  if (!reading.sound()) return std::nullopt;
  for (const auto& [key, value] : set) text += fmt::format("\n--set {}={}", key, value);
  scenario.sha256 = sha256_hex(text);
  return scenario;
}

}  // namespace meterbench
