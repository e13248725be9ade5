#pragma once

#include <array>
#include <map>
#include <string>

#include "bench/model/load_point.h"
#include "bench/model/meter_type.h"

namespace meterbench {

/// What the meters of a bench, all voltage circuits in parallel and all current circuits in series, ask of
/// each channel of the source.
struct Burden {
  std::array<ApparentPower, LoadPoint::kCircuits> voltage_power{};
  std::array<Voltage, LoadPoint::kCircuits> across_current{};  ///< wiring and current circuits
};

/// Of a voltage coil S·(V/V_nominal)²; between the legs (three-wire) it takes from each channel what that one
/// has of the voltage across the coil. Of a current circuit I·(wiring + Σ impedances). Fundamental alone.
[[nodiscard]] Burden burden_of(const std::map<std::string, MeterType>& meters, Resistance wiring,
                               const LoadPoint& load);

}  // namespace meterbench
