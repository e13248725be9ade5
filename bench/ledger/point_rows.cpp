#include "bench/ledger/point_rows.h"

#include <cmath>
#include <limits>

#include "bench/core/sha256.h"
#include "bench/ledger/position_events.h"

namespace meterbench {
namespace {

std::optional<Distribution> parse_distribution(const std::string& text) {
  for (const auto distribution : {Distribution::normal, Distribution::rectangular, Distribution::triangular})
    if (text == to_text(distribution)) return distribution;
  return std::nullopt;
}

Budget read_budget(const SQLite::Database& database, std::int64_t point_row) {
  Budget budget;
  Rows rows{database, "SELECT * FROM budget_component WHERE point_row = ? ORDER BY ordinal", point_row};
  while (rows.next())
    budget.components.push_back(
        {rows.text("name"), rows.parsed("distribution", parse_distribution),
         rows.real("standard_uncertainty_percent"), rows.real("sensitivity"),
         rows.optional_real("degrees_of_freedom").value_or(std::numeric_limits<double>::infinity()),
         rows.text("origin"), rows.text_or("unit", "%"), rows.text_or("input", "")});
  return budget;
}

std::vector<EventRow> collect_events(Rows rows) {
  std::vector<EventRow> events;
  while (rows.next())
    events.push_back({rows.text("point_id"), rows.text("position"), rows.real("time_s"), rows.text("kind"),
                      rows.text("text")});
  return events;
}

void read_series(const SQLite::Database& database, std::int64_t point_row, PointRecord& p) {
  Rows reason{database, "SELECT * FROM basis_reason WHERE point_row = ? ORDER BY ordinal", point_row};
  while (reason.next()) p.verdict.basis.reasons.push_back(reason.text("reason"));

  Rows edge{database, "SELECT * FROM edge WHERE point_row = ? ORDER BY ordinal", point_row};
  while (edge.next())
    p.edges.push_back(
        {edge.natural("edge"), Instant{Duration{edge.integer("time_ns")}}, edge.real("reference_count")});

  Rows environment{database, "SELECT * FROM environment WHERE point_row = ? ORDER BY ordinal", point_row};
  while (environment.next())
    p.environment.push_back({p.point_id, environment.real("time_s"), environment.text("quantity"),
                             environment.small("circuit"), environment.real("value")});

  p.events =
      collect_events({database, "SELECT * FROM event WHERE point_row = ? ORDER BY event_row", point_row});
}

Limit read_limit(Rows& row) {
  Limit limit;
  limit.test = row.text("limit_test");
  if (!row.is_null("limit_power_factor"))
    limit.power_factor = row.parsed("limit_power_factor", parse_power_factor);
  limit.limit = from_percent(row.real("limit_percent"));
  const auto lower_percent = row.optional_real("limit_lower_percent");
  const auto upper_percent = row.optional_real("limit_upper_percent");
  if (lower_percent && upper_percent) limit.middle = from_percent((*lower_percent + *upper_percent) / 2);
  limit.terms = row.text_or("limit_terms", "");
  limit.source = row.text("limit_source");
  limit.clause = row.text("limit_clause");
  limit.edition = row.text("limit_edition");
  limit.mark = row.parsed("limit_mark", parse_mark);
  return limit;
}

Connection read_connection(Rows& row) {
  Connection connection;
  connection.circuit = row.parsed("circuit", parse_circuit);
  connection.service = row.parsed_or("service", parse_service, connection.service);
  connection.leg_1_voltage =
      Ratio{row.optional_real("leg_1_voltage_ratio").value_or(connection.leg_1_voltage.value())};
  if (connection.circuit == Circuit::legs)
    connection.leg_2 = {Ratio{row.real("leg_2_current_ratio")},
                        row.parsed("leg_2_power_factor", parse_power_factor),
                        row.parsed("leg_2_direction", parse_direction)};
  return connection;
}

PointRecord read_point(const SQLite::Database& database, Rows& row) {
  PointRecord p;
  p.point_id = row.text("point_id");
  p.position = row.text("position");
  p.attempt = row.small("attempt");
  p.computation = row.small("computation");
  p.step = row.text("step");
  p.label = row.text_or("label", "");
  p.result = row.text_or("result", "percent_error");
  p.started_s = row.real("started_s");
  p.ended_s = row.real("ended_s");
  p.temperature = Temperature{row.real("temperature_c")};
  p.voltage = Voltage{row.real("voltage_v")};
  p.current = Current{row.real("current_a")};
  p.power_factor = row.parsed("power_factor", parse_power_factor);
  p.direction = row.parsed("direction", parse_direction);
  p.connection = read_connection(row);
  p.waveform = row.text_or("waveform", "");
  p.frequency = Frequency{row.real("frequency_hz")};
  p.method = row.text("method");
  p.pulses = row.natural("pulses");
  p.error_percent = row.optional_real("error_percent");
  p.duration_s = row.optional_real("duration_s");
  p.reference_count = row.optional_real("reference_count");
  p.reference_pulse_wh = row.real("reference_pulse_wh");
  p.kt_wh = row.real("kt_wh");
  p.circuit_factor = row.real("circuit_factor");
  p.reference_error_percent = row.real("reference_error_percent");
  p.isolation_error_percent = row.optional_real("isolation_error_percent").value_or(0);
  p.standard_error_percent = row.optional_real("standard_error_percent").value_or(0);
  const std::int64_t point_row = row.integer("point_row");
  if (!row.is_null("u_percent")) p.budget = read_budget(database, point_row);
  p.windows = row.optional_real("windows").value_or(1);
  p.limit = read_limit(row);
  p.verdict.decision = row.parsed("decision", parse_decision);
  p.verdict.conditional = !row.is_null("conditional") && row.integer("conditional") != 0;
  p.specific_risk = row.optional_real("specific_risk");
  p.recomputation = row.text_or("recomputation", "");
  read_series(database, point_row, p);
  return p;
}

}  // namespace

PointInsert::PointInsert(SQLite::Database& database)
    : point_{database, "point",
             "run_row, point_id, position, attempt, computation, step, started_s, ended_s, temperature_c, "
             "voltage_v, current_a, power_factor, direction, circuit, frequency_hz, method, pulses, "
             "error_percent, duration_s, reference_count, reference_pulse_wh, kt_wh, circuit_factor, "
             "reference_error_percent, u_percent, k, limit_test, limit_power_factor, limit_percent, "
             "limit_source, limit_clause, limit_edition, limit_mark, decision, result, label, service, "
             "leg_1_voltage_ratio, leg_2_current_ratio, leg_2_power_factor, leg_2_direction, waveform, "
             "isolation_error_percent, standard_error_percent, limit_lower_percent, limit_upper_percent, "
             "limit_terms, windows, conditional, specific_risk, recomputation"},
      component_{database, "budget_component",
                 "point_row, ordinal, name, distribution, standard_uncertainty_percent, sensitivity, "
                 "degrees_of_freedom, origin, unit, input"},
      reason_{database, "basis_reason", "point_row, ordinal, reason"},
      edge_{database, "edge", "point_row, ordinal, edge, time_ns, reference_count"},
      environment_{database, "environment", "point_row, ordinal, time_s, quantity, circuit, value"},
      event_{database, "event", "run_row, point_row, point_id, position, time_s, kind, text"} {}

std::int64_t PointInsert::operator()(std::int64_t run_row, const PointRecord& p) {
  std::optional<double> expanded, factor;
  if (p.budget) {
    expanded = p.budget->expanded_percent();
    factor = p.budget->coverage_factor();
  }
  std::optional<std::string> condition;
  if (p.limit.power_factor) condition = to_text(*p.limit.power_factor);
  const Connection& connection = p.connection;
  std::optional<double> leg_2_current;
  std::optional<std::string> leg_2_power_factor;
  std::optional<std::string_view> leg_2_direction;
  if (connection.circuit == Circuit::legs) {
    leg_2_current = connection.leg_2.current.value();
    leg_2_power_factor = to_text(connection.leg_2.power_factor);
    leg_2_direction = to_text(connection.leg_2.direction);
  }
  const std::int64_t point_row = point_(
      run_row, p.point_id, p.position, p.attempt, p.computation, p.step, p.started_s, p.ended_s,
      p.temperature.value(), p.voltage.value(), p.current.value(), to_text(p.power_factor),
      to_text(p.direction), to_text(connection.circuit), p.frequency.value(), p.method, p.pulses,
      p.error_percent, p.duration_s, p.reference_count, p.reference_pulse_wh, p.kt_wh, p.circuit_factor,
      p.reference_error_percent, expanded, factor, p.limit.test, condition, percent(p.limit.limit),
      p.limit.source, p.limit.clause, p.limit.edition, to_text(p.limit.mark), to_text(p.verdict.decision),
      p.result, text_or_null(p.label), to_text(connection.service), connection.leg_1_voltage.value(),
      leg_2_current, leg_2_power_factor, leg_2_direction, text_or_null(p.waveform), p.isolation_error_percent,
      p.standard_error_percent, percent(lower(p.limit)), percent(upper(p.limit)), text_or_null(p.limit.terms),
      p.windows, p.verdict.conditional ? 1 : 0, p.specific_risk, text_or_null(p.recomputation));
  if (p.budget) insert_budget(point_row, *p.budget);
  insert_series(run_row, point_row, p);
  return point_row;
}

void PointInsert::insert_budget(std::int64_t point_row, const Budget& budget) {
  int ordinal = 0;
  for (const Component& c : budget.components) {
    // NULL stands for infinitely many.
    const auto degrees =
        std::isinf(c.degrees_of_freedom) ? std::nullopt : std::optional{c.degrees_of_freedom};
    component_(point_row, ordinal++, c.name, to_text(c.distribution), c.standard_uncertainty, c.sensitivity,
               degrees, c.origin, c.unit, text_or_null(c.input));
  }
}

void PointInsert::insert_series(std::int64_t run_row, std::int64_t point_row, const PointRecord& p) {
  int ordinal = 0;
  for (const std::string& text : p.verdict.basis.reasons) reason_(point_row, ordinal++, text);
  ordinal = 0;
  for (const Edge& e : p.edges)
    edge_(point_row, ordinal++, e.number, e.time.time_since_epoch().count(), e.reference_count);
  ordinal = 0;
  for (const EnvironmentRow& e : p.environment)
    environment_(point_row, ordinal++, e.time_s, e.quantity, e.circuit, e.value);
  for (const EventRow& e : p.events)
    event_(run_row, point_row, e.point_id, e.position, e.time_s, e.kind, e.text);
}

std::int64_t insert_event(SQLite::Database& database, std::int64_t run_row, const EventRow& e) {
  const std::int64_t event_row = Insert{database, "event", "run_row, point_id, position, time_s, kind, text"}(
      run_row, e.point_id, e.position, e.time_s, e.kind, e.text);
  Insert table{database, "meter_table", "event_row, number, sha256, content"};
  for (const auto& [number, content] : e.tables)
    table(event_row, number, sha256_hex(to_string(content)), content);
  return event_row;
}

std::vector<PointRecord> read_points(const SQLite::Database& database, std::int64_t run_row) {
  const std::vector<EventRow> events = collect_events(
      {database,
       "SELECT * FROM event WHERE run_row = ? AND kind IN ('void', 'no_pass', 'doubt') ORDER BY event_row",
       run_row});
  std::vector<PointRecord> points;
  Rows row{database, "SELECT * FROM point WHERE run_row = ? ORDER BY point_row", run_row};
  while (row.next()) {
    points.push_back(read_point(database, row));
    apply_events(events, points.back());
  }
  return points;
}

std::vector<EventRow> read_events(const SQLite::Database& database, std::int64_t run_row) {
  std::vector<EventRow> events =
      collect_events({database, "SELECT * FROM event WHERE run_row = ? ORDER BY event_row", run_row});
  Rows table{
      database,
      "SELECT place, number, content FROM (SELECT event_row, row_number() OVER (ORDER BY event_row) - 1 AS "
      "place FROM event WHERE run_row = ?) JOIN meter_table USING (event_row)",
      run_row};
  while (table.next())
    events.at(table.natural("place"))
        .tables.emplace(static_cast<std::uint16_t>(table.natural("number")), table.bytes("content"));
  return events;
}

}  // namespace meterbench
