#include "bench/measurement/components.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string_view>

namespace meterbench {
namespace {

Component rectangular(const char* name, Ratio half_width, const char* origin, std::string input = {}) {
  return {.name = name,
          .distribution = Distribution::rectangular,
          .standard_uncertainty = percent(half_width) / std::numbers::sqrt3,
          .origin = origin,
          .input = std::move(input)};
}

}  // namespace

std::vector<Component> reference_components(const StationUncertainty& station,
                                            const Calibration::Value& certificate) {
  std::vector<Component> all{
      certified(kReferenceCalibration, certificate, kOfCertificate),
      rectangular("reference drift", station.reference_drift, kOfStationFile, certificate.input),
      rectangular("reference linearity", station.reference_linearity, kOfStationFile, certificate.input)};
  if (station.reference_temperature_percent_per_k > 0)
    all.push_back({.name = "reference temperature",
                   .distribution = Distribution::rectangular,
                   .standard_uncertainty = station.reference_temperature.value() / std::numbers::sqrt3,
                   .sensitivity = station.reference_temperature_percent_per_k,
                   .origin = kOfStationFile,
                   .unit = "K"});
  if (!certificate.of_waveform && station.reference_harmonics)
    all.push_back(rectangular("reference with harmonics", *station.reference_harmonics, kOfStationFile,
                              certificate.input));
  return all;
}

std::optional<Component> source_distortion(const StationUncertainty& station, const Waveform& waveform) {
  if (!waveform.sine() || station.source_distortion.value() == 0) return std::nullopt;
  return rectangular("source distortion", station.source_distortion, kOfStationFile);
}

Seconds burst_half_width(const Burst& burst, Frequency frequency) {
  if (!burst.any()) return {};
  // Its energy P·t_on/duty less what the mean power P brings meanwhile.
  return Seconds{burst.on / frequency.value()} * ((1 / burst.duty() - 1) / 2);
}

std::optional<Component> bursts(const Burst& burst, Frequency frequency, Seconds window) {
  if (!burst.any()) return std::nullopt;
  const double half_width = 2 * burst_half_width(burst, frequency) / window;
  return Component{.name = kBursts,
                   .distribution = Distribution::triangular,
                   .standard_uncertainty = 100 * half_width / std::sqrt(6.0),
                   .origin = kComputed};
}

Component certified(const char* name, const Calibration::Value& value, const char* origin) {
  return {.name = name,
          .standard_uncertainty = percent(value.standard_uncertainty),
          .origin = origin,
          .input = value.input};
}

Component time_base(Ratio half_width) { return rectangular(kTimeBase, half_width, kOfCounter, "counter"); }

Component reference_readings(const StationUncertainty& station, double readings) {
  return {.name = kReferenceReadings,
          .standard_uncertainty = percent(station.reading_noise) / std::sqrt(readings),
          .origin = kOfStationFile};
}

Component repeatability(const StationUncertainty& station, double windows) {
  Component component{.name = kRepeatability,
                      .standard_uncertainty = percent(station.repeatability) / std::sqrt(windows),
                      .origin = kOfStationFile};
  if (station.repeatability.value() != 0) component.degrees_of_freedom = station.repeatability_dof;
  return component;
}

bool scatters(const Component& component) {
  constexpr std::array<std::string_view, 8> kScatter{
      kScanPeriod,        kStampResolution, kPickupJitter,    kReferenceResolution,
      kReferenceReadings, kRepeatability,   kPulseResolution, kBursts};
  return std::ranges::find(kScatter, component.name) != kScatter.end();
}

std::vector<Component> influences(const InfluenceCoefficients& meter, const Deviation& deviation) {
  std::vector<Component> all;
  const auto add = [&](const char* name, double half_width, const char* unit, double coefficient) {
    if (coefficient > 0 && half_width != 0)
      all.push_back({.name = name,
                     .distribution = Distribution::rectangular,
                     .standard_uncertainty = std::abs(half_width) / std::numbers::sqrt3,
                     .sensitivity = coefficient,
                     .origin = kMeasured,
                     .unit = unit});
  };
  add("ambient of the meter", deviation.temperature.value(), "K", meter.temperature_per_k);
  add("voltage deviation", percent(deviation.voltage), "%", meter.voltage_per_percent);
  add("current deviation", percent(deviation.current), "%", meter.current_per_percent);
  add("angle deviation", degrees(deviation.angle), "°", meter.angle_per_degree);
  add("frequency deviation", percent(deviation.frequency), "%", meter.frequency_per_percent);
  return all;
}

}  // namespace meterbench
