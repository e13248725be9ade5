// Points whose results the meters tell, on a bench of fakes: what a sound meter comes to, and what a defect
// does.
#include <gmock/gmock.h>

#include "bench/runner/fake_run_test.h"

namespace meterbench {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// How the meter below tells what it tells.
struct Telling {
  double demand_gain = 1;
  bool net_is_sum = false;
  bool bills_test_mode = false;
  double clock_rate = 1;
  bool takes_any_password = false, tells_passwords = false, logs_wrong_passwords = true;
  bool refuses_procedures = false;
  bool lengthens_intervals = false;  ///< whose clock is set

  // So far.
  bool testing = false;
  double parked_delivered_j = 0;
  std::optional<double> clock_offset_s;
  unsigned events = 3, resets = 0;
  bool interval_lengthened = false;
  std::vector<std::string> texts{"8.8.8.8.", "FW 5.34", "DEL 0.000 kWh", "NOW 0.000 kW", "Er 00"};
  std::size_t shown = 0;
  bool scrolls = true;
  bool disconnect_closed = false;
};

class TellingMeter final : public testing::FakeMeter {
 public:
  TellingMeter(Reactor& reactor, testing::FakeBench& bench, Telling& telling)
      : FakeMeter{reactor, bench, "A"}, telling_{telling} {}

  void start_read_billing(Done<MeterBilling> done) override {
    serve<MeterBilling>(std::move(done), [this] {
      MeterBilling billing;
      const ActiveEnergy delivered{model().delivered_j}, received{model().received_j};
      const auto add = [&](RegisterFlow flow, ActiveEnergy energy) {
        billing.present.energies.push_back({flow, 0, energy, model().step});
      };
      add(RegisterFlow::delivered, delivered);
      add(RegisterFlow::received, received);
      add(RegisterFlow::net, telling_.net_is_sum ? delivered + received : delivered - received);
      const double longer = telling_.interval_lengthened ? 4.0 / 3 : 1;
      billing.present.demands.push_back(
          {.flow = RegisterFlow::delivered,
           .extreme = ActivePower{12000 * (1 + bench_.error()) * telling_.demand_gain * longer}});
      billing.present.demand_resets = telling_.resets;
      billing.intervals = {{std::chrono::minutes{15}, 1}};
      return billing;
    });
  }
  void start_read_clock(Done<MeterClock> done) override {
    serve<MeterClock>(std::move(done), [this] {
      MeterClock clock;
      clock.asked = reactor_.now() - std::chrono::milliseconds{100};
      clock.answered = reactor_.now();
      const double now_s = in_seconds(reactor_.now());
      clock.asked_utc = clock.answered_utc = reactor_.utc();
      const auto since = std::chrono::floor<std::chrono::seconds>(reactor_.utc()).time_since_epoch();
      const double wrong = (telling_.clock_rate - 1) * now_s + telling_.clock_offset_s.value_or(0);
      clock.time = MeterTime{since + std::chrono::seconds{std::llround(wrong)}};
      return clock;
    });
  }
  void start_read_log(Done<MeterLog> done) override {
    serve<MeterLog>(std::move(done), [this] {
      MeterLog log;
      for (unsigned n = 1; n <= telling_.events; ++n) log.events.push_back({.number = n});
      return log;
    });
  }
  void start_read_status(Done<MeterStatus> done) override {
    serve<MeterStatus>(std::move(done), [this] {
      return MeterStatus{.mode = telling_.testing ? "test mode" : "metering",
                         .disconnect_closed = telling_.disconnect_closed};
    });
  }
  void start_read_tables_as(std::string password, std::vector<std::uint16_t> tables,
                            Done<std::map<std::uint16_t, Bytes>> done) override {
    using Tables = std::map<std::uint16_t, Bytes>;
    bench_.serve<Tables>(reactor_, device(), kReply, std::move(done), [this, password, tables] {
      if (!password.empty() && !telling_.takes_any_password) {
        telling_.events += telling_.logs_wrong_passwords ? 1 : 0;
        return Result<Tables>{fault(Errc::refused, device(), "log on", "the meter refuses the password")};
      }
      if (!tables.empty() && !telling_.tells_passwords)
        return Result<Tables>{fault(Errc::refused, device(), "read", "insufficient security clearance")};
      return Result<Tables>{Tables{}};
    });
  }
  void start_procedure(const MeterCommand& command, Done<void> done) override {
    bench_.serve<void>(reactor_, device(), kReply, std::move(done), [this, command]() -> Result<void> {
      if (telling_.refuses_procedures)
        return fault(Errc::refused, device(), "procedure", "insufficient security clearance");
      switch (command.procedure) {
        case MeterProcedure::demand_reset:
          ++telling_.resets;
          telling_.interval_lengthened = false;
          break;
        case MeterProcedure::close_disconnect: telling_.disconnect_closed = true; break;
        case MeterProcedure::test_mode_on: set_test_mode(true); break;
        case MeterProcedure::test_mode_off: set_test_mode(false); break;
        case MeterProcedure::set_clock: {
          const auto now = std::chrono::floor<std::chrono::seconds>(reactor_.utc()).time_since_epoch();
          telling_.clock_offset_s = static_cast<double>((command.time.time_since_epoch() - now).count());
          if (*telling_.clock_offset_s < -1) telling_.interval_lengthened = telling_.lengthens_intervals;
          break;
        }
        default: break;
      }
      return {};
    });
  }
  void set_test_mode(bool on) {
    if (on)
      telling_.parked_delivered_j = model().delivered_j;
    else if (!telling_.bills_test_mode)
      model().delivered_j = telling_.parked_delivered_j;
    telling_.testing = on;
  }

 private:
  Telling& telling_;
};

/// Fingers and eyes of the bench.
class Hands final : public MeterControls, public Display {
 public:
  Hands(Reactor& reactor, Telling& telling, TellingMeter& meter)
      : reactor_{reactor}, telling_{telling}, meter_{meter} {}
  void start_press(const std::string&, MeterSwitch which, Duration duration, Done<void> done) override {
    reactor_.after(duration, [this, which, done = std::move(done)] {
      switch (which) {
        case MeterSwitch::display_scroll:
          if (telling_.scrolls) telling_.shown = (telling_.shown + 1) % telling_.texts.size();
          break;
        case MeterSwitch::demand_reset: ++telling_.resets; break;
        case MeterSwitch::test_mode: meter_.set_test_mode(!telling_.testing); break;
        case MeterSwitch::disconnect: ++telling_.events; break;
        case MeterSwitch::supply: break;
      }
      done({});
    });
  }
  void start_read_display(const std::string&, Done<std::string> done) override {
    reactor_.after(std::chrono::milliseconds{10},
                   [this, done = std::move(done)] { done(telling_.texts.at(telling_.shown)); });
  }

 private:
  Reactor& reactor_;
  Telling& telling_;
  TellingMeter& meter_;
};

class ToldPointTest : public testing::FakeRun {
 protected:
  ToldPointTest() {
    auto meter = std::make_unique<TellingMeter>(reactor_, bench_, telling_);
    hands_ = std::make_unique<Hands>(reactor_, telling_, *meter);
    station_->meters["A"] = std::move(meter);
    station_->controls = hands_.get();
    station_->display = hands_.get();
    bench_.meters["A"].step = from_watt_hours(1);
  }

  /// 12 kW, or voltage alone.
  PlannedPoint& asked(ResultKind result, bool loaded = true) {
    PlannedPoint point = sample::point("001", loaded ? 50 : 0, 1);
    point.result = result;
    point.limit.limit = from_percent(0.5);
    plan_ = sample::plan({point});
    return plan_.points.front();
  }
  PointRecord told() {
    const RunOutcome outcome = run();
    EXPECT_FALSE(bench_.on) << "all off in the end";
    return outcome.points.at(0);
  }
  static std::string text_of(const PointRecord& point) {
    return point.events.empty() ? "" : point.events.front().text;
  }

  Telling telling_;
  std::unique_ptr<Hands> hands_;
};

TEST_F(ToldPointTest, ASoundMaximumIsThatOfTheReference) {
  asked(ResultKind::demand_error);
  const PointRecord point = told();
  EXPECT_EQ(point.verdict.decision, Decision::pass);
  EXPECT_EQ(point.result, "demand_error");
  EXPECT_NEAR(point.error_percent.value(), 0, 0.02);
  EXPECT_GT(point.duration_s.value(), 4 * 900) << "three intervals and the one that the load began in";
  EXPECT_EQ(telling_.resets, 2U) << "before the load, and once the interval that it began in has ended";
  EXPECT_THAT(text_of(point), HasSubstr("over 900 s"));
}

TEST_F(ToldPointTest, AMaximumThatIsTooHighFails) {
  asked(ResultKind::demand_error);
  telling_.demand_gain = 1.02;
  const PointRecord point = told();
  EXPECT_NEAR(point.error_percent.value(), 2, 0.02);
  EXPECT_EQ(point.verdict.decision, Decision::fail);
}

TEST_F(ToldPointTest, ADemandIsNotHeldAgainstTheMeterWhereTheReferenceMayBeWrong) {
  asked(ResultKind::demand_error);
  station_->source_accuracy.power = from_percent(0.25);
  telling_.demand_gain = 1.006;
  EXPECT_EQ(told().verdict.decision, Decision::inconclusive);
  telling_.demand_gain = 1.02;
  EXPECT_EQ(told().verdict.decision, Decision::fail);
}

TEST_F(ToldPointTest, AClockThatIsSetBackDoesNotLengthenAnInterval) {
  asked(ResultKind::demand_error).task.clock_change = Seconds{-300};
  EXPECT_EQ(told().verdict.decision, Decision::pass);
  EXPECT_NEAR(telling_.clock_offset_s.value(), 0, 1.5) << "put back";
  telling_.lengthens_intervals = true;
  const PointRecord point = told();
  EXPECT_NEAR(point.error_percent.value(), 33.3, 0.1);
  EXPECT_EQ(point.verdict.decision, Decision::fail);
}

TEST_F(ToldPointTest, AMeterThatRefusesCostsOnlyItsResult) {
  asked(ResultKind::demand_error);
  telling_.refuses_procedures = true;
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed);
  EXPECT_EQ(outcome.points.at(0).verdict.decision, Decision::inconclusive);
  EXPECT_THAT(kinds(outcome.points.at(0)), ElementsAre("untold"));
  EXPECT_THAT(text_of(outcome.points.at(0)), HasSubstr("insufficient security clearance"));
  EXPECT_FALSE(called("source apply")) << "no load for nothing";
}

TEST_F(ToldPointTest, NetIsDeliveredLessReceivedOverReversals) {
  asked(ResultKind::net_difference).task.time = Seconds{120};
  const PointRecord point = told();
  EXPECT_EQ(point.verdict.decision, Decision::pass);
  EXPECT_NEAR(point.error_percent.value(), 0, 1e-9);
  // Thrice delivered, twice received, 400 Wh each and what settling takes.
  EXPECT_NEAR(bench_.meters["A"].received_j / 3600, 850, 50);
  EXPECT_NEAR(bench_.meters["A"].delivered_j / 3600, 1275, 75);
  telling_.net_is_sum = true;
  EXPECT_EQ(told().verdict.decision, Decision::fail);
}

TEST_F(ToldPointTest, ATestIsNotBilled) {
  asked(ResultKind::mode_change).task.time = Seconds{120};
  EXPECT_EQ(told().verdict.decision, Decision::pass);
  EXPECT_FALSE(telling_.testing) << "put back";
  telling_.bills_test_mode = true;
  const PointRecord point = told();
  EXPECT_EQ(point.verdict.decision, Decision::fail);
  EXPECT_THAT(text_of(point), HasSubstr("delivered energy"));
}

TEST_F(ToldPointTest, ATestInWhichNothingBlinkedTellsNothing) {
  asked(ResultKind::mode_change).task.time = Seconds{120};
  bench_.meter_blinks = false;
  EXPECT_EQ(told().verdict.decision, Decision::inconclusive);
}

TEST_F(ToldPointTest, AClockIsReadTwice) {
  asked(ResultKind::clock_error, false).task.time = Seconds{7200};
  const PointRecord sound = told();
  EXPECT_EQ(sound.verdict.decision, Decision::pass);
  EXPECT_LT(std::abs(sound.error_percent.value()), sound.budget.value().expanded_percent());
  telling_.clock_rate = 1.01;
  const PointRecord fast = told();
  EXPECT_NEAR(fast.error_percent.value(), 1, 0.03);
  EXPECT_EQ(fast.verdict.decision, Decision::fail);
}

TEST_F(ToldPointTest, FirmwareIsOneOfThoseNamed) {
  asked(ResultKind::firmware, false).task.versions = {"5.33", "5.34"};
  EXPECT_EQ(told().verdict.decision, Decision::pass);
  plan_.points.front().task.versions = {"5.32"};
  const PointRecord point = told();
  EXPECT_EQ(point.verdict.decision, Decision::fail);
  EXPECT_THAT(text_of(point), HasSubstr("its firmware is 5.34"));
}

TEST_F(ToldPointTest, SecurityRefusesAndLogsWhoMayNot) {
  asked(ResultKind::security, false);
  EXPECT_EQ(told().verdict.decision, Decision::pass);
  telling_.logs_wrong_passwords = false;
  EXPECT_THAT(text_of(told()), HasSubstr("left no event"));
  telling_.tells_passwords = true;
  EXPECT_THAT(text_of(told()), HasSubstr("tells its passwords"));
  telling_.takes_any_password = true;
  const PointRecord point = told();
  EXPECT_THAT(text_of(point), HasSubstr("a wrong password is taken"));
  EXPECT_EQ(point.verdict.decision, Decision::fail);
}

TEST_F(ToldPointTest, DisplaysAreScrolledThrough) {
  asked(ResultKind::display, false).task.shows = {"segments", "firmware", "kWh", "kW", "error"};
  EXPECT_EQ(told().verdict.decision, Decision::pass);
  telling_.texts[2] = "DEL 0.900 kWh";  // the register has 0
  const PointRecord point = told();
  EXPECT_EQ(point.verdict.decision, Decision::fail);
  EXPECT_THAT(text_of(point), HasSubstr("no kWh on the display"));
  EXPECT_THAT(text_of(point), HasSubstr("DEL 0.900 kWh"));
}

TEST_F(ToldPointTest, SwitchesDoWhatTheyAreFor) {
  for (const char* name : {"display_scroll", "demand_reset", "test_mode", "disconnect"}) {
    asked(ResultKind::press, false).task.meter_switch = name;
    EXPECT_EQ(told().verdict.decision, Decision::pass) << name;
  }
  telling_.scrolls = false;
  asked(ResultKind::press, false).task.meter_switch = "display_scroll";
  EXPECT_EQ(told().verdict.decision, Decision::fail);
  station_->controls = nullptr;
  const PointRecord point = told();
  EXPECT_EQ(point.verdict.decision, Decision::inconclusive);
  EXPECT_THAT(text_of(point), HasSubstr("presses no switches"));
}

TEST_F(ToldPointTest, AServiceDisconnectIsClosedBeforeAnyLoadAndItsStateOnRecord) {
  asked(ResultKind::firmware, false).task.versions = {"5.34"};
  EXPECT_THAT(events(run(), "disconnect"), ::testing::IsEmpty()) << "a meter without one";
  plan_.meters.at("A").disconnect = true;
  EXPECT_THAT(events(run(), "disconnect"),
              ElementsAre("was open, is closed before any load", "is closed in the end"));
  telling_.refuses_procedures = true;
  const RunOutcome refused = run();
  EXPECT_THAT(refused.points.at(0).verdict.basis.text(), HasSubstr("its disconnect may be open"));
}

TEST_F(ToldPointTest, ADisplayThatDoesNotFollowItsSwitchIsToldBeforeTheFirstLoad) {
  asked(ResultKind::firmware, false).task.versions = {"5.34"};
  EXPECT_THAT(events(run(), "switches_unproven"), ::testing::IsEmpty());
  telling_.scrolls = false;
  EXPECT_THAT(events(run(), "switches_unproven"), ElementsAre(HasSubstr("does not follow")));
}

TEST_F(ToldPointTest, ABenchFaultUnderItsLoadEndsTheRun) {
  asked(ResultKind::demand_error);
  bench_.trips_at = instant_at(600);
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::bench_fault);
  EXPECT_THAT(kinds(outcome.points.at(0)), ElementsAre("fault"));
}

TEST_F(ToldPointTest, APersonMaySkipIt) {
  asked(ResultKind::demand_error);
  reactor_.at(instant_at(600), [this] { control_.skip("anna"); });
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::not_passed);
  EXPECT_THAT(kinds(outcome.points.at(0)), ElementsAre("skipped"));
  EXPECT_FALSE(bench_.on);
}

class DipsTest : public ToldPointTest {
 protected:
  DipsTest() {
    PlannedPoint& point = asked(ResultKind::dips, false);
    point.task.dips = {{Ratio{0}, Seconds{1}, 3, Seconds{0.05}}, {Ratio{0.5}, Seconds{60}}};
    point.task.allowed = Seconds{3.6};  // 48 Wh of 240 V and 200 A
  }
  void each_dip_brings(double joules) {
    bench_.on_dip = [this, joules](const VoltageDip&) { bench_.meters["A"].delivered_j += joules; };
  }
};

TEST_F(DipsTest, ChangeNothingInASoundMeter) {
  const PointRecord point = told();
  EXPECT_EQ(point.verdict.decision, Decision::pass) << text_of(point);
  EXPECT_THAT(text_of(point), HasSubstr("0 LED pulses"));
  EXPECT_EQ(std::ranges::count(bench_.calls, "source dip"), 2);
}

TEST_F(DipsTest, MayBringSoMuchEnergyAndNoMore) {
  each_dip_brings(0.5 * 3600);
  EXPECT_EQ(told().verdict.decision, Decision::pass);
  each_dip_brings(25 * 3600);
  const PointRecord point = told();
  EXPECT_EQ(point.verdict.decision, Decision::fail);
  EXPECT_THAT(text_of(point), HasSubstr("went on by at most 50.000 Wh, 48.000 Wh are allowed"));
}

TEST_F(DipsTest, MayLoseNothing) {
  bench_.meters["A"].delivered_j = 100 * 3600;
  each_dip_brings(-1 * 3600);
  const PointRecord point = told();
  EXPECT_EQ(point.verdict.decision, Decision::fail);
  EXPECT_THAT(text_of(point), HasSubstr("2.000 Wh were lost"));
}

TEST_F(DipsTest, MayResetNoDemand) {
  bench_.on_dip = [this](const VoltageDip&) { ++telling_.resets; };
  const PointRecord point = told();
  EXPECT_EQ(point.verdict.decision, Decision::fail);
  EXPECT_THAT(text_of(point), HasSubstr("the demand was reset"));
}

}  // namespace
}  // namespace meterbench
