#include "bench/runner/point_run.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "bench/measurement/decision.h"
#include "bench/measurement/energy_error.h"
#include "bench/measurement/scanned_method.h"
#include "bench/runner/hold.h"

namespace meterbench {
namespace {

constexpr Duration kSetUpLimit = std::chrono::seconds{10};
constexpr Duration kApplyLimit = std::chrono::seconds{60};
/// The window opens on the second edge: the first may belong to energy from before.
constexpr std::size_t kOpeningEdge = 1;
/// Parts of a window whose spread is checked.
constexpr std::size_t kParts = 5;
/// A pulse interval further from the expected one than this is an event of the meter.
constexpr double kIntervalBand = 0.5;
/// Reference pulses against the reference's own reading of power: more apart than this is a wiring or
/// constant mistake, not a measurement.
constexpr double kPulseBand = 0.01;

/// Shared with the counter, which may still report after the attempt has ended.
struct Scan {
  bool over = false;
  std::vector<std::vector<Edge>> edges;  ///< one list a position
  std::optional<Fault> fault;
};

class Attempt {
 public:
  Attempt(Station& station, const Plan& plan, std::size_t index, const std::vector<std::size_t>& positions,
          const std::vector<std::string>& doubts, RunObserver& observer)
      : station_{station},
        plan_{plan},
        point_{plan.points[index]},
        index_{index},
        positions_{positions},
        doubts_{doubts},
        observer_{observer},
        begin_{station.reactor.now()} {
    scan_->edges.resize(positions.size());
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
    if (auto applied =
            await<void>(reactor, "source", "apply load point", kApplyLimit,
                        [&](auto done) { station_.source->start_apply(point_.load, std::move(done)); });
        !applied)
      return applied;
    auto pulse = await<ActiveEnergy>(reactor, "reference", "prepare", kSetUpLimit, [&](auto done) {
      station_.reference->start_prepare(point_.load, std::move(done));
    });
    if (!pulse) return tl::unexpected{pulse.error()};
    reference_pulse_ = *pulse;

    watch_.emplace(station_, point_.load);
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

    if (auto opened = open_scan(); !opened) return opened;
    const Instant deadline = reactor.now() + longest_window();
    const auto counted = wait([&] { return complete(); }, deadline);
    // After a fault the source goes off first; the runner ends the scan then.
    if (!counted) return tl::unexpected{counted.error()};
    if (auto closed = await<void>(reactor, "counter", "stop scan", kSetUpLimit,
                                  [&](auto done) { station_.counter->start_stop(std::move(done)); });
        !closed)
      return closed;
    return check_reference_pulses();
  }

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

  /// Half as long again as a meter needs that registers half of what it should; a slower one gives no result.
  [[nodiscard]] Duration longest_window() const {
    return to_duration(pulse_interval() * static_cast<double>(needed() + 1) * 1.5) + std::chrono::seconds{2};
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
    } else if (scan_->edges[i].size() < needed()) {
      r.events.push_back(event(r, "no_pulse",
                               fmt::format("{} of {} LED edges came within {:.1f} s", scan_->edges[i].size(),
                                           needed(), in_seconds(longest_window()))));
    } else {
      compute(r);
    }
    return r;
  }

  void compute(PointRecord& r) const {
    const std::span<const Edge> window = std::span{r.edges}.subspan(kOpeningEdge);
    const Edge& first = window.front();
    const Edge& last = window.back();
    r.reference_count = last.reference_count - first.reference_count;
    r.duration_s = in_seconds(last.time - first.time);

    ScannedConditions conditions{
        .scan_period = station_.counter->capabilities().scan_period,
        .kt = plan_.meter.kt,
        .power = power(),
        .reference_pulse = reference_pulse_,
        .circuit_factor = point_.circuit_factor,
        .reference = point_.reference,
        .power_ramp_percent_per_s = power_ramp_percent_per_s(watch_->samples()),
        .station = station_.uncertainty,
    };
    const Ratio error = energy_error({point_.pulses, plan_.meter.kt, point_.circuit_factor,
                                      *r.reference_count, reference_pulse_, point_.reference.error});
    r.error_percent = percent(error);
    r.budget = scanned_budget(conditions, point_.pulses);
    r.verdict.decision = simple_acceptance(error, point_.limit.limit);

    const auto parts = partial_errors(window, conditions, kParts);
    if (!spread_as_expected(parts, conditions, point_.pulses))
      r.events.push_back(event(r, "spread",
                               "the parts of the window scatter more than scan, jitter and pooled "
                               "repeatability explain"));
    for (std::size_t n = 1; n < window.size(); ++n) {
      const double ratio = in_seconds(window[n].time - window[n - 1].time) / pulse_interval().value();
      if (std::abs(ratio - 1) > kIntervalBand)
        r.events.push_back(
            event(r, "interval",
                  fmt::format("LED pulse {} came after {:.2f} times the expected interval", n, ratio)));
    }
    // Whether meter or bench is to blame stays open: no pass can stand on it, and no fail is made of it.
    if (!r.events.empty() && r.verdict.decision == Decision::pass)
      r.verdict.decision = Decision::inconclusive;
  }

  [[nodiscard]] EventRow event(const PointRecord& r, std::string kind, std::string text) const {
    return {r.point_id, r.position, in_seconds(station_.reactor.now()), std::move(kind), std::move(text)};
  }

  /// What the reference saw first and last while the load was held.
  void add_environment(PointRecord& r) const {
    if (!watch_ || watch_->samples().empty()) return;
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

  Station& station_;
  const Plan& plan_;
  const PlannedPoint& point_;
  std::size_t index_;
  const std::vector<std::size_t>& positions_;
  const std::vector<std::string>& doubts_;
  RunObserver& observer_;
  Instant begin_;
  ActiveEnergy reference_pulse_{};
  std::optional<LoadWatch> watch_;
  std::shared_ptr<Scan> scan_ = std::make_shared<Scan>();
};

}  // namespace

PointAttempt run_point(Station& station, const Plan& plan, std::size_t index,
                       const std::vector<std::size_t>& positions, const std::vector<std::string>& doubts,
                       RunObserver& observer) {
  return Attempt{station, plan, index, positions, doubts, observer}.run();
}

}  // namespace meterbench
