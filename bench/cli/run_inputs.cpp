#include "bench/cli/run_inputs.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace meterbench {

std::string to_json(const RunInputs& inputs) {
  const BenchOptions& bench = inputs.bench;
  nlohmann::ordered_json json{{"scenario", inputs.scenario},
                              {"set", bench.set},
                              {"station", bench.station},
                              {"lab", bench.lab},
                              {"meters", bench.meters},
                              {"seed", bench.seed},
                              {"firmware", bench.firmware.firmware},
                              {"eeprom", bench.firmware.eeprom}};
  if (!inputs.scenario_yaml.empty()) json["scenario_yaml"] = inputs.scenario_yaml;
  return json.dump();
}

RunInputs parse_run_inputs(const std::string& json) {
  try {
    const auto read = nlohmann::json::parse(json);
    RunInputs inputs;
    read.at("scenario").get_to(inputs.scenario);
    read.at("set").get_to(inputs.bench.set);
    read.at("station").get_to(inputs.bench.station);
    read.at("lab").get_to(inputs.bench.lab);
    read.at("meters").get_to(inputs.bench.meters);
    read.at("seed").get_to(inputs.bench.seed);
    inputs.scenario_yaml = read.value("scenario_yaml", "");
    inputs.bench.firmware = {read.value("firmware", ""), read.value("eeprom", "")};
    return inputs;
  } catch (const nlohmann::json::exception& e) {
    throw InputError{
        fmt::format("what the run was started with cannot be read from the ledger: {}", e.what())};
  }
}

}  // namespace meterbench
