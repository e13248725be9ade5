// The record: a SQLite file in which every point is durable when it ends.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/core/bytes.h"
#include "bench/core/quantity.h"
#include "bench/core/time.h"
#include "bench/model/budget.h"
#include "bench/model/edge.h"
#include "bench/model/limit.h"
#include "bench/model/load_point.h"
#include "bench/model/meter_type.h"
#include "bench/model/verdict.h"

namespace meterbench {

/// What is known when a run starts.
struct RunRecord {
  std::string run_id;  ///< UUID, given by begin_run
  std::string scenario;
  std::string scenario_path;
  std::string scenario_sha256;
  std::string plan_sha256;
  std::string station;
  std::string lab;  ///< empty: none
  std::optional<std::uint64_t> seed;
  std::string meter;  ///< type, or `A=TYPE,B=TYPE` where there are several
  std::string firmware;
  std::string check;   ///< kind of an interim check of the bench; empty: a test of meters
  std::string inputs;  ///< JSON: what the run was started with, for resume
  bool simulated = true;
  std::string decision_rule;
  std::string software;  ///< version of Meterbench
  std::uint64_t planned_points = 0;
  UtcTime started{};
};

struct InstrumentRow {
  std::string role, driver, address, far_end, identity, certificate;
  bool simulated = true;
};

/// A meter in its position, as it was when the run began.
struct MeterRow {
  std::string position;
  std::string type;                                                               ///< `focus-ax-2s-cl200`
  std::string manufacturer, model, hardware, firmware, serial_number, device_id;  ///< empty: it did not tell
  std::optional<double> kt_wh;
  std::string state_sha256;  ///< of identity and configuration; empty: not read
};

struct EventRow {
  std::string point_id;  ///< empty: of the run
  std::string position;  ///< empty: of the bench
  double time_s = 0;     ///< bench time
  /// `fault`, `late_pulse`, `spread`, `soak`, `off_by_relay`, `skipped`, … Some change what decisions are
  /// worth, and text says why: see position_events.h.
  std::string kind;
  std::string text;
  /// Of a meter at that moment, raw, by number; of events of the run alone, points' events have none.
  std::map<std::uint16_t, Bytes> tables{};
};

struct EnvironmentRow {
  std::string point_id;
  double time_s = 0;
  std::string quantity;  ///< `voltage_v`, `current_a`, `active_power_w`, `frequency_hz`, `air_c`, `body_c`
  int circuit = 0;       ///< from 1; 0: of the whole
  double value = 0;
};

/// One attempt at one point at one position, whole.
struct PointRecord {
  std::string point_id;
  std::string position;
  int attempt = 1;
  int computation = 0;  ///< 0 measured, 1… recomputed
  std::string step;
  std::string label;                     ///< of the step
  std::string result = "percent_error";  ///< what error_percent is, as ResultKind has it
  double started_s = 0, ended_s = 0;     ///< bench time
  // What was asked.
  Temperature temperature{};
  Voltage voltage{};
  Current current{};
  PowerFactor power_factor;
  Direction direction = Direction::delivered;
  Connection connection{};
  std::string waveform;  ///< empty: sine
  Frequency frequency{};
  std::string method;
  // What came out; nothing when no error could be formed.
  std::uint64_t pulses = 0;
  std::optional<double> error_percent;
  std::optional<double> duration_s;
  std::optional<double> reference_count;
  double reference_pulse_wh = 0;
  double kt_wh = 0;
  double circuit_factor = 1;
  double reference_error_percent = 0;
  double isolation_error_percent = 0;  ///< of the position
  double standard_error_percent = 0;   ///< certificate's, of a certified standard
  std::optional<Budget> budget;
  double windows = 1;  ///< that the pulses were taken in, one after the other
  Limit limit;
  Verdict verdict;
  std::optional<double> specific_risk;  ///< of the decision, 0 … 1
  /// JSON, of a computation above 0: what it was computed from and with; empty: measured.
  std::string recomputation;
  std::vector<Edge> edges;
  std::vector<EnvironmentRow> environment;
  std::vector<EventRow> events;
};

/// A row of v_check: a result of an interim check, for the control chart.
struct CheckRow {
  std::string run_id, check, station;
  UtcTime started{};
  std::string reference;  ///< identity of the reference that was checked
  std::string standard;   ///< serial number of the certified standard; empty: it did not tell
  std::string point_id;
  std::string position;
  std::string result;  ///< as in PointRecord
  Voltage voltage{};
  Current current{};
  PowerFactor power_factor;
  Direction direction = Direction::delivered;
  std::optional<double> error_percent;
  std::optional<double> u_percent;
  double limit_percent = 0;
  std::string decision;
  std::string basis;  ///< `verified` or `unverified: …`
};

/// A row of v_run.
struct RunSummary {
  RunRecord run;
  std::optional<UtcTime> ended;
  std::optional<int> exit_code;
  std::string content_hash;  ///< empty until the run has ended
};

/// What can go wrong with the file: cannot be opened, is no ledger, is newer than this program, disk full, …
struct LedgerError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Write-ahead log with synchronous=FULL: what a call wrote has survived a power cut when it returns. Not
/// thread-safe; several processes may read while one writes. All calls throw LedgerError.
class Ledger {
 public:
  enum class Mode { read, write };
  /// Mode::write creates the file, or brings an older schema up to date.
  Ledger(const std::filesystem::path& path, Mode mode);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  /// Writes the run's head and answers its new run_id (random UUID).
  [[nodiscard]] std::string begin_run(const RunRecord& run, const std::vector<InstrumentRow>& instruments,
                                      const std::vector<MeterRow>& meters = {});
  /// One transaction: the point with its edges, budget, environment and events, linked by SHA-256 to the row
  /// before.
  void add_point(const std::string& run_id, const PointRecord& point) { add_points(run_id, {&point, 1}); }
  /// The same for several, in one transaction: all or none of them stand.
  void add_points(const std::string& run_id, std::span<const PointRecord> points);
  void add_event(const std::string& run_id, const EventRow& event);
  /// A name that the run shares with others: a release. An event `tag`; it is no part of the content hash.
  void tag_run(const std::string& run_id, const std::string& tag);
  /// Stores the exit code, the end and the content hash. A resumed run ends once more.
  void end_run(const std::string& run_id, int exit_code, UtcTime ended);

  [[nodiscard]] std::vector<RunSummary> runs() const;  ///< oldest first
  /// `run` may be a unique beginning of a run_id, `last`, or `unfinished`: the newest that has not ended, or
  /// ended interrupted (130) or with a fault of the bench (3). Nothing when there is none or several.
  [[nodiscard]] std::optional<RunSummary> find_run(const std::string& run) const;
  /// With what events have made of their decisions.
  [[nodiscard]] std::vector<PointRecord> points(const std::string& run_id) const;
  [[nodiscard]] std::vector<EventRow> events(const std::string& run_id) const;
  /// Those of that name (see tag_run), oldest first.
  [[nodiscard]] std::vector<RunSummary> runs_tagged(const std::string& tag) const;
  [[nodiscard]] std::vector<InstrumentRow> instruments(const std::string& run_id) const;
  [[nodiscard]] std::vector<MeterRow> meters(const std::string& run_id) const;
  /// Results of interim checks (last attempt of each), oldest first; of all stations where `station` is
  /// empty.
  [[nodiscard]] std::vector<CheckRow> checks(const std::string& station) const;
  /// Runs started at `since` or later in which an instrument or a meter was used that names `serial` (a whole
  /// word of its identity or certificate), oldest first.
  [[nodiscard]] std::vector<RunSummary> runs_that_used(const std::string& serial, UtcTime since) const;

  /// SHA-256 over all rows of the run without run_id, wall-clock labels and paths.
  [[nodiscard]] std::string content_hash(const std::string& run_id) const;
  /// Recomputes the SHA-256 links of the whole file. Nothing when all is as written, else a sentence that
  /// names the first changed row.
  [[nodiscard]] std::optional<std::string> verify() const;

 private:
  struct Database;
  std::unique_ptr<Database> db_;
};

}  // namespace meterbench
