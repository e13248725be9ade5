#pragma once

#include <optional>

#include "bench/config/yaml.h"
#include "bench/model/calibration.h"

namespace meterbench {

/// What a certificate was issued for: an instrument has a serial number, the positions of a bench have none.
enum class Certified { instrument, positions };

/// A certificate as a station or meter file quotes it: `certificate`, `serial_number` of an instrument,
/// `issued`, `due` and `points`, each with `power_factor`, `current` (one or a list), `error`,
/// `expanded_uncertainty` and `coverage_factor`.
[[nodiscard]] std::optional<Calibration> read_calibration(const YamlNode& node, Certified certified);

}  // namespace meterbench
