#pragma once

#include "bench/config/yaml.h"
#include "bench/scenario/scenario.h"

namespace meterbench {

/// `band`, `at_least`, `limit` and `check_load`: how the meters are brought to a temperature.
[[nodiscard]] SoakStep read_soak_conditions(YamlMap& map);

/// Reads a step `soak: 53 °C`.
[[nodiscard]] SoakStep read_soak(YamlMap& map);

}  // namespace meterbench
