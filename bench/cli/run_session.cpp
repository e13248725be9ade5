#include "bench/cli/run_session.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "bench/cli/exit_code.h"
#include "bench/cli/ledger_json.h"
#include "bench/cli/messages.h"
#include "bench/cli/number_format.h"
#include "bench/cli/plan_text.h"
#include "bench/cli/python_step.h"
#include "bench/cli/run_report.h"
#include "bench/runner/resume.h"
#include "bench/runner/runner.h"
#include "drivers/link/libmodbus_link.h"

namespace meterbench {
namespace {

/// 130 ends all, 3 outranks 1.
int worse(int a, int b) {
  const auto rank = [](int code) { return code == kInterrupted ? 4 : code; };
  return rank(a) >= rank(b) ? a : b;
}

int exit_code(const RunOutcome& outcome, const std::vector<PointRecord>& points, bool require_verified) {
  const bool unverified =
      std::ranges::any_of(points, [](const PointRecord& p) { return !p.verdict.basis.verified(); });
  if (outcome.end == RunEnd::passed && require_verified && unverified) return kNotPassed;
  return static_cast<int>(outcome.end);
}

/// The type, or `A=TYPE,B=TYPE` where there are several.
std::string types_text(const std::map<std::string, MeterType>& meters) {
  const std::string& first = meters.begin()->second.id;
  if (std::ranges::all_of(meters, [&](const auto& m) { return m.second.id == first; })) return first;
  std::vector<std::string> all;
  for (const auto& [position, type] : meters) all.push_back(position + "=" + type.id);
  return fmt::format("{}", fmt::join(all, ","));
}

std::string firmware_text(const Station& bench, const std::map<std::string, MeterType>& meters) {
  std::set<std::string> all;
  for (const Position& position : bench.positions)
    if (meters.contains(position.name)) all.insert(position.meter_firmware);
  return fmt::format("{}", fmt::join(all, ", "));
}

/// A meter does not get another firmware in the middle of a run.
void check_same_firmware(const RunRecord& then, const std::string& now) {
  if (then.firmware != now)
    throw InputError{fmt::format("run {} cannot go on: the firmware has changed since ({} then, {} now)",
                                 then.run_id, then.firmware, now)};
}

/// The lab's clock goes on where the record ends, and faults that its file gave at an earlier instant have
/// been mended. Commands are counted anew, so that a fault at a command would come a second time: none does.
virtual_lab::LabFile mended(virtual_lab::LabFile lab, Instant begin) {
  const auto mend = [&](std::vector<virtual_lab::ScriptedFault>& faults) {
    std::erase_if(faults, [&](const virtual_lab::ScriptedFault& f) { return !f.at || *f.at <= begin; });
  };
  for (auto& [name, instrument] : lab.instruments) {
    mend(instrument.faults);
    mend(instrument.unplugs);
  }
  for (auto& [position, faults] : lab.port_faults) mend(faults);
  return lab;
}

}  // namespace

void RunOutput::add_to(CLI::App& verb) {
  verb.add_option("--ledger", ledger, "SQLite file of the results")->capture_default_str();
  verb.add_option("--format", format, "text or json")->check(CLI::IsMember({"text", "json"}));
  verb.add_flag("--require-verified", require_verified, "Exit 1 when a decision's basis is unverified");
  verb.add_option("--tag", tag, "Name for the run that it shares with others: a release");
  verb.add_flag("--timing", timing, "Tell on standard error what the machine's time was spent on");
}

PreparedRun prepare_run(RunInputs inputs) {
  const Catalogue known = catalogue();
  StationFile station = load_station(known, inputs.bench.station);
  auto meters = load_meters(known, station, inputs.bench.meters);
  const bool in_file = inputs.scenario_yaml.empty();
  const Scenario scenario =
      in_file ? load_checked_scenario(known, inputs.scenario, inputs.bench.set)
              : read_checked_scenario(inputs.scenario_yaml, inputs.scenario, inputs.bench.set);
  Plan plan = make_checked_plan(known, scenario, station, meters);
  virtual_lab::LabFile lab = load_lab(known, inputs.bench, station);
  std::filesystem::path path = in_file ? find_scenario(known, inputs.scenario) : "";
  auto programs = load_programs(inputs.bench.firmware, meters);
  return {std::move(inputs), std::move(path),     std::move(station), std::move(meters),
          std::move(lab),    std::move(programs), std::move(plan)};
}

RunRecord run_head(const PreparedRun& prepared, const Station& bench, bool in_lab) {
  RunRecord head;
  head.scenario = prepared.plan.scenario.name;
  head.scenario_path = prepared.path.string();
  head.scenario_sha256 = prepared.plan.scenario.sha256;
  head.plan_sha256 = prepared.plan.sha256();
  head.station = prepared.station.name;
  head.lab = in_lab ? prepared.lab.name : "";
  head.seed = prepared.inputs.bench.seed;
  head.meter = types_text(prepared.meters);
  head.firmware = firmware_text(bench, prepared.meters);
  if (const auto check = prepared.plan.scenario.check) head.check = to_text(*check);
  head.inputs = to_json(prepared.inputs);
  head.simulated = bench.simulated();
  head.decision_rule = to_text(prepared.plan.scenario.rule);
  head.software = METERBENCH_VERSION;
  return head;
}

int RunSession::carry_out(const PreparedRun& prepared, const std::optional<EarlierPart>& earlier) {
  const Plan& plan = prepared.plan;
  const Instant begin = earlier ? earlier->end : Instant{};
  auto opened = BenchSession::open(prepared.station, catalogue(),
                                   {.file = earlier ? mended(prepared.lab, begin) : prepared.lab,
                                    .seed = prepared.inputs.bench.seed,
                                    .programs = prepared.programs,
                                    .begin = begin},
                                   prepared.meters, stop_);
  if (!opened) throw std::runtime_error{opened.error()};
  Station& bench = (*opened)->station();
  const FirmwareOptions& firmware = prepared.inputs.bench.firmware;
  virtual_lab::Lab* const lab = (*opened)->lab();
  if (lab == nullptr && !(firmware.firmware.empty() && firmware.eeprom.empty()))
    throw InputError{
        fmt::format("--firmware and --eeprom are for a virtual lab: the meters of station {} have "
                    "their own",
                    prepared.station.name)};
  if (lab != nullptr)
    lab->on_reset([](const std::string& position, const std::string& how) {
      fmt::print(stderr, "meter {}: {}\n", position, how);
    });
  if (earlier) check_same_firmware(earlier->summary.run, firmware_text(bench, prepared.meters));
  Ledger ledger{output_.ledger, Ledger::Mode::write};

  std::optional<UnfinishedRun> unfinished;
  if (earlier) unfinished = UnfinishedRun{earlier->summary.run.run_id, earlier->points};
  const RunRecord head =
      earlier ? earlier->summary.run : run_head(prepared, bench, (*opened)->lab() != nullptr);
  const auto left = points_left(plan, earlier ? earlier->points : std::vector<PointRecord>{});
  const bool text = output_.format == "text";
  if (text) print_head(prepared, head, earlier, left.size());

  const Instant started = wall_.now();
  const RunOutcome outcome = [&] {
    Narrator narrator{desk_ == nullptr ? unseen_ : desk_->progress(), left, text, plan.meters.size() > 1};
    PythonStep functions{bench.reactor, output_.ledger};
    return Runner{bench, ledger, narrator, desk_ == nullptr ? nullptr : &desk_->control(), &functions}.run(
        plan, head, unfinished);
  }();
  const double seconds = in_seconds(wall_.now() - started);

  // What the ledger says of all parts of the run counts, as far as it can be read.
  const bool recorded = !outcome.record_failure;
  if (recorded && !output_.tag.empty()) ledger.tag_run(outcome.run_id, output_.tag);
  const auto points = last_attempts(recorded ? ledger.points(outcome.run_id) : outcome.points);
  if (text) {
    say(summary_text(outcome, plan, points,
                     recorded ? ledger.events(outcome.run_id) : std::vector<EventRow>{}));
    if (head.simulated) say(fmt::format("{}\n", kSimulatedNotice));
    say(fmt::format("Ledger: {}, run {}\n", output_.ledger, outcome.run_id));
    say(passes_text(points, plan));
  }
  std::fflush(stdout);
  fmt::print(stderr, "{}", what_went_wrong(outcome));
  if (output_.timing)
    fmt::print(stderr, "{:.1f} s of bench time took {:.2f} s, of these {:.2f} s in Modbus calls\n",
               in_seconds(bench.reactor.now() - begin), seconds, modbus_seconds());
  if (!text && recorded) {
    document_["runs"].push_back(run_json(ledger, ledger.find_run(outcome.run_id).value()));
    document_["runs"].back()["unreachable"] = unreachable_json(plan);
  }
  if (lab != nullptr) save_eeproms(firmware, prepared.meters, *lab);
  const int code = exit_code(outcome, points, output_.require_verified);
  code_ = worse(code_, code);
  return code;
}

int RunSession::finish() {
  if (output_.format == "json") {
    document_["exit_code"] = code_;
    say(document_.dump(2) + "\n");
  }
  return code_;
}

void RunSession::print_head(const PreparedRun& prepared, const RunRecord& head,
                            const std::optional<EarlierPart>& earlier, std::size_t left) const {
  const Plan& plan = prepared.plan;
  say(fmt::format(
      "{}: {}, station {}{}\n", plan.scenario.title, meters_text(prepared.meters), head.station,
      head.lab.empty() ? "" : fmt::format(", lab {}, seed {}", head.lab, prepared.inputs.bench.seed)));
  if (head.simulated) say(fmt::format("{}\n", kSimulatedNotice));
  if (earlier)
    say(fmt::format("Run {} goes on: {} of {} points are left\n", head.run_id, left, plan.points.size()));
  else
    say(fmt::format("{} points, {} of bench time expected\n", plan.points.size(),
                    time_text(plan.expected_time().value())));
  say(unreachable_text(plan));
  if (plan.scenario.check) say("Errors are deviations from the certificate of the standard.\n");
}

}  // namespace meterbench
