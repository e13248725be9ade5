#include "tests/campaign/trial.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>
#include <stdexcept>

#include <fmt/format.h>

#include "bench/cli/inputs.h"
#include "bench/runner/runner.h"
#include "tests/support/temporary_folder.h"

namespace meterbench::campaign {

const PointRecord* Trial::measured(const PlannedPoint& point) const {
  const auto found = std::find_if(outcome.points.rbegin(), outcome.points.rend(),
                                  [&](const PointRecord& r) { return r.point_id == point.id; });
  return found == outcome.points.rend() || !found->error_percent ? nullptr : &*found;
}

std::vector<std::pair<const PointRecord*, double>> Trial::results() const {
  std::vector<std::pair<const PointRecord*, double>> all;
  for (std::size_t i = 0; i < plan.points.size(); ++i) {
    const ResultKind kind = plan.points[i].result;
    const bool is_zero = kind == ResultKind::net_difference || kind == ResultKind::clock_error ||
                         kind == ResultKind::deviation;
    if (const PointRecord* point = measured(plan.points[i]))
      all.emplace_back(point, is_zero ? 0 : truth_percent[i]);
  }
  for (const PlannedComparison& shift : plan.comparisons)
    for (const PointRecord& point : outcome.points)
      if (shift.result == ResultKind::shift && point.point_id == shift.id && point.error_percent)
        all.emplace_back(&point, truth_percent[shift.points.back()] - truth_percent[shift.points.front()]);
  return all;
}

namespace {

/// Opposed circuits of one meter take the same energy from each other: nothing is left but its creep.
double residual_percent(const virtual_lab::TrueMeter& meter, const PlannedPoint& point) {
  const double share = point.voltage / meter.type.nominal_voltage;
  return 100 * meter.creep_w * share * share / point.meters.front().power.value();
}

}  // namespace

Trial carry_out(const Setting& setting, std::uint64_t seed, StopSignal& stop) {
  const Catalogue known = catalogue();
  StationFile station = load_station(known, setting.station);
  std::map<std::string, double> overrides = setting.overrides;
  if (setting.temperature) {
    station.room_temperature = *setting.temperature;
    overrides["room.temperature_c"] = setting.temperature->value();
  }
  const auto meters = load_meters(known, station, setting.meter);
  BenchOptions options;
  options.set = setting.set;
  Trial trial;
  trial.plan = make_checked_plan(known, setting.scenario, options, station, meters);
  auto session =
      BenchSession::open(station, known, {load_lab(known, setting.lab), seed, overrides}, meters, stop);
  if (!session) throw std::runtime_error{session.error()};
  const testing::TemporaryFolder folder;
  Ledger ledger{folder.path() / "ledger.sqlite", Ledger::Mode::write};
  RunObserver silent;
  RunRecord head;
  head.station = station.name;
  trial.outcome = Runner{(*session)->station(), ledger, silent}.run(trial.plan, head);
  const virtual_lab::Lab& lab = *(*session)->lab();
  const std::string& position = meters.begin()->first;
  for (const PlannedPoint& point : trial.plan.points)
    trial.truth_percent.push_back(point.result == ResultKind::residual
                                      ? residual_percent(lab.truth_for(position), point)
                                      : lab.truth_percent(position, point.load, point.temperature));
  for (const auto& [key, value] : lab.drawn())
    if (key.starts_with("meter." + position + ".")) trial.meter.emplace(key, value);
  return trial;
}

Trial run_trial(const Setting& setting, std::uint64_t seed, StopSignal& stop) {
  Trial trial = carry_out(setting, seed, stop);
  if (trial.outcome.fault)
    throw std::runtime_error{
        fmt::format("station {}, seed {}: {}", setting.station, seed, trial.outcome.fault->text())};
  for (const PlannedPoint& point : trial.plan.points)
    if (trial.measured(point) == nullptr)
      throw std::runtime_error{
          fmt::format("station {}, seed {}: point {} has no error", setting.station, seed, point.id)};
  return trial;
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

double deviation(const std::vector<double>& values) {
  const double m = mean(values);
  double sum = 0;
  for (const double v : values) sum += (v - m) * (v - m);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

std::pair<double, double> bootstrap(const std::vector<double>& one_a_lab) {
  std::mt19937_64 random{20250602};
  std::uniform_int_distribution<std::size_t> pick{0, one_a_lab.size() - 1};
  std::vector<double> means;
  for (int i = 0; i < 2000; ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < one_a_lab.size(); ++k) sum += one_a_lab[pick(random)];
    means.push_back(sum / static_cast<double>(one_a_lab.size()));
  }
  std::sort(means.begin(), means.end());
  return {means[49], means[1949]};
}

int run_program(int (*run)(int, char**), int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::fputs(e.what(), stderr);
    std::fputc('\n', stderr);
    return 2;
  }
}

std::map<std::string, double> numbers(const std::vector<std::string>& assignments) {
  std::map<std::string, double> result;
  for (const std::string& one : assignments) {
    const std::size_t equals = one.find('=');
    if (equals == std::string::npos) throw std::invalid_argument{one + ": key=number is expected"};
    result[one.substr(0, equals)] = std::stod(one.substr(equals + 1));
  }
  return result;
}

}  // namespace meterbench::campaign
