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
  out.line("firmware", meter.firmware);
}

void add(Canonical& out, const LoadPoint& load) {
  out.line("frequency_hz", load.frequency.value());
  out.line("direction", to_text(load.direction));
  out.line("waveform", load.waveform.value_or("sine"));
  for (const CircuitLoad& circuit : load.circuits) {
    out.line("voltage_v", circuit.voltage.value());
    out.line("voltage_phase_rad", circuit.voltage_phase.value());
    out.line("current_a", circuit.current.value());
    out.line("lag_rad", circuit.lag.value());
  }
}

void add(Canonical& out, const Limit& limit) {
  out.line("limit", limit.limit.value());
  out.line("limit_source", limit.source);
  out.line("limit_clause", limit.clause);
  out.line("limit_edition", limit.edition);
  out.line("limit_mark", to_text(limit.mark));
}

void add(Canonical& out, const PlannedPoint& point) {
  out.line("point", point.id);
  out.line("step", point.step);
  add(out, point.load);
  out.line("circuit", to_text(point.circuit));
  out.line("temperature_c", point.temperature.value());
  out.line("method", to_text(point.method));
  out.line("circuit_factor", point.circuit_factor);
  out.line("pulses", std::to_string(point.pulses));
  out.line("gate_s", point.gate.value());
  out.line("target", point.target ? number_text(point.target->value()) : "none");
  out.line("reference_error", point.reference.error.value());
  out.line("reference_u", point.reference.standard_uncertainty.value());
  out.line("latency_s", point.time.latency.value());
  add(out, point.limit);
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

Seconds Plan::expected_time() const {
  Seconds total;
  for (const PlannedPoint& point : points) total = total + point.time.total();
  for (const PlannedSoak& soak : soaks) total = total + soak.expected;
  return total;
}

std::string Plan::sha256() const {
  Canonical out;
  out.line("scenario", scenario.title);
  out.line("decision_rule", to_text(scenario.rule));
  add(out, meter);
  for (const PlannedPoint& point : points) add(out, point);
  for (const PlannedSoak& soak : soaks) add(out, soak);
  for (const UnreachablePoint& point : unreachable) {
    out.line("unreachable", point.description);
    out.line("reason", point.reason);
  }
  return sha256_hex(out.text());
}

}  // namespace meterbench
