#pragma once

#include "bench/config/yaml.h"
#include "bench/scenario/scenario.h"

namespace meterbench {

/// Reads a step `accuracy: TEST`; what is wrong with it is told at its place.
[[nodiscard]] AccuracyStep read_accuracy(YamlMap& map);

}  // namespace meterbench
