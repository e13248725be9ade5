// A counter that stamps the edges of an LED while another instrument compares it with the reference: that
// tells of odd intervals. What it does not see costs no result.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "bench/core/fault.h"
#include "bench/model/edge.h"
#include "bench/station/station.h"

namespace meterbench {

class LedWitness {
 public:
  /// The counter that `position` has, if it stamps edges.
  LedWitness(Station& station, const Position& position);

  /// Stamps enough edges for a comparison of `pulses` that begins at ready_at() and takes `longest` at most.
  void start(std::uint64_t pulses, Seconds interval, Duration longest);
  /// When the counter sees edges; now, where there is none.
  [[nodiscard]] Instant ready_at() const;
  [[nodiscard]] bool is_done() const { return !box_ || stamps_->has_value(); }
  /// The counter may be used for something else then. Waits.
  [[nodiscard]] Result<void> stop();

  /// Without counts of the reference; empty where it did not see all of them.
  [[nodiscard]] std::vector<Edge> edges() const;

 private:
  Station& station_;
  const CounterBox* box_ = nullptr;
  int input_ = 0;
  Instant begin_{};
  /// Shared with the counter, which may answer after we are gone.
  std::shared_ptr<std::optional<Result<std::vector<Seconds>>>> stamps_ =
      std::make_shared<std::optional<Result<std::vector<Seconds>>>>();
};

}  // namespace meterbench
