#include "bench/runner/point_hold.h"

namespace meterbench {
namespace {

constexpr Duration kSetUpLimit = std::chrono::seconds{10};
constexpr Duration kApplyLimit = std::chrono::seconds{60};

}  // namespace

/// The interlock's fault ends what the watch does not see yet.
template <class T, class Start>
std::function<void(Done<T>)> PointHold::guarded(Start start) const {
  if (!conditions_.interlock) return start;
  return conditions_.interlock->guarded<T>(std::move(start));
}

Result<void> PointHold::reach(Duration settling) {
  Reactor& reactor = station_.reactor;
  if (auto applied = await<void>(
          reactor, "source", "apply load point", kApplyLimit,
          guarded<void>([&](auto done) { station_.source->start_apply(load_, std::move(done)); }));
      !applied)
    return applied;
  auto pulse = await<ActiveEnergy>(
      reactor, "reference", "prepare", kSetUpLimit,
      guarded<ActiveEnergy>([&](auto done) { station_.reference->start_prepare(load_, std::move(done)); }));
  if (!pulse) return tl::unexpected{pulse.error()};
  reference_pulse_ = *pulse;

  watch_.emplace(station_, load_, conditions_);
  // The watch itself gives up when the load is not held in time.
  if (auto held = wait([&] { return watch_->held_since().has_value(); }, Instant::max()); !held)
    return tl::unexpected{held.error()};
  if (auto ready = wait([] { return false; }, *watch_->held_since() + settling); !ready)
    return tl::unexpected{ready.error()};
  steady_since_ = reactor.now();
  return {};
}

Result<void> PointHold::stand_until(Instant instant) {
  if (auto stood = wait([] { return false; }, instant); !stood) return tl::unexpected{stood.error()};
  steady_since_ = station_.reactor.now();
  return {};
}

bool PointHold::counting_fault() const { return period_ != nullptr && period_->fault().has_value(); }

Result<bool> PointHold::wait(const std::function<bool()>& until, Instant deadline) {
  const auto skipped = [&] {
    if (control_ && !skipped_by_) skipped_by_ = control_->take_skip();
    return skipped_by_.has_value();
  };
  const auto waited = station_.reactor.run_until(
      [&] { return watch_->fault() || counting_fault() || skipped() || until(); }, deadline);
  if (watch_->fault()) return tl::unexpected{*watch_->fault()};
  if (counting_fault()) return tl::unexpected{*period_->fault()};
  if (skipped_by_) return fault(Errc::stopped, "bench", "count", "skipped by " + *skipped_by_);
  if (waited == Reactor::Waited::stopped)
    return tl::unexpected{station_.reactor.stop_fault("bench", "count")};
  return waited == Reactor::Waited::done;
}

}  // namespace meterbench
