#include <gtest/gtest.h>

#include "bench/core/simulated_reactor.h"
#include "drivers/far_end/far_end.h"
#include "drivers/far_end/usb_far_end.h"
#include "drivers/link/memory_modbus_link.h"
#include "drivers/virtual_lab/world/world.h"
#include "drivers/wago_750/driver.h"
#include "drivers/wago_750/simulator.h"

namespace meterbench::wago_750 {
namespace {

using namespace std::chrono_literals;
using virtual_lab::ScriptedFault;

class WagoTogether : public testing::Test {
 protected:
  void make(std::vector<ScriptedFault> faults = {}) {
    world.add_switch("switch.A.demand_reset", [this](bool down) {
      if (down) ++presses;
      finger_down = down;
    });
    virtual_lab::SimulatorSettings settings;
    settings.wiring = {{"output_1", "switch.A.demand_reset"}};
    settings.faults = std::move(faults);
    settings.numbers = {{"idle_timeout_s", 0}};
    far_end = std::get<std::shared_ptr<ModbusFarEnd>>(simulator_model().make(world, settings));
    link = std::make_unique<MemoryModbusLink>(reactor, "interlock", *far_end, 1);
    interlock =
        std::make_unique<Wago750>(*link, WagoWiring{.fingers = {{{"A", MeterSwitch::demand_reset}, 1}}});
    reactor.on_advance([this](Instant now) { world.advance_to(now); });
  }
  Result<void> arm() {
    auto armed = await<void>(reactor, "interlock", "arm", 1min,
                             [&](auto done) { interlock->start_arm(1s, std::move(done)); });
    if (armed) world.source().apply(reactor.now(), {.voltage = {virtual_lab::Phasor{120}}});
    return armed;
  }
  Result<InterlockState> trigger() {
    return await<InterlockState>(reactor, "interlock", "trigger", 1min,
                                 [&](auto done) { interlock->start_trigger(std::move(done)); });
  }
  Result<void> disarm() {
    return await<void>(reactor, "interlock", "disarm", 1min,
                       [&](auto done) { interlock->start_disarm(std::move(done)); });
  }
  void wait(Duration time) { ASSERT_TRUE(reactor.wait_until(reactor.now() + time)); }

  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  virtual_lab::World world{1, {.settle_s = 0}};
  bool finger_down = false;
  int presses = 0;
  std::shared_ptr<ModbusFarEnd> far_end;
  std::unique_ptr<MemoryModbusLink> link;
  std::unique_ptr<Wago750> interlock;
};

TEST_F(WagoTogether, HoldsTheRelayAsLongAsItIsTriggered) {
  make();
  const auto identity = await<std::string>(reactor, "interlock", "identify", 1min,
                                           [&](auto done) { interlock->start_identify(std::move(done)); });
  ASSERT_TRUE(identity) << identity.error().text();
  EXPECT_EQ(*identity, "WAGO 750-352, 192 outputs, 8 inputs");
  const auto armed = arm();
  ASSERT_TRUE(armed) << armed.error().text();
  for (int n = 0; n < 50; ++n) {
    wait(200ms);
    const auto state = trigger();
    ASSERT_TRUE(state) << state.error().text();
    EXPECT_TRUE(state->relay_closed && state->watchdog_running && state->hindrance().empty());
  }
  EXPECT_TRUE(world.source().energised());
  ASSERT_TRUE(disarm());
  EXPECT_FALSE(world.source().energised());
  EXPECT_FALSE(world.safety().relay_closed());
}

TEST_F(WagoTogether, ASilentBenchLosesItsSourceWithinTheWatchdogsTime) {
  make();
  ASSERT_TRUE(arm());
  wait(1020ms);
  EXPECT_FALSE(world.source().energised());
  EXPECT_EQ(trigger().error().code, Errc::tripped);
  EXPECT_TRUE(arm()) << "and can be armed again";
  EXPECT_TRUE(world.source().energised());
}

TEST_F(WagoTogether, ABenchThatOnlyLooksLosesItsSourceToo) {
  make();
  ASSERT_TRUE(arm());
  for (int n = 0; n < 8; ++n) {
    wait(150ms);
    static_cast<void>(await<InterlockState>(reactor, "interlock", "read", 1min,
                                            [&](auto done) { interlock->start_read(std::move(done)); }));
  }
  EXPECT_FALSE(world.source().energised());
}

TEST_F(WagoTogether, PressesASwitchWhileItIsTriggered) {
  make();
  ASSERT_TRUE(arm());
  bool pressed = false;
  interlock->start_press("A", MeterSwitch::demand_reset, 2s, [&](const Result<void>& result) {
    EXPECT_TRUE(result);
    pressed = true;
  });
  for (int n = 0; n < 15; ++n) {
    wait(200ms);
    ASSERT_TRUE(trigger());
    EXPECT_EQ(finger_down, n < 9) << n;
  }
  EXPECT_TRUE(pressed);
  EXPECT_EQ(presses, 1);
}

struct Trouble {
  const char* what;
  Errc code;
  bool energised;
};
class WagoTogetherInTrouble : public WagoTogether, public testing::WithParamInterface<Trouble> {};

TEST_P(WagoTogetherInTrouble, IsAFaultOfTheNextTrigger) {
  make({{.at = instant_at(0.5), .command = {}, .what = GetParam().what}});
  ASSERT_TRUE(arm());
  wait(600ms);
  const auto state = trigger();
  ASSERT_FALSE(state);
  EXPECT_EQ(state.error().code, GetParam().code) << state.error().text();
  EXPECT_EQ(world.source().energised(), GetParam().energised);
}
INSTANTIATE_TEST_SUITE_P(Faults, WagoTogetherInTrouble,
                         testing::Values(Trouble{"watchdog_expiry", Errc::tripped, false},
                                         Trouble{"reboot", Errc::disconnected, false},
                                         Trouble{"wrong_transaction", Errc::garbled, true},
                                         Trouble{"reset", Errc::disconnected, true},
                                         Trouble{"late", Errc::timeout, true},
                                         Trouble{"silence", Errc::timeout, true}),
                         [](const auto& trouble) { return std::string{trouble.param.what}; });

struct Happening {
  const char* what;
  const char* words;
};
class WagoTogetherInSafety : public WagoTogether, public testing::WithParamInterface<Happening> {};

TEST_P(WagoTogetherInSafety, IsToldAndKeepsItFromBeingArmed) {
  make({{.at = instant_at(0.5), .command = {}, .what = GetParam().what}});
  ASSERT_TRUE(arm());
  wait(600ms);
  const auto state = trigger();
  ASSERT_TRUE(state) << state.error().text();
  EXPECT_EQ(state->hindrance(), GetParam().words);
  ASSERT_TRUE(disarm());
  EXPECT_EQ(arm().error().code, Errc::refused);
}
INSTANTIATE_TEST_SUITE_P(Happenings, WagoTogetherInSafety,
                         testing::Values(Happening{"emergency_stop",
                                                   "the emergency stop is pressed or its loop is open"},
                                         Happening{"door_open", "the door is open"},
                                         Happening{"meter_unseated", "a meter is not seated"}),
                         [](const auto& happening) { return std::string{happening.param.what}; });

TEST_F(WagoTogether, AStuckRelayShowsWhenItIsToOpen) {
  make({{.at = instant_at(0.5), .command = {}, .what = "stuck_output"}});
  ASSERT_TRUE(arm());
  wait(600ms);
  ASSERT_TRUE(trigger());
  const auto opened = disarm();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::implausible);
}

}  // namespace
}  // namespace meterbench::wago_750
