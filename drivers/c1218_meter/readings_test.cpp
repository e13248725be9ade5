// What the tables of optical-port.md 6 come to.
#include <gtest/gtest.h>

#include "drivers/c1218_meter/scripted_meter_test.h"

namespace meterbench::c1218_meter {
namespace {

using namespace std::chrono;

class C1218Readings : public ScriptedMeter {
 protected:
  /// A session that reads these tables after ST-00.
  void use_tables(std::vector<Turn> turns, const Turn& st00 = kSt00) {
    turns.insert(turns.begin(), {kIdentifyTurn, kLogOnTurn, st00});
    turns.insert(turns.end(), {kLogOffTurn, kTerminateTurn});
    use(turns);
  }
  template <class T>
  Result<T> reading(void (Meter::*start)(Done<T>)) {
    return finish<T>([&](auto done) { (meter.get()->*start)(std::move(done)); });
  }
};

/// The example of ST-25, with which a self read begins after its sequence number too.
constexpr Hex kKept =
    "18 06 01 00 00 02 00 00 00 00 A0 F0 39 41 00 00 00 00 00 00 5E 40 18 05 14 12 0F 00 00 00 00 C0 E7 D2 "
    "40 7E 13 00 00";
const Turn kSt25 = read(25, kKept);
const Turn kSt26 = read(26, "04 01 00 07 00 01 07 00 " + std::string{kKept});
const Turn kSt28 = read(28, "E2 04 00 00 00 00 00 00 00 10 6E 40");

std::vector<Turn> billing_turns() {
  return {kSt11, kSt12, kSt13, kSt15, kSt16, kSt21, kSt22, kSt23Turn, kSt25, kSt26};
}

void expect_kept(const RegisterSet& kept) {
  EXPECT_EQ(kept.ended, local_days{2024y / June / 1});
  EXPECT_EQ(kept.demand_resets, 2U);
  EXPECT_NEAR(watt_hours(kept.energy(RegisterFlow::delivered).value()), 1'700'000 * 7.2, 1e-6);
  EXPECT_NEAR(watt_hours(kept.energy(RegisterFlow::received).value()), 120 * 7.2, 1e-9);
  const DemandRegister* demand = kept.demand(RegisterFlow::delivered);
  ASSERT_NE(demand, nullptr);
  EXPECT_EQ(demand->extreme, ActivePower{4990});
  EXPECT_EQ(demand->at, local_days{2024y / May / 20} + 18h + 15min);
  EXPECT_EQ(demand->cumulative, ActivePower{19359});
}

TEST_F(C1218Readings, TellsEnergiesAndDemandsOfEachPeriod) {
  use_tables(billing_turns());
  const auto billing = reading(&Meter::start_read_billing);
  ASSERT_TRUE(billing) << billing.error().text();
  const RegisterSet& present = billing->present;
  EXPECT_EQ(present.demand_resets, 3U);
  EXPECT_FALSE(present.ended);
  EXPECT_NEAR(watt_hours(present.energy(RegisterFlow::delivered).value()), 12'345'595.2, 1e-6);
  EXPECT_NEAR(watt_hours(present.energies.at(0).step), 7.2, 1e-12);
  const DemandRegister* demand = present.demand(RegisterFlow::delivered);
  ASSERT_NE(demand, nullptr);
  EXPECT_EQ(demand->extreme, ActivePower{5321});
  EXPECT_EQ(demand->at, local_days{2024y / June / 14} + 17h + 30min);
  EXPECT_EQ(demand->cumulative, ActivePower{24349});
  EXPECT_FALSE(demand->continuous_cumulative);
  ASSERT_TRUE(billing->before_reset);
  expect_kept(*billing->before_reset);
  // The sums that 6.9 names: the reset added the peak of its period to the cumulative demand.
  EXPECT_EQ(*demand->cumulative,
            *billing->before_reset->demands.at(0).cumulative + billing->before_reset->demands.at(0).extreme);
  EXPECT_FALSE(billing->last_season) << "it has no ST-24";
  ASSERT_EQ(billing->self_reads.size(), 1U);
  EXPECT_EQ(billing->self_reads[0].sequence, 7U);
  expect_kept(billing->self_reads[0]);
  EXPECT_EQ(billing->intervals, std::vector<DemandInterval>{{15min}});
  EXPECT_GT(billing->answered, billing->asked);
}

TEST_F(C1218Readings, TellsNoPeriodThatNeverEnded) {
  auto turns = billing_turns();
  turns[8] = read(25, "00 00 00 00 00" + std::string{kKept.substr(14)});
  use_tables(turns);
  const auto billing = reading(&Meter::start_read_billing);
  ASSERT_TRUE(billing) << billing.error().text();
  EXPECT_FALSE(billing->before_reset);
}

// Engineering units, floats: three dial readings in Wh (delivered, received, net) and a block demand,
// received; the whole and two tiers.
TEST_F(C1218Readings, TellsTiersAndNet) {
  const Turn st00 = read(0, "02 1A 81 54 45 53 54 02 00 16 16 01 00 03 00 00 00 01 00 03 18 E1 00 00 00");
  use_tables(
      {read(11, "04 04 00 00 00 00 02 04"), read(12, "00 40 02 00 00 80 01 00 00 C0 07 00 00 84 01 00"),
       read(16, "11 11 11 11"), read(21, "00 00 00 03 01 00 01 02 00 00"), read(22, "00 01 02 03 01"),
       read(23,
            "00 00 C8 42 00 00 C8 41 00 00 96 42 32 00 00 00 "
            "00 00 48 42 00 00 00 00 00 00 48 42 32 00 00 00 "
            "00 00 48 42 00 00 C8 41 00 00 C8 41 0A 00 00 00")},
      st00);
  const auto billing = reading(&Meter::start_read_billing);
  ASSERT_TRUE(billing) << billing.error().text();
  const RegisterSet& present = billing->present;
  const double expected[3][3] = {{100, 25, 75}, {50, 0, 50}, {50, 25, 25}};  // Wh
  for (int tier = 0; tier < 3; ++tier)
    for (const RegisterFlow flow : {RegisterFlow::delivered, RegisterFlow::received, RegisterFlow::net}) {
      const auto energy = present.energy(flow, tier);
      ASSERT_TRUE(energy) << to_text(flow) << tier;
      EXPECT_NEAR(watt_hours(*energy), expected[tier][static_cast<int>(flow)], 1e-9) << to_text(flow) << tier;
    }
  EXPECT_FALSE(present.demand_resets);
  EXPECT_EQ(present.demand(RegisterFlow::delivered), nullptr);
  ASSERT_NE(present.demand(RegisterFlow::received, 2), nullptr);
  EXPECT_EQ(present.demand(RegisterFlow::received, 2)->extreme, ActivePower{10});
  EXPECT_FALSE(billing->before_reset);
  EXPECT_TRUE(billing->self_reads.empty());
  EXPECT_TRUE(billing->intervals.empty());
}

TEST_F(C1218Readings, TellsPresentDemandAndVoltage) {
  use_tables({kSt11, kSt12, kSt15, kSt16, kSt21, kSt27, kSt28});
  const auto present = reading(&Meter::start_read_present);
  ASSERT_TRUE(present) << present.error().text();
  ASSERT_EQ(present->demands.size(), 1U);
  EXPECT_EQ(present->demands[0].flow, RegisterFlow::delivered);
  EXPECT_EQ(present->demands[0].value, ActivePower{1250});
  EXPECT_FALSE(present->demands[0].remaining);
  ASSERT_EQ(present->values.size(), 1U);
  ASSERT_TRUE(std::holds_alternative<Voltage>(present->values[0].value));
  EXPECT_EQ(std::get<Voltage>(present->values[0].value), Voltage{240.5});
  EXPECT_EQ(present->values[0].line, "A-N");
  EXPECT_FALSE(present->values[0].demand);
}

TEST_F(C1218Readings, SaysModeAndStatusInWords) {
  use_tables({read(3, "02 00 20 00 00")});
  const auto status = reading(&Meter::start_read_status);
  ASSERT_TRUE(status) << status.error().text();
  EXPECT_EQ(status->mode, "test mode");
  EXPECT_EQ(status->flags, std::vector<std::string>{"reverse rotation"});
  EXPECT_EQ(status->manufacturer, Bytes{0});
}

TEST_F(C1218Readings, SetsTheClockAgainstThatOfTheBench) {
  use_tables({read(52, "18 06 0F 0D 2D 1E 6E")});
  const auto clock = reading(&Meter::start_read_clock);
  ASSERT_TRUE(clock) << clock.error().text();
  EXPECT_EQ(clock->time, local_days{2024y / June / 15} + 13h + 45min + 30s);
  EXPECT_TRUE(clock->daylight_saving);
  EXPECT_FALSE(clock->utc);
  EXPECT_GT(clock->answered, clock->asked);
  // The bench's time of these tests begins in 1970, with its reactor's.
  EXPECT_LE(abs(clock->asked_utc.time_since_epoch() - clock->asked.time_since_epoch()), 2ms);
  EXPECT_LE(abs(clock->answered_utc.time_since_epoch() - clock->answered.time_since_epoch()), 2ms);
}

TEST_F(C1218Readings, ReadsBothLogs) {
  constexpr Hex kList =
      "00 02 00 01 00 02 00 00 00 02 00 18 06 0F 08 00 00 01 00 00 00 02 00 18 06 0F 09 1E 05 02 00 01 00 14 "
      "00";
  use_tables({kSt71, read(74, kList), read(76, kList)});
  const auto log = reading(&Meter::start_read_log);
  ASSERT_TRUE(log) << log.error().text();
  ASSERT_EQ(log->events.size(), 2U);
  EXPECT_EQ(log->events[0].text, "power up (2)");
  EXPECT_EQ(log->events[1].time, local_days{2024y / June / 15} + 9h + 30min + 5s);
  EXPECT_EQ(log->events[1].number, 2U);
  EXPECT_EQ(log->events[1].user, 1U);
  EXPECT_EQ(log->events[1].text, "demand reset (20)");
  EXPECT_FALSE(log->events_lost);
  EXPECT_EQ(log->history.size(), 2U);
}

TEST_F(C1218Readings, TellsWhatALoadProfileIsLike) {
  use_tables({kSt61, read(63, "24 02 00 01 00 02 00 00 00 02 00 04 00")});
  const auto profile = reading(&Meter::start_read_profile);
  ASSERT_TRUE(profile) << profile.error().text();
  ASSERT_EQ(profile->size(), 1U);
  EXPECT_EQ(profile->at(0).blocks, 2U);
  EXPECT_EQ(profile->at(0).valid_blocks, 2U);
  EXPECT_EQ(profile->at(0).intervals, 4U);
  EXPECT_EQ(profile->at(0).interval, 15min);
  EXPECT_TRUE(profile->at(0).active);
}

TEST_F(C1218Readings, TellsThatAMeterHasNoLoadProfile) {
  use_tables({}, kOwnSt00);
  const auto profile = reading(&Meter::start_read_profile);
  ASSERT_TRUE(profile) << profile.error().text();
  EXPECT_TRUE(profile->empty());
}

TEST_F(C1218Readings, SaysWhichTableAReadingWouldNeed) {
  use_tables({}, kOwnSt00);
  const auto log = reading(&Meter::start_read_log);
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, Errc::refused);
  EXPECT_EQ(log.error().detail, "this meter has no ST-71, as its ST-00 says");
}

}  // namespace
}  // namespace meterbench::c1218_meter
