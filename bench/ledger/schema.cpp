#include "bench/ledger/schema.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <cstddef>
#include <string>

namespace meterbench {
namespace {

// A step, once released, is never edited: append another. The links of older rows must stay true, so a step
// may add tables, views and columns that are NULL in older rows, and nothing else (see ledger.md).

constexpr const char* kTables = R"sql(
CREATE TABLE run (
  run_row          INTEGER PRIMARY KEY,
  run_id           TEXT NOT NULL UNIQUE,
  scenario         TEXT NOT NULL,
  scenario_path    TEXT NOT NULL,
  scenario_sha256  TEXT NOT NULL,
  plan_sha256      TEXT NOT NULL,
  station          TEXT NOT NULL,
  lab              TEXT NOT NULL,
  seed             INTEGER,
  meter            TEXT NOT NULL,
  firmware         TEXT NOT NULL,
  simulated        INTEGER NOT NULL CHECK (simulated IN (0, 1)),
  decision_rule    TEXT NOT NULL,
  software         TEXT NOT NULL,
  planned_points   INTEGER NOT NULL,
  started_utc      TEXT NOT NULL
);
CREATE TABLE instrument (
  run_row      INTEGER NOT NULL REFERENCES run,
  ordinal      INTEGER NOT NULL,
  role         TEXT NOT NULL,
  driver       TEXT NOT NULL,
  address      TEXT NOT NULL,
  far_end      TEXT NOT NULL,
  simulated    INTEGER NOT NULL CHECK (simulated IN (0, 1)),
  identity     TEXT NOT NULL,
  certificate  TEXT NOT NULL,
  PRIMARY KEY (run_row, ordinal)
) WITHOUT ROWID;
CREATE TABLE point (
  point_row                INTEGER PRIMARY KEY,
  run_row                  INTEGER NOT NULL REFERENCES run,
  point_id                 TEXT NOT NULL,
  position                 TEXT NOT NULL,
  attempt                  INTEGER NOT NULL CHECK (attempt >= 1),
  computation              INTEGER NOT NULL CHECK (computation >= 0),
  step                     TEXT NOT NULL,
  started_s                REAL NOT NULL,
  ended_s                  REAL NOT NULL,
  temperature_c            REAL NOT NULL,
  voltage_v                REAL NOT NULL,
  current_a                REAL NOT NULL,
  power_factor             TEXT NOT NULL,
  direction                TEXT NOT NULL,
  circuit                  TEXT NOT NULL,
  frequency_hz             REAL NOT NULL,
  method                   TEXT NOT NULL,
  pulses                   INTEGER NOT NULL,
  error_percent            REAL,
  duration_s               REAL,
  reference_count          REAL,
  reference_pulse_wh       REAL NOT NULL,
  kt_wh                    REAL NOT NULL,
  circuit_factor           REAL NOT NULL,
  reference_error_percent  REAL NOT NULL,
  u_percent                REAL,
  k                        REAL,
  limit_test               TEXT NOT NULL,
  limit_power_factor       TEXT,
  limit_percent            REAL NOT NULL,
  limit_source             TEXT NOT NULL,
  limit_clause             TEXT NOT NULL,
  limit_edition            TEXT NOT NULL,
  limit_mark               TEXT NOT NULL,
  decision                 TEXT NOT NULL,
  UNIQUE (run_row, point_id, position, attempt, computation)
);
CREATE TABLE basis_reason (
  point_row  INTEGER NOT NULL REFERENCES point,
  ordinal    INTEGER NOT NULL,
  reason     TEXT NOT NULL,
  PRIMARY KEY (point_row, ordinal)
) WITHOUT ROWID;
CREATE TABLE budget_component (
  point_row                     INTEGER NOT NULL REFERENCES point,
  ordinal                       INTEGER NOT NULL,
  name                          TEXT NOT NULL,
  distribution                  TEXT NOT NULL,
  standard_uncertainty_percent  REAL NOT NULL,
  sensitivity                   REAL NOT NULL,
  degrees_of_freedom            REAL,
  origin                        TEXT NOT NULL,
  PRIMARY KEY (point_row, ordinal)
) WITHOUT ROWID;
CREATE TABLE edge (
  point_row        INTEGER NOT NULL REFERENCES point,
  ordinal          INTEGER NOT NULL,
  edge             INTEGER NOT NULL,
  time_ns          INTEGER NOT NULL,
  reference_count  REAL NOT NULL,
  PRIMARY KEY (point_row, ordinal)
) WITHOUT ROWID;
CREATE TABLE environment (
  point_row  INTEGER NOT NULL REFERENCES point,
  ordinal    INTEGER NOT NULL,
  time_s     REAL NOT NULL,
  quantity   TEXT NOT NULL,
  circuit    INTEGER NOT NULL,
  value      REAL NOT NULL,
  PRIMARY KEY (point_row, ordinal)
) WITHOUT ROWID;
CREATE TABLE event (
  event_row  INTEGER PRIMARY KEY,
  run_row    INTEGER NOT NULL REFERENCES run,
  point_row  INTEGER REFERENCES point,
  point_id   TEXT NOT NULL,
  position   TEXT NOT NULL,
  time_s     REAL NOT NULL,
  kind       TEXT NOT NULL,
  text       TEXT NOT NULL
);
CREATE INDEX event_by_point ON event (point_row);
CREATE TABLE run_end (
  run_end_row   INTEGER PRIMARY KEY,
  run_row       INTEGER NOT NULL REFERENCES run,
  ended_utc     TEXT NOT NULL,
  exit_code     INTEGER NOT NULL,
  content_hash  TEXT NOT NULL
);
CREATE TABLE link (
  link    INTEGER PRIMARY KEY,
  record  TEXT NOT NULL CHECK (record IN ('run', 'point', 'event', 'run_end')),
  row     INTEGER NOT NULL,
  sha256  TEXT NOT NULL,
  UNIQUE (record, row)
);
)sql";

constexpr const char* kViews = R"sql(
CREATE VIEW v_run AS
SELECT run_id, scenario, station, lab, seed, meter, firmware, started_utc, ended_utc, exit_code, simulated, content_hash
FROM run LEFT JOIN run_end
  ON run_end_row = (SELECT max(run_end_row) FROM run_end WHERE run_end.run_row = run.run_row)
ORDER BY run.run_row;
CREATE VIEW v_point AS
SELECT run_id, point_id, position, attempt, temperature_c, voltage_v, current_a, power_factor, direction,
       error_percent, u_percent, k, decision,
       coalesce('unverified: ' || (SELECT group_concat(reason, '; ') FROM
         (SELECT reason FROM basis_reason WHERE basis_reason.point_row = point.point_row ORDER BY ordinal)),
         'verified') AS basis,
       limit_percent
FROM point JOIN run USING (run_row)
WHERE computation = (SELECT max(computation) FROM point AS other WHERE other.run_row = point.run_row AND
  other.point_id = point.point_id AND other.position = point.position AND other.attempt = point.attempt)
ORDER BY run_row, point_row;
CREATE VIEW v_edge AS
SELECT run_id, point_id, position, attempt, edge, time_ns * 1e-9 AS time_s, edge.reference_count AS reference_count
FROM edge JOIN point USING (point_row) JOIN run USING (run_row)
WHERE computation = 0
ORDER BY run_row, point_row, ordinal;
CREATE VIEW v_event AS
SELECT run_id, event.point_id AS point_id, event.position AS position, attempt, time_s, kind, text
FROM event JOIN run USING (run_row) LEFT JOIN point USING (point_row)
ORDER BY event_row;
CREATE VIEW v_instrument AS
SELECT run_id, role, driver, address, far_end, simulated, identity, certificate
FROM (SELECT run_row, run_id FROM run) JOIN instrument USING (run_row)
ORDER BY run_row, ordinal;
CREATE VIEW v_environment AS
SELECT run_id, point_id, position, attempt, time_s, quantity, environment.circuit AS circuit, value
FROM environment JOIN point USING (point_row) JOIN run USING (run_row)
ORDER BY run_row, point_row, ordinal;
)sql";

/// Meters of a run, interim checks, connections and waveforms, results that are no percent error, and events
/// that make a decision void.
constexpr const char* kMetersAndChecks = R"sql(
ALTER TABLE run ADD COLUMN check_kind TEXT;
ALTER TABLE run ADD COLUMN inputs TEXT;
ALTER TABLE point ADD COLUMN result TEXT;
ALTER TABLE point ADD COLUMN label TEXT;
ALTER TABLE point ADD COLUMN service TEXT;
ALTER TABLE point ADD COLUMN leg_1_voltage_ratio REAL;
ALTER TABLE point ADD COLUMN leg_2_current_ratio REAL;
ALTER TABLE point ADD COLUMN leg_2_power_factor TEXT;
ALTER TABLE point ADD COLUMN leg_2_direction TEXT;
ALTER TABLE point ADD COLUMN waveform TEXT;
ALTER TABLE point ADD COLUMN isolation_error_percent REAL;
ALTER TABLE point ADD COLUMN standard_error_percent REAL;
CREATE TABLE meter (
  run_row        INTEGER NOT NULL REFERENCES run,
  ordinal        INTEGER NOT NULL,
  position       TEXT NOT NULL,
  type           TEXT NOT NULL,
  manufacturer   TEXT NOT NULL,
  model          TEXT NOT NULL,
  hardware       TEXT NOT NULL,
  firmware       TEXT NOT NULL,
  serial_number  TEXT NOT NULL,
  device_id      TEXT NOT NULL,
  kt_wh          REAL,
  state_sha256   TEXT NOT NULL,
  PRIMARY KEY (run_row, ordinal)
) WITHOUT ROWID;
CREATE INDEX event_void ON event (run_row, position) WHERE kind = 'void';
DROP VIEW v_run;
CREATE VIEW v_run AS
SELECT run_id, scenario, station, lab, seed, meter, firmware, started_utc, ended_utc, exit_code, simulated, content_hash,
       check_kind
FROM run LEFT JOIN run_end
  ON run_end_row = (SELECT max(run_end_row) FROM run_end WHERE run_end.run_row = run.run_row)
ORDER BY run.run_row;
DROP VIEW v_point;
CREATE VIEW v_point AS
SELECT run_id, point_id, position, attempt, temperature_c, voltage_v, current_a, power_factor, direction,
       error_percent, u_percent, k,
       CASE WHEN EXISTS (SELECT 1 FROM event WHERE kind = 'void' AND event.run_row = point.run_row AND
         event.position IN ('', point.position)) THEN 'inconclusive' ELSE decision END AS decision,
       coalesce('unverified: ' || (SELECT group_concat(reason, '; ') FROM
         (SELECT 'void: ' || text AS reason, 0 AS source, event_row AS place FROM event
            WHERE kind = 'void' AND event.run_row = point.run_row AND event.position IN ('', point.position)
          UNION ALL
          SELECT reason, 1, ordinal FROM basis_reason WHERE basis_reason.point_row = point.point_row
          ORDER BY source, place)),
         'verified') AS basis,
       limit_percent, coalesce(result, 'percent_error') AS result, circuit, coalesce(waveform, 'sine') AS waveform,
       step, label, coalesce(service, 'single_phase') AS service,
       coalesce(leg_1_voltage_ratio, 0.5) AS leg_1_voltage_ratio, leg_2_current_ratio, leg_2_power_factor,
       leg_2_direction, frequency_hz, method, pulses, started_s, ended_s
FROM point JOIN run USING (run_row)
WHERE computation = (SELECT max(computation) FROM point AS other WHERE other.run_row = point.run_row AND
  other.point_id = point.point_id AND other.position = point.position AND other.attempt = point.attempt)
ORDER BY run_row, point_row;
CREATE VIEW v_meter AS
SELECT run_id, position, type, manufacturer, model, hardware, meter.firmware AS firmware, serial_number, device_id,
       kt_wh, state_sha256,
       (SELECT group_concat(text, '; ') FROM (SELECT text FROM event WHERE kind = 'void' AND
         event.run_row = meter.run_row AND event.position IN ('', meter.position) ORDER BY event_row)) AS void
FROM (SELECT run_row, run_id FROM run) JOIN meter USING (run_row)
ORDER BY run_row, ordinal;
CREATE VIEW v_check AS
SELECT run_id, check_kind, station, started_utc,
       (SELECT identity FROM instrument WHERE instrument.run_row = run.run_row AND role = 'reference') AS reference,
       (SELECT serial_number FROM meter WHERE meter.run_row = run.run_row AND
         meter.position = v_point.position) AS standard,
       point_id, position, result, voltage_v, current_a, power_factor, direction, error_percent, u_percent,
       limit_percent, decision
FROM run CROSS JOIN v_point USING (run_id)  -- the few checks first
WHERE check_kind IS NOT NULL AND attempt = (SELECT max(attempt) FROM point WHERE point.run_row = run.run_row AND
  point.point_id = v_point.point_id AND point.position = v_point.position)
ORDER BY run.run_row, point_id, position;
)sql";

/// Events that take passes away or make decisions unverified, beside those that make them void.
constexpr const char* kEventsOfPositions = R"sql(
CREATE INDEX event_no_pass ON event (run_row, position) WHERE kind = 'no_pass';
CREATE INDEX event_doubt ON event (run_row, position) WHERE kind = 'doubt';
DROP VIEW v_check;
DROP VIEW v_point;
CREATE VIEW v_point AS
SELECT run_id, point_id, position, attempt, temperature_c, voltage_v, current_a, power_factor, direction,
       error_percent, u_percent, k,
       CASE WHEN EXISTS (SELECT 1 FROM event WHERE kind = 'void' AND event.run_row = point.run_row AND
              event.position IN ('', point.position)) THEN 'inconclusive'
            WHEN decision = 'pass' AND EXISTS (SELECT 1 FROM event WHERE kind = 'no_pass' AND
              event.run_row = point.run_row AND event.position IN ('', point.position)) THEN 'inconclusive'
            ELSE decision END AS decision,
       coalesce('unverified: ' || (SELECT group_concat(reason, '; ') FROM
         (SELECT reason, min(source) AS source, min(place) AS place FROM
           (SELECT 'void: ' || text AS reason, 0 AS source, event_row AS place FROM event
              WHERE kind = 'void' AND event.run_row = point.run_row AND event.position IN ('', point.position)
            UNION ALL
            SELECT 'no pass: ' || text, 1, event_row FROM event WHERE kind = 'no_pass' AND
              point.decision = 'pass' AND event.run_row = point.run_row AND event.position IN ('', point.position)
            UNION ALL
            SELECT text, 2, event_row FROM event
              WHERE kind = 'doubt' AND event.run_row = point.run_row AND event.position IN ('', point.position)
            UNION ALL
            SELECT reason, 3, ordinal FROM basis_reason WHERE basis_reason.point_row = point.point_row)
          GROUP BY reason ORDER BY 2, 3)),
         'verified') AS basis,
       limit_percent, coalesce(result, 'percent_error') AS result, circuit, coalesce(waveform, 'sine') AS waveform,
       step, label, coalesce(service, 'single_phase') AS service,
       coalesce(leg_1_voltage_ratio, 0.5) AS leg_1_voltage_ratio, leg_2_current_ratio, leg_2_power_factor,
       leg_2_direction, frequency_hz, method, pulses, started_s, ended_s
FROM point JOIN run USING (run_row)
WHERE computation = (SELECT max(computation) FROM point AS other WHERE other.run_row = point.run_row AND
  other.point_id = point.point_id AND other.position = point.position AND other.attempt = point.attempt)
ORDER BY run_row, point_row;
CREATE VIEW v_check AS
SELECT run_id, check_kind, station, started_utc,
       (SELECT identity FROM instrument WHERE instrument.run_row = run.run_row AND role = 'reference') AS reference,
       (SELECT serial_number FROM meter WHERE meter.run_row = run.run_row AND
         meter.position = v_point.position) AS standard,
       point_id, position, result, voltage_v, current_a, power_factor, direction, error_percent, u_percent,
       limit_percent, decision, basis
FROM run CROSS JOIN v_point USING (run_id)  -- the few checks first
WHERE check_kind IS NOT NULL AND attempt = (SELECT max(attempt) FROM point WHERE point.run_row = run.run_row AND
  point.point_id = v_point.point_id AND point.position = v_point.position)
ORDER BY run.run_row, point_id, position;
)sql";

/// What a meter's tables held, byte for byte, at an event of a run.
constexpr const char* kMeterTables = R"sql(
CREATE TABLE meter_table (
  event_row  INTEGER NOT NULL REFERENCES event,
  number     INTEGER NOT NULL,
  sha256     TEXT NOT NULL,
  content    BLOB NOT NULL,
  PRIMARY KEY (event_row, number)
) WITHOUT ROWID;
CREATE VIEW v_meter_table AS
SELECT run_id, position, time_s, kind, number, length(content) AS bytes, sha256, content
FROM meter_table JOIN event USING (event_row) JOIN run USING (run_row)
ORDER BY event_row, number;
)sql";

/// Budgets with units and shared inputs, what decisions risk, and results that were computed again.
constexpr const char* kBudgetsAndRisks = R"sql(
ALTER TABLE budget_component ADD COLUMN unit TEXT;
ALTER TABLE budget_component ADD COLUMN input TEXT;
ALTER TABLE point ADD COLUMN windows REAL;
ALTER TABLE point ADD COLUMN conditional INTEGER;
ALTER TABLE point ADD COLUMN specific_risk REAL;
ALTER TABLE point ADD COLUMN recomputation TEXT;
CREATE VIEW v_budget AS
SELECT run_id, point_id, position, attempt, computation, name, distribution,
       standard_uncertainty_percent AS standard_uncertainty, coalesce(unit, '%') AS unit, sensitivity,
       standard_uncertainty_percent * sensitivity AS contribution_percent, degrees_of_freedom, origin, input
FROM budget_component JOIN point USING (point_row) JOIN run USING (run_row)
ORDER BY run_row, point_row, ordinal;
CREATE VIEW v_computation AS
SELECT run_id, point_id, position, attempt, computation, error_percent, u_percent, k, decision, conditional,
       specific_risk, recomputation
FROM point JOIN run USING (run_row)
ORDER BY run_row, point_id, position, attempt, computation;
)sql";

/// Limits whose sides differ, and what a limit says in words; limit_percent is half of the range from lower
/// to upper.
constexpr const char* kLimitTerms = R"sql(
ALTER TABLE point ADD COLUMN limit_lower_percent REAL;
ALTER TABLE point ADD COLUMN limit_upper_percent REAL;
ALTER TABLE point ADD COLUMN limit_terms TEXT;
)sql";

/// Step i leads from version i to version i + 1.
constexpr std::array kSteps{kTables,      kViews,           kMetersAndChecks, kEventsOfPositions,
                            kMeterTables, kBudgetsAndRisks, kLimitTerms};

}  // namespace

int newest_schema() { return static_cast<int>(kSteps.size()); }

void migrate(SQLite::Database& database) {
  const auto version = static_cast<std::size_t>(database.execAndGet("PRAGMA user_version").getInt());
  for (std::size_t step = version; step < kSteps.size(); ++step) database.exec(kSteps[step]);
  database.exec("PRAGMA application_id = " + std::to_string(kLedgerApplication));
  database.exec("PRAGMA user_version = " + std::to_string(newest_schema()));
}

}  // namespace meterbench
