#include "bench/gate/stored_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/ledger/sample_records.h"
#include "tests/support/temporary_folder.h"

namespace meterbench::gate {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

class StoredRuns : public ::testing::Test {
 protected:
  StoredRun read() {
    ledger.end_run(run_id, 0, sample::utc("2025-06-02T09:00:00Z"));
    return read_run(ledger, ledger.find_run(run_id).value());
  }

  testing::TemporaryFolder folder;
  Ledger ledger{folder.path() / "ledger.sqlite", Ledger::Mode::write};
  std::string run_id = ledger.begin_run(sample::run(), sample::instruments(), sample::meters());
};

TEST_F(StoredRuns, HoldTheLastAttemptOfEachPoint) {
  PointRecord first = sample::point("001", 1), second = sample::point("001", 2);
  first.error_percent = 1;
  second.error_percent = 2;
  ledger.add_points(run_id, std::vector{first, second});
  const StoredRun run = read();
  ASSERT_EQ(run.results.size(), 1U);
  EXPECT_EQ(run.results.begin()->second.error_percent, 2);
  EXPECT_EQ(run.results.begin()->first.step, first.step);
  EXPECT_EQ(run.results.begin()->first.current_a, first.current.value());
}

TEST_F(StoredRuns, TellPointsAlikeApartByTheirOrder) {
  PointRecord first = sample::point("001"), second = sample::point("002");
  first.error_percent = 1;
  second.error_percent = 2;
  ledger.add_points(run_id, std::vector{first, second});
  const StoredRun run = read();
  std::vector<std::pair<int, double>> found;
  for (const auto& [key, result] : run.results) found.emplace_back(key.repetition, *result.error_percent);
  EXPECT_THAT(found, ElementsAre(Pair(0, 1.0), Pair(1, 2.0)));
}

TEST_F(StoredRuns, KnowTheUncertaintyThatAResultSharesWithNoOther) {
  PointRecord point = sample::point();
  Component own, shared;
  own.standard_uncertainty = 0.03;
  own.sensitivity = 1;
  shared = own;
  shared.standard_uncertainty = 0.04;
  shared.input = "certificate";
  point.budget = Budget{};
  point.budget->components = {own, shared};
  ledger.add_point(run_id, point);
  EXPECT_NEAR(read().results.begin()->second.own_u_percent, own.contribution_percent(), 1e-12);
}

TEST_F(StoredRuns, KnowTablesAndWhyNoPassStands) {
  EventRow meter, no_pass;
  meter.position = no_pass.position = "A";
  meter.kind = "meter";
  meter.tables = {{1, to_bytes("abc")}};
  no_pass.kind = "no_pass";
  no_pass.text = "LED and register disagree";
  ledger.add_event(run_id, meter);
  ledger.add_event(run_id, no_pass);
  const StoredRun run = read();
  EXPECT_THAT(run.tables.at("A"), ElementsAre(Pair(1, 3U)));
  EXPECT_EQ(run.overruled.at("A"), "LED and register disagree");
}

}  // namespace
}  // namespace meterbench::gate
