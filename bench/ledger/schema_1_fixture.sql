-- A ledger of schema 1, frozen: the tables as they were then, one run with one point. The links were computed
-- by a program of its own from the rules of ledger.md. Never edit it; a newer schema must read it.
PRAGMA application_id = 1296190535;
PRAGMA user_version = 1;
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
INSERT INTO run VALUES (1, '11111111-2222-4333-8444-555555555555', 'load-performance', '/home/lab/load-performance.yaml', 'aa', 'bb', 'virtual', 'default', -1, 'focus-ax-2s-cl200', 'host 1', 1, 'simple acceptance', '0.1.0', 24, '2025-06-02T08:00:00.000Z');
INSERT INTO instrument VALUES (1, 0, 'source', 'scpi_source', 'virtual:source', 'simulator scpi_source', 1, 'Meterbench,S1', '');
INSERT INTO instrument VALUES (1, 1, 'reference', 'radian_rd3x', 'virtual:reference', 'simulator radian_rd3x', 1, 'RD-31', 'C-7; 23 °C');
INSERT INTO point VALUES (1, 1, '001', 'A', 1, 0, 'load-performance', 0.5, 45.25, 23.0, 240.0, 0.1, '0.5 lag', 'received', 'series', 60.0, 'scanned', 2, 0.0625, 7.5, 100000.0, 1e-05, 1.0, 1.0, -0.0123, 0.034, 2.0, 'load-performance', '0.5 lag', 0.6, 'Meterbench', '1', '2025', 'criterion', 'pass');
INSERT INTO basis_reason VALUES (1, 0, 'certificate C-7 expired 2025-01-01');
INSERT INTO budget_component VALUES (1, 0, 'reference calibration', 'normal', 0.017, 1.0, NULL, 'certificate');
INSERT INTO edge VALUES (1, 0, 0, 30000000000, 1.5), (1, 1, 1, 33750000000, 50001.5), (1, 2, 2, 37500000000, 100001.5);
INSERT INTO environment VALUES (1, 0, 31.0, 'voltage_v', 1, 120.0);
INSERT INTO event VALUES (1, 1, 1, '001', 'A', 32.0, 'spread', 'wider than expected');
INSERT INTO event VALUES (2, 1, NULL, '', '', 50.0, 'fault', 'source: tripped');
INSERT INTO run_end VALUES (1, 1, '2025-06-02T09:00:00.000Z', 3, 'not looked at here');
INSERT INTO link VALUES (1, 'run', 1, 'c904bf1f87c22f1c8715ea0977f57fa384dc4e3ca63c1b1c16dd0f7ba57930c4');
INSERT INTO link VALUES (2, 'point', 1, 'a77371694e0cdf5596b5598f802bbecf82bfbd275dc639ea8635473094006b9a');
INSERT INTO link VALUES (3, 'event', 2, '293127bba6a44831af2ebf64472a227e4a0428f810078c4e0ed71ead6c0c470d');
INSERT INTO link VALUES (4, 'run_end', 1, 'd88716de2dabdc99f6270291f3769698110e9b4b4fb49778b3bc436ac57894ed');
