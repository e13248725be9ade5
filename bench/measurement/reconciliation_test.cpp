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
          .step = from_watt_hours(0.5),
          .registers = 2};
}

TEST(Reconciliation, AgreesWithinOnePulseAndOneStepOfEachRegister) {
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
  // Energies and phases at random, each cut off as the meter does: (energy, LED remainder, register parts).
  std::srand(1);
  const auto part = [] { return std::rand() / (RAND_MAX + 1.0); };
  for (int i = 0; i < 20000; ++i) {
    const double delivered = 300 * part(), received = 300 * part();
    const double led_before = part(), delivered_before = 100 * part(), received_before = 100 * part();
    const auto cut = [](double wh) { return std::floor(wh / 0.5) * 0.5; };
    const double advance = cut(delivered_before + delivered) - cut(delivered_before) +
                           cut(received_before + received) - cut(received_before);
    const auto pulses = static_cast<std::uint64_t>(led_before + delivered + received);
    ASSERT_TRUE(reconcile(account(pulses, advance)).agrees()) << delivered << ' ' << received;
  }
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
