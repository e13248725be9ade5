#include "bench/runner/point_count.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>

#include "bench/runner/led_witness.h"

namespace meterbench {
namespace {

/// Reference pulses against the reference's own reading of power: more apart than this is a wiring or
/// constant mistake, not a measurement.
constexpr double kPulseBand = 0.01;
/// It may tell of its last stamp that much later.
constexpr Duration kLateStamps = std::chrono::seconds{2};

/// A record of its own: edges count from 0.
std::vector<Edge> numbered(std::vector<Edge> edges) {
  for (std::size_t n = 0; n < edges.size(); ++n) edges[n].number = n;
  return edges;
}

Window window_of(const std::vector<Edge>& edges) {
  const Edge& first = edges[kOpeningEdge];
  const Edge& last = edges.back();
  return {edges.size() - 1 - kOpeningEdge, last.reference_count - first.reference_count,
          in_seconds(last.time - first.time), 0};
}

}  // namespace

PointCount::PointCount(Station& station, const std::map<std::string, MeterType>& meters,
                       const PlannedPoint& point, std::size_t index, PointHold& hold, LoadPeriod& period,
                       RunObserver& observer)
    : station_{station},
      types_{meters},
      point_{point},
      index_{index},
      hold_{hold},
      period_{period},
      observer_{observer},
      counts_(point.meters.size()) {
  for (const PlannedMeter& meter : point.meters) places_.push_back(period.place_of(meter.position));
}

Result<void> PointCount::run() {
  reference_pulse_ = hold_.reference_pulse();
  if (point_.result == ResultKind::starting) return wait_for_start();
  if (point_.method == CountingMethod::scanned && point_.gate.value() > 0) return count_in_gate();
  switch (point_.method) {
    case CountingMethod::scanned: return scan();
    case CountingMethod::timestamps: return time_edges();
    case CountingMethod::gated_total: return total();
    case CountingMethod::error_calculator: return compare();
  }
  throw std::logic_error{"a counting method that the runner does not know"};
}

Result<void> PointCount::scan() {
  // The window opens on the second edge since the load, as the meter tells of it, has been in band.
  period_.keep_edges_from(hold_.steady_since(),
                          *hold_.watch()->held_since() + to_duration(station_.uncertainty.meter_delay_limit));
  std::vector<Instant> deadlines;
  for (const PlannedMeter& meter : point_.meters)
    deadlines.push_back(station_.reactor.now() + longest_window(meter));
  const auto counted = hold_.wait([&] { return all_counted(deadlines); }, std::ranges::max(deadlines));
  period_.keep_no_more();
  take_edges();
  if (!counted) return tl::unexpected{counted.error()};
  return check_reference_pulses();
}

/// No meter is waited for longer than a sound one takes.
bool PointCount::all_counted(const std::vector<Instant>& deadlines) const {
  report_progress();
  const Instant now = station_.reactor.now();
  for (std::size_t i = 0; i < places_.size(); ++i)
    if (period_.edges(places_[i]).size() < needed(point_.meters[i]) && now < deadlines[i]) return false;
  return true;
}

void PointCount::report_progress() const {
  std::size_t slowest = 0;
  double least = 2;  // share of what is needed
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const double share =
        static_cast<double>(period_.edges(places_[i]).size()) / static_cast<double>(needed(point_.meters[i]));
    if (share < least) slowest = i;
    least = std::min(least, share);
  }
  observer_.counting(index_, period_.edges(places_[slowest]).size(), needed(point_.meters[slowest]));
}

void PointCount::take_edges() {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    MeterCount& count = counts_[i];
    count.steady = period_.edges(places_[i]);
    const std::size_t wanted = needed(point_.meters[i]);
    const std::size_t taken = std::min(wanted, count.steady.size());
    count.edges = numbered({count.steady.begin(), count.steady.begin() + static_cast<std::ptrdiff_t>(taken)});
    if (taken == wanted)
      count.window = window_of(count.edges);
    else
      count.why_none = fmt::format("{} of {} LED edges came within {:.1f} s", taken, wanted,
                                   in_seconds(longest_window(point_.meters[i])));
  }
}

/// The pulses that each counter saw must be those of the power that the reference reads.
Result<void> PointCount::check_reference_pulses() const {
  double mean = 0;
  for (const auto& sample : hold_.watch()->samples()) mean += sample.reading.active.value();
  mean /= static_cast<double>(hold_.watch()->samples().size());
  std::vector<bool> checked(station_.counters.size());
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const std::vector<Edge>& edges = counts_[i].steady;
    const std::size_t box = position_of(point_.meters[i]).counter;
    if (checked[box] || edges.size() < 2) continue;
    checked[box] = true;
    const double counted =
        (edges.back().reference_count - edges.front().reference_count) * reference_pulse_.value();
    const double read = std::abs(mean) * in_seconds(edges.back().time - edges.front().time);
    if (std::abs(counted - read) <= kPulseBand * read) continue;
    return fault(
        Errc::implausible, "reference", "pulse output",
        fmt::format("at {} its pulses tell {:.6g} Wh, its readings {:.6g} Wh over the same time; check the "
                    "pulse constant and the counter's input",
                    station_.counters[box].role, counted / 3600, read / 3600));
  }
  return {};
}

Result<void> PointCount::count_in_gate() {
  const Instant begin = hold_.steady_since();
  const Instant end = begin + to_duration(point_.gate);
  period_.keep_edges_from(begin);
  const auto waited = hold_.wait([] { return false; }, end + kLateEdges);
  period_.keep_no_more();
  for (std::size_t i = 0; i < places_.size(); ++i) {
    counts_[i].edges = numbered(period_.edges(places_[i]));
    std::erase_if(counts_[i].edges, [&](const Edge& edge) { return edge.time >= end; });
  }
  if (!waited) return tl::unexpected{waited.error()};
  const auto mean = mean_power(begin, end);
  if (!mean) return tl::unexpected{mean.error()};
  const double counted = std::abs((mean->power * point_.gate).value()) / reference_pulse_.value();
  for (MeterCount& count : counts_)
    count.window = {count.edges.size(), counted, point_.gate.value(), mean->readings};
  return {};
}

/// From the moment that the load stands.
Result<void> PointCount::wait_for_start() {
  Instant last = hold_.steady_since();
  for (const PlannedMeter& meter : point_.meters)
    last = std::max(last, hold_.steady_since() + to_duration(meter.window));
  period_.keep_edges_from(hold_.steady_since());
  const auto started = [&] {
    report_progress();
    for (std::size_t i = 0; i < places_.size(); ++i)
      if (period_.edges(places_[i]).size() < point_.meters[i].pulses) return false;
    return true;
  };
  const auto waited = hold_.wait(started, last + kLateEdges);
  period_.keep_no_more();
  for (std::size_t i = 0; i < places_.size(); ++i) counts_[i].edges = numbered(period_.edges(places_[i]));
  if (!waited) return tl::unexpected{waited.error()};
  for (MeterCount& count : counts_)
    count.window = {count.edges.size(), 0, in_seconds(station_.reactor.now() - hold_.steady_since()), 0};
  return {};
}

/// Carries out what ends in one answer, while the load is watched. Nothing: the instrument says that the
/// meter did not give what was asked of it, and why_none tells in its words.
template <class T>
Result<std::optional<T>> PointCount::carry_out(const std::function<void(Done<T>)>& start) {
  const Instant begin = station_.reactor.now();
  auto answer = std::make_shared<std::optional<Result<T>>>();
  start([answer](Result<T> result) { answer->emplace(std::move(result)); });
  // The instrument itself gives up in time.
  if (auto waited = hold_.wait([&] { return answer->has_value(); }, Instant::max()); !waited)
    return tl::unexpected{waited.error()};
  if ((*answer)->has_value()) return std::optional<T>{std::move((*answer)->value())};
  const Fault& born = (*answer)->error();
  // It gives up on a meter once the time for the window is over; what it refuses before is its own affair.
  const bool gave_up =
      born.code == Errc::refused && station_.reactor.now() - begin >= longest_window(point_.meters.front());
  if (!gave_up) return tl::unexpected{born};
  counts_.front().why_none = born.detail;
  return std::optional<T>{};
}

Result<void> PointCount::time_edges() {
  const PlannedMeter& meter = point_.meters.front();
  const Position& position = position_of(meter);
  const Instant begin = station_.reactor.now();
  const auto stamps = carry_out<std::vector<Seconds>>([&](Done<std::vector<Seconds>> done) {
    station_.counters[position.counter].counter->start_timestamps(position.led_input, needed(meter),
                                                                  longest_window(meter), std::move(done));
  });
  if (!stamps) return tl::unexpected{stamps.error()};
  if (!*stamps) return {};
  const auto mean = mean_power(begin, Instant::max());
  if (!mean) return tl::unexpected{mean.error()};
  MeterCount& count = counts_.front();
  for (const Seconds stamp : **stamps) {
    const Seconds since = stamp - (*stamps)->front();
    count.edges.push_back({count.edges.size(), begin + to_duration(since),
                           std::abs(mean->power.value()) * since.value() / reference_pulse_.value()});
  }
  count.steady = count.edges;
  count.window = window_of(count.edges);
  count.window->readings = mean->readings;
  return {};
}

Result<void> PointCount::total() {
  const Position& position = position_of(point_.meters.front());
  const Instant begin = station_.reactor.now();
  const auto counted = carry_out<std::uint64_t>([&](Done<std::uint64_t> done) {
    station_.counters[position.counter].counter->start_total(position.led_input, to_duration(point_.gate),
                                                             std::move(done));
  });
  if (!counted) return tl::unexpected{counted.error()};
  if (!*counted) return {};
  if (**counted == 0 && point_.result != ResultKind::no_load) {
    counts_.front().why_none = fmt::format("no LED edge came within a gate of {:.4g} s", point_.gate.value());
    return {};
  }
  const auto mean = mean_power(begin, Instant::max());
  if (!mean) return tl::unexpected{mean.error()};
  counts_.front().window = {**counted,
                            std::abs((mean->power * point_.gate).value()) / reference_pulse_.value(),
                            point_.gate.value(), mean->readings};
  return {};
}

Result<void> PointCount::compare() {
  const PlannedMeter& meter = point_.meters.front();
  LedWitness witness{station_, position_of(meter)};
  witness.start(meter.pulses, pulse_interval(meter), longest_window(meter));
  if (const auto ready = hold_.wait([] { return false; }, witness.ready_at()); !ready)
    return tl::unexpected{ready.error()};
  const auto compared = carry_out<ErrorCalculator::Comparison>([&](Done<ErrorCalculator::Comparison> done) {
    auto& calculator = *station_.reference->error_calculator();
    const std::weak_ptr<void> alive = alive_;
    calculator.start_compare(
        types_.at(meter.position).kt, meter.pulses, longest_window(meter),
        [this, alive](std::uint64_t pulses) {
          if (!alive.expired()) observer_.counting(index_, pulses, point_.meters.front().pulses);
        },
        std::move(done));
  });
  if (!compared) return tl::unexpected{compared.error()};
  if (!*compared) return witness.stop();
  // Its figures are for the range in use now, which may have followed the load since prepare().
  reference_pulse_ = (*compared)->reference_pulse;
  const double counted = (*compared)->reference_pulses;
  counts_.front().window = {meter.pulses, counted,
                            (counted * reference_pulse_ / (meter.power * meter.circuit_factor)).value(), 0};
  const Instant last = station_.reactor.now() + 2 * to_duration(pulse_interval(meter)) + kLateStamps;
  if (const auto waited = hold_.wait([&] { return witness.is_done(); }, last); !waited)
    return tl::unexpected{waited.error()};
  counts_.front().steady = witness.edges();
  return witness.stop();
}

/// Of the reference's readings between two instants.
Result<PointCount::MeanPower> PointCount::mean_power(Instant begin, Instant end) const {
  ActivePower sum{};
  double readings = 0;
  for (const auto& sample : hold_.watch()->samples()) {
    if (sample.time <= begin || sample.time > end) continue;
    sum = sum + sample.reading.active;
    readings += 1;
  }
  if (readings > 0) return MeanPower{sum / readings, readings};
  return fault(Errc::implausible, "reference", "read power",
               "not one reading fell into the window; it is too short for this method");
}

std::size_t PointCount::needed(const PlannedMeter& meter) { return kOpeningEdge + 1 + meter.pulses; }

Seconds PointCount::pulse_interval(const PlannedMeter& meter) const {
  return types_.at(meter.position).kt / meter.power;
}

/// Half as long again as the edges of a sound meter take; a slower one gives no result.
Duration PointCount::longest_window(const PlannedMeter& meter) const {
  return to_duration(pulse_interval(meter) * static_cast<double>(needed(meter) + 1) * 1.5) +
         std::chrono::seconds{2};
}

const Position& PointCount::position_of(const PlannedMeter& meter) const {
  return station_.positions[period_.positions()[period_.place_of(meter.position)]];
}

}  // namespace meterbench
