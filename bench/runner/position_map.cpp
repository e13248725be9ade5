#include "bench/runner/position_map.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "bench/runner/port_questions.h"

namespace meterbench {
namespace {

constexpr Duration kSetUpLimit = std::chrono::seconds{10};
/// Meters pulse at 10 Hz or more: an LED that is dark for that long has given all its pulses.
constexpr Duration kQuiet = std::chrono::seconds{1};
/// 100 pulses at 10 Hz, and some time to begin. An LED that blinks on is taken as it stands then. made
constexpr Duration kPulsesLimit = std::chrono::seconds{15};

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
    return counts();
  }

 private:
  [[nodiscard]] bool is_used(std::size_t box) const {
    return std::ranges::any_of(positions_,
                               [&](std::size_t p) { return station_.positions[p].counter == box; });
  }

  Result<void> open_scan(std::size_t box) {
    const CounterBox& counter = station_.counters[box];
    const auto methods = counter.counter->capabilities().methods;
    if (!is_used(box) || std::ranges::find(methods, CountingMethod::scanned) == methods.end()) return {};
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
    for (const std::size_t box : scanning_) {
      const CounterBox& counter = station_.counters[box];
      auto closed = await<void>(
          station_.reactor, counter.role, "stop scan", kSetUpLimit,
          [&](Done<void> done) { counter.counter->start_stop(std::move(done)); }, Reactor::Stoppable::no);
      if (!closed && all) all = std::move(closed);
    }
    return all;
  }

  Result<void> signal_and_count() {
    Reactor& reactor = station_.reactor;
    answers_ = ask_ports<void>(station_, counted_positions(), "signal",
                               [this](const std::string& name, Meter& meter, Done<void> done) {
                                 meter.start_signal(pulses_of(place_of(name)), std::move(done));
                               });
    if (auto told = wait([&] { return answers_->open == 0; }, reactor.now() + kMeterLimit); !told)
      return told;
    const Instant begin = reactor.now();
    const auto quiet = [&] { return reactor.now() - std::max(begin, count_->last) >= kQuiet; };
    // Time alone brings silence about, so it is looked for now and then.
    while (!quiet() && reactor.now() - begin < kPulsesLimit)
      if (auto waited = wait([] { return false; }, std::max(begin, count_->last) + kQuiet); !waited)
        return waited;
    return {};
  }

  Result<void> wait(const std::function<bool()>& until, Instant deadline) {
    const auto waited =
        station_.reactor.run_until([&] { return interlock_.fault() || count_->fault || until(); }, deadline);
    if (interlock_.fault()) return tl::unexpected{*interlock_.fault()};
    if (count_->fault) return tl::unexpected{*count_->fault};
    if (waited == Reactor::Waited::stopped)
      return fault(Errc::stopped, "bench", "prove position map", "stop requested");
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
    const auto answer = answers_->by_position.find(name);
    return answer != answers_->by_position.end() &&
           (answer->second || answer->second.error().code != Errc::refused);
  }

  [[nodiscard]] std::string hindrance_of(std::size_t position) const {
    const std::string& name = station_.positions[position].name;
    if (!count_->pulses.contains(position)) return "its LED cannot be counted while its port is read";
    const auto answer = answers_->by_position.find(name);
    if (answer == answers_->by_position.end()) return "it has no optical port";
    return answer->second ? "" : answer->second.error().text();
  }

  Station& station_;
  InterlockKeeper& interlock_;
  const std::vector<std::size_t>& positions_;
  std::shared_ptr<Count> count_ = std::make_shared<Count>();
  std::vector<std::size_t> scanning_;  // boxes
  std::shared_ptr<PortAnswers<void>> answers_;
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
  if (positions.size() < 2) return PositionMap{};
  return Proof{station, interlock, positions}.run().and_then(judge_position_map);
}

}  // namespace meterbench
