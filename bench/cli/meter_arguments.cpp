#include "bench/cli/meter_arguments.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace meterbench {
namespace {

constexpr unsigned kManufacturer = 2048;

}  // namespace

tl::expected<std::uint16_t, std::string> parse_table_number(std::string_view text) {
  std::string_view digits = text;
  const bool maker = digits.starts_with("MT-");
  if (maker || digits.starts_with("ST-")) digits.remove_prefix(3);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool prefixed = digits.size() != text.size();
  const bool whole = !digits.empty() && error == std::errc{} && end == digits.data() + digits.size();
  if (!whole || number >= (prefixed ? kManufacturer : 2 * kManufacturer))
    return tl::unexpected{fmt::format("'{}' is no table: 23, ST-23, MT-13 or 2061 are", text)};
  if (maker) number += kManufacturer;
  if (number == 42 || number == 45)
    return tl::unexpected{
        fmt::format("ST-{} holds {} and is not shown", number, number == 42 ? "passwords" : "keys")};
  return static_cast<std::uint16_t>(number);
}

std::string table_name_text(std::uint16_t table) {
  return fmt::format("{}T-{:02}", table >= kManufacturer ? 'M' : 'S', table % kManufacturer);
}

tl::expected<MeterTime, std::string> parse_meter_time(const std::string& text) {
  std::string label = text;
  if (const std::size_t blank = label.find(' '); blank != std::string::npos) label[blank] = 'T';
  UtcTime time;
  if (label.find('Z') != std::string::npos || !parse_utc(label + "Z", time))
    return tl::unexpected{fmt::format("'{}' is no local time: 2025-06-02 08:00:00 is", text)};
  return MeterTime{std::chrono::floor<std::chrono::seconds>(time.time_since_epoch())};
}

tl::expected<MeterCommand, std::string> parse_meter_command(const std::string& name,
                                                            const std::string& parameter) {
  if (name == to_text(MeterProcedure::set_clock)) {
    const auto time = parse_meter_time(parameter);
    if (!time) return tl::unexpected{fmt::format("set-clock: {}", time.error())};
    return MeterCommand{MeterProcedure::set_clock, *time};
  }
  const auto procedure = parse_meter_procedure(parameter.empty() ? name : name + " " + parameter);
  if (!procedure) return tl::unexpected{procedure.error()};
  return MeterCommand{.procedure = *procedure};
}

tl::expected<std::chrono::minutes, std::string> parse_zone(double hours) {
  const double minutes = std::round(hours * 60);
  if (!(hours >= -12 && hours <= 14) || std::abs(minutes - hours * 60) > 1e-9)
    return tl::unexpected{
        fmt::format("--utc-offset-h {}: -12 to 14 in whole minutes is expected, as -3.5", hours)};
  return std::chrono::minutes{static_cast<int>(minutes)};
}

}  // namespace meterbench
