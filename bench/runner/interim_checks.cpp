#include "bench/runner/interim_checks.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <limits>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/planner/plan.h"

namespace meterbench {
namespace {

constexpr std::string_view kReference = "reference";

std::string date_text(UtcTime time) { return utc_text(time).substr(0, 10); }

double days_between(UtcTime from, UtcTime to) {
  return std::chrono::duration<double>(to - from).count() / 86400;
}

/// How the last check of a kind came out.
struct LastCheck {
  UtcTime started{};
  std::optional<std::string> failure;  ///< with its figures
};

/// How far a result lies beyond its limit; what has no result lies farther than any.
double excess(const CheckRow& row) {
  return row.error_percent ? std::abs(*row.error_percent) - row.limit_percent
                           : std::numeric_limits<double>::infinity();
}

std::string figures(const CheckRow& row) {
  const std::string place = fmt::format("at position {}, {}, {}, PF {}", row.position, to_text(row.current),
                                        to_text(row.voltage), to_text(row.power_factor));
  if (!row.error_percent) return fmt::format("no result {}", place);
  return fmt::format("{} {:+.3f} %, {}limit ±{} % {}", row.result, *row.error_percent,
                     row.u_percent ? fmt::format("U {:.3f} %, ", *row.u_percent) : "",
                     number_text(row.limit_percent), place);
}

/// Why a check does not stand; nothing when it does, or when it came to no end and nothing failed.
std::optional<std::string> failure_of(const RunSummary& check, bool complete,
                                      const std::vector<CheckRow>& rows) {
  std::vector<CheckRow> bad;
  for (const CheckRow& row : rows)
    if (row.decision == to_text(Decision::fail) || (complete && row.decision != to_text(Decision::pass)))
      bad.push_back(row);
  if (!bad.empty()) {
    const auto worst = std::ranges::max_element(bad, {}, excess);
    return fmt::format("did not pass: {}: {}", worst->decision, figures(*worst));
  }
  if (!complete) return std::nullopt;
  if (check.exit_code != 0 || rows.empty()) return "did not pass: not all of its points were measured";
  // What is measured against a standard that nobody vouches for shows nothing.
  const auto unverified = std::ranges::find_if(
      rows, [verified = Basis{}.text()](const CheckRow& row) { return row.basis != verified; });
  if (unverified != rows.end())
    return fmt::format("does not stand: its result at position {} is {}", unverified->position,
                       unverified->basis);
  return std::nullopt;
}

class CheckHistory {
 public:
  CheckHistory(const Ledger& ledger, const Station& station, const RunRecord& run)
      : ledger_{ledger}, run_{run}, runs_{ledger.runs()}, rows_{ledger.checks(station.name)} {
    for (const InstrumentRecord& i : station.instruments)
      if (i.role == kReference) reference_ = {i.identity, i.certificate};
  }

  /// What a check must be of to count.
  [[nodiscard]] std::string bench() const {
    return fmt::format("station {}, {}reference {}", run_.station,
                       run_.lab.empty() ? "" : "lab " + run_.lab + ", ", reference_.identity);
  }

  [[nodiscard]] std::optional<LastCheck> last(CheckKind kind) const {
    for (auto check = runs_.rbegin(); check != runs_.rend(); ++check) {
      if (check->run.check != to_text(kind) || !same_bench(check->run)) continue;
      std::vector<CheckRow> rows;
      std::ranges::copy_if(rows_, std::back_inserter(rows),
                           [&](const CheckRow& row) { return row.run_id == check->run.run_id; });
      const bool complete = check->exit_code == 0 || check->exit_code == 1;
      auto failure = failure_of(*check, complete, rows);
      if (complete || failure) return LastCheck{check->run.started, std::move(failure)};
    }
    return std::nullopt;
  }

 private:
  struct Reference {
    std::string identity, certificate;
    friend bool operator==(const Reference&, const Reference&) = default;
  };

  [[nodiscard]] bool same_bench(const RunRecord& check) const {
    if (check.station != run_.station || check.lab != run_.lab || check.simulated != run_.simulated)
      return false;
    return std::ranges::any_of(ledger_.instruments(check.run_id), [&](const InstrumentRow& i) {
      return i.role == kReference && Reference{i.identity, i.certificate} == reference_;
    });
  }

  const Ledger& ledger_;
  const RunRecord& run_;
  std::vector<RunSummary> runs_;
  std::vector<CheckRow> rows_;
  Reference reference_;
};

/// What speaks against relying on the last check; nothing when it stands.
std::optional<std::string> doubt_about(const InterimCheck& wanted, const std::optional<LastCheck>& last,
                                       const std::string& bench, UtcTime today) {
  const std::string_view kind = to_text(wanted.kind);
  if (!last) return fmt::format("no {} check of {} is in the ledger", kind, bench);
  const std::string date = date_text(last->started);
  if (last->failure) return fmt::format("the {} check of {} {}", kind, date, *last->failure);
  const double age = days_between(last->started, today);
  const double allowed = wanted.every.value() / 86400;
  if (age > allowed)
    return fmt::format("the last {} check was on {}, {:.0f} days ago: the station asks for one every {} days",
                       kind, date, age, number_text(allowed));
  if (age < -allowed)
    return fmt::format("the last {} check is dated {}, {:.0f} days from now: a clock was wrong", kind, date,
                       -age);
  return std::nullopt;
}

}  // namespace

std::vector<CheckStanding> interim_standings(const Ledger& ledger, const Station& station,
                                             const RunRecord& run) {
  std::vector<CheckStanding> standings;
  if (station.interim_checks.empty()) return standings;
  const CheckHistory history{ledger, station, run};
  for (const InterimCheck& wanted : station.interim_checks) {
    const auto last = history.last(wanted.kind);
    standings.push_back({wanted, last ? std::optional{last->started} : std::nullopt,
                         doubt_about(wanted, last, history.bench(), station.reactor.utc())});
  }
  return standings;
}

InterimFinding interim_finding(const Ledger& ledger, const Station& station, const RunRecord& run) {
  InterimFinding finding;
  if (!run.check.empty()) return finding;
  std::string refusals;
  for (const CheckStanding& standing : interim_standings(ledger, station, run)) {
    if (!standing.doubt) continue;
    finding.doubts.push_back(*standing.doubt);
    if (standing.wanted.refuse) refusals += (refusals.empty() ? "" : "; ") + *standing.doubt;
  }
  if (!refusals.empty())
    finding.refusal =
        Fault{Errc::implausible, std::string{kReference}, std::string{kInterimCheck}, refusals, {}};
  return finding;
}

}  // namespace meterbench
