// How the energy of the meters at a load can be counted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "bench/planner/planned_bench.h"

namespace meterbench {

/// What is asked of a window: either so many pulses, or a target uncertainty; without either it only lasts.
struct WindowTask {
  std::optional<std::uint64_t> pulses;
  std::optional<Ratio> target;
  Seconds at_least{};  ///< that long; not where pulses are asked for
};

/// A meter at a point, not yet counted.
struct Candidate {
  const MeterType* type = nullptr;
  PlannedMeter meter;
};

/// How one meter is counted.
struct Way {
  std::uint64_t pulses = 0;
  int windows = 1;      ///< that the pulses are counted in
  Seconds counting{};   ///< N pulses
  Seconds opening{};    ///< waiting for the edge that opens the window
  Ratio uncertainty{};  ///< expanded, predicted
};

struct NoWay {
  std::string reason;
  std::optional<Ratio> floor;  ///< where a method misses the target alone: what can be reached
};

struct Counting {
  CountingMethod method = CountingMethod::scanned;
  std::vector<tl::expected<Way, NoWay>> ways;  ///< one a candidate
};

/// By the method that serves most meters, else the quickest, else that of least uncertainty. `only`: no other
/// method will do. Nothing where the station has none.
[[nodiscard]] std::optional<Counting> best_counting(const PlannedBench& bench, const PlannedPoint& point,
                                                    const std::vector<Candidate>& candidates,
                                                    std::optional<CountingMethod> only,
                                                    const WindowTask& task);

}  // namespace meterbench
