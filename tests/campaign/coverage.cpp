// Does the stated uncertainty hold? Many labs are drawn, every systematic effect anew for each, and the
// errors of a run in each are held against the lab's closed formula. Points of one lab share its systematic
// effects, so intervals are over labs, not over points.
//
// Design: per lab, the share of its points whose |e − truth| ≤ U. The campaign's figure is the mean of these
// shares, its 95 % interval the percentile bootstrap over labs (2,000 resamples). z = (e − truth)/u, u the
// combined standard uncertainty. Seeds are consecutive from --first-seed.
#include <cmath>
#include <cstdio>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "tests/campaign/trial.h"

namespace {

using namespace meterbench;
using campaign::bootstrap;
using campaign::deviation;
using campaign::mean;

struct Stratum {
  std::vector<double> inside;  ///< 1 or 0 a point
  std::vector<double> z;
};

struct Campaign {
  campaign::Setting setting{.scenario = BENCH_SOURCE_DIR "/tests/campaign/coverage.yaml"};
  std::uint64_t trials = 200;
  std::uint64_t first_seed = 1;
  double least = 91, most = 99;  // percent; what the first sweep was asked for

  std::vector<double> shares;  ///< one a lab
  std::map<std::string, Stratum> strata;

  void trial(std::uint64_t seed, StopSignal& stop) {
    const campaign::Trial run = run_trial(setting, seed, stop);
    double inside = 0;
    for (std::size_t i = 0; i < run.points.size(); ++i) {
      const PointRecord& point = run.points[i];
      const double off = *point.error_percent - run.truth_percent[i];
      const double in = std::abs(off) <= point.budget->expanded_percent() ? 1 : 0;
      inside += in;
      const auto add = [&](const std::string& stratum) {
        strata[stratum].inside.push_back(in);
        strata[stratum].z.push_back(off / point.budget->combined_percent());
      };
      add("all points");
      add("power factor " + to_text(point.power_factor));
      add(std::string{to_text(point.direction)});
      add(fmt::format("{:g} A", point.current.value()));
    }
    shares.push_back(inside / static_cast<double>(run.points.size()));
  }

  int report() const {
    const double covered = 100 * mean(shares);
    const auto [low, high] = bootstrap(shares);
    fmt::print("{} labs of {} points, lab {}, meter {}, seeds {} to {}\n", trials,
               strata.at("all points").z.size() / trials, setting.lab, setting.meter, first_seed,
               first_seed + trials - 1);
    fmt::print("inside U: {:.2f} % of points, 95 % interval over labs {:.2f} to {:.2f} %\n\n", covered,
               100 * low, 100 * high);
    fmt::print("{:24} {:>7} {:>10} {:>8} {:>8}\n", "stratum", "points", "inside U %", "mean z", "sd z");
    for (const auto& [name, stratum] : strata)
      fmt::print("{:24} {:>7} {:>10.2f} {:>+8.3f} {:>8.3f}\n", name, stratum.z.size(),
                 100 * mean(stratum.inside), mean(stratum.z), deviation(stratum.z));
    const bool held = covered >= least && covered <= most;
    fmt::print("\n{}: {:.2f} % against {:g} to {:g} %\n", held ? "HELD" : "MISSED", covered, least, most);
    return held ? 0 : 1;
  }
};

}  // namespace

int main(int argc, char** argv) {
  Campaign campaign;
  CLI::App app{"Share of errors inside their uncertainty, over drawn labs"};
  app.add_option("--trials", campaign.trials, "Labs")->check(CLI::Range(2, 1000000))->capture_default_str();
  app.add_option("--first-seed", campaign.first_seed, "Seed of the first lab")->capture_default_str();
  app.add_option("--station", campaign.setting.station, "Station")->capture_default_str();
  app.add_option("--meter", campaign.setting.meter, "Meter type")->capture_default_str();
  app.add_option("--lab", campaign.setting.lab, "Lab whose distributions are drawn")->capture_default_str();
  app.add_option("--least", campaign.least, "Exit 1 below this share in percent")->capture_default_str();
  app.add_option("--most", campaign.most, "Exit 1 above this share in percent")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    StopSignal stop;
    for (std::uint64_t i = 0; i < campaign.trials; ++i) campaign.trial(campaign.first_seed + i, stop);
    return campaign.report();
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 2;
  }
}
