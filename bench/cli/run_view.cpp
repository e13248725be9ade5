#include "bench/cli/run_view.h"

#include <algorithm>

#include <fmt/format.h>

#include "bench/cli/messages.h"
#include "bench/cli/number_format.h"
#include "bench/cli/point_table.h"
#include "bench/cli/run_facts.h"
#include "bench/cli/run_list.h"
#include "bench/core/quantity_text.h"

namespace meterbench {
namespace {

void print_head(const RunSummary& s) {
  fmt::print("Run {}\n", s.run.run_id);
  if (s.run.simulated) fmt::print("{}\n", kSimulatedNotice);
  fmt::print("  scenario  {} (SHA-256 {})\n", s.run.scenario, s.run.scenario_sha256);
  if (!s.run.check.empty()) fmt::print("  check     {}, of the bench\n", s.run.check);
  fmt::print("  station   {}{}\n", s.run.station,
             s.run.lab.empty() ? "" : fmt::format(", lab {}, seed {}", s.run.lab, s.run.seed.value_or(0)));
  fmt::print("  meter     {}, firmware {}\n", s.run.meter, s.run.firmware);
  fmt::print("  rule      {}\n", s.run.decision_rule);
  fmt::print("  started   {}, ended {}, exit {}\n", utc_text(s.run.started),
             s.ended ? utc_text(*s.ended) : "-", exit_text(s));
  fmt::print("  content   {}\n\n",
             s.content_hash.empty() ? "no hash: the run has not ended" : s.content_hash);
}

void print_meter(const MeterRow& m) {
  fmt::print("  {:10} {}: ", m.position, m.type);
  if (m.state_sha256.empty() && m.serial_number.empty())
    fmt::print("did not tell who it is\n");
  else
    fmt::print("{} {}, serial number {}, firmware {}, Kt {}, state {}\n", m.manufacturer, m.model,
               m.serial_number.empty() ? "not told" : m.serial_number,
               m.firmware.empty() ? "not told" : m.firmware,
               m.kt_wh ? figures_text(*m.kt_wh, 7) + " Wh" : "not told",
               m.state_sha256.empty() ? "not read" : m.state_sha256.substr(0, 16));
}

void print_findings(const std::vector<EventRow>& events) {
  const auto findings = findings_of(events);
  if (!findings.empty()) fmt::print("\nFindings\n");
  for (const std::string& finding : findings) fmt::print("  {}\n", finding);
}

void print_event(const SharedEvent& shared) {
  const EventRow& e = shared.event;
  std::string place = e.point_id;
  if (!shared.positions.empty()) place += (place.empty() ? "" : " ") + positions_text(shared.positions);
  fmt::print("  {}at {:.3f} s: {}\n", place.empty() ? "" : place + " ", e.time_s, event_text(e));
}

}  // namespace

void print_run(const Ledger& ledger, const RunSummary& summary) {
  const std::string& run_id = summary.run.run_id;
  print_head(summary);
  for (const InstrumentRow& i : ledger.instruments(run_id))
    fmt::print("  {:10} {} at {} ({}){}\n", i.role, i.identity.empty() ? i.driver : i.identity, i.address,
               i.far_end, i.certificate.empty() ? "" : ", certificate " + i.certificate);
  const auto meters = ledger.meters(run_id);
  if (!meters.empty()) fmt::print("\nMeters\n");
  for (const MeterRow& meter : meters) print_meter(meter);
  const auto events = ledger.events(run_id);
  print_findings(events);

  const PointTable table{true};
  const auto points = ledger.points(run_id);
  const auto print_rows = [&](bool computed) {
    for (const PointRecord& p : points)
      if (is_comparison(p) == computed) fmt::print("{}\n", table.row(p));
  };
  fmt::print("\n{}\n", table.header());
  print_rows(false);
  if (std::ranges::any_of(points, is_comparison)) {
    fmt::print("\nShifts, later minus earlier, and repeatabilities\n{}\n", table.header());
    print_rows(true);
  }
  for (const SharedEvent& e : shared(events)) print_event(e);
}

}  // namespace meterbench
