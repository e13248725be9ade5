#include "tests/campaign/trial.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>

#include <fmt/format.h>

#include "bench/cli/inputs.h"
#include "bench/runner/runner.h"
#include "tests/support/temporary_folder.h"

namespace meterbench::campaign {

Trial run_trial(const Setting& setting, std::uint64_t seed, StopSignal& stop,
                const std::map<std::string, double>& overrides) {
  const Catalogue known = catalogue();
  const StationFile station = load_station(known, setting.station);
  const auto meters = load_meters(known, station, setting.meter);
  Trial trial;
  trial.plan = make_checked_plan(known, setting.scenario, {}, station, meters);
  auto session =
      BenchSession::open(station, known, {load_lab(known, setting.lab), seed, overrides}, meters, stop);
  if (!session) throw std::runtime_error{session.error()};
  const testing::TemporaryFolder folder;
  Ledger ledger{folder.path() / "ledger.sqlite", Ledger::Mode::write};
  RunObserver silent;
  RunOutcome outcome = Runner{(*session)->station(), ledger, silent}.run(trial.plan, {0}, RunRecord{});
  if (outcome.fault)
    throw std::runtime_error{
        fmt::format("station {}, seed {}: {}", setting.station, seed, outcome.fault->text())};
  trial.points = std::move(outcome.points);
  for (std::size_t i = 0; i < trial.plan.points.size(); ++i) {
    const PointRecord& point = trial.points.at(i);
    if (!point.error_percent)
      throw std::runtime_error{
          fmt::format("station {}, seed {}: point {} has no error", setting.station, seed, point.point_id)};
    const PlannedPoint& planned = trial.plan.points[i];
    trial.truth_percent.push_back(
        (*session)->lab()->truth_percent(point.position, planned.load, planned.temperature));
  }
  for (const auto& [key, value] : (*session)->lab()->drawn())
    if (key.starts_with("meter.A.")) trial.meter.emplace(key, value);
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

}  // namespace meterbench::campaign
