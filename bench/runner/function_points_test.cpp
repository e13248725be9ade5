// Points of which no error of the LED comes out: no load, starting, dosage.
#include <gmock/gmock.h>

#include "bench/runner/fake_run_test.h"

namespace meterbench {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class NoLoad : public testing::FakeRun {
 protected:
  NoLoad() {
    PlannedPoint point = sample::point("001", 0, 1);
    point.result = ResultKind::no_load;
    point.gate = Seconds{600};
    point.limit.limit = {};
    plan_ = sample::plan({point});
  }
  /// Creeps so often while it stands on its voltage.
  PointRecord creeping(int pulses) {
    observer_.started = [this, pulses](std::size_t) {
      for (int n = 0; n < pulses; ++n)
        reactor_.after(std::chrono::seconds{100 + n}, [this] { bench_.pulse("A", reactor_.now()); });
    };
    return run().points.at(0);
  }
};

TEST_F(NoLoad, AllowsOnePulse) {
  for (const int pulses : {0, 1}) {
    const PointRecord point = creeping(pulses);
    EXPECT_EQ(point.pulses, static_cast<std::uint64_t>(pulses));
    EXPECT_EQ(point.verdict.decision, Decision::pass) << pulses;
    EXPECT_FALSE(point.error_percent) << "there is nothing that it could be a percentage of";
    EXPECT_EQ(bench_.applied.circuits[0].voltage, Voltage{120});
  }
}

TEST_F(NoLoad, FailsAMeterThatCreeps) {
  const PointRecord point = creeping(2);
  EXPECT_EQ(point.result, "no_load");
  EXPECT_THAT(kinds(point), ElementsAre("not_as_it_should_be"));
  EXPECT_THAT(point.events.at(0).text, HasSubstr("2 LED pulses came in 600 s without a load"));
}

class Starting : public testing::FakeRun {
 protected:
  Starting() {
    PlannedPoint point = sample::point("001", 0.1, 2);  // 24 W: 150 s a pulse
    point.result = ResultKind::starting;
    point.meters[0].window = Seconds{450};
    point.limit.limit = {};
    plan_ = sample::plan({point});
    plan_.scenario.register_account = false;  // two pulses tell nothing of it
  }
};

TEST_F(Starting, IsSeenByTwoPulsesInTime) {
  const PointRecord point = run().points.at(0);
  EXPECT_EQ(point.verdict.decision, Decision::pass);
  EXPECT_EQ(point.edges.size(), 2U);
}

TEST_F(Starting, FailsAMeterThatIsTooSlowOrStandsStill) {
  bench_.meter_error = -0.4;  // an interval takes 1.67 times as long
  const PointRecord late = run().points.at(0);
  EXPECT_EQ(late.verdict.decision, Decision::fail);
  bench_.meter_error = -1;
  const PointRecord point = run().points.at(0);
  EXPECT_EQ(point.verdict.decision, Decision::fail);
  EXPECT_THAT(point.events.at(0).text, HasSubstr("LED pulse 1 did not come within 225.0 s"));
}

TEST_F(Starting, IsOpenWhereTheRegisterTellsOfEnergyThatNoPulseCameOf) {
  bench_.meters["A"].blinks = false;
  EXPECT_EQ(run().points.at(0).verdict.decision, Decision::inconclusive);
}

class Dosage : public testing::FakeRun {
 protected:
  Dosage() {
    PlannedPoint point = sample::point("001", 100, 2400);  // of 1 Wh, at 24 kW in 360 s
    point.result = ResultKind::register_error;
    plan_ = sample::plan({point});
    bench_.meters["A"].step = from_watt_hours(1);
  }
};

TEST_F(Dosage, TellsTheErrorOfTheRegister) {
  bench_.meter_error = 0.001;
  const PointRecord point = run().points.at(0);
  EXPECT_EQ(point.verdict.decision, Decision::pass);
  // 0.1 % by the meter, one step and one pulse of 2400 Wh either way.
  EXPECT_NEAR(point.error_percent.value(), 0.1, 2 * 100.0 / 2400);
  // 1/(N√6) of LED and register, expanded: 0.048 %.
  EXPECT_GT(point.budget->expanded_percent(), 0.048);
  EXPECT_LT(point.budget->expanded_percent(), 0.06);
}

TEST_F(Dosage, FailsARegisterThatIsWrongThoughItsLedIsRight) {
  bench_.meters["A"].register_gain = 1.02;
  const PointRecord point = run().points.at(0);
  EXPECT_NEAR(point.error_percent.value(), 2, 0.1);
  EXPECT_EQ(point.verdict.decision, Decision::fail);
}

TEST_F(Dosage, GivesNoErrorWithoutAReadingOfTheRegister) {
  observer_.started = [this](std::size_t) { bench_.lost_after["optical A"] = 0; };
  const PointRecord point = run().points.at(0);
  EXPECT_EQ(point.verdict.decision, Decision::inconclusive);
  EXPECT_FALSE(point.error_percent);
  EXPECT_THAT(kinds(point), Contains("unreconciled"));
}

TEST_F(Dosage, ReadsTheRegisterRightBeforeAndAfterItsLoad) {
  PlannedPoint other = sample::point("000", 50, 40);
  plan_.points.insert(plan_.points.begin(), other);
  bench_.meters["A"].register_gain = 1.02;
  const RunOutcome outcome = run();
  EXPECT_NEAR(outcome.points.at(1).error_percent.value(), 2, 0.15);
}

}  // namespace
}  // namespace meterbench
