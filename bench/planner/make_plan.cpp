#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/measurement/window.h"
#include "bench/planner/plan.h"

namespace meterbench {
namespace {

/// With a scan period of 1 ms the scan adds no more than 0.004 % in this time, and the power has settled from
/// one flicker of the source to the next.
constexpr Seconds kShortestWindow{10};
/// The spread within a window takes two parts at least.
constexpr std::uint64_t kFewestPulses = 2;
/// In band for that long before a window may open (design, "How an error is measured").
constexpr Seconds kInBand{3};
/// A window may open on the second LED edge.
constexpr std::uint64_t kOpeningPulses = 2;
/// Edges that are closer would share a scan.
constexpr double kScansPerEdge = 2;

/// One combination of the grid.
struct GridPoint {
  Current current;
  PowerFactor power_factor;
  Direction direction;
};

std::string description(const GridPoint& point) {
  return fmt::format("{}, power factor {}, {}", to_text(point.current), to_text(point.power_factor),
                     to_text(point.direction));
}

/// A figure that a person may type as a target: rounded up to two digits.
Ratio rounded_up(Ratio u) {
  const double exponent = std::floor(std::log10(percent(u))) - 1;
  const double unit = std::pow(10.0, exponent);
  return from_percent((std::floor(percent(u) / unit) + 1) * unit);
}

/// Where the meters stand when a step's turn comes.
struct Surroundings {
  Temperature temperature{};
  std::optional<std::string> hindrance{};  ///< why they cannot be brought there
};

/// Expands one accuracy step.
class StepPlanner {
 public:
  StepPlanner(const AccuracyStep& step, const MeterType& meter, const PlanningStation& station,
              const Surroundings& surroundings, Mistakes& mistakes)
      : step_{step}, meter_{meter}, station_{station}, surroundings_{surroundings}, mistakes_{mistakes} {}

  void expand(const std::vector<Limit>& limits) {
    const std::size_t mistakes_before = mistakes_.list().size();
    const std::vector<Current> currents = rising_currents();
    if (!(voltage() <= meter_.maximum_voltage))
      mistakes_.add(step_.position, fmt::format("{} is beyond what {} may be given, {}", to_text(voltage()),
                                                meter_.id, to_text(meter_.maximum_voltage)));
    for (const PowerFactor& pf : step_.power_factors) {
      const Limit* const limit = find_limit(limits, step_.name, pf);
      if (!limit) {
        mistakes_.add(step_.limits_position,
                      fmt::format("limits '{}' have no row for test '{}' at power factor {}", step_.limits,
                                  step_.name, to_text(pf)));
        continue;
      }
      for (const Direction direction : step_.directions)
        for (const Current current : currents) add({current, pf, direction}, *limit);
    }
    if (smallest_target_)
      mistakes_.add(
          step_.target_position,
          fmt::format("{} is below what this station can reach; the smallest for all points is {} ({})",
                      to_text(*step_.target_uncertainty), to_text(rounded_up(smallest_target_->u)),
                      smallest_target_->where));
    else if (mistakes_.list().size() == mistakes_before && points_.empty() && !surroundings_.hindrance)
      mistakes_.add(step_.position,
                    fmt::format("this station can do no point of step '{}'{}", step_.name,
                                unreachable_.empty() ? "" : ": " + unreachable_.back().reason));
  }

  [[nodiscard]] const std::vector<PlannedPoint>& points() const { return points_; }
  [[nodiscard]] const std::vector<UnreachablePoint>& out_of_reach() const { return unreachable_; }

  /// A load of no test: what `limits` would say does not matter.
  void expand_without_limits() {
    for (const Current current : rising_currents())
      add({current, step_.power_factors.front(), step_.directions.front()}, Limit{});
  }

 private:
  struct Floor {
    Ratio u;
    std::string where;
  };

  [[nodiscard]] Voltage voltage() const {
    if (const auto* own = std::get_if<Voltage>(&step_.voltage)) return *own;
    return meter_.nominal_voltage * std::get<Ratio>(step_.voltage).value();
  }

  [[nodiscard]] Frequency frequency() const { return step_.frequency.value_or(meter_.nominal_frequency); }

  /// In amperes; the meter is not to be overloaded by a slip.
  [[nodiscard]] std::vector<Current> rising_currents() {
    std::vector<Current> currents;
    for (std::size_t i = 0; i < step_.currents.size(); ++i) {
      const auto* const own = std::get_if<Current>(&step_.currents[i]);
      const Current current =
          own ? *own : meter_.maximum_current * std::get<Ratio>(step_.currents[i]).value();
      if (current > meter_.maximum_current * (1 + 1e-9))
        mistakes_.add(step_.current_positions.at(i),
                      fmt::format("{} is beyond Imax of {}, which is {}", to_text(current), meter_.id,
                                  to_text(meter_.maximum_current)));
      currents.push_back(current);
    }
    std::stable_sort(currents.begin(), currents.end());
    return currents;
  }

  /// Why the source cannot give `load`, if so.
  [[nodiscard]] std::optional<std::string> beyond_source(const LoadPoint& load) const {
    const SourceCapabilities& source = station_.source;
    if (load.frequency < source.minimum_frequency || load.frequency > source.maximum_frequency)
      return fmt::format("the source gives {} to {}, not {}", to_text(source.minimum_frequency),
                         to_text(source.maximum_frequency), to_text(load.frequency));
    for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) {
      const CircuitLoad& circuit = load.circuits.at(i);
      if (static_cast<int>(i) >= source.circuits && circuit != CircuitLoad{})
        return fmt::format("form {} needs circuit {}, the source has {}", to_text(meter_.form), i + 1,
                           source.circuits);
      const Voltage most_voltage = std::min(source.maximum_voltage, station_.limits.voltage);
      if (circuit.voltage > most_voltage)
        return fmt::format("circuit {} needs {}; source and station allow {}", i + 1,
                           to_text(circuit.voltage), to_text(most_voltage));
      const Current most_current = std::min(source.maximum_current, station_.limits.current);
      if (circuit.current > most_current)
        return fmt::format("circuit {} needs {}; source and station allow {}", i + 1,
                           to_text(circuit.current), to_text(most_current));
    }
    return std::nullopt;
  }

  /// Why `method` cannot follow the pulses, if so.
  [[nodiscard]] std::optional<std::string> beyond_counter(const WindowConditions& c) const {
    if (station_.meters > 1 && c.method != CountingMethod::scanned)
      return fmt::format("{} serves one meter at a time, not {}", to_text(c.method), station_.meters);
    if (c.method == CountingMethod::error_calculator) return std::nullopt;
    const Frequency led{c.power.value() / c.kt.value()};
    const Frequency most_led{c.method == CountingMethod::scanned
                                 ? 1 / (kScansPerEdge * in_seconds(c.scan_period))
                                 : station_.counter.maximum_rate.value()};
    if (led > most_led)
      return fmt::format("the test LED gives {:.4g} Hz; the counter tells edges apart up to {:.4g} Hz",
                         led.value(), most_led.value());
    const Frequency reference{c.power.value() * c.circuit_factor / c.reference_pulse.value()};
    if (!by_readings(c.method) && reference > station_.counter.maximum_rate)
      return fmt::format("the reference gives pulses at {:.4g} Hz; the counter takes {:.4g} Hz",
                         reference.value(), station_.counter.maximum_rate.value());
    return std::nullopt;
  }

  /// Why one record of the instrument does not hold so many pulses, if so.
  [[nodiscard]] std::optional<std::string> beyond_record(CountingMethod method, std::uint64_t pulses,
                                                         Seconds window) const {
    // One more than pulses, and the one before the window opens.
    const std::uint64_t stamps = pulses + kOpeningPulses;
    if (method == CountingMethod::timestamps && stamps > station_.counter.most_timestamps)
      return fmt::format("{} time stamps do not fit into one record of {}", stamps,
                         station_.counter.most_timestamps);
    if (method == CountingMethod::gated_total && to_duration(window) > station_.counter.longest_gate)
      return fmt::format("a gate of {:.4g} s is longer than the counter has", window.value());
    if (method == CountingMethod::error_calculator && pulses > station_.error_calculator->most_pulses)
      return fmt::format("{} pulses are more than the error calculator takes", pulses);
    return std::nullopt;
  }

  /// `two_element` forms the meter's own sum; `series` is the power of one circuit, all of the meter's when
  /// the circuits are in series. Either way F is 1.
  static constexpr double kSeriesFactor = 1;

  [[nodiscard]] WindowConditions conditions(CountingMethod method, const LoadPoint& load,
                                            const Calibration::Value& reference) const {
    WindowConditions c;
    c.method = method;
    c.scan_period = station_.counter.scan_period;
    c.stamp_resolution = station_.counter.resolution;
    c.time_base = station_.counter.time_base;
    c.reading_period = kReferenceReadingPeriod;
    c.kt = meter_.kt;
    c.power = ActivePower{std::abs(metered_power(meter_.form, load).value())};
    c.reference_pulse = station_.reference_pulse;
    c.circuit_factor = kSeriesFactor;
    c.reference = reference;
    c.station = station_.uncertainty;
    return c;
  }

  /// The methods that may be used for this step, the station's own order.
  [[nodiscard]] std::vector<CountingMethod> methods() const {
    std::vector<CountingMethod> known = station_.counter.methods;
    if (station_.error_calculator) known.push_back(CountingMethod::error_calculator);
    if (!step_.method) return known;
    const bool there = std::find(known.begin(), known.end(), *step_.method) != known.end();
    return there ? std::vector{*step_.method} : std::vector<CountingMethod>{};
  }

  /// How a point can be measured.
  struct Way {
    WindowConditions conditions;
    std::uint64_t pulses = 0;
    Seconds window;
  };
  /// By one method; or why not. Where only the target is out of reach, `floor` gets what is not.
  [[nodiscard]] tl::expected<Way, std::string> way(const WindowConditions& c,
                                                   std::optional<Ratio>& floor) const {
    if (auto reason = beyond_counter(c)) return tl::unexpected{*std::move(reason)};
    std::uint64_t pulses = step_.pulses.value_or(0);
    if (!step_.pulses) {
      const Seconds shortest{std::max(kShortestWindow.value(), window_time(c, kFewestPulses).value())};
      const auto least = pulses_for(c, step_.target_uncertainty.value(), shortest);
      if (!least) {
        floor = floor ? std::min(*floor, least.error()) : least.error();
        return tl::unexpected{std::string{"the target uncertainty is out of reach"}};
      }
      pulses = *least;
    }
    const Seconds window = window_time(c, pulses);
    if (auto reason = beyond_record(c.method, pulses, window)) return tl::unexpected{*std::move(reason)};
    return Way{c, pulses, window};
  }

  /// Quicker, or as quick with less uncertainty.
  [[nodiscard]] static bool better(const Way& a, const Way& b) {
    if (a.window != b.window) return a.window < b.window;
    return window_budget(a.conditions, a.pulses).combined_percent() <
           window_budget(b.conditions, b.pulses).combined_percent();
  }
  /// The best way, or why there is none.
  [[nodiscard]] tl::expected<Way, std::string> best_way(const LoadPoint& load,
                                                        const Calibration::Value& reference,
                                                        std::optional<Ratio>& floor) const {
    std::optional<Way> best;
    std::string reason = step_.method ? fmt::format("this station has no method {}", to_text(*step_.method))
                                      : "this station has no counting method";
    for (const CountingMethod method : methods()) {
      auto found = way(conditions(method, load, reference), floor);
      if (!found)
        reason = found.error();
      else if (!best || better(*found, *best))
        best = *std::move(found);
    }
    if (best) return *std::move(best);
    return tl::unexpected{std::move(reason)};
  }

  [[nodiscard]] PointTime expected_time(const Way& chosen) const {
    // A gate opens at any instant, all else on an edge.
    const std::uint64_t waiting =
        chosen.conditions.method == CountingMethod::gated_total ? 0 : kOpeningPulses;
    return {station_.source.settling + station_.reference_window + kInBand, meter_.latency,
            chosen.window + window_time(chosen.conditions, 1) * static_cast<double>(waiting)};
  }

  void unreachable(const GridPoint& at, std::string reason) {
    unreachable_.push_back({description(at), std::move(reason)});
  }

  void add(const GridPoint& at, const Limit& limit) {
    if (surroundings_.hindrance) return unreachable(at, *surroundings_.hindrance);
    PlannedPoint point;
    point.load = make_load_point(meter_.form, voltage(), frequency(), at.current, at.power_factor,
                                 at.direction, point.circuit);
    if (auto reason = beyond_source(point.load)) return unreachable(at, *std::move(reason));
    auto reference = station_.reference_calibration.at(at.current, at.power_factor);
    if (!reference) return unreachable(at, reference.error());
    std::optional<Ratio> floor;
    const auto chosen = best_way(point.load, *reference, floor);
    if (!chosen) {
      // Kept for one message about all points: a target is the scenario's mistake.
      if (!floor) return unreachable(at, chosen.error());
      if (!smallest_target_ || *floor > smallest_target_->u)
        smallest_target_ = Floor{*floor, description(at)};
      return;
    }
    point.step = step_.name;
    point.voltage = voltage();
    point.current = at.current;
    point.power_factor = at.power_factor;
    point.temperature = surroundings_.temperature;
    point.direction = at.direction;
    point.method = chosen->conditions.method;
    point.circuit_factor = chosen->conditions.circuit_factor;
    point.pulses = chosen->pulses;
    if (point.method == CountingMethod::gated_total) point.gate = chosen->window;
    point.limit = limit;
    point.reference = *reference;
    point.target = step_.target_uncertainty;
    point.predicted_uncertainty =
        from_percent(window_budget(chosen->conditions, chosen->pulses).expanded_percent());
    point.time = expected_time(*chosen);
    points_.push_back(std::move(point));
  }

  const AccuracyStep& step_;
  const MeterType& meter_;
  const PlanningStation& station_;
  const Surroundings& surroundings_;
  Mistakes& mistakes_;
  std::vector<PlannedPoint> points_;
  std::vector<UnreachablePoint> unreachable_;
  std::optional<Floor> smallest_target_;  // of the point that is hardest
};

/// A check load is counted that long; its errors tell drift, not accuracy. made
constexpr Seconds kCheckWindow{20};
/// The body follows the air that slowly, as a plan reckons. made
constexpr Seconds kBodyLag{3 * 3600};

/// The load whose errors tell that the meters are stable.
std::optional<PlannedPoint> check_load(const SoakStep& soak, const MeterType& meter,
                                       const PlanningStation& station, const Surroundings& surroundings,
                                       Mistakes& mistakes) {
  AccuracyStep step;
  step.name = "soak";
  step.currents = {soak.check_current};
  step.current_positions = {soak.position};
  step.power_factors = {soak.check_power_factor};
  step.directions = {Direction::delivered};
  step.position = soak.position;
  const auto* own = std::get_if<Current>(&soak.check_current);
  const Current current = own ? *own : meter.maximum_current * std::get<Ratio>(soak.check_current).value();
  const LoadPoint load = make_load_point(meter.form, meter.nominal_voltage, meter.nominal_frequency, current,
                                         soak.check_power_factor, Direction::delivered, Circuit::series);
  const Seconds interval = meter.kt / ActivePower{std::abs(metered_power(meter.form, load).value())};
  step.pulses = static_cast<std::uint64_t>(std::max(2.0, std::ceil(kCheckWindow / interval)));
  StepPlanner planner{step, meter, station, surroundings, mistakes};
  planner.expand_without_limits();
  if (!planner.points().empty()) return planner.points().front();
  if (!planner.out_of_reach().empty())
    mistakes.add(soak.position, fmt::format("the check load of this soak: {}: {}",
                                            planner.out_of_reach().front().description,
                                            planner.out_of_reach().front().reason));
  return std::nullopt;
}

/// Without a chamber there is only the room.
std::optional<std::string> beyond_chamber(const SoakStep& soak, const PlanningStation& station) {
  if (!station.chamber) {
    if (std::abs((soak.temperature - station.room_temperature).value()) <= soak.band.value())
      return std::nullopt;
    return fmt::format("the station has no chamber; its room is at {}, not {}",
                       to_text(station.room_temperature), to_text(soak.temperature));
  }
  if (soak.temperature < station.chamber->coldest || soak.temperature > station.chamber->warmest)
    return fmt::format("the chamber reaches {} to {}, not {}", to_text(station.chamber->coldest),
                       to_text(station.chamber->warmest), to_text(soak.temperature));
  return std::nullopt;
}

void add_soak(const SoakStep& soak, const MeterType& meter, const PlanningStation& station, Plan& plan,
              Surroundings& surroundings, Mistakes& mistakes) {
  const Temperature from = surroundings.temperature;
  surroundings = {soak.temperature, beyond_chamber(soak, station)};
  if (surroundings.hindrance || !station.chamber) return;
  const auto check = check_load(soak, meter, station, surroundings, mistakes);
  if (!check) return;
  PlannedSoak planned;
  planned.before = plan.points.size();
  planned.temperature = soak.temperature;
  planned.band = soak.band;
  planned.at_least = soak.at_least;
  planned.limit = soak.limit;
  planned.check = *check;
  planned.check.id = fmt::format("S{}", plan.soaks.size() + 1);
  const Seconds on_the_way{std::abs((soak.temperature - from).value()) /
                           station.chamber->typical_rate_k_per_min * 60};
  planned.expected = on_the_way + std::max(kBodyLag, soak.at_least) + kBetweenCheckLoads;
  plan.soaks.push_back(std::move(planned));
}

}  // namespace

std::optional<Plan> make_plan(const Scenario& scenario, const MeterType& meter,
                              const PlanningStation& station, const LimitFiles& limits, Mistakes& mistakes) {
  const std::size_t before = mistakes.list().size();
  Plan plan{scenario, meter, {}, {}, {}};
  Surroundings surroundings{station.room_temperature, {}};
  for (const Step& step : scenario.steps) {
    if (const auto* soak = std::get_if<SoakStep>(&step)) {
      add_soak(*soak, meter, station, plan, surroundings, mistakes);
      continue;
    }
    const auto& accuracy = std::get<AccuracyStep>(step);
    const auto file = limits.find(accuracy.limits);
    StepPlanner planner{accuracy, meter, station, surroundings, mistakes};
    planner.expand(file == limits.end() ? std::vector<Limit>{} : file->second);
    for (PlannedPoint point : planner.points()) {
      point.id = fmt::format("{:03}", plan.points.size() + 1);
      plan.points.push_back(std::move(point));
    }
    plan.unreachable.insert(plan.unreachable.end(), planner.out_of_reach().begin(),
                            planner.out_of_reach().end());
  }
  if (mistakes.list().size() != before) return std::nullopt;
  return plan;
}

}  // namespace meterbench
