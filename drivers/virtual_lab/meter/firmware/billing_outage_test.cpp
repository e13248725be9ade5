#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "drivers/virtual_lab/meter/firmware/billing_store.h"
#include "tests/support/billing_bench.h"

namespace meterbench::firmware {
namespace {

constexpr std::uint16_t kUser = 7;
using Codes = std::vector<int>;
using Eeprom = std::array<std::uint8_t, sizeof(Board::eeprom)>;

LocalTime at(std::uint32_t hour, std::uint32_t minute, std::uint32_t second = 0) {
  return BillingBench::at(hour, minute, second);
}

Eeprom eeprom_of(const BillingBench& bench) {
  Eeprom contents{};
  std::ranges::copy(bench.board->eeprom, contents.begin());
  return contents;
}

/// A meter that wakes up with these contents.
BillingBench woken(const Eeprom& contents, LocalTime time = at(20, 0)) {
  BillingBench bench;
  std::ranges::copy(contents, bench.board->eeprom);
  bench.start(time);
  return bench;
}

/// What must be whole after a cut.
struct Bill {
  explicit Bill(const MeterData& data) : registers{data.registers}, previous{data.previous} {}
  RegisterSet registers;
  KeptRegisters previous;
  friend bool operator==(const Bill&, const Bill&) = default;
};

TEST(BillingOutage, KeepsAllOfTheBill) {
  BillingBench bench;
  bench.configuration.tier_switches = 2;
  bench.configuration.tier_switch[0] = {8 * 60, 1, 0};
  bench.configuration.tier_switch[1] = {8 * 60 + 30, 2, 0};
  bench.configuration.reset_exclusion_minutes = 10;
  bench.start(at(8, 0));
  bench.run(1800, 12'345);
  bench.run(1800, -6'543);
  bench.billing->self_read(kUser);
  bench.billing->demand_reset(kUser);
  bench.run(1800, 7'777);
  bench.billing->demand_reset(kUser);
  bench.run(100, 1'111);
  bench.billing->log(kEventTableWritten, kUser, 5);
  const MeterData before = bench.data();
  bench.billing->on_power_fail();
  bench.start(at(10, 0));
  const MeterData& after = bench.data();
  EXPECT_EQ(after.registers, before.registers);
  EXPECT_EQ(after.previous, before.previous);
  ASSERT_EQ(after.self_reads.count, 1U);
  EXPECT_EQ(after.self_reads.entries[0], before.self_reads.entries[0]);
  EXPECT_EQ(bench.history(), Codes{kEventTableWritten});
  EXPECT_EQ(after.now, at(10, 0));
  EXPECT_EQ(after.status, kStatusPowerFailure);
  Codes events{kEventPowerUp, kEventTierChange, kEventSelfRead, kEventDemandReset, kEventDemandReset};
  EXPECT_EQ(bench.billing->demand_reset(kUser), ProcedureResult::timing) << "of the exclusion 500 s are left";
  events.insert(events.end(), {kEventPowerDown, kEventPowerUp});
  EXPECT_EQ(bench.events(), events);
  EXPECT_EQ(after.events.entries[after.events.last].number, 6) << "numbers go on";
}

TEST(BillingOutage, LosesNoEnergyBelowOnePulse) {
  BillingBench bench;
  bench.start(at(8, 0));
  for (int n = 0; n < 10; ++n) {
    bench.run(9, 100);  // a quarter of a Wh
    bench.billing->on_power_fail();
    bench.start(at(8, 1 + n));
  }
  EXPECT_EQ(bench.total().pulses[kDelivered], 2U);
  EXPECT_EQ(bench.data().registers.tier[0].pulses[kDelivered], 2U);
  bench.run(18, 100);
  EXPECT_EQ(bench.total().pulses[kDelivered], 3U);
}

// Whichever byte of a save is the last one to reach the EEPROM: what the meter wakes up with is the bill
// before or the bill after, whole, and never says that it was damaged.
TEST(BillingOutage, KeepsOneBillWholeWhereverASaveIsCut) {
  BillingBench bench;
  bench.start(at(8, 0));
  Bill before{bench.data()};
  for (int save = 0; save < 4; ++save) {  // the very first one, on either copy, and over old ones
    const Eeprom contents = eeprom_of(bench);
    bench.run(880, 10'000 + 1'000 * save);  // four of them end within the hour
    bench.billing->demand_reset(kUser);
    const Bill after{bench.data()};
    const std::vector<EepromWrite> writes = bench.take_writes();
    ASSERT_EQ(writes.size(), std::size_t{BillingStore::kSize}) << "all at once";
    ASSERT_NE(before, after);

    Eeprom cut = contents;
    std::size_t kept = 0;
    for (std::size_t written = 0; written <= writes.size(); ++written) {
      const BillingBench woke = woken(cut);
      const Bill bill{woke.data()};
      ASSERT_TRUE(bill == before || bill == after) << "save " << save << " cut after " << written;
      ASSERT_EQ(woke.data().status & kStatusNonVolatile, 0);
      if (bill == after) ++kept;
      if (written < writes.size())
        cut.at(writes[written].address) = static_cast<std::uint8_t>(writes[written].byte);
    }
    EXPECT_GE(kept, 1U) << "all of it was written";
    EXPECT_LE(kept, 5U) << "nor does less than nearly all of it count";
    for (const EepromWrite& write : writes) bench.burn(write);
    before = after;
  }
}

TEST(BillingOutage, StaysInItsPartOfTheEeprom) {
  BillingBench bench;
  bench.start(at(8, 0));
  for (int n = 0; n < 3; ++n) {
    bench.billing->self_read(kUser);
    for (const EepromWrite& write : bench.take_writes()) {
      EXPECT_GE(write.address, 1024U);
      EXPECT_LT(write.address, 4096U);
    }
  }
}

TEST(BillingOutage, SavesEachHour) {
  BillingBench bench;
  bench.start(at(8, 30));
  bench.run(1799, 3'600);
  EXPECT_EQ(woken(eeprom_of(bench)).total().pulses[kDelivered], 0U);
  bench.run(1, 3'600);
  EXPECT_EQ(woken(eeprom_of(bench)).total().pulses[kDelivered], 1'800U);
  bench.run(3599, 3'600);
  EXPECT_EQ(woken(eeprom_of(bench)).total().pulses[kDelivered], 1'800U);
  bench.run(1, 3'600);
  EXPECT_EQ(woken(eeprom_of(bench)).total().pulses[kDelivered], 5'400U);
}

TEST(BillingOutage, SavesWhatCommandsChange) {
  BillingBench bench;
  bench.configuration.options = kHasDisconnect;
  bench.start(at(8, 0));
  Billing& billing = *bench.billing;
  const auto saved = [&](ProcedureResult result) {
    return result == ProcedureResult::done && bench.take_writes().size() == BillingStore::kSize;
  };
  EXPECT_TRUE(saved(billing.demand_reset(kUser)));
  EXPECT_TRUE(saved(billing.self_read(kUser)));
  EXPECT_TRUE(saved(billing.change_mode(Mode::test, kUser)));
  EXPECT_TRUE(saved(billing.change_mode(Mode::metering, kUser)));
  EXPECT_TRUE(saved(billing.set_clock(at(9, 0), kUser)));
  EXPECT_TRUE(saved(billing.switch_relay(false, kUser)));
  EXPECT_TRUE(saved(billing.seal(kUser)));
  EXPECT_TRUE(saved(billing.mark_read(ReadList::events, 1)));
  EXPECT_TRUE(saved(billing.reset_list(ReadList::events, kUser)));
  EXPECT_TRUE(saved(billing.clear_status(kUser)));
  EXPECT_TRUE(saved(billing.clear_data(kUser)));
  EXPECT_TRUE(saved(billing.warm_start(kUser)));
  EXPECT_TRUE(saved(billing.cold_start(kUser)));
}

TEST(BillingOutage, EndsTestModeWithTheRegistersOfTheBill) {
  BillingBench bench;
  bench.start(at(8, 0));
  bench.run(900, 10'001);
  const RegisterSet bill = bench.data().registers;
  bench.billing->change_mode(Mode::test, kUser);
  bench.run(900, 40'000);
  bench.billing->on_power_fail();
  bench.start(at(9, 0));
  EXPECT_EQ(bench.data().mode, Mode::metering);
  EXPECT_EQ(bench.data().registers, bill);
  EXPECT_EQ(bench.events(),
            (Codes{kEventPowerUp, kEventTestModeOn, kEventPowerDown, kEventTestModeOff, kEventPowerUp}));
}

TEST(BillingOutage, SaysSoWhereBothCopiesAreDamaged) {
  BillingBench bench;
  bench.start(at(8, 0));
  bench.run(900, 10'000);
  bench.billing->self_read(kUser);
  bench.burn();
  bench.billing->self_read(kUser);
  bench.burn();
  Eeprom contents = eeprom_of(bench);
  contents[BillingStore::kAddress[0] + 100] ^= 1U;
  EXPECT_EQ(woken(contents).data().self_reads.entries[0].sequence, 1) << "the other copy";
  contents[BillingStore::kAddress[1] + 500] ^= 1U;
  const BillingBench woke = woken(contents);
  EXPECT_EQ(woke.data().registers, empty_registers());
  EXPECT_EQ(woke.data().previous.at, kNoTime);
  EXPECT_EQ(woke.data().self_reads.count, 0U);
  EXPECT_EQ(woke.data().status, kStatusNonVolatile | kStatusPowerFailure);
}

TEST(BillingOutage, GoesOnFromItsOwnTimeWithoutACell) {
  BillingBench bench;
  bench.start(at(8, 0));
  bench.run(100);
  bench.block();
  bench.billing->on_power_fail();
  bench.start(kNoTime);
  EXPECT_EQ(bench.data().now, at(8, 1, 40));
  EXPECT_EQ(bench.data().status, kStatusClock | kStatusPowerFailure);
  for (int n = 0; n < 59; ++n) bench.block();
  EXPECT_EQ(bench.data().now, at(8, 1, 41)) << "with the part of a second, too";
}

TEST(BillingOutage, TakesTheCellsPartOfASecond) {
  BillingBench bench;
  bench.start(at(8, 0), ResetCause::power_on, kSampleRate - kBlock);
  bench.block();
  EXPECT_EQ(bench.data().now, at(8, 0, 1));
}

TEST(BillingOutage, IsNoneForANewMeterNorForAReset) {
  BillingBench bench;
  bench.start(at(8, 0));
  EXPECT_EQ(bench.data().status, 0);
  EXPECT_EQ(bench.events(), Codes{kEventPowerUp});
  bench.billing->self_read(kUser);
  bench.start(at(8, 0), ResetCause::watchdog);
  EXPECT_EQ(bench.data().status, 0);
  EXPECT_EQ(bench.events(), (Codes{kEventPowerUp, kEventSelfRead}));
}

TEST(BillingOutage, IsSavedOnce) {
  BillingBench bench;
  bench.start(at(8, 0));
  bench.billing->on_power_fail();
  bench.billing->on_power_fail();
  EXPECT_EQ(bench.take_writes().size(), std::size_t{BillingStore::kSize});
  bench.billing->on_power_return();
  bench.billing->on_power_return();
  EXPECT_EQ(bench.events(), (Codes{kEventPowerUp, kEventPowerDown, kEventPowerUp}));
}

// The ring may hold what others write: a save then goes in bit by bit, and what is saved meanwhile takes the
// place of what has not been written whole.
TEST(BillingOutage, WaitsForRoomInTheRing) {
  BillingBench bench;
  bench.start(at(8, 0));
  bench.billing->self_read(kUser);
  bench.burn();
  for (int n = 0; n < 1000; ++n) ASSERT_TRUE(push(bench.board->eeprom_writes, EepromWrite{0, 70, 0}));
  bench.billing->self_read(kUser);  // 24 bytes of it
  bench.burn();
  EXPECT_EQ(woken(eeprom_of(bench)).data().self_reads.entries[0].sequence, 0);
  bench.billing->self_read(kUser);
  for (int n = 0; n < 2; ++n) bench.block();
  const BillingBench woke = woken(eeprom_of(bench));
  EXPECT_EQ(woke.data().self_reads.entries[0].sequence, 2);
  EXPECT_EQ(bench.board->eeprom[70], 0);
  bench.billing->self_read(kUser);
  bench.burn();
  EXPECT_EQ(woken(eeprom_of(bench)).data().self_reads.entries[0].sequence, 3);
}

}  // namespace
}  // namespace meterbench::firmware
