#include "bench/runner/energy_books.h"

#include <gtest/gtest.h>

#include "bench/core/simulated_reactor.h"
#include "bench/runner/sample_plan.h"
#include "tests/support/fake_station.h"

namespace meterbench {
namespace {

constexpr auto kDelivered = EnergyFlow::delivered;
constexpr auto kReceived = EnergyFlow::received;
constexpr auto kBalanced = EnergyFlow::balanced;

/// A meter of Kt 1 Wh whose registers have steps of 0.1 Wh.
class Books : public ::testing::Test {
 protected:
  /// A period with so many pulses, while the registers advance.
  void count(EnergyFlow flow, int pulses, double delivered_wh, double received_wh = 0) {
    LoadPeriod period{*station_, one_};
    ASSERT_TRUE(period.open(interlock_));
    for (int n = 0; n < pulses; ++n) bench_.pulse("A", reactor_.now());
    bench_.meters["A"].delivered_j += from_watt_hours(delivered_wh).value();
    bench_.meters["A"].received_j += from_watt_hours(received_wh).value();
    ASSERT_TRUE(period.close());
    books_.enter(period, {flow});
  }
  /// Kinds of what a reading finds.
  std::string read() {
    std::string kinds;
    for (const Finding& f : books_.read()) kinds += f.kind + ' ';
    return kinds;
  }
  [[nodiscard]] auto account(EnergyFlow flow) const { return books_.account("A", flow); }

  StopSignal stop_;
  SimulatedReactor reactor_{stop_, UtcTime{}};
  testing::FakeBench bench_;
  std::unique_ptr<Station> station_ = testing::make_fake_station(reactor_, bench_);
  InterlockKeeper interlock_{*station_};
  const std::vector<std::size_t> one_{0};
  Plan plan_ = sample::plan({});
  EnergyBooks books_{*station_, plan_, one_};
};

TEST_F(Books, AreReconciledOverEachPeriodAndOverTheWhole) {
  EXPECT_EQ(read(), "");
  for (int i = 0; i < 4; ++i) {
    count(kDelivered, 100, 100.5);  // within a pulse and a step each time, 2 Wh apart in the end
    EXPECT_EQ(read(), i < 2 ? "" : i == 2 ? "led_register " : "") << i;
  }
  EXPECT_TRUE(books_.disagrees("A"));
}

TEST_F(Books, HaveAnAccountForEachRegister) {
  static_cast<void>(read());
  count(kDelivered, 100, 100);
  count(kReceived, 50, 0, 50);
  EXPECT_EQ(read(), "");
  EXPECT_EQ(account(kDelivered)->account.led_pulses, 100U);
  EXPECT_EQ(account(kReceived)->account.led_pulses, 50U);
  EXPECT_NEAR(watt_hours(account(kReceived)->account.registered), 50, 1e-9);
}

TEST_F(Books, SeeEnergyInTheWrongRegister) {
  static_cast<void>(read());
  count(kDelivered, 100, 0, 100);
  EXPECT_EQ(read(), "led_register ");
}

TEST_F(Books, SeeEnergyThatOneRegisterTakesAndTheOtherTakesToo) {
  static_cast<void>(read());
  count(kDelivered, 100, 100, 2);
  EXPECT_EQ(read(), "led_register ");
}

TEST_F(Books, SeeAMeterWhoseRegisterStandsStillWhenEnergyComesBack) {
  static_cast<void>(read());
  count(kReceived, 100, 0, 0);
  EXPECT_EQ(read(), "led_register ");
}

TEST_F(Books, GrantAPartOfAPulseToEachChangeOfDirection) {
  static_cast<void>(read());
  count(kDelivered, 100, 100.9);
  count(kReceived, 0, 0);
  count(kDelivered, 100, 100.9);
  EXPECT_EQ(account(kDelivered).error(), "its registers were not read after the last load");
  EXPECT_EQ(read(), "");
  EXPECT_NEAR(watt_hours(account(kDelivered)->tolerance), 2.1, 1e-9);
  count(kDelivered, 100, 100.9);
  EXPECT_EQ(read(), "led_register ") << "2.7 Wh in two stretches";
}

TEST_F(Books, LeaveOpenWhichRegisterTookTheEnergyOfBalancedLoads) {
  static_cast<void>(read());
  count(kBalanced, 3, 1, 2);
  EXPECT_EQ(read(), "");
  count(kBalanced, 0, 0, 8);
  EXPECT_EQ(read(), "led_register ") << "the LED is dark";
}

TEST_F(Books, AgreeAcrossAReadingThatTheOpticalPortDidNotGive) {
  static_cast<void>(read());
  count(kDelivered, 100, 100);
  bench_.lost_at["optical A"] = reactor_.now();
  EXPECT_EQ(read(), "optical_port ");
  count(kDelivered, 100, 100);
  bench_.lost_at.clear();
  EXPECT_EQ(read(), "");
  EXPECT_EQ(account(kDelivered)->account.led_pulses, 200U);
}

TEST_F(Books, StayOpenWhereThePortIsSilentInTheEnd) {
  static_cast<void>(read());
  count(kDelivered, 100, 100);
  bench_.lost_at["optical A"] = reactor_.now();
  static_cast<void>(read());
  EXPECT_FALSE(account(kDelivered));
}

TEST_F(Books, BeginAnewWherePulsesWereNotCountedToTheEnd) {
  static_cast<void>(read());
  count(kDelivered, 100, 100);
  static_cast<void>(read());
  books_.break_off();
  bench_.meters["A"].delivered_j += from_watt_hours(1000).value();
  EXPECT_FALSE(account(kDelivered));
  EXPECT_EQ(read(), "") << "nobody counted";
  count(kDelivered, 30, 30);
  EXPECT_EQ(read(), "");
  EXPECT_EQ(account(kDelivered)->account.led_pulses, 30U);
}

TEST_F(Books, BeginWithTheFirstReadingThatThereIs) {
  bench_.lost_at["optical A"] = reactor_.now();
  static_cast<void>(read());
  count(kDelivered, 100, 100);
  bench_.lost_at.clear();
  EXPECT_EQ(read(), "") << "the registers before the load are not known";
  EXPECT_EQ(account(kDelivered)->account.led_pulses, 0U);
}

TEST_F(Books, ResolveNothingWithoutALoad) {
  static_cast<void>(read());
  EXPECT_TRUE(account(kDelivered)->agrees());
  EXPECT_FALSE(account(kDelivered)->resolution() < Ratio{1e9});
}

}  // namespace
}  // namespace meterbench
