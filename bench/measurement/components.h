// Components that several budgets have, by one name and one formula.
#pragma once

#include <optional>

#include "bench/model/budget.h"
#include "bench/model/station_uncertainty.h"
#include "bench/model/waveform.h"

namespace meterbench {

inline constexpr const char* kReferenceCalibration = "reference calibration";
inline constexpr const char* kTimeBase = "time base";
inline constexpr const char* kIsolation = "position burden and isolation";
inline constexpr const char* kPulseResolution = "LED pulse resolution";
inline constexpr const char* kStandardCertificate = "standard's certificate";

inline constexpr const char* kOfStationFile = "station file";
inline constexpr const char* kOfPosition = "table of the position";
inline constexpr const char* kOfCertificate = "certificate";
inline constexpr const char* kComputed = "computed";

// Rectangular within the half-widths that the station states.
[[nodiscard]] Component reference_drift(const StationUncertainty& station);
[[nodiscard]] Component reference_linearity(const StationUncertainty& station);
/// Its certificate is for sine: what a load with harmonics adds. Nothing for a sine, or where the station
/// does not state it.
[[nodiscard]] std::optional<Component> reference_harmonics(const StationUncertainty& station,
                                                           const Waveform& waveform);
/// The mean of so many readings of the reference's power, more than 0.
[[nodiscard]] Component reference_readings(const StationUncertainty& station, double readings);
/// Pooled, with its degrees of freedom where it is not 0.
[[nodiscard]] Component repeatability(const StationUncertainty& station);

/// Whether two windows at one position of a bench have it in common.
[[nodiscard]] bool is_common(const Component& component);

}  // namespace meterbench
