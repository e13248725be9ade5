#include "bench/ledger/run_rows.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "bench/ledger/row_access.h"

namespace meterbench {
namespace {

std::optional<UtcTime> parse_time(const std::string& text) {
  UtcTime time;
  return parse_utc(text, time) ? std::optional{time} : std::nullopt;
}

/// Whether `name` stands in `text` as a word of its own: `S-1` does in `Make,S-1,7`, not in `Make,S-12,7`.
bool names(const std::string& text, const std::string& name) {
  const auto part_of_word = [&](std::size_t at) {
    return at < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || text[at] == '-' || text[at] == '_');
  };
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1))
    if ((at == 0 || !part_of_word(at - 1)) && !part_of_word(at + name.size())) return true;
  return false;
}

RunRecord read_head(Rows& row) {
  RunRecord run;
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
  run.check = row.text_or("check_kind", "");
  run.inputs = row.text_or("inputs", "");
  run.simulated = row.integer("simulated") != 0;
  run.decision_rule = row.text("decision_rule");
  run.software = row.text("software");
  run.planned_points = row.natural("planned_points");
  run.started = row.parsed("started_utc", parse_time);
  return run;
}

}  // namespace

std::int64_t insert_run(SQLite::Database& database, const RunRecord& run,
                        const std::vector<InstrumentRow>& instruments, const std::vector<MeterRow>& meters) {
  Insert head{
      database, "run",
      "run_id, scenario, scenario_path, scenario_sha256, plan_sha256, station, lab, seed, meter, firmware, "
      "simulated, decision_rule, software, planned_points, started_utc, check_kind, inputs"};
  const std::int64_t run_row =
      head(run.run_id, run.scenario, run.scenario_path, run.scenario_sha256, run.plan_sha256, run.station,
           run.lab, run.seed, run.meter, run.firmware, run.simulated, run.decision_rule, run.software,
           run.planned_points, utc_text(run.started), text_or_null(run.check), text_or_null(run.inputs));
  Insert instrument{database, "instrument",
                    "run_row, ordinal, role, driver, address, far_end, simulated, identity, certificate"};
  int ordinal = 0;
  for (const InstrumentRow& i : instruments)
    instrument(run_row, ordinal++, i.role, i.driver, i.address, i.far_end, i.simulated, i.identity,
               i.certificate);
  Insert meter{database, "meter",
               "run_row, ordinal, position, type, manufacturer, model, hardware, firmware, serial_number, "
               "device_id, kt_wh, state_sha256"};
  ordinal = 0;
  for (const MeterRow& m : meters)
    meter(run_row, ordinal++, m.position, m.type, m.manufacturer, m.model, m.hardware, m.firmware,
          m.serial_number, m.device_id, m.kt_wh, m.state_sha256);
  return run_row;
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
    summary.run = read_head(row);
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

std::vector<MeterRow> read_meters(const SQLite::Database& database, std::int64_t run_row) {
  std::vector<MeterRow> meters;
  Rows row{database, "SELECT * FROM meter WHERE run_row = ? ORDER BY ordinal", run_row};
  while (row.next())
    meters.push_back({row.text("position"), row.text("type"), row.text("manufacturer"), row.text("model"),
                      row.text("hardware"), row.text("firmware"), row.text("serial_number"),
                      row.text("device_id"), row.optional_real("kt_wh"), row.text("state_sha256")});
  return meters;
}

std::vector<CheckRow> read_checks(const SQLite::Database& database, const std::string& station) {
  std::vector<CheckRow> checks;
  Rows row{database, "SELECT * FROM v_check WHERE ?1 IN ('', station)", station};
  while (row.next()) {
    CheckRow check;
    check.run_id = row.text("run_id");
    check.check = row.text("check_kind");
    check.station = row.text("station");
    check.started = row.parsed("started_utc", parse_time);
    check.reference = row.text_or("reference", "");
    check.standard = row.text_or("standard", "");
    check.point_id = row.text("point_id");
    check.position = row.text("position");
    check.result = row.text("result");
    check.voltage = Voltage{row.real("voltage_v")};
    check.current = Current{row.real("current_a")};
    check.power_factor = row.parsed("power_factor", parse_power_factor);
    check.direction = row.parsed("direction", parse_direction);
    check.error_percent = row.optional_real("error_percent");
    check.u_percent = row.optional_real("u_percent");
    check.limit_percent = row.real("limit_percent");
    check.decision = row.text("decision");
    check.basis = row.text("basis");
    checks.push_back(std::move(check));
  }
  return checks;
}

std::vector<std::string> read_users(const SQLite::Database& database, const std::string& serial) {
  std::vector<std::string> users;
  Rows row{database,
           "SELECT run_id, identity AS name FROM instrument JOIN run USING (run_row) "
           "UNION ALL SELECT run_id, certificate FROM instrument JOIN run USING (run_row) "
           "UNION ALL SELECT run_id, serial_number FROM meter JOIN run USING (run_row) "
           "UNION ALL SELECT run_id, device_id FROM meter JOIN run USING (run_row)"};
  while (row.next())
    if (names(row.text("name"), serial)) users.push_back(row.text("run_id"));
  return users;
}

std::vector<std::string> read_tagged(const SQLite::Database& database, const std::string& tag) {
  std::vector<std::string> tagged;
  Rows row{database, "SELECT run_id FROM event JOIN run USING (run_row) WHERE kind = 'tag' AND text = ?",
           tag};
  while (row.next()) tagged.push_back(row.text("run_id"));
  return tagged;
}

}  // namespace meterbench
