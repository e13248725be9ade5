#include "bench/runner/runner.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/guardian/interlock_keeper.h"
#include "bench/guardian/switch_off.h"
#include "bench/ledger/position_events.h"
#include "bench/runner/attempts.h"
#include "bench/runner/bench_load.h"
#include "bench/runner/comparison_run.h"
#include "bench/runner/doubts.h"
#include "bench/runner/energy_books.h"
#include "bench/runner/meter_checks.h"
#include "bench/runner/meter_states.h"
#include "bench/runner/point_decision.h"
#include "bench/runner/point_run.h"
#include "bench/runner/readiness.h"
#include "bench/runner/register_hold.h"
#include "bench/runner/run_log.h"
#include "bench/runner/running_order.h"
#include "bench/runner/soak.h"
#include "bench/runner/told_point.h"

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

/// Indexes of the positions that the plan has meters in, in the station's order.
std::vector<std::size_t> positions_of(const Station& station, const Plan& plan) {
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < station.positions.size(); ++i)
    if (plan.meters.contains(station.positions[i].name)) positions.push_back(i);
  if (positions.empty() || positions.size() != plan.meters.size())
    throw std::invalid_argument{"a plan needs meters, each in a position of the station"};
  return positions;
}

/// One run, or the part of it that was left, from all off to all off.
class Run {
 public:
  Run(Station& station, Ledger& ledger, RunObserver& observer, RunControl* control, ExternalStep* external,
      const Plan& plan, const std::optional<UnfinishedRun>& unfinished)
      : station_{station},
        ledger_{ledger},
        observer_{observer},
        control_{control},
        external_{external},
        plan_{plan},
        positions_{positions_of(station, plan)},
        interlock_{station},
        log_{station.reactor, ledger},
        books_{station, plan, positions_},
        load_{station, interlock_, plan, positions_, books_},
        states_{station, plan, positions_} {
    if (unfinished) {
      outcome_.run_id = unfinished->run_id;
      outcome_.points = unfinished->points;
    }
    station_.reference->on_repeat([this](const Fault& overcome) { log_.note("repeated", overcome.text()); });
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
    const auto ready = prepare(head);
    begin_record(std::move(head));
    if (!ready) end_with(ready.error());

    for (const Turn& turn : running_order(plan_, outcome_.points)) {
      if (!over()) hear_people();
      if (over()) break;
      std::visit([&](const auto& next) { take(next); }, turn);
    }
    if (!over()) comparisons();
    if (!over()) end_period();
    if (!over()) hold_for_registers();
    end_load();
    leave_meters();
    disarm();
    leave_chamber();
    note_acts();

    write_notes();
    for (PointRecord& point : outcome_.points) apply_events(marks_, point);
    if (const auto& why = station_.reactor.broken_off(); why && !outcome_.fault) outcome_.fault = *why;
    outcome_.end = end();
    record([&] { ledger_.end_run(outcome_.run_id, static_cast<int>(outcome_.end), station_.reactor.utc()); });
    if (outcome_.record_failure) outcome_.end = RunEnd::bench_fault;
    return outcome_;
  }

 private:
  [[nodiscard]] bool over() const { return outcome_.fault || outcome_.record_failure; }

  // Before the first load.

  /// All off first, whatever an earlier program left behind; then the hardware limits; then who is there.
  Result<void> prepare(const RunRecord& head) {
    if (const LoadOff off = switch_off(station_, interlock_); off.source) {
      load_ended_ = true;
      judge_off(off);
      return tl::unexpected{*off.source};
    }
    Readiness ready;
    record([&] {
      ready = make_ready({station_, plan_, positions_, interlock_, states_, books_}, ledger_, head);
    });
    take_findings(ready.findings);
    doubts_ = std::move(ready.doubts);
    if (ready.fault) return tl::unexpected{*ready.fault};
    return {};
  }

  void begin_record(RunRecord head) {
    if (!outcome_.run_id.empty()) {
      log_.note("resumed", "the run goes on");
      record([&] {
        take_findings(states_.compare_with(ledger_.meters(outcome_.run_id)));
        for (const EventRow& event : ledger_.events(outcome_.run_id))
          if (changes_decisions(event)) marks_.push_back(event);
      });
    } else {
      head.planned_points = plan_.points.size();
      head.started = station_.reactor.utc();
      std::vector<InstrumentRow> instruments;
      for (const InstrumentRecord& i : station_.instruments)
        instruments.push_back(
            {i.role, i.driver, i.address, i.far_end, i.identity, i.certificate, i.simulated});
      record([&] { outcome_.run_id = ledger_.begin_run(head, instruments, states_.rows()); });
      for (const UnreachablePoint& p : plan_.unreachable)
        log_.note("unreachable", p.description + ": " + p.reason);
    }
    write_notes();
    observer_.run_started(outcome_.run_id, plan_);
  }

  // Under way.

  /// At a boundary: a pause is kept with the load off.
  void hear_people() {
    if (!control_) return;
    note_acts();
    if (!control_->paused()) return write_notes();
    end_period();
    write_notes();
    if (over()) return;
    const auto waited = control_->wait_while_paused(station_.reactor);
    note_acts();
    if (waited == Reactor::Waited::stopped) return end_with(station_.reactor.stop_fault("bench", "pause"));
    write_notes();
  }

  void note_acts() {
    if (!control_) return;
    for (std::string& act : control_->take_acts()) log_.note("control", std::move(act));
  }

  void take(const PointTurn& turn) {
    measure(turn, plan_.points[turn.point]);
    // As often as the plan says, for those meters that it says it of.
    for (int attempt = turn.attempt + 1; !over(); ++attempt) {
      const auto again = once_more(plan_.scenario, plan_.points[turn.point], outcome_.points);
      if (!again) break;
      hear_people();
      if (!over()) measure({turn.point, attempt}, *again);
    }
    if (!over()) comparisons();
  }

  void measure(const PointTurn& turn, const PlannedPoint& planned) {
    PointConditions conditions{.attempt = turn.attempt,
                               .doubts = doubts_of(planned.limit),
                               .hold = {temperature_, &interlock_},
                               .control = control_,
                               .external = external_};
    if (planned.repetition > 1) conditions.loaded_since = loaded_since_;
    if (planned.rest.value() > 0) rest(planned.rest, conditions.skipped_by);
    if (over()) return;
    if (!conditions.skipped_by && control_) conditions.skipped_by = control_->take_skip();
    observer_.point_started(turn.point, planned);
    // A register is read right before its load, and right after it.
    const bool by_register = planned.result == ResultKind::register_error;
    const bool told = is_told_by_meter(planned.result);
    if (by_register || told || !load_.can_go_on_with(planned.load)) end_period();
    if (over()) return;
    PointAttempt attempt;
    if (told) {
      attempt = run_told_point({station_, plan_, load_, books_, observer_}, planned, turn.point, conditions);
      // As below: what the meter itself tells does not stand on its LED, and its fail stands.
      if (!attempt.fault && books_.is_behind()) take_findings(books_.read(), "no_pass");
    } else {
      if (by_register) conditions.read_registers = [&] { return registers_after(planned); };
      const auto period = load_.begin(planned.load);
      if (!period) return end_with(period.error());
      attempt = run_point(station_, plan_.meters, planned, turn.point, **period, observer_, conditions);
    }
    loaded_since_ = attempt.loaded_since;
    // Off before the record is written: a slow disk must not keep the load on.
    if (attempt.fault) {
      outcome_.fault = attempt.fault;
      end_load();
    }
    std::vector<PointRecord> settled;
    for (PointRecord& record : attempt.records)
      std::ranges::move(settle(plan_.scenario, outcome_.points, std::move(record)),
                        std::back_inserter(settled));
    add_points(settled, [&](const PointRecord& r) {
      if (!attempt.fault) observer_.point_ended(turn.point, r);
    });
    write_notes();
  }

  /// The load goes off. Where LED and register disagree the point itself tells of the register, and its fail
  /// stands.
  Result<RegisterComparisons> registers_after(const PlannedPoint& point) {
    if (auto ended = load_.end(); !ended) return tl::unexpected{ended.error()};
    std::map<std::string, std::string> uncut;
    if (const Seconds cut = point.task.power_cut; cut.value() > 0) {
      auto hindrances = cut_supplies({station_, positions_, &interlock_, nullptr}, cut);
      if (!hindrances) return tl::unexpected{hindrances.error()};
      uncut = *std::move(hindrances);
    }
    take_findings(books_.read(), "no_pass");
    if (interlock_.fault()) return tl::unexpected{*interlock_.fault()};
    RegisterComparisons seen;
    for (const PlannedMeter& meter : point.meters)
      if (const auto hindrance = uncut.find(meter.position); hindrance != uncut.end())
        seen.emplace(meter.position, tl::unexpected{hindrance->second});
      else
        seen.emplace(
            meter.position,
            books_.last(meter.position, energy_flow(plan_.meters.at(meter.position).form, point.load)));
    return seen;
  }

  void take(const SoakTurn& turn) {
    const PlannedSoak& planned = plan_.soaks[turn.soak];
    temperature_.reset();
    chamber_used_ = true;
    skipped_soak_.clear();
    // The load of the last point does not stay on while the meters are brought to another temperature.
    end_period();
    if (over()) return;
    record([&] {
      const auto soaked = run_soak({station_, interlock_, load_, plan_, observer_, control_}, planned,
                                   [&](const std::string& kind, const std::string& text) {
                                     log_.note(kind, text);
                                     log_.write(outcome_.run_id);
                                   });
      if (!soaked)
        end_with(soaked.error());
      else if (soaked->skipped_by)
        skip_soak(planned, *soaked->skipped_by);
      else
        stand_at(planned, soaked->unstable);
    });
    write_notes();
  }

  /// Whoever does not agree with himself at a temperature that stands passes nowhere.
  void stand_at(const PlannedSoak& planned, const std::map<std::string, std::string>& unstable) {
    temperature_ = TemperatureBand{planned.temperature, planned.band};
    std::vector<Finding> findings;
    for (const auto& [position, why] : unstable)
      findings.push_back({position, "no_pass",
                          fmt::format("not stable after {:.0f} min at {}: {}", planned.limit.value() / 60,
                                      to_text(planned.temperature), why)});
    take_findings(findings);
  }

  void skip_soak(const PlannedSoak& planned, const std::string& who) {
    skipped_soak_ =
        fmt::format("the soak at {} was skipped, the temperature was not held", to_text(planned.temperature));
    log_.note("skipped", fmt::format("soak at {} skipped by {}", to_text(planned.temperature), who));
  }

  /// The load off, the interlock kept.
  void rest(Seconds time, std::optional<std::string>& skipped_by) {
    end_period();
    if (over()) return;
    const auto waited = station_.reactor.run_until(
        [&] {
          if (control_ && !skipped_by) skipped_by = control_->take_skip();
          return interlock_.fault() || skipped_by;
        },
        station_.reactor.now() + to_duration(time));
    if (interlock_.fault()) return end_with(*interlock_.fault());
    if (waited == Reactor::Waited::stopped) end_with(station_.reactor.stop_fault("bench", "rest"));
  }

  /// What nobody has seen pulse by pulse is seen so; and where there was too little energy for the registers
  /// to tell anything: some more. A check of the bench does not ask.
  void hold_for_registers() {
    if (!plan_.scenario.register_account || plan_.scenario.check) return;
    const auto holds = plan_register_holds(station_, plan_, outcome_.points, books_);
    const HoldConditions conditions{temperature_, &interlock_};
    // All of it first: a load under which an LED is not counted ends its account.
    for (const RegisterHold& hold : holds) {
      if (over() || hold.unseen.empty()) continue;
      tell_hold(fmt::format("{} pulses at {} {}, seen one by one", kPulsesSeen, to_text(hold.current),
                            to_text(hold.flow)));
      static_cast<void>(take_hold(watch_leds(station_, plan_, hold, load_, conditions, control_)));
    }
    for (const RegisterHold& hold : holds) {
      if (over()) return;
      tell_hold(fmt::format("{:.0f} s more at {} {}, until LED and register are compared to {} %",
                            hold.time.value(), to_text(hold.current), to_text(hold.flow),
                            number_text(percent(kRegisterResolution))));
      for (int part = 0; part < hold.parts; ++part)
        if (!take_hold(meterbench::hold_for_registers(station_, plan_, hold, load_, conditions, control_)))
          break;
    }
  }

  void tell_hold(const std::string& what) {
    log_.note("register_hold", what);
    write_notes();
    observer_.holding_for_registers(what);
  }

  /// False when nothing more of that load is to be held.
  bool take_hold(const Result<RegisterHoldEnd>& held) {
    if (!held) {
      end_with(held.error());
      return false;
    }
    if (held->skipped_by) log_.note("skipped", "load for the registers skipped by " + *held->skipped_by);
    take_findings(held->findings);
    for (const auto& [position, pulses] : held->seen) leds_seen_[position] += pulses;
    end_period();
    return !over() && !held->skipped_by;
  }

  void comparisons() {
    add_points(
        due_comparisons(plan_, outcome_.points, station_, station_.reactor.now()), [&](const PointRecord& r) {
          const auto comparison = std::ranges::find(plan_.comparisons, r.point_id, &PlannedComparison::id);
          observer_.point_ended(comparison->last(), r);
        });
  }

  template <class Told>
  void add_points(const std::vector<PointRecord>& records, Told told) {
    if (records.empty()) return;
    record([&] { ledger_.add_points(outcome_.run_id, records); });
    if (outcome_.record_failure) return;
    for (const PointRecord& r : records) {
      told(r);
      outcome_.points.push_back(r);
    }
    doubt_reference(records);
  }

  /// A reference that is not believed at one point is not vouched for at the others.
  void doubt_reference(const std::vector<PointRecord>& records) {
    for (const PointRecord& r : records) {
      if (reference_doubted_ ||
          std::ranges::find(r.events, kReferenceDoubt, &EventRow::kind) == r.events.end())
        continue;
      reference_doubted_ = true;
      take_findings(
          {{"", "doubt", fmt::format("the source contradicts the reference at point {}", r.point_id)}});
    }
  }

  [[nodiscard]] std::map<std::string, std::vector<std::string>> doubts_of(const Limit& limit) const {
    auto doubts = doubts_;
    for (auto& [position, reasons] : doubts) {
      if (auto doubt = limit_doubt(limit)) reasons.push_back(*std::move(doubt));
      if (!skipped_soak_.empty()) reasons.push_back(skipped_soak_);
    }
    return doubts;
  }

  // The end of a load.

  /// The load goes off for a while, or for good; LEDs and registers of its time are reconciled.
  void end_period() {
    loaded_since_.reset();
    if (const auto ended = load_.end(); !ended) return end_with(ended.error());
    if (!books_.is_behind()) return;
    take_findings(books_.read());
    if (interlock_.fault()) end_with(*interlock_.fault());
  }

  void end_with(const Fault& fault) {
    outcome_.fault = fault;
    end_load();
    log_.note(fault.code == Errc::stopped ? "stopped" : "fault", fault.text());
    write_notes();
  }

  /// The one end of the last load, whatever ends the run.
  void end_load() {
    if (load_ended_) return;
    load_ended_ = true;
    judge_off(load_.abandon(outcome_.fault));
  }

  void judge_off(const LoadOff& off) {
    if (off.relay_open || off.source) log_.note(off.confirmed() ? "off_by_relay" : "not_off", off.text());
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

  // After the last load.

  void leave_meters() {
    if (outcome_.record_failure || outcome_.run_id.empty()) return;
    // What was cut short may be resumed, and proven then.
    if (!over() && !plan_.scenario.check) {
      const FlowsToProve to_prove = flows_to_prove(plan_, outcome_.points);
      take_findings(judge_leds(plan_, to_prove, outcome_.points, leds_seen_));
      take_findings(judge_registers(plan_, to_prove, books_));
    }
    take_findings(states_.read_after());
    if (auto told = tell_disconnects({station_, positions_}, plan_.meters)) take_findings(*std::move(told));
  }

  void disarm() {
    if (disarmed_) return;
    disarmed_ = true;
    const auto disarmed = interlock_.disarm();
    if (disarmed) return;
    // The watchdog opens the relay by itself, and the source is off: but nobody has seen the relay open.
    end_badly(disarmed.error());
    log_.note("not_disarmed", disarmed.error().text());
  }

  void leave_chamber() {
    if (!chamber_used_ || !station_.chamber) return;
    if (outcome_.fault && outcome_.fault->code == Errc::stopped)
      return log_.note("chamber", "left conditioning, for a resumed run to go on from");
    const auto stopped = await<void>(
        station_.reactor, "chamber", "stop", kSetUpLimit,
        [&](auto done) { station_.chamber->start_stop(std::move(done)); }, Reactor::Stoppable::no);
    if (!stopped) end_badly(stopped.error());
    log_.note("chamber", stopped ? "stopped: it drifts to the room" : stopped.error().text());
  }

  /// What speaks against a meter changes what was decided on it, and what will be.
  /// `disagreement`: what follows where LED and register disagree.
  void take_findings(const std::vector<Finding>& findings, const char* disagreement = "void") {
    for (const Finding& f : findings) {
      log_.note(f.kind, f.text, f.position, f.tables);
      if (f.kind == "led_register") take_findings({{f.position, disagreement, f.text}});
      const EventRow mark{"", f.position, 0, f.kind, f.text};
      if (changes_decisions(mark)) marks_.push_back(mark);
    }
  }

  [[nodiscard]] RunEnd end() const {
    if (ended_badly_) return RunEnd::bench_fault;
    if (outcome_.fault)
      return outcome_.fault->code == Errc::stopped ? RunEnd::interrupted : RunEnd::bench_fault;
    return all_passed() && plan_.unreachable.empty() ? RunEnd::passed : RunEnd::not_passed;
  }

  /// The last attempt counts.
  [[nodiscard]] bool all_passed() const {
    return std::ranges::all_of(last_attempts_of(outcome_.points), [](const auto& last) {
      return last.second->verdict.decision == Decision::pass;
    });
  }

  void write_notes() {
    record([&] { log_.write(outcome_.run_id); });
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
  RunControl* control_;
  ExternalStep* external_;
  const Plan& plan_;
  const std::vector<std::size_t> positions_;
  InterlockKeeper interlock_;
  RunLog log_;
  EnergyBooks books_;
  BenchLoad load_;
  MeterStates states_;
  RunOutcome outcome_;
  std::map<std::string, std::vector<std::string>> doubts_;  // by position, whatever the limit
  std::vector<EventRow> marks_;                             // that change decisions
  std::map<std::string, std::uint64_t> leds_seen_;          // pulses, one by one under holds, by position
  std::optional<TemperatureBand> temperature_;              // where the last soak has brought the meters
  std::optional<Instant> loaded_since_;  // of the load that is on, where the next repetition goes on under it
  std::string skipped_soak_;             // the last one, where a person ended it
  bool reference_doubted_ = false;
  bool chamber_used_ = false;
  bool load_ended_ = false;
  bool disarmed_ = false;
  bool ended_badly_ = false;
};

}  // namespace

RunOutcome Runner::run(const Plan& plan, RunRecord head, const std::optional<UnfinishedRun>& unfinished) {
  return Run{station_, ledger_, observer_, control_, external_, plan, unfinished}.carry_out(std::move(head));
}

}  // namespace meterbench
