#include "bench/runner/hand_load.h"

#include <utility>

#include "bench/runner/identify.h"

namespace meterbench {
namespace {

constexpr Duration kSetUpLimit = std::chrono::seconds{10};

}  // namespace

HandLoad::~HandLoad() { static_cast<void>(off()); }

Result<void> HandLoad::make_ready() {
  if (interlock_) return {};
  interlock_.emplace(station_);
  conditions_.interlock = &*interlock_;
  if (const LoadOff off = switch_off(station_, *interlock_); off.source) return tl::unexpected{*off.source};
  return await<void>(station_.reactor, "source", "set limits", kSetUpLimit,
                     [&](auto done) { station_.source->start_set_limits(station_.limits, std::move(done)); })
      .and_then([&] { return identify_instruments(station_); })
      .and_then([&] { return interlock_->arm(); });
}

Result<void> HandLoad::apply(const LoadPoint& load) {
  if (auto made = make_ready(); !made) return tl::unexpected{end_with(made.error())};
  hold_.reset();
  load_ = load;
  hold_ = std::make_unique<PointHold>(station_, load_, conditions_, nullptr, nullptr);
  if (auto reached = hold_->reach({}); !reached) return tl::unexpected{end_with(reached.error())};
  return {};
}

Result<void> HandLoad::off() {
  if (!interlock_) return {};
  hold_.reset();
  const LoadOff off = switch_off(station_, *interlock_);
  const auto disarmed = interlock_->disarm();
  interlock_.reset();
  if (!off.confirmed()) return tl::unexpected{*off.source};
  return disarmed;
}

Result<ReferenceReading> HandLoad::read() {
  if (auto fault = tend()) return tl::unexpected{*std::move(fault)};
  return await<ReferenceReading>(station_.reactor, "reference", "read", kSetUpLimit,
                                 [&](auto done) { station_.reference->start_read(std::move(done)); });
}

Result<void> HandLoad::stand(Duration time) {
  const auto waited =
      station_.reactor.run_until([&] { return needs_tending(); }, station_.reactor.now() + time);
  if (auto fault = tend()) return tl::unexpected{*std::move(fault)};
  if (waited == Reactor::Waited::stopped)
    return tl::unexpected{end_with(station_.reactor.stop_fault("bench", "stand"))};
  return {};
}

std::optional<Fault> HandLoad::wrong() const {
  if (interlock_ && interlock_->fault()) return interlock_->fault();
  if (hold_ && hold_->watch()) return hold_->watch()->fault();
  return std::nullopt;
}

std::optional<Fault> HandLoad::tend() {
  auto cause = wrong();
  if (cause) cause = end_with(*std::move(cause));
  return cause;
}

Fault HandLoad::end_with(Fault cause) {
  if (!interlock_) return cause;
  hold_.reset();
  const LoadOff off = switch_off(station_, *interlock_, cause);
  static_cast<void>(interlock_->disarm());  // its own fault is the cause, or comes with the next apply()
  interlock_.reset();
  if (!off.confirmed()) cause.detail += "; " + off.text();
  return cause;
}

}  // namespace meterbench
