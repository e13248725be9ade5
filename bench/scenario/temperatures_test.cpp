// Steps at several temperatures, their labels and the comparison of two of them.
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
    "scenario: Temperatures\n"                                  // 1
    "steps:\n"                                                  // 2
    "  - at_temperatures:\n"                                    // 3
    "      - opening: 23 °C\n"                                  // 4
    "      - -40 °C\n"                                          // 5
    "      - closing: 23 °C\n"                                  // 6
    "    band: 1.5 K\n"                                         // 7
    "    at_least: 2 h\n"                                       // 8
    "    limit: 9 h\n"                                          // 9
    "    check_load: {current: 10 %, power_factor: 0.5 lag}\n"  // 10
    "    steps:\n"                                              // 11
    "      - accuracy: load-performance\n"                      // 12
    "        current: 25 %\n"                                   // 13
    "        power_factor: 1\n"                                 // 14
    "        direction: delivered\n"                            // 15
    "        pulses: 20\n"                                      // 16
    "        limits: bench\n"                                   // 17
    "  - compare: closing-shift\n"                              // 18
    "    first: opening\n"                                      // 19
    "    second: closing\n"                                     // 20
    "    limits: bench\n";                                      // 21

constexpr const char* kAnother =
    "      - {accuracy: other, current: 1 A, power_factor: 1, direction: delivered, pulses: 1, limits: b}\n";

std::string mistakes_of(const std::string& text) { return testing::scenario_mistakes(text); }

std::vector<std::string> labels(const Loaded& loaded) {
  std::vector<std::string> labels;
  for (const Step& step : loaded.scenario.value().steps)
    if (const auto* accuracy = std::get_if<LoadStep>(&step)) labels.push_back(accuracy->label);
  return labels;
}

TEST(AtTemperatures, BecomeASoakAndTheStepsBelowAtEach) {
  const Loaded loaded{kGood};
  ASSERT_TRUE(loaded.scenario) << loaded.mistakes.text();
  ASSERT_EQ(loaded.scenario->steps.size(), 7U);
  const std::vector<double> temperatures{23, -40, 23};
  for (std::size_t i = 0; i < temperatures.size(); ++i) {
    const auto& soak = loaded.step<SoakStep>(2 * i);
    EXPECT_EQ(soak.temperature, Temperature{temperatures[i]});
    EXPECT_EQ(soak.band, TemperatureDifference{1.5});
    EXPECT_EQ(soak.at_least, Seconds{7200});
    EXPECT_EQ(soak.limit, Seconds{32400});
    EXPECT_EQ(soak.check_current, CurrentSpec{Ratio{0.1}});
    EXPECT_EQ(soak.check_power_factor, (PowerFactor{0.5, false}));
    EXPECT_EQ(soak.position.line, 4 + static_cast<int>(i));
    const auto& step = loaded.step(2 * i + 1);
    EXPECT_EQ(step.name, "load-performance");
    EXPECT_EQ(step.position.line, 12);
  }
}

TEST(AtTemperatures, LabelTheStepsWithTheirNameOrTheTemperature) {
  EXPECT_THAT(labels(Loaded{kGood}), ElementsAre("opening", "-40 °C", "closing"));
}

TEST(AtTemperatures, SeveralStepsBelowKeepTheirOwnLabelsInFront) {
  std::string text = exchanged(kGood, "current: 25 %\n", "current: 25 %\n        label: sweep\n");
  text =
      exchanged(text, "  - compare: closing-shift\n", kAnother + std::string{"  - compare: closing-shift\n"});
  text = exchanged(exchanged(text, "first: opening", "first: sweep opening"), "second: closing",
                   "second: sweep closing");
  EXPECT_THAT(labels(Loaded{text}),
              ElementsAre("sweep opening", "opening", "sweep -40 °C", "-40 °C", "sweep closing", "closing"));
}

TEST(AtTemperatures, SeveralStepsBelowMustBeToldApart) {
  EXPECT_EQ(mistakes_of(exchanged(kGood, "  - compare: closing-shift\n",
                                  kAnother + std::string{"  - compare: closing-shift\n"})),
            "f.yaml:18:9: each of several steps below 'at_temperatures' needs a label of its own\n");
}

TEST(AtTemperatures, ATemperatureThatComesAgainNeedsAName) {
  std::string text = exchanged(kGood, "opening: 23 °C", "23 °C");
  text = exchanged(exchanged(text, "closing: 23 °C", "23 °C"), "first: opening", "first: 23 °C");
  EXPECT_EQ(
      mistakes_of(exchanged(text, "second: closing", "second: -40 °C")),
      "f.yaml:6:9: '23 °C' is here a second time: give it a name of its own, such as 'closing: 23 °C'\n");
}

TEST(AtTemperatures, MistakesAreToldOnceAtTheirPlaces) {
  EXPECT_EQ(mistakes_of(exchanged(kGood, "- -40 °C", "- -40")),
            "f.yaml:5:9: '-40' has no unit: °C is expected\n");
  EXPECT_EQ(
      mistakes_of(exchanged(kGood, "opening: 23 °C", "{opening: 23 °C, opened: 24 °C}")),
      "f.yaml:4:9: one name and its temperature are expected: 'opening: 23 °C' is an example\n"
      "f.yaml:19:12: no earlier step has this label: 'opening' is not known; allowed: -40 °C, closing\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "current: 25 %", "current: 25")),
            "f.yaml:13:18: '25' is neither a share of Imax such as 25 % nor a current such as 10 A\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "limit: 9 h", "limit: 1 h")),
            "f.yaml:9:12: the limit is shorter than 'at_least'\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "    band: 1.5 K\n", "    bend: 1.5 K\n")),
            "f.yaml:7:5: 'bend' is not known; allowed: soak, at_temperatures, band, at_least, limit, "
            "check_load, steps; did you mean 'band'?\n");
  EXPECT_EQ(mistakes_of("scenario: x\nsteps:\n  - at_temperatures: []\n    steps: []\n"),
            "f.yaml:3:22: at least one temperature is expected\n"
            "f.yaml:4:12: at least one step is expected\n");
  EXPECT_EQ(mistakes_of("scenario: x\nsteps:\n  - at_temperatures: 23 °C\n"),
            "f.yaml:3:5: 'steps' is missing\n");
}

TEST(Compare, NamesTwoEarlierStepsAndItsLimits) {
  const Loaded loaded{kGood};
  const auto& step = loaded.step<CompareStep>(6);
  EXPECT_EQ(step.name, "closing-shift");
  EXPECT_EQ(step.first, "opening");
  EXPECT_EQ(step.second, "closing");
  EXPECT_EQ(step.limits, "bench");
  EXPECT_EQ(step.position.line, 18);
  EXPECT_EQ(step.limits_position.line, 21);
  EXPECT_EQ(step.limits_position.column, 13);
}

TEST(Compare, TellsLabelsThatAreNotThereOrInTheWrongOrder) {
  EXPECT_EQ(mistakes_of(exchanged(kGood, "second: closing", "second: clsing")),
            "f.yaml:20:13: no earlier step has this label: 'clsing' is not known; allowed: opening, -40 °C, "
            "closing; did you mean 'closing'?\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "second: closing", "second: opening")),
            "f.yaml:20:13: the second step must come after the first\n");
  EXPECT_EQ(mistakes_of("scenario: x\nsteps:\n  - {compare: a, first: b, second: c, limits: d}\n"),
            "f.yaml:3:25: no earlier step has a label: give one 'label: b'\n"
            "f.yaml:3:36: no earlier step has a label: give one 'label: c'\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "    first: opening\n", "")), "f.yaml:18:5: 'first' is missing\n");
}

TEST(AtTemperatures, TheirLabelsAreNotTakenByEarlierSteps) {
  EXPECT_EQ(
      mistakes_of(exchanged(kGood, "  - at_temperatures:\n",
                            "  - {accuracy: a, label: -40 °C, current: 1 A, power_factor: 1, direction: "
                            "delivered, pulses: 1, limits: b}\n  - at_temperatures:\n")),
      "f.yaml:13:9: the label '-40 °C' is taken by an earlier step\n");
}

TEST(Label, IsTakenOnce) {
  const std::string step =
      "  - {accuracy: a, label: one, current: 1 A, power_factor: 1, direction: delivered, pulses: 1, limits: "
      "b}\n";
  EXPECT_EQ(Loaded{"scenario: x\nsteps:\n" + step}.step().label, "one");
  EXPECT_EQ(mistakes_of("scenario: x\nsteps:\n" + step + step),
            "f.yaml:4:5: the label 'one' is taken by an earlier step\n");
}

constexpr const char* kRepeated =
    "scenario: Repeated\n"                                                     // 1
    "steps:\n"                                                                 // 2
    "  - accuracy: under-influence\n"                                          // 3
    "    label: heating\n"                                                     // 4
    "    rest: 1 h\n"                                                          // 5
    "    repeat: 7\n"                                                          // 6
    "    every: 10 min\n"                                                      // 7
    "    current: 100 %\n"                                                     // 8
    "    power_factor: 1\n"                                                    // 9
    "    direction: delivered\n"                                               // 10
    "    pulses: 20\n"                                                         // 11
    "    limits: bench\n"                                                      // 12
    "  - {compare: self-heating, varies: time, of: heating, limits: bench}\n"  // 13
    "  - {repeatability: repeatability, of: heating, limits: bench}\n";        // 14

TEST(Repetition, IsReadWithWhatIsComputedFromIt) {
  const Loaded loaded{kRepeated};
  ASSERT_TRUE(loaded.scenario) << loaded.mistakes.text();
  EXPECT_EQ(loaded.step().repetition, (Repetition{7, Seconds{600}, Seconds{3600}}));
  const auto& compare = loaded.step<CompareStep>(1);
  EXPECT_EQ(compare.varies, Influence::time);
  EXPECT_EQ(compare.first, "heating");
  EXPECT_EQ(compare.second, "heating");
  EXPECT_EQ(loaded.step<RepeatabilityStep>(2).of, "heating");
}

TEST(Repetition, MustBeThereForWhatIsComputedFromIt) {
  const std::string once = exchanged(exchanged(kRepeated, "    repeat: 7\n", ""), "    every: 10 min\n", "");
  EXPECT_EQ(mistakes_of(once),
            "f.yaml:11:47: this step measures each load once: 'repeat: 10' is missing there\n"
            "f.yaml:12:40: this step measures each load once: 'repeat: 10' is missing there\n");
  EXPECT_EQ(mistakes_of(exchanged(kRepeated, "repeat: 7", "repeat: 1")),
            "f.yaml:6:13: from 2 to 1000 are allowed\n"
            "f.yaml:7:12: 'repeat' is missing: how often each load is measured\n"
            "f.yaml:13:47: this step measures each load once: 'repeat: 10' is missing there\n"
            "f.yaml:14:40: this step measures each load once: 'repeat: 10' is missing there\n");
}

TEST(Compare, TellsWhatVaries) {
  const auto varies = [](const std::string& what) {
    return exchanged(kGood, "compare: closing-shift\n", "compare: closing-shift\n    varies: " + what + "\n");
  };
  EXPECT_EQ(Loaded{kGood}.scenario.value().steps.size(), 7U);
  for (const Influence influence : influences()) {
    if (influence == Influence::nothing || influence == Influence::time) continue;
    const Loaded loaded{varies(std::string{to_text(influence)})};
    ASSERT_TRUE(loaded.scenario) << loaded.mistakes.text();
    EXPECT_EQ(loaded.step<CompareStep>(6).varies, influence);
  }
  EXPECT_EQ(mistakes_of(varies("volts")),
            "f.yaml:19:13: 'volts' is not known; allowed: voltage, frequency, temperature, power_factor, "
            "circuit, waveform, time\n");
}

constexpr const char* kDips =
    "scenario: Dips\n"                                                 // 1
    "steps:\n"                                                         // 2
    "  - dips: voltage-dips\n"                                         // 3
    "    sequence:\n"                                                  // 4
    "      - {voltage: 0 %, duration: 1 s, times: 3, pause: 50 ms}\n"  // 5
    "      - {voltage: 50 %, duration: 1 min}\n"                       // 6
    "    allowed: 3.6 s\n";                                            // 7

TEST(Dips, AreReadInTheirOrder) {
  const Loaded loaded{kDips};
  ASSERT_TRUE(loaded.scenario) << loaded.mistakes.text();
  const MeterTask& task = loaded.step().task;
  EXPECT_THAT(task.dips, ElementsAre(VoltageDip{Ratio{0}, Seconds{1}, 3, Seconds{0.05}},
                                     VoltageDip{Ratio{0.5}, Seconds{60}, 1, Seconds{}}));
  EXPECT_EQ(task.allowed, Seconds{3.6});
  EXPECT_NEAR(length_of(task.dips).value(), 3.1 + 60, 1e-12);
}

TEST(Dips, TellTheirMistakes) {
  EXPECT_EQ(mistakes_of(exchanged(kDips, ", pause: 50 ms", "")), "f.yaml:5:9: 'pause' is missing\n");
  EXPECT_EQ(mistakes_of(exchanged(kDips, "voltage: 50 %", "voltage: -50 %")),
            "f.yaml:6:19: it must not be negative\n");
  EXPECT_EQ(mistakes_of(exchanged(kDips, "    allowed: 3.6 s\n", "")), "f.yaml:3:5: 'allowed' is missing\n");
}

}  // namespace
}  // namespace meterbench
