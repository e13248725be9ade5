// What a meter tells over its optical port: as text for a person, and as JSON.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "bench/station/meter.h"

namespace meterbench {

/// One answer in both forms. Each line of the text ends in a line feed.
struct MeterView {
  std::string text;
  nlohmann::ordered_json json;  ///< an object

  void add(const MeterView& other);
};

[[nodiscard]] MeterView view(const MeterIdentity& identity);
[[nodiscard]] MeterView view(const MeterStatus& status);
[[nodiscard]] MeterView view(const std::map<std::uint16_t, Bytes>& tables);
[[nodiscard]] MeterView view(const MeterBilling& billing);
[[nodiscard]] MeterView view(const MeterPresent& present);
/// `zone`: how far the bench's local time is ahead of UTC.
[[nodiscard]] MeterView view(const MeterClock& clock, std::chrono::minutes zone);
[[nodiscard]] MeterView view(const MeterLog& log);
[[nodiscard]] MeterView view(const MeterProfile& profile);

}  // namespace meterbench
