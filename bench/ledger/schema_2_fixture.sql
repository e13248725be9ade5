-- A ledger of schema 2, frozen: tables and views as they were then, one run that was resumed after a fault. The
-- links were computed by a program of its own from the rules of ledger.md. Never edit it; a newer schema must
-- read it.
PRAGMA application_id = 1296190535;
PRAGMA user_version = 2;
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
INSERT INTO run VALUES (1, '22222222-3333-4444-8555-666666666666', 'load-performance', '/home/lab/load-performance.yaml', 'cc', 'dd', 'virtual', 'default', 7, 'focus-ax-2s-cl200', 'host 2', 1, 'simple acceptance', '0.2.0', 2, '2025-06-02T08:00:00.000Z');
INSERT INTO instrument VALUES (1, 0, 'reference', 'radian_rd3x', 'virtual:reference', 'simulator radian_rd3x', 1, 'RD-31,4711', 'C-7');
INSERT INTO point VALUES (1, 1, '001', 'A', 1, 0, 'load-performance', 0.5, 45.25, 23.0, 240.0, 0.1, '0.5 lag', 'received', 'coil_2', 60.0, 'scanned', 2, 0.0625, 7.5, 100000.0, 1e-05, 1.0, 2.0, -0.0123, 0.034, 2.0, 'load-performance', NULL, 0.6, 'Meterbench', '1', '2025', 'criterion', 'pass');
INSERT INTO budget_component VALUES (1, 0, 'reference calibration', 'normal', 0.017, 1.0, NULL, 'certificate');
INSERT INTO edge VALUES (1, 0, 0, 30000000000, 1.5), (1, 1, 1, 37500000000, 100001.5);
INSERT INTO event VALUES (1, 1, NULL, '', '', 50.0, 'fault', 'source: tripped');
INSERT INTO run_end VALUES (1, 1, '2025-06-02T09:00:00.000Z', 3, 'not looked at here');
INSERT INTO point VALUES (2, 1, '002', 'A', 1, 0, 'load-performance', 60.0, 90.0, 23.0, 240.0, 5.0, '1', 'delivered', 'series', 60.0, 'scanned', 2, NULL, NULL, NULL, 1e-05, 1.0, 1.0, 0.0, NULL, NULL, 'load-performance', NULL, 0.6, 'Meterbench', '1', '2025', 'criterion', 'inconclusive');
INSERT INTO run_end VALUES (2, 1, '2025-06-02T10:00:00.000Z', 1, 'not looked at here');
INSERT INTO link VALUES (1, 'run', 1, 'fa3a9cc566ef74d875d3333f1a5821a62f47019ac714445712279802aa8e25e5');
INSERT INTO link VALUES (2, 'point', 1, '0b92e16fc33d3eec03517827d040fa2ba751f27972be06e524aad8044202a423');
INSERT INTO link VALUES (3, 'event', 1, '24318f8c2b5c1ab2bfa8b38493aae645d4d3c9ff1dff7bfc8baf4e3fcaab1f5d');
INSERT INTO link VALUES (4, 'run_end', 1, '804bce5bffeeafd898072846d9a09f71826b2624b19affa3fdf8207b42491905');
INSERT INTO link VALUES (5, 'point', 2, '40842f1f5a5d5e7b75c6ac5ef8c3791dd13302c167f66bb47395db1d8f47f672');
INSERT INTO link VALUES (6, 'run_end', 2, '86358f01a8930adf4c3f8b117dafb010610a51e20217259a9c6b7dbfea0d8e25');
