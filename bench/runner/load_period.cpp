#include "bench/runner/load_period.h"

#include <algorithm>
#include <stdexcept>

namespace meterbench {
namespace {

constexpr Duration kSetUpLimit = std::chrono::seconds{10};

bool can_scan(const CounterBox& box) {
  const auto methods = box.counter->capabilities().methods;
  return std::ranges::find(methods, CountingMethod::scanned) != methods.end();
}

}  // namespace

LoadPeriod::LoadPeriod(Station& station, const std::vector<std::size_t>& positions)
    : station_{station}, positions_{positions} {
  scans_->places.resize(positions.size());
}

LoadPeriod::~LoadPeriod() { scans_->over = true; }

Result<void> LoadPeriod::open(InterlockKeeper& interlock) {
  for (std::size_t box = 0; box < station_.counters.size(); ++box) {
    std::vector<std::size_t> places;
    for (std::size_t place = 0; place < positions_.size(); ++place)
      if (station_.positions[positions_[place]].counter == box) places.push_back(place);
    if (places.empty() || !can_scan(station_.counters[box])) continue;
    if (auto opened = open_scan(station_.counters[box], places, interlock); !opened) return opened;
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
    Place& place = scans->places[places[led]];
    ++place.pulses;
    if (edge.time >= scans->keep_from) place.edges.push_back(edge);
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

Result<void> LoadPeriod::close() {
  Result<void> all;
  for (const CounterBox* box : open_) {
    auto closed = await<void>(
        station_.reactor, box->role, "stop scan", kSetUpLimit,
        [&](Done<void> done) { box->counter->start_stop(std::move(done)); }, Reactor::Stoppable::no);
    if (!closed && all) all = std::move(closed);
  }
  open_.clear();
  return all;
}

void LoadPeriod::keep_edges_from(Instant begin) {
  scans_->keep_from = begin;
  for (Place& place : scans_->places) place.edges.clear();
}

std::size_t LoadPeriod::place_of(const std::string& position) const {
  for (std::size_t place = 0; place < positions_.size(); ++place)
    if (station_.positions[positions_[place]].name == position) return place;
  throw std::out_of_range{"position " + position + " is not in use"};
}

}  // namespace meterbench
