// Questions to the optical ports of the meters of a point, all at once, while the bench looks after itself.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bench/guardian/interlock_keeper.h"
#include "bench/runner/point_hold.h"
#include "bench/runner/port_questions.h"
#include "bench/station/station.h"

namespace meterbench {

/// Those who are asked, and what may end the waiting for their answers.
struct PortTalk {
  Station& station;
  std::vector<std::size_t> positions;  ///< indexes of Station::positions
  InterlockKeeper* interlock = nullptr;
  PointHold* hold = nullptr;  ///< of the load that stands meanwhile; null: none does

  /// Calls ask(name, meter, done) for each port, and waits until all have answered; those that do not in time
  /// have a timeout for an answer. The fault is the bench's own.
  template <class T, class Ask>
  [[nodiscard]] Result<MeterAnswers<T>> ask(std::string_view command, Ask question) const {
    const auto answers = ask_ports<T>(station, positions, command, question);
    if (auto waited = wait([&] { return answers->open == 0; }, kMeterLimit); !waited)
      return tl::unexpected{waited.error()};
    return answers->by_position;
  }

  /// The same of a reading that every meter has.
  template <class T>
  [[nodiscard]] Result<MeterAnswers<T>> read(void (Meter::*start)(Done<T>), std::string_view command) const {
    return ask<T>(command,
                  [&](const std::string&, Meter& meter, Done<T> done) { (meter.*start)(std::move(done)); });
  }

  /// For time alone, or until `done`.
  [[nodiscard]] Result<void> wait(const std::function<bool()>& done, Duration longest) const {
    const Instant deadline = station.reactor.now() + longest;
    if (hold) return hold->wait(done, deadline).map([](bool) {});
    const auto ill = [&] { return interlock && interlock->fault(); };
    const auto waited = station.reactor.run_until([&] { return ill() || done(); }, deadline);
    if (ill()) return tl::unexpected{*interlock->fault()};
    if (waited == Reactor::Waited::stopped) return fault(Errc::stopped, "bench", "wait", "stop requested");
    return {};
  }
  [[nodiscard]] Result<void> wait(Duration time) const {
    return wait([] { return false; }, time);
  }
};

}  // namespace meterbench
