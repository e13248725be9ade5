#pragma once

#include <algorithm>

#include "drivers/virtual_lab/world/pulse_signal.h"

namespace meterbench::contract {

/// Edges at n·period from the start of the world, n from 1, until `ends`.
class SteadySignal final : public virtual_lab::PulseSignal {
 public:
  explicit SteadySignal(Duration period) : period_{period} {}

  std::uint64_t edges_until(Instant t) override {
    return static_cast<std::uint64_t>(
        std::max<std::int64_t>(std::min(t, ends).time_since_epoch() / period_, 0));
  }
  std::vector<Instant> edges_between(Instant after, Instant until) override {
    std::vector<Instant> edges;
    const auto last = edges_until(until);
    for (auto n = edges_until(after) + 1; n <= last; ++n)
      edges.push_back(Instant{static_cast<std::int64_t>(n) * period_});
    return edges;
  }

  Instant ends = Instant::max();

 private:
  Duration period_;
};

}  // namespace meterbench::contract
