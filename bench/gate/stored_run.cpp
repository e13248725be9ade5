#include "bench/gate/stored_run.h"

#include <cmath>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"

namespace meterbench::gate {
namespace {

std::string circuit_text(const Connection& connection) {
  std::string text{to_text(connection.circuit)};
  if (connection.service != Service::single_phase) text += fmt::format(", {}", to_text(connection.service));
  if (connection.leg_1_voltage != Ratio{0.5})
    text += fmt::format(", leg 1 {} of the voltage", to_text(connection.leg_1_voltage));
  if (connection.circuit == Circuit::legs)
    text += fmt::format(", leg 2 {} at PF {} {}", to_text(connection.leg_2.current),
                        to_text(connection.leg_2.power_factor), to_text(connection.leg_2.direction));
  return text;
}

double own_u_percent(const PointRecord& point) {
  if (!point.budget) return 0;
  double square = 0;
  for (const Component& c : point.budget->components)
    if (c.input.empty()) square += c.contribution_percent() * c.contribution_percent();
  return std::sqrt(square);
}

std::string told(const PointRecord& point) {
  std::string text;
  for (const EventRow& event : point.events) text += (text.empty() ? "" : "; ") + event.text;
  return text;
}

PointKey key_of(const PointRecord& p) {
  return {.position = p.position,
          .step = p.step,
          .label = p.label,
          .result = p.result,
          .temperature_c = p.temperature.value(),
          .voltage_v = p.voltage.value(),
          .current_a = p.current.value(),
          .power_factor = to_text(p.power_factor),
          .direction = std::string{to_text(p.direction)},
          .circuit = circuit_text(p.connection),
          .waveform = p.waveform,
          .frequency_hz = p.frequency.value()};
}

GateResult result_of(const PointRecord& p) {
  return {.error_percent = p.error_percent,
          .own_u_percent = own_u_percent(p),
          .limit_lower_percent = percent(lower(p.limit)),
          .limit_upper_percent = percent(upper(p.limit)),
          .decision = p.verdict.decision,
          .told = told(p),
          .tan_phi = std::tan(p.power_factor.lag().value())};
}

}  // namespace

std::string PointKey::text() const {
  std::string text = fmt::format("{}{}, {:g} V", step, label.empty() ? "" : " (" + label + ")", voltage_v);
  if (current_a > 0) text += fmt::format(", {:g} A, PF {}, {}", current_a, power_factor, direction);
  if (circuit != "series") text += ", " + circuit;
  if (!waveform.empty()) text += ", " + waveform;
  text += fmt::format(", {:g} °C", temperature_c);
  if (repetition > 0) text += fmt::format(", time {}", repetition + 1);
  return text;
}

StoredRun stored_run(const RunSummary& summary, std::vector<PointRecord> points,
                     const std::vector<EventRow>& events) {
  StoredRun run{.run_id = summary.run.run_id,
                .started = summary.run.started,
                .seed = summary.run.seed,
                .firmware = summary.run.firmware,
                .simulated = summary.run.simulated};
  // In running order; the last attempt of a point counts.
  std::vector<PointRecord> last;
  std::map<std::pair<std::string, std::string>, std::size_t> place;
  for (PointRecord& point : points) {
    const auto [at, is_new] = place.emplace(std::pair{point.point_id, point.position}, last.size());
    if (is_new)
      last.push_back(std::move(point));
    else
      last[at->second] = std::move(point);
  }
  for (const PointRecord& point : last) {
    PointKey key = key_of(point);
    while (run.results.contains(key)) ++key.repetition;
    run.results.emplace(std::move(key), result_of(point));
  }
  for (const EventRow& event : events) {
    if (event.kind == "void" || event.kind == "no_pass") run.overruled.emplace(event.position, event.text);
    if (event.kind == "meter")
      for (const auto& [number, content] : event.tables) run.tables[event.position][number] = content.size();
  }
  return run;
}

StoredRun read_run(const Ledger& ledger, const RunSummary& summary) {
  const std::string& run_id = summary.run.run_id;
  return stored_run(summary, ledger.points(run_id), ledger.events(run_id));
}

}  // namespace meterbench::gate
