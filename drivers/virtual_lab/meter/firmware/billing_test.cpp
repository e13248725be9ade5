#include "drivers/virtual_lab/meter/firmware/billing.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/support/billing_bench.h"

namespace meterbench::firmware {
namespace {

constexpr std::uint32_t kQuarter = 15 * 60;
constexpr std::uint16_t kUser = 2;

LocalTime at(std::uint32_t hour, std::uint32_t minute, std::uint32_t second = 0) {
  return BillingBench::at(hour, minute, second);
}

BillingBench started(LocalTime time) {
  BillingBench bench;
  bench.start(time);
  return bench;
}

TEST(Billing, RegistersEnergyByDirectionInWholePulses) {
  BillingBench bench = started(at(8, 0));
  bench.run(3600, 12'000);
  EXPECT_EQ(bench.total().pulses[kDelivered], 12'000U);
  bench.run(60, -6'100);  // 101.67 Wh
  EXPECT_EQ(bench.total().pulses[kReceived], 101U);
  bench.run(60, -6'100);
  EXPECT_EQ(bench.total().pulses[kReceived], 203U);
  EXPECT_EQ(bench.total().pulses[kDelivered], 12'000U);
}

TEST(Billing, RegistersNothingWithoutCalibration) {
  BillingBench bench;
  bench.calibration.kt = 0;
  bench.start(at(8, 0));
  bench.run(2 * kQuarter, 12'000);
  EXPECT_EQ(bench.data().registers, empty_registers());
}

TEST(Billing, TakesTheRegistersDefectsFromTheCalibration) {
  BillingBench bench;
  bench.calibration.register_options = kDirectionSwapped;
  bench.calibration.register_gain_ppm = 100'000;
  bench.start(at(8, 0));
  bench.run(3600, 1'000);
  EXPECT_EQ(bench.total().pulses[kReceived], 1'100U);
  EXPECT_EQ(bench.total().pulses[kDelivered], 0U);
}

TEST(Billing, RegistersEnergyByTier) {
  BillingBench bench;
  bench.configuration.tier_switches = 2;
  bench.configuration.tier_switch[0] = {8 * 60 + 30, 1, 0};
  bench.configuration.tier_switch[1] = {9 * 60 + 15, 3, 0};
  bench.start(at(8, 0));
  EXPECT_EQ(bench.data().tier, 3) << "of the day before";
  bench.run(2 * 3600, 2'000);
  EXPECT_EQ(bench.data().registers.tier[3].pulses[kDelivered], 2'500U);
  EXPECT_EQ(bench.data().registers.tier[1].pulses[kDelivered], 1'500U);
  EXPECT_EQ(bench.data().registers.tier[0].pulses[kDelivered], 0U);
  EXPECT_EQ(bench.total().pulses[kDelivered], 4'000U);
  EXPECT_EQ(bench.events(), (std::vector<int>{kEventPowerUp, kEventTierChange, kEventTierChange}));
}

TEST(Billing, FormsBlockDemandOnTheQuartersOfTheHour) {
  BillingBench bench = started(at(8, 5));
  bench.run(10 * 60, 48'000);  // the rest of a quarter: no demand
  EXPECT_EQ(bench.peak(), (PeakDemand{0, kNoTime, 0}));
  bench.run(kQuarter, 5'321);
  EXPECT_EQ(bench.peak(), (PeakDemand{5'321, at(8, 30), 0}));
  bench.run(kQuarter, 5'000);
  EXPECT_EQ(bench.peak(), (PeakDemand{5'321, at(8, 30), 0}));
  EXPECT_EQ(bench.data().present.last_demand_watts[kDelivered], 5'000U);
  // Energy over the whole length: 5 min of 18 kW and 10 min of nothing are 6 kW.
  bench.run(5 * 60, 18'000);
  bench.run(10 * 60, 0);
  EXPECT_EQ(bench.peak(), (PeakDemand{6'000, at(9, 0), 0}));
  bench.run(kQuarter, -7'000);
  EXPECT_EQ(bench.total().peak[kReceived], (PeakDemand{7'000, at(9, 15), 0}));
}

TEST(Billing, FormsRollingDemandAtEachSubinterval) {
  BillingBench bench;
  bench.configuration.subinterval_minutes = 5;
  bench.configuration.subintervals = 3;
  bench.start(at(8, 0));
  bench.run(10 * 60, 9'000);
  EXPECT_EQ(bench.peak().at, kNoTime);
  bench.run(5 * 60, 3'000);
  EXPECT_EQ(bench.peak(), (PeakDemand{7'000, at(8, 15), 0}));
  bench.run(5 * 60, 12'000);
  EXPECT_EQ(bench.peak(), (PeakDemand{8'000, at(8, 20), 0}));
}

TEST(Billing, FormsDemandFromEnergyBelowOnePulse) {
  BillingBench bench = started(at(8, 0));
  bench.run(kQuarter, 3);  // 0.75 Wh
  EXPECT_EQ(bench.total().pulses[kDelivered], 0U);
  EXPECT_EQ(bench.peak().watts, 3U);
}

TEST(Billing, TellsOfTheDemandUnderWay) {
  BillingBench bench = started(at(8, 0));
  bench.run(5 * 60, 6'000);
  EXPECT_EQ(bench.data().present.demand_watts[kDelivered], 2'000U);
  EXPECT_EQ(bench.data().present.demand_seconds_left, 600U);
  PresentValues measured{};
  measured.millivolts = 240'000;
  measured.watts = -17;
  bench.billing->on_present(measured);
  EXPECT_EQ(bench.data().present.millivolts, 240'000U);
  EXPECT_EQ(bench.data().present.watts, -17);
  EXPECT_EQ(bench.data().present.demand_watts[kDelivered], 2'000U) << "is not the metering's";
}

// E-34: what happens in an interval that is cut short forms no demand, however great it was; the whole ones
// around it do.
struct Cut {
  const char* name;
  std::function<void(BillingBench&)> what;  // at 8:25
};

class CutInterval : public testing::TestWithParam<Cut> {};

TEST_P(CutInterval, FormsNoDemand) {
  for (const std::uint8_t subintervals : {1, 3}) {
    BillingBench bench;
    bench.configuration.subinterval_minutes = static_cast<std::uint8_t>(15 / subintervals);
    bench.configuration.subintervals = subintervals;
    bench.start(at(8, 0));
    bench.run(kQuarter, 1'000);
    ASSERT_EQ(bench.peak().watts, 1'000U);
    bench.run(9 * 60 + 59, 40'000);
    const PeakDemand before = bench.peak();  // a rolling demand saw five minutes of that
    bench.run(1, 40'000);
    GetParam().what(bench);
    const PeakDemand cut = bench.peak();
    bench.run(4 * 60 + 30, 40'000);  // ends before any whole interval begun after it could end
    EXPECT_EQ(bench.peak().watts, cut.watts) << unsigned{subintervals};
    if (subintervals == 1) {
      EXPECT_EQ(bench.peak(), before);
    }
  }
}

TEST_P(CutInterval, IsFollowedByWholeOnes) {
  BillingBench bench = started(at(8, 0));
  bench.run(kQuarter, 1'000);
  bench.run(10 * 60, 40'000);
  GetParam().what(bench);
  const std::uint32_t over = bench.data().now % kQuarter;
  bench.run(over == 0 ? 0 : kQuarter - over, 40'000);
  EXPECT_EQ(bench.peak().watts, 1'000U) << "the rest of the interval forms none either";
  bench.run(kQuarter, 2'000);
  EXPECT_EQ(bench.peak().watts, 2'000U);
  EXPECT_EQ(bench.peak().at, bench.data().now);
  EXPECT_EQ(bench.data().now % kQuarter, 0U);
}

void set_clock(BillingBench& bench, LocalTime time) {
  ASSERT_EQ(bench.billing->set_clock(time, kUser), ProcedureResult::done);
}
void cut_power(BillingBench& bench, std::uint32_t seconds) {
  const LocalTime back = bench.data().now + seconds;
  bench.billing->on_power_fail();
  bench.burn();
  bench.start(back);
}

INSTANTIATE_TEST_SUITE_P(
    E34, CutInterval,
    testing::Values(Cut{"clock_set_forward", [](BillingBench& b) { set_clock(b, at(8, 29, 50)); }},
                    Cut{"clock_set_over_the_end", [](BillingBench& b) { set_clock(b, at(8, 31)); }},
                    Cut{"clock_set_to_the_end", [](BillingBench& b) { set_clock(b, at(8, 30)); }},
                    Cut{"clock_set_back", [](BillingBench& b) { set_clock(b, at(8, 16)); }},
                    Cut{"clock_set_back_to_the_beginning", [](BillingBench& b) { set_clock(b, at(8, 15)); }},
                    Cut{"clock_set_back_before_the_beginning",
                        [](BillingBench& b) { set_clock(b, at(8, 14, 55)); }},
                    Cut{"power_cut", [](BillingBench& b) { cut_power(b, 2); }},
                    Cut{"power_cut_to_the_end", [](BillingBench& b) { cut_power(b, 5 * 60); }},
                    Cut{"power_cut_without_reset",
                        [](BillingBench& b) {
                          b.billing->on_power_fail();
                          b.billing->on_power_return();
                        }},
                    Cut{"test_mode",
                        [](BillingBench& b) {
                          b.billing->change_mode(Mode::test, kUser);
                          b.run(7, 40'000);
                          b.billing->change_mode(Mode::metering, kUser);
                        }},
                    Cut{"test_mode_by_its_switch",
                        [](BillingBench& b) {
                          b.press(kSwitchTestMode);
                          b.press(kSwitchTestMode);
                        }},
                    Cut{"configuration", [](BillingBench& b) { b.billing->configure(b.configuration); }},
                    Cut{"warm_start", [](BillingBench& b) { b.billing->warm_start(kUser); }}),
    [](const auto& case_) { return case_.param.name; });

TEST(Billing, FormsNoDemandOfATierInAnIntervalOverTwo) {
  BillingBench bench;
  bench.configuration.tier_switches = 2;
  bench.configuration.tier_switch[0] = {0, 1, 0};
  bench.configuration.tier_switch[1] = {8 * 60 + 20, 2, 0};
  bench.start(at(8, 0));
  bench.run(kQuarter, 1'000);
  bench.run(kQuarter, 9'000);  // half of it in tier 2
  EXPECT_EQ(bench.peak().watts, 9'000U) << "the interval itself was whole";
  EXPECT_EQ(bench.data().registers.tier[1].peak[kDelivered], (PeakDemand{1'000, at(8, 15), 0}));
  EXPECT_EQ(bench.data().registers.tier[2].peak[kDelivered].at, kNoTime);
  bench.run(kQuarter, 2'000);
  EXPECT_EQ(bench.data().registers.tier[2].peak[kDelivered], (PeakDemand{2'000, at(8, 45), 0}));
}

TEST(Billing, FormsTheDemandOfATierThatChangesWithTheInterval) {
  BillingBench bench;
  bench.configuration.tier_switches = 2;
  bench.configuration.tier_switch[0] = {0, 1, 0};
  bench.configuration.tier_switch[1] = {8 * 60 + 15, 2, 0};
  bench.start(at(8, 0));
  bench.run(kQuarter, 3'000);
  bench.run(kQuarter, 2'000);
  EXPECT_EQ(bench.data().registers.tier[1].peak[kDelivered], (PeakDemand{3'000, at(8, 15), 0}));
  EXPECT_EQ(bench.data().registers.tier[2].peak[kDelivered], (PeakDemand{2'000, at(8, 30), 0}));
}

TEST(Billing, FormsNoDemandAfterAnOutageUntilTheColdLoadIsOver) {
  BillingBench bench;
  bench.configuration.cold_load_minutes = 20;
  bench.start(at(8, 0));
  bench.run(2 * kQuarter, 40'000);  // to 8:30; the hold ends at 8:20
  EXPECT_EQ(bench.peak().at, kNoTime);
  EXPECT_EQ(bench.total().pulses[kDelivered], 20'000U) << "energy counts";
  bench.run(kQuarter, 1'000);
  EXPECT_EQ(bench.peak(), (PeakDemand{1'000, at(8, 45), 0}));
}

// A reset has no metrological effect (E-30 3.1.1): the interval goes on.
TEST(Billing, ResetsDemandInTheMiddleOfAnInterval) {
  BillingBench bench = started(at(8, 0));
  bench.run(kQuarter, 4'990);
  bench.run(5 * 60, 9'000);
  const RegisterSet before = bench.data().registers;
  ASSERT_EQ(bench.billing->demand_reset(kUser), ProcedureResult::done);
  EXPECT_EQ(bench.data().previous.registers, before);
  EXPECT_EQ(bench.data().previous.at, at(8, 20));
  EXPECT_EQ(bench.peak(), (PeakDemand{0, kNoTime, 4'990}));
  EXPECT_EQ(bench.data().registers.demand_resets, 1);
  EXPECT_EQ(bench.total().pulses[kDelivered], before.total.pulses[kDelivered]);
  EXPECT_EQ(bench.events().back(), kEventDemandReset);
  EXPECT_EQ(bench.data().events.entries[bench.data().events.last].user, kUser);
  bench.run(10 * 60, 3'000);
  EXPECT_EQ(bench.peak(), (PeakDemand{5'000, at(8, 30), 4'990})) << "9 kW for a third, 3 kW for the rest";
}

TEST(Billing, ClearsEndedSubintervalsWithADemandReset) {
  BillingBench bench;
  bench.configuration.subinterval_minutes = 5;
  bench.configuration.subintervals = 3;
  bench.start(at(8, 0));
  bench.run(10 * 60, 30'000);
  bench.run(2 * 60, 5'000);
  bench.billing->demand_reset(kUser);
  bench.run(3 * 60 + 5 * 60, 5'000);
  EXPECT_EQ(bench.peak().at, kNoTime) << "two subintervals since";
  bench.run(5 * 60, 5'000);
  EXPECT_EQ(bench.peak(), (PeakDemand{5'000, at(8, 25), 0}));
}

TEST(Billing, ExcludesASecondDemandResetForAWhile) {
  BillingBench bench;
  bench.configuration.reset_exclusion_minutes = 10;
  bench.start(at(8, 0));
  EXPECT_EQ(bench.billing->demand_reset(kUser), ProcedureResult::done);
  bench.run(10 * 60 - 1);
  EXPECT_EQ(bench.billing->demand_reset(kUser), ProcedureResult::timing);
  bench.press(kSwitchDemandReset);  // lasts 2 s: it is over by the time that it is let go of
  EXPECT_EQ(bench.data().registers.demand_resets, 2);
  bench.press(kSwitchDemandReset);
  EXPECT_EQ(bench.data().registers.demand_resets, 2);
}

TEST(Billing, KeepsTheRegistersOfTheBillStillInTestMode) {
  BillingBench bench = started(at(8, 0));
  bench.run(kQuarter + 1, 3'601);
  const RegisterSet bill = bench.data().registers;
  ASSERT_EQ(bench.billing->change_mode(Mode::test, kUser), ProcedureResult::done);
  EXPECT_EQ(bench.data().mode, Mode::test);
  EXPECT_EQ(bench.data().registers, empty_registers());
  bench.run(1);
  bench.run(kQuarter, 7'200);
  EXPECT_EQ(bench.total().pulses[kDelivered], 1'800U);
  EXPECT_EQ(bench.peak().watts, 7'200U) << "the interval of a test begins with its next second";
  ASSERT_EQ(bench.billing->change_mode(Mode::metering, kUser), ProcedureResult::done);
  EXPECT_EQ(bench.data().registers, bill);
  // 3,601 W for 901 s are 901.25 Wh; the quarter of a Wh was not lost.
  bench.run(3, 900);  // 0.75 Wh
  EXPECT_EQ(bench.total().pulses[kDelivered], 902U);
  EXPECT_EQ(bench.events(), (std::vector<int>{kEventPowerUp, kEventTestModeOn, kEventTestModeOff}));
}

TEST(Billing, BeginsAnIntervalOfTheTestWithADemandReset) {
  BillingBench bench = started(at(8, 0));
  bench.billing->change_mode(Mode::test, kUser);
  bench.run(100, 40'000);
  bench.billing->demand_reset(kUser);
  bench.run(1, 40'000);
  bench.run(kQuarter - 1, 2'000);
  EXPECT_EQ(bench.peak().at, kNoTime);
  bench.run(1, 2'000);
  EXPECT_EQ(bench.peak().watts, 2'000U);
  bench.billing->change_mode(Mode::metering, kUser);
  EXPECT_EQ(bench.data().registers.demand_resets, 0) << "the bill knows nothing of it";
  EXPECT_EQ(bench.data().previous.at, kNoTime);
}

TEST(Billing, LeavesTestModeByItself) {
  BillingBench bench = started(at(8, 0));
  bench.billing->change_mode(Mode::test, kUser);
  bench.run(Billing::kMostSecondsOfTest - 1);
  EXPECT_EQ(bench.data().mode, Mode::test);
  bench.run(1);
  EXPECT_EQ(bench.data().mode, Mode::metering);
  EXPECT_EQ(bench.events().back(), kEventTestModeOff);
}

TEST(Billing, RefusesOtherModes) {
  BillingBench bench = started(at(8, 0));
  EXPECT_EQ(bench.billing->change_mode(static_cast<Mode>(4), kUser), ProcedureResult::bad_parameter);
  EXPECT_EQ(bench.billing->change_mode(static_cast<Mode>(3), kUser), ProcedureResult::bad_parameter);
  EXPECT_EQ(bench.billing->change_mode(Mode::metering, kUser), ProcedureResult::done);
  EXPECT_EQ(bench.events(), std::vector<int>{kEventPowerUp});
}

TEST(Billing, KeepsTimeByTheLineWhereItIsToldTo) {
  BillingBench bench;
  bench.configuration.clock_source = ClockSource::line;
  bench.start(at(8, 0));
  for (int n = 0; n < 30; ++n) {  // a line of 120 Hz
    bench.billing->on_line_periods(2);
    bench.block();
  }
  EXPECT_EQ(bench.data().now, at(8, 0, 1));
}

}  // namespace
}  // namespace meterbench::firmware
