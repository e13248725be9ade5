// For tests: a run on a bench of fakes in simulated time, its ledger in a folder of its own.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/core/simulated_reactor.h"
#include "bench/runner/runner.h"
#include "bench/runner/sample_plan.h"
#include "tests/support/fake_station.h"
#include "tests/support/fake_surroundings.h"
#include "tests/support/temporary_folder.h"

namespace meterbench::testing {

class FakeRun : public ::testing::Test {
 protected:
  RunOutcome run(const std::optional<UnfinishedRun>& unfinished = std::nullopt) {
    return Runner{*station_, ledger_, observer_, &control_}.run(plan_, RunRecord{}, unfinished);
  }
  /// Texts of the run's events of that kind, those of points apart.
  [[nodiscard]] std::vector<std::string> events(const RunOutcome& outcome, const std::string& kind,
                                                const std::string& position = "") {
    std::vector<std::string> texts;
    for (const EventRow& e : ledger_.events(outcome.run_id))
      if (e.kind == kind && e.point_id.empty() && (position.empty() || e.position == position))
        texts.push_back(e.text);
    return texts;
  }
  /// Of all attempts at that position, in the order of writing, as the ledger has them.
  [[nodiscard]] std::vector<PointRecord> points_at(const RunOutcome& outcome, const std::string& position) {
    std::vector<PointRecord> points = ledger_.points(outcome.run_id);
    std::erase_if(points, [&](const PointRecord& p) { return p.position != position; });
    return points;
  }
  [[nodiscard]] static std::vector<std::string> kinds(const PointRecord& point) {
    std::vector<std::string> kinds;
    for (const EventRow& e : point.events) kinds.push_back(e.kind);
    return kinds;
  }
  [[nodiscard]] bool called(const std::string& call) const {
    return std::find(bench_.calls.begin(), bench_.calls.end(), call) != bench_.calls.end();
  }

  /// Acts when a point has begun or ended, by its index.
  struct Acting final : RunObserver {
    void point_started(std::size_t index, const PlannedPoint&) override { started(index); }
    void point_ended(std::size_t index, const PointRecord&) override { ended(index); }
    std::function<void(std::size_t)> started = [](std::size_t) {};
    std::function<void(std::size_t)> ended = [](std::size_t) {};
  };

  StopSignal stop_;
  UtcTime starts_ = [] {
    UtcTime t;
    static_cast<void>(parse_utc("2025-06-02T08:00:00Z", t));
    return t;
  }();
  SimulatedReactor reactor_{stop_, starts_};
  FakeBench bench_;
  std::unique_ptr<Station> station_ = make_fake_station(reactor_, bench_);
  TemporaryFolder folder_;
  Ledger ledger_{folder_.path() / "ledger.sqlite", Ledger::Mode::write};
  Acting observer_;
  RunControl control_;
  Plan plan_ = sample::plan({sample::point("001", 50, 40), sample::point("002", 100, 80)});
};

}  // namespace meterbench::testing
