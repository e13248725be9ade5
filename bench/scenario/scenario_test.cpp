#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/scenario/loaded_scenario.h"
#include "tests/support/record_file.h"

namespace meterbench {
namespace {

using ::testing::ElementsAre;
using testing::exchanged;

constexpr const char* kGood =
    "scenario: A sweep\n"                         // 1
    "description: as an example\n"                // 2
    "decision_rule: simple_acceptance\n"          // 3
    "steps:\n"                                    // 4
    "  - accuracy: load-performance\n"            // 5
    "    voltage: 90 %\n"                         // 6
    "    frequency: 61.2 Hz\n"                    // 7
    "    current: [1 %, 2.5 %, 10 A]\n"           // 8
    "    power_factor: [1, 0.5 lag, 0.8 lead]\n"  // 9
    "    direction: [delivered, received]\n"      // 10
    "    target_uncertainty: 0.05 %\n"            // 11
    "    limits: bench\n";                        // 12

/// What a step `accuracy` may have, in the order in which it is asked for.
const std::string kAccuracyKeys =
    "accuracy, label, voltage, circuit, leg_2, service, voltage_split, waveform, frequency, current, "
    "power_factor, direction, recovery, repeat, every, rest, target_uncertainty, pulses, method, limits";

using Loaded = testing::LoadedScenario;

std::string mistakes_of(const std::string& text, const std::map<std::string, std::string>& set = {}) {
  return testing::scenario_mistakes(text, set);
}

TEST(Scenario, ReadsEveryField) {
  const Loaded loaded{kGood};
  ASSERT_TRUE(loaded.scenario) << loaded.mistakes.text();
  EXPECT_EQ(loaded.scenario->name, "sweep");
  EXPECT_EQ(loaded.scenario->title, "A sweep");
  EXPECT_EQ(loaded.scenario->rule, DecisionRule::simple_acceptance);
  const LoadStep& step = loaded.step();
  EXPECT_EQ(step.name, "load-performance");
  ASSERT_EQ(step.voltages.size(), 1U);
  EXPECT_DOUBLE_EQ(std::get<Ratio>(step.voltages[0]).value(), 0.9);
  EXPECT_EQ(step.frequency, Frequency{61.2});
  ASSERT_EQ(step.currents.size(), 3U);
  EXPECT_DOUBLE_EQ(std::get<Ratio>(step.currents[0]).value(), 0.01);
  EXPECT_DOUBLE_EQ(std::get<Ratio>(step.currents[1]).value(), 0.025);
  EXPECT_EQ(std::get<Current>(step.currents[2]), Current{10});
  EXPECT_THAT(step.power_factors,
              ElementsAre(PowerFactor{1, false}, PowerFactor{0.5, false}, PowerFactor{0.8, true}));
  EXPECT_THAT(step.directions, ElementsAre(Direction::delivered, Direction::received));
  EXPECT_DOUBLE_EQ(step.target_uncertainty->value(), 0.0005);
  EXPECT_FALSE(step.pulses);
  EXPECT_EQ(step.limits, "bench");
}

TEST(Scenario, KeepsThePlacesThatThePlannerSpeaksOf) {
  const Loaded loaded{kGood};
  const LoadStep& step = loaded.step();
  EXPECT_EQ(step.position.line, 5);
  EXPECT_EQ(step.position.column, 5);
  EXPECT_EQ(step.target_position.line, 11);
  EXPECT_EQ(step.target_position.column, 25);
  EXPECT_EQ(step.limits_position.line, 12);
  EXPECT_EQ(step.limits_position.column, 13);
  ASSERT_EQ(step.current_positions.size(), 3U);
  EXPECT_EQ(step.current_positions[1].line, 8);
  EXPECT_EQ(step.current_positions[1].column, 20);
}

TEST(Scenario, VoltageIsNominalAndFrequencyTheMetersWhereNothingIsSaid) {
  std::string text = exchanged(kGood, "    voltage: 90 %\n", "");
  text = exchanged(text, "    frequency: 61.2 Hz\n", "");
  const Loaded loaded{text};
  EXPECT_THAT(loaded.step().voltages, ElementsAre(VoltageSpec{Ratio{1}}));
  EXPECT_FALSE(loaded.step().frequency);
}

TEST(Scenario, TakesPulsesInsteadOfATarget) {
  const Loaded loaded{exchanged(kGood, "target_uncertainty: 0.05 %", "pulses: 20")};
  EXPECT_EQ(loaded.step().pulses, 20U);
  EXPECT_FALSE(loaded.step().target_uncertainty);
}

TEST(Scenario, TakesASingleValueForAList) {
  const Loaded loaded{exchanged(kGood, "[1 %, 2.5 %, 10 A]", "25 %")};
  EXPECT_EQ(loaded.step().currents.size(), 1U);
}

TEST(Scenario, MayHoldTheRuleOfAGate) {
  EXPECT_FALSE(Loaded{kGood}.scenario->gate);
  const std::string gate =
      "gate:\n"                                  // 1
      "  margin: 0.1 %\n"                        // 2
      "  margins: {load-performance: 0.2 %}\n"   // 3
      "  runs: {baseline: 30, candidate: 8}\n";  // 4
  const Loaded loaded{gate + kGood};
  ASSERT_TRUE(loaded.scenario) << loaded.mistakes.text();
  EXPECT_EQ(loaded.scenario->gate,
            (GateRule{from_percent(0.1), {{"load-performance", from_percent(0.2)}}, 30, 8}));
  EXPECT_EQ(Loaded{std::string{"gate: {margin: 0.1 %}\n"} + kGood}.scenario->gate->baseline_runs, 10U);
  EXPECT_EQ(mistakes_of(std::string{"gate: {}\n"} + kGood), "f.yaml:1:7: 'margin' is missing\n");
  EXPECT_EQ(mistakes_of(exchanged(gate + kGood, "0.1 %", "-1 %")), "f.yaml:2:11: it must be above 0\n");
  EXPECT_EQ(mistakes_of(exchanged(gate + kGood, "{load-", "{lod-")),
            "f.yaml:3:13: 'lod-performance' is not known; allowed: load-performance; did you mean "
            "'load-performance'?\n");
  EXPECT_EQ(mistakes_of(exchanged(gate + kGood, "30", "9")),
            "f.yaml:4:20: a whole number from 10 to 1000 is expected\n");
  EXPECT_EQ(mistakes_of(exchanged(gate + kGood, "8}", "1}")),
            "f.yaml:4:35: a whole number from 2 to 1000 is expected\n");
}

TEST(Scenario, TellsEachMistakeAtItsPlace) {
  EXPECT_EQ(mistakes_of(kGood), "");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "accuracy:", "acuracy:")),
            "f.yaml:5:5: 'accuracy' is missing\n"
            "f.yaml:5:5: 'acuracy' is not known; allowed: soak, at_temperatures, compare, repeatability, " +
                kAccuracyKeys + "; did you mean 'accuracy'?\n");
  EXPECT_EQ(
      mistakes_of(exchanged(kGood, "simple_acceptance", "simple")),
      "f.yaml:3:16: 'simple' is not known; allowed: simple_acceptance, guarded, non_binary, iso_10576_1, "
      "tur_4_1\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "90 %", "90")),
            "f.yaml:6:14: '90' is neither a share of the nominal voltage such as 25 % nor a voltage such as "
            "10 V nor 'rated'\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "61.2 Hz", "0 Hz")), "f.yaml:7:16: it must be above 0\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "2.5 %", "2.5")),
            "f.yaml:8:20: '2.5' is neither a share of Imax such as 25 % nor a current such as 10 A\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "2.5 %", "-2.5 %")), "f.yaml:8:20: it must be above 0\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "2.5 %", "nan %")),
            "f.yaml:8:20: 'nan %' is neither a share of Imax such as 25 % nor a current such as 10 A\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "2.5 %", "1 %")), "f.yaml:8:20: this value is here a second time\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "[1 %, 2.5 %, 10 A]", "[]")),
            "f.yaml:8:14: at least one value is expected\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "0.5 lag", "0.5")),
            "f.yaml:9:23: power factor '0.5' needs lag or lead\n");
  EXPECT_EQ(
      mistakes_of(exchanged(kGood, "received", "recieved")),
      "f.yaml:10:28: 'recieved' is not known; allowed: delivered, received; did you mean 'received'?\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "0.05 %", "0 %")), "f.yaml:11:25: it must be above 0\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "    limits: bench\n", "")), "f.yaml:5:5: 'limits' is missing\n");
  EXPECT_EQ(mistakes_of("scenario: x\nsteps: []\n"), "f.yaml:2:8: at least one step is expected\n");
  EXPECT_EQ(mistakes_of("scenario: x\n"), "f.yaml:1:1: 'steps' is missing\n");
}

TEST(Scenario, WantsEitherATargetOrPulses) {
  EXPECT_EQ(mistakes_of(exchanged(kGood, "    target_uncertainty: 0.05 %\n", "")),
            "f.yaml:5:5: 'target_uncertainty' or 'pulses' is missing\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "0.05 %\n", "0.05 %\n    pulses: 20\n")),
            "f.yaml:12:13: target_uncertainty is here too: one of the two is expected\n");
  for (const char* wrong : {"0", "-5", "1000001"})
    EXPECT_EQ(mistakes_of(exchanged(kGood, "target_uncertainty: 0.05 %", std::string{"pulses: "} + wrong)),
              "f.yaml:11:13: from 1 to 1000000 pulses are allowed\n");
}

TEST(Scenario, TellsAllMistakesAtOnceInTheOrderOfTheFile) {
  std::string text = exchanged(kGood, "2.5 %", "2.5 W");
  text = exchanged(text, "delivered", "deliverd");
  text = exchanged(text, "A sweep", "''");
  EXPECT_EQ(
      mistakes_of(text),
      "f.yaml:1:11: 'scenario' must not be empty\n"
      "f.yaml:8:20: '2.5 W' is neither a share of Imax such as 25 % nor a current such as 10 A\n"
      "f.yaml:10:17: 'deliverd' is not known; allowed: delivered, received; did you mean 'delivered'?\n");
}

TEST(Scenario, SetReplacesOneValue) {
  const Loaded loaded{kGood, {{"steps.0.target_uncertainty", "0.1 %"}, {"steps.0.current", "[5 A, 25 %]"}}};
  ASSERT_TRUE(loaded.scenario) << loaded.mistakes.text();
  EXPECT_DOUBLE_EQ(loaded.step().target_uncertainty->value(), 0.001);
  EXPECT_EQ(loaded.step().currents.size(), 2U);
  EXPECT_EQ(loaded.step().target_position.file, "--set steps.0.target_uncertainty");
}

TEST(Scenario, MistakesOfSetNameTheOption) {
  EXPECT_EQ(mistakes_of(kGood, {{"steps.0.target_uncertainty", "0.1"}}),
            "--set steps.0.target_uncertainty:1:1: '0.1' has no unit: % or ppm is expected\n");
  EXPECT_EQ(mistakes_of(kGood, {{"steps.1.current", "5 A"}}),
            "--set steps.1.current:1:1: '1' is no index of this list, which counts from 0 and has 1 items\n");
  EXPECT_EQ(
      mistakes_of(kGood, {{"step.0.current", "5 A"}}),
      "--set step.0.current:1:1: 'step' is not known; allowed: scenario, description, decision_rule, steps; "
      "did you mean 'steps'?\n");
  EXPECT_EQ(mistakes_of(kGood, {{"steps.0.curent", "5 A"}}),
            "--set steps.0.curent:1:1: 'curent' is not known; allowed: soak, at_temperatures, compare, "
            "repeatability, " +
                kAccuracyKeys + "; did you mean 'current'?\n");
}

TEST(Scenario, ItsHashIsThatOfWhatItSaysWithAllReplacements) {
  const std::string hash = Loaded{kGood}.scenario->sha256;
  EXPECT_EQ(hash.size(), 64U);
  EXPECT_EQ(Loaded{kGood + std::string{"# a remark\n"}}.scenario->sha256, hash);
  const std::string changed = Loaded(kGood, {{"steps.0.limits", "other"}}).scenario->sha256;
  EXPECT_NE(changed, hash);
  EXPECT_NE(changed, Loaded(kGood, {{"steps.0.limits", "another"}}).scenario->sha256);
}

constexpr const char* kWithSoak =
    "scenario: x\n"
    "steps:\n"
    "  - soak: -40 °C\n"
    "    band: 1.5 K\n"
    "    at_least: 2 h\n"
    "    limit: 9 h\n"
    "    check_load: {current: 10 A, power_factor: 0.5 lag}\n";

TEST(Scenario, ASoakHasTemperatureBandTimesAndCheckLoad) {
  const Loaded loaded{kWithSoak};
  ASSERT_TRUE(loaded.scenario);
  const auto& soak = loaded.step<SoakStep>();
  EXPECT_EQ(soak.temperature, Temperature{-40});
  EXPECT_EQ(soak.band, TemperatureDifference{1.5});
  EXPECT_EQ(soak.at_least, Seconds{7200});
  EXPECT_EQ(soak.limit, Seconds{32400});
  EXPECT_EQ(soak.check_current, CurrentSpec{Current{10}});
  EXPECT_EQ(soak.check_power_factor, (PowerFactor{0.5, false}));
}

TEST(Scenario, ASoakOfATemperatureAloneIsEnough) {
  const Loaded loaded{"scenario: x\nsteps:\n  - soak: 53 °C\n"};
  ASSERT_TRUE(loaded.scenario);
  const auto& soak = loaded.step<SoakStep>();
  EXPECT_EQ(soak.band, TemperatureDifference{2});
  EXPECT_EQ(soak.at_least, Seconds{0});
  EXPECT_EQ(soak.check_current, CurrentSpec{Ratio{0.25}});
}

TEST(Scenario, TellsMistakesOfASoakAtTheirPlaces) {
  EXPECT_EQ(mistakes_of(exchanged(kWithSoak, "9 h", "1 h")),
            "f.yaml:6:12: the limit is shorter than 'at_least'\n");
  EXPECT_EQ(mistakes_of(exchanged(kWithSoak, "1.5 K", "1.5")),
            "f.yaml:4:11: '1.5' has no unit: K is expected\n");
}

TEST(Scenario, IsATestOfMetersUnlessItSaysWhichCheckOfTheBenchItIs) {
  EXPECT_FALSE(Loaded{kGood}.scenario->check);
  for (const CheckKind kind : {CheckKind::weekly, CheckKind::yearly, CheckKind::positions})
    EXPECT_EQ(Loaded{fmt::format("check: {}\n{}", to_text(kind), kGood)}.scenario->check, kind);
  EXPECT_EQ(
      mistakes_of(std::string{"check: weakly\n"} + kGood),
      "f.yaml:1:8: 'weakly' is not known; allowed: weekly, yearly, positions; did you mean 'weekly'?\n");
}

TEST(Scenario, TakesSeveralVoltagesAndTheRatedOnes) {
  EXPECT_THAT(Loaded{exchanged(kGood, "90 %", "[90 %, 264 V]")}.step().voltages,
              ElementsAre(VoltageSpec{Ratio{0.9}}, VoltageSpec{Voltage{264}}));
  EXPECT_THAT(Loaded{exchanged(kGood, "90 %", "rated")}.step().voltages,
              ElementsAre(VoltageSpec{RatedVoltages{}}));
  EXPECT_EQ(mistakes_of(exchanged(kGood, "90 %", "[rated, rated]")),
            "f.yaml:6:22: this value is here a second time\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "90 %", "Rated")),
            "f.yaml:6:14: 'Rated' is neither a share of the nominal voltage such as 25 % nor a voltage such "
            "as 10 V nor 'rated'\n");
}

TEST(Scenario, NamesAWaveformAndItsPlace) {
  const Loaded loaded{exchanged(kGood, "limits:", "waveform: quadriform\n    limits:")};
  EXPECT_EQ(loaded.step().waveform, "quadriform");
  EXPECT_EQ(loaded.step().waveform_position.line, 12);
  EXPECT_EQ(Loaded{kGood}.step().waveform, "") << "a sine";
  EXPECT_EQ(mistakes_of(exchanged(kGood, "limits:", "waveform: ''\n    limits:")),
            "f.yaml:12:15: 'waveform' must not be empty\n");
}

TEST(Scenario, RestsAfterAHighLoad) {
  const std::string with = exchanged(kGood, "limits:", "recovery: {after: 50 %, rest: 10 min}\n    limits:");
  const Loaded loaded{with};
  ASSERT_TRUE(loaded.step().recovery);
  EXPECT_EQ(loaded.step().recovery->after, CurrentSpec{Ratio{0.5}});
  EXPECT_EQ(loaded.step().recovery->rest, Seconds{600});
  EXPECT_FALSE(Loaded{kGood}.step().recovery);
  EXPECT_EQ(mistakes_of(exchanged(with, "after: 50 %, ", "")), "f.yaml:12:15: 'after' is missing\n");
  EXPECT_EQ(mistakes_of(exchanged(with, "10 min", "0 s")), "f.yaml:12:35: it must be above 0\n");
}

TEST(Scenario, AStepMayNameItsMethod) {
  const Loaded loaded{exchanged(kGood, "limits:", "method: error_calculator\n    limits:")};
  EXPECT_EQ(loaded.step().method, CountingMethod::error_calculator);
  EXPECT_FALSE(Loaded{kGood}.step().method);
}

TEST(Scenario, TestsMoreUnderLoadsThanTheErrorOfTheLed) {
  const Loaded loaded{
      "scenario: s\nsteps:\n"
      "  - no_load: creep\n    voltage: 115 %\n"
      "  - no_load: creep\n    time: 20 min\n"
      "  - starting: starting\n    current: 0.1 A\n    power_factor: 1\n    direction: received\n"
      "  - registers: dosage\n    current: 100 %\n    power_factor: 1\n    direction: delivered\n"
      "    target_uncertainty: 0.1 %\n    limits: bench\n"};
  ASSERT_TRUE(loaded.scenario) << loaded.mistakes.text();
  const auto step = [&](std::size_t i) { return std::get<LoadStep>(loaded.scenario->steps.at(i)); };
  EXPECT_EQ(step(0).test, LoadTest::no_load);
  EXPECT_EQ(step(0).currents, std::vector<CurrentSpec>{Current{0}});
  EXPECT_FALSE(step(0).time);
  EXPECT_EQ(step(1).time, Seconds{1200});
  EXPECT_EQ(step(2).test, LoadTest::starting);
  EXPECT_EQ(step(3).test, LoadTest::registers);
  EXPECT_EQ(step(3).name, "dosage");
  EXPECT_EQ(step(3).limits, "bench");
}

TEST(Scenario, ACurrentMayBeAShareOfAnotherCurrentOfTheMeter) {
  const Loaded loaded{exchanged(kGood, "2.5 %", "5 % of Ib")};
  ASSERT_TRUE(loaded.scenario) << loaded.mistakes.text();
  EXPECT_THAT(loaded.step().currents,
              ::testing::Contains(CurrentSpec{CurrentShare{Ratio{0.05}, NamedCurrent::ib}}));
  EXPECT_THAT(mistakes_of(exchanged(kGood, "2.5 %", "5 % of Ix")),
              ::testing::HasSubstr("'Ix' is no current of a meter; allowed: Imin"));
}

TEST(Scenario, EachTestUnderLoadsHasItsOwnFields) {
  const auto with = [](const std::string& step) { return mistakes_of("scenario: s\nsteps:\n  - " + step); };
  EXPECT_THAT(with("no_load: creep\n    current: 1 A\n"), ::testing::HasSubstr("4:5"));
  EXPECT_THAT(with("no_load: creep\n    time: -1 s\n"), ::testing::HasSubstr("4:11"));
  const std::string load = "\n    current: 1 A\n    power_factor: 1\n    direction: delivered\n";
  EXPECT_EQ(with("starting: start" + load), "");
  EXPECT_EQ(with("starting: start" + load + "    limits: bench\n"), "");
  EXPECT_EQ(with("no_load: creep\n    limits: bench\n"), "");
  EXPECT_THAT(with("registers: dosage" + load), ::testing::HasSubstr("'limits' is missing"));
  EXPECT_THAT(with("starting: start" + load + "    circuit: opposed\n"),
              ::testing::HasSubstr("'opposed' circuits give no energy to register"));
}

}  // namespace
}  // namespace meterbench
