// What a person sees of a run: rows as the points end, a line of progress between them, a summary.
#pragma once

#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "bench/cli/point_table.h"
#include "bench/cli/run_progress.h"
#include "bench/ledger/ledger.h"
#include "bench/planner/plan.h"
#include "bench/runner/observer.h"
#include "bench/runner/runner.h"

namespace meterbench {

/// Writes to standard output. A reader that has gone away, or a full disk, does not end a run: main() tells
/// of it by the exit code.
void say(const std::string& text);

/// One line that is written over again on a terminal; nothing elsewhere.
class ProgressLine {
 public:
  explicit ProgressLine(std::FILE* stream);
  [[nodiscard]] bool visible() const { return terminal_; }
  void show(const std::string& text);
  void clear();

 private:
  std::FILE* stream_;
  bool terminal_;
  std::string shown_;
};

/// Keeps `progress` up to date and, where `text`, prints a row for each position of a point.
class Narrator final : public RunObserver {
 public:
  Narrator(RunProgress& progress, std::vector<std::size_t> left, bool text, bool several_positions)
      : progress_{progress}, left_{std::move(left)}, text_{text}, table_{several_positions} {}
  ~Narrator() override;
  Narrator(const Narrator&) = delete;
  Narrator& operator=(const Narrator&) = delete;

  void run_started(const std::string& run_id, const Plan& plan) override;
  void soaking(const PlannedSoak& soak, const ChamberReading& now, Seconds elapsed) override;
  void point_started(std::size_t index, const PlannedPoint& point) override;
  void counting(std::size_t index, std::uint64_t edges, std::uint64_t needed) override;
  void point_ended(std::size_t index, const PointRecord& record) override;
  void holding_for_registers(const std::string& what) override;

 private:
  void show_progress();

  RunProgress& progress_;
  std::vector<std::size_t> left_;
  bool text_;
  PointTable table_;
  ProgressLine line_{stderr};
};

/// `focus-ax-2s-cl200 at A, B; focus-ax-3s-cl10 at C`; of many positions only how many.
[[nodiscard]] std::string meters_text(const std::map<std::string, MeterType>& meters);

/// The last attempt at each point and position, in running order.
[[nodiscard]] std::vector<PointRecord> last_attempts(std::vector<PointRecord> records);

/// `points`: last attempts of the whole run, `events`: those of the run.
[[nodiscard]] std::string summary_text(const RunOutcome& outcome, const Plan& plan,
                                       const std::vector<PointRecord>& points,
                                       const std::vector<EventRow>& events);
/// The last line: how many passes there are, how many of them are unverified, how many loads are out of
/// reach.
[[nodiscard]] std::string passes_text(const std::vector<PointRecord>& points, const Plan& plan);

/// What ended the run, in what state the bench is, and what to do; for standard error, whatever the format: a
/// person must not miss it. Empty where nothing is to be told.
[[nodiscard]] std::string what_went_wrong(const RunOutcome& outcome);

}  // namespace meterbench
