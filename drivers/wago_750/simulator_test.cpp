// The golden frame of instruments.md 9.1, and others by its rules.
#include "drivers/wago_750/simulator.h"

#include <gtest/gtest.h>

#include "drivers/far_end/far_end.h"
#include "drivers/far_end/modbus_far_end.h"
#include "drivers/far_end/usb_far_end.h"
#include "tests/support/modbus_support.h"

namespace meterbench::wago_750 {
namespace {

using virtual_lab::ScriptedFault;

constexpr const char* kRelayOn = "05 00 00 FF 00";
constexpr const char* kRelayOff = "05 00 00 00 00";
constexpr const char* kReadInputs = "02 00 00 00 03";
constexpr const char* kReadRelay = "01 02 00 00 01";
constexpr const char* kReadState = "03 10 06 00 01";

class WagoSimulator : public testing::Test {
 protected:
  WagoSimulator() { restart({}); }
  void restart(std::vector<ScriptedFault> faults, double idle_s = 0) {
    world = std::make_unique<virtual_lab::World>(1, virtual_lab::SourceOutput::Settings{});
    world->add_switch("switch.A.demand_reset", [this](bool down) { finger_down = down; });
    now = Instant{};
    finger_down = false;
    virtual_lab::SimulatorSettings settings;
    settings.wiring = {{"output_1", "switch.A.demand_reset"}};
    settings.faults = std::move(faults);
    settings.numbers = {{"idle_timeout_s", idle_s}};
    coupler = std::get<std::shared_ptr<ModbusFarEnd>>(simulator_model().make(*world, settings));
    coupler->opened(now);
  }
  std::optional<ModbusFarEnd::Reply> ask(const std::string& pdu) {
    return coupler->on_request(now, 1, bytes_of_hex(pdu));
  }
  std::string say(const std::string& pdu) {
    const auto reply = ask(pdu);
    return reply ? hex_text(reply->pdu) : "";
  }
  void wait(double seconds) {
    now += from_seconds(seconds);
    world->advance_to(now);
  }
  /// A watchdog of 1 s runs, the relay is closed, the source energised.
  void arm() {
    say("06 10 00 00 0A");
    say("06 10 03 00 01");
    say(kRelayOn);
    world->source().apply(now, {.voltage = {virtual_lab::Phasor{120}}});
    ASSERT_TRUE(world->source().energised());
  }

  Instant now;
  bool finger_down = false;
  std::unique_ptr<virtual_lab::World> world;
  std::shared_ptr<ModbusFarEnd> coupler;
};

TEST_F(WagoSimulator, BeginsWithAnOpenRelay) {
  EXPECT_FALSE(world->safety().relay_closed());
  EXPECT_EQ(say(kReadRelay), "01 01 00");
}

TEST_F(WagoSimulator, SwitchesTheRelayByTheGoldenFrame) {
  EXPECT_EQ(say(kRelayOn), kRelayOn);
  EXPECT_TRUE(world->safety().relay_closed());
  EXPECT_EQ(say(kReadRelay), "01 01 01");
  EXPECT_EQ(say(kRelayOff), kRelayOff);
  EXPECT_FALSE(world->safety().relay_closed());
}

TEST_F(WagoSimulator, PressesTheSwitchThatIsWired) {
  EXPECT_EQ(say("0F 00 01 00 02 01 01"), "0F 00 01 00 02");
  EXPECT_TRUE(finger_down);
  say("05 00 01 00 00");
  EXPECT_FALSE(finger_down);
}

TEST_F(WagoSimulator, AnswersWithinFiveMilliseconds) {
  EXPECT_LT(ask(kReadState)->due - now, std::chrono::milliseconds{5});
}

TEST_F(WagoSimulator, ShowsTheSafetyLoop) {
  EXPECT_EQ(say(kReadInputs), "02 01 07");
  EXPECT_EQ(say("01 00 00 00 03"), "01 01 07");
  world->safety().door_closed = false;
  EXPECT_EQ(say(kReadInputs), "02 01 05");
  world->safety().meters_seated = false;
  EXPECT_EQ(say(kReadInputs), "02 01 01");
  world->safety().set_emergency_stop(now, false);
  EXPECT_EQ(say(kReadInputs), "02 01 00");
}

TEST_F(WagoSimulator, HasItsRegisters) {
  EXPECT_EQ(say("03 10 00 00 05"), "03 0A 00 64 00 00 00 00 00 00 FF FF");
  EXPECT_EQ(say(kReadState), "03 02 00 00");
  EXPECT_EQ(say("03 10 24 00 02"), "03 04 00 C0 00 08");
  EXPECT_EQ(say("03 10 30 00 01"), "03 02 00 00");
  EXPECT_EQ(say("04 20 11 00 02"), "04 04 02 EE 01 60");
}

TEST_F(WagoSimulator, AnswersExceptions) {
  EXPECT_EQ(say("03 11 00 00 01"), "83 02");
  EXPECT_EQ(say("01 01 00 00 01"), "81 02");
  EXPECT_EQ(say("05 00 C0 FF 00"), "85 02");
  EXPECT_EQ(say("06 10 08 12 34"), "86 03");
  EXPECT_EQ(say("06 10 06 00 00"), "86 02");
  EXPECT_EQ(say("2B 0E 01 00 00"), "AB 01");
}

TEST_F(WagoSimulator, ItsWatchdogRunsFromTheFirstTriggerAndLivesByChanges) {
  arm();
  EXPECT_EQ(say(kReadState), "03 02 00 01");
  for (int n = 2; n < 12; ++n) {
    wait(0.9);
    EXPECT_EQ(say("06 10 03 00 0" + std::string(1, "0123456789AB"[n])).substr(0, 2), "06");
  }
  EXPECT_TRUE(world->safety().relay_closed());
  EXPECT_TRUE(world->source().energised());
  EXPECT_EQ(say("03 10 04 00 01"), "03 02 00 01");  // 0.1 s was the least that was left
}

TEST_F(WagoSimulator, OnExpiryAllOutputsDropThoughNobodyTalks) {
  arm();
  say("05 00 01 FF 00");
  ASSERT_TRUE(finger_down);
  wait(0.98);
  EXPECT_TRUE(world->source().energised());
  wait(0.04);
  EXPECT_FALSE(world->source().energised());
  EXPECT_FALSE(world->safety().relay_closed());
  EXPECT_FALSE(finger_down);
  EXPECT_EQ(say(kReadState), "03 02 00 02");
  EXPECT_EQ(say(kReadRelay), "01 01 00");
}

TEST_F(WagoSimulator, TheSameValueAgainTriggersNothing) {
  arm();
  wait(0.9);
  say("06 10 03 00 01");
  wait(0.2);
  EXPECT_EQ(say(kReadState), "03 02 00 02");
}

TEST_F(WagoSimulator, LookingDoesNotTriggerUnlessTheMaskSaysSo) {
  arm();
  wait(0.9);
  say(kReadInputs);
  wait(0.2);
  EXPECT_EQ(say(kReadState), "03 02 00 02");

  restart({});
  say("06 10 01 00 02");  // function 2
  arm();
  wait(0.9);
  say(kReadInputs);
  wait(0.2);
  EXPECT_EQ(say(kReadState), "03 02 00 01");
}

TEST_F(WagoSimulator, AfterExpiryOutputsCannotBeWrittenUntilItIsStoppedOrTriggered) {
  arm();
  wait(2);
  EXPECT_EQ(say(kRelayOn), "85 04");
  EXPECT_FALSE(world->safety().relay_closed());
  say("06 10 08 AA 55");
  EXPECT_EQ(say(kReadState), "03 02 00 00");
  EXPECT_EQ(say(kRelayOn), kRelayOn);

  restart({});
  arm();
  wait(2);
  say("06 10 03 00 02");
  EXPECT_EQ(say(kReadState), "03 02 00 01");
  EXPECT_EQ(say(kRelayOn), kRelayOn);

  restart({});
  arm();
  wait(2);
  say("06 10 07 00 01");
  EXPECT_EQ(say(kReadState), "03 02 00 01");
}

TEST_F(WagoSimulator, StoppedItLeavesTheOutputsAsTheyAre) {
  arm();
  say("06 10 08 55 AA");
  EXPECT_EQ(say(kReadState), "03 02 00 00");
  wait(10);
  EXPECT_TRUE(world->safety().relay_closed());
  EXPECT_EQ(say("06 10 07 00 01"), "06 10 07 00 01");
  EXPECT_EQ(say(kReadState), "03 02 00 00") << "what was stopped before its expiry is not restarted";
}

TEST_F(WagoSimulator, SettingsCannotBeChangedWhileItRuns) {
  arm();
  for (const char* write : {"06 10 00 00 64", "06 10 01 FF FF", "06 10 02 FF FF"})
    EXPECT_EQ(say(write), "86 03");
  EXPECT_EQ(say("03 10 00 00 03"), "03 06 00 0A 00 00 00 00");
}

TEST_F(WagoSimulator, WithoutATimeItCannotBeTriggered) {
  say("06 10 00 00 00");
  say("06 10 03 00 01");
  EXPECT_EQ(say(kReadState), "03 02 00 00");
}

TEST_F(WagoSimulator, TheIdleTimeOutClosesTheConnectionAndKeepsTheOutputs) {
  restart({}, 5);
  EXPECT_EQ(say("03 10 30 00 01"), "03 02 13 88");
  say(kRelayOn);
  wait(4.9);
  EXPECT_EQ(ask(kReadState)->mishap, ModbusMishap::none);
  wait(5.1);
  EXPECT_EQ(ask(kReadState)->mishap, ModbusMishap::reset);
  EXPECT_TRUE(world->safety().relay_closed());
  coupler->closed(now);
  wait(100);
  coupler->opened(now);
  EXPECT_EQ(say(kReadRelay), "01 01 01");
}

TEST_F(WagoSimulator, ThingsHappenInTheSafetyLoop) {
  struct Case {
    const char* fault;
    const char* inputs;
  };
  for (const Case& c :
       {Case{"emergency_stop", "02 01 06"}, {"door_open", "02 01 05"}, {"meter_unseated", "02 01 03"}}) {
    restart({{.at = instant_at(0.5), .command = {}, .what = c.fault}});
    arm();
    wait(0.6);
    EXPECT_EQ(world->source().energised(), std::string{c.fault} != "emergency_stop") << c.fault;
    EXPECT_TRUE(world->safety().relay_closed());
    EXPECT_EQ(say(kReadInputs), c.inputs);
  }
  restart({{.at = instant_at(1), .command = {}, .what = "emergency_stop"},
           {.at = instant_at(1), .command = {}, .what = "door_open"},
           {.at = instant_at(1), .command = {}, .what = "meter_unseated"},
           {.at = instant_at(2), .command = {}, .what = "emergency_stop_released"},
           {.at = instant_at(2), .command = {}, .what = "door_closed"},
           {.at = instant_at(2), .command = {}, .what = "meter_seated"}});
  wait(1.5);
  EXPECT_EQ(say(kReadInputs), "02 01 00");
  wait(1);
  EXPECT_EQ(say(kReadInputs), "02 01 07");
}

TEST_F(WagoSimulator, AnExpiryCanBeHadAtACommand) {
  restart({{.at = {}, .command = 4, .what = "watchdog_expiry"}});
  arm();
  EXPECT_EQ(say(kReadState), "03 02 00 02");
  EXPECT_FALSE(world->source().energised());
}

TEST_F(WagoSimulator, ARebootDropsOutputsSettingsAndConnection) {
  restart({{.at = instant_at(0.5), .command = {}, .what = "reboot"}});
  arm();
  wait(0.6);
  EXPECT_FALSE(world->source().energised());
  EXPECT_EQ(ask(kReadState)->mishap, ModbusMishap::reset);
  EXPECT_EQ(say(kReadState), "03 02 00 00");
  EXPECT_EQ(say("03 10 00 00 04"), "03 08 00 64 00 00 00 00 00 00");
  EXPECT_EQ(say(kReadRelay), "01 01 00");
}

TEST_F(WagoSimulator, AStuckRelayIsAcknowledgedAndDoesNotMove) {
  restart({{.at = {}, .command = 5, .what = "stuck_output"}});
  arm();
  say(kReadRelay);
  EXPECT_EQ(say(kRelayOff), kRelayOff);
  EXPECT_EQ(say(kReadRelay), "01 01 01");
  EXPECT_TRUE(world->safety().relay_closed());
}

TEST_F(WagoSimulator, ARepliesWayCanBeSpoilt) {
  restart({{.at = {}, .command = 1, .what = "wrong_transaction"},
           {.at = {}, .command = 2, .what = "reset"},
           {.at = {}, .command = 3, .what = "late"},
           {.at = {}, .command = 4, .what = "silence"}});
  EXPECT_EQ(ask(kReadState)->mishap, ModbusMishap::wrong_transaction);
  EXPECT_EQ(ask(kReadState)->mishap, ModbusMishap::reset);
  EXPECT_EQ(ask(kReadState)->due - now, std::chrono::seconds{10});
  EXPECT_FALSE(ask(kReadState));
  EXPECT_EQ(say(kReadState), "03 02 00 00");
}

}  // namespace
}  // namespace meterbench::wago_750
