#include "bench/runner/position_map.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "bench/runner/counter_ability.h"
#include "bench/runner/port_questions.h"

namespace meterbench {
namespace {

constexpr Duration kSetUpLimit = std::chrono::seconds{10};
/// Meters pulse at 10 Hz or more: an LED that is dark for that long has given all its pulses.
constexpr Duration kQuiet = std::chrono::seconds{1};
/// 100 pulses at 10 Hz, and some time to begin. An LED that blinks on is taken as it stands then. made
constexpr Duration kPulsesLimit = std::chrono::seconds{15};
/// What a counter needs that looks at an input for the first time, in a gate of its own. made
constexpr Duration kFirstGate = std::chrono::milliseconds{100};

/// Two apart, so that one pulse too many or too few does not look like another position's.
unsigned pulses_of(std::size_t place) { return 2 * (static_cast<unsigned>(place) + 1); }

/// Shared with the counters, which may still report after the count has ended.
struct Count {
  std::map<std::size_t, unsigned long> pulses;  ///< by index of the position
  Instant last{};
  std::optional<Fault> fault;
};

class Proof {
 public:
  Proof(Station& station, InterlockKeeper& interlock, const std::vector<std::size_t>& positions)
      : station_{station}, interlock_{interlock}, positions_{positions} {}

  Result<std::vector<PositionCount>> run() {
    for (std::size_t box = 0; box < station_.counters.size(); ++box)
      if (auto opened = open_scan(box); !opened) {
        static_cast<void>(close_scans());
        return tl::unexpected{opened.error()};
      }
    const auto counted = signal_and_count();
    const auto closed = close_scans();
    if (!counted) return tl::unexpected{counted.error()};
    if (!closed) return tl::unexpected{closed.error()};
    for (const std::size_t position : positions_)
      if (is_gated(position))
        if (const auto gated = signal_within_gate(position); !gated) return tl::unexpected{gated.error()};
    return counts();
  }

 private:
  [[nodiscard]] bool is_used(std::size_t box) const {
    return std::ranges::any_of(positions_,
                               [&](std::size_t p) { return station_.positions[p].counter == box; });
  }

  [[nodiscard]] bool can(std::size_t box, CountingMethod method) const {
    return box < station_.counters.size() && can_count(station_.counters[box], method);
  }

  /// Its counter sees one input at a time.
  [[nodiscard]] bool is_gated(std::size_t position) const {
    const Position& p = station_.positions[position];
    return !count_->pulses.contains(position) && can(p.counter, CountingMethod::gated_total) &&
           station_.meters.contains(p.name);
  }

  Result<void> open_scan(std::size_t box) {
    const CounterBox& counter = station_.counters[box];
    if (!is_used(box) || !can(box, CountingMethod::scanned)) return {};
    PulseCounter::Inputs inputs{counter.reference_input, {}};
    std::vector<std::size_t> seen;  // index of the position of each LED
    // Empty sockets too: a meter may shine into its neighbour's place.
    std::set<int> taken{counter.reference_input};
    const auto add = [&](std::size_t position) {
      const Position& p = station_.positions[position];
      if (p.counter != box || !taken.insert(p.led_input).second) return;
      inputs.leds.push_back(p.led_input);
      seen.push_back(position);
    };
    std::ranges::for_each(positions_, add);
    for (std::size_t position = 0; position < station_.positions.size(); ++position) add(position);
    for (const std::size_t position : seen) count_->pulses.emplace(position, 0);

    scanning_.push_back(box);
    return await<void>(station_.reactor, counter.role, "start scan", kSetUpLimit, [&](Done<void> done) {
      counter.counter->start_scan(
          inputs,
          [count = count_, seen](std::size_t led, const Edge& edge) {
            ++count->pulses[seen[led]];
            count->last = std::max(count->last, edge.time);
          },
          [count = count_](Fault born) { count->fault = std::move(born); }, std::move(done));
    });
  }

  Result<void> close_scans() {
    Result<void> all;
    for (const std::size_t box : scanning_)
      if (auto closed = stop_counting(station_.counters[box]); !closed && all) all = std::move(closed);
    return all;
  }

  Result<void> stop_counting(const CounterBox& counter) {
    return await<void>(
        station_.reactor, counter.role, "stop counting", kSetUpLimit,
        [&](Done<void> done) { counter.counter->start_stop(std::move(done)); }, Reactor::Stoppable::no);
  }

  Result<void> signal_and_count() {
    Reactor& reactor = station_.reactor;
    if (count_->pulses.empty()) return {};
    const auto answers = ask(counted_positions());
    if (auto told = wait([&] { return answers->open == 0; }, reactor.now() + kMeterLimit); !told) return told;
    answers_ = answers->by_position;
    const Instant begin = reactor.now();
    const auto quiet = [&] { return reactor.now() - std::max(begin, count_->last) >= kQuiet; };
    // Time alone brings silence about, so it is looked for now and then.
    while (!quiet() && reactor.now() - begin < kPulsesLimit)
      if (auto waited = wait([] { return false; }, std::max(begin, count_->last) + kQuiet); !waited)
        return waited;
    return {};
  }

  [[nodiscard]] std::shared_ptr<PortAnswers<void>> ask(const std::vector<std::size_t>& positions) {
    return ask_ports<void>(station_, positions, "signal",
                           [this](const std::string& name, Meter& meter, Done<void> done) {
                             meter.start_signal(pulses_of(place_of(name)), std::move(done));
                           });
  }

  /// The gate opens before the meter hears of it, and outlasts its answer and its pulses.
  Result<void> signal_within_gate(std::size_t position) {
    const Position& p = station_.positions[position];
    const CounterBox& counter = station_.counters[p.counter];
    std::shared_ptr<PortAnswers<void>> answers;
    const auto total = [&](Duration gate, const std::function<void()>& meanwhile) {
      return await<std::uint64_t>(station_.reactor, counter.role, "gated total", gate + kSetUpLimit,
                                  [&](Done<std::uint64_t> done) {
                                    counter.counter->start_total(p.led_input, gate, std::move(done));
                                    meanwhile();
                                  });
    };
    auto counted = total(kFirstGate, [] {}).and_then([&](std::uint64_t) {
      return total(kPulsesLimit, [&] { answers = ask({position}); });
    });
    if (!counted) {
      static_cast<void>(stop_counting(counter));
      return tl::unexpected{counted.error()};
    }
    if (interlock_.fault()) return tl::unexpected{*interlock_.fault()};
    count_->pulses[position] = *counted;
    answers_.insert(answers->by_position.begin(), answers->by_position.end());
    return {};
  }

  Result<void> wait(const std::function<bool()>& until, Instant deadline) {
    const auto waited =
        station_.reactor.run_until([&] { return interlock_.fault() || count_->fault || until(); }, deadline);
    if (interlock_.fault()) return tl::unexpected{*interlock_.fault()};
    if (count_->fault) return tl::unexpected{*count_->fault};
    if (waited == Reactor::Waited::stopped)
      return tl::unexpected{station_.reactor.stop_fault("bench", "prove position map")};
    return {};
  }

  /// Positions whose LED is counted; it makes no sense to ask the others.
  [[nodiscard]] std::vector<std::size_t> counted_positions() const {
    std::vector<std::size_t> counted;
    std::ranges::copy_if(positions_, std::back_inserter(counted),
                         [&](std::size_t p) { return count_->pulses.contains(p); });
    return counted;
  }

  [[nodiscard]] std::size_t place_of(const std::string& name) const {
    const auto found =
        std::ranges::find(positions_, name, [&](std::size_t p) { return station_.positions[p].name; });
    return static_cast<std::size_t>(found - positions_.begin());
  }

  [[nodiscard]] std::vector<PositionCount> counts() const {
    std::vector<PositionCount> all;
    for (std::size_t place = 0; place < positions_.size(); ++place) {
      PositionCount one{.position = station_.positions[positions_[place]].name};
      one.hindrance = hindrance_of(positions_[place]);
      if (may_have_heard(one.position)) one.asked = pulses_of(place);
      if (const auto seen = count_->pulses.find(positions_[place]); seen != count_->pulses.end())
        one.counted = seen->second;
      all.push_back(std::move(one));
    }
    for (const auto& [position, pulses] : count_->pulses)
      if (std::ranges::find(positions_, position) == positions_.end())
        all.push_back({.position = station_.positions[position].name, .counted = pulses});
    return all;
  }

  /// A meter that refused gives nothing; one whose answer was lost may well pulse.
  [[nodiscard]] bool may_have_heard(const std::string& name) const {
    const auto answer = answers_.find(name);
    return answer != answers_.end() && (answer->second || answer->second.error().code != Errc::refused);
  }

  [[nodiscard]] std::string hindrance_of(std::size_t position) const {
    const std::string& name = station_.positions[position].name;
    if (!station_.meters.contains(name)) return "it has no optical port";
    if (!count_->pulses.contains(position)) return "its LED cannot be counted while its port is read";
    const auto& answer = answers_.at(name);
    return answer ? "" : answer.error().text();
  }

  Station& station_;
  InterlockKeeper& interlock_;
  const std::vector<std::size_t>& positions_;
  std::shared_ptr<Count> count_ = std::make_shared<Count>();
  std::vector<std::size_t> scanning_;  // boxes
  MeterAnswers<void> answers_;
};

/// Whose pulses those of `seen` are, when not its own: of a position whose own LED did not show them.
const PositionCount* owner_of(const PositionCount& seen, const std::vector<PositionCount>& all) {
  const auto owner = std::ranges::find_if(all, [&](const PositionCount& other) {
    return other.position != seen.position && other.asked > 0 && other.asked == seen.counted &&
           other.counted != other.asked;
  });
  return owner == all.end() ? nullptr : &*owner;
}

}  // namespace

Result<PositionMap> judge_position_map(const std::vector<PositionCount>& counts) {
  PositionMap map;
  for (const PositionCount& c : counts) {
    if (c.counted != c.asked)
      if (const PositionCount* owner = owner_of(c, counts))
        return fault(
            Errc::implausible, "position " + c.position, "prove position map",
            fmt::format("its LED gives the {} pulses that the meter at the optical port of position {} was "
                        "asked for; the pickups or the probes of {} and {} are exchanged",
                        c.counted, owner->position, c.position, owner->position));
    if (!c.hindrance.empty())
      map.unproven.emplace(c.position, c.hindrance);
    else if (c.asked > 0 && c.counted != c.asked)
      map.unproven.emplace(c.position, fmt::format("its LED gave {} of {} pulses", c.counted, c.asked));
  }
  return map;
}

Result<PositionMap> prove_position_map(Station& station, InterlockKeeper& interlock,
                                       const std::vector<std::size_t>& positions) {
  return Proof{station, interlock, positions}.run().and_then(judge_position_map);
}

}  // namespace meterbench
