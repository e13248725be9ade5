#include "bench/measurement/window.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <set>
#include <stdexcept>

namespace meterbench {
namespace {

constexpr double kSqrt6 = 2.449489742783178;

/// 2S, 240 V, 50 A, power factor 1: 12 kW. Kt = 1 Wh, so a pulse takes 3600 J/12 kW = 0.3 s.
WindowConditions twelve_kilowatts() {
  WindowConditions c;
  c.scan_period = std::chrono::milliseconds{1};
  c.kt = from_watt_hours(1);
  c.power = ActivePower{12'000};
  c.reference_pulse = from_watt_hours(1e-5);
  c.reference.standard_uncertainty = from_percent(0.01);  // U = 0.02 %, k = 2
  c.station.reference_drift = from_percent(0.01);
  c.station.reference_linearity = from_percent(0.006);
  c.station.pickup_jitter = Seconds{20e-6};
  c.station.meter_delay_limit = Seconds{0.5};
  c.power_ramp_percent_per_s = -0.01;
  c.station.repeatability = from_percent(0.005);
  c.station.repeatability_dof = 9;
  return c;
}

/// Only the certificate and the scan count.
WindowConditions certificate_and_scan() {
  WindowConditions c = twelve_kilowatts();
  c.station.reference_drift = c.station.reference_linearity = c.station.repeatability = Ratio{0};
  c.station.pickup_jitter = Seconds{0};
  c.power_ramp_percent_per_s = 0;
  return c;
}

std::map<std::string, Component> by_name(const Budget& budget) {
  std::map<std::string, Component> rows;
  for (const Component& row : budget.components) rows.emplace(row.name, row);
  return rows;
}

TEST(WindowBudget, HasEachComponentOnceWithItsFigureByHand) {
  const Budget budget = window_budget(twelve_kilowatts(), 100);  // T = 30 s, M = 100 Wh/0.01 mWh = 10⁷
  const auto rows = by_name(budget);
  ASSERT_EQ(budget.components.size(), 8U);
  ASSERT_EQ(rows.size(), 8U);
  const auto contribution = [&](const char* name) { return rows.at(name).contribution_percent(); };
  EXPECT_NEAR(contribution("reference calibration"), 0.01, 1e-12);
  EXPECT_NEAR(contribution("reference drift"), 0.005773503, 1e-9);              // 0.01/√3
  EXPECT_NEAR(contribution("reference linearity"), 0.003464102, 1e-9);          // 0.006/√3
  EXPECT_NEAR(contribution("scan period"), 0.001360828, 1e-9);                  // 100·0.001/(30·√6)
  EXPECT_NEAR(contribution("reference pulse resolution"), 4.082483e-6, 1e-12);  // 100/(10⁷·√6)
  EXPECT_NEAR(contribution("pickup jitter"), 9.428090e-5, 1e-11);               // 100·√2·0.00002/30
  EXPECT_NEAR(contribution("meter delay under ramp"), 0.002886751, 1e-9);       // 0.01·0.5/√3
  EXPECT_NEAR(contribution("repeatability"), 0.005, 1e-12);
}

TEST(WindowBudget, StatesDistributionDegreesOfFreedomAndOriginOfEachComponent) {
  const auto rows = by_name(window_budget(twelve_kilowatts(), 100));
  EXPECT_EQ(rows.at("reference calibration").distribution, Distribution::normal);
  EXPECT_EQ(rows.at("reference calibration").origin, "certificate");
  EXPECT_EQ(rows.at("reference drift").distribution, Distribution::rectangular);
  EXPECT_EQ(rows.at("reference drift").origin, "station file");
  EXPECT_EQ(rows.at("reference linearity").distribution, Distribution::rectangular);
  EXPECT_EQ(rows.at("scan period").distribution, Distribution::triangular);
  EXPECT_EQ(rows.at("scan period").origin, "computed");
  EXPECT_EQ(rows.at("reference pulse resolution").origin, "computed");
  EXPECT_EQ(rows.at("pickup jitter").distribution, Distribution::normal);
  EXPECT_EQ(rows.at("meter delay under ramp").distribution, Distribution::rectangular);
  EXPECT_EQ(rows.at("meter delay under ramp").origin, "measured in the run");
  EXPECT_EQ(rows.at("repeatability").degrees_of_freedom, 9);
  EXPECT_TRUE(std::isinf(rows.at("reference calibration").degrees_of_freedom));
}

TEST(WindowBudget, CombinesToTheRootSumOfSquares) {
  // 1 + 0.3333333 + 0.12 + 0.0185185 + 0.0000002 + 0.0000889 + 0.0833333 + 0.25 = 1.8052742, all · 10⁻⁴ %².
  const Budget budget = window_budget(twelve_kilowatts(), 100);
  EXPECT_NEAR(budget.combined_percent(), 0.013436049, 1e-8);
  // Welch–Satterthwaite: (1.8052742e-4)²·9/0.005⁴ = 469.3.
  EXPECT_NEAR(budget.effective_degrees_of_freedom(), 469.3, 0.1);
}

TEST(WindowBudget, HasThePositionAndAStandardWhereTheyAreStated) {
  WindowConditions c = twelve_kilowatts();
  c.isolation.standard_uncertainty = from_percent(0.005);
  c.standard.standard_uncertainty = from_percent(0.010);
  const auto rows = by_name(window_budget(c, 100));
  ASSERT_EQ(rows.size(), 10U);
  EXPECT_NEAR(rows.at("position burden and isolation").contribution_percent(), 0.005, 1e-12);
  EXPECT_NEAR(rows.at("standard's certificate").contribution_percent(), 0.010, 1e-12);
  // No window, however long, makes them smaller.
  c = certificate_and_scan();
  c.isolation.standard_uncertainty = from_percent(0.01);
  EXPECT_NEAR(percent(smallest_uncertainty(c)), 0.02 * std::sqrt(2.0), 1e-9);
}

/// Its fifth harmonic; the certificate of the reference is for sine.
Waveform with_harmonics() {
  return {.name = "fifth",
          .harmonics = {{.order = 5, .voltage = from_percent(10), .current = from_percent(40)}}};
}

TEST(WindowBudget, HasTheReferenceWithHarmonicsWhereTheLoadHasThemAndTheStationStatesIt) {
  WindowConditions c = certificate_and_scan();
  c.waveform = with_harmonics();
  c.reference.of_waveform = false;
  EXPECT_FALSE(by_name(window_budget(c, 100)).contains("reference with harmonics"));
  EXPECT_NEAR(percent(smallest_uncertainty(c)), 0.02, 1e-9);
  c.station.reference_harmonics = from_percent(0.03);
  const Component row = by_name(window_budget(c, 100)).at("reference with harmonics");
  EXPECT_EQ(row.distribution, Distribution::rectangular);
  EXPECT_EQ(row.origin, "station file");
  EXPECT_NEAR(row.contribution_percent(), 0.017320508, 1e-9);                              // 0.03/√3
  EXPECT_NEAR(percent(smallest_uncertainty(c)), 2 * std::hypot(0.01, 0.017320508), 1e-9);  // however long
  c.reference.of_waveform = true;  // it has rows of its own
  EXPECT_FALSE(by_name(window_budget(c, 100)).contains("reference with harmonics"));
}

/// Two periods of 60 Hz on, two off: one burst is 33.3 ms at twice the mean power, half of it beyond the
/// mean.
TEST(WindowBudget, HasTheEnergyOfABurstThatLiesBetweenTheMetersDelayAndTheReference) {
  WindowConditions c = certificate_and_scan();
  EXPECT_FALSE(by_name(window_budget(c, 100)).contains("bursts"));
  c.waveform = {.name = "bursts", .burst = {2, 2}};
  EXPECT_THROW(static_cast<void>(window_budget(c, 100)), std::invalid_argument) << "of no frequency";
  c.frequency = Frequency{60};
  const double window_s = window_time(c, 100).value();
  const Component row = by_name(window_budget(c, 100)).at("bursts");
  EXPECT_EQ(row.distribution, Distribution::triangular);
  EXPECT_NEAR(row.contribution_percent(), 100 * (2.0 / 60) / window_s / std::sqrt(6.0), 1e-12);
  EXPECT_NEAR(by_name(window_budget(c, 400)).at("bursts").contribution_percent(),
              row.contribution_percent() / 4, 1e-12);
  EXPECT_TRUE(scatters(row)) << "drawn anew with each window";
  c.waveform.burst = {2, 6};  // a quarter of the time: three quarters of it beyond the mean
  EXPECT_NEAR(by_name(window_budget(c, 100)).at("bursts").contribution_percent(),
              3 * row.contribution_percent(), 1e-12);
}

TEST(WindowBudget, HasWhatAStationStatesBesides) {
  WindowConditions c = certificate_and_scan();
  c.station.reference_temperature_percent_per_k = 0.002;
  c.station.reference_temperature = TemperatureDifference{3};
  c.station.source_distortion = from_percent(0.006);
  const auto rows = by_name(window_budget(c, 100));
  EXPECT_NEAR(rows.at("reference temperature").contribution_percent(), 0.003464102, 1e-9);  // 0.006/√3
  EXPECT_NEAR(rows.at("source distortion").contribution_percent(), 0.003464102, 1e-9);
  c.waveform = with_harmonics();  // which its source is told to make
  EXPECT_FALSE(by_name(window_budget(c, 100)).contains("source distortion"));
}

TEST(WindowBudget, HasDeviationsByTheMetersCoefficients) {
  WindowConditions c = certificate_and_scan();
  c.deviation = {TemperatureDifference{2}, Ratio{0.005}, Ratio{0.004}, from_degrees(0.1), Ratio{0.001}};
  EXPECT_FALSE(by_name(window_budget(c, 100)).contains("ambient of the meter")) << "no coefficient is stated";
  c.influences = {0.03, 0.02, 0.01, 0.5, 0.04, "maker"};
  const auto rows = by_name(window_budget(c, 100));
  const auto half_width = [&](const char* name) {
    return rows.at(name).contribution_percent() * std::sqrt(3.0);
  };
  EXPECT_NEAR(half_width("ambient of the meter"), 0.06, 1e-12);
  EXPECT_NEAR(half_width("voltage deviation"), 0.01, 1e-12);     // 0.5 % at 0.02
  EXPECT_NEAR(half_width("current deviation"), 0.004, 1e-12);    // 0.4 % at 0.01
  EXPECT_NEAR(half_width("angle deviation"), 0.05, 1e-12);       // 0.1° at 0.5
  EXPECT_NEAR(half_width("frequency deviation"), 0.004, 1e-12);  // 0.1 % at 0.04
  EXPECT_EQ(rows.at("ambient of the meter").unit, "K");
}

TEST(WindowBudget, DividesRepeatabilityByTheRootOfTheNumberOfWindows) {
  WindowConditions c = certificate_and_scan();
  c.station.repeatability = from_percent(0.006);
  c.station.repeatability_dof = 20;
  c.windows = 4;
  const Component row = by_name(window_budget(c, 100)).at("repeatability");
  EXPECT_NEAR(row.contribution_percent(), 0.003, 1e-12);
  EXPECT_EQ(row.degrees_of_freedom, 20);
}

TEST(WindowBudget, GivesTheScanPeriodFourThousandthsPercentInTenSeconds) {
  WindowConditions c = certificate_and_scan();
  c.power = ActivePower{3'600};  // a pulse a second
  EXPECT_NEAR(by_name(window_budget(c, 10)).at("scan period").contribution_percent(), 0.0041, 5e-5);
}

TEST(WindowBudget, CountsReferencePulsesOfTheWholeSeriesWithOneCoilAlone) {
  // F = 2: the reference counts twice the meter's energy in the same time.
  WindowConditions c = twelve_kilowatts();
  c.circuit_factor = 2;
  const auto rows = by_name(window_budget(c, 100));
  EXPECT_NEAR(rows.at("reference pulse resolution").contribution_percent(), 4.082483e-6 / 2, 1e-12);
  EXPECT_NEAR(rows.at("scan period").contribution_percent(), 0.001360828, 1e-9);
}

TEST(WindowBudget, RefusesConditionsThatCannotBe) {
  for (const auto spoil : std::initializer_list<void (*)(WindowConditions&)>{
           [](WindowConditions& c) { c.power = ActivePower{0}; },
           [](WindowConditions& c) { c.power = ActivePower{NAN}; },
           [](WindowConditions& c) { c.kt = ActiveEnergy{0}; },
           [](WindowConditions& c) { c.scan_period = Duration{}; },
           [](WindowConditions& c) { c.reference_pulse = ActiveEnergy{-1}; },
           [](WindowConditions& c) { c.circuit_factor = 0; },
           [](WindowConditions& c) { c.station.repeatability_dof = 0; }}) {
    WindowConditions c = twelve_kilowatts();
    spoil(c);
    EXPECT_THROW(static_cast<void>(window_budget(c, 100)), std::invalid_argument);
  }
  EXPECT_THROW(static_cast<void>(window_budget(twelve_kilowatts(), 0)), std::invalid_argument);
}

TEST(ScanPeriod, HasTheStandardDeviationOfTwoEdgesAtRandomWithinTheirScans) {
  // Edges at random instants, each taken for the middle of its scan period; the spread of the window's
  // length.
  constexpr double kScan = 1e-3, kWindow = 30;
  constexpr int kTrials = 20'000;
  std::mt19937_64 random{20'250'602};
  std::uniform_real_distribution<double> phase{0, 1};
  double sum = 0, squares = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const double begin = phase(random);
    const double end = begin + kWindow + kScan * phase(random);
    const auto seen = [&](double t) { return (std::floor(t / kScan) + 0.5) * kScan; };
    const double error_percent = 100 * ((seen(end) - seen(begin)) - (end - begin)) / kWindow;
    sum += error_percent;
    squares += error_percent * error_percent;
  }
  const double mean = sum / kTrials;
  const double deviation = std::sqrt(squares / kTrials - mean * mean);
  const double budgeted =
      by_name(window_budget(twelve_kilowatts(), 100)).at("scan period").contribution_percent();
  EXPECT_NEAR(deviation, budgeted, 0.02 * budgeted);  // 20,000 trials know it to 0.5 %
  EXPECT_NEAR(budgeted, 100 * kScan / (kWindow * kSqrt6), 1e-12);
}

TEST(SmallestUncertainty, IsWhatNoLengthOfTheWindowRemoves) {
  // The certificate alone: k = 2, U = 2·0.01 %.
  EXPECT_NEAR(percent(smallest_uncertainty(certificate_and_scan())), 0.02, 1e-9);
}

TEST(SamplingFor, IsTheLeastNumberThatMeetsTheTarget) {
  // U = 0.025 % leaves √(0.0125² − 0.01²) = 0.0075 % for the scan: T ≥ 0.1/(0.0075·√6) = 5.4433 s = 18.14
  // pulses.
  const auto sampling = sampling_for(certificate_and_scan(), from_percent(0.025), Seconds{0});
  ASSERT_TRUE(sampling);
  EXPECT_EQ(sampling->pulses, 19U);
  EXPECT_EQ(sampling->windows, 1);
}

TEST(SamplingFor, KeepsTheWindowAtLeastAsLongAsAsked) {
  // 30 s are 100 pulses of 0.3 s exactly, 30.1 s are 100.33.
  EXPECT_EQ(sampling_for(certificate_and_scan(), from_percent(0.1), Seconds{30})->pulses, 100U);
  EXPECT_EQ(sampling_for(certificate_and_scan(), from_percent(0.1), Seconds{30.1})->pulses, 101U);
}

TEST(SamplingFor, TakesOnePulseWhereOneIsEnough) {
  WindowConditions c = certificate_and_scan();
  c.power = ActivePower{36};  // 100 s a pulse
  EXPECT_EQ(sampling_for(c, from_percent(0.1), Seconds{30})->pulses, 1U);
}

TEST(SamplingFor, NamesTheSmallestReachableUncertaintyWhenTheTargetIsBelowIt) {
  const auto sampling = sampling_for(certificate_and_scan(), from_percent(0.019), Seconds{30});
  ASSERT_FALSE(sampling);
  EXPECT_NEAR(percent(sampling.error()), 0.02, 1e-7);
  // What it names can be reached.
  EXPECT_TRUE(sampling_for(certificate_and_scan(), sampling.error(), Seconds{30}));
}

TEST(SamplingFor, PlansNoWindowLongerThanADay) {
  // After 86,400 s the scan still adds 100·0.001/(86400·√6) = 4.73e-7 % to the certificate's 0.01 %: the
  // floor of 0.02 % is exceeded by the part ½·(4.73e-5)² = 1.12e-9. Half of that would take two days.
  const WindowConditions c = certificate_and_scan();
  EXPECT_FALSE(sampling_for(c, from_percent(0.02 * (1 + 0.5e-9)), Seconds{30}));
  EXPECT_TRUE(sampling_for(c, from_percent(0.02 * (1 + 1.5e-9)), Seconds{30}));
}

TEST(SamplingFor, TakesMoreWindowsWhereOneScattersTooMuch) {
  // U = 0.024 % leaves √(0.012² − 0.01²) = 0.006633 % for scan and repeatability. One window scatters by
  // 0.009 %; two of them by 0.006364 %, which leaves 0.001871 % for the scan: T ≥ 0.1/(0.001871·√6) = 21.82 s
  // = 72.7 pulses. Three windows of 10 s would take longer.
  WindowConditions c = certificate_and_scan();
  c.station.repeatability = from_percent(0.009);
  c.station.repeatability_dof = 1e9;
  const auto sampling = sampling_for(c, from_percent(0.024), Seconds{10});
  ASSERT_TRUE(sampling);
  EXPECT_EQ(sampling->windows, 2);
  EXPECT_EQ(sampling->pulses, 73U);  // 21.8 s of 0.3 s each
  c.windows = sampling->windows;
  EXPECT_LE(percent(from_percent(window_budget(c, sampling->pulses).expanded_percent())), 0.024);
  EXPECT_GT(percent(from_percent(window_budget(c, sampling->pulses - 1).expanded_percent())), 0.024);
}

TEST(ObservedBudget, TakesTheScatterThatWasSeenWhereItIsLarger) {
  WindowConditions c = certificate_and_scan();
  c.station.repeatability = from_percent(0.003);
  c.station.repeatability_dof = 50;
  c.windows = 4;
  // s of −3, −1, 1, 3 is √(20/3) = 2.582, in 0.01 %.
  const std::vector<Ratio> wide{Ratio{-3e-4}, Ratio{-1e-4}, Ratio{1e-4}, Ratio{3e-4}};
  EXPECT_NEAR(percent(scatter_of(wide)), 0.025819889, 1e-9);
  const Component seen = by_name(observed_budget(c, 100, wide)).at("repeatability");
  EXPECT_NEAR(seen.contribution_percent(), 0.012909944, 1e-9);
  EXPECT_EQ(seen.degrees_of_freedom, 3);
  EXPECT_EQ(seen.origin, "measured in the run");
  const std::vector<Ratio> narrow{Ratio{0}, Ratio{0}, Ratio{0}, Ratio{1e-6}};
  EXPECT_EQ(by_name(observed_budget(c, 100, narrow)).at("repeatability").degrees_of_freedom, 50);
}

/// 12 kW by a 53230A and readings of the reference once a second.
WindowConditions by_time_stamps() {
  WindowConditions c = twelve_kilowatts();
  c.method = CountingMethod::timestamps;
  c.scan_period = {};
  c.reference_pulse = {};
  c.stamp_resolution = Seconds{1e-3};  // coarse, to be seen
  c.time_base = Ratio{1e-4};
  c.reading_period = Seconds{1};
  c.station.reading_noise = from_percent(0.02);
  return c;
}

TEST(WindowBudget, OfTimeStampsByHand) {
  const auto rows = by_name(window_budget(by_time_stamps(), 100));  // T = 30 s
  ASSERT_EQ(rows.size(), 9U);
  const auto contribution = [&](const char* name) { return rows.at(name).contribution_percent(); };
  EXPECT_NEAR(contribution("time stamp resolution"), 0.002721655, 1e-9);  // 100·√2·0.001/(30·√3)
  EXPECT_NEAR(contribution("time base"), 0.005773503, 1e-9);              // 0.01/√3
  EXPECT_NEAR(contribution("reference readings"), 0.003651484, 1e-9);     // 0.02/√30
  EXPECT_NEAR(contribution("pickup jitter"), 9.428090e-5, 1e-11);
  EXPECT_EQ(rows.count("scan period"), 0U);
  EXPECT_EQ(rows.count("reference pulse resolution"), 0U);
}

TEST(WindowBudget, OfAGateHasOnePulseOfResolution) {
  WindowConditions c = by_time_stamps();
  c.method = CountingMethod::gated_total;
  const auto rows = by_name(window_budget(c, 100));
  ASSERT_EQ(rows.size(), 8U);
  EXPECT_NEAR(rows.at("LED pulse resolution").contribution_percent(), 0.408248290, 1e-9);  // 1/√6
  EXPECT_EQ(rows.at("LED pulse resolution").distribution, Distribution::triangular);
  EXPECT_EQ(rows.count("pickup jitter"), 0U);
  EXPECT_EQ(rows.count("time stamp resolution"), 0U);
}

TEST(WindowBudget, OfAnErrorCalculatorHasNoScan) {
  WindowConditions c = twelve_kilowatts();
  c.method = CountingMethod::error_calculator;
  c.scan_period = {};
  c.reference_pulse = from_watt_hours(0.01);
  const auto rows = by_name(window_budget(c, 100));  // M = 10⁴
  ASSERT_EQ(rows.size(), 7U);
  EXPECT_NEAR(rows.at("reference pulse resolution").contribution_percent(), 0.004082483, 1e-9);
  EXPECT_NEAR(rows.at("pickup jitter").contribution_percent(), 9.428090e-5, 1e-11);
}

TEST(WindowBudget, RefusesAMethodWithoutWhatItNeeds) {
  WindowConditions c = by_time_stamps();
  c.reading_period = {};
  EXPECT_THROW((void)window_budget(c, 10), std::invalid_argument);
  c = twelve_kilowatts();
  c.method = CountingMethod::error_calculator;
  c.reference_pulse = {};
  EXPECT_THROW((void)window_budget(c, 10), std::invalid_argument);
}

}  // namespace
}  // namespace meterbench
