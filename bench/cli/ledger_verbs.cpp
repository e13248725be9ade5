#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "bench/cli/exit_code.h"
#include "bench/cli/inputs.h"
#include "bench/cli/junit.h"
#include "bench/cli/ledger_json.h"
#include "bench/cli/output_file.h"
#include "bench/cli/point_view.h"
#include "bench/cli/run_list.h"
#include "bench/cli/run_view.h"
#include "bench/cli/verbs.h"
#include "bench/ledger/ledger.h"

namespace meterbench {
namespace {

struct LedgerOptions {
  std::string ledger = default_ledger();
  std::string run = "last";
  std::string format = "text";
  std::string output;
  std::string check;     ///< kind of interim check
  std::string used;      ///< serial number
  std::string since;     ///< date
  std::string point;     ///< empty: all
  std::string position;  ///< empty: all
  bool budget = false;   ///< alone
  std::string tag;
};

RunSummary find(const Ledger& ledger, const LedgerOptions& options) {
  auto found = ledger.find_run(options.run);
  if (!found)
    throw InputError{fmt::format("{}: no single run is meant by '{}'; meterbench runs lists them",
                                 options.ledger, options.run)};
  return *found;
}

/// A reply of an instrument may hold bytes that are no UTF-8; JSON has none.
std::string json_text(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

UtcTime since(const LedgerOptions& options) {
  UtcTime time{};
  if (!options.since.empty() && !parse_utc(options.since, time))
    throw InputError{fmt::format("--since: '{}' is no date; 2025-06-02 is an example", options.since)};
  return time;
}

int show_runs(const LedgerOptions& options) {
  const UtcTime from = since(options);
  const bool chart = options.format == "csv";
  if (chart && options.check.empty())
    throw InputError{"--format csv is the control chart of interim checks: --check weekly, for example"};
  const Ledger ledger{options.ledger, Ledger::Mode::read};
  std::vector<RunSummary> runs =
      options.used.empty() ? ledger.runs() : ledger.runs_that_used(options.used, from);
  std::erase_if(runs, [&](const RunSummary& s) {
    return s.run.started < from || (!options.check.empty() && s.run.check != options.check);
  });
  if (chart) {
    auto checks = ledger.checks("");
    std::erase_if(checks, [&](const CheckRow& c) {
      return std::ranges::none_of(runs, [&](const RunSummary& s) { return s.run.run_id == c.run_id; });
    });
    const std::string csv = chart_csv(control_chart(checks, options.check), runs);
    std::fwrite(csv.data(), 1, csv.size(), stdout);
  } else if (options.format == "json") {
    fmt::print("{}", json_text(runs_json(runs)));
  } else {
    print_runs(runs);
  }
  return kAllPassed;
}

void show_budgets(const RunSummary& summary, const std::vector<PointRecord>& records, bool json) {
  if (json)
    fmt::print("{}", json_text(budgets_json(summary, records)));
  else
    print_budgets(summary, records);
}

int show_run(const LedgerOptions& options) {
  const Ledger ledger{options.ledger, Ledger::Mode::read};
  const RunSummary summary = find(ledger, options);
  const bool json = options.format == "json";
  if (options.point.empty()) {
    if (!options.position.empty()) throw InputError{"--position says where, --point what: name a point too"};
    if (options.budget) throw InputError{"a budget is that of a point: name it with --point"};
    if (json)
      fmt::print("{}", json_text(run_json(ledger, summary)));
    else
      print_run(ledger, summary);
    return kAllPassed;
  }
  const auto records = records_of(ledger, summary.run.run_id, options.point, options.position);
  if (records.empty())
    throw InputError{fmt::format(
        "run {} has no point '{}'{}; meterbench show {} lists them", summary.run.run_id, options.point,
        options.position.empty() ? "" : " at position " + options.position, summary.run.run_id)};
  if (options.budget)
    show_budgets(summary, records, json);
  else if (json)
    fmt::print("{}", json_text(point_view_json(ledger, summary, records)));
  else
    print_point(ledger, summary, records);
  return kAllPassed;
}

int export_run(const LedgerOptions& options) {
  const Ledger ledger{options.ledger, Ledger::Mode::read};
  const RunSummary summary = find(ledger, options);
  const std::string& run_id = summary.run.run_id;
  write_out(options.format == "csv"     ? points_csv(summary, ledger.points(run_id))
            : options.format == "junit" ? junit_xml(summary, ledger.points(run_id), ledger.events(run_id))
                                        : json_text(run_json(ledger, summary)),
            options.output);
  return kAllPassed;
}

int tag_run(const LedgerOptions& options) {
  Ledger ledger{options.ledger, Ledger::Mode::write};
  ledger.tag_run(find(ledger, options).run.run_id, options.tag);
  return kAllPassed;
}

int verify_ledger(const LedgerOptions& options) {
  const auto changed = Ledger{options.ledger, Ledger::Mode::read}.verify();
  fmt::print("{}: {}\n", options.ledger,
             changed ? *changed
                     : "every row that is there is as it was written (whether the newest are missing, only a "
                       "content hash kept elsewhere can tell)");
  return changed ? kBenchFault : kAllPassed;
}

/// Lets `verb` do `act`.
void does(CLI::App* verb, const std::shared_ptr<LedgerOptions>& options, VerbAction& chosen,
          int (*act)(const LedgerOptions&)) {
  verb->callback([options, &chosen, act] { chosen = [options, act](StopSignal&) { return act(*options); }; });
}

CLI::App* ledger_verb(CLI::App& app, const std::string& name, const std::string& help,
                      const std::shared_ptr<LedgerOptions>& options, bool of_a_run) {
  CLI::App* verb = app.add_subcommand(name, help);
  if (of_a_run)
    verb->add_option("run", options->run, "Run id, its beginning, last or unfinished")->capture_default_str();
  verb->add_option("--ledger", options->ledger, "SQLite file of the results")->capture_default_str();
  return verb;
}

}  // namespace

void add_ledger_verbs(CLI::App& app, VerbAction& chosen) {
  auto options = std::make_shared<LedgerOptions>();

  CLI::App* runs = ledger_verb(app, "runs", "List the runs of a ledger", options, false);
  runs->add_option("--check", options->check, "Only interim checks of the bench of this kind")
      ->check(CLI::IsMember({"weekly", "yearly", "positions"}));
  runs->add_option("--used", options->used,
                   "Only runs with an instrument or meter of this serial number (or certificate)");
  runs->add_option("--since", options->since, "Only runs started on this date or later: 2025-06-02");
  runs->add_option("--format", options->format, "text, json, or csv: the control chart of --check")
      ->check(CLI::IsMember({"text", "json", "csv"}));
  does(runs, options, chosen, show_runs);

  CLI::App* show =
      ledger_verb(app, "show", "Show one run with its points, or all about one point", options, true);
  show->add_option("--point", options->point, "All about this point");
  show->add_flag("--budget", options->budget, "With --point: its uncertainty budget alone");
  show->add_option("--position", options->position, "With --point: at this position alone");
  show->add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  does(show, options, chosen, show_run);

  CLI::App* exported = ledger_verb(app, "export", "Write one run for other programs", options, true);
  exported->add_option("--format", options->format, "csv, json or junit")
      ->required()
      ->check(CLI::IsMember({"csv", "json", "junit"}));
  exported->add_option("-o,--output", options->output, "File; standard output without");
  does(exported, options, chosen, export_run);

  CLI::App* tag =
      ledger_verb(app, "tag", "Give a run a name that it shares with others: a release", options, true);
  tag->add_option("--as", options->tag, "The name: v5.34-rc1")->required()->check(named_text());
  does(tag, options, chosen, tag_run);

  CLI::App* verify = app.add_subcommand("verify", "Check the SHA-256 links of a ledger");
  verify->add_option("ledger", options->ledger, "SQLite file of the results")->capture_default_str();
  does(verify, options, chosen, verify_ledger);
}

}  // namespace meterbench
