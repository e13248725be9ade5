// A run that somebody looks at while it goes on.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "bench/cli/control_desk.h"
#include "bench/cli/run_session.h"
#include "bench/runner/runner.h"
#include "python/engine/bench_thread.h"

namespace meterbench::python {

/// Begins with its construction. In simulated time it waits after each point for whoever asks for the next
/// one, so that what a script decides upon a point holds from the next; in real time it waits for nobody.
/// Asked from one thread, told and controlled from any.
class LiveRun {
 public:
  /// Writes to `ledger`, beside which it hears pause, continue, skip, stop and status. Throws InputError.
  LiveRun(std::shared_ptr<BenchThread> bench, PreparedRun prepared, const std::string& ledger);
  /// Stops it where it goes on, and waits until the source is off.
  ~LiveRun();
  LiveRun(const LiveRun&) = delete;
  LiveRun& operator=(const LiveRun&) = delete;

  /// The next result, in the order of writing; nothing once the run has ended, or when none has come within
  /// `patience`: ended() tells which.
  [[nodiscard]] std::optional<PointRecord> next(std::chrono::milliseconds patience);
  /// Whether it has ended and all has been told.
  [[nodiscard]] bool ended() const;
  /// Whether it has ended, told or not; waits at most `patience` for that.
  [[nodiscard]] bool over(std::chrono::milliseconds patience = {});
  /// Once it has ended. Throws what the run threw.
  [[nodiscard]] const RunOutcome& outcome() const;

  [[nodiscard]] const Plan& plan() const { return prepared_.plan; }
  /// Empty before the record begins.
  [[nodiscard]] std::string run_id() const;
  /// What it is at: `[12/144, 3 h left] 2.5 A, …`
  [[nodiscard]] std::string progress() const;

  // `who` asks, for the record. Nothing once it has ended.
  void pause(const std::string& who);
  void go_on(const std::string& who);
  void skip(const std::string& who);
  void stop(const std::string& who);
  /// Nobody will ask for results any more: it goes on by itself.
  void let_go();

 private:
  class Teller;
  void carry_out(OpenBench& bench);
  [[nodiscard]] RunControl& control();

  std::shared_ptr<BenchThread> bench_;
  PreparedRun prepared_;
  std::unique_ptr<ControlDesk> desk_;  // while it goes on; null where none could be had
  RunControl own_control_;             // then
  RunProgress own_progress_;           // then

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string run_id_;
  std::deque<PointRecord> untold_;
  bool somebody_asks_ = false;
  bool let_go_ = false;
  bool over_ = false;
  std::exception_ptr thrown_;
  RunOutcome outcome_;
  std::future<void> done_;
};

}  // namespace meterbench::python
