#pragma once

#include <optional>

#include "bench/config/yaml.h"
#include "bench/model/calibration.h"

namespace meterbench {

/// A certificate as a station or meter file quotes it: `certificate`, `issued`, `due` and `points`, each with
/// `power_factor`, `current` (one or a list), `error`, `expanded_uncertainty` and `coverage_factor`.
[[nodiscard]] std::optional<Calibration> read_calibration(const YamlNode& node);

}  // namespace meterbench
