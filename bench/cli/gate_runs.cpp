#include "bench/cli/gate_runs.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <sstream>

#include <fmt/format.h>

#include "bench/cli/exit_code.h"
#include "bench/core/child_process.h"

namespace meterbench {
namespace {

std::vector<std::string> parts(const std::string& list) {
  std::vector<std::string> all;
  std::istringstream stream{list};
  for (std::string part; std::getline(stream, part, ',');) all.push_back(part);
  return all;
}

/// Runs of a virtual lab tell the firmware itself, meters of flesh and blood their own word for it.
std::string release_of(const Ledger& ledger, const RunSummary& summary) {
  if (!summary.run.firmware.empty()) return summary.run.firmware;
  const auto meters = ledger.meters(summary.run.run_id);
  return meters.empty() ? "" : meters.front().firmware;
}

/// Runs of the pack in processes of their own, so many at a time.
class Jobs {
 public:
  Jobs(std::size_t most, StopSignal& stop) : most_{most}, stop_{stop}, reactor_{never_} {}

  /// `command` for each; true when all have ended with 0 or 1.
  [[nodiscard]] bool run(const std::vector<std::vector<std::string>>& commands) {
    std::size_t next = 0;
    while (next < commands.size() || !children_.empty()) {
      while (next < commands.size() && children_.size() < most_ && good()) {
        start(commands[next], next + 1, commands.size());
        ++next;
      }
      if (children_.empty()) break;
      const std::size_t before = ended_;
      reactor_.run_until([&] { return ended_ > before; }, reactor_.now() + std::chrono::hours{24});
      std::erase_if(children_, [](const Child& child) { return child.code != nullptr && *child.code >= 0; });
    }
    return good();
  }
  [[nodiscard]] int worst() const { return worst_; }

 private:
  struct Child {
    std::shared_ptr<int> code;  ///< negative: goes on
    std::unique_ptr<ChildProcess> process;
  };

  [[nodiscard]] bool good() const { return worst_ <= kNotPassed && !stop_.requested(); }

  void start(const std::vector<std::string>& command, std::size_t number, std::size_t of) {
    if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\rrun {} of {} ", number, of);
    // A desk of its own for each: they share a ledger.
    const std::string desk = (std::filesystem::temp_directory_path() /
                              fmt::format("meterbench-gate-{}-{}.control", getpid(), number))
                                 .string();
    std::vector<std::string> quiet{"/bin/sh", "-c", R"(exec "$0" "$@" >/dev/null)"};
    quiet.insert(quiet.end(), command.begin(), command.end());
    auto code = std::make_shared<int>(-1);
    children_.push_back(
        {code, std::make_unique<ChildProcess>(reactor_, quiet, Environment{{"METERBENCH_CONTROL", desk}},
                                              [this, code](int exit_code) {
                                                *code = exit_code;
                                                worst_ = std::max(worst_, exit_code);
                                                ++ended_;
                                              })});
  }

  std::size_t most_;
  StopSignal& stop_;
  StopSignal never_;  // a stop reaches the children by the terminal; we wait until they are safe
  RealReactor reactor_;
  std::vector<Child> children_;
  std::size_t ended_ = 0;
  int worst_ = 0;
};

}  // namespace

GateRuns::GateRuns(const PreparedRun& pack, std::string ledger, std::size_t jobs, StopSignal& stop)
    : pack_{pack}, ledger_{std::move(ledger)}, jobs_{jobs}, stop_{stop} {
  auto opened = BenchSession::open(
      pack.station, catalogue(),
      {.file = pack.lab, .seed = pack.inputs.bench.seed, .programs = pack.programs}, pack.meters, stop);
  if (!opened) throw std::runtime_error{opened.error()};
  head_ = run_head(pack, (*opened)->station(), (*opened)->lab() != nullptr);
}

std::vector<RunSummary> GateRuns::all() const {
  if (!std::filesystem::exists(ledger_)) return {};
  return Ledger{ledger_, Ledger::Mode::read}.runs();
}

std::string GateRuns::unfit(const RunSummary& summary) const {
  const RunRecord& run = summary.run;
  const int code = summary.exit_code.value_or(kInterrupted);
  if (code != kAllPassed && code != kNotPassed) return "it has not come to its end";
  if (run.plan_sha256 != head_.plan_sha256) return fmt::format("its plan is not that of {}", head_.scenario);
  if (run.station != head_.station)
    return fmt::format("its station is {}, not {}", run.station, head_.station);
  if (run.lab != head_.lab) return fmt::format("its lab is '{}', not '{}'", run.lab, head_.lab);
  if (run.meter != head_.meter) return fmt::format("its meter is {}, not {}", run.meter, head_.meter);
  return "";
}

std::vector<RunSummary> GateRuns::fit(std::vector<RunSummary> runs) const {
  std::erase_if(runs, [this](const RunSummary& summary) { return !unfit(summary).empty(); });
  return gate::one_a_day(runs);
}

std::vector<RunSummary> GateRuns::of_firmware(const std::string& firmware) const {
  std::vector<RunSummary> runs = all();
  std::erase_if(runs, [&](const RunSummary& summary) { return summary.run.firmware != firmware; });
  return fit(std::move(runs));
}

std::string GateRuns::recorded_firmware(const std::string& name) const {
  FirmwareOptions firmware = pack_.inputs.bench.firmware;
  firmware.firmware = name;
  auto opened = BenchSession::open(pack_.station, catalogue(),
                                   {.file = pack_.lab, .programs = load_programs(firmware, pack_.meters)},
                                   pack_.meters, stop_);
  if (!opened) throw std::runtime_error{opened.error()};
  return run_head(pack_, (*opened)->station(), true).firmware;
}

GateSide GateRuns::find(const std::string& name) const {
  GateSide side{name};
  if (std::filesystem::exists(ledger_)) {
    const Ledger ledger{ledger_, Ledger::Mode::read};
    if (const auto tagged = ledger.runs_tagged(name); !tagged.empty()) {
      side.runs = fit(tagged);
      return side;
    }
    for (const std::string& id : parts(name)) {
      const auto found = ledger.find_run(id);
      if (!found) {
        side.runs.clear();
        break;
      }
      if (const std::string why = unfit(*found); !why.empty())
        throw InputError{fmt::format("run {} does not count: {}", found->run.run_id, why)};
      side.runs.push_back(*found);
    }
    if (!side.runs.empty()) {
      side.runs = gate::one_a_day(side.runs);
      return side;
    }
  }
  std::string no_firmware;
  if (!head_.lab.empty()) try {
      side.firmware = recorded_firmware(name);
      side.runs = of_firmware(side.firmware);
      return side;
    } catch (const InputError& e) {
      no_firmware = fmt::format(" ({})", e.what());
    }
  if (std::filesystem::exists(ledger_)) {
    const Ledger ledger{ledger_, Ledger::Mode::read};
    std::vector<RunSummary> told = fit(ledger.runs());
    std::erase_if(told, [&](const RunSummary& summary) {
      const auto meters = ledger.meters(summary.run.run_id);
      return meters.empty() || meters.front().firmware != name;
    });
    side.runs = std::move(told);
  }
  if (side.runs.empty())
    throw InputError{fmt::format(
        "'{}' is no tag and no run in {}, no firmware{}, and no version that a meter of a run of {} has told",
        name, ledger_, no_firmware, head_.scenario)};
  return side;
}

void GateRuns::part(GateSide& baseline, GateSide& candidate) const {
  const std::size_t needed = pack_.plan.scenario.gate->baseline_runs;
  if (!baseline.firmware.empty() && baseline.firmware == candidate.firmware && baseline.runs.size() > needed)
    baseline.runs.resize(needed);
  const auto of_baseline = [&](const RunSummary& summary) {
    return std::ranges::any_of(baseline.runs,
                               [&](const RunSummary& s) { return s.run.run_id == summary.run.run_id; });
  };
  std::erase_if(candidate.runs, of_baseline);
}

bool GateRuns::carry_out(const std::vector<std::pair<std::string, std::uint64_t>>& missing) const {
  const BenchOptions& bench = pack_.inputs.bench;
  std::vector<std::vector<std::string>> commands;
  for (const auto& [firmware, seed] : missing) {
    std::vector<std::string> command{std::filesystem::read_symlink("/proc/self/exe").string(),
                                     "run",
                                     pack_.path.string(),
                                     "--station",
                                     bench.station,
                                     "--firmware",
                                     firmware,
                                     "--seed",
                                     std::to_string(seed),
                                     "--ledger",
                                     ledger_};
    if (!bench.lab.empty()) command.insert(command.end(), {"--lab", bench.lab});
    if (!bench.meters.empty()) command.insert(command.end(), {"--meter", bench.meters});
    commands.push_back(std::move(command));
  }
  if (!commands.empty()) (void)Ledger{ledger_, Ledger::Mode::write};  // made once, before they all come
  Jobs jobs{jobs_, stop_};
  const bool done = jobs.run(commands);
  if (stop_.requested()) return false;
  if (!done)
    throw std::runtime_error{
        fmt::format("a run of {} ended with exit code {}", head_.scenario, jobs.worst())};
  return true;
}

bool GateRuns::complete(GateSide& baseline, GateSide& candidate) const {
  const GateRule& rule = *pack_.plan.scenario.gate;
  std::uint64_t day = 0;
  for (const RunSummary& summary : all())
    if (summary.run.lab == head_.lab) day = std::max(day, summary.run.seed.value_or(0));
  std::vector<std::pair<std::string, std::uint64_t>> missing;
  const auto ask = [&](const GateSide& side, std::size_t needed) {
    if (side.runs.size() >= needed) return;
    if (side.firmware.empty())
      throw InputError{fmt::format("{} has {} runs of {} that count, each on a day of its own; {} are needed",
                                   side.name, side.runs.size(), head_.scenario, needed)};
    for (std::size_t n = side.runs.size(); n < needed; ++n) missing.emplace_back(side.name, ++day);
  };
  ask(baseline, rule.baseline_runs);
  ask(candidate, rule.candidate_runs);
  if (missing.empty()) return true;
  fmt::print(stderr, "{} runs of {} are missing and are carried out now, {} at a time\n", missing.size(),
             head_.scenario, jobs_);
  if (!carry_out(missing)) return false;
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\n");
  for (GateSide* side : {&baseline, &candidate})
    if (!side->firmware.empty()) side->runs = of_firmware(side->firmware);
  part(baseline, candidate);
  return true;
}

std::vector<gate::Release> GateRuns::between(const GateSide& baseline, const GateSide& candidate) const {
  std::vector<gate::Release> releases;
  if (!std::filesystem::exists(ledger_)) return releases;
  const Ledger ledger{ledger_, Ledger::Mode::read};
  std::set<std::string> ends;
  for (const GateSide* side : {&baseline, &candidate})
    for (const RunSummary& summary : side->runs) ends.insert(release_of(ledger, summary));
  const UtcTime first = baseline.runs.front().run.started, last = candidate.runs.front().run.started;
  for (const RunSummary& summary : fit(ledger.runs())) {
    const std::string name = release_of(ledger, summary);
    if (ends.contains(name) || summary.run.started < first || summary.run.started > last) continue;
    auto release = std::ranges::find(releases, name, &gate::Release::name);
    if (release == releases.end()) release = releases.insert(releases.end(), gate::Release{name, {}});
    release->runs.push_back(gate::read_run(ledger, summary));
  }
  std::erase_if(releases, [](const gate::Release& r) { return r.runs.size() < kLeastCandidateRuns; });
  return releases;
}

gate::Release GateRuns::read(const GateSide& side) const {
  const Ledger ledger{ledger_, Ledger::Mode::read};
  gate::Release release{side.name, {}};
  for (const RunSummary& summary : side.runs) release.runs.push_back(gate::read_run(ledger, summary));
  return release;
}

}  // namespace meterbench
