// Components that several budgets have, by one name and one formula.
#pragma once

#include <optional>

#include "bench/model/budget.h"
#include "bench/model/calibration.h"
#include "bench/model/meter_type.h"
#include "bench/model/station_uncertainty.h"
#include "bench/model/waveform.h"

namespace meterbench {

inline constexpr const char* kReferenceCalibration = "reference calibration";
inline constexpr const char* kTimeBase = "time base";
inline constexpr const char* kIsolation = "position burden and isolation";
inline constexpr const char* kPulseResolution = "LED pulse resolution";
inline constexpr const char* kScanPeriod = "scan period";
inline constexpr const char* kStampResolution = "time stamp resolution";
inline constexpr const char* kPickupJitter = "pickup jitter";
inline constexpr const char* kReferenceResolution = "reference pulse resolution";
inline constexpr const char* kReferenceReadings = "reference readings";
inline constexpr const char* kRepeatability = "repeatability";
inline constexpr const char* kBursts = "bursts";
inline constexpr const char* kStandardCertificate = "standard's certificate";

inline constexpr const char* kOfStationFile = "station file";
inline constexpr const char* kOfPosition = "table of the position";
inline constexpr const char* kOfCertificate = "certificate";
inline constexpr const char* kOfCounter = "specification of the counter";
inline constexpr const char* kComputed = "computed";
inline constexpr const char* kMeasured = "measured in the run";

/// What every comparison with the reference at one load has of it: its certificate (normal); drift since
/// then and linearity, rectangular within the half-widths that the station states; where stated its
/// temperature, and what a load with harmonics adds to a certificate that is for sine. All of them are the
/// same each time that load is measured.
[[nodiscard]] std::vector<Component> reference_components(const StationUncertainty& station,
                                                          const Calibration::Value& certificate);
/// What harmonics and offset of a source that is told to give a sine leave, where it is stated.
[[nodiscard]] std::optional<Component> source_distortion(const StationUncertainty& station,
                                                         const Waveform& waveform);
/// How far either end of a window may lie from where the mean power would have put it, half-width: half of
/// the time by which one burst is ahead of the mean. 0 where the current flows all the time.
[[nodiscard]] Seconds burst_half_width(const Burst& burst, Frequency frequency);
/// Of a window between two LED edges under a current that flows in bursts, where the LED is later than the
/// energy by a delay that is not known: between the two lies more or less of a burst, at either end up to
/// what one burst brings beyond the mean; their difference is triangular. Nothing of a current that flows all
/// the time.
[[nodiscard]] std::optional<Component> bursts(const Burst& burst, Frequency frequency, Seconds window);
/// Normal, of a certificate's figure; `input` is shared by results at the same load.
[[nodiscard]] Component certified(const char* name, const Calibration::Value& value, const char* origin);
/// Rectangular, ± `half_width` of the counter's clock, the same in all its windows.
[[nodiscard]] Component time_base(Ratio half_width);
/// The mean of so many readings of the reference's power, more than 0.
[[nodiscard]] Component reference_readings(const StationUncertainty& station, double readings);
/// Pooled, of the mean of `windows` windows, at least 1; with its degrees of freedom where it is not 0.
[[nodiscard]] Component repeatability(const StationUncertainty& station, double windows = 1);

/// Whether it is drawn anew with each window: timing of edges, resolution, readings, bursts,
/// repeatability.
[[nodiscard]] bool scatters(const Component& component);

/// How far load and surroundings lay from what was asked for, by their size.
struct Deviation {
  TemperatureDifference temperature{};  ///< of the meter's body
  Ratio voltage{};
  Ratio current{};
  Angle angle{};
  Ratio frequency{};
};

/// By coefficient: the meter's error at the load that was asked for may differ from that at the load that
/// stood there by ± coefficient times deviation, rectangular. Nothing of coefficients that are not stated.
[[nodiscard]] std::vector<Component> influences(const InfluenceCoefficients& meter,
                                                const Deviation& deviation);

}  // namespace meterbench
