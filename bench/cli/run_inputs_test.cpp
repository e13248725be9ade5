#include "bench/cli/run_inputs.h"

#include <gtest/gtest.h>

namespace meterbench {
namespace {

TEST(RunInputs, ComeBackAsTheyWereGiven) {
  RunInputs given;
  given.scenario = "scenarios/ae-1641/load-performance.yaml";
  given.bench = {.station = "virtual-40",
                 .lab = "./labs/my \"lab\".yaml",
                 .meters = "01=a,02=b",
                 .seed = 9'007'199'254'740'993ULL,
                 .set = {"steps.0.pulses=20", "title=Größe"},
                 .firmware = {.firmware = "A=5.34,*=host", .eeprom = "my meter.bin"}};
  given.scenario_yaml = "scenario: Größe\nsteps: []\n";
  const RunInputs read = parse_run_inputs(to_json(given));
  EXPECT_EQ(read.scenario, given.scenario);
  EXPECT_EQ(read.bench.station, given.bench.station);
  EXPECT_EQ(read.bench.lab, given.bench.lab);
  EXPECT_EQ(read.bench.meters, given.bench.meters);
  EXPECT_EQ(read.bench.seed, given.bench.seed);
  EXPECT_EQ(read.bench.set, given.bench.set);
  EXPECT_EQ(read.scenario_yaml, given.scenario_yaml);
  EXPECT_EQ(read.bench.firmware.firmware, given.bench.firmware.firmware);
  EXPECT_EQ(read.bench.firmware.eeprom, given.bench.firmware.eeprom);
}

TEST(RunInputs, AreOneLine) { EXPECT_EQ(to_json({}).find('\n'), std::string::npos); }

TEST(RunInputs, ThatAreNoneAreRefused) {
  for (const char* text : {"", "{}", "[]", R"({"scenario": 1})"})
    EXPECT_THROW(parse_run_inputs(text), InputError);
}

}  // namespace
}  // namespace meterbench
