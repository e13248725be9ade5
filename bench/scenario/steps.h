#pragma once

#include <vector>

#include "bench/config/yaml.h"
#include "bench/scenario/scenario.h"

namespace meterbench {

/// Reads the list of steps. `at_temperatures` becomes, for each of its temperatures, a soak and the steps
/// that stand below it; their labels end in the temperature's name.
[[nodiscard]] std::vector<Step> read_steps(const YamlNode& list);

}  // namespace meterbench
