#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/planner/comparison_plan.h"
#include "bench/planner/plan.h"
#include "bench/planner/reach.h"
#include "bench/planner/soak_plan.h"
#include "bench/planner/step_planner.h"

namespace meterbench {
namespace {

/// With a scan period of 1 ms the scan adds no more than 0.004 % in this time, and the power has settled from
/// one flicker of the source to the next.
constexpr Seconds kShortestWindow{10};

FilePosition place_of(const Step& step) {
  return std::visit([](const auto& any) { return any.position; }, step);
}

/// A check of the bench measures the certified standards, whatever else stands on it as a burden; a test of
/// meters measures all, and all are of one kind.
std::vector<Seat> measured(const Scenario& scenario, const std::vector<Seat>& seats, Mistakes& mistakes) {
  const auto is_standard = [](const Seat& seat) { return seat.type->certificate.has_value(); };
  std::vector<Seat> standards;
  std::ranges::copy_if(seats, std::back_inserter(standards), is_standard);
  const FilePosition place = scenario.steps.empty() ? FilePosition{} : place_of(scenario.steps.front());
  if (scenario.check) {
    if (standards.empty())
      mistakes.add(place,
                   fmt::format("a {} check needs a certified standard in a meter's place: a meter type "
                               "with a certificate",
                               to_text(*scenario.check)));
    return standards;
  }
  if (!standards.empty() && standards.size() != seats.size())
    mistakes.add(place, fmt::format("position {} holds a certified standard, others hold meters under test: "
                                    "test them in a run each",
                                    standards.front().position));
  return seats;
}

/// `2S and 4S`.
std::string three_wire_forms() {
  std::vector<std::string_view> names;
  for (const Form form : {Form::s1, Form::s2, Form::s3, Form::s4})
    if (is_three_wire(form)) names.push_back(to_text(form));
  return fmt::format("{}", fmt::join(names, " and "));
}

bool beyond_form(Form form, const LoadStep& step) {
  return std::ranges::all_of(step.circuits, [&](Circuit circuit) {
    return beyond_form(form, Connection{circuit, step.leg_2, step.service, step.leg_1_voltage()}).has_value();
  });
}

/// Steps that meters of that form cannot be connected for are one slip, the wrong meter, and told once.
void check_form(const Scenario& scenario, Form form, Mistakes& mistakes) {
  std::optional<FilePosition> first;
  std::set<int> lines;
  for (const Step& any : scenario.steps) {
    const auto* step = std::get_if<LoadStep>(&any);
    if (step == nullptr || !beyond_form(form, *step)) continue;
    if (!first) first = step->position;
    lines.insert(step->position.line);
  }
  if (!first) return;
  const bool one = lines.size() == 1;
  mistakes.add(*first,
               fmt::format("form {} has one circuit; the step{} at line{} {} need{} two, as forms {} have",
                           to_text(form), one ? "" : "s", one ? "" : "s", fmt::join(lines, ", "),
                           one ? "s" : "", three_wire_forms()));
}

/// One plan in the making, step by step.
class Planner {
 public:
  Planner(const PlannedBench& bench, const LimitFiles& limits, Plan& plan, Mistakes& mistakes)
      : bench_{bench},
        limits_{limits},
        plan_{plan},
        mistakes_{mistakes},
        surroundings_{bench.station.room_temperature, {}} {}

  void add(const SoakStep& soak) {
    add_soak(soak, bench_, plan_, surroundings_, mistakes_);
    heated_ = false;
  }

  void add(const LoadStep& step) {
    const WindowTask task{step.pulses, step.target_uncertainty, kShortestWindow};
    const std::vector<LimitRow>* rows = step.limits.empty() ? nullptr : &limits_.at(step.limits);
    ExpandedStep expanded = expand(step, bench_, surroundings_, rows, task, mistakes_);
    for (const PlannedPoint& point : expanded.points) append_all(step, point);
    std::ranges::move(expanded.unreachable, std::back_inserter(plan_.unreachable));
  }

  // Once all points are there.
  void add(const CompareStep&) {}
  void add(const RepeatabilityStep&) {}

  void add_all_comparisons() {
    for (const Step& step : plan_.scenario.steps) {
      if (const auto* compare = std::get_if<CompareStep>(&step))
        add_shifts(*compare, limits_, plan_, mistakes_);
      if (const auto* repeatability = std::get_if<RepeatabilityStep>(&step))
        add_repeatability(*repeatability, limits_, plan_, mistakes_);
    }
    for (std::size_t i = 0; i < plan_.comparisons.size(); ++i)
      plan_.comparisons[i].id = fmt::format("{:03}", plan_.points.size() + i + 1);
  }

 private:
  /// Each repetition is a point of its own.
  void append_all(const LoadStep& step, const PlannedPoint& once) {
    const Repetition& repetition = step.repetition;
    Seconds stood;  // under the load, when a repetition has ended
    for (int n = 1; n <= repetition.times; ++n) {
      PlannedPoint point = once;
      if (repetition.times > 1) point.repetition = n;
      point.under_load = repetition.every * static_cast<double>(n - 1);
      point.time.waiting = std::max(Seconds{}, point.under_load - stood);
      if (n > 1) point.time.settling = Seconds{};
      stood = stood + point.time.total();
      append(step, std::move(point));
      if (n == 1 && repetition.rest.value() > 0) plan_.points.back().rest = repetition.rest;
    }
  }

  void append(const LoadStep& step, PlannedPoint point) {
    if (heated_ && step.recovery && is_high(plan_.points.back().current, *step.recovery) &&
        point.current < plan_.points.back().current)
      point.rest = step.recovery->rest;
    heated_ = true;
    point.id = fmt::format("{:03}", plan_.points.size() + 1);
    point.rule = plan_.scenario.rule;
    plan_.points.push_back(std::move(point));
  }

  /// For any meter that stands on it.
  [[nodiscard]] bool is_high(Current current, const Recovery& recovery) const {
    return std::ranges::any_of(bench_.measured, [&](const Seat& seat) {
      const Current high = current_of(recovery.after, *seat.type);
      return current >= high || same(current, high);
    });
  }

  const PlannedBench& bench_;
  const LimitFiles& limits_;
  Plan& plan_;
  Mistakes& mistakes_;
  Surroundings surroundings_;
  bool heated_ = false;  // by the last point; a soak takes longer than any rest
};

}  // namespace

Seconds PlannedBench::settling() const {
  // In band for that long before a window may open (design, "How an error is measured").
  constexpr Seconds kInBand{3};
  return station.source.settling + station.reference_window + kInBand;
}

std::optional<Plan> make_plan(const Scenario& scenario, const std::map<std::string, MeterType>& meters,
                              const PlanningStation& station, const LimitFiles& limits,
                              const WaveformFiles& waveforms, Mistakes& mistakes) {
  const std::size_t before = mistakes.list().size();
  PlannedBench bench{station, meters, seats(meters, station), {}, waveforms};
  bench.measured = measured(scenario, bench.seats, mistakes);
  check_limit_rows(scenario, limits, mistakes);
  check_form(scenario, bench.form(), mistakes);
  if (mistakes.list().size() != before) return std::nullopt;
  Plan plan{scenario, meters, {}, {}, {}, {}};
  Planner planner{bench, limits, plan, mistakes};
  for (const Step& step : scenario.steps) std::visit([&](const auto& any) { planner.add(any); }, step);
  planner.add_all_comparisons();
  if (mistakes.list().size() != before) return std::nullopt;
  return plan;
}

}  // namespace meterbench
