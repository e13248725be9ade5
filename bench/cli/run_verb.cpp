#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "bench/cli/exit_code.h"
#include "bench/cli/inputs.h"
#include "bench/cli/ledger_json.h"
#include "bench/cli/messages.h"
#include "bench/cli/number_format.h"
#include "bench/cli/point_table.h"
#include "bench/cli/verbs.h"
#include "bench/core/quantity_text.h"
#include "bench/runner/runner.h"

namespace meterbench {
namespace {

struct RunOptions {
  BenchOptions bench;
  std::vector<std::string> scenarios;
  std::string ledger = default_ledger();
  std::string format = "text";
  bool require_verified = false;
};

/// One line that is written over again on a terminal; nothing elsewhere.
class ProgressLine {
 public:
  explicit ProgressLine(std::FILE* stream) : stream_{stream}, terminal_{isatty(fileno(stream)) == 1} {}
  void show(const std::string& text) {
    if (!terminal_ || text == shown_) return;
    fmt::print(stream_, "\r\x1b[K{}", text);
    std::fflush(stream_);
    shown_ = text;
  }
  void clear() {
    if (shown_.empty()) return;
    fmt::print(stream_, "\r\x1b[K");
    std::fflush(stream_);
    shown_.clear();
  }

 private:
  std::FILE* stream_;
  bool terminal_;
  std::string shown_;
};

/// Rows of the table as the points end, and the progress line between them.
class Narrator final : public RunObserver {
 public:
  Narrator(bool text, bool several_positions) : text_{text}, table_{several_positions} {}

  void run_started(const std::string&, const Plan& plan) override {
    plan_ = &plan;
    if (text_) fmt::print("\n{}\n", table_.header());
  }
  void soaking(const PlannedSoak& soak, const ChamberReading& now, Seconds elapsed) override {
    progress_.show(fmt::format("soak at {}: air {:.1f} °C{}, {} of about {}", to_text(soak.temperature),
                               now.air.value(),
                               now.body ? fmt::format(", body {:.1f} °C", now.body->value()) : "",
                               time_text(elapsed.value()), time_text(soak.expected.value())));
  }
  void point_started(std::size_t index, const PlannedPoint& point) override {
    progress_.show(describe(index, point) + ": applying the load");
  }
  void counting(std::size_t index, std::uint64_t edges, std::uint64_t needed) override {
    progress_.show(
        fmt::format("{}: {} of {} LED edges", describe(index, plan_->points[index]), edges, needed));
  }
  void point_ended(std::size_t, const PointRecord& record) override {
    progress_.clear();
    if (!text_) return;
    fmt::print("{}\n", table_.row(record));
    std::fflush(stdout);
  }
  void ended() { progress_.clear(); }

 private:
  [[nodiscard]] std::string describe(std::size_t index, const PlannedPoint& point) const {
    Seconds left;
    for (std::size_t i = index; i < plan_->points.size(); ++i) left = left + plan_->points[i].time.total();
    return fmt::format("[{}/{}, {} left] {}", index + 1, plan_->points.size(), time_text(left.value()),
                       point_text(point));
  }
  bool text_;
  PointTable table_;
  ProgressLine progress_{stderr};
  const Plan* plan_ = nullptr;
};

int exit_code(const RunOutcome& outcome, bool require_verified) {
  const bool unverified = std::any_of(outcome.points.begin(), outcome.points.end(),
                                      [](const PointRecord& p) { return !p.verdict.basis.verified(); });
  if (outcome.end == RunEnd::passed && require_verified && unverified) return kNotPassed;
  return static_cast<int>(outcome.end);
}

/// Told on standard error too, whatever the format: a person must not miss it.
void tell_what_went_wrong(const RunOutcome& outcome) {
  if (outcome.fault) fmt::print(stderr, "Run ended early: {}\n", outcome.fault->text());
  if (outcome.record_failure)
    fmt::print(stderr, "The record cannot be written: {}\n", *outcome.record_failure);
  if (outcome.not_off)
    fmt::print(stderr, "THE SOURCE COULD NOT BE CONFIRMED OFF: {}. Switch it off by hand.\n",
               outcome.not_off->text());
  else if (outcome.off_by_relay)
    fmt::print(stderr, "The source did not confirm that it is off; the interlock's relay is open.\n");
  else if (outcome.fault || outcome.record_failure)
    fmt::print(stderr, "The source is off.\n");
}

void print_summary(const RunOutcome& outcome, const Plan& plan, const RunOptions& options, bool simulated) {
  const auto count = [&](auto condition) {
    return std::count_if(outcome.points.begin(), outcome.points.end(), condition);
  };
  const auto decided = [&](Decision d) {
    return count([d](const PointRecord& p) { return p.verdict.decision == d; });
  };
  std::string not_passed;
  for (const PointRecord& p : outcome.points) {
    if (p.verdict.decision == Decision::pass) continue;
    not_passed += fmt::format("  {} {} at {}: {}\n", p.point_id, to_text(p.verdict.decision), p.position,
                              point_text(p));
    for (const EventRow& e : p.events) not_passed += fmt::format("      {}: {}\n", e.kind, e.text);
  }
  std::size_t begun = 0;
  for (const PlannedPoint& p : plan.points)
    begun += std::any_of(outcome.points.begin(), outcome.points.end(),
                         [&](const PointRecord& r) { return r.point_id == p.id; });
  if (begun < plan.points.size())
    not_passed += fmt::format("  not begun: {} of {} points, from {} on\n", plan.points.size() - begun,
                              plan.points.size(), plan.points[begun].id);
  for (const UnreachablePoint& u : plan.unreachable)
    not_passed += fmt::format("  cannot be reached: {}: {}\n", u.description, u.reason);
  if (!not_passed.empty()) fmt::print("\nNot passed:\n{}", not_passed);
  fmt::print("\n{}: {} pass, {} fail, {} inconclusive\n",
             outcome.fault || outcome.record_failure ? "UNFINISHED"
             : outcome.end == RunEnd::passed         ? "PASS"
                                                     : "NOT PASSED",
             decided(Decision::pass), decided(Decision::fail), decided(Decision::inconclusive));
  if (simulated) fmt::print("{}\n", kSimulatedNotice);
  fmt::print("Ledger: {}, run {}\n", options.ledger, outcome.run_id);
  fmt::print("{} passes, {} of them unverified\n", decided(Decision::pass), count([](const PointRecord& p) {
               return p.verdict.decision == Decision::pass && !p.verdict.basis.verified();
             }));
}

/// A scenario that has been read, checked and planned; nothing is opened.
struct Prepared {
  std::filesystem::path path;
  StationFile station;
  std::map<std::string, MeterType> meters;
  virtual_lab::LabFile lab;
  Plan plan;
};

Prepared prepare(const RunOptions& options, const std::string& scenario) {
  const Catalogue known = catalogue();
  StationFile station = load_station(known, options.bench.station);
  auto meters = load_meters(known, station, options.bench.meters);
  Plan plan = make_checked_plan(known, scenario, options.bench, station, meters);
  virtual_lab::LabFile lab = load_lab(known, options.bench, station);
  return {find_scenario(known, scenario), std::move(station), std::move(meters), std::move(lab),
          std::move(plan)};
}

int run_scenario(const RunOptions& options, const Prepared& prepared, StopSignal& stop,
                 nlohmann::ordered_json& document) {
  const Plan& plan = prepared.plan;
  const MeterType& meter = prepared.meters.begin()->second;
  auto opened = BenchSession::open(prepared.station, catalogue(), {prepared.lab, options.bench.seed},
                                   prepared.meters, stop);
  if (!opened) throw std::runtime_error{opened.error()};
  Station& bench = (*opened)->station();
  Ledger ledger{options.ledger, Ledger::Mode::write};

  std::vector<std::size_t> positions;
  std::string occupied;
  for (std::size_t i = 0; i < bench.positions.size(); ++i) {
    if (!prepared.meters.contains(bench.positions[i].name)) continue;
    positions.push_back(i);
    occupied += (occupied.empty() ? "" : ", ") + bench.positions[i].name;
  }

  RunRecord head;
  head.scenario = plan.scenario.name;
  head.scenario_path = prepared.path.string();
  head.scenario_sha256 = plan.scenario.sha256;
  head.plan_sha256 = plan.sha256();
  head.station = prepared.station.name;
  head.lab = (*opened)->lab() == nullptr ? "" : prepared.lab.name;
  head.seed = options.bench.seed;
  head.meter = meter.id;
  head.firmware = bench.positions[positions.front()].meter_firmware;
  head.simulated = bench.simulated();
  head.decision_rule = to_text(plan.scenario.rule);
  head.software = METERBENCH_VERSION;

  const bool text = options.format == "text";
  if (text) {
    fmt::print("{}: {} at position {}, station {}{}\n", plan.scenario.title, meter.id, occupied, head.station,
               head.lab.empty() ? "" : fmt::format(", lab {}, seed {}", head.lab, options.bench.seed));
    if (head.simulated) fmt::print("{}\n", kSimulatedNotice);
    fmt::print("{} points, {} of bench time expected\n", plan.points.size(),
               time_text(plan.expected_time().value()));
  }
  Narrator narrator{text, positions.size() > 1};
  const RunOutcome outcome = Runner{bench, ledger, narrator}.run(plan, positions, head);
  narrator.ended();
  if (text) print_summary(outcome, plan, options, head.simulated);
  std::fflush(stdout);
  tell_what_went_wrong(outcome);
  if (!text && !outcome.record_failure)
    document["runs"].push_back(run_json(ledger, ledger.find_run(outcome.run_id).value()));
  return exit_code(outcome, options.require_verified);
}

/// 130 ends all, 3 outranks 1.
int worse(int a, int b) {
  const auto rank = [](int code) { return code == kInterrupted ? 4 : code; };
  return rank(a) >= rank(b) ? a : b;
}

}  // namespace

CLI::Validator seed_text() {
  return CLI::Validator{[](const std::string& text) {
                          const bool digits = !text.empty() && text.size() <= 18 &&
                                              text.find_first_not_of("0123456789") == std::string::npos;
                          return digits ? std::string{}
                                        : "'" + text + "' is no seed: 0 to 999999999999999999";
                        },
                        "SEED"};
}

void add_run(CLI::App& app, VerbAction& chosen) {
  auto options = std::make_shared<RunOptions>();
  // The last of a repeated option counts, so that a script that calls us can be given further options.
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  CLI::App* verb = app.add_subcommand("run", "Carry scenarios out on a station and store every point");
  verb->add_option("scenario", options->scenarios, "Scenario file, or its path below scenarios/")->required();
  verb->add_option("--station", options->bench.station, "Station")->capture_default_str();
  verb->add_option("--lab", options->bench.lab,
                   "Lab at the far end of virtual: addresses; the station's own without");
  verb->add_option("--meter", options->bench.meters, "Meter type, or A=TYPE,B=TYPE by position");
  verb->add_option("--seed", options->bench.seed, "Seed of the lab's noise and draws")
      ->capture_default_str()
      ->check(seed_text());
  verb->add_option("--set", options->bench.set,
                   "Replace a value of the scenario: steps.0.target_uncertainty='0.1 %'");
  verb->add_option("--ledger", options->ledger, "SQLite file of the results")->capture_default_str();
  verb->add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  verb->add_flag("--require-verified", options->require_verified,
                 "Exit 1 when a decision's basis is unverified");
  verb->callback([options, &chosen] {
    chosen = [options](StopSignal& stop) {
      // All are checked before the first load: a slip in the last must not cost the first its hours.
      std::vector<Prepared> prepared;
      for (const std::string& scenario : options->scenarios) prepared.push_back(prepare(*options, scenario));
      nlohmann::ordered_json document{{"runs", nlohmann::ordered_json::array()}};
      int code = kAllPassed;
      for (std::size_t i = 0; i < prepared.size(); ++i) {
        code = worse(code, run_scenario(*options, prepared[i], stop, document));
        // A bench with a fault is not energised again before a person has looked.
        if (code != kBenchFault && !stop.requested()) continue;
        for (std::size_t left = i + 1; left < prepared.size(); ++left)
          fmt::print(stderr, "not run: {}\n", prepared[left].path.string());
        break;
      }
      if (options->format == "json") {
        document["exit_code"] = code;
        fmt::print("{}\n", document.dump(2));
      }
      return code;
    };
  });
}

}  // namespace meterbench
