#include "bench/runner/led_witness.h"

#include <algorithm>
#include <cmath>

#include "bench/runner/counter_ability.h"

namespace meterbench {
namespace {

/// A counter is started so much earlier. made: a 53230A's relays take 1 s.
constexpr Seconds kHeadStart{2};
constexpr Duration kStopLimit = std::chrono::seconds{10};

}  // namespace

LedWitness::LedWitness(Station& station, const Position& position)
    : station_{station}, input_{position.led_input}, begin_{station.reactor.now()} {
  if (position.counter >= station.counters.size()) return;
  const CounterBox& box = station.counters[position.counter];
  if (can_count(box, CountingMethod::timestamps)) box_ = &box;
}

void LedWitness::start(std::uint64_t pulses, Seconds interval, Duration longest) {
  if (!box_) return;
  begin_ = station_.reactor.now();
  // Those of the head start, and one more than its pulses for the comparison, which may wait for its first.
  const auto before = static_cast<std::uint64_t>(std::ceil(kHeadStart / interval));
  const std::uint64_t edges = std::min(before + pulses + 2, box_->counter->capabilities().most_timestamps);
  box_->counter->start_timestamps(
      input_, edges, to_duration(kHeadStart) + longest,
      [stamps = stamps_](Result<std::vector<Seconds>> result) { stamps->emplace(std::move(result)); });
}

Instant LedWitness::ready_at() const { return box_ ? begin_ + to_duration(kHeadStart) : begin_; }

Result<void> LedWitness::stop() {
  if (is_done()) return {};
  return await<void>(station_.reactor, box_->role, "stop", kStopLimit,
                     [&](Done<void> done) { box_->counter->start_stop(std::move(done)); });
}

std::vector<Edge> LedWitness::edges() const {
  std::vector<Edge> edges;
  if (!stamps_->has_value() || !stamps_->value()) return edges;
  const std::vector<Seconds>& stamps = *stamps_->value();
  for (const Seconds stamp : stamps)
    edges.push_back({edges.size(), begin_ + to_duration(stamp - stamps.front()), 0});
  return edges;
}

}  // namespace meterbench
