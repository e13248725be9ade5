#pragma once

#include "bench/config/yaml.h"
#include "bench/scenario/scenario.h"

namespace meterbench {

/// Reads a step `accuracy: NAME`, or one of the other LoadTest; what is wrong with it is told at its place.
[[nodiscard]] LoadStep read_load_step(YamlMap& map);

}  // namespace meterbench
