#include "bench/runner/register_hold.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/guardian/pulse_intervals.h"
#include "bench/runner/comparison_run.h"
#include "bench/runner/counter_ability.h"
#include "bench/runner/led_witness.h"
#include "bench/runner/point_hold.h"
#include "bench/runner/point_run.h"

namespace meterbench {
namespace {

/// Source and meter may give a little less than is expected of them. made
constexpr double kMargin = 1.02;
/// Beyond the hold itself, for the way to a load and from it. made
constexpr double kSettlings = 3;
constexpr Duration kGateMargin = std::chrono::seconds{60};
/// A counter may tell of its last stamp that much later. made
constexpr Duration kLateStamps = std::chrono::seconds{5};

ActivePower power_of(Form form, const LoadPoint& load) {
  return ActivePower{std::abs(metered_power(form, load).value())};
}

/// The load that tells of a point's LED: its own, or that of its circuits in series.
LoadPoint telling_load(const PlannedPoint& point, Form form) {
  if (point.result != ResultKind::residual) return point.load;
  Connection in_series = point.connection;
  in_series.circuit = Circuit::series;
  return make_load_point(form, point.voltage, point.load.frequency, point.current, point.power_factor,
                         point.direction, in_series);
}

/// Calls `visit(point, record)` for each pass that was measured and stands.
template <class Visit>
void for_each_pass(const Plan& plan, const std::vector<PointRecord>& records, Visit visit) {
  for (const auto& [key, record] : last_attempts_of(records)) {
    const auto point = std::ranges::find(plan.points, key.first, &PlannedPoint::id);
    // A meter that stands still has registered nothing that could be compared, and what it tells by itself
    // does not stand on its LED.
    if (point != plan.points.end() && point->result != ResultKind::no_load &&
        !is_told_by_meter(point->result) && record->verdict.decision == Decision::pass)
      visit(*point, *record);
  }
}

/// Where the strongest load of a flow comes from.
struct Strongest {
  const PlannedPoint* point = nullptr;
  ActivePower power{};
};

/// To what the registers resolve enough; nothing where the account cannot be closed anyway.
std::optional<ActiveEnergy> missing_energy(const EnergyBooks& books, const std::string& position,
                                           EnergyFlow flow) {
  if (books.disagrees(position)) return std::nullopt;
  const auto account = books.account(position, flow);
  if (!account) return std::nullopt;
  if (account->resolution() <= kRegisterResolution) return ActiveEnergy{};
  // More of it may be another stretch.
  const ActiveEnergy tolerance = account->tolerance + account->account.kt;
  return (tolerance / kRegisterResolution.value() - account->by_led) * kMargin;
}

/// From before the load comes on until it has gone off.
Duration gate_of(const Station& station, const Plan& plan, Seconds held) {
  return to_duration(held + station.source->capabilities().settling * kSettlings) +
         2 * settling_of(station, plan.meters) + kGateMargin;
}

const Position& position_of(const Station& station, const std::string& name) {
  return *std::ranges::find(station.positions, name, &Position::name);
}

/// Whether its counter sees each pulse for as long as a load is on.
bool is_scanned(const Station& station, const std::string& position) {
  const std::size_t counter = position_of(station, position).counter;
  return counter < station.counters.size() && can_count(station.counters[counter], CountingMethod::scanned);
}

Finding lacking(const std::string& position, const std::string& why) {
  return {position, "no_pass", "LED and register are not proven to be the same: " + why};
}

/// What the points of a position tell of its LED.
struct LedAtPoints {
  std::uint64_t pulses = 0;  ///< counted
  std::uint64_t seen = 0;    ///< of them one by one
  std::uint64_t odd = 0;     ///< intervals
};

LedAtPoints led_at_points(const std::vector<PointRecord>& records, const std::string& position) {
  LedAtPoints led;
  for (const PointRecord& r : records) {
    if (r.position != position) continue;
    led.pulses += r.pulses;
    if (!r.edges.empty()) led.seen += r.edges.size() - 1;
    led.odd += static_cast<std::uint64_t>(
        std::ranges::count_if(r.events, [](const EventRow& e) { return is_odd_interval(e.kind); }));
  }
  return led;
}

/// Until enough pulses of it are seen one by one; 0 where they were.
Seconds unseen_time(const std::vector<PointRecord>& records, const std::string& position,
                    const MeterType& type, ActivePower power) {
  const std::uint64_t seen = led_at_points(records, position).seen;
  if (seen >= kPulsesSeen) return {};
  return static_cast<double>(kPulsesSeen - seen) * type.kt / power * kMargin;
}

std::optional<Finding> odd_led(const std::string& position, std::span<const Edge> edges, Seconds interval) {
  const auto odd = odd_intervals(edges, interval);
  if (odd.empty()) return std::nullopt;
  return Finding{
      position, "void",
      fmt::format("while a load was held for the registers {} LED intervals were odd, the first: {}",
                  odd.size(), odd.front().text())};
}

/// So that each counter that counts within gates has one that is long enough; 1 where none ever is.
int parts_of(const Station& station, const Plan& plan, Seconds held) {
  int parts = 1;
  for (const CounterBox& box : station.counters) {
    const Duration longest = box.counter->capabilities().longest_gate;
    if (longest <= gate_of(station, plan, Seconds{})) continue;
    while (gate_of(station, plan, held / parts) > longest) ++parts;
  }
  return parts;
}

}  // namespace

FlowsToProve flows_to_prove(const Plan& plan, const std::vector<PointRecord>& records) {
  FlowsToProve flows;
  for_each_pass(plan, records, [&](const PlannedPoint& point, const PointRecord& record) {
    const Form form = plan.meters.at(record.position).form;
    flows[record.position].insert(energy_flow(form, telling_load(point, form)));
  });
  return flows;
}

std::vector<RegisterHold> plan_register_holds(const Station& station, const Plan& plan,
                                              const std::vector<PointRecord>& records,
                                              const EnergyBooks& books) {
  // All meters stand on one load, and two-wire ones never beside three-wire ones.
  const Form form = plan.meters.begin()->second.form;
  std::map<EnergyFlow, Strongest> strongest;
  for_each_pass(plan, records, [&](const PlannedPoint& point, const PointRecord&) {
    const LoadPoint load = telling_load(point, form);
    Strongest& known = strongest[energy_flow(form, load)];
    if (const ActivePower power = power_of(form, load); power > known.power) known = {&point, power};
  });
  const FlowsToProve to_prove = flows_to_prove(plan, records);
  std::vector<RegisterHold> holds;
  for (const auto& [flow, most] : strongest) {
    RegisterHold hold{flow, telling_load(*most.point, form), most.point->current};
    for (const auto& [position, flows] : to_prove) {
      const auto missing = flows.contains(flow) ? missing_energy(books, position, flow) : std::nullopt;
      if (!missing) continue;
      Seconds time = *missing / most.power;
      if (!is_scanned(station, position))
        hold.unseen.push_back(position);
      else if (flow == *flows.begin())  // one of its flows will do
        time = std::max(time, unseen_time(records, position, plan.meters.at(position), most.power));
      if (time <= kLongestRegisterHold) hold.time = std::max(hold.time, time);
    }
    if (hold.time.value() <= 0) continue;
    hold.parts = parts_of(station, plan, hold.time);
    holds.push_back(std::move(hold));
  }
  return holds;
}

Result<RegisterHoldEnd> hold_for_registers(Station& station, const Plan& plan, const RegisterHold& hold,
                                           BenchLoad& load, const HoldConditions& conditions,
                                           RunControl* control) {
  const Seconds time = hold.time / hold.parts;
  const auto period = load.begin(hold.load, gate_of(station, plan, time));
  if (!period) return tl::unexpected{period.error()};
  LoadPeriod& counting = **period;
  PointHold under{station, hold.load, conditions, &counting, control};
  const auto held = under.reach(settling_of(station, plan.meters)).and_then([&]() -> Result<bool> {
    counting.keep_edges_from(under.steady_since());
    return under.wait([] { return false; }, under.steady_since() + to_duration(time));
  });
  counting.keep_no_more();
  if (!held && !under.skipped_by()) return tl::unexpected{held.error()};
  RegisterHoldEnd end{{}, {}, under.skipped_by()};
  for (const auto& [position, type] : plan.meters) {
    const std::vector<Edge>& edges = counting.edges(counting.place_of(position));
    if (!edges.empty()) end.seen[position] = edges.size() - 1;
    if (auto odd = odd_led(position, edges, type.kt / power_of(type.form, hold.load)))
      end.findings.push_back(*std::move(odd));
  }
  return end;
}

Result<RegisterHoldEnd> watch_leds(Station& station, const Plan& plan, const RegisterHold& hold,
                                   BenchLoad& load, const HoldConditions& conditions, RunControl* control) {
  const auto period = load.begin(hold.load);
  if (!period) return tl::unexpected{period.error()};
  PointHold under{station, hold.load, conditions, *period, control};
  if (const auto reached = under.reach(settling_of(station, plan.meters)); !reached && !under.skipped_by())
    return tl::unexpected{reached.error()};
  RegisterHoldEnd end;
  for (const std::string& name : hold.unseen) {
    if (under.skipped_by()) break;
    const MeterType& type = plan.meters.at(name);
    const Seconds interval = type.kt / power_of(type.form, hold.load);
    const Duration longest = to_duration(interval * static_cast<double>(kPulsesSeen) * kMargin);
    LedWitness witness{station, position_of(station, name)};
    witness.start(kPulsesSeen, interval, longest);
    const auto waited =
        under.wait([&] { return witness.is_done(); }, witness.ready_at() + longest + kLateStamps);
    if (!waited && !under.skipped_by()) return tl::unexpected{waited.error()};
    if (auto stopped = witness.stop(); !stopped) return tl::unexpected{stopped.error()};
    const std::vector<Edge> edges = witness.edges();
    if (!edges.empty()) end.seen[name] = edges.size() - 1;
    if (auto odd = odd_led(name, edges, interval)) end.findings.push_back(*std::move(odd));
  }
  end.skipped_by = under.skipped_by();
  return end;
}

std::vector<Finding> judge_leds(const Plan& plan, const FlowsToProve& to_prove,
                                const std::vector<PointRecord>& records,
                                const std::map<std::string, std::uint64_t>& seen) {
  std::vector<Finding> findings;
  for (const auto& [position, flows] : to_prove) {
    const LedAtPoints led = led_at_points(records, position);
    if (led.odd > 0 && led.odd * kPulsesSeen > led.pulses)
      findings.push_back(
          {position, "no_pass",
           fmt::format("{} odd LED intervals among {} pulses of its points: more than one in {}", led.odd,
                       led.pulses, kPulsesSeen)});
    const auto held = seen.find(position);
    const std::uint64_t all = led.seen + (held == seen.end() ? 0 : held->second);
    if (plan.scenario.register_account && all < kPulsesSeen)
      findings.push_back(lacking(
          position, fmt::format("{} of its pulses were seen one by one, {} are needed", all, kPulsesSeen)));
  }
  return findings;
}

std::vector<Finding> judge_registers(const Plan& plan, const FlowsToProve& to_prove,
                                     const EnergyBooks& books) {
  std::vector<Finding> findings;
  for (const auto& [position, flows] : to_prove) {
    const bool waived = !plan.scenario.register_account;
    if (waived)
      findings.push_back({position, "doubt", "the scenario waives the comparison of LED and register"});
    if (books.disagrees(position)) continue;
    for (const EnergyFlow flow : flows) {
      const auto account = books.account(position, flow);
      if (!account) {
        findings.push_back({position, "unreconciled", account.error()});
        if (!waived) findings.push_back(lacking(position, account.error()));
        continue;
      }
      const std::string told =
          fmt::format("{}: {}", to_text(flow),
                      account->account.led_pulses > 0 ? account->text() : "no load was counted as a whole");
      findings.push_back({position, "reconciled", told});
      if (!waived && account->resolution() > kRegisterResolution)
        findings.push_back(lacking(
            position, fmt::format("{}; {} % are needed", told, number_text(percent(kRegisterResolution)))));
    }
  }
  return findings;
}

}  // namespace meterbench
