#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "bench/core/reactor.h"

namespace meterbench::virtual_lab {

/// The time of a lab that outside programs talk to: the machine's, or a multiple of it. The lab's world
/// follows in small steps, and is always brought to an instant before a far end is called at it.
class LabClock {
 public:
  /// Names an action that waits for its instant.
  using Timer = std::pair<Instant, std::uint64_t>;

  /// `scale`: seconds of the lab in a second of the machine, above 0. `advance` brings the world to an
  /// instant, which never goes back. Lab time begins at 0.
  LabClock(Reactor& reactor, double scale, std::function<void(Instant)> advance);
  ~LabClock();
  LabClock(const LabClock&) = delete;
  LabClock& operator=(const LabClock&) = delete;

  [[nodiscard]] Reactor& reactor() const { return reactor_; }
  /// The world may still be behind it.
  [[nodiscard]] Instant now() const;
  /// now(), with the world there. Any call of a far end is made at the present.
  Instant present();

  /// Runs `action` from within a wait once the lab's time is `when`. Equal instants keep the order of their
  /// calls.
  Timer at(Instant when, Reactor::Action action);
  /// Does nothing when it has run already.
  void cancel(const Timer& timer);

 private:
  void tick();
  void arm();
  void run_due();

  Reactor& reactor_;
  double scale_;
  std::function<void(Instant)> advance_;
  // Where the lab stood when the machine's time was last looked at: the two run in step from there.
  Instant lab_{};
  Instant machine_;
  Instant world_{};
  std::uint64_t sequence_ = 0;
  std::map<Timer, Reactor::Action> timers_;
  std::optional<Reactor::TimerId> next_;
  Reactor::TimerId tick_{};
};

}  // namespace meterbench::virtual_lab
