#include "bench/runner/readiness.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "bench/runner/doubts.h"
#include "bench/runner/identify.h"
#include "bench/runner/interim_checks.h"
#include "bench/runner/meter_checks.h"
#include "bench/runner/position_map.h"

namespace meterbench {
namespace {

constexpr Duration kSetUpLimit = std::chrono::seconds{10};

class Readying {
 public:
  Readying(const ReadyingMeans& means, const Ledger& ledger, const RunRecord& head)
      : means_{means}, station_{means.station}, ledger_{ledger}, head_{head} {}

  Readiness run() {
    const auto ready =
        await<void>(station_.reactor, "source", "set limits", kSetUpLimit,
                    [&](auto done) { station_.source->start_set_limits(station_.limits, std::move(done)); })
            .and_then([&] { return identify_instruments(station_); })
            .and_then([&] { return look_at_meters(); })
            .and_then([&] { return look_at_checks(); })
            .and_then([&] { return close_disconnects(); })
            .and_then([&] {
              add(means_.books.read());
              return means_.interlock.arm();
            })
            .and_then([&] { return prove_map(); })
            .and_then([&] { return prove_switches(); });
    if (!ready) ready_.fault = ready.error();
    return std::move(ready_);
  }

 private:
  void add(std::vector<Finding> findings) {
    std::ranges::move(findings, std::back_inserter(ready_.findings));
  }

  Result<void> look_at_meters() {
    auto told = means_.states.read_before();
    if (!told) return tl::unexpected{told.error()};
    add(*std::move(told));
    for (const std::size_t position : means_.positions) {
      const std::string& name = station_.positions[position].name;
      std::vector<std::string>& doubts = ready_.doubts[name];
      doubts = certificate_doubts(station_, means_.plan, name);
      std::ranges::move(means_.states.doubts(name), std::back_inserter(doubts));
    }
    return {};
  }

  Result<void> look_at_checks() {
    const InterimFinding found = interim_finding(ledger_, station_, head_);
    if (found.refusal) return tl::unexpected{*found.refusal};
    for (auto& [position, doubts] : ready_.doubts)
      doubts.insert(doubts.end(), found.doubts.begin(), found.doubts.end());
    return {};
  }

  Result<void> prove_map() {
    const auto map = prove_position_map(station_, means_.interlock, means_.positions);
    if (!map) return tl::unexpected{map.error()};
    for (const auto& [position, why] : map->unproven) {
      ready_.doubts[position].push_back("LED and optical port are not proven to belong to one meter: " + why);
      ready_.findings.push_back({position, "map_unproven", why});
    }
    return {};
  }

  /// No load flows through an open one.
  Result<void> close_disconnects() {
    auto closed = meterbench::close_disconnects({station_, means_.positions}, means_.plan.meters);
    if (!closed) return tl::unexpected{closed.error()};
    for (Finding& finding : *closed) {
      if (finding.kind == kDisconnectUnknown) ready_.doubts[finding.position].push_back(finding.text);
      ready_.findings.push_back(std::move(finding));
    }
    return {};
  }

  /// That the finger and the eye of a position are at its meter.
  Result<void> prove_switches() {
    const auto unproven = unproven_switches({station_, means_.positions, &means_.interlock});
    if (!unproven) return tl::unexpected{unproven.error()};
    for (const auto& [position, why] : *unproven)
      ready_.findings.push_back({position, "switches_unproven", why});
    return {};
  }

  const ReadyingMeans& means_;
  Station& station_;
  const Ledger& ledger_;
  const RunRecord& head_;
  Readiness ready_;
};

}  // namespace

Readiness make_ready(const ReadyingMeans& means, const Ledger& ledger, const RunRecord& head) {
  return Readying{means, ledger, head}.run();
}

}  // namespace meterbench
