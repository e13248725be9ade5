#include "bench/planner/step_planner.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/core/quantity_text.h"
#include "bench/planner/circuits.h"
#include "bench/planner/function_point.h"
#include "bench/planner/grid.h"
#include "bench/planner/reach.h"
#include "bench/planner/residual_point.h"
#include "bench/planner/seated_point.h"
#include "bench/planner/told_point.h"

namespace meterbench {
namespace {

/// Less of the apparent power than that is rounding of a power that is 0.
constexpr double kNoPower = 1e-9;

/// A figure that a person may type as a target: rounded up to two digits.
Ratio rounded_up(Ratio u) {
  const double exponent = std::floor(std::log10(percent(u))) - 1;
  const double unit = std::pow(10.0, exponent);
  return from_percent((std::floor(percent(u) / unit) + 1) * unit);
}

template <class Kind>
bool beyond(Quantity<Kind> value, Quantity<Kind> most) {
  return !(value <= most) && !same(value, most);
}

class StepPlanner {
 public:
  StepPlanner(const LoadStep& step, const PlannedBench& bench, const Surroundings& surroundings,
              const std::vector<LimitRow>* limits, const WindowTask& task, Mistakes& mistakes)
      : step_{step},
        bench_{bench},
        surroundings_{surroundings},
        limits_{limits},
        task_{task},
        mistakes_{mistakes},
        grid_{grid_of(step, bench.measured)} {}

  ExpandedStep run() {
    const std::size_t mistakes_before = mistakes_.list().size();
    check_overload();
    check_split();
    for (const GridLoad& load : grid_) add(load);
    if (without_limit_)
      mistakes_.add(step_.limits_position, fmt::format("limits '{}' have no row for test '{}' {}",
                                                       step_.limits, step_.name, *without_limit_));
    if (smallest_target_)
      mistakes_.add(
          step_.target_position,
          fmt::format("{} is below what this station can reach; the smallest for all points is {} ({})",
                      to_text(*step_.target_uncertainty), to_text(rounded_up(smallest_target_->u)),
                      smallest_target_->where));
    else if (mistakes_.list().size() == mistakes_before && expanded_.points.empty() &&
             !surroundings_.hindrance)
      mistakes_.add(
          step_.position,
          fmt::format("this station can do no point of step '{}'{}", step_.name,
                      expanded_.unreachable.empty() ? "" : ": " + expanded_.unreachable.back().reason));
    return std::move(expanded_);
  }

 private:
  struct Floor {
    Ratio u;
    std::string where;
  };

  /// What no meter here could bear is a slip; what only some could not is told of the load.
  void check_overload() {
    const auto by_imax = [](const Seat& a, const Seat& b) {
      return a.type->maximum_current < b.type->maximum_current;
    };
    const MeterType& strongest = *std::ranges::max_element(bench_.measured, by_imax)->type;
    for (std::size_t i = 0; i < step_.currents.size(); ++i)
      if (for_all_meters([&](const MeterType& type) {
            return beyond(current_of(step_.currents[i], type), type.maximum_current);
          }))
        mistakes_.add(step_.current_positions.at(i),
                      fmt::format("{} is beyond Imax of {}, which is {}",
                                  to_text(current_of(step_.currents[i], strongest)), strongest.id,
                                  to_text(strongest.maximum_current)));
    for (const VoltageSpec& spec : step_.voltages)
      if (for_all_meters([&](const MeterType& type) {
            return std::ranges::any_of(voltages_of(spec, type),
                                       [&](Voltage v) { return beyond(v, type.maximum_voltage); });
          }))
        mistakes_.add(step_.position, fmt::format("{} is beyond what {} may be given, {}",
                                                  to_text(voltages_of(spec, strongest).back()), strongest.id,
                                                  to_text(strongest.maximum_voltage)));
  }

  template <class Holds>
  [[nodiscard]] bool for_all_meters(Holds holds) const {
    return std::ranges::all_of(bench_.measured, [&](const Seat& seat) { return holds(*seat.type); });
  }

  /// Legs are driven as they are written, not in proportion.
  void check_split() {
    if (!step_.voltage_split) return;
    const Voltage sum = step_.voltage_split->sum();
    std::vector<Voltage> told;
    for (const Seat& seat : bench_.measured)
      for (const VoltageSpec& spec : step_.voltages)
        for (const Voltage voltage : voltages_of(spec, *seat.type)) {
          if (same(sum, voltage) || std::ranges::find(told, voltage) != told.end()) continue;
          told.push_back(voltage);
          mistakes_.add(step_.voltage_split->position,
                        fmt::format("the legs make {}, but the voltage of {} is {}", to_text(sum),
                                    seat.type->id, to_text(voltage)));
        }
  }

  /// As far as it tells the load from the others of the step.
  [[nodiscard]] std::string description(const GridLoad& load) const {
    std::string text;
    const auto differs = [&](const GridLoad& other) { return !same(other.voltage, load.voltage); };
    if (std::ranges::any_of(grid_, differs)) text += to_text(load.voltage) + ", ";
    if (step_.circuits != std::vector{Circuit::series}) text += fmt::format("{}, ", to_text(load.circuit));
    return text + fmt::format("{}, power factor {}, {}", to_text(load.current), to_text(load.power_factor),
                              to_text(load.direction));
  }

  void unreachable(const GridLoad& load, std::string reason) {
    expanded_.unreachable.push_back({description(load), std::move(reason)});
  }

  /// Reasons that do not hold for the whole bench name the positions.
  void unreachable(const GridLoad& load, const Reasons& reasons) {
    for (const auto& [reason, positions] : reasons)
      unreachable(load, positions.size() == bench_.seats.size()
                            ? reason
                            : fmt::format("position{} {}: {}", positions.size() == 1 ? "" : "s",
                                          fmt::join(positions, ", "), reason));
  }

  /// What is asked for, before it is known how to measure it.
  [[nodiscard]] PlannedPoint asked(const GridLoad& load, Circuit circuit, const Limit& limit) const {
    PlannedPoint point;
    point.step = step_.name;
    point.label = step_.label;
    point.voltage = load.voltage;
    point.current = load.current;
    point.power_factor = load.power_factor;
    point.direction = load.direction;
    point.connection = {circuit, circuit == Circuit::legs ? step_.leg_2 : LegLoad{}, step_.service,
                        step_.leg_1_voltage()};
    point.load = make_load_point(bench_.form(), load.voltage, load.frequency, load.current, load.power_factor,
                                 load.direction, point.connection);
    if (!step_.waveform.empty())
      point.load.waveform = series_of(bench_.waveforms.at(step_.waveform),
                                      bench_.station.source.highest_harmonic_of(load.frequency));
    point.temperature = surroundings_.temperature;
    point.limit = limit;
    point.target = step_.target_uncertainty;
    point.time.settling = bench_.settling();
    return point;
  }

  /// Meters of one load that are held against the same row; null: against none.
  struct Group {
    const LimitRow* row = nullptr;
    std::vector<const Seat*> seats;
  };

  [[nodiscard]] std::vector<Group> by_limit(const GridLoad& load) {
    if (!limits_) return {{nullptr, load.asked_by}};
    std::vector<Group> groups;
    const LimitQuestion asked{step_.name,   limit_kind(step_.test), load.power_factor,
                              load.current, load.voltage,           surroundings_.temperature};
    for (const Seat* seat : load.asked_by) {
      const LimitRow* const row = find_limit(*limits_, asked, *seat->type);
      if (!row) {
        note_without_limit(load, *seat->type);
        continue;
      }
      const auto group = std::ranges::find(groups, row, &Group::row);
      if (group == groups.end())
        groups.push_back({row, {seat}});
      else
        group->seats.push_back(seat);
    }
    return groups;
  }

  /// One of several is enough to find the slip.
  void note_without_limit(const GridLoad& load, const MeterType& type) {
    if (!without_limit_)
      without_limit_ =
          fmt::format("at {}, {}, power factor {}, {} of {}", to_text(load.current), to_text(load.voltage),
                      to_text(load.power_factor), to_text(surroundings_.temperature), type.id);
  }

  void add(const GridLoad& load) {
    if (surroundings_.hindrance) return unreachable(load, *surroundings_.hindrance);
    for (Group& group : by_limit(load)) {
      GridLoad of_group = load;
      of_group.asked_by = std::move(group.seats);
      add(of_group, group.row);
    }
  }

  void add(const GridLoad& load, const LimitRow* row) {
    PlannedPoint point = asked(load, load.circuit, row ? row->limit : Limit{});
    if (auto reason = beyond_bench(point)) return unreachable(load, *std::move(reason));
    if (is_told(step_.test) && step_.test != LoadTest::demand)
      unreachable(load, plan_told(bench_, step_, load.asked_by, 1, point));
    else if (has_limits(step_.test))
      add_number(load, point);
    else
      unreachable(load, plan_function(bench_, step_, load.asked_by, row, point));
    if (!point.meters.empty()) expanded_.points.push_back(std::move(point));
  }

  void add_number(const GridLoad& load, PlannedPoint& point) {
    const auto factor = circuit_factor(bench_.station.reference_definition, bench_.form(), point);
    if (!factor) return unreachable(load, factor.error());
    const auto reference = reference_at(bench_.station, bench_.form(), point);
    if (!reference) return unreachable(load, reference.error());
    point.reference = *reference;
    if (load.circuit == Circuit::opposed)
      unreachable(load,
                  plan_residual(bench_, asked(load, Circuit::series, point.limit), load.asked_by, point));
    else if (step_.test == LoadTest::demand)
      unreachable(load, plan_told(bench_, step_, load.asked_by, *factor, point));
    else
      unreachable(load, plan_error(load, point, *factor));
  }

  [[nodiscard]] std::optional<std::string> beyond_bench(const PlannedPoint& point) const {
    if (auto reason = beyond_form(bench_.form(), point.connection)) return reason;
    if (auto reason = beyond_meters(bench_.seats, point.voltage, point.load)) return reason;
    if (auto reason = beyond_waveform(bench_.station, bench_.seats, point.connection, point.load))
      return reason;
    if (auto reason = beyond_source(bench_.station, bench_.meters, point.load)) return reason;
    const ApparentPower apparent = point.voltage * point.current;
    const ActivePower power = metered_power(bench_.form(), point.load);
    if (point.connection.circuit != Circuit::opposed && has_current(step_.test) &&
        std::abs(power.value()) <= kNoPower * apparent.value())
      return "the circuits' powers cancel: there is no energy that a percentage could be of";
    return std::nullopt;
  }

  [[nodiscard]] Reasons plan_error(const GridLoad& load, PlannedPoint& point, double factor) {
    Reasons reasons;
    std::vector<Candidate> candidates;
    if (step_.test == LoadTest::registers) {
      point.result = ResultKind::register_error;
      point.task = step_.task;
    }
    for (const Seat* seat : load.asked_by) {
      auto meter = meter_at(*seat, bench_.form(), point, factor);
      if (meter)
        candidates.push_back({seat->type, *std::move(meter)});
      else
        reasons[meter.error()].push_back(seat->position);
      if (seat->type->certificate) point.result = ResultKind::deviation;
    }
    const auto counting = best_counting(bench_, point, candidates, method(), task_);
    if (counting) point.method = counting->method;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (counting && counting->ways[i])
        take_counted(point, std::move(candidates[i]), *counting->ways[i]);
      else if (counting && counting->ways[i].error().floor)
        note_floor(load, *counting->ways[i].error().floor);
      else
        reasons[counting ? counting->ways[i].error().reason : no_method()].push_back(
            candidates[i].meter.position);
    }
    return reasons;
  }

  /// The account of LED and register takes every pulse from before the load until after it.
  [[nodiscard]] std::optional<CountingMethod> method() const {
    return step_.test == LoadTest::registers ? CountingMethod::scanned : step_.method;
  }

  [[nodiscard]] std::string no_method() const {
    return method() ? fmt::format("this station has no method {}", to_text(*method()))
                    : "this station has no counting method";
  }

  static void take_counted(PlannedPoint& point, Candidate candidate, const Way& way) {
    candidate.meter.pulses = way.pulses;
    candidate.meter.windows = way.windows;
    candidate.meter.predicted_uncertainty = way.uncertainty;
    candidate.meter.window = way.opening + way.counting;
    if (point.method == CountingMethod::gated_total) point.gate = way.counting;
    take(point, std::move(candidate.meter), *candidate.type);
  }

  /// Kept for one message about all points: a target is the scenario's mistake.
  void note_floor(const GridLoad& load, Ratio floor) {
    if (!smallest_target_ || floor > smallest_target_->u) smallest_target_ = Floor{floor, description(load)};
  }

  const LoadStep& step_;
  const PlannedBench& bench_;
  const Surroundings& surroundings_;
  const std::vector<LimitRow>* limits_;
  const WindowTask& task_;
  Mistakes& mistakes_;
  std::vector<GridLoad> grid_;
  ExpandedStep expanded_;
  std::optional<Floor> smallest_target_;      // of the point that is hardest
  std::optional<std::string> without_limit_;  // the first load and meter that no row holds for
};

}  // namespace

ExpandedStep expand(const LoadStep& step, const PlannedBench& bench, const Surroundings& surroundings,
                    const std::vector<LimitRow>* limits, const WindowTask& task, Mistakes& mistakes) {
  return StepPlanner{step, bench, surroundings, limits, task, mistakes}.run();
}

}  // namespace meterbench
