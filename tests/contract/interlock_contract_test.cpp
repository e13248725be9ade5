// What every interlock keeps, whoever made it, and the switches that it presses. Here each driver meets its
// simulator; beside each driver its driver_test meets the golden bytes of the facts.
#include "tests/contract/identity.h"
#include "tests/contract/spoilt_session.h"

namespace meterbench::contract {
namespace {

constexpr Duration kLimit = 10s;    ///< the longest that anything may take
constexpr Duration kWatchdog = 1s;  ///< without a trigger all drops
constexpr Duration kTrigger = 200ms;
/// How much later than that the world may be dark.
constexpr Duration kSlack = 150ms;

struct InterlockRig : Surroundings {
  explicit InterlockRig(const DriverEntry& driver)
      : Surroundings{{.settle_s = 0}},
        line{*this, driver,
             make_simulator(driver, switched_world(), {{{"output_1", "switch.A.demand_reset"}}, {}})},
        made{std::get<InterlockDriver>(driver.driver).make(line.link, station_options())} {}

  Line<ModbusLink> line;
  MadeInterlock made;
  int presses = 0;
  bool down = false;

  Result<std::string> identify() {
    return finish<std::string>("identify", kLimit,
                               [&](auto done) { made.interlock->start_identify(std::move(done)); });
  }
  Result<void> arm() {
    return finish<void>("arm", kLimit,
                        [&](auto done) { made.interlock->start_arm(kWatchdog, std::move(done)); });
  }
  Result<InterlockState> trigger() {
    return finish<InterlockState>("trigger", kLimit,
                                  [&](auto done) { made.interlock->start_trigger(std::move(done)); });
  }
  Result<InterlockState> read() {
    return finish<InterlockState>("read", kLimit,
                                  [&](auto done) { made.interlock->start_read(std::move(done)); });
  }
  Result<void> disarm() {
    return finish<void>("disarm", kLimit, [&](auto done) { made.interlock->start_disarm(std::move(done)); });
  }
  /// What a source does as soon as its output stage is enabled.
  void energise() {
    world.source().apply(reactor.now(), {.voltage = {virtual_lab::Phasor{120}, {}}, .current = {}});
  }
  [[nodiscard]] bool energised() { return world.source().energised(); }

  void expect_dark_after_disarming() {
    for (const char* time : {"first", "second"}) {
      const auto result = disarm();
      EXPECT_TRUE(result) << time << ": " << result.error().text();
      EXPECT_FALSE(energised()) << time;
      EXPECT_FALSE(world.safety().relay_closed()) << time;
    }
    energise();
    EXPECT_FALSE(energised()) << "what is not enabled cannot be energised";
  }

 private:
  virtual_lab::World& switched_world() {
    world.add_switch("switch.A.demand_reset", [this](bool pressed) {
      presses += pressed && !down ? 1 : 0;
      down = pressed;
    });
    return world;
  }
};

class InterlockContract : public testing::TestWithParam<const DriverEntry*> {
 protected:
  InterlockRig rig{*GetParam()};
};

TEST_P(InterlockContract, TellsTheSameIdentityWheneverItIsAsked) { expect_steady_identity(rig); }

TEST_P(InterlockContract, HoldsTheRelayAsLongAsItIsTriggered) {
  const auto armed = rig.arm();
  ASSERT_TRUE(armed) << armed.error().text();
  EXPECT_TRUE(rig.world.safety().relay_closed());
  rig.energise();
  for (int n = 0; n < 50; ++n) {
    rig.pass(kTrigger);
    const auto state = rig.trigger();
    ASSERT_TRUE(state) << state.error().text();
    EXPECT_TRUE(state->relay_closed && state->watchdog_running && state->hindrance().empty());
  }
  EXPECT_TRUE(rig.energised());
  rig.expect_dark_after_disarming();
  const auto state = rig.read();
  ASSERT_TRUE(state) << state.error().text();
  EXPECT_FALSE(state->relay_closed || state->watchdog_running);
}

TEST_P(InterlockContract, DropsWhenNobodyTriggers) {
  ASSERT_TRUE(rig.arm());
  rig.energise();
  rig.pass(kWatchdog + kSlack);
  EXPECT_FALSE(rig.energised());
  EXPECT_EQ(rig.trigger().error().code, Errc::tripped);
  EXPECT_FALSE(rig.energised()) << "a trigger that comes too late closes nothing";
  EXPECT_TRUE(rig.arm()) << "and can be armed again";
}

TEST_P(InterlockContract, DropsThoughSomebodyLooks) {
  ASSERT_TRUE(rig.arm());
  rig.energise();
  for (int n = 0; n < 6; ++n) {
    rig.pass(kTrigger);
    EXPECT_TRUE(rig.read());
  }
  EXPECT_FALSE(rig.energised());
}

TEST_P(InterlockContract, DropsWhenTheLinkIsLost) {
  ASSERT_TRUE(rig.arm());
  rig.energise();
  rig.line.link.close();
  EXPECT_EQ(rig.trigger().error().code, Errc::disconnected) << "not triggered until it is armed again";
  rig.pass(kWatchdog + kSlack);
  EXPECT_FALSE(rig.energised());
  EXPECT_TRUE(rig.arm());
}

TEST_P(InterlockContract, IsNotTriggeredBeforeItIsArmed) {
  EXPECT_FALSE(rig.trigger());
  ASSERT_TRUE(rig.disarm());
  EXPECT_EQ(rig.trigger().error().code, Errc::refused);
}

TEST_P(InterlockContract, RefusesToBeArmedWhileThereIsAHindrance) {
  auto& loop = rig.world.safety();
  const std::vector<std::function<void(bool)>> hindrances{
      [&](bool fine) { loop.set_emergency_stop(rig.reactor.now(), fine); },
      [&](bool fine) { loop.door_closed = fine; }, [&](bool fine) { loop.meters_seated = fine; }};
  for (const auto& set : hindrances) {
    set(false);
    const auto armed = rig.arm();
    ASSERT_FALSE(armed);
    EXPECT_EQ(armed.error().code, Errc::refused);
    EXPECT_FALSE(loop.relay_closed());
    const auto state = rig.read();
    ASSERT_TRUE(state) << state.error().text();
    EXPECT_FALSE(state->hindrance().empty());
    set(true);
  }
  EXPECT_TRUE(rig.arm());
}

TEST_P(InterlockContract, SendsNothingForAWatchdogThatItCannotKeep) {
  for (const Duration limit : {Duration{}, Duration{-1s}, Duration{24h * 365}})
    EXPECT_EQ(rig.finish<void>("arm", kLimit,
                               [&](auto done) { rig.made.interlock->start_arm(limit, std::move(done)); })
                  .error()
                  .code,
              Errc::out_of_range);
  EXPECT_EQ(rig.plot.messages(), 0U);
}

TEST_P(InterlockContract, OpensFromAnyState) {
  rig.expect_dark_after_disarming();  // never opened
  ASSERT_TRUE(rig.arm());
  rig.energise();
  rig.expect_dark_after_disarming();  // armed
  ASSERT_TRUE(rig.arm());
  rig.energise();
  rig.pass(kWatchdog + kSlack);
  rig.expect_dark_after_disarming();  // expired
  ASSERT_TRUE(rig.arm());
  rig.energise();
  rig.line.link.close();
  EXPECT_TRUE(rig.energised()) << "what is lost cannot be opened yet";
  rig.expect_dark_after_disarming();  // link lost
  EXPECT_TRUE(rig.arm());
}

TEST_P(InterlockContract, OpensAtAnyInstantOfArming) {
  int closed = 0;
  for (Duration when{}; when < 100ms; when += 1ms) {
    SCOPED_TRACE(when.count());
    InterlockRig one{*GetParam()};
    std::optional<Result<void>> armed;
    one.made.interlock->start_arm(kWatchdog, [&](Result<void> result) { armed = std::move(result); });
    one.pass(when);
    if (one.world.safety().relay_closed()) ++closed;
    one.energise();
    one.expect_dark_after_disarming();
    one.pass(5s);
    EXPECT_FALSE(one.world.safety().relay_closed()) << "nothing closes it again";
    EXPECT_TRUE(armed);
  }
  EXPECT_GT(closed, 0) << "some must have come after the relay was closed";
}

TEST_P(InterlockContract, PressesASwitchAndLetsGo) {
  if (rig.made.controls == nullptr) GTEST_SKIP() << "no fingers";
  std::optional<Result<void>> pressed;
  rig.made.controls->start_press("A", MeterSwitch::demand_reset, 2s,
                                 [&](Result<void> result) { pressed = std::move(result); });
  rig.pass(1900ms);
  EXPECT_TRUE(rig.down);
  EXPECT_FALSE(pressed);
  rig.pass(1s);
  ASSERT_TRUE(pressed);
  EXPECT_TRUE(*pressed) << pressed->error().text();
  EXPECT_FALSE(rig.down);
  EXPECT_EQ(rig.presses, 1);
  rig.made.controls->start_press("B", MeterSwitch::demand_reset, 2s,
                                 [&](Result<void> result) { pressed = std::move(result); });
  EXPECT_EQ(pressed->error().code, Errc::refused) << "no finger is mounted there";
}

INSTANTIATE_TEST_SUITE_P(Every, InterlockContract, testing::ValuesIn(drivers_of<InterlockDriver>()),
                         DriverName{});

// --- One message spoilt ---

class SpoiltInterlockSession : public SpoiltSession {};

TEST_P(SpoiltInterlockSession, NeverTellsOfARelayThatIsNotSoAndCanBeOpened) {
  const auto state_of = [](InterlockRig& rig) {
    return [&rig](const InterlockState& state) {
      EXPECT_EQ(state.relay_closed, rig.world.safety().relay_closed());
      EXPECT_EQ(state.relay_closed, state.watchdog_running);
      EXPECT_TRUE(state.hindrance().empty());
    };
  };
  const auto triggers = [state_of](InterlockRig& rig) {
    rig.pass(kTrigger);
    return rig.trigger().map(state_of(rig));
  };
  const std::vector<Step<InterlockRig>> session{
      identified<InterlockRig>(),
      {"arm",
       [](InterlockRig& rig) {
         return rig.arm().map([&] {
           EXPECT_TRUE(rig.world.safety().relay_closed());
           rig.energise();
         });
       }},
      {"trigger", triggers},
      {"trigger again", triggers},
      {"read", [state_of](InterlockRig& rig) { return rig.read().map(state_of(rig)); }},
      {"disarm", [](InterlockRig& rig) { return rig.disarm().map([&] { EXPECT_FALSE(rig.energised()); }); }}};
  expect_survival<InterlockRig>([] { return std::make_unique<InterlockRig>(driver()); }, session, how(),
                                [](InterlockRig& rig) { rig.expect_dark_after_disarming(); });
}
INSTANTIATE_TEST_SUITE_P(Every, SpoiltInterlockSession,
                         testing::Combine(testing::ValuesIn(drivers_of<InterlockDriver>()),
                                          testing::ValuesIn(kTamperings)),
                         SpoiltName{});

class SpoiltPress : public SpoiltSession {};

TEST_P(SpoiltPress, NeverLeavesASwitchDown) {
  const std::vector<Step<InterlockRig>> session{{"press", [](InterlockRig& rig) {
                                                   if (rig.made.controls == nullptr) return Result<void>{};
                                                   return rig
                                                       .finish<void>("press", kLimit,
                                                                     [&](auto done) {
                                                                       rig.made.controls->start_press(
                                                                           "A", MeterSwitch::demand_reset,
                                                                           500ms, std::move(done));
                                                                     })
                                                       .map([&] { EXPECT_FALSE(rig.down); });
                                                 }}};
  expect_survival<InterlockRig>([] { return std::make_unique<InterlockRig>(driver()); }, session, how(),
                                [](InterlockRig& rig) {
                                  rig.pass(1s);
                                  EXPECT_FALSE(rig.down);
                                });
}
INSTANTIATE_TEST_SUITE_P(Every, SpoiltPress,
                         testing::Combine(testing::ValuesIn(drivers_of<InterlockDriver>()),
                                          testing::ValuesIn(kTamperings)),
                         SpoiltName{});

}  // namespace
}  // namespace meterbench::contract
