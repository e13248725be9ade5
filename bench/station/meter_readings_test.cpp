#include "bench/station/meter_readings.h"

#include <gtest/gtest.h>

#include "bench/station/meter_procedure.h"

namespace meterbench {
namespace {

using namespace std::chrono;

MeterClock clock_at(MeterTime time, UtcTime asked, UtcTime answered) {
  return {.time = time, .asked_utc = asked, .answered_utc = answered};
}

// The meter shows 12:00:05, so that it is somewhere between 5 and 6 s; the bench was between 2.0 and 2.4 s.
TEST(MeterClock, TellsItsDifferenceWithinTheReadingAndItsOwnSecond) {
  const UtcTime noon{sys_days{2024y / June / 15} + 12h};
  const auto clock = clock_at(local_days{2024y / June / 15} + 12h + 5s, noon + 2000ms, noon + 2400ms);
  const auto difference = clock.difference(0min);
  ASSERT_TRUE(difference);
  EXPECT_NEAR(difference->value.value(), 3.3, 1e-9) << "5.5 - 2.2";
  EXPECT_NEAR(difference->half_width.value(), 0.7, 1e-9) << "(0.4 + 1) / 2";
}

TEST(MeterClock, KeepsTheZoneOfTheBenchApart) {
  const UtcTime noon{sys_days{2024y / June / 15} + 12h};
  const auto clock = clock_at(local_days{2024y / June / 15} + 8h, noon, noon);
  EXPECT_NEAR(clock.difference(-4h)->value.value(), 0.5, 1e-9);
  EXPECT_NEAR(clock.difference(0min)->value.value(), -4 * 3600 + 0.5, 1e-9);
  EXPECT_FALSE(MeterClock{}.difference(0min)) << "never set";
}

TEST(RegisterSet, FindsARegisterByFlowAndTier) {
  const RegisterSet set{
      .energies = {{.flow = RegisterFlow::delivered, .tier = 0, .energy = ActiveEnergy{1}},
                   {.flow = RegisterFlow::received, .tier = 0, .energy = ActiveEnergy{2}},
                   {.flow = RegisterFlow::delivered, .tier = 2, .energy = ActiveEnergy{3}}},
      .demands = {{.flow = RegisterFlow::delivered, .occurrence = 2, .extreme = ActivePower{4}},
                  {.flow = RegisterFlow::delivered, .maximum = false, .extreme = ActivePower{5}},
                  {.flow = RegisterFlow::delivered, .extreme = ActivePower{6}}}};
  EXPECT_EQ(set.energy(RegisterFlow::received), ActiveEnergy{2});
  EXPECT_EQ(set.energy(RegisterFlow::delivered, 2), ActiveEnergy{3});
  EXPECT_FALSE(set.energy(RegisterFlow::net));
  ASSERT_NE(set.demand(RegisterFlow::delivered), nullptr);
  EXPECT_EQ(set.demand(RegisterFlow::delivered)->extreme, ActivePower{6}) << "the first maximum";
  EXPECT_EQ(set.demand(RegisterFlow::delivered, 1), nullptr);
}

TEST(MeterTimeText, IsThatOfARecord) {
  EXPECT_EQ(to_text(MeterTime{local_days{2024y / June / 5} + 3h + 4min + 9s}), "2024-06-05 03:04:09");
}

TEST(MeterProcedures, AreNamedAsTheyAreRead) {
  for (const MeterProcedure one : meter_procedures()) EXPECT_EQ(parse_meter_procedure(to_text(one)), one);
  const auto wrong = parse_meter_procedure("explode");
  ASSERT_FALSE(wrong);
  EXPECT_TRUE(wrong.error().starts_with("'explode' is no procedure: demand-reset, ")) << wrong.error();
}

}  // namespace
}  // namespace meterbench
