#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/core/reactor.h"
#include "bench/model/capabilities.h"
#include "bench/model/edge.h"

namespace meterbench {

/// Counts the test LEDs of several meters and the reference's pulses at once.
class PulseCounter {
 public:
  virtual ~PulseCounter() = default;

  [[nodiscard]] virtual CounterCapabilities capabilities() const = 0;
  virtual void start_identify(Done<std::string> done) = 0;

  struct Inputs {
    int reference = 0;      ///< input of the reference's pulses
    std::vector<int> leds;  ///< one input a position, in the order of positions
  };
  /// `led` is the index within Inputs::leds.
  using OnEdge = std::function<void(std::size_t led, const Edge& edge)>;
  using OnFault = std::function<void(Fault fault)>;

  /// Opens a scan: `done` once it runs, then `on_edge` for each LED edge in the order of time, until
  /// stop_scan. `on_fault` at most once; the scan is over then. One scan at a time.
  virtual void start_scan(const Inputs& inputs, OnEdge on_edge, OnFault on_fault, Done<void> done) = 0;

  /// Ends the scan; no edge is reported after `done`. Harmless when none runs.
  virtual void start_stop_scan(Done<void> done) = 0;
};

}  // namespace meterbench
