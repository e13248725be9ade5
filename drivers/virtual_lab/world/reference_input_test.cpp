#include "drivers/virtual_lab/world/reference_input.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

namespace meterbench::virtual_lab {
namespace {

using Definition = ReferenceInput::Definition;

constexpr double kArcmin = std::numbers::pi / 180 / 60;

/// 120 V on each circuit, in antiphase, 10 A in series with `lag`.
Terminals series(double lag) {
  Terminals t;
  t.voltage = {Phasor{120}, Phasor{-120}};
  t.current = {std::polar(10.0, -lag), -std::polar(10.0, -lag)};
  return t;
}

/// Holds `terminals` for `seconds` from `begin`, in one segment.
void hold(ReferenceInput& input, double begin, double seconds, const Terminals& terminals,
          std::uint64_t cell = 0) {
  input.on_segment({instant_at(begin), instant_at(begin + seconds), cell, terminals});
}

ActivePower net(const ReferenceInput::Settings& settings, const Terminals& terminals) {
  ReferenceInput input{1, settings};
  hold(input, 0, 1, terminals);
  return input.reading(std::chrono::seconds{1}).net;
}

TEST(ReferenceInput, FormsThePowerOfItsWiring) {
  EXPECT_NEAR(net({}, series(0)).value(), 2400, 1e-9);
  EXPECT_NEAR(net({.definition = Definition::two_wire}, series(0)).value(), 1200, 1e-9);
  Terminals one_coil = series(0);
  one_coil.current[1] = 0;
  EXPECT_NEAR(net({}, one_coil).value(), 1200, 1e-9);
  // 122 V and 118 V with the load on leg 1 alone: V12·I/2 is not V1·I (type-approval.md 1.1).
  one_coil.voltage = {Phasor{122}, Phasor{-118}};
  EXPECT_NEAR(net({}, one_coil).value(), 1200, 1e-9);
}

TEST(ReferenceInput, FormsTheSumOfItsElements) {
  const ReferenceInput::Settings elements{.definition = Definition::element_sum};
  EXPECT_NEAR(net(elements, series(0)).value(), 2400, 1e-9);
  Terminals one_coil = series(0);
  one_coil.current[1] = 0;
  one_coil.voltage = {Phasor{122}, Phasor{-118}};
  EXPECT_NEAR(net(elements, one_coil).value(), 1220, 1e-9);
}

TEST(ReferenceInput, InSeriesFormsThePowerBetweenTheLinesWithTheCurrentOfTheOneCircuitThatHasIt) {
  const ReferenceInput::Settings in_series{.definition = Definition::series};
  EXPECT_NEAR(net(in_series, series(0)).value(), 2400, 1e-9);
  for (const std::size_t other : {0U, 1U}) {  // twice what a meter with one coil alone has
    Terminals one_coil = series(0);
    one_coil.current[other] = 0;
    EXPECT_NEAR(net(in_series, one_coil).value(), 2400, 1e-9);
  }
}

/// Fifth harmonic of IEC 62053: 10 % of the voltage and 40 % of the current, in phase (type-approval.md 7).
Terminals fifth_harmonic() {
  Terminals t = series(0);
  t.harmonics = {{.order = 5, .voltage = {12, -12}, .current = {4, -4}}};
  return t;
}

TEST(ReferenceInput, FormsThePowerOfAllOrders) {
  for (const auto& [definition, fundamental] : {std::pair{Definition::two_element, 2400.0},
                                                {Definition::element_sum, 2400},
                                                {Definition::series, 2400},
                                                {Definition::two_wire, 1200}})
    EXPECT_NEAR(net({.definition = definition}, fifth_harmonic()).value(), 1.04 * fundamental, 1e-9);
}

TEST(ReferenceInput, ReadsEffectiveValuesOfAllOrders) {
  ReferenceInput input{1, {}};
  hold(input, 0, 1, fifth_harmonic());
  const ReferenceInput::Reading reading = input.reading(std::chrono::seconds{1});
  for (std::size_t i : {0U, 1U}) {
    EXPECT_NEAR(reading.voltage[i].value(), 120 * std::sqrt(1.01), 1e-9);
    EXPECT_NEAR(reading.current[i].value(), 10 * std::sqrt(1.16), 1e-9);
    EXPECT_NEAR(reading.active[i].value(), 1248, 1e-9);
    EXPECT_NEAR(reading.reactive[i].value(), 0, 1e-9);
  }
  EXPECT_NEAR(input.true_energy().value(), 2496, 1e-9);
}

TEST(ReferenceInput, ItsPhaseErrorIsATime) {
  Terminals t;
  t.voltage[0] = 0;
  t.harmonics = {{.order = 5, .voltage = {100, 0}, .current = {std::polar(1.0, -std::numbers::pi / 3), 0}}};
  EXPECT_NEAR(net({.phase_error_arcmin = 6, .definition = Definition::two_wire}, t).value(),
              100 * std::cos(std::numbers::pi / 3 - 5 * 6 * kArcmin), 1e-9);
}

TEST(ReferenceInput, ReadsEachCircuit) {
  ReferenceInput input{1, {}};
  hold(input, 0, 1, series(std::numbers::pi / 3));
  const ReferenceInput::Reading reading = input.reading(std::chrono::seconds{1});
  for (std::size_t i : {0U, 1U}) {
    EXPECT_NEAR(reading.voltage[i].value(), 120, 1e-9);
    EXPECT_NEAR(reading.current[i].value(), 10, 1e-9);
    EXPECT_NEAR(reading.active[i].value(), 600, 1e-9);
    EXPECT_NEAR(reading.reactive[i].value(), 1200 * std::sqrt(0.75), 1e-9);  // inductive: positive
  }
  EXPECT_EQ(reading.frequency, Frequency{60});
}

TEST(ReferenceInput, ReadsTheMeanOverItsIntegrationTime) {
  ReferenceInput input{1, {}};
  hold(input, 0, 2, Terminals{});
  hold(input, 2, 0.5, series(0));
  EXPECT_NEAR(input.reading(std::chrono::milliseconds{500}).net.value(), 2400, 1e-9);
  EXPECT_NEAR(input.reading(std::chrono::seconds{1}).net.value(), 1200, 1e-9);
  EXPECT_NEAR(input.reading(std::chrono::seconds{100}).net.value(), 480,
              1e-9);  // as long as the world is old
  EXPECT_EQ((ReferenceInput{1, {}}.reading(std::chrono::seconds{1}).net), ActivePower{0});
}

TEST(ReferenceInput, ReadsTheRmsOfBurstsOverTime) {
  ReferenceInput input{1, {}};
  Terminals pause = series(0);
  pause.take_currents_away();
  for (int n = 0; n < 20; ++n) hold(input, n * 0.05, 0.05, n % 2 == 0 ? series(0) : pause);
  const auto reading = input.reading(std::chrono::seconds{1});
  EXPECT_NEAR(reading.current[0].value(), 10 / std::sqrt(2.0), 1e-9);
  EXPECT_NEAR(reading.voltage[0].value(), 120, 1e-9);
  EXPECT_NEAR(reading.net.value(), 1200, 1e-9);
}

TEST(ReferenceInput, TakesInDirectCurrent) {
  ReferenceInput input{1, {}};
  Terminals half = series(0);
  half.harmonics = {{.order = 0, .voltage = {}, .current = {Phasor{9}, Phasor{-9}}}};
  hold(input, 0, 1, half);
  const auto reading = input.reading(std::chrono::seconds{1});
  EXPECT_NEAR(reading.current[0].value(), std::sqrt(181.0), 1e-9);
  EXPECT_NEAR(reading.net.value(), 2400, 1e-9) << "no power with a voltage that has none";
}

TEST(ReferenceInput, ReadsHighByItsGain) {
  EXPECT_NEAR(net({.gain_percent = 0.5}, series(0)).value(), 2412, 1e-9);
}

TEST(ReferenceInput, ReadsHighAtLagAndLowAtLeadByItsPhaseError) {
  const double lag = std::numbers::pi / 3;
  // One minute of arc at 0.5 lag is 0.0504 % (type-approval.md 6.1).
  EXPECT_NEAR(100 * (net({.phase_error_arcmin = 1}, series(lag)).value() / 1200 - 1), 0.05038, 1e-4);
  EXPECT_NEAR(net({.phase_error_arcmin = 1}, series(-lag)).value() / 1200, std::cos(lag + kArcmin) / 0.5,
              1e-9);
}

TEST(ReferenceInput, OfTwoElementsMayReadThemApart) {
  const ReferenceInput::Settings apart{.element_difference_percent = 0.5};
  EXPECT_NEAR(net(apart, series(0)).value(), net({}, series(0)).value(), 1e-9) << "in series they make up";
  Terminals opposed = series(0);
  opposed.current[1] = -opposed.current[1];
  EXPECT_NEAR(net({}, opposed).value(), 0, 1e-9);
  EXPECT_NEAR(net(apart, opposed).value(), 0.005 * net({}, series(0)).value(), 1e-9);
}

TEST(ReferenceInput, HasAGainErrorOfItsOwnOnEachRange) {
  ReferenceInput input{1, {.range_error_percent = 0.1}};
  std::set<double> seen;
  for (int range = 0; range < 20; ++range) {
    input.select_range(range);
    hold(input, range, 1, series(0));
    const double error = 100 * (input.reading(std::chrono::seconds{1}).net.value() / 2400 - 1);
    EXPECT_LE(std::abs(error), 0.1);
    seen.insert(error);
  }
  EXPECT_EQ(seen.size(), 20U);
  EXPECT_LT(*seen.begin(), -0.05);
  EXPECT_GT(*seen.rbegin(), 0.05);
  input.select_range(0);  // the same range, the same error
  hold(input, 20, 1, series(0));
  EXPECT_TRUE(seen.contains(100 * (input.reading(std::chrono::seconds{1}).net.value() / 2400 - 1)));
}

TEST(ReferenceInput, FluctuatesWithTheCell) {
  ReferenceInput input{1, {.noise_percent = 0.1}};
  constexpr int kCells = 2000;
  double variance = 0;
  for (int cell = 0; cell < kCells; ++cell) {
    hold(input, cell * 0.02, 0.02, series(0), static_cast<std::uint64_t>(cell));
    const double error = input.reading(std::chrono::milliseconds{20}).net.value() / 2400 - 1;
    variance += error * error / kCells;
  }
  EXPECT_NEAR(std::sqrt(variance), 1e-3, 4e-3 / std::sqrt(2.0 * kCells));
}

TEST(ReferenceInput, GivesAPulseForEachEnergyOfEitherDirection) {
  ReferenceInput input{1, {}};
  input.set_energy_per_pulse(ActiveEnergy{100});
  hold(input, 0, 1, series(0));  // 2,400 J
  EXPECT_EQ(input.edges_until(instant_at(1)), 24U);
  hold(input, 1, 1, series(std::numbers::pi));  // and 2,400 J back
  EXPECT_EQ(input.edges_until(instant_at(2)), 48U);
  EXPECT_NEAR(input.true_energy().value(), 0, 1e-9);
}

TEST(ReferenceInput, PlacesPulsesWithinASegmentByTime) {
  ReferenceInput input{1, {}};
  input.set_energy_per_pulse(ActiveEnergy{100});
  hold(input, 0, 1, series(0));
  hold(input, 1, 1, series(std::numbers::pi / 3));
  for (int ms = 1; ms <= 2000; ++ms) {
    const double joules = ms <= 1000 ? 2.4 * ms : 2400 + 1.2 * (ms - 1000);
    // A millisecond holds 0.024 pulses; an edge may fall either way on its very instant.
    EXPECT_NEAR(static_cast<double>(input.edges_until(instant_at(ms * 1e-3))),
                std::floor(joules / 100 + 1e-9), 0)
        << ms;
  }
}

TEST(ReferenceInput, TellsWhenItsPulsesCame) {
  ReferenceInput input{1, {}};
  input.set_energy_per_pulse(ActiveEnergy{100});
  hold(input, 0, 1, series(0));                     // a pulse every 41.67 ms
  hold(input, 1, 1, Terminals{});                   // none
  hold(input, 2, 1, series(std::numbers::pi / 3));  // every 83.33 ms
  const auto edges = input.edges_between(Instant{}, instant_at(3));
  ASSERT_EQ(edges.size(), 36U);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const double truth = i < 24 ? static_cast<double>(i + 1) / 24 : 2 + static_cast<double>(i - 23) / 12;
    EXPECT_NEAR(in_seconds(edges[i]), truth, 2e-9) << i;
  }
  // In whatever pieces a listener asks, it hears of each pulse once.
  std::vector<Instant> heard;
  for (int step = 0; step < 300; ++step)
    for (const Instant edge : input.edges_between(instant_at(step * 0.01), instant_at((step + 1) * 0.01)))
      heard.push_back(edge);
  EXPECT_EQ(heard.size(), edges.size());
  EXPECT_TRUE(std::ranges::is_sorted(heard));
  EXPECT_EQ(input.edges_until(instant_at(0.5)), 12U) << "asking changes nothing";
}

TEST(ReferenceInput, GivesNoPulseBeforeAConstantIsSetAndCountsOnWithANewOne) {
  ReferenceInput input{1, {}};
  hold(input, 0, 1, series(0));
  EXPECT_EQ(input.edges_until(instant_at(1)), 0U);
  input.set_energy_per_pulse(ActiveEnergy{100});
  hold(input, 1, 1, series(0));
  EXPECT_EQ(input.edges_until(instant_at(2)), 24U);
  input.set_energy_per_pulse(ActiveEnergy{10});
  hold(input, 2, 1, series(0));
  EXPECT_EQ(input.edges_until(instant_at(3)), 264U);
}

TEST(ReferenceInput, KnowsTheTrueEnergyWithoutItsErrors) {
  ReferenceInput input{1, {.gain_percent = 1, .phase_error_arcmin = 10}};
  hold(input, 0, 10, series(0.3));
  EXPECT_NEAR(input.true_energy().value(), 24000 * std::cos(0.3), 1e-6);
}

}  // namespace
}  // namespace meterbench::virtual_lab
