#include "bench/runner/runner.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "bench/guardian/interlock_keeper.h"
#include "bench/guardian/switch_off.h"
#include "bench/runner/identify.h"
#include "bench/runner/point_run.h"
#include "bench/runner/soak.h"

namespace meterbench {
namespace {

constexpr Duration kSetUpLimit = std::chrono::seconds{10};

/// Calls `action` when the scope is left, whatever the way.
template <class Action>
struct OnLeaving {
  Action action;
  explicit OnLeaving(Action a) : action{std::move(a)} {}
  ~OnLeaving() { action(); }
  OnLeaving(const OnLeaving&) = delete;
  OnLeaving& operator=(const OnLeaving&) = delete;
};

/// Why a decision by `limit` on this station is unverified.
std::vector<std::string> doubts(const Station& station, const Limit& limit) {
  std::vector<std::string> reasons;
  if (auto invalid = station.reference_calibration.invalid(station.reactor.utc()))
    reasons.push_back(*std::move(invalid));
  if (limit.mark == Mark::knowledge)
    reasons.push_back(fmt::format("the limit of {} is an unverified figure", limit.source));
  return reasons;
}

/// One run, from all off to all off.
class Run {
 public:
  Run(Station& station, Ledger& ledger, RunObserver& observer, const Plan& plan,
      const std::vector<std::size_t>& positions)
      : station_{station},
        ledger_{ledger},
        observer_{observer},
        plan_{plan},
        positions_{positions},
        interlock_{station} {
    station_.reference->on_repeat([this](const Fault& overcome) { repeats_.push_back(overcome.text()); });
  }
  ~Run() { station_.reference->on_repeat(nullptr); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  RunOutcome carry_out(RunRecord head) {
    // Also when something throws that should not: nothing leaves this function with the source on.
    const OnLeaving ensure_off{[this] {
      end_load();
      disarm();
    }};
    const auto ready = prepare();
    begin_record(std::move(head));
    if (!ready) end_with(ready.error());

    std::size_t soaks = 0;
    for (std::size_t i = 0; i <= plan_.points.size(); ++i) {
      for (; soaks < plan_.soaks.size() && plan_.soaks[soaks].before == i && !over(); ++soaks)
        soak(plan_.soaks[soaks]);
      if (i < plan_.points.size() && !over()) point(i);
    }
    end_load();
    disarm();
    leave_chamber();

    write_notes();
    outcome_.end = end();
    record([&] { ledger_.end_run(outcome_.run_id, static_cast<int>(outcome_.end), station_.reactor.utc()); });
    if (outcome_.record_failure) outcome_.end = RunEnd::bench_fault;
    return outcome_;
  }

 private:
  [[nodiscard]] bool over() const { return outcome_.fault || outcome_.record_failure; }

  /// All off first, whatever an earlier program left behind; then the hardware limits.
  Result<void> prepare() {
    if (const LoadOff off = switch_off(station_, interlock_); off.source) {
      load_ended_ = true;
      judge_off(off);
      return tl::unexpected{*off.source};
    }
    if (auto set = await<void>(
            station_.reactor, "source", "set limits", kSetUpLimit,
            [&](auto done) { station_.source->start_set_limits(station_.limits, std::move(done)); });
        !set)
      return set;
    if (auto known = identify_instruments(station_); !known) return known;
    for (const MeterAnswer& meter : identify_meters(station_, positions_)) note_meter(meter);
    return interlock_.arm();
  }

  /// Nice to know, and needed by no measurement of this kind.
  void note_meter(const MeterAnswer& meter) {
    if (!meter.identity) return note("optical_port", meter.identity.error().text(), meter.position);
    const MeterIdentity& m = *meter.identity;
    const std::string identity =
        fmt::format("{} {}, hardware {}, firmware {}, serial number {}, device {}", m.manufacturer, m.model,
                    m.hardware, m.firmware, m.serial_number, m.device_id);
    for (InstrumentRecord& record : station_.instruments)
      if (record.role == "optical." + meter.position) record.identity = identity;
    note("meter", identity, meter.position);
  }

  void begin_record(RunRecord head) {
    head.planned_points = plan_.points.size();
    head.started = station_.reactor.utc();
    std::vector<InstrumentRow> instruments;
    for (const InstrumentRecord& i : station_.instruments)
      instruments.push_back({i.role, i.driver, i.address, i.far_end, i.identity, i.certificate, i.simulated});
    record([&] { outcome_.run_id = ledger_.begin_run(head, instruments); });
    for (const UnreachablePoint& p : plan_.unreachable) note("unreachable", p.description + ": " + p.reason);
    write_notes();
    observer_.run_started(outcome_.run_id, plan_);
  }

  void point(std::size_t i) {
    const PlannedPoint& planned = plan_.points[i];
    observer_.point_started(i, planned);
    PointAttempt attempt = run_point(station_, plan_, i, positions_, doubts(station_, planned.limit),
                                     observer_, {temperature_, &interlock_});
    // Off before the record is written: a slow disk must not keep the load on.
    if (attempt.fault) {
      outcome_.fault = attempt.fault;
      end_load();
      end_counting();
    }
    for (PointRecord& p : attempt.records) {
      record([&] { ledger_.add_point(outcome_.run_id, p); });
      if (outcome_.record_failure) break;
      if (!attempt.fault) observer_.point_ended(i, p);
      outcome_.points.push_back(std::move(p));
    }
    write_notes();
  }

  void soak(const PlannedSoak& planned) {
    temperature_.reset();
    chamber_used_ = true;
    // The load of the last point does not stay on while the meters are brought to another temperature.
    if (const LoadOff off = switch_off(station_, interlock_); off.source) {
      judge_off(off);
      return end_with(*off.source);
    }
    record([&] {
      const auto soaked =
          run_soak(station_, interlock_, plan_, planned, positions_, observer_, [&](const std::string& text) {
            note("soak", text);
            write_notes_or_throw();
          });
      if (!soaked)
        end_with(soaked.error());
      else
        temperature_ = TemperatureBand{planned.temperature, planned.band};
    });
    if (over()) end_counting();
  }

  void end_with(const Fault& fault) {
    outcome_.fault = fault;
    end_load();
    note(fault.code == Errc::stopped ? "stopped" : "fault", fault.text());
    write_notes();
  }

  /// The one end of the last load, whatever ends the run.
  void end_load() {
    if (load_ended_) return;
    load_ended_ = true;
    judge_off(switch_off(station_, interlock_, outcome_.fault));
  }

  void judge_off(const LoadOff& off) {
    if (off.relay_open || off.source) note(off.confirmed() ? "off_by_relay" : "not_off", off.text());
    if (!off.source) return;
    end_badly(*off.source);
    outcome_.off_by_relay = off.confirmed();
    if (off.confirmed()) return;
    outcome_.not_off = off.source;
    if (off.relay) outcome_.not_off->detail += "; " + off.relay->text();
  }

  /// The bench itself could not be left as it should be, whatever else ended the run.
  void end_badly(const Fault& born) {
    ended_badly_ = true;
    if (!outcome_.fault) outcome_.fault = born;
  }

  /// Best effort: what counts may be what failed.
  void end_counting() {
    const auto stop = [&](std::string_view device, auto start) {
      static_cast<void>(
          await<void>(station_.reactor, device, "stop", kSetUpLimit, start, Reactor::Stoppable::no));
    };
    if (station_.counter)
      stop("counter", [&](Done<void> done) { station_.counter->start_stop(std::move(done)); });
    if (ErrorCalculator* calculator = station_.reference->error_calculator())
      stop("reference", [&](Done<void> done) { calculator->start_abort(std::move(done)); });
  }

  void disarm() {
    if (disarmed_) return;
    disarmed_ = true;
    const auto disarmed = interlock_.disarm();
    if (disarmed) return;
    // The watchdog opens the relay by itself, and the source is off: but nobody has seen the relay open.
    end_badly(disarmed.error());
    note("not_disarmed", disarmed.error().text());
  }

  void leave_chamber() {
    if (!chamber_used_ || !station_.chamber) return;
    if (outcome_.fault && outcome_.fault->code == Errc::stopped)
      return note("chamber", "left conditioning, for a resumed run to go on from");
    const auto stopped = await<void>(
        station_.reactor, "chamber", "stop", kSetUpLimit,
        [&](auto done) { station_.chamber->start_stop(std::move(done)); }, Reactor::Stoppable::no);
    if (!stopped) end_badly(stopped.error());
    note("chamber", stopped ? "stopped: it drifts to the room" : stopped.error().text());
  }

  [[nodiscard]] RunEnd end() const {
    if (ended_badly_) return RunEnd::bench_fault;
    if (outcome_.fault)
      return outcome_.fault->code == Errc::stopped ? RunEnd::interrupted : RunEnd::bench_fault;
    const bool all_pass = std::all_of(outcome_.points.begin(), outcome_.points.end(),
                                      [](const auto& p) { return p.verdict.decision == Decision::pass; });
    return all_pass && plan_.unreachable.empty() ? RunEnd::passed : RunEnd::not_passed;
  }

  /// For the record; written by write_notes() once there is a run to belong to and no load waits for a disk.
  void note(std::string kind, std::string text, std::string position = {}) {
    notes_.push_back(
        {"", std::move(position), in_seconds(station_.reactor.now()), std::move(kind), std::move(text)});
  }

  void write_notes_or_throw() {
    const auto notes = std::exchange(notes_, {});
    for (const EventRow& event : notes) ledger_.add_event(outcome_.run_id, event);
    for (const std::string& repeat : std::exchange(repeats_, {}))
      ledger_.add_event(outcome_.run_id, {"", "", in_seconds(station_.reactor.now()), "repeated", repeat});
  }
  void write_notes() {
    record([&] { write_notes_or_throw(); });
  }

  /// The first failure of the ledger ends the load; nothing is written after it.
  template <class Write>
  void record(Write write) {
    if (outcome_.record_failure) return;
    try {
      write();
    } catch (const LedgerError& e) {
      outcome_.record_failure = e.what();
      end_load();
    }
  }

  Station& station_;
  Ledger& ledger_;
  RunObserver& observer_;
  const Plan& plan_;
  const std::vector<std::size_t>& positions_;
  InterlockKeeper interlock_;
  RunOutcome outcome_;
  std::optional<TemperatureBand> temperature_;  // where the last soak has brought the meters
  bool chamber_used_ = false;
  bool load_ended_ = false;
  bool disarmed_ = false;
  bool ended_badly_ = false;
  std::vector<EventRow> notes_;
  std::vector<std::string> repeats_;  // noted by callbacks, which do not wait for a disk
};

}  // namespace

RunOutcome Runner::run(const Plan& plan, const std::vector<std::size_t>& positions, RunRecord head) {
  return Run{station_, ledger_, observer_, plan, positions}.carry_out(std::move(head));
}

}  // namespace meterbench
