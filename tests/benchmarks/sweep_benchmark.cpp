// What a sweep costs this machine.
//
//   sweep_benchmark sweep [SCENARIO [METER]]   one meter over all temperatures, on station `virtual`
//   sweep_benchmark forty [SCENARIO [METER]]   forty positions against one, on station `virtual-40`
//
// `sweep` also prints how long its points took, against settling, latency and the pulses that their targets
// need.
//
// Prints simulated hours, wall and CPU seconds, the time in Modbus calls apart; `forty` also the ratio of the
// simulated times, and the bench's own CPU time a point and position. That is all that the process computes
// outside of the world's advance, in which the meters, the source's output and the reference's input live:
// drivers, links, the simulators' protocols and counters, runner, measurement and ledger. The load that is
// held for the registers when the points are measured is no point's: it is left out there and told apart.
//
// Ends with 1 when a bound is not kept.
#include <time.h>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "bench/cli/inputs.h"
#include "bench/core/simulated_reactor.h"
#include "bench/runner/runner.h"
#include "drivers/link/libmodbus_link.h"
#include "tests/support/temporary_folder.h"

namespace meterbench {
namespace {

constexpr double kSecondsPerHour = 3600;
// Bounds.
constexpr double kLeastSweepHours = 24;
constexpr double kMostSweepSeconds = 60;  // on one core
constexpr double kMostPointRatio = 1.05;  // of the least time that the points could take
constexpr double kMostRatio = 1.2;
constexpr double kMostBenchMilliseconds = 2;  // a point and position

double seconds_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// What one look at a thread's clock costs, in the interval that it bounds and again outside of it.
double cost_of_a_look() {
  constexpr int kLooks = 100'000;
  const double before = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
  for (int i = 0; i < kLooks; ++i) static_cast<void>(seconds_of(CLOCK_THREAD_CPUTIME_ID));
  return (seconds_of(CLOCK_PROCESS_CPUTIME_ID) - before) / kLooks;
}

struct Cost {
  RunEnd end = RunEnd::passed;
  std::size_t results = 0;  // points times positions
  double simulated_s = 0, wall_s = 0, cpu_s = 0, world_s = 0, modbus_s = 0;
  double points_s = 0,
         least_s = 0;  // of their points: as they took, and as settling, latency and pulses ask for

  [[nodiscard]] double bench_ms() const {
    return (cpu_s - world_s) * 1e3 / static_cast<double>(std::max<std::size_t>(results, 1));
  }
};

/// Of all points: until the source stands, the meter's latency, and N pulses of the slowest meter.
double least_time(const Plan& plan) {
  double total = 0;
  for (const PlannedPoint& point : plan.points) {
    double pulses_s = 0;
    for (const PlannedMeter& meter : point.meters)
      pulses_s = std::max(pulses_s, (plan.meters.at(meter.position).kt / meter.power).value() *
                                        static_cast<double>(meter.pulses));
    total += point.time.settling.value() + point.time.latency.value() + pulses_s;
  }
  return total;
}

enum class Registers { compared, waived };

Cost carry_out(const std::string& station_name, const std::string& scenario, const std::string& meter,
               Registers registers = Registers::compared) {
  const Catalogue known = catalogue();
  const StationFile station = load_station(known, station_name);
  BenchOptions options;
  options.station = station_name;
  options.meters = meter;
  const auto meters = load_meters(known, station, meter);
  Plan plan = make_checked_plan(known, scenario, options, station, meters);
  plan.scenario.register_account = registers == Registers::compared;
  StopSignal stop;
  auto session = BenchSession::open(station, known, {load_lab(known, options, station), 1}, meters, stop);
  if (!session) throw std::runtime_error{session.error()};
  BenchSession& bench = **session;

  Cost cost;
  auto& reactor = dynamic_cast<SimulatedReactor&>(bench.station().reactor);
  std::size_t advances = 0;
  reactor.on_advance([&](Instant t) {
    ++advances;
    const double before = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    bench.lab()->advance_to(t);
    cost.world_s += seconds_of(CLOCK_THREAD_CPUTIME_ID) - before;
  });
  const testing::TemporaryFolder folder;
  Ledger ledger{folder.path() / "ledger.sqlite", Ledger::Mode::write};
  RunObserver silent;
  RunRecord head;
  head.station = station.name;
  const double wall = seconds_of(CLOCK_MONOTONIC);
  const double cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
  const double modbus = modbus_seconds();
  const RunOutcome outcome = Runner{bench.station(), ledger, silent}.run(plan, head);
  cost.wall_s = seconds_of(CLOCK_MONOTONIC) - wall;
  cost.cpu_s = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  const double looking = cost_of_a_look() * static_cast<double>(advances);
  cost.cpu_s -= 2 * looking;
  cost.world_s -= looking;
  cost.modbus_s = modbus_seconds() - modbus;
  cost.simulated_s = in_seconds(reactor.now());
  for (const PointRecord& point : outcome.points)
    if (point.position == meters.begin()->first) cost.points_s += point.ended_s - point.started_s;
  cost.least_s = least_time(plan);
  cost.results = outcome.points.size();
  cost.end = outcome.end;
  if (outcome.fault) throw std::runtime_error{outcome.fault->text()};
  return cost;
}

void print(const std::string& title, const Cost& cost) {
  fmt::print(
      "{}: {} results in {:.2f} simulated h; wall {:.2f} s, CPU {:.2f} s, of which {:.2f} s the world; "
      "Modbus calls {:.2f} s of wall time; ended with {}\n",
      title, cost.results, cost.simulated_s / kSecondsPerHour, cost.wall_s, cost.cpu_s, cost.world_s,
      cost.modbus_s, static_cast<int>(cost.end));
}

bool keeps(const std::string& what, bool kept) {
  if (!kept) fmt::print("NOT KEPT: {}\n", what);
  return kept;
}

bool sweep(const std::string& scenario, const std::string& meter) {
  const Cost cost = carry_out("virtual", scenario, meter);
  print(meter, cost);
  const double ratio = cost.points_s / cost.least_s;
  fmt::print(
      "its points took {:.0f} s; settling, latency and the pulses that the targets need are {:.0f} s: {:.3f} "
      "times\n",
      cost.points_s, cost.least_s, ratio);
  const bool prompt = keeps(fmt::format("at most {} of the least time of the points", kMostPointRatio),
                            ratio <= kMostPointRatio);
  const bool right = keeps("every decision is pass", cost.end == RunEnd::passed);
  const bool long_enough = keeps(fmt::format("at least {} simulated h", kLeastSweepHours),
                                 cost.simulated_s >= kLeastSweepHours * kSecondsPerHour);
  const bool quick =
      keeps(fmt::format("at most {} s of CPU", kMostSweepSeconds), cost.cpu_s <= kMostSweepSeconds);
  return right && prompt && long_enough && quick;
}

bool forty(const std::string& scenario, const std::string& meter) {
  const Cost one = carry_out("virtual-40", scenario, "01=" + meter);
  const Cost all = carry_out("virtual-40", scenario, "*=" + meter);
  const Cost points_alone = carry_out("virtual-40", scenario, "*=" + meter, Registers::waived);
  print("one position", one);
  print("forty positions", all);
  print("forty positions, without the load for the registers", points_alone);
  const double ratio = all.simulated_s / one.simulated_s;
  fmt::print(
      "forty positions take {:.3f} of the simulated time of one; the bench's own work is {:.3f} ms a point "
      "and position; with the load for the registers {:.3f} ms, {:.3f} ms with one position\n",
      ratio, points_alone.bench_ms(), all.bench_ms(), one.bench_ms());
  const bool right = keeps("every decision is pass", all.end == RunEnd::passed && one.end == RunEnd::passed);
  const bool together =
      keeps(fmt::format("at most {} of the simulated time", kMostRatio), ratio <= kMostRatio);
  const bool quick = keeps(fmt::format("at most {} ms a point and position", kMostBenchMilliseconds),
                           points_alone.bench_ms() <= kMostBenchMilliseconds);
  return right && together && quick;
}

}  // namespace
}  // namespace meterbench

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto word = [&](std::size_t i, const char* otherwise) {
    return i < words.size() ? words[i] : otherwise;
  };
  try {
    if (!words.empty() && words[0] == "sweep")
      return meterbench::sweep(word(1, "ae-1641/load-performance"), word(2, "focus-ax-2s-cl200")) ? 0 : 1;
    if (!words.empty() && words[0] == "forty")
      return meterbench::forty(word(1, "ae-1641/load-performance-23c"), word(2, "focus-ax-2s-cl200")) ? 0 : 1;
  } catch (const std::exception& trouble) {
    fmt::print(stderr, "sweep_benchmark: {}\n", trouble.what());
    return 3;
  }
  fmt::print(stderr, "usage: sweep_benchmark sweep|forty [SCENARIO [METER]]\n");
  return 2;
}
