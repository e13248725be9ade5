#include "bench/cli/plan_text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/cli/limit_json.h"
#include "bench/cli/number_format.h"
#include "bench/cli/point_table.h"
#include "bench/cli/run_report.h"
#include "bench/cli/text_table.h"
#include "bench/core/quantity_text.h"
#include "bench/planner/burden.h"
#include "bench/runner/number_decision.h"
#include "bench/runner/register_hold.h"

namespace meterbench {
namespace {

using Json = nlohmann::ordered_json;

/// Names of more positions than that would fill the line.
constexpr std::size_t kListed = 4;

TextTable point_columns() {
  return TextTable{{{"point", 5, false},
                    {"°C", 4, true},
                    {"current", 8, true},
                    {"voltage", 7, true},
                    {"PF", 8, false},
                    {"direction", 9, false},
                    {"kind", 13, false},
                    {"positions", 0, false},
                    {"method", 10, false},
                    {"pulses", 0, true},
                    {"U % (predicted)", 0, true},
                    {"limit", 7, true},
                    {"limit is", 20, false},
                    {"wait", 6, true},
                    {"settling", 0, true},
                    {"latency", 0, true},
                    {"window", 6, true},
                    {"total", 6, true}}};
}

std::string positions_text(const PlannedPoint& point, const Plan& plan) {
  if (plan.meters.size() > 1 && point.meters.size() == plan.meters.size()) return "all";
  if (point.meters.size() > kListed) return fmt::format("{} of {}", point.meters.size(), plan.meters.size());
  std::vector<std::string> names;
  for (const PlannedMeter& meter : point.meters) names.push_back(meter.position);
  return fmt::format("{}", fmt::join(names, ","));
}

/// Fewest and most of all its meters.
std::string pulses_text(const PlannedPoint& point) {
  const auto [fewest, most] = std::ranges::minmax(point.meters, {}, &PlannedMeter::pulses);
  const int windows = std::ranges::max(point.meters, {}, &PlannedMeter::windows).windows;
  return (fewest.pulses == most.pulses ? std::to_string(most.pulses)
                                       : fmt::format("{}…{}", fewest.pulses, most.pulses)) +
         (windows > 1 ? fmt::format(" in {}", windows) : "");
}

Ratio worst_uncertainty(const PlannedPoint& point) {
  return std::ranges::max(point.meters, {}, &PlannedMeter::predicted_uncertainty).predicted_uncertainty;
}

/// More of the limit than that no U of a test should be (IEC 62053-21:2020 7.3, as restated).
constexpr double kUsualShare = 1.0 / 3;

/// What keeps the point from being decided, or makes its decision weak, as far as it is known beforehand.
std::optional<std::string> note_on(const PlannedPoint& point) {
  if (!is_number(point.result)) return std::nullopt;
  const Ratio u = worst_uncertainty(point);
  const Tolerance limits = tolerance_of(point.limit);
  if (auto reason = too_uncertain(point.rule, u, limits)) return reason;
  if (u <= limits.half_width() * kUsualShare) return std::nullopt;
  return fmt::format("predicted U of {} % is more than a third of the limit of {}",
                     uncertainty_text(percent(u)), to_text(limits.half_width()));
}

std::string kind_text(const PlannedPoint& point) {
  std::string text =
      connection_text(point.connection, point.voltage, point.load.frequency, point.load.waveform.name);
  if (const auto ratio = power_ratio(point.load); ratio && !point.load.waveform.sine())
    text += fmt::format(" (P/P1 {:.4f})", *ratio);
  if (point.repetition > 0)
    text += fmt::format("{}repetition {}", text.empty() ? "" : ", ", point.repetition);
  if (point.result != ResultKind::percent_error)
    text += fmt::format("{}{}", text.empty() ? "" : ", ", to_text(point.result));
  return text;
}

/// Without a load before it, and under it before its window opens.
Seconds wait_of(const PlannedPoint& point) { return point.rest + point.time.waiting; }

std::string point_row(const TextTable& table, const PlannedPoint& p, const Plan& plan) {
  return table.row({p.id, number_text(p.temperature.value()), to_text(p.current), to_text(p.voltage),
                    to_text(p.power_factor), std::string{to_text(p.direction)}, kind_text(p),
                    positions_text(p, plan), std::string{to_text(p.method)}, pulses_text(p),
                    is_number(p.result) ? uncertainty_text(percent(worst_uncertainty(p))) : "-",
                    to_text(p.limit), std::string{words(p.limit.mark)},
                    wait_of(p).value() > 0 ? time_text(wait_of(p).value()) : "",
                    time_text(p.time.settling.value()), time_text(p.time.latency.value()),
                    time_text(p.time.window.value()), time_text((p.rest + p.time.total()).value())});
}

/// Each limit of the points once, with what stands behind it.
std::vector<std::string> limits_of(const Plan& plan) {
  std::vector<std::string> lines;
  for (const PlannedPoint& point : plan.points) {
    std::string line = "limit  " + limit_line(point.limit);
    if (std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
  }
  return lines;
}

/// The most that any point asks of any channel of the source.
struct MostBurden {
  ApparentPower voltage_power{};
  Voltage across_current{};
};

MostBurden most_burden(const Plan& plan, const PlanningStation& station) {
  MostBurden most;
  for (const PlannedPoint& point : plan.points) {
    const Burden burden = burden_of(plan.meters, station.wiring, point.load);
    most.voltage_power = std::max(most.voltage_power, std::ranges::max(burden.voltage_power));
    most.across_current = std::max(most.across_current, std::ranges::max(burden.across_current));
  }
  return most;
}

template <class Kind>
std::string stated(Quantity<Kind> most) {
  return most.value() > 0 ? "the source gives " + to_text(most) : "not stated of the source";
}

std::string burden_text(const Plan& plan, const PlanningStation& station) {
  const MostBurden most = most_burden(plan, station);
  return fmt::format("Burden: {} VA of a voltage channel at most ({}), {} V across a current channel ({})",
                     figures_text(most.voltage_power.value(), 3), stated(station.source.voltage_power),
                     figures_text(most.across_current.value(), 3), stated(station.source.compliance));
}

Json stated_json(double most) { return most > 0 ? Json(most) : Json(nullptr); }

Json meter_json(const PlannedMeter& m) {
  return {{"position", m.position},
          {"power_w", m.power.value()},
          {"circuit_factor", m.circuit_factor},
          {"pulses", m.pulses},
          {"windows", m.windows},
          {"u_percent", percent(m.predicted_uncertainty)},
          {"isolation_error_percent", percent(m.isolation.error)},
          {"standard_error_percent", percent(m.standard.error)},
          {"window_s", m.window.value()}};
}

Json connection_json(const Connection& c) {
  Json json{{"circuit", to_text(c.circuit)},
            {"service", to_text(c.service)},
            {"leg_1_voltage_ratio", c.leg_1_voltage.value()}};
  if (c.circuit == Circuit::legs) {
    json["leg_2_current_ratio"] = c.leg_2.current.value();
    json["leg_2_power_factor"] = to_text(c.leg_2.power_factor);
    json["leg_2_direction"] = to_text(c.leg_2.direction);
  }
  return json;
}

Json point_json(const PlannedPoint& p) {
  Json json{{"point_id", p.id},
            {"step", p.step},
            {"label", p.label},
            {"result", to_text(p.result)},
            {"temperature_c", p.temperature.value()},
            {"voltage_v", p.voltage.value()},
            {"current_a", p.current.value()},
            {"power_factor", to_text(p.power_factor)},
            {"direction", to_text(p.direction)}};
  json.update(connection_json(p.connection));
  json.update(Json{{"waveform", p.load.waveform.name},
                   {"frequency_hz", p.load.frequency.value()},
                   {"method", to_text(p.method)},
                   {"u_percent", percent(worst_uncertainty(p))},
                   {"limit_percent", percent(p.limit.limit)},
                   {"limit", limit_json(p.limit)},
                   {"gate_s", p.gate.value()},
                   {"rest_s", p.rest.value()},
                   {"settling_s", p.time.settling.value()},
                   {"waiting_s", p.time.waiting.value()},
                   {"latency_s", p.time.latency.value()},
                   {"window_s", p.time.window.value()},
                   {"expected_s", (p.rest + p.time.total()).value()}});
  if (const auto ratio = power_ratio(p.load)) json["power_ratio"] = *ratio;
  if (auto note = note_on(p)) json["note"] = *std::move(note);
  json["meters"] = Json::array();
  for (const PlannedMeter& meter : p.meters) json["meters"].push_back(meter_json(meter));
  return json;
}

Json soak_json(const PlannedSoak& s, const Plan& plan) {
  return {{"before_point", s.before < plan.points.size() ? Json(plan.points[s.before].id) : Json(nullptr)},
          {"temperature_c", s.temperature.value()},
          {"band_k", s.band.value()},
          {"at_least_s", s.at_least.value()},
          {"limit_s", s.limit.value()},
          {"expected_s", s.expected.value()}};
}

std::string compared_text(const PlannedComparison& comparison, const Plan& plan) {
  const std::string& first = plan.points[comparison.points.front()].id;
  const std::string& last = plan.points[comparison.last()].id;
  if (comparison.result == ResultKind::repeatability) return fmt::format("points {} to {}", first, last);
  return fmt::format("point {} against {}", last, first);
}

Json comparison_json(const PlannedComparison& comparison, const Plan& plan) {
  Json json{{"point_id", comparison.id},
            {"step", comparison.step},
            {"result", to_text(comparison.result)},
            {"varies", to_text(comparison.varies)},
            {"points", Json::array()},
            {"limit_percent", percent(comparison.limit.limit)},
            {"limit", limit_json(comparison.limit)}};
  for (const std::size_t point : comparison.points) json["points"].push_back(plan.points[point].id);
  return json;
}

}  // namespace

std::string plan_text(const Plan& plan, const PlanningStation& station, const std::string& station_name) {
  std::string text;
  const auto line = [&](const std::string& one) { text += one + "\n"; };
  line(fmt::format("{}: {} on station {}", plan.scenario.title, meters_text(plan.meters), station_name));
  line(fmt::format("Decision rule: {}", to_text(plan.scenario.rule)));
  line(burden_text(plan, station) + "\n");
  const TextTable table = point_columns();
  line(table.header());
  std::size_t soak = 0;
  const auto soaks_before = [&](std::size_t index) {
    for (; soak < plan.soaks.size() && plan.soaks[soak].before == index; ++soak)
      line(fmt::format("soak at {}, ± {}, about {}", to_text(plan.soaks[soak].temperature),
                       to_text(plan.soaks[soak].band), time_text(plan.soaks[soak].expected.value())));
  };
  for (std::size_t i = 0; i < plan.points.size(); ++i) {
    soaks_before(i);
    line(point_row(table, plan.points[i], plan));
    if (const auto note = note_on(plan.points[i])) line(fmt::format("{:<5}  {}", "", *note));
  }
  soaks_before(plan.points.size());
  for (const PlannedComparison& one : plan.comparisons)
    line(fmt::format("{:<5}  {} of {}, limit {}", one.id, one.step, compared_text(one, plan),
                     limit_line(one.limit)));
  for (const std::string& limit : limits_of(plan)) line(limit);
  if (!plan.unreachable.empty()) text += "\n" + unreachable_text(plan);
  const std::string more =
      plan.comparisons.empty() ? "" : fmt::format(" and {} comparisons", plan.comparisons.size());
  line(fmt::format("\n{} points{}, {} expected; {} out of reach", plan.points.size(), more,
                   time_text(plan.expected_time().value()), plan.unreachable.size()));
  if (plan.scenario.register_account && !plan.scenario.check)
    line(fmt::format(
        "where they give too little energy to compare LED and register to {} % a load is held for "
        "that, up to {} in each direction",
        number_text(percent(kRegisterResolution)), time_text(kLongestRegisterHold.value())));
  return text;
}

Json plan_json(const Plan& plan, const PlanningStation& station, const std::string& station_name) {
  Json json{{"scenario", plan.scenario.name},
            {"scenario_sha256", plan.scenario.sha256},
            {"plan_sha256", plan.sha256()}};
  if (plan.meters.size() == 1) json["meter"] = plan.meters.begin()->second.id;
  for (const auto& [position, type] : plan.meters) json["meters"][position] = type.id;
  json["station"] = station_name;
  json["decision_rule"] = to_text(plan.scenario.rule);
  json["expected_s"] = plan.expected_time().value();
  const MostBurden most = most_burden(plan, station);
  json["burden"] = {{"voltage_channel_va", most.voltage_power.value()},
                    {"voltage_channel_most_va", stated_json(station.source.voltage_power.value())},
                    {"current_channel_v", most.across_current.value()},
                    {"current_channel_most_v", stated_json(station.source.compliance.value())}};
  json["points"] = Json::array();
  for (const PlannedPoint& p : plan.points) json["points"].push_back(point_json(p));
  json["soaks"] = Json::array();
  for (const PlannedSoak& s : plan.soaks) json["soaks"].push_back(soak_json(s, plan));
  json["comparisons"] = Json::array();
  for (const PlannedComparison& one : plan.comparisons)
    json["comparisons"].push_back(comparison_json(one, plan));
  json["unreachable"] = unreachable_json(plan);
  return json;
}

std::string unreachable_text(const Plan& plan) {
  std::vector<std::pair<std::string, int>> lines;  // with how often it is asked for, as at each temperature
  for (const UnreachablePoint& u : plan.unreachable) {
    const std::string line = fmt::format("cannot be reached: {}: {}", u.description, u.reason);
    const auto known = std::ranges::find(lines, line, &std::pair<std::string, int>::first);
    if (known == lines.end())
      lines.emplace_back(line, 1);
    else
      ++known->second;
  }
  std::string text;
  for (const auto& [line, times] : lines)
    text += line + (times > 1 ? fmt::format(" ({} times)\n", times) : "\n");
  return text;
}

Json unreachable_json(const Plan& plan) {
  Json list = Json::array();
  for (const UnreachablePoint& u : plan.unreachable)
    list.push_back({{"point", u.description}, {"reason", u.reason}});
  return list;
}

}  // namespace meterbench
