// A wire pulled out after message 1, 2, … n of a short run, of every instrument in turn: each time the run
// ends as a bench fault, nothing is left on the terminals, and the ledger opens with all finished points.
//
//   link_cut [--every K]     each Kth message instead of all of them
//
// Prints one line an instrument; exit 1 when a promise was broken.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "bench/cli/inputs.h"
#include "bench/runner/runner.h"
#include "drivers/virtual_lab/lab/unpluggable.h"
#include "tests/support/temporary_folder.h"

namespace {

using namespace meterbench;

/// The first messages are those of set-up, where every single one is tried.
constexpr std::uint64_t kSetUp = 40;

constexpr std::uint64_t kBeyond = 20;

class ShortRun {
 public:
  explicit ShortRun(const std::string& station)
      : station_{load_station(known_, station)}, meters_{load_meters(known_, station_, "focus-ax-1s-cl100")} {
    BenchOptions options;
    options.set = {"steps.0.current=[50 %, 100 %]", "steps.0.power_factor=1", "steps.0.direction=delivered",
                   "steps.0.target_uncertainty=0.1 %"};
    plan_ = make_checked_plan(known_, "ae-1641/load-performance-23c", options, station_, meters_);
  }

  [[nodiscard]] std::vector<std::string> instruments() const {
    std::vector<std::string> names;
    for (const auto& [name, instrument] : load_lab(known_, {}, station_).instruments) names.push_back(name);
    return names;
  }

  enum class Outcome { kept, broken, ran_through };

  /// `message` from 1. Tells on standard error which promise was broken.
  Outcome cut(const std::string& instrument, std::uint64_t message) {
    virtual_lab::LabFile lab = load_lab(known_, {}, station_);
    lab.instruments.at(instrument).unplugs = {{{}, message, virtual_lab::kUnplug}};
    StopSignal stop;
    auto session = BenchSession::open(station_, known_, {std::move(lab), 1}, meters_, stop);
    if (!session) throw std::runtime_error{session.error()};
    const testing::TemporaryFolder folder;
    const std::filesystem::path path = folder.path() / "ledger.sqlite";
    RunOutcome outcome;
    {
      Ledger ledger{path, Ledger::Mode::write};
      RunObserver silent;
      outcome = Runner{(*session)->station(), ledger, silent}.run(plan_, RunRecord{});
    }
    if (!outcome.fault) return Outcome::ran_through;
    virtual_lab::Lab& world = *(*session)->lab();
    world.advance_to((*session)->station().reactor.now() + std::chrono::seconds{1});
    const auto broken = [&](const std::string& promise) {
      fmt::print(stderr, "{} cut at message {}: {} ({})\n", instrument, message, promise,
                 outcome.fault->text());
      return Outcome::broken;
    };
    if (outcome.end != RunEnd::bench_fault) return broken("the run did not end as a bench fault");
    if (world.world().source().energised()) return broken("the source is still on");
    if (outcome.not_off) return broken("the source was not confirmed off: " + outcome.not_off->text());
    Ledger ledger{path, Ledger::Mode::read};
    if (ledger.points(outcome.run_id).size() != outcome.points.size())
      return broken("points are missing in the ledger");
    return Outcome::kept;
  }

 private:
  Catalogue known_ = catalogue();
  StationFile station_;
  std::map<std::string, MeterType> meters_;
  Plan plan_;
};

int run(int argc, char** argv) {
  std::uint64_t every = 1;
  std::string station = "virtual";
  CLI::App app{"Wires pulled out after every message of a short run"};
  app.add_option("--every", every, "Each Kth message beyond set-up")->check(CLI::Range(1, 100000));
  app.add_option("--station", station, "Station")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  ShortRun short_run{station};
  std::uint64_t broken = 0;
  for (const std::string& instrument : short_run.instruments()) {
    std::uint64_t cuts = 0;
    for (std::uint64_t message = 1;; message += message < kSetUp ? 1 : every) {
      const auto outcome = short_run.cut(instrument, message);
      if (outcome == ShortRun::Outcome::ran_through) {
        // Not one beyond the last may matter: a cut that went unnoticed before would show here.
        for (std::uint64_t beyond = message + 1; beyond <= message + kBeyond; ++beyond)
          if (short_run.cut(instrument, beyond) != ShortRun::Outcome::ran_through) {
            fmt::print(stderr, "{} cut at message {}: nobody noticed\n", instrument, message);
            ++broken;
          }
        break;
      }
      broken += outcome == ShortRun::Outcome::broken ? 1 : 0;
      ++cuts;
    }
    if (cuts == 0) ++broken;  // an instrument that was never asked
    fmt::print("{:12} {:5} cuts\n", instrument, cuts);
  }
  fmt::print("{} promises broken\n", broken);
  return broken == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::fputs(e.what(), stderr);
    std::fputc('\n', stderr);
    return 2;
  }
}
