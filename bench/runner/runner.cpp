#include "bench/runner/runner.h"

#include <algorithm>

#include <fmt/format.h>

#include "bench/runner/point_run.h"

namespace meterbench {
namespace {

constexpr Duration kSetUpLimit = std::chrono::seconds{10};
constexpr Duration kOffLimit = std::chrono::seconds{30};

/// Calls `action` when the scope is left, whatever the way.
template <class Action>
struct OnLeaving {
  Action action;
  explicit OnLeaving(Action a) : action{std::move(a)} {}
  ~OnLeaving() { action(); }
  OnLeaving(const OnLeaving&) = delete;
  OnLeaving& operator=(const OnLeaving&) = delete;
};

RunEnd end_of(const RunOutcome& outcome, const Plan& plan) {
  if (outcome.not_off || (outcome.fault && outcome.fault->code != Errc::stopped)) return RunEnd::bench_fault;
  if (outcome.fault) return RunEnd::interrupted;
  const bool all_pass = std::all_of(outcome.points.begin(), outcome.points.end(), [](const PointRecord& p) {
    return p.verdict.decision == Decision::pass;
  });
  return all_pass && plan.unreachable.empty() ? RunEnd::passed : RunEnd::not_passed;
}

}  // namespace

RunOutcome Runner::run(const Plan& plan, const std::vector<std::size_t>& positions, RunRecord head) {
  RunOutcome outcome;
  bool off = false;
  const auto end_load = [&] {
    if (!off) outcome.not_off = switch_off();
    off = true;
  };
  // Also when something throws that should not: nothing leaves this function with the source on.
  const OnLeaving ensure_off{end_load};
  /// The first failure of the ledger ends the load; nothing is written after it.
  const auto record = [&](auto write) {
    if (outcome.record_failure) return;
    try {
      write();
    } catch (const LedgerError& e) {
      end_load();
      outcome.record_failure = e.what();
    }
  };
  const auto record_event = [&](std::string kind, std::string text) {
    record([&] {
      ledger_.add_event(outcome.run_id,
                        {"", "", in_seconds(station_.reactor.now()), std::move(kind), std::move(text)});
    });
  };

  std::vector<std::string> repeats;  // written between points: callbacks do not wait for a disk
  station_.reference->on_repeat([&](const Fault& overcome) { repeats.push_back(overcome.text()); });
  const OnLeaving deaf{[&] { station_.reference->on_repeat(nullptr); }};

  auto ready = make_safe_to_start();
  if (ready) ready = identify();

  head.planned_points = plan.points.size();
  head.started = station_.reactor.utc();
  std::vector<InstrumentRow> instruments;
  for (const InstrumentRecord& i : station_.instruments)
    instruments.push_back({i.role, i.driver, i.address, i.far_end, i.identity, i.certificate, i.simulated});
  record([&] { outcome.run_id = ledger_.begin_run(head, instruments); });
  for (const UnreachablePoint& point : plan.unreachable)
    record_event("unreachable", point.description + ": " + point.reason);
  observer_.run_started(outcome.run_id, plan);
  if (!ready) {
    outcome.fault = ready.error();
    record_event("fault", outcome.fault->text());
  }

  for (std::size_t i = 0; i < plan.points.size() && !outcome.fault && !outcome.record_failure; ++i) {
    observer_.point_started(i, plan.points[i]);
    PointAttempt attempt = run_point(station_, plan, i, positions, doubts(plan.points[i].limit), observer_);
    // Off before the record is written: a slow disk must not keep the load on.
    if (attempt.fault) {
      outcome.fault = attempt.fault;
      end_load();
      // Best effort: the counter may be what failed.
      static_cast<void>(await<void>(
          station_.reactor, "counter", "stop scan", kSetUpLimit,
          [&](auto done) { station_.counter->start_stop(std::move(done)); }, Reactor::Stoppable::no));
    }
    for (PointRecord& point : attempt.records) {
      record([&] { ledger_.add_point(outcome.run_id, point); });
      if (outcome.record_failure) break;
      if (!attempt.fault) observer_.point_ended(i, point);
      outcome.points.push_back(std::move(point));
    }
    for (const std::string& repeat : repeats) record_event("repeated", repeat);
    repeats.clear();
  }
  end_load();
  if (outcome.not_off) record_event("not_off", outcome.not_off->text());
  outcome.end = end_of(outcome, plan);
  record([&] { ledger_.end_run(outcome.run_id, static_cast<int>(outcome.end), station_.reactor.utc()); });
  if (outcome.record_failure) outcome.end = RunEnd::bench_fault;
  return outcome;
}

/// All off first, whatever an earlier program left behind; then the hardware limits.
Result<void> Runner::make_safe_to_start() {
  if (auto off = switch_off()) return tl::unexpected{*off};
  return await<void>(station_.reactor, "source", "set limits", kSetUpLimit,
                     [&](auto done) { station_.source->start_set_limits(station_.limits, std::move(done)); });
}

Result<void> Runner::identify() {
  const auto ask = [&](const std::string& role, auto&& instrument) -> Result<void> {
    auto identity = await<std::string>(station_.reactor, role, "identify", kSetUpLimit,
                                       [&](auto done) { instrument.start_identify(std::move(done)); });
    if (!identity) return tl::unexpected{identity.error()};
    for (InstrumentRecord& record : station_.instruments)
      if (record.role == role) record.identity = *identity;
    return {};
  };
  if (auto asked = ask("source", *station_.source); !asked) return asked;
  if (auto asked = ask("reference", *station_.reference); !asked) return asked;
  return ask("counter", *station_.counter);
}

std::optional<Fault> Runner::switch_off() {
  auto off = await<void>(
      station_.reactor, "source", "off", kOffLimit,
      [&](auto done) { station_.source->start_off(std::move(done)); }, Reactor::Stoppable::no);
  if (off) return std::nullopt;
  return off.error();
}

std::vector<std::string> Runner::doubts(const Limit& limit) const {
  std::vector<std::string> reasons;
  const Calibration& certificate = station_.reference_calibration;
  if (station_.reactor.utc() < certificate.issued)
    reasons.push_back(fmt::format("certificate {} is not valid before {}", certificate.certificate,
                                  utc_text(certificate.issued).substr(0, 10)));
  if (certificate.expired(station_.reactor.utc()))
    reasons.push_back(fmt::format("certificate {} expired {}", certificate.certificate,
                                  utc_text(certificate.due).substr(0, 10)));
  if (limit.mark == Mark::knowledge)
    reasons.push_back(fmt::format("the limit of {} is an unverified figure", limit.source));
  return reasons;
}

}  // namespace meterbench
