// What a person says to `meterbench meter`, as values; on failure a sentence for that person.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "bench/station/meter_procedure.h"

namespace meterbench {

/// `23`, `ST-23`, `MT-13` and `2061` (the manufacturer's have 2048 added). Tables that hold passwords or keys
/// are refused.
[[nodiscard]] tl::expected<std::uint16_t, std::string> parse_table_number(std::string_view text);
/// `ST-23`, `MT-13`
[[nodiscard]] std::string table_name_text(std::uint16_t table);

/// Local time of a meter: `2025-06-02 08:00:00`.
[[nodiscard]] tl::expected<MeterTime, std::string> parse_meter_time(const std::string& text);

/// `demand-reset`; `test-mode` with `on`, `disconnect` with `open`, `set-clock` with a time.
[[nodiscard]] tl::expected<MeterCommand, std::string> parse_meter_command(const std::string& name,
                                                                          const std::string& parameter);

/// How far local time is ahead of UTC; −12 … +14 h.
[[nodiscard]] tl::expected<std::chrono::minutes, std::string> parse_zone(double hours);

}  // namespace meterbench
