// How a step of a scenario puts its load on the circuits of a meter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/scenario/loaded_scenario.h"
#include "tests/support/record_file.h"

namespace meterbench {
namespace {

using ::testing::ElementsAre;
using testing::exchanged;
using Loaded = testing::LoadedScenario;

constexpr const char* kGood =
    "scenario: Circuits\n"                // 1
    "steps:\n"                            // 2
    "  - accuracy: circuits\n"            // 3
    "    circuit: [series, legs]\n"       // 4
    "    leg_2:\n"                        // 5
    "      current: 50 %\n"               // 6
    "      power_factor: 0.8 lead\n"      // 7
    "      direction: received\n"         // 8
    "    service: single_phase\n"         // 9
    "    voltage: 240 V\n"                // 10
    "    voltage_split: 122 V / 118 V\n"  // 11
    "    current: 25 %\n"                 // 12
    "    power_factor: 1\n"               // 13
    "    direction: delivered\n"          // 14
    "    pulses: 20\n"                    // 15
    "    limits: bench\n";                // 16

std::string mistakes_of(const std::string& text) { return testing::scenario_mistakes(text); }

TEST(Connection, IsReadWithAllItsFields) {
  const Loaded loaded{kGood};
  const LoadStep& step = loaded.step();
  EXPECT_THAT(step.circuits, ElementsAre(Circuit::series, Circuit::legs));
  EXPECT_EQ(step.leg_2, (LegLoad{Ratio{0.5}, {0.8, true}, Direction::received}));
  EXPECT_EQ(step.service, Service::single_phase);
  EXPECT_EQ(step.voltage_split->leg_1, Voltage{122});
  EXPECT_EQ(step.voltage_split->leg_2, Voltage{118});
  EXPECT_DOUBLE_EQ(step.leg_1_voltage().value(), 122.0 / 240);
}

TEST(Connection, IsSeriesOnSymmetricLegsWhereNothingIsSaid) {
  const Loaded loaded{
      "scenario: x\nsteps:\n"
      "  - {accuracy: a, current: 1 A, power_factor: 1, direction: delivered, pulses: 1, limits: b}\n"};
  EXPECT_THAT(loaded.step().circuits, ElementsAre(Circuit::series));
  EXPECT_EQ(loaded.step().service, Service::single_phase);
  EXPECT_EQ(loaded.step().leg_1_voltage(), Ratio{0.5});
}

TEST(Connection, EveryCircuitHasItsWord) {
  for (const Circuit circuit : {Circuit::coil_1, Circuit::coil_2}) {
    std::string text =
        exchanged(kGood, "[series, legs]", "[series, legs, " + std::string{to_text(circuit)} + "]");
    EXPECT_EQ(Loaded{text}.step().circuits.at(2), circuit);
  }
  EXPECT_EQ(
      mistakes_of(exchanged(kGood, "series,", "serial,")),
      "f.yaml:4:15: 'serial' is not known; allowed: series, coil_1, coil_2, opposed, legs; did you mean "
      "'series'?\n");
}

TEST(Connection, LegsNeedTheLoadOfLeg2AndNoOtherCircuitHasOne) {
  const std::string leg_2 =
      "    leg_2:\n"
      "      current: 50 %\n"
      "      power_factor: 0.8 lead\n"
      "      direction: received\n";
  EXPECT_EQ(mistakes_of(exchanged(kGood, leg_2, "")),
            "f.yaml:4:14: 'legs' needs the load of leg 2: leg_2: {current: 50 %, power_factor: 1, direction: "
            "received} is an example\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "[series, legs]", "series")),
            "f.yaml:6:7: leg 2 has a load of its own with 'circuit: legs' alone\n");
}

TEST(Connection, Leg2SaysEverythingOfItsLoad) {
  EXPECT_EQ(mistakes_of(exchanged(kGood, "      current: 50 %\n", "")), "f.yaml:6:7: 'current' is missing\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "      power_factor: 0.8 lead\n", "")),
            "f.yaml:6:7: 'power_factor' is missing\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "      direction: received\n", "")),
            "f.yaml:6:7: 'direction' is missing\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "50 %", "110 %")),
            "f.yaml:6:16: leg 2 carries at most 100 % of the current of leg 1: exchange the legs\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "50 %", "10 A")),
            "f.yaml:6:16: 'A' is not a unit of ratio: % or ppm is expected\n");
}

TEST(Connection, VoltagesOfTheLegsArePairedAndMakeTheVoltage) {
  for (const char* wrong :
       {"122 V", "122 V /", "122 / 118", "122 V / -118 V", "122 V | 118 V", "1 V / 2 V / 3 V"})
    EXPECT_EQ(
        mistakes_of(exchanged(kGood, "122 V / 118 V", wrong)),
        "f.yaml:11:20: '" + std::string{wrong} + "' is no pair of voltages: 122 V / 118 V is an example\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "240 V", "230 V")),
            "f.yaml:11:20: the legs make 240 V, but the voltage is 230 V\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "240 V", "100 %")), "") << "a share is of the meter's own voltage";
  EXPECT_DOUBLE_EQ(Loaded{exchanged(kGood, "122 V / 118 V", "118V/122V")}.step().leg_1_voltage().value(),
                   118.0 / 240);
}

TEST(Connection, ANetworkHasEqualLegs) {
  EXPECT_EQ(mistakes_of(exchanged(kGood, "single_phase", "network")),
            "f.yaml:11:20: the legs of a network have the same voltage\n");
  const Loaded loaded{
      exchanged(exchanged(kGood, "single_phase", "network"), "    voltage_split: 122 V / 118 V\n", "")};
  EXPECT_EQ(loaded.step().service, Service::network);
  EXPECT_EQ(mistakes_of(exchanged(kGood, "single_phase", "netwerk")),
            "f.yaml:9:14: 'netwerk' is not known; allowed: single_phase, network; did you mean 'network'?\n");
}

TEST(Connection, OpposedCircuitsNeedLegsThatCancel) {
  const std::string opposed = exchanged(kGood, "[series, legs]", "[opposed, legs]");
  EXPECT_EQ(mistakes_of(opposed),
            "f.yaml:11:20: 'opposed' circuits cancel at the same voltage on both legs alone\n");
  const std::string equal = exchanged(opposed, "    voltage_split: 122 V / 118 V\n", "");
  EXPECT_EQ(mistakes_of(equal), "");
  EXPECT_EQ(mistakes_of(exchanged(equal, "single_phase", "network")),
            "f.yaml:4:14: 'opposed' circuits cancel with legs in antiphase alone: 'service: single_phase'\n");
}

}  // namespace
}  // namespace meterbench
