#include "bench/runner/told_point.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/measurement/demand_error.h"
#include "bench/measurement/told_error.h"
#include "bench/planner/told_point.h"
#include "bench/planner/window_conditions.h"
#include "bench/runner/blame.h"
#include "bench/runner/deviation.h"
#include "bench/runner/meter_checks.h"
#include "bench/runner/number_decision.h"
#include "bench/runner/point_record.h"
#include "bench/runner/port_talk.h"

namespace meterbench {
namespace {

/// Beyond the intervals: clocks of meters and bench need not begin a second together.
constexpr Seconds kMargin{5};

/// From the end of the last dip until a meter that it has reset is awake again. made
constexpr Duration kRestart = std::chrono::seconds{5};
/// Longer than a dip itself takes no source to tell that it is over.
constexpr Duration kDipLimit = std::chrono::seconds{60};
/// Of an instrument that a program of others asks.
constexpr Duration kProgramLimit = std::chrono::seconds{60};

template <class T>
using Answers = MeterAnswers<T>;

/// What the reference saw from one instant on.
struct SeenPower {
  ActivePower mean{};
  double readings = 0;
  Ratio unsteadiness{};  ///< half the spread of the means over an interval
};

class ToldPoint {
 public:
  ToldPoint(const TellingMeans& means, const PlannedPoint& point, std::size_t index,
            const PointConditions& conditions)
      : means_{means},
        station_{means.station},
        point_{point},
        index_{index},
        conditions_{conditions},
        begin_s_{in_seconds(station_.reactor.now())} {
    talk_.interlock = conditions.hold.interlock;
    for (const PlannedMeter& meter : point.meters)
      talk_.positions.push_back(
          static_cast<std::size_t>(std::ranges::find(station_.positions, meter.position, &Position::name) -
                                   station_.positions.begin()));
  }

  PointAttempt run() {
    PointAttempt attempt;
    attempt.skipped_by = conditions_.skipped_by;
    if (!attempt.skipped_by) {
      const auto done = carry_out().and_then([&] { return end_load(); });
      if (hold_) attempt.skipped_by = hold_->skipped_by();
      if (skipped_by_) attempt.skipped_by = skipped_by_;
      if (!done && !attempt.skipped_by)
        attempt.fault = done.error();
      else if (auto ended = end_load(); !ended)
        attempt.fault = ended.error();
    }
    for (const PlannedMeter& meter : point_.meters) attempt.records.push_back(record(meter, attempt));
    return attempt;
  }

 private:
  [[nodiscard]] const MeterType& type(const std::string& position) const {
    return means_.plan.meters.at(position);
  }

  Result<void> carry_out() {
    switch (point_.result) {
      case ResultKind::demand_error: return demand();
      case ResultKind::net_difference: return net();
      case ResultKind::mode_change: return mode_change();
      case ResultKind::clock_error: return clock();
      case ResultKind::dips: return dips();
      case ResultKind::python: return external();
      default: return check();
    }
  }

  // Loads.

  Result<void> begin_load(const LoadPoint& load) {
    const auto period = means_.load.begin(load);
    if (!period) return tl::unexpected{period.error()};
    period_ = *period;
    hold_ = std::make_unique<PointHold>(station_, load, conditions_.hold, period_, conditions_.control);
    talk_.hold = hold_.get();
    return hold_->reach(settling_of(station_, means_.plan.meters));
  }

  Result<void> end_load() {
    if (!talk_.hold) return {};
    talk_.hold = nullptr;
    if (hold_->watch()) hold_->release();
    return means_.load.end();
  }

  /// Under the load, told as it goes.
  Result<void> stand(Seconds time) {
    const Instant begin = station_.reactor.now();
    const auto whole = static_cast<std::uint64_t>(time.value());
    return talk_.wait(
        [&] {
          const auto gone = static_cast<std::uint64_t>(in_seconds(station_.reactor.now() - begin));
          means_.observer.counting(index_, gone, whole);
          return false;
        },
        to_duration(time));
  }

  [[nodiscard]] SeenPower seen_since(Instant begin, Seconds interval) const {
    SeenPower seen;
    double sum = 0;
    std::vector<double> of_intervals;
    double part = 0, part_readings = 0;
    Instant part_ends = begin + to_duration(interval);
    for (const auto& sample : hold_->watch()->samples()) {
      if (sample.time <= begin) continue;
      if (sample.time > part_ends) {
        if (part_readings > 0) of_intervals.push_back(part / part_readings);
        part = part_readings = 0;
        part_ends += to_duration(interval);
      }
      const double power = sample.reading.active.value();
      sum += power;
      part += power;
      seen.readings += 1;
      part_readings += 1;
    }
    if (seen.readings == 0) return seen;
    seen.mean = ActivePower{sum / seen.readings};
    if (of_intervals.empty()) return seen;
    const auto [least, most] = std::ranges::minmax(of_intervals);
    seen.unsteadiness = Ratio{std::abs((most - least) / 2 / seen.mean.value())};
    return seen;
  }

  // What meters are asked.

  Result<Answers<MeterBilling>> billing() { return talk_.read(&Meter::start_read_billing, "read billing"); }

  /// A meter that refuses is hindered.
  Result<void> command(MeterProcedure procedure) {
    const auto answers =
        talk_.ask<void>(to_text(procedure), [&](const std::string&, Meter& meter, Done<void> done) {
          meter.start_procedure({procedure, {}}, std::move(done));
        });
    if (!answers) return tl::unexpected{answers.error()};
    note(*answers);
    return {};
  }

  /// No load is worth while for meters of which none can tell anything.
  [[nodiscard]] bool nobody_left() const {
    return std::ranges::all_of(results_, [](const auto& one) { return !one.second.hindrance.empty(); });
  }

  template <class T>
  void note(const Answers<T>& answers) {
    for (const PlannedMeter& meter : point_.meters) {
      const auto answer = answers.find(meter.position);
      std::string& hindrance = results_[meter.position].hindrance;
      if (!hindrance.empty()) continue;
      if (answer == answers.end())
        hindrance = "this position has no optical port";
      else if (!answer->second)
        hindrance = answer->second.error().text();
    }
  }

  /// Of a meter that nothing hinders.
  template <class T>
  [[nodiscard]] const T* answer(const Answers<T>& answers, const std::string& position) {
    note(answers);
    if (!results_[position].hindrance.empty()) return nullptr;
    return &*answers.at(position);
  }

  // Demand.

  Result<void> demand() {
    const auto before = billing();
    if (!before) return tl::unexpected{before.error()};
    note(*before);
    // Whoever refuses it is asked without a load.
    if (auto reset = command(MeterProcedure::demand_reset); !reset || nobody_left()) return reset;
    const Seconds interval = longest_interval(*before);
    if (auto loaded = begin_load(point_.load); !loaded) return loaded;
    const Instant steady = hold_->steady_since();
    // A reset cuts no interval short: the one under way may have seen another load, and ends first.
    if (auto stood = stand(interval + kMargin); !stood) return stood;
    if (auto reset = command(MeterProcedure::demand_reset); !reset || nobody_left()) return reset;
    if (auto changed = change_clocks(interval); !changed) return changed;
    // With a changed clock the first of them is cut short.
    const int intervals = point_.task.intervals + (point_.task.clock_change.value() != 0 ? 1 : 0);
    if (auto stood = stand(interval * static_cast<double>(intervals) + kMargin); !stood) return stood;
    const SeenPower seen = seen_since(steady, interval);
    if (auto off = end_load(); !off) return off;
    const auto after = billing();
    if (!after) return tl::unexpected{after.error()};
    if (auto restored = restore_clocks(); !restored) return restored;
    for (const PlannedMeter& meter : point_.meters)
      if (const MeterBilling* told = answer(*after, meter.position)) take_demand(meter, *told, seen);
    return {};
  }

  static Seconds length_of(const MeterBilling& billing) {
    if (billing.intervals.empty()) return kUsualInterval;
    const DemandInterval& one = billing.intervals.front();
    return Seconds{60.0 * static_cast<double>(one.subinterval.count()) * one.subintervals};
  }

  [[nodiscard]] static Seconds longest_interval(const Answers<MeterBilling>& billings) {
    Seconds longest{};
    for (const auto& [position, one] : billings)
      if (one) longest = std::max(longest, length_of(*one));
    return longest.value() > 0 ? longest : kUsualInterval;
  }

  void take_demand(const PlannedMeter& meter, const MeterBilling& billing, const SeenPower& seen) {
    ToldResult& result = results_[meter.position];
    const RegisterFlow flow = energy_flow(type(meter.position).form, point_.load) == EnergyFlow::received
                                  ? RegisterFlow::received
                                  : RegisterFlow::delivered;
    const DemandRegister* const maximum = billing.present.demand(flow);
    if (maximum == nullptr) {
      result.hindrance = fmt::format("the meter has no demand of {} energy", to_text(flow));
      return;
    }
    if (seen.readings == 0) {
      result.hindrance = "not one reading of the reference fell under the load";
      return;
    }
    result.error = demand_error(
        {maximum->extreme, seen.mean, meter.circuit_factor, point_.reference.error, meter.isolation.error});
    const Seconds interval = length_of(billing);
    WindowConditions c = window_conditions(point_, meter, type(meter.position), station_.uncertainty);
    c.deviation = deviation_of(station_, point_, *hold_->watch());
    result.budget = demand_budget(c, interval, seen.unsteadiness);
    result.seen = fmt::format("maximum of {:.1f} W over {:.0f} s, the reference saw {:.1f} W",
                              maximum->extreme.value(), interval.value(), seen.mean.value());
    seen_power_ = seen.mean;
  }

  /// Where it would lengthen the interval most, if the meter let it.
  Result<void> change_clocks(Seconds interval) {
    const Seconds change = point_.task.clock_change;
    if (change.value() == 0) return {};
    const auto clocks = talk_.read(&Meter::start_read_clock, "read clock");
    if (!clocks) return tl::unexpected{clocks.error()};
    note(*clocks);
    std::optional<double> wait_s;
    for (const auto& [position, clock] : *clocks) {
      const auto ahead = clock ? clock->difference({}) : std::nullopt;
      if (!ahead) continue;
      ahead_[position] = ahead->value;
      const double target =
          std::fmod((interval + Seconds{std::abs(change.value())}).value() / 2, interval.value());
      const auto shown = static_cast<double>(clock->time->time_since_epoch().count());
      if (!wait_s)
        wait_s = std::fmod(target - std::fmod(shown, interval.value()) + interval.value(), interval.value());
    }
    if (auto stood = stand(Seconds{wait_s.value_or(0)}); !stood) return stood;
    return set_clocks(change);
  }

  Result<void> restore_clocks() {
    if (point_.task.clock_change.value() == 0) return {};
    return set_clocks({});
  }

  /// By so much from where they would be if nobody had set them.
  Result<void> set_clocks(Seconds change) {
    const auto set =
        talk_.ask<void>("set clock", [&](const std::string& name, Meter& meter, Done<void> done) {
          const auto ahead = ahead_.find(name);
          if (ahead == ahead_.end())
            return done(fault(Errc::refused, "optical " + name, "set clock", "its clock tells no time"));
          const auto now = std::chrono::floor<std::chrono::seconds>(station_.reactor.utc());
          const std::chrono::seconds by{std::llround((ahead->second + change).value())};
          meter.start_procedure({MeterProcedure::set_clock, MeterTime{now.time_since_epoch() + by}},
                                std::move(done));
        });
    if (!set) return tl::unexpected{set.error()};
    note(*set);
    return {};
  }

  // Net.

  Result<void> net() {
    const auto before = billing();
    if (!before) return tl::unexpected{before.error()};
    const LoadPoint back =
        make_load_point(type(point_.meters.front().position).form, point_.voltage, point_.load.frequency,
                        point_.current, point_.power_factor, Direction::received, point_.connection);
    for (int n = 0; n <= point_.task.reversals; ++n) {
      if (auto loaded = begin_load(n % 2 == 0 ? point_.load : back); !loaded) return loaded;
      if (auto stood = stand(point_.task.time); !stood) return stood;
      if (auto off = end_load(); !off) return off;
    }
    const auto after = billing();
    if (!after) return tl::unexpected{after.error()};
    for (const PlannedMeter& meter : point_.meters) {
      const MeterBilling* const then = answer(*before, meter.position);
      const MeterBilling* const now = answer(*after, meter.position);
      if (then && now) take_net(meter, then->present, now->present);
    }
    return {};
  }

  void take_net(const PlannedMeter& meter, const RegisterSet& then, const RegisterSet& now) {
    ToldResult& result = results_[meter.position];
    std::array<ActiveEnergy, 3> advance{};
    for (const RegisterFlow flow : {RegisterFlow::delivered, RegisterFlow::received, RegisterFlow::net}) {
      const auto first = then.energy(flow), last = now.energy(flow);
      if (!first || !last) {
        result.hindrance = fmt::format("the meter has no register of {} energy", to_text(flow));
        return;
      }
      advance.at(static_cast<std::size_t>(flow)) = *last - *first;
    }
    const FlowAdvance flows{advance[0], advance[1], advance[2]};
    result.seen = fmt::format("delivered {:.3f} Wh, received {:.3f} Wh, net {:.3f} Wh",
                              watt_hours(flows.delivered), watt_hours(flows.received), watt_hours(flows.net));
    if (flows.delivered.value() <= 0 || flows.received.value() <= 0) {
      result.hindrance = "the registers did not go on in both directions: " + result.seen;
      return;
    }
    result.error = net_difference(flows);
    result.budget = net_budget(type(meter.position).kt, flows.throughput());
  }

  // Test mode.

  Result<void> mode_change() {
    const auto before = billing();
    if (!before) return tl::unexpected{before.error()};
    note(*before);
    if (auto on = command(MeterProcedure::test_mode_on); !on || nobody_left()) return on;
    if (auto loaded = begin_load(point_.load); !loaded) return loaded;
    if (auto stood = stand(point_.task.time); !stood) return stood;
    note_silent_leds();
    if (auto off = end_load(); !off) return off;
    // What the LED told of is not in the registers.
    means_.books.break_off();
    if (auto off = command(MeterProcedure::test_mode_off); !off) return off;
    const auto after = billing();
    if (!after) return tl::unexpected{after.error()};
    for (const PlannedMeter& meter : point_.meters) {
      const MeterBilling* const then = answer(*before, meter.position);
      const MeterBilling* const now = answer(*after, meter.position);
      if (then && now) take_mode_change(meter.position, then->present, now->present);
    }
    return {};
  }

  /// An LED that nobody saw does not tell that the meter measured.
  void note_silent_leds() {
    for (const PlannedMeter& meter : point_.meters) {
      const std::size_t place = period_->place_of(meter.position);
      std::string& hindrance = results_[meter.position].hindrance;
      if (!hindrance.empty() || period_->pulses(place) > 0) continue;
      hindrance =
          period_->counts(place)
              ? "no LED pulse came in test mode: nothing tells that the meter measured"
              : "this station does not count the LED under a load: nothing tells that the meter measured";
    }
  }

  void take_mode_change(const std::string& position, const RegisterSet& then, const RegisterSet& now) {
    ToldResult& result = results_[position];
    result.seen = difference(then, now);
    result.as_it_should_be = result.seen.empty();
  }

  /// The first one, in words; empty: none.
  static std::string difference(const RegisterSet& then, const RegisterSet& now) {
    for (const EnergyRegister& one : then.energies)
      if (const auto other = now.energy(one.flow, one.tier); other && *other != one.energy)
        return fmt::format("{} energy of tier {} was {:.3f} Wh, now it is {:.3f} Wh", to_text(one.flow),
                           one.tier, watt_hours(one.energy), watt_hours(*other));
    for (const DemandRegister& one : then.demands) {
      const DemandRegister* const other = now.demand(one.flow, one.tier);
      if (other && (other->extreme != one.extreme || other->cumulative != one.cumulative))
        return fmt::format("maximum {} demand of tier {} was {:.1f} W, now it is {:.1f} W", to_text(one.flow),
                           one.tier, one.extreme.value(), other->extreme.value());
    }
    if (then.demand_resets != now.demand_resets) return "the demand was reset";
    return {};
  }

  // Clock.

  Result<void> clock() {
    if (auto loaded = begin_load(point_.load); !loaded) return loaded;
    const auto first = talk_.read(&Meter::start_read_clock, "read clock");
    if (!first) return tl::unexpected{first.error()};
    if (auto stood = stand(point_.task.time); !stood) return stood;
    const auto last = talk_.read(&Meter::start_read_clock, "read clock");
    if (!last) return tl::unexpected{last.error()};
    for (const PlannedMeter& meter : point_.meters) {
      const MeterClock* const then = answer(*first, meter.position);
      const MeterClock* const now = answer(*last, meter.position);
      if (then && now) take_clock(meter.position, *then, *now);
    }
    return {};
  }

  void take_clock(const std::string& position, const MeterClock& then, const MeterClock& now) {
    ToldResult& result = results_[position];
    const auto first = then.difference({}), last = now.difference({});
    if (!first || !last) {
      result.hindrance = "its clock tells no time";
      return;
    }
    const Seconds time{in_seconds(now.asked - then.asked)};
    result.error = clock_error(first->value, last->value, time);
    result.budget = clock_budget(first->half_width, last->half_width, time);
    result.seen = fmt::format("{:+.2f} s and {:+.2f} s from the bench's clock, {:.0f} s apart",
                              first->value.value(), last->value.value(), time.value());
  }

  // Dips.

  Result<void> dips() {
    const auto before = billing();
    if (!before) return tl::unexpected{before.error()};
    note(*before);
    if (nobody_left()) return {};
    if (auto loaded = begin_load(point_.load); !loaded) return loaded;
    // The voltage is not held any more: the interlock alone watches.
    talk_.hold = nullptr;
    hold_->release();
    for (const VoltageDip& dip : point_.task.dips)
      if (auto dipped = let_dip(dip); !dipped) return dipped;
    if (auto stood = talk_.wait(std::max(kRestart, settling_of(station_, means_.plan.meters))); !stood)
      return stood;
    std::map<std::string, std::uint64_t> pulses;  // of those that are counted
    for (const PlannedMeter& meter : point_.meters)
      if (const std::size_t place = period_->place_of(meter.position); period_->counts(place))
        pulses.emplace(meter.position, period_->pulses(place));
    if (auto off = means_.load.end(); !off) return off;
    const auto after = billing();
    if (!after) return tl::unexpected{after.error()};
    for (const PlannedMeter& meter : point_.meters) {
      const MeterBilling* const then = answer(*before, meter.position);
      const MeterBilling* const now = answer(*after, meter.position);
      const auto counted = pulses.find(meter.position);
      if (counted == pulses.end())
        results_[meter.position].hindrance = "this station does not count the LED under this load";
      else if (then && now)
        take_dips(meter.position, counted->second, then->present, now->present);
    }
    return {};
  }

  Result<void> let_dip(const VoltageDip& dip) {
    std::function<void(Done<void>)> start = [&](Done<void> done) {
      station_.source->start_dip(dip, std::move(done));
    };
    if (talk_.interlock) start = talk_.interlock->guarded<void>(std::move(start));
    return await<void>(station_.reactor, "source", "dip", to_duration(dip.length()) + kDipLimit, start);
  }

  void take_dips(const std::string& position, std::uint64_t pulses, const RegisterSet& then,
                 const RegisterSet& now) {
    ToldResult& result = results_[position];
    const MeterType& meter = type(position);
    const ActiveEnergy allowed =
        ActivePower{(meter.nominal_voltage * meter.maximum_current).value()} * point_.task.allowed;
    ActiveEnergy most{}, lost{};
    for (const EnergyRegister& one : then.energies)
      if (const auto other = now.energy(one.flow, one.tier)) {
        most = std::max(most, *other - one.energy);
        // Net falls with what is received.
        if (one.flow != RegisterFlow::net) lost = std::max(lost, one.energy - *other);
      }
    result.seen = fmt::format(
        "{} LED pulses of {:.3g} Wh, registers went on by at most {:.3f} Wh, {:.3f} Wh are "
        "allowed; {:.3f} Wh were lost",
        pulses, watt_hours(meter.kt), watt_hours(most), watt_hours(allowed), watt_hours(lost));
    if (then.demand_resets != now.demand_resets) result.seen += "; the demand was reset";
    result.as_it_should_be = meter.kt * static_cast<double>(pulses) <= allowed && most <= allowed &&
                             lost.value() <= 0 && then.demand_resets == now.demand_resets;
  }

  // Programs of others.

  Result<void> external() {
    ExternalStep* const program = conditions_.external;
    if (program == nullptr) return hinder_all("nobody here runs functions of scenarios");
    ExternalCall call{point_.step, point_.task.script, point_.task.time, {}};
    for (const PlannedMeter& meter : point_.meters) call.meters.emplace(meter.position, type(meter.position));
    program->start(call);
    auto ended = serve(*program);
    program->kill();
    return ended;
  }

  /// Until it has said what comes of it. Simulated time stands still while it computes.
  Result<void> serve(ExternalStep& program) {
    while (true) {
      const auto waited = station_.reactor.run_until_told(
          [&] { return program.has_message() || ill() || (conditions_.control && skip_is_asked()); });
      if (auto fault = ill()) return tl::unexpected{*std::move(fault)};
      if (skipped_by_) return fault(Errc::stopped, "bench", "python", "skipped by " + *skipped_by_);
      if (waited == Reactor::Waited::stopped)
        return tl::unexpected{station_.reactor.stop_fault("bench", "python")};
      auto message = program.take();
      if (auto* const end = std::get_if<external::End>(&message)) {
        for (const PlannedMeter& meter : point_.meters)
          if (!end->results.contains(meter.position))
            results_[meter.position].hindrance = "the function says nothing of this position";
        for (auto& [position, result] : end->results) results_[position] = std::move(result);
        return {};
      }
      const external::Answer answer = std::visit([&](const auto& asked) { return do_for_it(asked); },
                                                 std::get<external::Request>(message));
      program.answer(answer);
      if (!answer && of_the_bench(answer.error())) return tl::unexpected{answer.error()};
    }
  }

  /// What ends the run; all else is the program's own affair.
  static bool of_the_bench(const Fault& fault) {
    return fault.code != Errc::out_of_range && !fault.device.starts_with("optical") &&
           fault.device != "display" && fault.device != "switches";
  }

  [[nodiscard]] std::optional<Fault> ill() const {
    if (talk_.interlock && talk_.interlock->fault()) return talk_.interlock->fault();
    if (talk_.hold && talk_.hold->watch()) return talk_.hold->watch()->fault();
    return std::nullopt;
  }

  [[nodiscard]] bool skip_is_asked() {
    if (!skipped_by_) skipped_by_ = conditions_.control->take_skip();
    return skipped_by_.has_value();
  }

  Result<void> hinder_all(const std::string& why) {
    for (const PlannedMeter& meter : point_.meters) results_[meter.position].hindrance = why;
    return {};
  }

  external::Answer do_for_it(const external::Apply& asked) {
    for (const auto& [position, meter] : means_.plan.meters)
      // Written so that NaN fails too.
      if (!(asked.voltage <= meter.maximum_voltage && asked.current <= meter.maximum_current))
        return fault(Errc::out_of_range, "source", "apply load point",
                     fmt::format("{} and {} are beyond what the meter at position {} can bear",
                                 to_text(asked.voltage), to_text(asked.current), position));
    if (auto off = end_load(); !off) return tl::unexpected{off.error()};
    const MeterType& meter = means_.plan.meters.begin()->second;
    asked_load_ = make_load_point(meter.form, asked.voltage, point_.load.frequency, asked.current,
                                  asked.power_factor, asked.direction, {.circuit = asked.circuit});
    auto loaded = begin_load(asked_load_);
    if (!loaded) return tl::unexpected{loaded.error()};
    return std::monostate{};
  }

  external::Answer do_for_it(const external::Off&) {
    if (auto off = end_load(); !off) return tl::unexpected{off.error()};
    return std::monostate{};
  }

  external::Answer do_for_it(const external::Wait& asked) {
    if (auto waited = talk_.wait(to_duration(asked.time)); !waited) return tl::unexpected{waited.error()};
    return std::monostate{};
  }

  external::Answer do_for_it(const external::ReadReference&) {
    return answered(
        await<ReferenceReading>(station_.reactor, "reference", "read", kProgramLimit,
                                [&](auto done) { station_.reference->start_read(std::move(done)); }));
  }

  external::Answer do_for_it(const external::ReadRegisters& asked) {
    const auto meter = station_.meters.find(asked.position);
    if (meter == station_.meters.end())
      return fault(Errc::out_of_range, "optical." + asked.position, "read registers",
                   "there is no optical port with a meter at this position");
    return answered(
        await<MeterRegisters>(station_.reactor, "optical." + asked.position, "read registers", kProgramLimit,
                              [&](auto done) { meter->second->start_read_registers(std::move(done)); }));
  }

  external::Answer do_for_it(const external::ReadDisplay& asked) {
    if (station_.display == nullptr)
      return fault(Errc::refused, "display", "read", "this station sees no displays");
    return answered(await<std::string>(station_.reactor, "display", "read", kProgramLimit, [&](auto done) {
      station_.display->start_read_display(asked.position, std::move(done));
    }));
  }

  external::Answer do_for_it(const external::Press& asked) {
    if (station_.controls == nullptr)
      return fault(Errc::refused, "switches", "press", "this station presses no switches");
    const Duration held = to_duration(asked.duration);
    const auto pressed =
        await<void>(station_.reactor, "switches", "press", held + kProgramLimit, [&](auto done) {
          station_.controls->start_press(asked.position, asked.which, held, std::move(done));
        });
    if (!pressed) return tl::unexpected{pressed.error()};
    return std::monostate{};
  }

  template <class T>
  static external::Answer answered(Result<T> told) {
    if (!told) return tl::unexpected{told.error()};
    return *std::move(told);
  }

  // Everything else.

  Result<void> check() {
    if (auto loaded = begin_load(point_.load); !loaded) return loaded;
    auto results = [&]() -> Result<ToldResults> {
      switch (point_.result) {
        case ResultKind::firmware: return check_firmware(talk_, point_.task.versions);
        case ResultKind::security: return check_security(talk_);
        case ResultKind::display: return check_display(talk_, point_.task.shows);
        default: return check_switch(talk_, parse_meter_switch(point_.task.meter_switch).value());
      }
    }();
    if (!results) return tl::unexpected{results.error()};
    results_ = *std::move(results);
    return {};
  }

  // What it comes to.

  [[nodiscard]] PointRecord record(const PlannedMeter& meter, const PointAttempt& attempt) {
    PointRecord record = asked_record(point_, meter, type(meter.position), conditions_.attempt);
    record.method = "told";
    record.started_s = begin_s_;
    record.ended_s = in_seconds(station_.reactor.now());
    record.duration_s = record.ended_s - record.started_s;
    if (const auto doubts = conditions_.doubts.find(meter.position); doubts != conditions_.doubts.end())
      record.verdict.basis.reasons = doubts->second;
    if (attempt.skipped_by)
      add(record, {"skipped", "skipped by " + *attempt.skipped_by});
    else if (attempt.fault)
      add(record, {attempt.fault->code == Errc::stopped ? "stopped" : "fault", attempt.fault->text()});
    else
      decide(meter, results_[meter.position], record);
    return record;
  }

  void decide(const PlannedMeter& meter, const ToldResult& result, PointRecord& record) const {
    Decision& decision = record.verdict.decision;
    if (!result.hindrance.empty()) return add(record, {"untold", result.hindrance});
    if (!result.error) {
      decision = result.as_it_should_be ? Decision::pass : Decision::fail;
      if (!result.seen.empty())
        add(record, {result.as_it_should_be ? "told" : "not_as_it_should_be", result.seen});
      return;
    }
    record.error_percent = percent(*result.error);
    record.budget = result.budget;
    add(record, {"told", result.seen});
    decide_number(point_.rule, in_seconds(station_.reactor.now()), record);
    if (point_.result == ResultKind::demand_error)
      question(meter, *result.error, result.budget.expanded_percent(), record);
  }

  /// What stands on the reference.
  void question(const PlannedMeter& meter, Ratio error, double u_percent, PointRecord& record) const {
    Decision& decision = record.verdict.decision;
    const Form form = type(meter.position).form;
    const auto source = source_of(station_, point_, form, ActivePower{std::abs(seen_power_.value())},
                                  reference_power(station_.reference->definition(), form, point_.load));
    const auto take_back = [&](std::optional<Blame> blame) {
      if (!blame) return;
      add(record, *std::move(blame));
      decision = Decision::inconclusive;
    };
    if (source) take_back(reference_doubt(*source, u_percent, "the power"));
    if (decision != Decision::fail) return;
    take_back(unseen_body(*hold_, means_.plan.meters.size()));
    if (source)
      take_back(unproven_fail(*source, error, point_.limit));
    else
      record.verdict.basis.reasons.emplace_back(kOnlyItsCertificate);
  }

  void add(PointRecord& record, Blame what) const {
    record.events.push_back({record.point_id, record.position, in_seconds(station_.reactor.now()),
                             std::move(what.kind), std::move(what.text)});
  }

  const TellingMeans& means_;
  Station& station_;
  const PlannedPoint& point_;
  std::size_t index_;
  const PointConditions& conditions_;
  double begin_s_;
  std::unique_ptr<PointHold> hold_;  // of the last load
  LoadPeriod* period_ = nullptr;
  PortTalk talk_{station_, {}, nullptr, nullptr};
  ToldResults results_;
  std::map<std::string, Seconds> ahead_;  // of the bench's clock, by position, before anybody set it
  ActivePower seen_power_{};
  LoadPoint asked_load_{};                 // by a program of others
  std::optional<std::string> skipped_by_;  // while one was waited for
};

}  // namespace

PointAttempt run_told_point(const TellingMeans& means, const PlannedPoint& point, std::size_t index,
                            const PointConditions& conditions) {
  return ToldPoint{means, point, index, conditions}.run();
}

}  // namespace meterbench
