// Does the gate cry wolf, and does it see what it should? Releases that are the same, and releases that
// differ by a known shift, are held against each other by scenarios/regression/quick.
//
// Design. In each lab one specimen of a meter and of a position is drawn; its days are seeds of lab
// `regression`, and a run of the whole pack is carried out on each of 54 of them: 30 for a baseline, 8 for
// each of three releases. The same firmware ran in all, so any division of the 54 is one of releases that are
// the same (A/A). Divisions are drawn at random, the same number in each lab; divisions of one lab share its
// runs, labs share nothing, so the interval over labs is a bootstrap, the one over gates Clopper's and
// Pearson's.
//
//   same releases   first release against the baseline, then the third with the two before it
//   drawn           the same from a model in place of the engine: at the points of a run, each gate with
//   means,
//                   standard deviations (0.5 to 2 times the lab's, log-uniform) and a common part of the
//                   variance (share uniform from 0 to 0.3, of any shape) of its own
//   one σ           all LED errors of the candidate are shifted by σ, the lab's median standard deviation of
//   a point
//                   between days: seen when the list of changes of the first release names a uniform shift
//   half a σ        of three releases in a row: seen when the list of the first, second or third does
//
// Held: no A/A gate of at least 3,000 (one of at least 4,750) has an entry in its list or a point that is not
// equivalent; the shifts are seen in at least 99 % and 90 %.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "bench/cli/inputs.h"
#include "bench/gate/gate.h"
#include "tests/campaign/parallel.h"
#include "tests/campaign/share.h"
#include "tests/campaign/trial.h"

namespace {

using namespace meterbench;
using gate::GateResult;
using gate::PointKey;
using gate::StoredRun;
using Json = nlohmann::json;
using Random = std::mt19937_64;

constexpr std::size_t kBaseline = 30, kRelease = 8, kReleases = 3;  // as in the pack
constexpr std::size_t kRuns = kBaseline + kReleases * kRelease;
constexpr std::uint64_t kSeedsOfALab = 1000;

// A run between processes.

Json to_json(const StoredRun& run) {
  Json rows = Json::array();
  for (const auto& [k, r] : run.results)
    rows.push_back({k.position, k.step, k.label, k.result, k.temperature_c, k.voltage_v, k.current_a,
                    k.power_factor, k.direction, k.circuit, k.waveform, k.frequency_hz, k.repetition,
                    r.error_percent ? Json(*r.error_percent) : Json(nullptr), r.own_u_percent,
                    static_cast<int>(r.decision), r.tan_phi});
  return rows;
}

StoredRun from_json(const Json& rows) {
  StoredRun run;
  for (const Json& row : rows) {
    const PointKey key{row[0], row[1], row[2], row[3],  row[4],  row[5], row[6],
                       row[7], row[8], row[9], row[10], row[11], row[12]};
    GateResult& result = run.results[key];
    if (!row[13].is_null()) result.error_percent = row[13].get<double>();
    result.own_u_percent = row[14];
    result.decision = static_cast<Decision>(row[15].get<int>());
    result.tan_phi = row[16];
  }
  return run;
}

/// Distributions of lab `drawn`.
std::map<std::string, double> specimen(std::uint64_t lab) {
  Random random{lab};
  const auto normal = [&](double sd) { return std::normal_distribution<double>{0, sd}(random); };
  return {{"meter.gain_percent", normal(0.1)},
          {"meter.phase_error_arcmin", normal(1)},
          {"meter.temperature_slope_percent_per_k", normal(0.001)},
          {"positions.gain_percent", normal(0.005)},
          {"positions.phase_error_arcmin", normal(0.172)}};
}

StoredRun carry_out(std::uint64_t lab, std::uint64_t day, StopSignal& stop) {
  campaign::Setting setting{.lab = "regression",
                            .scenario = BENCH_SOURCE_DIR "/scenarios/regression/quick.yaml"};
  setting.overrides = specimen(lab);
  const campaign::Trial trial = campaign::carry_out(setting, lab * kSeedsOfALab + day, stop);
  if (trial.outcome.fault) throw std::runtime_error{trial.outcome.fault->text()};
  return gate::stored_run({}, trial.outcome.points, {});
}

using Lab = std::vector<StoredRun>;

// Divisions into releases.

struct Releases {
  std::vector<StoredRun> baseline;
  std::vector<std::vector<StoredRun>> later;
};

Releases divided(const Lab& lab, Random& random) {
  std::vector<std::size_t> order(lab.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::shuffle(order, random);
  Releases releases;
  auto next = order.begin();
  for (std::size_t n = 0; n < kBaseline; ++n) releases.baseline.push_back(lab[*next++]);
  for (std::size_t r = 0; r < kReleases; ++r) {
    auto& release = releases.later.emplace_back();
    for (std::size_t n = 0; n < kRelease; ++n) release.push_back(lab[*next++]);
  }
  return releases;
}

bool is_led(const PointKey& key, const GateResult& result) {
  return key.result == "percent_error" && result.error_percent;
}

void shift(Releases& releases, double by) {
  for (auto& release : releases.later)
    for (StoredRun& run : release)
      for (auto& [key, result] : run.results)
        if (is_led(key, result)) *result.error_percent += by;
}

/// Of each number of a run over the runs of a lab.
std::map<PointKey, double> deviations(const Lab& lab) {
  std::map<PointKey, double> found;
  for (const auto& [key, result] : lab.front().results) {
    std::vector<double> values;
    for (const StoredRun& run : lab)
      if (const auto at = run.results.find(key); at != run.results.end() && at->second.error_percent)
        values.push_back(*at->second.error_percent);
    if (values.size() == lab.size()) found[key] = campaign::deviation(values);
  }
  return found;
}

/// Median of the LED's points.
double sigma_of(const Lab& lab) {
  std::vector<double> all;
  for (const auto& [key, sd] : deviations(lab))
    if (key.result == "percent_error") all.push_back(sd);
  std::ranges::sort(all);
  return all.at(all.size() / 2);
}

/// Share of the variance of the LED's points that they have in common: mean correlation of two of them.
double common_share(const Lab& lab) {
  std::vector<double> of_runs;
  const auto sd = deviations(lab);
  double points = 0;
  for (const StoredRun& run : lab) {
    double sum = 0;
    points = 0;
    for (const auto& [key, result] : run.results)
      if (is_led(key, result)) {
        sum += *result.error_percent / sd.at(key);
        ++points;
      }
    of_runs.push_back(sum / points);
  }
  const double deviation = campaign::deviation(of_runs);
  return (points * deviation * deviation - 1) / (points - 1);
}

/// Runs of releases that are the same, from a model: no engine.
Releases modelled(const Lab& lab, Random& random) {
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  const auto spread = deviations(lab);
  const double share = 0.3 * uniform(random);
  std::map<PointKey, double> mean, sd, weight;
  for (const auto& [key, s] : spread) {
    mean[key] = 0.1 * normal(random);
    sd[key] = s * std::exp2(2 * uniform(random) - 1);
    weight[key] = normal(random) > 0 ? 1 : -1;
  }
  // A day's effect has the shape of nothing in particular in every second gate, and is a shift of all in the
  // others.
  if (uniform(random) < 0.5)
    for (auto& [key, w] : weight) w = 1;
  Lab drawn;
  for (std::size_t n = 0; n < kRuns; ++n) {
    StoredRun& run = drawn.emplace_back(lab[n]);
    const double day = normal(random);
    for (const auto& [key, m] : mean)
      run.results.at(key).error_percent =
          m + sd[key] * (std::sqrt(share) * weight[key] * day + std::sqrt(1 - share) * normal(random));
  }
  return divided(drawn, random);
}

// Gates.

class Pack {
 public:
  Pack() {
    Mistakes mistakes;
    const auto scenario = load_scenario(BENCH_SOURCE_DIR "/scenarios/regression/quick.yaml", {}, mistakes);
    rule_ = scenario.value().gate.value();
    if (rule_.baseline_runs != kBaseline || rule_.candidate_runs != kRelease)
      throw std::runtime_error{"the pack's numbers of runs are others than the campaign's"};
  }

  /// Of the n-th release, those before it between; n from 0.
  [[nodiscard]] gate::Gate hold(const Releases& releases, std::size_t n) const {
    std::vector<gate::Release> between;
    for (std::size_t i = 0; i < n; ++i) between.push_back({fmt::format("{}", i), releases.later[i]});
    return gate::hold_against({"baseline", releases.baseline}, {"candidate", releases.later[n]}, between,
                              rule_);
  }

 private:
  GateRule rule_;
};

bool quiet(const gate::Gate& gate) {
  if (gate.changes.empty() && gate.count(gate::Equivalence::equivalent) == gate.points.size()) return true;
  for (const gate::Change& change : gate.changes) fmt::print("  entry: {}, {}\n", change.kind, change.what);
  for (const gate::PointComparison& point : gate.points)
    if (point.equivalence != gate::Equivalence::equivalent)
      fmt::print("  {}: {}\n", gate::to_text(point.equivalence), point.why);
  return false;
}

bool sees_a_shift(const gate::Gate& gate) {
  return std::ranges::any_of(gate.changes, [](const gate::Change& c) { return c.kind == "uniform shift"; });
}

struct Row {
  std::string name;
  std::size_t gates = 0, seen = 0;
  std::vector<double> of_labs{};  ///< share seen in each

  void print() const {
    const auto [low, high] = of_labs.size() > 1 ? campaign::bootstrap(of_labs) : std::pair{0.0, 0.0};
    fmt::print("{:34} {:>6} {:>6} {:>8.3f} {:>16} {:>16}\n", name, gates, seen,
               100 * static_cast<double>(seen) / static_cast<double>(gates),
               campaign::limits_text(seen, gates), fmt::format("{:.2f} … {:.2f}", 100 * low, 100 * high));
  }
};

template <class Try>
Row row(const std::string& name, const std::vector<Lab>& labs, std::size_t gates, std::uint64_t seed,
        Try attempt) {
  Row all{name};
  for (std::size_t l = 0; l < labs.size(); ++l) {
    Random random{seed + l};
    std::size_t seen = 0;
    const std::size_t here = gates / labs.size() + (l < gates % labs.size() ? 1 : 0);
    for (std::size_t n = 0; n < here; ++n) seen += attempt(labs[l], random) ? 1 : 0;
    all.gates += here;
    all.seen += seen;
    all.of_labs.push_back(static_cast<double>(seen) / static_cast<double>(std::max<std::size_t>(here, 1)));
  }
  all.print();
  std::fflush(stdout);
  return all;
}

int run(int argc, char** argv) {
  std::uint64_t labs = 20, gates = 4800, seed = 1;
  unsigned jobs = 2;
  double least_shift = 99, least_half = 90;
  CLI::App app{"Does the gate cry wolf, and does it see what it should?"};
  app.add_option("--labs", labs, "Labs; each 54 runs of the pack")->capture_default_str();
  app.add_option("--gates", gates, "Gates of each kind")->capture_default_str();
  app.add_option("--first-seed", seed, "Of the labs")->capture_default_str();
  app.add_option("--jobs", jobs, "Processes")->check(CLI::Range(1, 64))->capture_default_str();
  app.add_option("--least-shift", least_shift, "Percent of shifts of one σ that must be seen")
      ->capture_default_str();
  app.add_option("--least-half", least_half, "The same of half of it")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  std::vector<Lab> bank(labs, Lab(kRuns));
  for (const Json& one : campaign::run_all(labs * kRuns, jobs, [&](std::uint64_t n, StopSignal&stop) {
         return Json{n, to_json(carry_out(seed + n / kRuns, n % kRuns, stop))};
       })) {
    const std::uint64_t n = one[0];
    bank[n / kRuns][n % kRuns] = from_json(one[1]);
  }
  std::vector<double> sigmas, shares;
  for (const Lab& lab : bank) {
    sigmas.push_back(sigma_of(lab));
    shares.push_back(common_share(lab));
  }
  fmt::print(
      "{} labs from seed {}, {} runs of the pack; a point's σ between days {:.4f} % (mean of medians), of "
      "its "
      "variance in common {:.3f}\n\n",
      labs, seed, labs * kRuns, campaign::mean(sigmas), campaign::mean(shares));

  const Pack pack;
  fmt::print("{:34} {:>6} {:>6} {:>8} {:>16} {:>16}\n", "releases", "gates", "seen", "%", "95 % of gates, %",
             "95 % of labs, %");
  const Row first = row("the same, first", bank, gates, 11, [&](const Lab& lab, Random& random) {
    return !quiet(pack.hold(divided(lab, random), 0));
  });
  const Row third = row("the same, third of three", bank, gates, 12, [&](const Lab& lab, Random& random) {
    return !quiet(pack.hold(divided(lab, random), 2));
  });
  const Row drawn =
      row("the same, third of three, drawn", bank, gates, 13, [&](const Lab& lab, Random& random) {
        const gate::Gate one = pack.hold(modelled(lab, random), 2);
        if (one.changes.empty()) return false;
        (void)quiet(one);
        return true;  // its scatter is not what the margins are for
      });
  std::map<const Lab*, double> sigma;
  for (std::size_t l = 0; l < bank.size(); ++l) sigma[&bank[l]] = sigmas[l];
  const Row whole = row("shifted by σ, first", bank, gates, 14, [&](const Lab& lab, Random& random) {
    Releases releases = divided(lab, random);
    shift(releases, sigma.at(&lab));
    return sees_a_shift(pack.hold(releases, 0));
  });
  const Row half = row("shifted by σ/2, within three", bank, gates, 15, [&](const Lab& lab, Random& random) {
    Releases releases = divided(lab, random);
    shift(releases, sigma.at(&lab) / 2);
    for (std::size_t n = 0; n < kReleases; ++n)
      if (sees_a_shift(pack.hold(releases, n))) return true;
    return false;
  });

  bool held = true;
  for (const Row* same : {&first, &third, &drawn})
    held = held && same->seen <= (same->gates >= 4750 ? 1U : 0U);
  const auto share = [](const Row& r) {
    return 100 * static_cast<double>(r.seen) / static_cast<double>(r.gates);
  };
  held = held && share(whole) >= least_shift && share(half) >= least_half;
  fmt::print("\n{}\n", held ? "HELD" : "MISSED");
  return held ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) { return meterbench::campaign::run_program(run, argc, argv); }
