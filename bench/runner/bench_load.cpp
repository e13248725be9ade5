#include "bench/runner/bench_load.h"

#include <algorithm>
#include <stdexcept>

namespace meterbench {
namespace {

constexpr Duration kSetUpLimit = std::chrono::seconds{10};
/// Counters may tell of an edge that much later. made: a USB-CTR08 takes 30 to 60 ms.
constexpr Duration kLateEdges = std::chrono::seconds{1};

}  // namespace

BenchLoad::BenchLoad(Station& station, InterlockKeeper& interlock, const Plan& plan,
                     const std::vector<std::size_t>& positions, EnergyBooks& books)
    : station_{station}, interlock_{interlock}, plan_{plan}, positions_{positions}, books_{books} {
  for (const auto& [position, type] : plan.meters) latency_ = std::max(latency_, to_duration(type.latency));
}

std::vector<EnergyFlow> BenchLoad::flows(const LoadPoint& load) const {
  std::vector<EnergyFlow> flows;
  for (const std::size_t position : positions_)
    flows.push_back(energy_flow(plan_.meters.at(station_.positions[position].name).form, load));
  return flows;
}

bool BenchLoad::can_go_on_with(const LoadPoint& load) const { return !period_ || flows(load) == flows_; }

Result<LoadPeriod*> BenchLoad::begin(const LoadPoint& load, Duration gate) {
  if (!can_go_on_with(load)) throw std::logic_error{"a load of another direction under the same counting"};
  if (period_) return period_.get();
  flows_ = flows(load);
  period_ = std::make_unique<LoadPeriod>(station_, positions_);
  if (auto opened = period_->open(interlock_, gate); !opened) return tl::unexpected{opened.error()};
  return period_.get();
}

Result<void> BenchLoad::end() {
  if (!period_) return {};
  if (const LoadOff off = switch_off(station_, interlock_); off.source) return tl::unexpected{*off.source};
  const auto closed = wait_for_last_pulses().and_then([&] { return period_->close(); });
  if (!closed) return closed;
  books_.enter(*period_, flows_);
  period_.reset();
  return {};
}

Result<void> BenchLoad::wait_for_last_pulses() {
  const auto waited = station_.reactor.run_until([&] { return interlock_.fault() || period_->fault(); },
                                                 station_.reactor.now() + std::max(latency_, kLateEdges));
  if (interlock_.fault()) return tl::unexpected{*interlock_.fault()};
  if (period_->fault()) return tl::unexpected{*period_->fault()};
  if (waited == Reactor::Waited::stopped)
    return tl::unexpected{station_.reactor.stop_fault("bench", "wait for the last pulses")};
  return {};
}

LoadOff BenchLoad::abandon(const std::optional<Fault>& cause) {
  const LoadOff off = switch_off(station_, interlock_, cause);
  if (!period_) return off;
  books_.break_off();
  period_.reset();
  stop_counting();
  return off;
}

/// What counts may be what failed.
void BenchLoad::stop_counting() {
  const auto stop = [&](std::string_view device, auto start) {
    static_cast<void>(
        await<void>(station_.reactor, device, "stop", kSetUpLimit, start, Reactor::Stoppable::no));
  };
  for (const CounterBox& box : station_.counters)
    stop(box.role, [&](Done<void> done) { box.counter->start_stop(std::move(done)); });
  if (ErrorCalculator* calculator = station_.reference->error_calculator())
    stop("reference", [&](Done<void> done) { calculator->start_abort(std::move(done)); });
}

}  // namespace meterbench
