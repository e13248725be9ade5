#include "bench/measurement/components.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace meterbench {
namespace {

constexpr const char* kReferenceDrift = "reference drift";
constexpr const char* kReferenceLinearity = "reference linearity";
constexpr const char* kReferenceHarmonics = "reference with harmonics";

Component rectangular(const char* name, Ratio half_width) {
  return {.name = name,
          .distribution = Distribution::rectangular,
          .standard_uncertainty_percent = percent(half_width) / std::numbers::sqrt3,
          .origin = kOfStationFile};
}

}  // namespace

Component reference_drift(const StationUncertainty& station) {
  return rectangular(kReferenceDrift, station.reference_drift);
}

Component reference_linearity(const StationUncertainty& station) {
  return rectangular(kReferenceLinearity, station.reference_linearity);
}

std::optional<Component> reference_harmonics(const StationUncertainty& station, const Waveform& waveform) {
  if (waveform.sine() || !station.reference_harmonics) return std::nullopt;
  return rectangular(kReferenceHarmonics, *station.reference_harmonics);
}

Component reference_readings(const StationUncertainty& station, double readings) {
  return {.name = "reference readings",
          .standard_uncertainty_percent = percent(station.reading_noise) / std::sqrt(readings),
          .origin = kOfStationFile};
}

Component repeatability(const StationUncertainty& station) {
  Component component{.name = "repeatability",
                      .standard_uncertainty_percent = percent(station.repeatability),
                      .origin = kOfStationFile};
  if (station.repeatability.value() != 0) component.degrees_of_freedom = station.repeatability_dof;
  return component;
}

bool is_common(const Component& component) {
  constexpr std::array kCommon{kReferenceCalibration, kReferenceDrift, kReferenceLinearity,
                               kReferenceHarmonics,   kTimeBase,       kIsolation,
                               kStandardCertificate};
  return std::find(kCommon.begin(), kCommon.end(), component.name) != kCommon.end();
}

}  // namespace meterbench
