#include "bench/gate/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "bench/gate/sample_runs.h"

namespace meterbench::gate {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> ids(const std::vector<RunSummary>& runs) {
  std::vector<std::string> all;
  for (const RunSummary& summary : runs) all.push_back(summary.run.run_id);
  return all;
}

RunSummary run(const std::string& id, const std::string& lab, std::uint64_t seed,
               const std::string& started) {
  RunSummary summary;
  summary.run.run_id = id;
  summary.run.lab = lab;
  summary.run.seed = seed;
  EXPECT_TRUE(parse_utc(started, summary.run.started));
  return summary;
}

TEST(OneADay, IsOneASeedOfALabAndOneADateOfARealBench) {
  EXPECT_THAT(
      ids(one_a_day({run("a", "lab", 1, "2026-03-02T08:00:00Z"), run("b", "lab", 2, "2026-03-02T08:10:00Z"),
                     run("c", "lab", 1, "2026-03-03T08:00:00Z")})),
      ElementsAre("a", "b"));
  EXPECT_THAT(ids(one_a_day({run("a", "", 1, "2026-03-02T08:00:00Z"), run("b", "", 2, "2026-03-02T23:10:00Z"),
                             run("c", "", 1, "2026-03-03T08:00:00Z")})),
              ElementsAre("a", "c"));
}

TEST(Gate, NeedsTenRunsAgainstTwo) {
  std::mt19937_64 random{1};
  const GateRule rule{.margin = from_percent(0.1)};
  EXPECT_THROW(
      (void)hold_against({"old", sample::runs(9, random)}, {"new", sample::runs(2, random)}, {}, rule),
      std::invalid_argument);
  EXPECT_THROW(
      (void)hold_against({"old", sample::runs(10, random)}, {"new", sample::runs(1, random)}, {}, rule),
      std::invalid_argument);
  const Gate gate = hold_against({"old", sample::runs(10, random)}, {"new", sample::runs(2, random)},
                                 {{"between", sample::runs(2, random)}}, rule);
  EXPECT_EQ(gate.count(Equivalence::equivalent), sample::points().size());
  EXPECT_TRUE(gate.changes.empty());
  EXPECT_THAT(gate.between, ElementsAre("between"));
  EXPECT_TRUE(gate.simulated());
}

}  // namespace
}  // namespace meterbench::gate
