#include "bench/cli/ledger_json.h"

#include <limits>

#include "bench/cli/csv.h"
#include "bench/cli/limit_json.h"
#include "bench/cli/messages.h"
#include "bench/cli/run_facts.h"
#include "bench/core/quantity_text.h"
#include "bench/core/sha256.h"

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
  const double combined = budget.combined_percent();
  for (const Component& c : budget.components)
    components.push_back({{"name", c.name},
                          {"distribution", to_text(c.distribution)},
                          {"standard_uncertainty", c.standard_uncertainty},
                          {"unit", c.unit},
                          {"sensitivity", c.sensitivity},
                          {"contribution_percent", c.contribution_percent()},
                          {"share_percent", share_percent(c, combined)},
                          {"degrees_of_freedom", degrees_of_freedom_json(c.degrees_of_freedom)},
                          {"origin", c.origin},
                          {"input", c.input.empty() ? Json(nullptr) : Json(c.input)}});
  return {{"components", components},
          {"combined_percent", combined},
          {"effective_degrees_of_freedom", degrees_of_freedom_json(budget.effective_degrees_of_freedom())},
          {"k", budget.coverage_factor()},
          {"k_by", k_by(budget)},
          {"u_percent", budget.expanded_percent()}};
}

Json leg_2_json(const Connection& connection) {
  if (connection.circuit != Circuit::legs) return nullptr;
  return {{"current_ratio", connection.leg_2.current.value()},
          {"power_factor", to_text(connection.leg_2.power_factor)},
          {"direction", to_text(connection.leg_2.direction)}};
}

/// As v_point has it.
std::string waveform_text(const PointRecord& p) { return p.waveform.empty() ? "sine" : p.waveform; }

Json event_json(const EventRow& e) {
  Json json{{"point_id", e.point_id},
            {"position", e.position},
            {"time_s", e.time_s},
            {"kind", e.kind},
            {"text", e.text}};
  for (const auto& [number, content] : e.tables)
    json["tables"].push_back(
        {{"table", number}, {"bytes", content.size()}, {"sha256", sha256_hex(to_string(content))}});
  return json;
}

/// As it was written; a text that is no JSON stays a text.
Json inputs_json(const std::string& inputs) {
  if (inputs.empty()) return nullptr;
  Json parsed = Json::parse(inputs, nullptr, false);
  return parsed.is_discarded() ? Json(inputs) : parsed;
}

std::string number_or_empty(const std::optional<double>& value) { return value ? number_text(*value) : ""; }

}  // namespace

Json point_json(const PointRecord& p) {
  Json json{{"point_id", p.point_id},
            {"position", p.position},
            {"attempt", p.attempt},
            {"computation", p.computation},
            {"step", p.step},
            {"label", p.label},
            {"result", p.result},
            {"temperature_c", p.temperature.value()},
            {"voltage_v", p.voltage.value()},
            {"current_a", p.current.value()},
            {"power_factor", to_text(p.power_factor)},
            {"direction", to_text(p.direction)},
            {"circuit", to_text(p.connection.circuit)},
            {"service", to_text(p.connection.service)},
            {"leg_1_voltage_ratio", p.connection.leg_1_voltage.value()},
            {"leg_2", leg_2_json(p.connection)},
            {"waveform", waveform_text(p)},
            {"frequency_hz", p.frequency.value()},
            {"method", p.method},
            {"started_s", p.started_s},
            {"ended_s", p.ended_s},
            {"pulses", p.pulses},
            {"window_s", or_null(p.duration_s)},
            {"reference_count", or_null(p.reference_count)},
            {"reference_pulse_wh", p.reference_pulse_wh},
            {"reference_error_percent", p.reference_error_percent},
            {"isolation_error_percent", p.isolation_error_percent},
            {"standard_error_percent", p.standard_error_percent},
            {"kt_wh", p.kt_wh},
            {"circuit_factor", p.circuit_factor},
            {"error_percent", or_null(p.error_percent)}};
  json["u_percent"] = p.budget ? Json(p.budget->expanded_percent()) : Json(nullptr);
  json["k"] = p.budget ? Json(p.budget->coverage_factor()) : Json(nullptr);
  json["limit_percent"] = percent(p.limit.limit);
  json["limit"] = limit_json(p.limit);
  json["windows"] = p.windows;
  json["decision"] = to_text(p.verdict.decision);
  json["conditional"] = p.verdict.conditional;
  json["specific_risk"] = or_null(p.specific_risk);
  json["recomputation"] = inputs_json(p.recomputation);
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

Json run_head_json(const RunSummary& summary) {
  const RunRecord& run = summary.run;
  return {{"run_id", run.run_id},
          {"scenario", run.scenario},
          {"scenario_sha256", run.scenario_sha256},
          {"plan_sha256", run.plan_sha256},
          {"check_kind", run.check.empty() ? Json(nullptr) : Json(run.check)},
          {"inputs", inputs_json(run.inputs)},
          {"station", run.station},
          {"lab", run.lab},
          {"seed", or_null(run.seed)},
          {"meter", run.meter},
          {"firmware", run.firmware},
          {"simulated", run.simulated},
          {"decision_rule", run.decision_rule},
          {"software", run.software},
          {"planned_points", run.planned_points},
          {"started_utc", utc_text(run.started)},
          {"ended_utc", summary.ended ? Json(utc_text(*summary.ended)) : Json(nullptr)},
          {"exit_code", or_null(summary.exit_code)},
          {"content_hash", summary.content_hash}};
}

Json meter_json(const MeterRow& m, const std::vector<EventRow>& events) {
  Json voids = Json::array();
  for (const EventRow& e : events)
    if (makes_void(e, m.position)) voids.push_back(e.text);
  return {{"position", m.position},
          {"type", m.type},
          {"manufacturer", m.manufacturer},
          {"model", m.model},
          {"hardware", m.hardware},
          {"firmware", m.firmware},
          {"serial_number", m.serial_number},
          {"device_id", m.device_id},
          {"kt_wh", or_null(m.kt_wh)},
          {"state_sha256", m.state_sha256},
          {"void", voids}};
}

Json run_json(const Ledger& ledger, const RunSummary& summary) {
  const std::string& run_id = summary.run.run_id;
  const std::vector<EventRow> events = ledger.events(run_id);
  Json json;
  if (summary.run.simulated) json["notice"] = kSimulatedNotice;
  json["run"] = run_head_json(summary);
  for (const char* list : {"instruments", "meters", "points", "events"}) json[list] = Json::array();
  for (const InstrumentRow& i : ledger.instruments(run_id))
    json["instruments"].push_back({{"role", i.role},
                                   {"driver", i.driver},
                                   {"address", i.address},
                                   {"far_end", i.far_end},
                                   {"identity", i.identity},
                                   {"certificate", i.certificate},
                                   {"simulated", i.simulated}});
  for (const MeterRow& m : ledger.meters(run_id)) json["meters"].push_back(meter_json(m, events));
  for (const PointRecord& p : ledger.points(run_id)) json["points"].push_back(point_json(p));
  for (const EventRow& e : events) json["events"].push_back(event_json(e));
  return json;
}

std::string points_csv(const RunSummary& summary, const std::vector<PointRecord>& points) {
  std::string csv = csv_row({"run_id",
                             "point_id",
                             "position",
                             "attempt",
                             "computation",
                             "temperature_c",
                             "voltage_v",
                             "current_a",
                             "power_factor",
                             "direction",
                             "circuit",
                             "pulses",
                             "window_s",
                             "error_percent",
                             "u_percent",
                             "k",
                             "limit_percent",
                             "decision",
                             "basis",
                             "step",
                             "label",
                             "result",
                             "service",
                             "leg_1_voltage_ratio",
                             "leg_2_current_ratio",
                             "leg_2_power_factor",
                             "leg_2_direction",
                             "waveform",
                             "isolation_error_percent",
                             "standard_error_percent",
                             "limit_lower_percent",
                             "limit_upper_percent",
                             "limit_citation",
                             "notice"});
  for (const PointRecord& p : points) {
    const std::optional<double> u = p.budget ? std::optional{p.budget->expanded_percent()} : std::nullopt;
    const std::optional<double> k = p.budget ? std::optional{p.budget->coverage_factor()} : std::nullopt;
    const bool legs = p.connection.circuit == Circuit::legs;
    const LegLoad& leg_2 = p.connection.leg_2;
    csv += csv_row({summary.run.run_id,
                    p.point_id,
                    p.position,
                    std::to_string(p.attempt),
                    std::to_string(p.computation),
                    number_text(p.temperature.value()),
                    number_text(p.voltage.value()),
                    number_text(p.current.value()),
                    to_text(p.power_factor),
                    std::string{to_text(p.direction)},
                    std::string{to_text(p.connection.circuit)},
                    std::to_string(p.pulses),
                    number_or_empty(p.duration_s),
                    number_or_empty(p.error_percent),
                    number_or_empty(u),
                    number_or_empty(k),
                    number_text(percent(p.limit.limit)),
                    std::string{to_text(p.verdict.decision)},
                    p.verdict.basis.text(),
                    p.step,
                    p.label,
                    p.result,
                    std::string{to_text(p.connection.service)},
                    number_text(p.connection.leg_1_voltage.value()),
                    legs ? number_text(leg_2.current.value()) : "",
                    legs ? to_text(leg_2.power_factor) : "",
                    legs ? std::string{to_text(leg_2.direction)} : "",
                    waveform_text(p),
                    number_text(p.isolation_error_percent),
                    number_text(p.standard_error_percent),
                    number_text(percent(lower(p.limit))),
                    number_text(percent(upper(p.limit))),
                    citation(p.limit),
                    summary.run.simulated ? std::string{kSimulatedNotice} : ""});
  }
  return csv;
}

}  // namespace meterbench
