// What the world can do to the bench, as a value. `Error` is a metrologist's word here (PercentError).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "bench/core/time.h"

namespace meterbench {

enum class Errc {
  timeout,       ///< no (complete) answer in time; the link is closed
  disconnected,  ///< the link is not there
  refused,       ///< the device answered that it will not
  garbled,       ///< the answer is not one that the protocol knows
  out_of_range,  ///< asked for more than the device or its limits allow; no byte left
  tripped,       ///< the device protects itself: its output is off by its own doing
  implausible,   ///< two instruments contradict each other, or a reading its set point
  stopped,       ///< a person or a signal asked to stop
};

[[nodiscard]] std::string_view to_text(Errc code);

/// Born where the mistake is seen; `code` is for programs, the rest for people.
struct Fault {
  Errc code{};
  std::string device;   ///< role or name in the station file, e.g. `source`
  std::string command;  ///< what was asked, as text
  std::string detail;   ///< what came back, or what is wrong, and the cure if known
  Duration elapsed{};   ///< since the command was given

  /// `source: OUTP ON: no answer (timeout after 2.000 s)`
  [[nodiscard]] std::string text() const;
};

template <class T>
using Result = tl::expected<T, Fault>;

/// Called once with what an asynchronous operation came to.
template <class T>
using Done = std::function<void(Result<T>)>;

[[nodiscard]] inline tl::unexpected<Fault> fault(Errc code, std::string device, std::string command,
                                                 std::string detail, Duration elapsed = {}) {
  return tl::unexpected<Fault>{
      Fault{code, std::move(device), std::move(command), std::move(detail), elapsed}};
}

}  // namespace meterbench
