#include <gtest/gtest.h>

#include "drivers/virtual_lab/meter/firmware/kept_list.h"
#include "tests/support/billing_bench.h"

namespace meterbench::firmware {
namespace {

constexpr std::uint16_t kUser = 7;
using Codes = std::vector<int>;

LocalTime at(std::uint32_t hour, std::uint32_t minute, std::uint32_t second = 0) {
  return BillingBench::at(hour, minute, second);
}

BillingBench started() {
  BillingBench bench;
  bench.start(at(8, 0));
  return bench;
}

TEST(BillingCommands, SetTheClock) {
  BillingBench bench;
  bench.start(kNoTime);
  EXPECT_EQ(bench.data().now, 0U) << "2000-01-01, as from the factory";
  EXPECT_NE(bench.data().status & kStatusClock, 0);
  bench.run(5);
  EXPECT_EQ(bench.billing->set_clock(at(9, 0), kUser), ProcedureResult::done);
  EXPECT_EQ(bench.data().now, at(9, 0));
  EXPECT_EQ(bench.data().status & kStatusClock, 0);
  bench.run(3600);
  EXPECT_EQ(bench.data().now, at(10, 0));
  const auto& events = bench.data().events;
  EXPECT_EQ(entry_of_age(events, 1), (LoggedEvent{5, 1, kUser, kEventClockBefore, 0}));
  EXPECT_EQ(entry_of_age(events, 0), (LoggedEvent{at(9, 0), 2, kUser, kEventClockAfter, 0}));
}

TEST(BillingCommands, RefuseATimeThatIsNone) {
  BillingBench bench = started();
  EXPECT_EQ(bench.billing->set_clock(kLastTime + 1, kUser), ProcedureResult::bad_parameter);
  EXPECT_EQ(bench.billing->set_clock(kNoTime, kUser), ProcedureResult::bad_parameter);
  EXPECT_EQ(bench.data().now, at(8, 0));
  EXPECT_EQ(bench.events(), Codes{kEventPowerUp});
}

TEST(BillingCommands, FollowTheTierOfTheTimeSet) {
  BillingBench bench;
  bench.configuration.tier_switches = 2;
  bench.configuration.tier_switch[0] = {0, 1, 0};
  bench.configuration.tier_switch[1] = {12 * 60, 2, 0};
  bench.start(at(8, 0));
  bench.billing->set_clock(at(13, 7), kUser);
  EXPECT_EQ(bench.data().tier, 2);
}

TEST(BillingCommands, KeepSelfReads) {
  BillingBench bench = started();
  for (int n = 0; n < 6; ++n) {
    bench.run(60, 60'000);  // 1,000 Wh
    EXPECT_EQ(bench.billing->self_read(kUser), ProcedureResult::done);
  }
  const auto& list = bench.data().self_reads;
  EXPECT_EQ(list.count, kSelfReads);
  for (std::uint32_t age = 0; age < kSelfReads; ++age) {
    const KeptRegisters& kept = entry_of_age(list, age);
    EXPECT_EQ(kept.sequence, 5 - age);
    EXPECT_EQ(kept.at, at(8, 6 - age));
    EXPECT_EQ(kept.registers.total.pulses[kDelivered], 1000U * (6 - age));
  }
  EXPECT_EQ(bench.events().back(), kEventSelfRead);
  bench.billing->change_mode(Mode::test, kUser);
  EXPECT_EQ(bench.billing->self_read(kUser), ProcedureResult::conflict) << "those of the bill are not there";
}

TEST(BillingCommands, LogEventsAndHistoryApart) {
  BillingBench bench = started();
  bench.billing->log(kEventWrongPassword, 3, 0);
  bench.billing->log(kEventTableWritten, 4, 5);
  bench.billing->log(kEventProcedure, 4, 9);
  EXPECT_EQ(bench.events(), (Codes{kEventPowerUp, kEventWrongPassword}));
  EXPECT_EQ(bench.history(), (Codes{kEventTableWritten, kEventProcedure}));
  EXPECT_EQ(entry_of_age(bench.data().history, 0), (LoggedEvent{at(8, 0), 1, 4, kEventProcedure, 9}));
}

TEST(BillingCommands, MarkEntriesAsRead) {
  BillingBench bench = started();
  for (int n = 0; n < 3; ++n) bench.billing->log(kEventTableWritten, kUser, 5);
  EXPECT_EQ(bench.billing->mark_read(ReadList::history, 4), ProcedureResult::bad_parameter);
  EXPECT_EQ(bench.billing->mark_read(ReadList::history, 2), ProcedureResult::done);
  EXPECT_EQ(bench.data().history.unread, 1U);
  EXPECT_EQ(bench.billing->mark_read(ReadList::events, 1), ProcedureResult::done);
  EXPECT_EQ(bench.billing->mark_read(ReadList::self_reads, 1), ProcedureResult::bad_parameter);
  EXPECT_EQ(bench.billing->mark_read(static_cast<ReadList>(3), 0), ProcedureResult::bad_parameter);
}

TEST(BillingCommands, EmptyOneList) {
  BillingBench bench = started();
  bench.billing->self_read(kUser);
  bench.billing->log(kEventTableWritten, kUser, 5);
  EXPECT_EQ(bench.billing->reset_list(ReadList::self_reads, kUser), ProcedureResult::done);
  EXPECT_EQ(bench.data().self_reads.count, 0U);
  EXPECT_EQ(bench.data().history.count, 1U);
  EXPECT_EQ(bench.billing->reset_list(ReadList::events, kUser), ProcedureResult::done);
  EXPECT_EQ(bench.events(), Codes{kEventLogCleared}) << "which the log tells";
  EXPECT_EQ(entry_of_age(bench.data().events, 0).number, 2) << "numbers go on";
  EXPECT_EQ(bench.billing->reset_list(ReadList::history, kUser), ProcedureResult::done);
  EXPECT_EQ(bench.data().history.count, 0U);
  EXPECT_EQ(bench.billing->reset_list(static_cast<ReadList>(3), kUser), ProcedureResult::bad_parameter);
}

TEST(BillingCommands, ClearDataButNotTheClock) {
  BillingBench bench = started();
  bench.run(1800, 10'001);
  bench.billing->demand_reset(kUser);
  bench.billing->self_read(kUser);
  bench.billing->log(kEventTableWritten, kUser, 5);
  EXPECT_EQ(bench.billing->clear_data(kUser), ProcedureResult::done);
  EXPECT_EQ(bench.data().registers, empty_registers());
  EXPECT_EQ(bench.data().previous.at, kNoTime);
  EXPECT_EQ(bench.data().self_reads.count, 0U);
  EXPECT_EQ(bench.data().history.count, 0U);
  EXPECT_EQ(bench.events(), Codes{kEventLogCleared});
  EXPECT_EQ(bench.data().now, at(8, 30));
  bench.run(3600, 1);
  EXPECT_EQ(bench.total().pulses[kDelivered], 1U) << "nothing was left below one pulse";
}

TEST(BillingCommands, ClearTheRegistersOfTheBillInTestModeToo) {
  BillingBench bench = started();
  bench.run(1800, 10'000);
  bench.billing->change_mode(Mode::test, kUser);
  bench.billing->clear_data(kUser);
  bench.billing->change_mode(Mode::metering, kUser);
  EXPECT_EQ(bench.data().registers, empty_registers());
}

TEST(BillingCommands, StartColdAsFromTheFactory) {
  BillingBench bench;
  bench.configuration.options = kHasDisconnect;
  bench.start(at(8, 0));
  bench.run(1800, 10'001);
  bench.billing->demand_reset(kUser);
  bench.billing->switch_relay(false, kUser);
  bench.billing->change_mode(Mode::test, kUser);
  EXPECT_EQ(bench.billing->cold_start(kUser), ProcedureResult::done);
  const MeterData& data = bench.data();
  EXPECT_EQ(data.mode, Mode::metering);
  EXPECT_EQ(data.registers, empty_registers());
  EXPECT_EQ(data.previous.at, kNoTime);
  EXPECT_EQ(data.events.count + data.history.count + data.self_reads.count, 0U);
  EXPECT_EQ(data.now, 0U);
  EXPECT_EQ(data.status, kStatusClock);
  EXPECT_FALSE(data.relay_closed) << "nobody switched it";
  bench.run(3600, 1);
  EXPECT_EQ(bench.total().pulses[kDelivered], 1U);
  EXPECT_EQ(data.now, 3600U);
}

TEST(BillingCommands, StartWarmWithAllRegisters) {
  BillingBench bench = started();
  bench.run(1800, 10'000);
  const RegisterSet before = bench.data().registers;
  bench.billing->change_mode(Mode::test, kUser);
  EXPECT_EQ(bench.billing->warm_start(kUser), ProcedureResult::done);
  EXPECT_EQ(bench.data().mode, Mode::metering);
  EXPECT_EQ(bench.data().registers, before);
}

TEST(BillingCommands, ClearTheStatusButForWhatIsStillSo) {
  BillingBench bench;
  bench.start(kNoTime);
  bench.move_cover(true);
  EXPECT_EQ(bench.data().status, kStatusClock | kStatusTamper);
  EXPECT_EQ(bench.billing->clear_status(kUser), ProcedureResult::done);
  EXPECT_EQ(bench.data().status, kStatusClock);
}

TEST(BillingCommands, OpenAndCloseTheServiceDisconnect) {
  BillingBench bench;
  bench.configuration.options = kHasDisconnect;
  bench.start(at(8, 0));
  EXPECT_TRUE(bench.data().relay_closed);
  EXPECT_EQ(bench.board->relay, 1U);
  EXPECT_EQ(bench.billing->switch_relay(false, kUser), ProcedureResult::done);
  EXPECT_FALSE(bench.data().relay_closed);
  EXPECT_EQ(bench.board->relay, 0U);
  EXPECT_EQ(bench.billing->switch_relay(false, kUser), ProcedureResult::done) << "it is";
  bench.start(at(9, 0));
  EXPECT_EQ(bench.board->relay, 0U) << "over a power cut";
  bench.press(kSwitchDisconnect);
  EXPECT_EQ(bench.board->relay, 1U);
  EXPECT_EQ(bench.events(), (Codes{kEventPowerUp, kEventRelayOpened, kEventPowerUp, kEventRelayClosed}));
}

TEST(BillingCommands, LeaveAMeterWithoutDisconnectClosed) {
  BillingBench bench = started();
  EXPECT_EQ(bench.billing->switch_relay(false, kUser), ProcedureResult::conflict);
  bench.press(kSwitchDisconnect);
  EXPECT_EQ(bench.board->relay, 1U);
  EXPECT_EQ(bench.events(), Codes{kEventPowerUp});
}

TEST(BillingCommands, ComeFromTheSwitchesToo) {
  BillingBench bench = started();
  bench.run(900, 5'000);
  bench.press(kSwitchDemandReset);
  EXPECT_EQ(bench.data().registers.demand_resets, 1);
  EXPECT_EQ(entry_of_age(bench.data().events, 0).user, 0);
  bench.press(kSwitchTestMode);
  EXPECT_EQ(bench.data().mode, Mode::test);
  bench.press(kSwitchTestMode);
  EXPECT_EQ(bench.data().mode, Mode::metering);
}

TEST(BillingCommands, UnsealByCoverAndSwitchesAlone) {
  BillingBench bench;
  bench.configuration.sealed = 1;
  bench.start(at(8, 0));
  EXPECT_TRUE(bench.data().sealed);
  bench.press(kSwitchDemandReset | kSwitchTestMode, 10);
  EXPECT_TRUE(bench.data().sealed) << "the cover is on";
  bench.move_cover(true);
  bench.press(kSwitchDemandReset | kSwitchTestMode, 4);
  EXPECT_TRUE(bench.data().sealed);
  bench.press(kSwitchDemandReset | kSwitchTestMode, 6);
  EXPECT_FALSE(bench.data().sealed);
  EXPECT_EQ(bench.data().registers.demand_resets, 0) << "the sequence is nothing else";
  EXPECT_EQ(bench.data().mode, Mode::metering);
  bench.move_cover(false);
  EXPECT_FALSE(bench.data().sealed);
  bench.billing->on_power_fail();
  bench.start(at(9, 0));
  EXPECT_FALSE(bench.data().sealed) << "over a power cut, whatever the factory set";
  EXPECT_EQ(bench.billing->seal(kUser), ProcedureResult::done);
  bench.start(at(10, 0));
  EXPECT_TRUE(bench.data().sealed);
  EXPECT_EQ(bench.events(), (Codes{kEventPowerUp, kEventCoverOpened, kEventUnsealed, kEventCoverClosed,
                                   kEventPowerDown, kEventPowerUp, kEventSealed, kEventPowerUp}));
}

TEST(BillingCommands, TellWhatIsWrongWithTheConfiguration) {
  BillingBench bench = started();
  EXPECT_EQ(bench.data().status, 0);
  ConfigurationRecord damaged = bench.configuration;
  damaged.subintervals = 3;  // without its checksum
  bench.billing->configure(damaged);
  EXPECT_EQ(bench.data().status, kStatusConfiguration);
  bench.billing->configure({});
  EXPECT_EQ(bench.data().status, kStatusUnprogrammed);
  bench.run(1800, 4'000);
  EXPECT_EQ(bench.peak(), (PeakDemand{4'000, at(8, 15), 0})) << "15-minute blocks all the same";
  bench.billing->configure(bench.configuration);
  EXPECT_EQ(bench.data().status, 0);
}

}  // namespace
}  // namespace meterbench::firmware
