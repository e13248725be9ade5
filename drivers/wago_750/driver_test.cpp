// Against PDUs by the rules of instruments.md 9.1; its golden frame is kRelayOn.
#include "drivers/wago_750/driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "bench/core/simulated_reactor.h"
#include "tests/support/modbus_support.h"

namespace meterbench::wago_750 {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;
using Exchange = ScriptedModbusFarEnd::Exchange;
using Script = ScriptedModbusFarEnd::Script;

Exchange echoed(const std::string& request) { return {request, request}; }

const Exchange kRelayOn = echoed("05 00 00 FF 00");
const Exchange kRelayOff = echoed("05 00 00 00 00");
const Exchange kFingerOn = echoed("05 00 01 FF 00");
const Exchange kFingerOff = echoed("05 00 01 00 00");
const Exchange kStop = echoed("06 10 08 AA 55");
const Exchange kInactive{"03 10 06 00 01", "03 02 00 00"};
const Exchange kActive{"03 10 06 00 01", "03 02 00 01"};
const Exchange kExpired{"03 10 06 00 01", "03 02 00 02"};
const Exchange kAllWell{"02 00 00 00 03", "02 01 07"};
const Exchange kNothingOn{"01 02 00 00 02", "01 01 00"};
const Exchange kRelayReadsOn{"01 02 00 00 02", "01 01 01"};
const Exchange kFingerReadsOn{"01 02 00 00 02", "01 01 02"};
const Exchange kSettings{"03 10 00 00 04", "03 08 00 0A 00 00 00 00 00 07"};

Script joined(std::initializer_list<Script> parts) {
  Script all;
  for (const Script& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

const Script kOpening{kRelayOff, kNothingOn, kStop, kInactive};
const Script kLooking{kAllWell, kNothingOn, kInactive};
const Script kPreparing{echoed("06 10 00 00 0A"), echoed("06 10 01 00 00"), echoed("06 10 02 00 00"),
                        kSettings};
const Script kStarting{echoed("06 10 03 00 08"), kActive};  // the trigger register held 7
const Script kClosing{kRelayOn, kRelayReadsOn, kActive};
const Script kArming = joined({kOpening, kLooking, kPreparing, kStarting, kClosing});
const Script kTriggering{kActive, echoed("06 10 03 00 09"), kAllWell, kRelayReadsOn};

class WagoDriver : public testing::Test {
 protected:
  void use(Script script) {
    interlock.reset();
    far_end = std::make_unique<ScriptedModbusFarEnd>(std::move(script));
    link = std::make_unique<DirectModbusLink>(reactor, "interlock", *far_end);
    interlock = std::make_unique<Wago750>(*link, wiring);
  }
  template <class T, class Start>
  Result<T> finish(Start start) {
    return await<T>(reactor, "interlock", "test", 1min, start);
  }
  Result<void> arm(Duration limit = 1s) {
    return finish<void>([&](auto done) { interlock->start_arm(limit, std::move(done)); });
  }
  Result<InterlockState> trigger() {
    return finish<InterlockState>([&](auto done) { interlock->start_trigger(std::move(done)); });
  }
  Result<InterlockState> read() {
    return finish<InterlockState>([&](auto done) { interlock->start_read(std::move(done)); });
  }
  Result<void> disarm() {
    return finish<void>([&](auto done) { interlock->start_disarm(std::move(done)); });
  }
  Result<void> press(const std::string& position = "A", MeterSwitch which = MeterSwitch::demand_reset) {
    return finish<void>([&](auto done) { interlock->start_press(position, which, 2s, std::move(done)); });
  }
  static void expect_fault(const auto& result, Errc code, const std::string& words) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code) << result.error().text();
    EXPECT_THAT(result.error().text(), HasSubstr(words));
  }

  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  WagoWiring wiring{.fingers = {{{"A", MeterSwitch::demand_reset}, 1}}};
  std::unique_ptr<ScriptedModbusFarEnd> far_end;
  std::unique_ptr<DirectModbusLink> link;
  std::unique_ptr<Wago750> interlock;
};

// --- Identity and state ---

TEST_F(WagoDriver, IdentifiesItselfAndHasWhatTheWiringNeeds) {
  use({{"03 20 11 00 02", "03 04 02 EE 01 60"}, {"03 10 24 00 02", "03 04 00 08 00 04"}});
  const auto identity = finish<std::string>([&](auto done) { interlock->start_identify(std::move(done)); });
  ASSERT_TRUE(identity) << identity.error().text();
  EXPECT_EQ(*identity, "WAGO 750-352, 8 outputs, 4 inputs");
}

TEST_F(WagoDriver, ACouplerWithTooFewTerminalsIsRefused) {
  for (const char* counts : {"03 04 00 01 00 04", "03 04 00 08 00 02"}) {
    use({{"03 20 11 00 02", "03 04 02 EE 01 60"}, {"03 10 24 00 02", counts}});
    expect_fault(finish<std::string>([&](auto done) { interlock->start_identify(std::move(done)); }),
                 Errc::refused, "needs 2 outputs and 3 inputs");
  }
}

TEST_F(WagoDriver, AnImpossibleWiringIsABadConfiguration) {
  use({});
  EXPECT_THROW((Wago750{*link, {.relay = 1, .fingers = wiring.fingers}}), std::invalid_argument);
  EXPECT_THROW((Wago750{*link, {.relay = 512}}), std::invalid_argument);
  EXPECT_THROW((Wago750{*link, {.door = -1}}), std::invalid_argument);
}

TEST_F(WagoDriver, ReadsEveryInputTheRelayAndTheWatchdog) {
  struct Case {
    const char* inputs;
    bool healthy, closed, seated;
  };
  for (const Case& c : {Case{"02 01 07", true, true, true},
                        {"02 01 06", false, true, true},
                        {"02 01 05", true, false, true},
                        {"02 01 03", true, true, false}}) {
    use({kActive, {kAllWell.request, c.inputs}, kRelayReadsOn});
    const auto state = read();
    ASSERT_TRUE(state) << state.error().text();
    EXPECT_EQ(state->emergency_stop_healthy, c.healthy);
    EXPECT_EQ(state->door_closed, c.closed);
    EXPECT_EQ(state->meters_seated, c.seated);
    EXPECT_TRUE(state->relay_closed);
    EXPECT_TRUE(state->watchdog_running);
  }
  use({kExpired, kAllWell, kFingerReadsOn});
  const auto state = read();
  ASSERT_TRUE(state);
  EXPECT_FALSE(state->relay_closed);
  EXPECT_FALSE(state->watchdog_running);
}

TEST_F(WagoDriver, TakesItsWiringAsItIs) {
  wiring = {.emergency_stop = 3, .door = 0, .seated = 1, .relay = 2, .fingers = {}};
  use({kActive, {"02 00 00 00 04", "02 01 01"}, {"01 02 00 00 03", "01 01 04"}});
  const auto state = read();
  ASSERT_TRUE(state);
  EXPECT_FALSE(state->emergency_stop_healthy);
  EXPECT_TRUE(state->door_closed);
  EXPECT_FALSE(state->meters_seated);
  EXPECT_TRUE(state->relay_closed);
}

// --- Arming ---

TEST_F(WagoDriver, ArmsFromAnOpenRelayAndReadsEverythingBack) {
  use(kArming);
  const auto done = arm();
  EXPECT_TRUE(done) << done.error().text();
}

TEST_F(WagoDriver, ArmsAfterAnExpiryThoughOutputsCannotBeWrittenThen) {
  Script after_expiry = kArming;
  after_expiry[0].reply = "85 04";
  use(after_expiry);
  EXPECT_TRUE(arm());
}

TEST_F(WagoDriver, WritesNoWatchdogTimeThatTheCouplerCannotHold) {
  use({});
  expect_fault(arm(99ms), Errc::out_of_range, "0.1 … 6553.5 s");
  expect_fault(arm(6554s), Errc::out_of_range, "0.1 … 6553.5 s");
}

TEST_F(WagoDriver, IsNotArmedWhileThereIsAHindrance) {
  for (const auto& [inputs, words] :
       {std::pair{"02 01 06", "emergency stop"}, {"02 01 05", "door is open"}, {"02 01 03", "not seated"}}) {
    use(joined({kOpening, {{kAllWell.request, inputs}, kNothingOn, kInactive}}));
    expect_fault(arm(), Errc::refused, words);
  }
}

TEST_F(WagoDriver, ARelayThatStaysOnIsImplausible) {
  use({kRelayOff, kRelayReadsOn});
  expect_fault(arm(), Errc::implausible, "stays on");
}

TEST_F(WagoDriver, ARelayThatStaysOffIsImplausible) {
  use(joined({kOpening, kLooking, kPreparing, kStarting, {kRelayOn, kNothingOn, kActive}}));
  expect_fault(arm(), Errc::implausible, "stays off");
}

TEST_F(WagoDriver, WatchdogSettingsThatDoNotHoldAreRefused) {
  for (const char* held :
       {"03 08 00 64 00 00 00 00 00 07", "03 08 00 0A 00 04 00 00 00 07", "03 08 00 0A 00 00 00 01 00 07"}) {
    Script preparing = kPreparing;
    preparing.back().reply = held;
    use(joined({kOpening, kLooking, preparing}));
    expect_fault(arm(), Errc::refused, "time and masks read");
  }
}

TEST_F(WagoDriver, TheRelayIsNotClosedUnlessTheWatchdogRuns) {
  use(joined({kOpening, kLooking, kPreparing, {kStarting[0], kInactive}}));
  expect_fault(arm(), Errc::refused, "start watchdog");
  use({kRelayOff, kNothingOn, kStop, kActive});
  expect_fault(arm(), Errc::refused, "stop watchdog");
}

TEST_F(WagoDriver, NeverTriggersByTheValueThatIsThereOrBy0) {
  Script preparing = kPreparing;
  preparing.back().reply = "03 08 00 0A 00 00 00 00 FF FF";
  use(joined({kOpening, kLooking, preparing, {echoed("06 10 03 00 01"), kActive}, kClosing}));
  EXPECT_TRUE(arm());
}

TEST_F(WagoDriver, ADisarmThatComesInBetweenWins) {
  use(joined(
      {kOpening, kLooking, kPreparing, {kStarting[0]}, {kRelayOff, kActive, kNothingOn, kStop, kInactive}}));
  Result<void> armed;
  interlock->start_arm(1s, [&](const Result<void>& result) { armed = result; });
  ASSERT_EQ(reactor.run_until([&] { return far_end->spoken() == 12; }, reactor.now() + 1s),
            Reactor::Waited::done);
  EXPECT_TRUE(disarm());
  expect_fault(armed, Errc::stopped, "disarmed meanwhile");
}

TEST_F(WagoDriver, ADisarmWhileTheWatchdogIsBeingSetIsNotFollowedByItsStart) {
  use(joined({kOpening,
              kLooking,
              {kPreparing[0]},
              {kRelayOff, kPreparing[1], kNothingOn, kPreparing[2], kStop, kPreparing[3], kInactive}}));
  Result<void> armed;
  interlock->start_arm(1s, [&](const Result<void>& result) { armed = result; });
  ASSERT_EQ(reactor.run_until([&] { return far_end->spoken() == 8; }, reactor.now() + 1s),
            Reactor::Waited::done);
  EXPECT_TRUE(disarm());
  expect_fault(armed, Errc::stopped, "disarmed meanwhile");
}

// --- Triggering ---

TEST_F(WagoDriver, TriggersWithANewValueAndReadsEverythingBack) {
  use(joined({kArming,
              kTriggering,
              {kActive, echoed("06 10 03 00 0A"), {kAllWell.request, "02 01 05"}, kRelayReadsOn}}));
  ASSERT_TRUE(arm());
  auto state = trigger();
  ASSERT_TRUE(state) << state.error().text();
  EXPECT_EQ(state->hindrance(), "");
  EXPECT_TRUE(state->relay_closed);
  EXPECT_TRUE(state->watchdog_running);
  state = trigger();
  ASSERT_TRUE(state);
  EXPECT_EQ(state->hindrance(), "the door is open");
}

TEST_F(WagoDriver, TriggersNothingThatWasNotArmed) {
  use({kActive, kAllWell, kRelayReadsOn});
  expect_fault(trigger(), Errc::disconnected, "not armed");
  ASSERT_TRUE(read());
  expect_fault(trigger(), Errc::refused, "not armed");
}

TEST_F(WagoDriver, AnExpiredWatchdogIsATripAndIsNotStartedAnew) {
  use(joined({kArming, {kExpired}}));
  ASSERT_TRUE(arm());
  expect_fault(trigger(), Errc::tripped, "watchdog has expired");
  expect_fault(trigger(), Errc::refused, "not armed");
}

TEST_F(WagoDriver, ARebootedCouplerIsATrip) {
  use(joined({kArming, {kInactive}}));
  ASSERT_TRUE(arm());
  expect_fault(trigger(), Errc::tripped, "restarted");
}

TEST_F(WagoDriver, ARelayThatOpenedByItselfIsImplausible) {
  Script opened = kTriggering;
  opened.back() = kNothingOn;
  use(joined({kArming, opened}));
  ASSERT_TRUE(arm());
  expect_fault(trigger(), Errc::implausible, "reads off though it was switched on");
}

TEST_F(WagoDriver, ATimeOutClosesTheLinkAndNothingIsTriggeredAnyMore) {
  use(joined({kArming, {{kActive.request, ""}}, {kInactive, kAllWell, kNothingOn}}));
  ASSERT_TRUE(arm());
  expect_fault(trigger(), Errc::timeout, "read watchdog state");
  EXPECT_FALSE(link->is_open());
  expect_fault(trigger(), Errc::disconnected, "not armed");
  ASSERT_TRUE(read());  // connects again
  expect_fault(trigger(), Errc::refused, "not armed");
}

TEST_F(WagoDriver, ALateReplyIsNotTakenForTheNext) {
  Script late = kTriggering;
  late.resize(1);
  late[0].delay = 150ms;
  use(joined({kArming, late, {kInactive, kAllWell, kNothingOn}}));
  ASSERT_TRUE(arm());
  expect_fault(trigger(), Errc::timeout, "read watchdog state");
  const auto state = read();
  ASSERT_TRUE(state);
  EXPECT_FALSE(state->watchdog_running);
}

TEST_F(WagoDriver, AGarbledOrHalfReplyIsAFault) {
  use({{kActive.request, kActive.reply, {}, ModbusMishap::wrong_transaction}});
  expect_fault(read(), Errc::garbled, "read watchdog state");
  use({{kActive.request, kActive.reply, {}, ModbusMishap::cut_short}});
  expect_fault(read(), Errc::timeout, "read watchdog state");
}

TEST_F(WagoDriver, ALinkLostAfterAnyMessageOfArmingLeavesItUnarmed) {
  for (std::size_t n = 1; n <= kArming.size(); ++n) {
    use(Script(kArming.begin(), kArming.begin() + static_cast<std::ptrdiff_t>(n)));
    link->break_after(n);
    expect_fault(arm(), Errc::disconnected, "reset by peer");
    expect_fault(trigger(), Errc::disconnected, "not armed");
  }
}

TEST_F(WagoDriver, NobodyThereIsDisconnected) {
  use({});
  link->set_absent(true);
  expect_fault(arm(), Errc::disconnected, "nobody");
  expect_fault(read(), Errc::disconnected, "nobody");
  expect_fault(disarm(), Errc::disconnected, "nobody");
  expect_fault(press(), Errc::disconnected, "nobody");
}

// --- Disarming ---

TEST_F(WagoDriver, DisarmsFromAnyStateAnyNumberOfTimes) {
  use(joined({kOpening, kArming, kTriggering, kOpening, kOpening}));
  EXPECT_TRUE(disarm());
  ASSERT_TRUE(arm());
  ASSERT_TRUE(trigger());
  EXPECT_TRUE(disarm());
  EXPECT_TRUE(disarm());
  expect_fault(trigger(), Errc::refused, "not armed");
}

TEST_F(WagoDriver, DisarmsOnANewConnectionWhenTheOldOneIsLost) {
  for (std::size_t n = 1; n <= kOpening.size(); ++n) {
    use(joined({Script(kOpening.begin(), kOpening.begin() + static_cast<std::ptrdiff_t>(n)), kOpening}));
    link->break_after(n);
    EXPECT_TRUE(disarm());
    EXPECT_EQ(far_end->openings(), 2);
  }
}

TEST_F(WagoDriver, ARelayThatDoesNotOpenIsTold) {
  use({kRelayOff, kRelayReadsOn});
  expect_fault(disarm(), Errc::implausible, "stays on");
}

TEST_F(WagoDriver, OpensTheRelayThoughATriggerIsUnderWay) {
  use(joined({kArming, {kActive}, kOpening}));
  ASSERT_TRUE(arm());
  Result<InterlockState> triggered;
  interlock->start_trigger([&](Result<InterlockState> result) { triggered = std::move(result); });
  EXPECT_TRUE(disarm());
  expect_fault(triggered, Errc::stopped, "disarmed meanwhile");
}

// --- Fingers ---

TEST_F(WagoDriver, HoldsASwitchForItsTimeAndLetsGo) {
  use({kFingerOn, kFingerReadsOn, kFingerOff, kNothingOn});
  const auto done = press();
  EXPECT_TRUE(done) << done.error().text();
  EXPECT_EQ(far_end->times()[2] - far_end->times()[1], Duration{2s});
}

TEST_F(WagoDriver, TriggersWhileASwitchIsHeld) {
  wiring.fingers = {{{"A", MeterSwitch::demand_reset}, 1}};
  Script triggering = kTriggering;
  triggering.back().reply = "01 01 03";
  use(joined(
      {kArming, {kFingerOn, {kNothingOn.request, "01 01 03"}}, triggering, {kFingerOff, kRelayReadsOn}}));
  ASSERT_TRUE(arm());
  Result<void> pressed = tl::unexpected{Fault{}};
  interlock->start_press("A", MeterSwitch::demand_reset, 2s,
                         [&](const Result<void>& result) { pressed = result; });
  ASSERT_TRUE(reactor.wait_until(reactor.now() + 1s));
  EXPECT_TRUE(trigger());
  ASSERT_TRUE(reactor.wait_until(reactor.now() + 1s));
  EXPECT_TRUE(pressed);
}

TEST_F(WagoDriver, PressesNothingWhereNoFingerIsMounted) {
  use({});
  expect_fault(press("B"), Errc::refused, "no finger");
  expect_fault(press("A", MeterSwitch::test_mode), Errc::refused, "press test_mode at A");
}

TEST_F(WagoDriver, PressesNothingTwiceAtATime) {
  use({kFingerOn, kFingerReadsOn, kFingerOff, kNothingOn});
  bool let_go = false;
  interlock->start_press("A", MeterSwitch::demand_reset, 1s, [&](const Result<void>& result) {
    EXPECT_TRUE(result);
    let_go = true;
  });
  expect_fault(press(), Errc::refused, "pressed already");
  ASSERT_TRUE(reactor.wait_until(reactor.now() + 2s));
  EXPECT_TRUE(let_go);
}

TEST_F(WagoDriver, AFingerThatDoesNotMoveIsImplausibleAndLetGo) {
  use({kFingerOn, kNothingOn, kFingerOff, kNothingOn});
  expect_fault(press(), Errc::implausible, "stays off");
  use({kFingerOn, kFingerReadsOn, kFingerOff, kFingerReadsOn});
  expect_fault(press(), Errc::implausible, "stays on");
}

TEST_F(WagoDriver, LetsGoOnANewConnectionWhenTheLinkIsLostWhilePressing) {
  use({kFingerOn, kFingerOff, kNothingOn});
  link->break_after(1);
  expect_fault(press(), Errc::disconnected, "reset by peer");
  EXPECT_EQ(far_end->openings(), 2);
}

TEST_F(WagoDriver, EndsWithAFingerDownWithoutHarm) {
  use({kFingerOn, kFingerReadsOn});
  interlock->start_press("A", MeterSwitch::demand_reset, 1s, [](const Result<void>&) {});
  ASSERT_TRUE(reactor.wait_until(reactor.now() + 500ms));
  interlock.reset();
  EXPECT_TRUE(reactor.wait_until(reactor.now() + 2s));
}

}  // namespace
}  // namespace meterbench::wago_750
