#include "bench/runner/point_run.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "bench/guardian/load_watch.h"
#include "bench/guardian/pulse_intervals.h"
#include "bench/measurement/decision.h"
#include "bench/measurement/energy_error.h"
#include "bench/measurement/window.h"

namespace meterbench {
namespace {

constexpr Duration kSetUpLimit = std::chrono::seconds{10};
constexpr Duration kApplyLimit = std::chrono::seconds{60};
/// The window opens on the second edge: the first may belong to energy from before.
constexpr std::size_t kOpeningEdge = 1;
/// Parts of a window whose spread is checked.
constexpr std::size_t kParts = 5;
/// Reference pulses against the reference's own reading of power: more apart than this is a wiring or
/// constant mistake, not a measurement.
constexpr double kPulseBand = 0.01;

/// Shared with the counter, which may still report after the attempt has ended.
struct Scan {
  bool over = false;
  std::vector<std::vector<Edge>> edges;  ///< one list a position
  std::optional<Fault> fault;
};

/// What one window came to.
struct Window {
  std::uint64_t pulses = 0;
  double reference_count = 0;
  double duration_s = 0;
  double readings = 0;  ///< of the reference, where its energy comes from them
};

class Attempt {
 public:
  Attempt(Station& station, const Plan& plan, std::size_t index, const std::vector<std::size_t>& positions,
          const std::vector<std::string>& doubts, RunObserver& observer, const HoldConditions& hold)
      : station_{station},
        plan_{plan},
        point_{plan.points[index]},
        index_{index},
        positions_{positions},
        doubts_{doubts},
        observer_{observer},
        hold_{hold},
        begin_{station.reactor.now()} {
    scan_->edges.resize(positions.size());
    windows_.resize(positions.size());
  }
  ~Attempt() { scan_->over = true; }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  PointAttempt run() {
    const auto measured = measure();
    PointAttempt attempt;
    if (!measured) attempt.fault = measured.error();
    for (std::size_t i = 0; i < positions_.size(); ++i) attempt.records.push_back(record(i, attempt.fault));
    return attempt;
  }

 private:
  Result<void> measure() {
    Reactor& reactor = station_.reactor;
    if (auto applied = await<void>(
            reactor, "source", "apply load point", kApplyLimit,
            guarded<void>([&](auto done) { station_.source->start_apply(point_.load, std::move(done)); }));
        !applied)
      return applied;
    auto pulse = await<ActiveEnergy>(reactor, "reference", "prepare", kSetUpLimit,
                                     guarded<ActiveEnergy>([&](auto done) {
                                       station_.reference->start_prepare(point_.load, std::move(done));
                                     }));
    if (!pulse) return tl::unexpected{pulse.error()};
    reference_pulse_ = *pulse;

    watch_.emplace(station_, point_.load, hold_);
    const auto wait = [&](const std::function<bool()>& until, Instant deadline) -> Result<bool> {
      const auto waited =
          reactor.run_until([&] { return watch_->fault() || scan_->fault || until(); }, deadline);
      if (watch_->fault()) return tl::unexpected{*watch_->fault()};
      if (scan_->fault) return tl::unexpected{*scan_->fault};
      if (waited == Reactor::Waited::stopped) return fault(Errc::stopped, "bench", "count", "stop requested");
      return waited == Reactor::Waited::done;
    };
    // The watch itself gives up when the load is not held in time.
    if (auto held = wait([&] { return watch_->held_since().has_value(); }, Instant::max()); !held)
      return tl::unexpected{held.error()};
    const Instant free_at = *watch_->held_since() + std::max(to_duration(plan_.meter.latency),
                                                             to_duration(station_.reference_window));
    if (auto ready = wait([] { return false; }, free_at); !ready) return tl::unexpected{ready.error()};

    switch (point_.method) {
      case CountingMethod::scanned: return scan(wait);
      case CountingMethod::timestamps: return time_edges(wait);
      case CountingMethod::gated_total: return total(wait);
      case CountingMethod::error_calculator: return compare(wait);
    }
    throw std::logic_error{"a counting method that the runner does not know"};
  }

  /// The interlock's fault ends what the watch does not see yet.
  template <class T, class Start>
  [[nodiscard]] std::function<void(Done<T>)> guarded(Start start) const {
    if (!hold_.interlock) return start;
    return hold_.interlock->guarded<T>(std::move(start));
  }

  /// Waits until a condition holds (true) or a deadline has passed, or a fault ends it.
  using Wait = std::function<Result<bool>(const std::function<bool()>& until, Instant deadline)>;

  Result<void> scan(const Wait& wait) {
    Reactor& reactor = station_.reactor;
    if (auto opened = open_scan(); !opened) return opened;
    const Instant deadline = reactor.now() + longest_window(needed());
    const auto counted = wait([&] { return complete(); }, deadline);
    // After a fault the source goes off first; the runner ends the scan then.
    if (!counted) return tl::unexpected{counted.error()};
    if (auto closed = await<void>(reactor, "counter", "stop scan", kSetUpLimit,
                                  [&](auto done) { station_.counter->start_stop(std::move(done)); });
        !closed)
      return closed;
    if (auto agree = check_reference_pulses(); !agree) return agree;
    for (std::size_t i = 0; i < positions_.size(); ++i)
      if (scan_->edges[i].size() >= needed()) windows_[i] = window_of(scan_->edges[i]);
    return {};
  }

  [[nodiscard]] Window window_of(const std::vector<Edge>& edges) const {
    const Edge& first = edges[kOpeningEdge];
    const Edge& last = edges.back();
    return {point_.pulses, last.reference_count - first.reference_count, in_seconds(last.time - first.time),
            0};
  }

  /// Carries out what ends in one answer, while the load is watched. Nothing: the instrument says that the
  /// meter did not give what was asked of it; no_pulse_ tells in its words.
  template <class T>
  Result<std::optional<T>> carry_out(const Wait& wait, const std::function<void(Done<T>)>& start) {
    const Instant begin = station_.reactor.now();
    auto answer = std::make_shared<std::optional<Result<T>>>();
    start([answer](Result<T> result) { answer->emplace(std::move(result)); });
    // The instrument itself gives up in time.
    if (auto waited = wait([&] { return answer->has_value(); }, Instant::max()); !waited)
      return tl::unexpected{waited.error()};
    if ((*answer)->has_value()) return std::optional<T>{std::move((*answer)->value())};
    const Fault& born = (*answer)->error();
    // It gives up on a meter once the time for the window is over; what it refuses before is its own affair.
    const bool gave_up =
        born.code == Errc::refused && station_.reactor.now() - begin >= longest_window(needed());
    if (!gave_up) return tl::unexpected{born};
    no_pulse_ = born.detail;
    return std::optional<T>{};
  }

  Result<void> time_edges(const Wait& wait) {
    const Instant begin = station_.reactor.now();
    const auto stamps = carry_out<std::vector<Seconds>>(wait, [&](Done<std::vector<Seconds>> done) {
      station_.counter->start_timestamps(station_.positions[positions_.front()].led_input, needed(),
                                         longest_window(needed()), std::move(done));
    });
    if (!stamps) return tl::unexpected{stamps.error()};
    if (!*stamps) return {};
    const auto mean = mean_power(begin);
    if (!mean) return tl::unexpected{mean.error()};
    std::vector<Edge>& edges = scan_->edges.front();
    for (const Seconds stamp : **stamps) {
      const Seconds since = stamp - (*stamps)->front();
      edges.push_back({edges.size(), begin + to_duration(since),
                       std::abs(mean->power.value()) * since.value() / reference_pulse_.value()});
    }
    windows_.front() = window_of(edges);
    windows_.front()->readings = mean->readings;
    return {};
  }

  Result<void> total(const Wait& wait) {
    const Instant begin = station_.reactor.now();
    const auto counted = carry_out<std::uint64_t>(wait, [&](Done<std::uint64_t> done) {
      station_.counter->start_total(station_.positions[positions_.front()].led_input,
                                    to_duration(point_.gate), std::move(done));
    });
    if (!counted) return tl::unexpected{counted.error()};
    if (!*counted) return {};
    if (**counted == 0) {
      no_pulse_ = fmt::format("no LED edge came within a gate of {:.4g} s", point_.gate.value());
      return {};
    }
    const auto mean = mean_power(begin);
    if (!mean) return tl::unexpected{mean.error()};
    windows_.front() = {**counted, std::abs((mean->power * point_.gate).value()) / reference_pulse_.value(),
                        point_.gate.value(), mean->readings};
    return {};
  }

  Result<void> compare(const Wait& wait) {
    const auto compared =
        carry_out<ErrorCalculator::Comparison>(wait, [&](Done<ErrorCalculator::Comparison> done) {
          station_.reference->error_calculator()->start_compare(
              plan_.meter.kt, point_.pulses, longest_window(needed()),
              [this, scan = scan_](std::uint64_t pulses) {
                if (!scan->over) observer_.counting(index_, pulses, point_.pulses);
              },
              std::move(done));
        });
    if (!compared) return tl::unexpected{compared.error()};
    if (!*compared) return {};
    // Its figures are for the range in use now, which may have followed the load since prepare().
    reference_pulse_ = (*compared)->reference_pulse;
    const double counted = (*compared)->reference_pulses;
    windows_.front() = {point_.pulses, counted, (counted * reference_pulse_ / reference_power()).value(), 0};
    return {};
  }

  struct MeanPower {
    ActivePower power{};  ///< by the reference's definition
    double readings = 0;
  };
  /// Of the reference's readings since `begin`.
  [[nodiscard]] Result<MeanPower> mean_power(Instant begin) const {
    ActivePower sum{};
    double readings = 0;
    for (const auto& sample : watch_->samples()) {
      if (sample.time <= begin) continue;  // of the time before
      sum = sum + sample.reading.active;
      readings += 1;
    }
    if (readings > 0) return MeanPower{sum / readings, readings};
    return fault(Errc::implausible, "reference", "read power",
                 "not one reading fell into the window; it is too short for this method");
  }

  /// What the reference sees of power(), for figures that need no accuracy.
  [[nodiscard]] ActivePower reference_power() const { return power() * point_.circuit_factor; }

  Result<void> open_scan() {
    PulseCounter::Inputs inputs{station_.reference_input, {}};
    for (const std::size_t position : positions_)
      inputs.leds.push_back(station_.positions[position].led_input);
    const auto on_edge = [this, scan = scan_](std::size_t led, const Edge& edge) {
      if (scan->over) return;
      if (scan->edges[led].size() < needed()) scan->edges[led].push_back(edge);
      const auto slowest = std::min_element(scan->edges.begin(), scan->edges.end(),
                                            [](const auto& a, const auto& b) { return a.size() < b.size(); });
      observer_.counting(index_, slowest->size(), needed());
    };
    const auto on_fault = [scan = scan_](Fault born) { scan->fault = std::move(born); };
    return await<void>(station_.reactor, "counter", "start scan", kSetUpLimit, [&](auto done) {
      station_.counter->start_scan(inputs, on_edge, on_fault, std::move(done));
    });
  }

  [[nodiscard]] std::size_t needed() const { return kOpeningEdge + 1 + point_.pulses; }

  [[nodiscard]] bool complete() const {
    return std::all_of(scan_->edges.begin(), scan_->edges.end(),
                       [&](const auto& e) { return e.size() >= needed(); });
  }

  [[nodiscard]] ActivePower power() const {
    return ActivePower{std::abs(metered_power(plan_.meter.form, point_.load).value())};
  }

  [[nodiscard]] Seconds pulse_interval() const { return plan_.meter.kt / power(); }

  /// Half as long again as `edges` of a sound meter take; a slower one gives no result.
  [[nodiscard]] Duration longest_window(std::size_t edges) const {
    return to_duration(pulse_interval() * static_cast<double>(edges + 1) * 1.5) + std::chrono::seconds{2};
  }

  /// The pulses that the counter saw must be those of the power that the reference reads.
  Result<void> check_reference_pulses() {
    const auto blinking =
        std::find_if(scan_->edges.begin(), scan_->edges.end(), [](const auto& e) { return e.size() >= 2; });
    if (blinking == scan_->edges.end()) return {};
    const std::vector<Edge>& edges = *blinking;
    double mean = 0;
    for (const auto& sample : watch_->samples()) mean += sample.reading.active.value();
    mean /= static_cast<double>(watch_->samples().size());
    const double counted =
        (edges.back().reference_count - edges.front().reference_count) * reference_pulse_.value();
    const double read = std::abs(mean) * in_seconds(edges.back().time - edges.front().time);
    if (std::abs(counted - read) <= kPulseBand * read) return {};
    return fault(
        Errc::implausible, "reference", "pulse output",
        fmt::format("its pulses tell {:.6g} Wh, its readings {:.6g} Wh over the same time; check the pulse "
                    "constant and the counter's input",
                    counted / 3600, read / 3600));
  }

  [[nodiscard]] PointRecord record(std::size_t i, const std::optional<Fault>& bench_fault) const {
    PointRecord r;
    r.point_id = point_.id;
    r.position = station_.positions[positions_[i]].name;
    r.step = point_.step;
    r.started_s = in_seconds(begin_);
    r.ended_s = in_seconds(station_.reactor.now());
    r.temperature = point_.temperature;
    r.voltage = point_.voltage;
    r.current = point_.current;
    r.power_factor = point_.power_factor;
    r.direction = point_.direction;
    r.circuit = point_.circuit;
    r.frequency = point_.load.frequency;
    r.method = to_text(point_.method);
    r.pulses = point_.pulses;
    r.reference_pulse_wh = watt_hours(reference_pulse_);
    r.kt_wh = watt_hours(plan_.meter.kt);
    r.circuit_factor = point_.circuit_factor;
    r.reference_error_percent = percent(point_.reference.error);
    r.limit = point_.limit;
    r.edges = scan_->edges[i];
    r.verdict.basis.reasons = doubts_;
    add_environment(r);
    if (bench_fault) {
      r.events.push_back(
          event(r, bench_fault->code == Errc::stopped ? "stopped" : "fault", bench_fault->text()));
    } else if (!windows_[i]) {
      r.events.push_back(event(
          r, "no_pulse",
          no_pulse_.empty() ? fmt::format("{} of {} LED edges came within {:.1f} s", scan_->edges[i].size(),
                                          needed(), in_seconds(longest_window(needed())))
                            : no_pulse_));
    } else {
      compute(r, *windows_[i]);
    }
    return r;
  }

  [[nodiscard]] WindowConditions conditions(const Window& window) const {
    WindowConditions c;
    c.method = point_.method;
    c.kt = plan_.meter.kt;
    c.power = power();
    c.circuit_factor = point_.circuit_factor;
    c.reference = point_.reference;
    c.power_ramp_percent_per_s = power_ramp_percent_per_s(watch_->samples());
    c.station = station_.uncertainty;
    c.reference_pulse = reference_pulse_;
    if (window.readings > 0) c.reading_period = Seconds{window.duration_s / window.readings};
    if (!station_.counter) return c;
    const CounterCapabilities counter = station_.counter->capabilities();
    c.scan_period = counter.scan_period;
    c.stamp_resolution = counter.resolution;
    c.time_base = counter.time_base;
    return c;
  }

  void compute(PointRecord& r, const Window& window) const {
    r.pulses = window.pulses;
    r.reference_count = window.reference_count;
    r.duration_s = window.duration_s;
    const WindowConditions c = conditions(window);
    const Ratio error = energy_error({window.pulses, c.kt, c.circuit_factor, window.reference_count,
                                      c.reference_pulse, c.reference.error});
    r.error_percent = percent(error);
    r.budget = window_budget(c, window.pulses);
    r.verdict.decision = simple_acceptance(error, point_.limit.limit);
    if (r.edges.size() > kOpeningEdge) check_edges(r, std::span{r.edges}.subspan(kOpeningEdge), c);
    // Whether meter or bench is to blame stays open: no pass can stand on it, and no fail is made of it.
    if (!r.events.empty() && r.verdict.decision == Decision::pass)
      r.verdict.decision = Decision::inconclusive;
  }

  void check_edges(PointRecord& r, std::span<const Edge> window, const WindowConditions& c) const {
    const auto parts = partial_errors(window, c, kParts);
    if (!spread_as_expected(parts, c, point_.pulses))
      r.events.push_back(event(r, "spread",
                               "the parts of the window scatter more than timing, jitter and pooled "
                               "repeatability explain"));
    for (const OddInterval& odd : odd_intervals(window, pulse_interval()))
      r.events.push_back(event(r, std::string{to_text(odd.kind)}, odd.text()));
  }

  [[nodiscard]] EventRow event(const PointRecord& r, std::string kind, std::string text) const {
    return {r.point_id, r.position, in_seconds(station_.reactor.now()), std::move(kind), std::move(text)};
  }

  /// What reference and chamber saw first and last while the load was held.
  void add_environment(PointRecord& r) const {
    if (!watch_) return;
    add_climate(r);
    if (watch_->samples().empty()) return;
    std::vector<const LoadWatch::Sample*> ends{&watch_->samples().front()};
    if (watch_->samples().size() > 1) ends.push_back(&watch_->samples().back());
    for (const LoadWatch::Sample* sample : ends) {
      const double t = in_seconds(sample->time);
      const auto add = [&](std::string quantity, int circuit, double value) {
        r.environment.push_back({r.point_id, t, std::move(quantity), circuit, value});
      };
      for (std::size_t c = 0; c < sample->reading.circuits.size(); ++c) {
        if (point_.load.circuits[c].voltage.value() == 0) continue;
        add("voltage_v", static_cast<int>(c) + 1, sample->reading.circuits[c].voltage.value());
        add("current_a", static_cast<int>(c) + 1, sample->reading.circuits[c].current.value());
      }
      add("active_power_w", 0, sample->reading.active.value());
      add("frequency_hz", 0, sample->reading.frequency.value());
    }
  }

  void add_climate(PointRecord& r) const {
    const auto add = [&](const LoadWatch::ClimateSample& sample) {
      const double t = in_seconds(sample.time);
      r.environment.push_back({r.point_id, t, "air_c", 0, sample.reading.air.value()});
      if (sample.reading.body)
        r.environment.push_back({r.point_id, t, "body_c", 0, sample.reading.body->value()});
    };
    if (!watch_->climate().empty()) add(watch_->climate().front());
    if (watch_->climate().size() > 1) add(watch_->climate().back());
  }

  Station& station_;
  const Plan& plan_;
  const PlannedPoint& point_;
  std::size_t index_;
  const std::vector<std::size_t>& positions_;
  const std::vector<std::string>& doubts_;
  RunObserver& observer_;
  const HoldConditions& hold_;
  Instant begin_;
  ActiveEnergy reference_pulse_{};
  std::optional<LoadWatch> watch_;
  std::shared_ptr<Scan> scan_ = std::make_shared<Scan>();
  std::vector<std::optional<Window>> windows_;  ///< by position; none where the meter gave too little
  std::string no_pulse_;                        ///< why, where the instrument tells
};

}  // namespace

PointAttempt run_point(Station& station, const Plan& plan, std::size_t index,
                       const std::vector<std::size_t>& positions, const std::vector<std::string>& doubts,
                       RunObserver& observer, const HoldConditions& hold) {
  return Attempt{station, plan, index, positions, doubts, observer, hold}.run();
}

}  // namespace meterbench
