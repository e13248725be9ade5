#include "bench/ledger/rows.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <cmath>
#include <concepts>
#include <limits>

namespace meterbench {
namespace {

void bind(SQLite::Statement& statement, int at, const std::string& text) { statement.bind(at, text); }
void bind(SQLite::Statement& statement, int at, std::string_view text) {
  statement.bind(at, std::string{text});
}
void bind(SQLite::Statement& statement, int at, double value) {
  // SQLite would turn NaN into NULL without a word.
  if (!std::isfinite(value))
    throw RowError{fmt::format("a value is {} and cannot be recorded: {}", value, statement.getQuery())};
  statement.bind(at, value);
}
void bind(SQLite::Statement& statement, int at, std::integral auto value) {
  statement.bind(at, static_cast<std::int64_t>(value));  // 64 unsigned bits keep their pattern
}
template <class T>
void bind(SQLite::Statement& statement, int at, const std::optional<T>& value) {
  if (value)
    bind(statement, at, *value);
  else
    statement.bind(at);  // NULL
}

/// Inserts one row into `table (columns)`, as many values as columns.
class Insert {
 public:
  Insert(SQLite::Database& database, std::string_view table, std::string_view columns)
      : database_{database},
        statement_{database,
                   fmt::format("INSERT INTO {} ({}) VALUES ({})", table, columns, places(columns))} {}

  template <class... Values>
  std::int64_t operator()(const Values&... values) {
    statement_.reset();
    int at = 0;
    (bind(statement_, ++at, values), ...);
    statement_.exec();
    return database_.getLastInsertRowid();
  }

 private:
  static std::string places(std::string_view columns) {
    std::string text = "?";
    for (const char c : columns)
      if (c == ',') text += ", ?";
    return text;
  }

  SQLite::Database& database_;
  SQLite::Statement statement_;
};

/// Walks over the rows of a query about one parent row and reads columns by name.
class Rows {
 public:
  Rows(const SQLite::Database& database, const char* query) : statement_{database, query} {}
  Rows(const SQLite::Database& database, const char* query, std::int64_t parent) : Rows{database, query} {
    statement_.bind(1, parent);
  }
  bool next() { return statement_.executeStep(); }

  [[nodiscard]] std::string text(const char* column) { return statement_.getColumn(column).getString(); }
  [[nodiscard]] double real(const char* column) { return statement_.getColumn(column).getDouble(); }
  [[nodiscard]] std::int64_t integer(const char* column) { return statement_.getColumn(column).getInt64(); }
  [[nodiscard]] int small(const char* column) { return statement_.getColumn(column).getInt(); }
  [[nodiscard]] std::uint64_t natural(const char* column) {
    return static_cast<std::uint64_t>(integer(column));
  }
  [[nodiscard]] bool is_null(const char* column) { return statement_.getColumn(column).isNull(); }
  [[nodiscard]] std::optional<double> optional_real(const char* column) {
    return is_null(column) ? std::nullopt : std::optional{real(column)};
  }
  /// The value that `parse` (text → optional or expected) makes of a column.
  template <class Parse>
  [[nodiscard]] auto parsed(const char* column, Parse parse) {
    const std::string found = text(column);
    const auto value = parse(found);
    if (!value) throw RowError{fmt::format("'{}' in column {} is no value of its kind", found, column)};
    return *value;
  }

 private:
  SQLite::Statement statement_;
};

std::optional<UtcTime> parse_time(const std::string& text) {
  UtcTime time;
  return parse_utc(text, time) ? std::optional{time} : std::nullopt;
}

std::optional<Distribution> parse_distribution(const std::string& text) {
  for (const auto distribution : {Distribution::normal, Distribution::rectangular, Distribution::triangular})
    if (text == to_text(distribution)) return distribution;
  return std::nullopt;
}

void insert_budget(SQLite::Database& database, std::int64_t point_row, const Budget& budget) {
  Insert insert{database, "budget_component",
                "point_row, ordinal, name, distribution, standard_uncertainty_percent, sensitivity, "
                "degrees_of_freedom, origin"};
  int ordinal = 0;
  for (const Component& c : budget.components) {
    // NULL stands for infinitely many.
    const auto degrees =
        std::isinf(c.degrees_of_freedom) ? std::nullopt : std::optional{c.degrees_of_freedom};
    insert(point_row, ordinal++, c.name, to_text(c.distribution), c.standard_uncertainty_percent,
           c.sensitivity, degrees, c.origin);
  }
}

Budget read_budget(const SQLite::Database& database, std::int64_t point_row) {
  Budget budget;
  Rows rows{database, "SELECT * FROM budget_component WHERE point_row = ? ORDER BY ordinal", point_row};
  while (rows.next())
    budget.components.push_back(
        {rows.text("name"), rows.parsed("distribution", parse_distribution),
         rows.real("standard_uncertainty_percent"), rows.real("sensitivity"),
         rows.optional_real("degrees_of_freedom").value_or(std::numeric_limits<double>::infinity()),
         rows.text("origin")});
  return budget;
}

void insert_event_rows(SQLite::Database& database, std::int64_t run_row, std::int64_t point_row,
                       const std::vector<EventRow>& events) {
  Insert insert{database, "event", "run_row, point_row, point_id, position, time_s, kind, text"};
  for (const EventRow& e : events)
    insert(run_row, point_row, e.point_id, e.position, e.time_s, e.kind, e.text);
}

std::vector<EventRow> collect_events(Rows rows) {
  std::vector<EventRow> events;
  while (rows.next())
    events.push_back({rows.text("point_id"), rows.text("position"), rows.real("time_s"), rows.text("kind"),
                      rows.text("text")});
  return events;
}

void insert_series(SQLite::Database& database, std::int64_t point_row, const PointRecord& p) {
  Insert reason{database, "basis_reason", "point_row, ordinal, reason"};
  int ordinal = 0;
  for (const std::string& text : p.verdict.basis.reasons) reason(point_row, ordinal++, text);

  Insert edge{database, "edge", "point_row, ordinal, edge, time_ns, reference_count"};
  ordinal = 0;
  for (const Edge& e : p.edges)
    edge(point_row, ordinal++, e.number, e.time.time_since_epoch().count(), e.reference_count);

  Insert environment{database, "environment", "point_row, ordinal, time_s, quantity, circuit, value"};
  ordinal = 0;
  for (const EnvironmentRow& e : p.environment)
    environment(point_row, ordinal++, e.time_s, e.quantity, e.circuit, e.value);
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
  limit.source = row.text("limit_source");
  limit.clause = row.text("limit_clause");
  limit.edition = row.text("limit_edition");
  limit.mark = row.parsed("limit_mark", parse_mark);
  return limit;
}

PointRecord read_point(const SQLite::Database& database, Rows& row) {
  PointRecord p;
  p.point_id = row.text("point_id");
  p.position = row.text("position");
  p.attempt = row.small("attempt");
  p.computation = row.small("computation");
  p.step = row.text("step");
  p.started_s = row.real("started_s");
  p.ended_s = row.real("ended_s");
  p.temperature = Temperature{row.real("temperature_c")};
  p.voltage = Voltage{row.real("voltage_v")};
  p.current = Current{row.real("current_a")};
  p.power_factor = row.parsed("power_factor", parse_power_factor);
  p.direction = row.parsed("direction", parse_direction);
  p.circuit = row.parsed("circuit", parse_circuit);
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
  const std::int64_t point_row = row.integer("point_row");
  if (!row.is_null("u_percent")) p.budget = read_budget(database, point_row);
  p.limit = read_limit(row);
  p.verdict.decision = row.parsed("decision", parse_decision);
  read_series(database, point_row, p);
  return p;
}

}  // namespace

std::int64_t insert_run(SQLite::Database& database, const RunRecord& run,
                        const std::vector<InstrumentRow>& instruments) {
  Insert head{
      database, "run",
      "run_id, scenario, scenario_path, scenario_sha256, plan_sha256, station, lab, seed, meter, firmware, "
      "simulated, decision_rule, software, planned_points, started_utc"};
  const std::int64_t run_row =
      head(run.run_id, run.scenario, run.scenario_path, run.scenario_sha256, run.plan_sha256, run.station,
           run.lab, run.seed, run.meter, run.firmware, run.simulated, run.decision_rule, run.software,
           run.planned_points, utc_text(run.started));
  Insert instrument{database, "instrument",
                    "run_row, ordinal, role, driver, address, far_end, simulated, identity, certificate"};
  int ordinal = 0;
  for (const InstrumentRow& i : instruments)
    instrument(run_row, ordinal++, i.role, i.driver, i.address, i.far_end, i.simulated, i.identity,
               i.certificate);
  return run_row;
}

std::int64_t insert_point(SQLite::Database& database, std::int64_t run_row, const PointRecord& p) {
  Insert insert{database, "point",
                "run_row, point_id, position, attempt, computation, step, started_s, ended_s, temperature_c, "
                "voltage_v, current_a, power_factor, direction, circuit, frequency_hz, method, pulses, "
                "error_percent, duration_s, reference_count, reference_pulse_wh, kt_wh, circuit_factor, "
                "reference_error_percent, u_percent, k, limit_test, limit_power_factor, limit_percent, "
                "limit_source, limit_clause, limit_edition, limit_mark, decision"};
  std::optional<double> expanded, factor;
  if (p.budget) {
    expanded = p.budget->expanded_percent();
    factor = p.budget->coverage_factor();
  }
  std::optional<std::string> condition;
  if (p.limit.power_factor) condition = to_text(*p.limit.power_factor);
  const std::int64_t point_row = insert(
      run_row, p.point_id, p.position, p.attempt, p.computation, p.step, p.started_s, p.ended_s,
      p.temperature.value(), p.voltage.value(), p.current.value(), to_text(p.power_factor),
      to_text(p.direction), to_text(p.circuit), p.frequency.value(), p.method, p.pulses, p.error_percent,
      p.duration_s, p.reference_count, p.reference_pulse_wh, p.kt_wh, p.circuit_factor,
      p.reference_error_percent, expanded, factor, p.limit.test, condition, percent(p.limit.limit),
      p.limit.source, p.limit.clause, p.limit.edition, to_text(p.limit.mark), to_text(p.verdict.decision));
  if (p.budget) insert_budget(database, point_row, *p.budget);
  insert_series(database, point_row, p);
  insert_event_rows(database, run_row, point_row, p.events);
  return point_row;
}

std::int64_t insert_event(SQLite::Database& database, std::int64_t run_row, const EventRow& e) {
  return Insert{database, "event", "run_row, point_id, position, time_s, kind, text"}(
      run_row, e.point_id, e.position, e.time_s, e.kind, e.text);
}

std::int64_t insert_run_end(SQLite::Database& database, std::int64_t run_row, int exit_code, UtcTime ended,
                            const std::string& content_hash) {
  return Insert{database, "run_end", "run_row, ended_utc, exit_code, content_hash"}(run_row, utc_text(ended),
                                                                                    exit_code, content_hash);
}

std::vector<RunSummary> read_runs(const SQLite::Database& database) {
  std::vector<RunSummary> runs;
  Rows row{database,
           "SELECT run.*, ended_utc, exit_code, content_hash FROM run LEFT JOIN run_end ON run_end_row = "
           "(SELECT max(run_end_row) FROM run_end WHERE run_end.run_row = run.run_row) ORDER BY run.run_row"};
  while (row.next()) {
    RunSummary summary;
    RunRecord& run = summary.run;
    run.run_id = row.text("run_id");
    run.scenario = row.text("scenario");
    run.scenario_path = row.text("scenario_path");
    run.scenario_sha256 = row.text("scenario_sha256");
    run.plan_sha256 = row.text("plan_sha256");
    run.station = row.text("station");
    run.lab = row.text("lab");
    if (!row.is_null("seed")) run.seed = row.natural("seed");
    run.meter = row.text("meter");
    run.firmware = row.text("firmware");
    run.simulated = row.integer("simulated") != 0;
    run.decision_rule = row.text("decision_rule");
    run.software = row.text("software");
    run.planned_points = row.natural("planned_points");
    run.started = row.parsed("started_utc", parse_time);
    if (!row.is_null("ended_utc")) {
      summary.ended = row.parsed("ended_utc", parse_time);
      summary.exit_code = row.small("exit_code");
      summary.content_hash = row.text("content_hash");
    }
    runs.push_back(std::move(summary));
  }
  return runs;
}

std::vector<InstrumentRow> read_instruments(const SQLite::Database& database, std::int64_t run_row) {
  std::vector<InstrumentRow> instruments;
  Rows row{database, "SELECT * FROM instrument WHERE run_row = ? ORDER BY ordinal", run_row};
  while (row.next())
    instruments.push_back({row.text("role"), row.text("driver"), row.text("address"), row.text("far_end"),
                           row.text("identity"), row.text("certificate"), row.integer("simulated") != 0});
  return instruments;
}

std::vector<PointRecord> read_points(const SQLite::Database& database, std::int64_t run_row) {
  std::vector<PointRecord> points;
  Rows row{database, "SELECT * FROM point WHERE run_row = ? ORDER BY point_row", run_row};
  while (row.next()) points.push_back(read_point(database, row));
  return points;
}

std::vector<EventRow> read_events(const SQLite::Database& database, std::int64_t run_row) {
  return collect_events({database, "SELECT * FROM event WHERE run_row = ? ORDER BY event_row", run_row});
}

}  // namespace meterbench
