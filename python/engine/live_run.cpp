#include "python/engine/live_run.h"

#include <stdexcept>

#include "bench/cli/python_step.h"
#include "bench/cli/run_report.h"
#include "bench/ledger/ledger.h"
#include "bench/runner/resume.h"

namespace meterbench::python {
namespace {

constexpr std::chrono::milliseconds kLook{50};

}  // namespace

/// Hears the run on the bench thread.
class LiveRun::Teller final : public RunObserver {
 public:
  Teller(LiveRun& run, RunProgress& progress, bool simulated)
      : run_{run}, progress_{progress}, simulated_{simulated} {
    progress_.begin(run.plan(), points_left(run.plan(), {}));
  }
  ~Teller() override { progress_.end(); }

  void run_started(const std::string& run_id, const Plan&) override {
    const std::lock_guard lock{run_.mutex_};
    run_.run_id_ = run_id;
  }
  void soaking(const PlannedSoak& soak, const ChamberReading& now, Seconds elapsed) override {
    progress_.soak(soak, now, elapsed);
  }
  void point_started(std::size_t index, const PlannedPoint&) override { progress_.point(index); }
  void counting(std::size_t, std::uint64_t edges, std::uint64_t needed) override {
    progress_.edges(edges, needed);
  }
  void holding_for_registers(const std::string& what) override { progress_.holding_for_registers(what); }
  void point_ended(std::size_t, const PointRecord& record) override {
    progress_.point_over();
    std::unique_lock lock{run_.mutex_};
    run_.untold_.push_back(record);
    run_.changed_.notify_all();
    if (!simulated_) return;
    // Whoever requests a stop from elsewhere does not notify us.
    while (!run_.let_go_ && !(run_.untold_.empty() && run_.somebody_asks_) &&
           !run_.bench_->stop().requested())
      run_.changed_.wait_for(lock, kLook);
  }

 private:
  LiveRun& run_;
  RunProgress& progress_;
  bool simulated_;
};

LiveRun::LiveRun(std::shared_ptr<BenchThread> bench, PreparedRun prepared, const std::string& ledger)
    : bench_{std::move(bench)}, prepared_{std::move(prepared)}, desk_{open_desk(ledger, bench_->stop())} {
  done_ = bench_->ask([this](OpenBench& open) { carry_out(open); });
}

LiveRun::~LiveRun() {
  if (!over()) {
    bench_->stop().request();
    let_go();
  }
  done_.wait();
  bench_->stop().withdraw();  // it may have ended by itself before it heard
}

void LiveRun::carry_out(OpenBench& bench) {
  try {
    bench.hands_off();
    const RunRecord head = bench.head(prepared_);
    Ledger ledger{bench.ledger(), Ledger::Mode::write};
    Teller teller{*this, desk_ ? desk_->progress() : own_progress_, head.simulated};
    PythonStep functions{bench.station().reactor, bench.ledger()};
    RunOutcome outcome =
        Runner{bench.station(), ledger, teller, &control(), &functions}.run(prepared_.plan, head);
    if (!outcome.record_failure) outcome.points = last_attempts(ledger.points(outcome.run_id));
    const std::lock_guard lock{mutex_};
    run_id_ = outcome.run_id;
    outcome_ = std::move(outcome);
  } catch (...) {
    const std::lock_guard lock{mutex_};
    thrown_ = std::current_exception();
  }
  bench_->stop().withdraw();             // what it asked for has come about
  std::unique_ptr<ControlDesk> closing;  // after the lock: its thread may have a last answer to give
  const std::lock_guard lock{mutex_};
  closing = std::move(desk_);
  over_ = true;
  changed_.notify_all();
}

std::optional<PointRecord> LiveRun::next(std::chrono::milliseconds patience) {
  std::unique_lock lock{mutex_};
  somebody_asks_ = true;
  changed_.notify_all();
  changed_.wait_for(lock, patience, [&] { return !untold_.empty() || over_; });
  somebody_asks_ = false;
  if (untold_.empty()) return std::nullopt;
  PointRecord record = std::move(untold_.front());
  untold_.pop_front();
  return record;
}

bool LiveRun::ended() const {
  const std::lock_guard lock{mutex_};
  return over_ && untold_.empty();
}

bool LiveRun::over(std::chrono::milliseconds patience) {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, patience, [&] { return over_; });
}

const RunOutcome& LiveRun::outcome() const {
  const std::lock_guard lock{mutex_};
  if (!over_) throw std::logic_error{"a run has no outcome before it has ended"};
  if (thrown_) std::rethrow_exception(thrown_);
  return outcome_;
}

std::string LiveRun::run_id() const {
  const std::lock_guard lock{mutex_};
  return run_id_;
}

std::string LiveRun::progress() const {
  const std::lock_guard lock{mutex_};
  if (over_) return "ended";
  return desk_ ? desk_->progress().text() : own_progress_.text();
}

void LiveRun::pause(const std::string& who) {
  const std::lock_guard lock{mutex_};
  if (!over_) control().pause(who);
}

void LiveRun::go_on(const std::string& who) {
  const std::lock_guard lock{mutex_};
  if (!over_) control().go_on(who);
}

void LiveRun::skip(const std::string& who) {
  const std::lock_guard lock{mutex_};
  if (!over_) control().skip(who);
}

void LiveRun::stop(const std::string& who) {
  const std::lock_guard lock{mutex_};
  if (over_) return;  // the next run is not meant
  control().stop(who, bench_->stop());
  changed_.notify_all();
}

RunControl& LiveRun::control() { return desk_ ? desk_->control() : own_control_; }

void LiveRun::let_go() {
  const std::lock_guard lock{mutex_};
  let_go_ = true;
  changed_.notify_all();
}

}  // namespace meterbench::python
