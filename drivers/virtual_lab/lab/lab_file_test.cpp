#include "drivers/virtual_lab/lab/lab_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace meterbench::virtual_lab {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

/// A table like that of drivers/registry.
std::vector<SimulatorModel> models() {
  return {{.name = "scpi_source",
           .parameters = {{"settle_s", 2, 0, 60, "time to settle"}, {"noise_percent", 0, 0, 5, "noise"}},
           .faults = {"trip", "silence"},
           .source = true,
           .make = {}},
          {.name = "counter",
           .parameters = {{"clock_ppm", 0, -100, 100, "clock"}},
           .faults = {},
           .inputs = 2,
           .make = {}}};
}

class LabFileTest : public ::testing::Test {
 protected:
  std::optional<LabFile> load(const std::string& text) {
    mistakes = Mistakes{};
    const auto path = folder.path() / "some.yaml";
    std::ofstream{path} << text;
    return load_lab_file(path, models(), mistakes);
  }
  /// The messages without the file's path.
  std::vector<std::string> messages(const std::string& text) {
    EXPECT_FALSE(load(text).has_value());
    std::vector<std::string> result;
    for (const Mistake& m : mistakes.list())
      result.push_back(std::to_string(m.position.line) + ":" + std::to_string(m.position.column) + ": " +
                       m.text);
    return result;
  }

  testing::TemporaryFolder folder;
  Mistakes mistakes;
};

constexpr const char* kHead =
    "starts_utc: 2025-06-02T08:00:00Z\n"
    "instruments:\n"
    "  source: {model: scpi_source}\n";

TEST_F(LabFileTest, ReadsAWholeLab) {
  const auto file = load(
      "starts_utc: 2025-06-02T08:00:00Z\n"
      "instruments:\n"
      "  source: {model: scpi_source, settle_s: 1.5}\n"
      "  counter: {model: counter, inputs: {input_0: reference.pulses, input_1: led.A}}\n"
      "meter:\n"
      "  gain_percent: {normal: {mean: 0.05, sd: 0.02}}\n"
      "  clock_ppm: {sum: [{normal: {mean: 1, sd: 2}}, {uniform: {low: -3, high: 3}}, 0.5]}\n"
      "pickup: {jitter_us: 20}\n"
      "positions: {phase_error_arcmin: 0.1}\n"
      "standard: {gain_percent: 0.01}\n"
      "room: {temperature_c: 21}\n"
      "faults: [{at_s: 300, of: source, do: trip}, {command: 12, of: source, do: silence},\n"
      "         {command: 4, of: optical.A, do: bad_crc}]\n");
  ASSERT_TRUE(file.has_value()) << mistakes.text();
  EXPECT_EQ(file->name, "some");
  EXPECT_EQ(utc_text(file->starts), "2025-06-02T08:00:00.000Z");

  const LabInstrument& source = file->instruments.at("source");
  EXPECT_EQ(source.model, "scpi_source");
  EXPECT_EQ(source.numbers.size(), 1U);
  EXPECT_EQ(std::get<Fixed>(source.numbers.at("settle_s").terms.at(0)).value, 1.5);
  ASSERT_EQ(source.faults.size(), 2U);
  EXPECT_EQ(source.faults[0].at, instant_at(300));
  EXPECT_EQ(source.faults[0].what, "trip");
  EXPECT_EQ(source.faults[1].command, 12U);
  EXPECT_FALSE(source.faults[1].at.has_value());
  ASSERT_EQ(file->port_faults.at("A").size(), 1U);
  EXPECT_EQ(file->port_faults.at("A")[0].what, "bad_crc");

  EXPECT_THAT(file->instruments.at("counter").wiring,
              UnorderedElementsAre(Pair("input_0", "reference.pulses"), Pair("input_1", "led.A")));
  EXPECT_EQ(std::get<Normal>(file->sections.at("meter").at("gain_percent").terms.at(0)).mean, 0.05);
  EXPECT_EQ(std::get<Normal>(file->sections.at("meter").at("gain_percent").terms.at(0)).sd, 0.02);
  ASSERT_EQ(file->sections.at("meter").at("clock_ppm").terms.size(), 3U);
  EXPECT_EQ(std::get<Uniform>(file->sections.at("meter").at("clock_ppm").terms[1]).low, -3);
  EXPECT_EQ(std::get<Fixed>(file->sections.at("meter").at("clock_ppm").terms[2]).value, 0.5);
  EXPECT_EQ(std::get<Fixed>(file->sections.at("pickup").at("jitter_us").terms.at(0)).value, 20);
  for (const auto& [section, key, value] : {std::tuple{"positions", "phase_error_arcmin", 0.1},
                                            {"standard", "gain_percent", 0.01},
                                            {"room", "temperature_c", 21}})
    EXPECT_EQ(std::get<Fixed>(file->sections.at(section).at(key).terms.at(0)).value, value) << section;
}

TEST_F(LabFileTest, TellsAllMistakesAtOnceEachAtItsPlace) {
  EXPECT_THAT(
      messages("starts_utc: yesterday\n"
               "instruments:\n"
               "  source: {model: scpi_sorce}\n"
               "  counter: {model: counter, clock_pm: 3}\n"
               "meter: {gain_percent: much}\n"
               "pikup: {}\n"),
      ElementsAre(HasSubstr("1:13: 'yesterday' is no UTC time"),
                  AllOf(HasSubstr("3:19: "), HasSubstr("did you mean 'scpi_source'")),
                  AllOf(HasSubstr("4:29: "), HasSubstr("did you mean 'clock_ppm'")), HasSubstr("5:23: "),
                  AllOf(HasSubstr("6:1: "), HasSubstr("did you mean 'pickup'"))));
}

TEST_F(LabFileTest, NeedsAStartInstrumentsAndOneSource) {
  EXPECT_THAT(messages("meter: {}\n"), ::testing::SizeIs(2));
  EXPECT_THAT(messages("starts_utc: 2025-06-02T08:00:00Z\ninstruments: {counter: {model: counter}}\n"),
              ElementsAre(HasSubstr("a lab has one source")));
  EXPECT_THAT(messages("starts_utc: 2025-06-02\ninstruments:\n  one: {model: scpi_source}\n"
                       "  two: {model: scpi_source}\n"),
              ElementsAre(HasSubstr("of which one is named 'source'")));
  EXPECT_TRUE(load(std::string{kHead} + "  other: {model: scpi_source}\n"));
}

TEST_F(LabFileTest, RefusesNumbersBeyondTheTable) {
  EXPECT_THAT(messages(std::string{kHead} + "meter: {gain_percent: 80}\n"),
              ElementsAre(HasSubstr("4:23: 80 is beyond -10 … 10")));
  EXPECT_THAT(messages(std::string{kHead} + "pickup: {jitter_us: {uniform: {low: -20, high: 10}}}\n"),
              ElementsAre(HasSubstr("-5 is beyond 0 … 1000")));
}

TEST_F(LabFileTest, RefusesDefectsInACertifiedStandard) {
  EXPECT_THAT(messages(std::string{kHead} + "standard: {lost_one_in: 500}\n"),
              ElementsAre(HasSubstr("'lost_one_in'")));
}

TEST_F(LabFileTest, RefusesDistributionsThatAreNone) {
  const auto gain = [&](const std::string& text) {
    return messages(std::string{kHead} + "meter: {gain_percent: " + text + "}\n");
  };
  EXPECT_THAT(gain("{normal: {mean: 0, sd: -1}}"), ElementsAre(HasSubstr("standard deviation")));
  EXPECT_THAT(gain("{uniform: {low: 1, high: 0}}"), ElementsAre(HasSubstr("low lies above high")));
  EXPECT_THAT(gain("{normal: {mean: 0}}"), ElementsAre(HasSubstr("sd")));
  EXPECT_THAT(gain("{norml: {mean: 0, sd: 1}}"), ElementsAre(HasSubstr("did you mean 'normal'")));
  EXPECT_THAT(gain("{normal: {mean: 0, sd: 1}, uniform: {low: 0, high: 1}}"),
              ElementsAre(HasSubstr("one key")));
  EXPECT_THAT(gain("{}"), ElementsAre(HasSubstr("one key")));
  EXPECT_THAT(gain("{sum: [{normal: {mean: 0, sd: 1, sigma: 2}}]}"), ElementsAre(HasSubstr("sigma")));
}

TEST_F(LabFileTest, RefusesInputsThatAModelDoesNotHave) {
  EXPECT_THAT(messages(std::string{kHead} + "  counter: {model: counter, inputs: {input_2: led.A}}\n"),
              ElementsAre(AllOf(HasSubstr("4:38: "), HasSubstr("input_0, input_1"))));
  EXPECT_THAT(messages(std::string{kHead} + "  box: {model: scpi_source, inputs: {input_0: led.A}}\n"),
              ::testing::Contains(HasSubstr("'inputs'")));
}

TEST_F(LabFileTest, RefusesFaultsThatCannotHappen) {
  const auto faults = [&](const std::string& text) {
    return messages(std::string{kHead} + "  counter: {model: counter, inputs: {input_0: led.A}}\n" +
                    "faults: [" + text + "]\n");
  };
  EXPECT_THAT(faults("{at_s: 1, of: sourc, do: trip}"), ElementsAre(HasSubstr("did you mean 'source'")));
  EXPECT_THAT(faults("{at_s: 1, of: source, do: tripp}"), ElementsAre(HasSubstr("did you mean 'trip'")));
  EXPECT_THAT(faults("{at_s: 1, of: optical.A, do: bad_cr}"),
              ElementsAre(HasSubstr("did you mean 'bad_crc'")));
  for (const char* nowhere : {"optical.Q", "optical."})
    EXPECT_THAT(faults(std::string{"{at_s: 1, of: "} + nowhere + ", do: bad_crc}"),
                ElementsAre(AllOf(HasSubstr("5:24: "), HasSubstr("counter, source, optical.A"))));
  EXPECT_THAT(faults("{of: source, do: trip}"), ElementsAre(HasSubstr("either at_s or at a command")));
  EXPECT_THAT(faults("{at_s: 1, command: 2, of: source, do: trip}"), ElementsAre(HasSubstr("either")));
  EXPECT_THAT(faults("{command: 0, of: source, do: trip}"), ElementsAre(HasSubstr("count from 1")));
  EXPECT_THAT(faults("{at_s: -1, of: source, do: trip}"), ElementsAre(HasSubstr("0 … 1e9 s")));
  EXPECT_THAT(faults("{at_s: 1, do: trip}"), ElementsAre(HasSubstr("of")));
}

TEST_F(LabFileTest, ToldOfAnInstrumentAMistakeIsNotToldOfItsPositionsToo) {
  EXPECT_THAT(messages(std::string{kHead} + "  counter: {model: conter, inputs: {input_0: led.A}}\n" +
                       "faults: [{at_s: 1, of: optical.A, do: bad_crc}]\n"),
              ElementsAre(HasSubstr("did you mean 'counter'")));
}

TEST_F(LabFileTest, SaysWhichFileIsNotThere) {
  EXPECT_FALSE(load_lab_file(folder.path() / "missing.yaml", models(), mistakes).has_value());
  ASSERT_FALSE(mistakes.empty());
  EXPECT_THAT(mistakes.text(), HasSubstr("missing.yaml"));
}

}  // namespace
}  // namespace meterbench::virtual_lab
