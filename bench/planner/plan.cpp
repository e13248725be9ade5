#include "bench/planner/plan.h"

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/core/sha256.h"

namespace meterbench {
namespace {

/// Lines of `name=value`; numbers by their shortest exact text, so that equal plans give equal text
/// everywhere.
class Canonical {
 public:
  void line(std::string_view name, std::string_view value) { text_ += fmt::format("{}={}\n", name, value); }
  void line(std::string_view name, double value) { line(name, number_text(value)); }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void add(Canonical& out, const MeterType& meter) {
  out.line("meter", meter.id);
  out.line("model", meter.model);
  out.line("form", to_text(meter.form));
  out.line("class_a", meter.class_amperes.value());
  out.line("kt_j", meter.kt.value());
  out.line("imax_a", meter.maximum_current.value());
  out.line("latency_s", meter.latency.value());
  out.line("firmware", meter.firmware);
}

void add(Canonical& out, const LoadPoint& load) {
  out.line("frequency_hz", load.frequency.value());
  out.line("direction", to_text(load.direction));
  out.line("waveform", load.waveform.name);
  if (!load.waveform.sine()) {
    out.line("waveform_source", load.waveform.source);
    out.line("waveform_mark", to_text(load.waveform.mark));
  }
  for (const Harmonic& harmonic : load.waveform.harmonics) {
    out.line("order", std::to_string(harmonic.order));
    out.line("voltage_share", harmonic.voltage.value());
    out.line("voltage_phase_rad", harmonic.voltage_phase.value());
    out.line("current_share", harmonic.current.value());
    out.line("current_phase_rad", harmonic.current_phase.value());
  }
  if (load.waveform.burst.any()) {
    out.line("burst_on", std::to_string(load.waveform.burst.on));
    out.line("burst_off", std::to_string(load.waveform.burst.off));
  }
  for (const CircuitLoad& circuit : load.circuits) {
    out.line("voltage_v", circuit.voltage.value());
    out.line("voltage_phase_rad", circuit.voltage_phase.value());
    out.line("current_a", circuit.current.value());
    out.line("lag_rad", circuit.lag.value());
  }
}

void add(Canonical& out, const Limit& limit) {
  out.line("limit", limit.limit.value());
  out.line("limit_middle", limit.middle.value());
  out.line("limit_terms", limit.terms);
  out.line("limit_source", limit.source);
  out.line("limit_clause", limit.clause);
  out.line("limit_edition", limit.edition);
  out.line("limit_mark", to_text(limit.mark));
}

void add(Canonical& out, std::string_view name, const Calibration::Value& value) {
  out.line(fmt::format("{}_error", name), value.error.value());
  out.line(fmt::format("{}_u", name), value.standard_uncertainty.value());
}

void add(Canonical& out, const Connection& connection) {
  out.line("circuit", to_text(connection.circuit));
  out.line("service", to_text(connection.service));
  out.line("leg_1_voltage", connection.leg_1_voltage.value());
  out.line("leg_2_current", connection.leg_2.current.value());
  out.line("leg_2_power_factor", to_text(connection.leg_2.power_factor));
  out.line("leg_2_direction", to_text(connection.leg_2.direction));
}

void add(Canonical& out, const PlannedMeter& meter) {
  out.line("measured", meter.position);
  out.line("circuit_factor", meter.circuit_factor);
  out.line("pulses", std::to_string(meter.pulses));
  out.line("windows", std::to_string(meter.windows));
  add(out, "isolation", meter.isolation);
  add(out, "standard", meter.standard);
}

void add(Canonical& out, const MeterTask& task) {
  out.line("intervals", std::to_string(task.intervals));
  out.line("reversals", std::to_string(task.reversals));
  out.line("time_s", task.time.value());
  out.line("clock_change_s", task.clock_change.value());
  out.line("power_cut_s", task.power_cut.value());
  for (const VoltageDip& dip : task.dips)
    out.line("dip",
             fmt::format("{} {} {} {}", number_text(dip.voltage.value()), number_text(dip.duration.value()),
                         dip.times, number_text(dip.pause.value())));
  if (!task.dips.empty()) out.line("allowed_s", task.allowed.value());
  for (const std::string& version : task.versions) out.line("version", version);
  for (const std::string& item : task.shows) out.line("shows", item);
  out.line("switch", task.meter_switch);
  if (const ScriptCall& script = task.script; !script.path.empty()) {
    // Where the file lies is not what it does.
    out.line("script", script.sha256);
    out.line("function", script.function);
    out.line("arguments", script.arguments);
  }
}

void add(Canonical& out, const PlannedPoint& point) {
  out.line("point", point.id);
  out.line("step", point.step);
  out.line("label", point.label);
  out.line("result", to_text(point.result));
  add(out, point.load);
  add(out, point.connection);
  out.line("temperature_c", point.temperature.value());
  out.line("method", to_text(point.method));
  out.line("gate_s", point.gate.value());
  out.line("rest_s", point.rest.value());
  if (point.repetition > 0) {
    out.line("repetition", std::to_string(point.repetition));
    out.line("under_load_s", point.under_load.value());
  }
  out.line("target", point.target ? number_text(point.target->value()) : "none");
  if (is_told_by_meter(point.result) || point.task.power_cut.value() > 0) add(out, point.task);
  add(out, "reference", point.reference);
  add(out, point.limit);
  for (const PlannedMeter& meter : point.meters) add(out, meter);
}

void add(Canonical& out, const PlannedComparison& comparison) {
  out.line("comparison", comparison.id);
  out.line("step", comparison.step);
  out.line("result", to_text(comparison.result));
  for (const std::size_t point : comparison.points) out.line("of", std::to_string(point));
  out.line("varies", to_text(comparison.varies));
  add(out, comparison.limit);
}

void add(Canonical& out, const PlannedSoak& soak) {
  out.line("soak_before", std::to_string(soak.before));
  out.line("soak_c", soak.temperature.value());
  out.line("band_k", soak.band.value());
  out.line("at_least_s", soak.at_least.value());
  out.line("limit_s", soak.limit.value());
  add(out, soak.check);
}

}  // namespace

std::string_view to_text(ResultKind kind) {
  switch (kind) {
    case ResultKind::percent_error: return "percent_error";
    case ResultKind::register_error: return "register_error";
    case ResultKind::residual: return "residual";
    case ResultKind::deviation: return "deviation";
    case ResultKind::shift: return "shift";
    case ResultKind::repeatability: return "repeatability";
    case ResultKind::starting: return "starting";
    case ResultKind::no_load: return "no_load";
    case ResultKind::demand_error: return "demand_error";
    case ResultKind::net_difference: return "net_difference";
    case ResultKind::clock_error: return "clock_error";
    case ResultKind::mode_change: return "mode_change";
    case ResultKind::dips: return "dips";
    case ResultKind::firmware: return "firmware";
    case ResultKind::security: return "security";
    case ResultKind::display: return "display";
    case ResultKind::press: return "press";
    case ResultKind::python: return "python";
  }
  return "unknown";
}

Seconds Plan::expected_time() const {
  Seconds total;
  for (const PlannedPoint& point : points) total = total + point.rest + point.time.total();
  for (const PlannedSoak& soak : soaks) total = total + soak.expected;
  return total;
}

std::string Plan::sha256() const {
  Canonical out;
  out.line("scenario", scenario.title);
  out.line("decision_rule", to_text(scenario.rule));
  if (scenario.retry != RetryRule{})
    out.line("retry", fmt::format("{}, {} of {}", scenario.retry.of_inconclusive,
                                  scenario.retry.passes_needed, scenario.retry.attempts));
  if (scenario.check) out.line("check", to_text(*scenario.check));
  if (!scenario.register_account) out.line("register_account", "waived");
  for (const auto& [position, meter] : meters) {
    out.line("position", position);
    add(out, meter);
  }
  for (const PlannedPoint& point : points) add(out, point);
  for (const PlannedSoak& soak : soaks) add(out, soak);
  for (const PlannedComparison& comparison : comparisons) add(out, comparison);
  for (const UnreachablePoint& point : unreachable) {
    out.line("unreachable", point.description);
    out.line("reason", point.reason);
  }
  return sha256_hex(out.text());
}

}  // namespace meterbench
