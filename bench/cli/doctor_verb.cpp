#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench/cli/doctor.h"
#include "bench/cli/exit_code.h"
#include "bench/cli/firmware_examination.h"
#include "bench/cli/inputs.h"
#include "bench/cli/messages.h"
#include "bench/cli/verbs.h"
#include "drivers/virtual_lab/meter/firmware_failure.h"

namespace meterbench {
namespace {

struct DoctorOptions {
  BenchOptions bench;
  std::string scenario;
  std::string ledger = default_ledger();
  std::string format = "text";
};

void print_text(const std::vector<Diagnosis>& findings, bool simulated) {
  if (simulated) fmt::print("{}\n", kSimulatedNotice);
  for (const Diagnosis& f : findings) {
    fmt::print("{:6}  {:16} {}\n", to_text(f.grade), f.subject, f.text);
    if (!f.remedy.empty()) fmt::print("        {:16} -> {}\n", "", f.remedy);
  }
}

void print_json(const std::vector<Diagnosis>& findings, bool simulated, int code) {
  nlohmann::ordered_json json{{"simulated", simulated}, {"exit_code", code}};
  json["findings"] = nlohmann::ordered_json::array();
  for (const Diagnosis& f : findings)
    json["findings"].push_back(
        {{"grade", to_text(f.grade)}, {"subject", f.subject}, {"text", f.text}, {"remedy", f.remedy}});
  fmt::print("{}\n", json.dump(2));
}

/// Answers the exit code.
int tell(const std::vector<Diagnosis>& findings, bool simulated, bool stopped, const DoctorOptions& options,
         const std::string& whole) {
  const bool unfit =
      std::ranges::any_of(findings, [](const Diagnosis& f) { return f.grade == Diagnosis::Grade::unfit; });
  const int code = stopped ? kInterrupted : unfit ? kBenchFault : kAllPassed;
  if (options.format == "json") {
    print_json(findings, simulated, code);
  } else {
    print_text(findings, simulated);
    fmt::print("\n{} is {}fit.\n", whole, unfit ? "NOT " : "");
  }
  return code;
}

/// Of the firmware alone; no station is opened.
int examine_image(const DoctorOptions& options) {
  const std::string& meter = options.bench.meters;
  const MeterType type = load_meter(catalogue(), meter.empty() ? "focus-ax-2s-cl200" : meter);
  std::vector<Diagnosis> findings;
  try {
    findings = examine_firmware(find_firmware(options.bench.firmware.firmware), type);
  } catch (const virtual_lab::FirmwareFailure& failure) {
    findings = {{Diagnosis::Grade::unfit, "begins", failure.what(),
                 "board.md of the virtual lab's meter tells what it takes"}};
  }
  return tell(findings, true, false, options, "The firmware");
}

int doctor(const DoctorOptions& options, StopSignal& stop) {
  if (!options.bench.firmware.firmware.empty()) return examine_image(options);
  const Catalogue known = catalogue();
  const StationFile file = load_station(known, options.bench.station);
  const std::string& chosen = options.bench.meters;
  // Without a scenario the meters need not be named.
  const bool unnamed = chosen.empty() && options.scenario.empty();
  const auto meters = unnamed ? std::map<std::string, MeterType>{} : load_meters(known, file, chosen);
  std::optional<Plan> plan;
  if (!options.scenario.empty())
    plan = make_checked_plan(known, options.scenario, options.bench, file, meters);
  const virtual_lab::LabFile lab = load_lab(known, options.bench, file);
  auto session = BenchSession::open(file, known, {lab, options.bench.seed}, meters, stop);
  if (!session) throw InputError{session.error()};
  Station& station = (*session)->station();
  std::set<std::string> occupied;
  for (const auto& [position, type] : meters) occupied.insert(position);
  auto findings = examine(station, file, occupied, plan);
  RunRecord run;
  run.station = file.name;
  run.lab = (*session)->lab() == nullptr ? "" : lab.name;
  run.simulated = station.simulated();
  std::ranges::move(examine_checks(station, options.ledger, run), std::back_inserter(findings));
  return tell(findings, station.simulated(), stop.requested(), options, "The bench");
}

}  // namespace

void add_doctor(CLI::App& app, VerbAction& chosen) {
  auto options = std::make_shared<DoctorOptions>();
  CLI::App* verb = app.add_subcommand("doctor", "Is the bench fit? Nothing is energised");
  verb->add_option("scenario", options->scenario, "Whose points the station should reach");
  verb->add_option("--station", options->bench.station, "Station")->capture_default_str();
  verb->add_option("--lab", options->bench.lab,
                   "Lab at the far end of virtual: addresses; the station's own without");
  verb->add_option("--meter", options->bench.meters, "Meter type, or A=TYPE,B=TYPE or *=TYPE by position");
  verb->add_option("--seed", options->bench.seed, "Seed of the lab")->capture_default_str();
  verb->add_option("--ledger", options->ledger, "SQLite file that the interim checks of the bench stand in")
      ->capture_default_str();
  verb->add_option("--firmware", options->bench.firmware.firmware,
                   "What this image FILE.elf, or version, supports of the board; no station is looked at")
      ->check(named_text());
  verb->add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  verb->callback(
      [options, &chosen] { chosen = [options](StopSignal& stop) { return doctor(*options, stop); }; });
}

}  // namespace meterbench
