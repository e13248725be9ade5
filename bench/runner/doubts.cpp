#include "bench/runner/doubts.h"

#include <algorithm>

#include <fmt/format.h>

namespace meterbench {

std::optional<std::string> limit_doubt(const Limit& limit) {
  if (limit.mark != Mark::knowledge) return std::nullopt;
  return fmt::format("the limit of {} is an unverified figure", limit.source);
}

std::vector<std::string> waveform_doubts(const Station& station, const PlannedPoint& point) {
  std::vector<std::string> doubts;
  const Waveform& waveform = point.load.waveform;
  if (waveform.sine()) return doubts;
  if (waveform.mark == Mark::knowledge)
    doubts.push_back(
        fmt::format("the waveform {} of {} is an unverified figure", waveform.name, waveform.source));
  if (!point.reference.of_waveform && !station.uncertainty.reference_harmonics)
    doubts.emplace_back("the reference's certificate is for sine, the load has harmonics");
  return doubts;
}

std::vector<std::string> certificate_doubts(const Station& station, const Plan& plan,
                                            const std::string& position) {
  const UtcTime today = station.reactor.utc();
  std::vector<std::string> doubts;
  const auto check = [&](const Calibration& calibration) {
    if (auto invalid = calibration.invalid(today)) doubts.push_back(*std::move(invalid));
  };
  check(station.reference_calibration);
  const auto place = std::ranges::find(station.positions, position, &Position::name);
  if (place->isolation) check(*place->isolation);
  if (const auto& certificate = plan.meters.at(position).certificate) check(*certificate);
  return doubts;
}

}  // namespace meterbench
