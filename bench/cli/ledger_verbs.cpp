#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include <fmt/format.h>

#include "bench/cli/exit_code.h"
#include "bench/cli/inputs.h"
#include "bench/cli/ledger_json.h"
#include "bench/cli/messages.h"
#include "bench/cli/point_table.h"
#include "bench/cli/text_table.h"
#include "bench/cli/verbs.h"
#include "bench/ledger/ledger.h"

namespace meterbench {
namespace {

struct LedgerOptions {
  std::string ledger = default_ledger();
  std::string run = "last";
  std::string format = "text";
  std::string output;
};

RunSummary find(const Ledger& ledger, const LedgerOptions& options) {
  auto found = ledger.find_run(options.run);
  if (!found)
    throw InputError{fmt::format("{}: no single run is meant by '{}'; meterbench runs lists them",
                                 options.ledger, options.run)};
  return *found;
}

std::string exit_text(const RunSummary& s) {
  return s.exit_code ? std::to_string(*s.exit_code) : "unfinished";
}

int show_runs(const LedgerOptions& options) {
  const Ledger ledger{options.ledger, Ledger::Mode::read};
  const auto runs = ledger.runs();
  if (options.format == "json") {
    auto list = nlohmann::ordered_json::array();
    for (const RunSummary& s : runs)
      list.push_back({{"run_id", s.run.run_id},
                      {"scenario", s.run.scenario},
                      {"station", s.run.station},
                      {"lab", s.run.lab},
                      {"meter", s.run.meter},
                      {"firmware", s.run.firmware},
                      {"simulated", s.run.simulated},
                      {"started_utc", utc_text(s.run.started)},
                      {"exit_code",
                       s.exit_code ? nlohmann::ordered_json(*s.exit_code) : nlohmann::ordered_json(nullptr)},
                      {"content_hash", s.content_hash}});
    fmt::print("{}\n", list.dump(2));
    return kAllPassed;
  }
  const TextTable table{{{"run", 36, false},
                         {"started (UTC)", 24, false},
                         {"scenario", 20, false},
                         {"meter", 20, false},
                         {"station", 9, false},
                         {"lab", 9, false},
                         {"exit", 4, true}}};
  fmt::print("{}\n", table.header());
  bool simulated = false;
  for (const RunSummary& s : runs) {
    simulated = simulated || s.run.simulated;
    fmt::print("{}\n", table.row({s.run.run_id, utc_text(s.run.started), s.run.scenario, s.run.meter,
                                  s.run.station, s.run.lab, exit_text(s)}));
  }
  if (simulated) fmt::print("Runs with a lab: {}\n", kSimulatedNotice);
  return kAllPassed;
}

void show_text(const Ledger& ledger, const RunSummary& s) {
  fmt::print("Run {}\n", s.run.run_id);
  if (s.run.simulated) fmt::print("{}\n", kSimulatedNotice);
  fmt::print("  scenario  {} (SHA-256 {})\n", s.run.scenario, s.run.scenario_sha256);
  fmt::print("  station   {}{}\n", s.run.station,
             s.run.lab.empty() ? "" : fmt::format(", lab {}, seed {}", s.run.lab, s.run.seed.value_or(0)));
  fmt::print("  meter     {}, firmware {}\n", s.run.meter, s.run.firmware);
  fmt::print("  rule      {}\n", s.run.decision_rule);
  fmt::print("  started   {}, ended {}, exit {}\n", utc_text(s.run.started),
             s.ended ? utc_text(*s.ended) : "-", exit_text(s));
  fmt::print("  content   {}\n\n",
             s.content_hash.empty() ? "no hash: the run has not ended" : s.content_hash);
  for (const InstrumentRow& i : ledger.instruments(s.run.run_id))
    fmt::print("  {:10} {} at {} ({}){}\n", i.role, i.identity.empty() ? i.driver : i.identity, i.address,
               i.far_end, i.certificate.empty() ? "" : ", certificate " + i.certificate);
  const auto points = ledger.points(s.run.run_id);
  const PointTable table{true};
  fmt::print("\n{}\n", table.header());
  for (const PointRecord& p : points) fmt::print("{}\n", table.row(p));
  for (const PointRecord& p : points)
    for (const EventRow& e : p.events)
      fmt::print("  {} {} at {:.3f} s: {}: {}\n", e.point_id, e.position, e.time_s, e.kind, e.text);
  for (const EventRow& e : ledger.events(s.run.run_id))
    fmt::print("  at {:.3f} s: {}: {}\n", e.time_s, e.kind, e.text);
}

/// To standard output, or whole to a file.
void write_out(const std::string& text, const std::string& file) {
  if (file.empty() || file == "-") {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return;
  }
  std::ofstream out{file, std::ios::binary};
  out << text;
  out.close();
  if (!out) throw std::runtime_error{fmt::format("{}: cannot be written: {}", file, std::strerror(errno))};
}

CLI::App* ledger_verb(CLI::App& app, const std::string& name, const std::string& help,
                      const std::shared_ptr<LedgerOptions>& options, bool of_a_run) {
  CLI::App* verb = app.add_subcommand(name, help);
  if (of_a_run)
    verb->add_option("run", options->run, "Run id, its beginning, or last")->capture_default_str();
  verb->add_option("--ledger", options->ledger, "SQLite file of the results")->capture_default_str();
  return verb;
}

}  // namespace

void add_ledger_verbs(CLI::App& app, VerbAction& chosen) {
  auto options = std::make_shared<LedgerOptions>();

  CLI::App* runs = ledger_verb(app, "runs", "List the runs of a ledger", options, false);
  runs->add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  runs->callback([options, &chosen] { chosen = [options](StopSignal&) { return show_runs(*options); }; });

  CLI::App* show = ledger_verb(app, "show", "Show one run with its points", options, true);
  show->add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  show->callback([options, &chosen] {
    chosen = [options](StopSignal&) {
      const Ledger ledger{options->ledger, Ledger::Mode::read};
      const RunSummary summary = find(ledger, *options);
      if (options->format == "json")
        fmt::print("{}\n", run_json(ledger, summary).dump(2));
      else
        show_text(ledger, summary);
      return kAllPassed;
    };
  });

  CLI::App* exported = ledger_verb(app, "export", "Write one run for other programs", options, true);
  exported->add_option("--format", options->format, "csv or json")
      ->required()
      ->check(CLI::IsMember({"csv", "json"}));
  exported->add_option("-o,--output", options->output, "File; standard output without");
  exported->callback([options, &chosen] {
    chosen = [options](StopSignal&) {
      const Ledger ledger{options->ledger, Ledger::Mode::read};
      const RunSummary summary = find(ledger, *options);
      write_out(options->format == "csv" ? points_csv(summary, ledger.points(summary.run.run_id))
                                         : run_json(ledger, summary).dump(2) + "\n",
                options->output);
      return kAllPassed;
    };
  });

  CLI::App* verify = app.add_subcommand("verify", "Check the SHA-256 links of a ledger");
  verify->add_option("ledger", options->ledger, "SQLite file of the results")->capture_default_str();
  verify->callback([options, &chosen] {
    chosen = [options](StopSignal&) {
      const auto changed = Ledger{options->ledger, Ledger::Mode::read}.verify();
      fmt::print("{}: {}\n", options->ledger,
                 changed
                     ? *changed
                     : "every row that is there is as it was written (whether the newest are missing, only a "
                       "content hash kept elsewhere can tell)");
      return changed ? kBenchFault : kAllPassed;
    };
  });
}

}  // namespace meterbench
