// Do two stations agree? The same drawn meter is tested on each of them, every systematic effect of both
// benches drawn anew for each draw, and the errors are compared: E_n = |e1 − e2|/√(U1² + U2²), which should
// not exceed 1.
//
// Design: per draw, the share of the points whose E_n ≤ 1. The campaign's figure is the mean of these shares,
// its 95 % interval the percentile bootstrap over draws. The second bench has a seed of its own, so that the
// two share nothing but the meter, whose numbers it is given as the first has drawn them.
#include <cmath>
#include <cstdio>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "tests/campaign/trial.h"

namespace {

using namespace meterbench;

/// From the seed of the first bench to that of the second.
constexpr std::uint64_t kSecondBench = 1'000'000'000;

struct Campaign {
  campaign::Setting first{.meter = "focus-ax-1s-cl100", .scenario = "ae-1641/load-performance-23c"};
  campaign::Setting second{.station = "virtual-zera",
                           .lab = "drawn-zera",
                           .meter = "focus-ax-1s-cl100",
                           .scenario = "ae-1641/load-performance-23c"};
  std::uint64_t draws = 200;
  std::uint64_t first_seed = 1;
  double least = 95;  // percent

  std::vector<double> shares;  ///< one a draw
  std::vector<double> ratios;  ///< (e1 − e2)/√(u1² + u2²), one a point
  double worst = 0;

  void draw(std::uint64_t seed, StopSignal& stop) {
    const campaign::Trial a = run_trial(first, seed, stop);
    second.overrides = a.meter;
    const campaign::Trial b = run_trial(second, seed + kSecondBench, stop);
    if (a.plan.points.size() != b.plan.points.size())
      throw std::runtime_error{"the stations do not reach the same points"};
    double agreed = 0;
    for (std::size_t i = 0; i < a.plan.points.size(); ++i) {
      if (std::abs(a.truth_percent[i] - b.truth_percent[i]) > 1e-9)
        throw std::runtime_error{fmt::format("seed {}: the benches did not test the same meter", seed)};
      const PointRecord& one = *a.measured(a.plan.points[i]);
      const PointRecord& other = *b.measured(b.plan.points[i]);
      const double apart = *one.error_percent - *other.error_percent;
      const double expanded = std::hypot(one.budget->expanded_percent(), other.budget->expanded_percent());
      agreed += std::abs(apart) <= expanded ? 1 : 0;
      worst = std::max(worst, std::abs(apart) / expanded);
      ratios.push_back(apart / std::hypot(one.budget->combined_percent(), other.budget->combined_percent()));
    }
    shares.push_back(agreed / static_cast<double>(a.plan.points.size()));
  }

  [[nodiscard]] int report() const {
    const double share = 100 * campaign::mean(shares);
    const auto [low, high] = campaign::bootstrap(shares);
    fmt::print("{} and {}: {} draws of {} points, meter {}, seeds {} to {}\n", first.station, second.station,
               shares.size(), ratios.size() / shares.size(), first.meter, first_seed, first_seed + draws - 1);
    fmt::print("E_n <= 1: {:.2f} % of points, 95 % interval over draws {:.2f} to {:.2f} %\n", share,
               100 * low, 100 * high);
    fmt::print("largest E_n {:.2f}; difference over its standard uncertainty: mean {:+.3f}, sd {:.3f}\n",
               worst, campaign::mean(ratios), campaign::deviation(ratios));
    fmt::print("{}: {:.2f} % against at least {:g} %\n", share >= least ? "HELD" : "MISSED", share, least);
    return share >= least ? 0 : 1;
  }
};

int run(int argc, char** argv) {
  Campaign campaign;
  CLI::App app{"Agreement of two stations on the same meter, over drawn labs"};
  app.add_option("--draws", campaign.draws, "Draws of both labs")
      ->check(CLI::Range(2, 1000000))
      ->capture_default_str();
  app.add_option("--first-seed", campaign.first_seed, "Seed of the first draw")->capture_default_str();
  app.add_option("--least", campaign.least, "Exit 1 below this share in percent")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  StopSignal stop;
  for (std::uint64_t i = 0; i < campaign.draws; ++i) campaign.draw(campaign.first_seed + i, stop);
  return campaign.report();
}

}  // namespace

int main(int argc, char** argv) { return meterbench::campaign::run_program(run, argc, argv); }
