#include "bench/scenario/named_files.h"

#include <gtest/gtest.h>

#include "bench/scenario/loaded_scenario.h"
#include "tests/support/record_file.h"
#include "tests/support/temporary_folder.h"

namespace meterbench {
namespace {

using testing::exchanged;

constexpr const char* kGood =
    "scenario: x\n"                                        // 1
    "steps:\n"                                             // 2
    "  - at_temperatures: [23 °C, 53 °C]\n"                // 3
    "    steps:\n"                                         // 4
    "      - accuracy: load\n"                             // 5
    "        current: 25 %\n"                              // 6
    "        power_factor: [1, 0.5 lag]\n"                 // 7
    "        direction: delivered\n"                       // 8
    "        pulses: 20\n"                                 // 9
    "        waveform: fifth\n"                            // 10
    "        limits: ours\n"                               // 11
    "  - {compare: shift, first: 23 °C, second: 53 °C,\n"  // 12
    "     limits: ours}\n";                                // 13

constexpr const char* kRow = "  - {test: shift, limit: 0.2 %, source: ours, mark: criterion}\n";
const std::string kLimits =
    std::string{"limits:\n"} +
    "  - {test: load, power_factor: 1, limit: 0.5 %, source: ours, mark: criterion}\n"
    "  - {test: load, power_factor: 0.5 lag, limit: 0.6 %, source: ours, mark: criterion}\n" +
    kRow;
constexpr const char* kWaveform =
    "waveform: x\nsource: ours\nmark: criterion\nharmonics: [{order: 5, voltage: 10 %}]\n";

class NamedFilesTest : public ::testing::Test {
 protected:
  NamedFilesTest() {
    write("limits/ours.yaml", kLimits);
    write("waveforms/fifth.yaml", kWaveform);
  }

  void write(const std::string& name, const std::string& text) {
    const auto path = folder_.path() / "config" / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path} << text;
  }

  [[nodiscard]] std::string mistakes_of(const std::string& text) const {
    const Scenario scenario = testing::LoadedScenario{text}.scenario.value();
    Mistakes mistakes;
    check_limit_rows(scenario, read_named_files(scenario, Catalogue{folder_.path()}, mistakes).limits,
                     mistakes);
    return mistakes.text();
  }

  testing::TemporaryFolder folder_;
};

TEST_F(NamedFilesTest, AreReadByTheirNames) {
  Mistakes mistakes;
  const Scenario scenario = testing::LoadedScenario{kGood}.scenario.value();
  const NamedFiles files = read_named_files(scenario, Catalogue{folder_.path()}, mistakes);
  EXPECT_EQ(files.limits.at("ours").size(), 3U);
  EXPECT_EQ(files.waveforms.at("fifth").highest_order(), 5);
  EXPECT_EQ(mistakes_of(kGood), "");
}

TEST_F(NamedFilesTest, ThatAreNotThereAreToldAtEachPlaceOnce) {
  EXPECT_EQ(mistakes_of(exchanged(kGood, "limits: ours\n", "limits: our\n")),
            "sweep.yaml:11:17: config/limits: 'our' is not known; allowed: ours; did you mean 'ours'?\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "waveform: fifth", "waveform: sixth")),
            "sweep.yaml:10:19: config/waveforms: 'sixth' is not known; allowed: fifth\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "limits: ours}", "limits: ./none.yaml}")),
            "sweep.yaml:13:14: there is no file ./none.yaml\n");
}

TEST_F(NamedFilesTest, WithMistakesOfTheirOwnAreToldThereAlone) {
  write("limits/ours.yaml", exchanged(kLimits, "0.5 %", "0.5"));
  EXPECT_EQ(mistakes_of(kGood), (folder_.path() / "config/limits/ours.yaml").string() +
                                    ":2:42: '0.5' has no unit: % or ppm is expected\n");
}

TEST_F(NamedFilesTest, HaveARowForEachTestAtEachPowerFactor) {
  write("limits/ours.yaml", exchanged(kLimits, "0.5 lag", "0.8 lead"));
  EXPECT_EQ(mistakes_of(kGood),
            "sweep.yaml:11:17: limits 'ours' have no row for test 'load' at power factor 0.5 lag\n");
  write("limits/ours.yaml", exchanged(kLimits, kRow, ""));
  EXPECT_EQ(mistakes_of(kGood),
            "sweep.yaml:13:14: limits 'ours' have no row for test 'shift' at power factor 1\n"
            "sweep.yaml:13:14: limits 'ours' have no row for test 'shift' at power factor 0.5 lag\n");
}

}  // namespace
}  // namespace meterbench
