#include "bench/measurement/reconciliation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

namespace meterbench {
namespace {

using ::testing::HasSubstr;

EnergyAccount account(std::uint64_t pulses, double registered_wh) {
  return {.led_pulses = pulses,
          .kt = from_watt_hours(1),
          .registered = from_watt_hours(registered_wh),
          .step = from_watt_hours(1)};
}

TEST(Reconciliation, AgreesWithinOnePulseAndOneStep) {
  EXPECT_TRUE(reconcile(account(1000, 1000)).agrees());
  EXPECT_TRUE(reconcile(account(1000, 1002)).agrees());
  EXPECT_TRUE(reconcile(account(1000, 998)).agrees());
  EXPECT_FALSE(reconcile(account(1000, 1002.5)).agrees());
  EXPECT_FALSE(reconcile(account(1000, 997.5)).agrees());
}

TEST(Reconciliation, FindsOnePulseInFiveHundredOnceThereAreEnough) {
  EXPECT_TRUE(reconcile(account(499, 500)).agrees()) << "one pulse alone may be a part of one";
  EXPECT_FALSE(reconcile(account(1996, 2000)).agrees());
}

TEST(Reconciliation, FindsARegisterTwoPerMilleBesideItsLed) {
  EXPECT_FALSE(reconcile(account(2000, 2004)).agrees());
  EXPECT_FALSE(reconcile(account(2000, 1996)).agrees());
}

TEST(Reconciliation, NeverTakesASoundMeterForASickOne) {
  // Energies and phases at random, each cut off as the meter does: LED and register have remainders of their
  // own, and energy of the other direction between two stretches leaves any remainder behind.
  std::srand(1);
  const auto part = [] { return std::rand() / (RAND_MAX + 1.0); };
  for (int i = 0; i < 20000; ++i) {
    EnergyAccount seen = account(0, 0);
    seen.stretches = 1 + static_cast<std::uint64_t>(3 * part());
    const double register_before = 100 * part();
    double energy = 0;
    for (std::uint64_t n = 0; n < seen.stretches; ++n) {
      const double more = 300 * part();
      seen.led_pulses += static_cast<std::uint64_t>(part() + more);
      energy += more;
    }
    seen.registered = from_watt_hours(std::floor(register_before + energy) - std::floor(register_before));
    ASSERT_TRUE(reconcile(seen).agrees()) << energy << " Wh in " << seen.stretches;
  }
}

TEST(Reconciliation, LeavesOpenWhereEnergyOfBalancedLoadsWent) {
  EnergyAccount seen = account(1000, 1005);
  EXPECT_FALSE(reconcile(seen).agrees());
  seen.either_way = 3;
  EXPECT_TRUE(reconcile(seen).agrees());
}

TEST(Reconciliation, ARegisterThatRanBackwardsDoesNotAgree) {
  EXPECT_FALSE(reconcile(account(0, -10)).agrees());
  EXPECT_FALSE(reconcile(account(10, std::nan(""))).agrees());
}

TEST(Reconciliation, TellsWhatItCouldResolve) {
  EXPECT_NEAR(percent(reconcile(account(1000, 1000)).resolution()), 0.2, 1e-12);
  EXPECT_TRUE(std::isinf(reconcile(account(0, 0)).resolution().value()));
  EXPECT_THAT(reconcile(account(1000, 1001)).text(), HasSubstr("1000 LED pulses of 1 Wh are 1000 Wh"));
  EXPECT_THAT(reconcile(account(1000, 1001)).text(), HasSubstr("advanced by 1001 Wh"));
  EXPECT_THAT(reconcile(account(1000, 1001)).text(), HasSubstr("explains 2 Wh, 0.2 % of it"));
}

}  // namespace
}  // namespace meterbench
