#include "bench/cli/ledger_json.h"

#include <limits>

#include "bench/cli/messages.h"
#include "bench/core/quantity_text.h"

namespace meterbench {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// JSON has no infinity.
Json degrees_of_freedom_json(double value) {
  return value == std::numeric_limits<double>::infinity() ? Json(nullptr) : Json(value);
}

Json budget_json(const Budget& budget) {
  Json components = Json::array();
  for (const Component& c : budget.components)
    components.push_back({{"name", c.name},
                          {"distribution", to_text(c.distribution)},
                          {"u_percent", c.standard_uncertainty_percent},
                          {"sensitivity", c.sensitivity},
                          {"degrees_of_freedom", degrees_of_freedom_json(c.degrees_of_freedom)},
                          {"origin", c.origin}});
  return {{"components", components},
          {"combined_percent", budget.combined_percent()},
          {"effective_degrees_of_freedom", degrees_of_freedom_json(budget.effective_degrees_of_freedom())},
          {"k", budget.coverage_factor()},
          {"u_percent", budget.expanded_percent()}};
}

Json event_json(const EventRow& e) {
  return {{"point_id", e.point_id},
          {"position", e.position},
          {"time_s", e.time_s},
          {"kind", e.kind},
          {"text", e.text}};
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string{"\"\""} : std::string{c};
  return quoted + "\"";
}

std::string number_or_empty(const std::optional<double>& value) { return value ? number_text(*value) : ""; }

}  // namespace

Json point_json(const PointRecord& p) {
  Json json{{"point_id", p.point_id},
            {"position", p.position},
            {"attempt", p.attempt},
            {"computation", p.computation},
            {"step", p.step},
            {"temperature_c", p.temperature.value()},
            {"voltage_v", p.voltage.value()},
            {"current_a", p.current.value()},
            {"power_factor", to_text(p.power_factor)},
            {"direction", to_text(p.direction)},
            {"circuit", to_text(p.circuit)},
            {"frequency_hz", p.frequency.value()},
            {"method", p.method},
            {"started_s", p.started_s},
            {"ended_s", p.ended_s},
            {"pulses", p.pulses},
            {"window_s", or_null(p.duration_s)},
            {"reference_count", or_null(p.reference_count)},
            {"reference_pulse_wh", p.reference_pulse_wh},
            {"reference_error_percent", p.reference_error_percent},
            {"kt_wh", p.kt_wh},
            {"circuit_factor", p.circuit_factor},
            {"error_percent", or_null(p.error_percent)}};
  json["u_percent"] = p.budget ? Json(p.budget->expanded_percent()) : Json(nullptr);
  json["k"] = p.budget ? Json(p.budget->coverage_factor()) : Json(nullptr);
  json["limit_percent"] = percent(p.limit.limit);
  json["limit"] = {{"source", p.limit.source},
                   {"clause", p.limit.clause},
                   {"edition", p.limit.edition},
                   {"mark", to_text(p.limit.mark)}};
  json["decision"] = to_text(p.verdict.decision);
  json["basis"] = p.verdict.basis.text();
  json["budget"] = p.budget ? budget_json(*p.budget) : Json(nullptr);
  Json events = Json::array();
  for (const EventRow& e : p.events) events.push_back(event_json(e));
  json["events"] = events;
  Json environment = Json::array();
  for (const EnvironmentRow& e : p.environment)
    environment.push_back(
        {{"time_s", e.time_s}, {"quantity", e.quantity}, {"circuit", e.circuit}, {"value", e.value}});
  json["environment"] = environment;
  Json edges = Json::array();
  for (const Edge& e : p.edges)
    edges.push_back(
        {{"edge", e.number}, {"time_s", in_seconds(e.time)}, {"reference_count", e.reference_count}});
  json["edges"] = edges;
  return json;
}

Json run_json(const Ledger& ledger, const RunSummary& summary) {
  const RunRecord& run = summary.run;
  Json json;
  if (run.simulated) json["notice"] = kSimulatedNotice;
  json["run"] = {{"run_id", run.run_id},
                 {"scenario", run.scenario},
                 {"scenario_sha256", run.scenario_sha256},
                 {"plan_sha256", run.plan_sha256},
                 {"station", run.station},
                 {"lab", run.lab},
                 {"seed", or_null(run.seed)},
                 {"meter", run.meter},
                 {"firmware", run.firmware},
                 {"simulated", run.simulated},
                 {"decision_rule", run.decision_rule},
                 {"software", run.software},
                 {"planned_points", run.planned_points},
                 {"started_utc", utc_text(run.started)}};
  json["run"]["ended_utc"] = summary.ended ? Json(utc_text(*summary.ended)) : Json(nullptr);
  json["run"]["exit_code"] = or_null(summary.exit_code);
  json["run"]["content_hash"] = summary.content_hash;
  Json instruments = Json::array();
  for (const InstrumentRow& i : ledger.instruments(run.run_id))
    instruments.push_back({{"role", i.role},
                           {"driver", i.driver},
                           {"address", i.address},
                           {"far_end", i.far_end},
                           {"identity", i.identity},
                           {"certificate", i.certificate},
                           {"simulated", i.simulated}});
  json["instruments"] = instruments;
  Json points = Json::array();
  for (const PointRecord& p : ledger.points(run.run_id)) points.push_back(point_json(p));
  json["points"] = points;
  Json events = Json::array();
  for (const EventRow& e : ledger.events(run.run_id)) events.push_back(event_json(e));
  json["events"] = events;
  return json;
}

std::string points_csv(const RunSummary& summary, const std::vector<PointRecord>& points) {
  std::string csv =
      "run_id,point_id,position,attempt,computation,temperature_c,voltage_v,current_a,power_factor,direction,"
      "circuit,"
      "pulses,window_s,error_percent,u_percent,k,limit_percent,decision,basis,notice\r\n";
  for (const PointRecord& p : points) {
    const std::optional<double> u = p.budget ? std::optional{p.budget->expanded_percent()} : std::nullopt;
    const std::optional<double> k = p.budget ? std::optional{p.budget->coverage_factor()} : std::nullopt;
    const std::vector<std::string> cells{summary.run.run_id,
                                         p.point_id,
                                         p.position,
                                         std::to_string(p.attempt),
                                         std::to_string(p.computation),
                                         number_text(p.temperature.value()),
                                         number_text(p.voltage.value()),
                                         number_text(p.current.value()),
                                         to_text(p.power_factor),
                                         std::string{to_text(p.direction)},
                                         std::string{to_text(p.circuit)},
                                         std::to_string(p.pulses),
                                         number_or_empty(p.duration_s),
                                         number_or_empty(p.error_percent),
                                         number_or_empty(u),
                                         number_or_empty(k),
                                         number_text(percent(p.limit.limit)),
                                         std::string{to_text(p.verdict.decision)},
                                         p.verdict.basis.text(),
                                         summary.run.simulated ? std::string{kSimulatedNotice} : ""};
    for (std::size_t i = 0; i < cells.size(); ++i) csv += (i == 0 ? "" : ",") + csv_cell(cells[i]);
    csv += "\r\n";
  }
  return csv;
}

}  // namespace meterbench
