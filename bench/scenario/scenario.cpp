#include "bench/scenario/scenario.h"

#include <cstdio>

#include <fmt/format.h>

#include "bench/config/content.h"
#include "bench/config/fields.h"
#include "bench/core/sha256.h"
#include "bench/scenario/steps.h"

namespace meterbench {
namespace {

/// made: a bound that keeps a point from being measured for days.
constexpr int kMostAttempts = 10;
/// made: of each side of a gate.
constexpr int kMostGateRuns = 1000;

/// The root with all replacements made, as far as they can be.
YamlNode with_replacements(YamlNode root, const std::map<std::string, std::string>& set, Mistakes& mistakes) {
  for (const auto& [path, text] : set) {
    const auto value = read_yaml_text(text, fmt::format("--set {}", path), mistakes);
    if (!value) continue;
    if (auto changed = with_value(root, path, *value)) root = *std::move(changed);
  }
  return root;
}

DecisionRule read_rule(YamlMap& map) {
  std::vector<std::string> names;
  for (const DecisionRule rule : kDecisionRules) names.emplace_back(to_text(rule));
  const auto node = map.find("decision_rule");
  const auto name = node ? node->as_one_of(names) : std::nullopt;
  return name ? parse_decision_rule(*name).value() : DecisionRule::simple_acceptance;
}

/// `2 of 3`
void read_passes(const YamlNode& node, RetryRule& rule) {
  const auto text = node.as_text();
  if (!text) return;
  int needed = 0, attempts = 0, end = 0;
  // The whole text, or the mistake: sscanf tells how far it came.
  if (std::sscanf(text->c_str(), "%d of %d%n", &needed, &attempts, &end) == 2 &&
      static_cast<std::size_t>(end) == text->size() && needed >= 1 && attempts >= needed &&
      attempts <= kMostAttempts) {
    rule.passes_needed = needed;
    rule.attempts = attempts;
    return;
  }
  node.mistake(fmt::format(
      "so many passes of so many attempts, at most {}, are expected: '2 of 3' is an example", kMostAttempts));
}

RetryRule read_retry(YamlMap& root) {
  RetryRule rule;
  const auto node = root.find("retry");
  auto map = node ? node->as_map() : std::nullopt;
  if (!map) return rule;
  if (const auto again = map->find("inconclusive")) {
    const auto times = again->as_integer();
    if (times && *times >= 0 && *times < kMostAttempts)
      rule.of_inconclusive = static_cast<int>(*times);
    else if (times)
      again->mistake(fmt::format("a whole number from 0 to {} is expected", kMostAttempts - 1));
  }
  if (const auto passes = map->find("passes")) read_passes(*passes, rule);
  map->finish();
  return rule;
}

std::vector<std::string> names_of_tests(const std::vector<Step>& steps) {
  std::vector<std::string> names;
  for (const Step& step : steps)
    std::visit(
        [&]<class S>(const S& s) {
          if constexpr (!std::is_same_v<S, SoakStep>) names.push_back(s.name);
        },
        step);
  return names;
}

Ratio required_margin(const YamlNode& node) {
  const auto margin = node.as_quantity<kind::Ratio>();
  if (!margin) return {};
  check_range(node, margin->value(), Range::positive);
  return *margin;
}

/// A number of runs that is at least `least`.
void read_runs(YamlMap& runs, std::string_view key, std::size_t least, std::size_t& value) {
  const auto node = runs.find(key);
  const auto number = node ? node->as_integer() : std::nullopt;
  if (!number) return;
  if (*number < static_cast<std::int64_t>(least) || *number > kMostGateRuns)
    node->mistake(fmt::format("a whole number from {} to {} is expected", least, kMostGateRuns));
  else
    value = static_cast<std::size_t>(*number);
}

std::optional<GateRule> read_gate(YamlMap& root, const std::vector<Step>& steps) {
  const auto node = root.find("gate");
  auto map = node ? node->as_map() : std::nullopt;
  if (!map) return std::nullopt;
  GateRule rule;
  if (const auto margin = map->require("margin")) rule.margin = required_margin(*margin);
  if (const auto margins = map->find("margins"))
    if (auto tests = margins->as_map()) {
      for (const std::string& name : names_of_tests(steps))
        if (const auto margin = tests->find(name)) rule.margins[name] = required_margin(*margin);
      tests->finish();
    }
  if (const auto runs = map->find("runs"))
    if (auto sides = runs->as_map()) {
      read_runs(*sides, "baseline", kLeastBaselineRuns, rule.baseline_runs);
      read_runs(*sides, "candidate", kLeastCandidateRuns, rule.candidate_runs);
      sides->finish();
    }
  map->finish();
  return rule;
}

}  // namespace

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
    case LoadTest::dips: return "dips";
    case LoadTest::display: return "display";
    case LoadTest::press: return "press";
    case LoadTest::python: return "python";
  }
  return "unknown";
}

const std::vector<LoadTest>& load_tests() {
  static const std::vector<LoadTest> all{LoadTest::accuracy,    LoadTest::registers, LoadTest::starting,
                                         LoadTest::no_load,     LoadTest::demand,    LoadTest::bidirectional,
                                         LoadTest::mode_change, LoadTest::clock,     LoadTest::firmware,
                                         LoadTest::security,    LoadTest::dips,      LoadTest::display,
                                         LoadTest::press,       LoadTest::python};
  return all;
}

std::string_view to_text(Influence influence) {
  switch (influence) {
    case Influence::nothing: return "nothing";
    case Influence::voltage: return "voltage";
    case Influence::frequency: return "frequency";
    case Influence::temperature: return "temperature";
    case Influence::power_factor: return "power_factor";
    case Influence::circuit: return "circuit";
    case Influence::waveform: return "waveform";
    case Influence::time: return "time";
  }
  return "unknown";
}

const std::vector<Influence>& influences() {
  static const std::vector<Influence> all{
      Influence::nothing,      Influence::voltage, Influence::frequency, Influence::temperature,
      Influence::power_factor, Influence::circuit, Influence::waveform,  Influence::time};
  return all;
}

std::optional<Scenario> load_scenario(const std::filesystem::path& path,
                                      const std::map<std::string, std::string>& set, Mistakes& mistakes) {
  const auto text = read_text(path, mistakes);
  return text ? read_scenario(*text, path, set, mistakes) : std::nullopt;
}

std::optional<Scenario> read_scenario(const std::string& text, const std::filesystem::path& path,
                                      const std::map<std::string, std::string>& set, Mistakes& mistakes) {
  const Reading reading{mistakes};
  const auto root = read_yaml_text(text, path.string(), mistakes);
  const auto replaced = root ? std::optional{with_replacements(*root, set, mistakes)} : std::nullopt;
  auto map = replaced ? replaced->as_map() : std::nullopt;
  if (!map) return std::nullopt;
  Scenario scenario;
  scenario.name = path.stem().string();
  scenario.title = required_text(*map, "scenario");
  (void)optional_text(*map, "description");
  scenario.rule = read_rule(*map);
  scenario.retry = read_retry(*map);
  if (const auto check = map->find("check"))
    if (const auto kind = check->as_one_of({"weekly", "yearly", "positions"}))
      scenario.check = parse_check_kind(*kind);
  if (const auto account = map->find("register_account"))
    if (const auto word = account->as_one_of({"required", "waived"}))
      scenario.register_account = *word == "required";
  if (const auto steps = map->require("steps")) scenario.steps = read_steps(*steps);
  scenario.gate = read_gate(*map, scenario.steps);
  map->finish();
  if (!reading.sound()) return std::nullopt;
  scenario.sha256 = sha256_hex(content_text(*replaced));
  return scenario;
}

}  // namespace meterbench
