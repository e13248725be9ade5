#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/measurement/scanned_method.h"
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

/// Expands one accuracy step.
class StepPlanner {
 public:
  StepPlanner(const AccuracyStep& step, const MeterType& meter, const PlanningStation& station, Plan& plan,
              Mistakes& mistakes)
      : step_{step}, meter_{meter}, station_{station}, plan_{plan}, mistakes_{mistakes} {}

  void expand(const std::vector<Limit>& limits) {
    const std::size_t points_before = plan_.points.size();
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
    else if (mistakes_.list().size() == mistakes_before && plan_.points.size() == points_before)
      mistakes_.add(step_.position,
                    fmt::format("this station can do no point of step '{}'{}", step_.name,
                                plan_.unreachable.empty() ? "" : ": " + plan_.unreachable.back().reason));
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

  /// Why the counter cannot follow the pulses, if so.
  [[nodiscard]] std::optional<std::string> beyond_counter(const ScannedConditions& conditions) const {
    const Frequency led{conditions.power.value() / conditions.kt.value()};
    const Frequency most_led{1 / (kScansPerEdge * in_seconds(conditions.scan_period))};
    if (led > most_led)
      return fmt::format("the test LED gives {:.4g} Hz; the counter tells edges apart up to {:.4g} Hz",
                         led.value(), most_led.value());
    const Frequency reference{conditions.power.value() * conditions.circuit_factor /
                              conditions.reference_pulse.value()};
    if (reference > station_.counter.maximum_rate)
      return fmt::format("the reference gives pulses at {:.4g} Hz; the counter takes {:.4g} Hz",
                         reference.value(), station_.counter.maximum_rate.value());
    return std::nullopt;
  }

  /// `two_element` forms the meter's own sum; `series` is the power of one circuit, all of the meter's when
  /// the circuits are in series. Either way F is 1.
  static constexpr double kSeriesFactor = 1;

  [[nodiscard]] ScannedConditions conditions(const LoadPoint& load,
                                             const Calibration::Value& reference) const {
    ScannedConditions c;
    c.scan_period = station_.counter.scan_period;
    c.kt = meter_.kt;
    c.power = ActivePower{std::abs(metered_power(meter_.form, load).value())};
    c.reference_pulse = station_.reference_pulse;
    c.circuit_factor = kSeriesFactor;
    c.reference = reference;
    c.station = station_.uncertainty;
    return c;
  }

  /// N, or nothing when the target is out of reach; that is kept for one message about all points.
  [[nodiscard]] std::optional<std::uint64_t> pulses(const ScannedConditions& c, const GridPoint& at) {
    if (step_.pulses) return *step_.pulses;
    const Seconds shortest{std::max(kShortestWindow.value(), window_time(c, kFewestPulses).value())};
    const auto least = pulses_for(c, step_.target_uncertainty.value(), shortest);
    if (least) return *least;
    if (!smallest_target_ || least.error() > smallest_target_->u)
      smallest_target_ = Floor{least.error(), description(at)};
    return std::nullopt;
  }

  [[nodiscard]] PointTime expected_time(const ScannedConditions& c, std::uint64_t pulses) const {
    return {station_.source.settling + station_.reference_window + kInBand, meter_.latency,
            window_time(c, pulses + kOpeningPulses)};
  }

  void unreachable(const GridPoint& at, std::string reason) {
    plan_.unreachable.push_back({description(at), std::move(reason)});
  }

  void add(const GridPoint& at, const Limit& limit) {
    PlannedPoint point;
    point.load = make_load_point(meter_.form, voltage(), frequency(), at.current, at.power_factor,
                                 at.direction, point.circuit);
    if (auto reason = beyond_source(point.load)) return unreachable(at, *std::move(reason));
    auto reference = station_.reference_calibration.at(at.current, at.power_factor);
    if (!reference) return unreachable(at, reference.error());
    const ScannedConditions c = conditions(point.load, *reference);
    if (auto reason = beyond_counter(c)) return unreachable(at, *std::move(reason));
    const auto number = pulses(c, at);
    if (!number) return;
    point.id = fmt::format("{:03}", plan_.points.size() + 1);
    point.step = step_.name;
    point.voltage = voltage();
    point.current = at.current;
    point.power_factor = at.power_factor;
    point.temperature = station_.room_temperature;
    point.direction = at.direction;
    point.method = CountingMethod::scanned;
    point.circuit_factor = c.circuit_factor;
    point.pulses = *number;
    point.limit = limit;
    point.reference = *reference;
    point.target = step_.target_uncertainty;
    point.predicted_uncertainty = from_percent(scanned_budget(c, *number).expanded_percent());
    point.time = expected_time(c, *number);
    plan_.points.push_back(std::move(point));
  }

  const AccuracyStep& step_;
  const MeterType& meter_;
  const PlanningStation& station_;
  Plan& plan_;
  Mistakes& mistakes_;
  std::optional<Floor> smallest_target_;  // of the point that is hardest
};

}  // namespace

std::optional<Plan> make_plan(const Scenario& scenario, const MeterType& meter,
                              const PlanningStation& station, const LimitFiles& limits, Mistakes& mistakes) {
  const std::size_t before = mistakes.list().size();
  Plan plan{scenario, meter, {}, {}};
  for (const AccuracyStep& step : scenario.steps) {
    const auto file = limits.find(step.limits);
    StepPlanner{step, meter, station, plan, mistakes}.expand(file == limits.end() ? std::vector<Limit>{}
                                                                                  : file->second);
  }
  if (mistakes.list().size() != before) return std::nullopt;
  return plan;
}

}  // namespace meterbench
