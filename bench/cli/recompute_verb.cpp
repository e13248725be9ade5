#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "bench/cli/exit_code.h"
#include "bench/cli/inputs.h"
#include "bench/cli/messages.h"
#include "bench/cli/point_table.h"
#include "bench/cli/point_view.h"
#include "bench/cli/run_report.h"
#include "bench/cli/verbs.h"
#include "bench/core/quantity_text.h"
#include "bench/ledger/ledger.h"
#include "bench/runner/recompute.h"

namespace meterbench {
namespace {

struct RecomputeOptions {
  std::string ledger = default_ledger();
  std::string run = "last";
  std::string point, position;  ///< empty: all
  std::optional<std::uint64_t> first_edge, last_edge;
  std::string method{to_text(EdgeMethod::ends)};
  std::string reference_error;  ///< `0.012 %`
  std::string station;          ///< whose certificate of the reference is taken
  std::string rule;
  std::string reason;
};

template <class Kind>
Quantity<Kind> quantity(const std::string& option, const std::string& text) {
  const auto parsed = parse_quantity<Kind>(text);
  if (!parsed) throw InputError{fmt::format("{}: {}", option, parsed.error())};
  return *parsed;
}

/// Of all points the same.
Recomputation asked(const RecomputeOptions& options) {
  Recomputation what{
      .first_edge = options.first_edge, .last_edge = options.last_edge, .reason = options.reason};
  if (options.method == to_text(EdgeMethod::regression)) what.method = EdgeMethod::regression;
  if (!options.reference_error.empty())
    what.reference_error = quantity<kind::Ratio>("--reference-error", options.reference_error);
  if (!options.rule.empty()) what.rule = parse_decision_rule(options.rule);
  return what;
}

/// Of the reference of a station at the load of a point. A sentence where it is not certified there.
tl::expected<Calibration::Value, std::string> certified_at(const Calibration& calibration,
                                                           const PointRecord& p) {
  if (p.connection != Connection{})
    return tl::unexpected{
        std::string{"loads of circuits that are not alike have no single value in a certificate"}};
  return calibration.at({p.current, p.power_factor, p.voltage, p.frequency, p.waveform});
}

tl::expected<PointRecord, std::string> compute(const PointRecord& measured, int computation,
                                               Recomputation what,
                                               const std::optional<Calibration>& certificate,
                                               DecisionRule rule) {
  if (certificate) {
    const auto value = certified_at(*certificate, measured);
    if (!value) return tl::unexpected{value.error()};
    what.reference = *value;
  }
  return recompute(measured, computation, what, rule);
}

/// Passed or not, by the latest of everything; how a run that did not come to its end has ended stands.
int exit_code_of(const Ledger& ledger, const RunSummary& run) {
  const int code = run.exit_code.value_or(kInterrupted);
  if (code != kAllPassed && code != kNotPassed) return code;
  const auto points = last_attempts(ledger.points(run.run.run_id));
  const bool passed =
      std::ranges::all_of(points, [](const PointRecord& p) { return p.verdict.decision == Decision::pass; });
  return passed ? kAllPassed : kNotPassed;
}

int recompute_run(const RecomputeOptions& options) {
  Ledger ledger{options.ledger, Ledger::Mode::write};
  const auto run = ledger.find_run(options.run);
  if (!run)
    throw InputError{fmt::format("{}: no single run is meant by '{}'; meterbench runs lists them",
                                 options.ledger, options.run)};
  if (!run->ended) throw InputError{fmt::format("run {} has not ended", run->run.run_id)};
  const Recomputation what = asked(options);
  std::optional<Calibration> certificate;
  if (!options.station.empty())
    certificate = load_station(catalogue(), options.station).instruments.at("reference").calibration;
  const auto rule = parse_decision_rule(run->run.decision_rule).value_or(DecisionRule::simple_acceptance);

  const std::vector<PointRecord> all =
      options.point.empty() ? ledger.points(run->run.run_id)
                            : records_of(ledger, run->run.run_id, options.point, options.position);
  std::map<std::pair<std::string, std::string>, const PointRecord*> measured;  // last attempt, with its edges
  for (const PointRecord& p : all)
    if (p.computation == 0) measured[{p.point_id, p.position}] = &p;
  std::vector<PointRecord> computed;
  const PointTable table{true};
  fmt::print("{}\n", table.header());
  for (const PointRecord& latest : last_attempts(all)) {
    const PointRecord& origin = *measured.at({latest.point_id, latest.position});
    auto now = compute(origin, latest.computation + 1, what, certificate, rule);
    if (!now) {
      fmt::print("{}  {}: {}\n", latest.point_id, latest.position, now.error());
      continue;
    }
    fmt::print("{}\n{}\n", table.row(origin), table.row(*now));
    computed.push_back(*std::move(now));
  }
  if (computed.empty()) throw InputError{"nothing could be computed again"};
  ledger.add_points(run->run.run_id, computed);
  const int code = exit_code_of(ledger, *run);
  // Its content is another one now; when it ended is not.
  ledger.end_run(run->run.run_id, code, *run->ended);
  if (run->run.simulated) fmt::print("{}\n", kSimulatedNotice);
  fmt::print("{} computed again; what was measured is kept\n", computed.size());
  return code;
}

}  // namespace

void add_recompute(CLI::App& app, VerbAction& chosen) {
  auto options = std::make_shared<RecomputeOptions>();
  CLI::App* verb = app.add_subcommand(
      "recompute", "Errors again from the stored LED edges, as new rows beside what was measured");
  verb->add_option("run", options->run, "Run id, its beginning or last")->capture_default_str();
  verb->add_option("--ledger", options->ledger, "SQLite file of the results")->capture_default_str();
  CLI::Option* point = verb->add_option("--point", options->point, "This point alone; all without");
  verb->add_option("--position", options->position, "At this position alone")->needs(point);
  verb->add_option("--first-edge", options->first_edge,
                   "The window begins at this edge, as v_edge numbers them");
  verb->add_option("--last-edge", options->last_edge, "The window ends at this edge");
  verb->add_option("--method", options->method, "ends, or regression through all edges")
      ->check(CLI::IsMember({"ends", "regression"}))
      ->capture_default_str();
  CLI::Option* typed = verb->add_option("--reference-error", options->reference_error,
                                        "Error of the reference: 0.012 %; the decisions are unverified then");
  verb->add_option("--station", options->station, "Station file whose certificate of the reference is taken")
      ->excludes(typed);
  std::vector<std::string> rules;
  for (const DecisionRule rule : kDecisionRules) rules.emplace_back(to_text(rule));
  verb->add_option("--rule", options->rule, "Another decision rule")->check(CLI::IsMember(rules));
  verb->add_option("--reason", options->reason, "Why; it stands in the ledger")
      ->required()
      ->check(named_text());
  verb->callback([options, &chosen] { chosen = [options](StopSignal&) { return recompute_run(*options); }; });
}

}  // namespace meterbench
