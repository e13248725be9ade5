#include "bench/cli/control_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace meterbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

class ControlDeskTest : public ::testing::Test {
 protected:
  ControlDeskTest() {
    for (const char* id : {"001", "002", "003"}) {
      PlannedPoint point;
      point.id = id;
      point.voltage = Voltage{240};
      point.current = Current{5};
      point.time.window = Seconds{60};
      plan_.points.push_back(point);
    }
    PlannedSoak soak;
    soak.before = 2;
    soak.temperature = Temperature{53};
    soak.expected = Seconds{7200};
    plan_.soaks.push_back(soak);
  }
  std::string ask(const std::string& command) const {
    const auto answer = ask_command_socket(path_, command);
    return answer ? *answer : answer.error().text();
  }

  testing::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "control";
  StopSignal stop_;
  Plan plan_;
  ControlDesk desk_{path_, stop_};
};

TEST_F(ControlDeskTest, APauseTellsWhenItTakesHold) {
  EXPECT_EQ(ask("pause"), "paused: before the first point");
  EXPECT_TRUE(desk_.control().paused());
  EXPECT_EQ(ask("continue"), "continued");
  desk_.progress().begin(plan_, {0, 1, 2});
  desk_.progress().point(1);
  EXPECT_EQ(ask("pause"), "paused: after point 002");
  desk_.progress().soak(plan_.soaks[0], {}, Seconds{60});
  EXPECT_EQ(ask("pause"), "paused: in the soak at 53 °C");
}

TEST_F(ControlDeskTest, WhoAsksIsNotedForTheRecord) {
  ask("pause");
  ask("continue");
  EXPECT_THAT(desk_.control().take_acts(),
              ElementsAre(MatchesRegex("paused by .+"), MatchesRegex("continued by .+")));
}

TEST_F(ControlDeskTest, ContinueTellsThatNothingWasPaused) { EXPECT_EQ(ask("continue"), "was not paused"); }

TEST_F(ControlDeskTest, ASkipNamesWhatIsGivenUp) {
  desk_.progress().begin(plan_, {0, 1, 2});
  desk_.progress().point(0);
  EXPECT_EQ(ask("skip"), "skipped: point 001");
  EXPECT_TRUE(desk_.control().take_skip());
  desk_.progress().point_over();
  EXPECT_EQ(ask("skip"), "skipped: what comes next");
  desk_.progress().soak(plan_.soaks[0], {}, Seconds{60});
  EXPECT_EQ(ask("skip"), "skipped: the soak at 53 °C");
}

TEST_F(ControlDeskTest, AStopIsAskedForAsByAnInterrupt) {
  EXPECT_THAT(ask("stop"), StartsWith("stopped"));
  EXPECT_TRUE(stop_.requested());
}

TEST_F(ControlDeskTest, StatusTellsPointsTimeLeftAndEdges) {
  EXPECT_EQ(ask("status"), "running: no scenario under way");
  desk_.progress().begin(plan_, {0, 2});
  EXPECT_EQ(ask("status"), "running: [0/3] getting ready");
  desk_.progress().point(0);
  // Two points of a minute are left and two hours of soak.
  EXPECT_THAT(ask("status"), StartsWith("running: [1/3, 2 h 2 min left] 5 A, 240 V"));
  EXPECT_THAT(ask("status"), HasSubstr("applying the load"));
  desk_.progress().edges(3, 20);
  EXPECT_THAT(ask("status"), HasSubstr(": 3 of 20 LED edges"));
  ask("pause");
  EXPECT_THAT(ask("status"), StartsWith("paused: [1/3"));
  desk_.progress().soak(plan_.soaks[0], ChamberReading{Temperature{40}, {}, {}, true}, Seconds{3600});
  EXPECT_EQ(ask("status"),
            "paused: soak at 53 °C: air 40.0 °C, 60 min of about 2 h 0 min; 61 min left in all");
  desk_.progress().end();
  EXPECT_EQ(ask("status"), "paused: no scenario under way");
}

TEST_F(ControlDeskTest, AWordThatItDoesNotKnowChangesNothing) {
  EXPECT_THAT(ask("explode"), HasSubstr("pause, continue, skip, stop, status"));
  EXPECT_FALSE(desk_.control().paused());
  EXPECT_FALSE(stop_.requested());
}

}  // namespace
}  // namespace meterbench
