#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/core/reactor.h"
#include "bench/model/capabilities.h"
#include "bench/model/edge.h"

namespace meterbench {

/// Counts the test LEDs of meters. What it is able to do stands in its capabilities; the rest is refused.
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

  // Method `scanned`: LEDs of several meters and the reference's pulses at once.

  /// Opens a scan: `done` once it runs, then `on_edge` for each LED edge in the order of time, until
  /// stop_scan. `on_fault` at most once; the scan is over then. One scan at a time.
  virtual void start_scan(const Inputs& inputs, OnEdge on_edge, OnFault on_fault, Done<void> done);

  // Methods `timestamps` and `gated_total`: one input at a time.

  /// When the next `edges` rising edges of `input` came: seconds from an origin of the instrument's own, not
  /// falling. Fewer within `limit`: refused with how many came, where the instrument tells (the link stays
  /// open).
  virtual void start_timestamps(int input, std::uint64_t edges, Duration limit,
                                Done<std::vector<Seconds>> done);
  /// How many rising edges of `input` came within one gate, which opens at once. Overflow is garbled.
  virtual void start_total(int input, Duration gate, Done<std::uint64_t> done);

  /// Ends whatever is under way: a scan (no edge is reported after `done`), a record of time stamps or a gate
  /// (which end as `stopped`). Harmless when nothing is.
  virtual void start_stop(Done<void> done) = 0;
};

}  // namespace meterbench
