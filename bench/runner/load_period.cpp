#include "bench/runner/load_period.h"

#include <algorithm>
#include <stdexcept>

#include "bench/runner/counter_ability.h"

namespace meterbench {
namespace {

constexpr Duration kSetUpLimit = std::chrono::seconds{10};

/// Beyond its end, for a counter to tell of a gate.
constexpr Duration kGateReply = std::chrono::seconds{10};

}  // namespace

LoadPeriod::LoadPeriod(Station& station, const std::vector<std::size_t>& positions)
    : station_{station}, positions_{positions} {
  scans_->places.resize(positions.size());
}

LoadPeriod::~LoadPeriod() { scans_->over = true; }

Result<void> LoadPeriod::open(InterlockKeeper& interlock, Duration gate) {
  for (std::size_t index = 0; index < station_.counters.size(); ++index) {
    const CounterBox& box = station_.counters[index];
    std::vector<std::size_t> places;
    for (std::size_t place = 0; place < positions_.size(); ++place)
      if (station_.positions[positions_[place]].counter == index) places.push_back(place);
    if (places.empty()) continue;
    if (can_count(box, CountingMethod::scanned)) {
      if (auto opened = open_scan(box, places, interlock); !opened) return opened;
    } else if (gate > Duration{} && can_count(box, CountingMethod::gated_total) &&
               gate <= box.counter->capabilities().longest_gate) {
      open_gate(box, places.front(), gate);  // one input at a time
    }
  }
  return {};
}

Result<void> LoadPeriod::open_scan(const CounterBox& box, const std::vector<std::size_t>& places,
                                   InterlockKeeper& interlock) {
  PulseCounter::Inputs inputs{box.reference_input, {}};
  for (const std::size_t place : places) {
    inputs.leds.push_back(station_.positions[positions_[place]].led_input);
    scans_->places[place].counted = true;
  }
  const auto on_edge = [scans = scans_, places](std::size_t led, const Edge& edge) {
    if (scans->over) return;
    scans->places[places[led]].take(edge, scans->keep_from, scans->opened_by);
  };
  const auto on_fault = [scans = scans_](Fault born) {
    if (!scans->fault) scans->fault = std::move(born);
  };
  open_.push_back(&box);
  return await<void>(station_.reactor, box.role, "start scan", kSetUpLimit,
                     interlock.guarded<void>([&](Done<void> done) {
                       box.counter->start_scan(inputs, on_edge, on_fault, std::move(done));
                     }));
}

/// Counters tell of an edge a little later, in their order: the last one of before is known with the first.
void LoadPeriod::Place::take(const Edge& edge, Instant keep_from, Instant opened_by) {
  ++pulses;
  if (edge.time < keep_from) {
    last = edge;
    return;
  }
  if (edges.empty() && last && last->time >= opened_by) edges.push_back(*last);
  edges.push_back(edge);
}

void LoadPeriod::open_gate(const CounterBox& box, std::size_t place, Duration gate) {
  Gate& opened = gates_.emplace_back();
  opened.place = place;
  opened.end = station_.reactor.now() + gate;
  opened.role = box.role;
  box.counter->start_total(station_.positions[positions_[place]].led_input, gate,
                           [total = opened.total, scans = scans_](Result<std::uint64_t> result) {
                             if (!result && !scans->fault) scans->fault = result.error();
                             total->emplace(std::move(result));
                           });
}

Result<void> LoadPeriod::close_gates() {
  // One that has ended by now has not seen the end of the load.
  std::erase_if(gates_, [](const Gate& gate) { return gate.total->has_value(); });
  for (const Gate& gate : gates_) {
    static_cast<void>(station_.reactor.run_until([&] { return gate.total->has_value(); },
                                                 gate.end + kGateReply, Reactor::Stoppable::no));
    if (!gate.total->has_value())
      return meterbench::fault(Errc::timeout, gate.role, "count", "its gate does not end");
    const Result<std::uint64_t>& total = **gate.total;
    if (!total) return tl::unexpected{total.error()};
    scans_->places[gate.place].counted = true;
    scans_->places[gate.place].pulses = *total;
  }
  gates_.clear();
  return {};
}

Result<void> LoadPeriod::close() {
  Result<void> all = close_gates();
  for (const CounterBox* box : open_) {
    auto closed = await<void>(
        station_.reactor, box->role, "stop scan", kSetUpLimit,
        [&](Done<void> done) { box->counter->start_stop(std::move(done)); }, Reactor::Stoppable::no);
    if (!closed && all) all = std::move(closed);
  }
  open_.clear();
  return all;
}

void LoadPeriod::keep_edges_from(Instant begin, Instant opened_by) {
  scans_->keep_from = begin;
  scans_->opened_by = opened_by;
  for (Place& place : scans_->places) place.edges.clear();
}

std::size_t LoadPeriod::place_of(const std::string& position) const {
  for (std::size_t place = 0; place < positions_.size(); ++place)
    if (station_.positions[positions_[place]].name == position) return place;
  throw std::out_of_range{"position " + position + " is not in use"};
}

}  // namespace meterbench
