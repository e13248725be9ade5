#include "bench/cli/gate_view.h"

#include <algorithm>

#include <fmt/format.h>

#include "bench/cli/exit_code.h"
#include "bench/cli/junit_document.h"
#include "bench/cli/messages.h"
#include "bench/cli/number_format.h"

namespace meterbench {
namespace {

using gate::Change;
using gate::Equivalence;
using gate::Gate;
using gate::PointComparison;
using junit::Mishap;

constexpr std::size_t kMostLines = 20;  // of points in what a person reads; JSON has all

std::string release_line(const gate::Release& release) {
  const std::string& firmware = release.runs.front().firmware;
  return fmt::format("{}: {} runs{}", release.name, release.runs.size(),
                     firmware.empty() ? "" : " of " + firmware);
}

std::string estimate_text(const Change& change) {
  if (!change.estimate) return "";
  std::string text = fmt::format(" {:+.3g} {}", *change.estimate, change.unit);
  if (change.p_value) text += fmt::format(", p = {:.1g}", *change.p_value);
  if (change.releases > 1) text += fmt::format(", over {} releases", change.releases);
  return text;
}

std::string change_line(const Change& change) {
  return fmt::format("{} at {}:{}{}{}", change.kind, change.position, estimate_text(change),
                     change.estimate ? ", " : " ", change.what);
}

std::string point_line(const PointComparison& point) {
  return fmt::format("{} at {}, {}: {}", gate::to_text(point.equivalence), point.key.position,
                     point.key.text(), point.why);
}

std::vector<const PointComparison*> deciding(const Gate& gate) {
  std::vector<const PointComparison*> points;
  for (const PointComparison& point : gate.points)
    if (point.equivalence != Equivalence::equivalent) points.push_back(&point);
  return points;
}

std::string counts(const Gate& gate) {
  return fmt::format("{} points equivalent, {} not equivalent, {} undecidable; {} changes",
                     gate.count(Equivalence::equivalent), gate.count(Equivalence::not_equivalent),
                     gate.count(Equivalence::undecidable), gate.changes.size());
}

nlohmann::ordered_json or_null(const std::optional<double>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json release_json(const gate::Release& release) {
  nlohmann::ordered_json json{{"name", release.name}, {"firmware", release.runs.front().firmware}};
  json["runs"] = nlohmann::ordered_json::array();
  for (const gate::StoredRun& run : release.runs)
    json["runs"].push_back({{"run_id", run.run_id}, {"started_utc", utc_text(run.started)}});
  return json;
}

nlohmann::ordered_json point_json(const Gate& gate, const PointComparison& point) {
  const gate::PointKey& key = point.key;
  nlohmann::ordered_json json{{"position", key.position},
                              {"step", key.step},
                              {"label", key.label},
                              {"result", key.result},
                              {"temperature_c", key.temperature_c},
                              {"voltage_v", key.voltage_v},
                              {"current_a", key.current_a},
                              {"power_factor", key.power_factor},
                              {"direction", key.direction},
                              {"circuit", key.circuit},
                              {"waveform", key.waveform},
                              {"frequency_hz", key.frequency_hz},
                              {"repetition", key.repetition},
                              {"text", key.text()},
                              {"equivalence", gate::to_text(point.equivalence)},
                              {"why", point.why}};
  if (!point.samples) return json;
  const gate::TwoSamples& s = *point.samples;
  json["baseline_mean_percent"] = point.baseline_mean_percent;
  json["candidate_mean_percent"] = point.candidate_mean_percent;
  json["difference_percent"] = s.difference;
  json["standard_error_percent"] = s.standard_error;
  json["degrees_of_freedom"] = s.degrees_of_freedom;
  json["half_width_percent"] = point.smallest_margin_percent / 2;
  json["margin_percent"] = point.margin_percent;
  json["smallest_margin_percent"] = point.smallest_margin_percent;
  const auto found = gate.candidate.runs.front().results.find(key);
  if (found != gate.candidate.runs.front().results.end()) {
    json["limit_lower_percent"] = found->second.limit_lower_percent;
    json["limit_upper_percent"] = found->second.limit_upper_percent;
  }
  return json;
}

}  // namespace

int GateVerdict::exit_code(const Gate& gate) const {
  // What has been shown to be worse is, whatever else cannot be decided.
  if (gate.count(Equivalence::not_equivalent) == 0 && gate.count(Equivalence::undecidable) > 0) return kUsage;
  const bool failed =
      gate.count(Equivalence::not_equivalent) > 0 || (fail_on_change && !gate.changes.empty());
  return failed ? kNotPassed : kAllPassed;
}

std::string GateVerdict::word(const Gate& gate) const {
  switch (exit_code(gate)) {
    case kUsage: return "undecidable";
    case kNotPassed: return gate.count(Equivalence::not_equivalent) > 0 ? "not equivalent" : "changed";
    default: return "equivalent";
  }
}

std::string gate_text(const Gate& gate, const GateVerdict& verdict) {
  std::string text = fmt::format("Gate by {}\n", verdict.pack);
  if (gate.simulated()) text += fmt::format("{}\n", kSimulatedNotice);
  text += fmt::format("  baseline   {}\n  candidate  {}\n", release_line(gate.baseline),
                      release_line(gate.candidate));
  for (const std::string& name : gate.between) text += fmt::format("  between    {}\n", name);
  const auto points = deciding(gate);
  if (!points.empty()) text += "\nPoints\n";
  for (std::size_t i = 0; i < std::min(points.size(), kMostLines); ++i)
    text += fmt::format("  {}\n", point_line(*points[i]));
  if (points.size() > kMostLines) text += fmt::format("  and {} more\n", points.size() - kMostLines);
  if (!gate.changes.empty()) text += "\nChanges\n";
  for (const Change& change : gate.changes) text += fmt::format("  {}\n", change_line(change));
  return text + fmt::format("\n{}: {}\n", verdict.word(gate), counts(gate));
}

std::string gate_markdown(const Gate& gate, const GateVerdict& verdict) {
  const auto cell = [](std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
    return text;
  };
  std::string text =
      fmt::format("### Meter gate: {}\n\n{}. Pack `{}`.\n\n", verdict.word(gate), counts(gate), verdict.pack);
  if (gate.simulated()) text += fmt::format("**{}**\n\n", kSimulatedNotice);
  text += fmt::format("- Baseline {}\n- Candidate {}\n", release_line(gate.baseline),
                      release_line(gate.candidate));
  for (const std::string& name : gate.between) text += fmt::format("- Between {}\n", name);
  const auto points = deciding(gate);
  if (!points.empty()) text += "\n| point | position | |\n|---|---|---|\n";
  for (std::size_t i = 0; i < std::min(points.size(), kMostLines); ++i)
    text += fmt::format("| {} | {} | {}: {} |\n", cell(points[i]->key.text()), cell(points[i]->key.position),
                        gate::to_text(points[i]->equivalence), cell(points[i]->why));
  if (points.size() > kMostLines) text += fmt::format("\nand {} more\n", points.size() - kMostLines);
  if (!gate.changes.empty()) text += "\n| change | position | estimate | |\n|---|---|---|---|\n";
  for (const Change& change : gate.changes)
    text += fmt::format("| {} | {} |{} | {} |\n", cell(change.kind), cell(change.position),
                        estimate_text(change), cell(change.what));
  return text;
}

nlohmann::ordered_json gate_json(const Gate& gate, const GateVerdict& verdict) {
  nlohmann::ordered_json json;
  if (gate.simulated()) json["notice"] = kSimulatedNotice;
  json["pack"] = verdict.pack;
  json["verdict"] = verdict.word(gate);
  json["exit_code"] = verdict.exit_code(gate);
  json["fail_on_change"] = verdict.fail_on_change;
  json["equivalence_alpha"] = gate::kEquivalenceAlpha;
  json["family_error"] = gate::kFamilyError;
  json["baseline"] = release_json(gate.baseline);
  json["candidate"] = release_json(gate.candidate);
  json["between"] = gate.between;
  json["changes"] = nlohmann::ordered_json::array();
  for (const Change& change : gate.changes)
    json["changes"].push_back({{"kind", change.kind},
                               {"position", change.position},
                               {"what", change.what},
                               {"estimate", or_null(change.estimate)},
                               {"unit", change.unit},
                               {"p_value", or_null(change.p_value)},
                               {"releases", change.releases}});
  json["points"] = nlohmann::ordered_json::array();
  for (const PointComparison& point : gate.points) json["points"].push_back(point_json(gate, point));
  return json;
}

std::string gate_junit(const Gate& gate, const GateVerdict& verdict) {
  junit::Document document{"gate", gate.candidate.runs.front().started};
  if (gate.simulated()) document.properties.emplace_back("notice", kSimulatedNotice);
  document.properties.emplace_back("pack", verdict.pack);
  document.properties.emplace_back("baseline", release_line(gate.baseline));
  document.properties.emplace_back("candidate", release_line(gate.candidate));
  document.properties.emplace_back("verdict", verdict.word(gate));
  for (const PointComparison& point : gate.points) {
    junit::Case c{.name = fmt::format("{}: {}", point.key.position, point.key.text()), .message = point.why};
    if (point.equivalence != Equivalence::equivalent) {
      c.mishap = point.equivalence == Equivalence::not_equivalent ? Mishap::failure : Mishap::error;
      c.type = gate::to_text(point.equivalence);
    }
    if (point.samples)
      c.output = fmt::format("{:+.5f} % against {:+.5f} %, margin {:g} %", point.candidate_mean_percent,
                             point.baseline_mean_percent, point.margin_percent);
    document.suite(point.key.step).cases.push_back(std::move(c));
  }
  junit::Suite& changes = document.suite("changes");
  for (const Change& change : gate.changes)
    changes.cases.push_back({.name = change_line(change),
                             .mishap = verdict.fail_on_change ? Mishap::failure : Mishap::none,
                             .type = change.kind,
                             .message = change.what,
                             .output = "seen, whether or not it matters"});
  return document.xml();
}

}  // namespace meterbench
