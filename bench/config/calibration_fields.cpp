#include "bench/config/calibration_fields.h"

#include <algorithm>

#include <fmt/format.h>

#include "bench/config/fields.h"

namespace meterbench {
namespace {

constexpr std::string_view kDate = "2025-06-02";

/// Midnight, UTC, at the beginning of a day.
std::optional<UtcTime> read_date(YamlMap& map, std::string_view key) {
  const auto node = map.require(key);
  const auto text = node ? node->as_text() : std::nullopt;
  if (!text) return std::nullopt;
  UtcTime time{};
  if (text->size() == kDate.size() && parse_utc(*text, time)) return time;
  node->mistake(fmt::format("'{}' is not a date: {} is an example", *text, kDate));
  return std::nullopt;
}

/// Those that the row holds at; one `none` where it states none.
std::vector<std::optional<Voltage>> read_voltages(YamlMap& row) {
  const auto list = row.find("voltage");
  if (!list) return {std::nullopt};
  std::vector<std::optional<Voltage>> voltages;
  for (const YamlNode& item : list->items()) {
    const auto voltage = item.as_quantity<kind::Voltage>();
    if (!voltage) continue;
    check_range(item, voltage->value(), Range::positive);
    voltages.emplace_back(*voltage);
  }
  return voltages;
}

bool same_load(const CertifiedPoint& a, const CertifiedPoint& b) {
  return a.current == b.current && a.power_factor == b.power_factor && a.voltage == b.voltage &&
         a.waveform == b.waveform;
}

/// One row of a certificate: the same figures at one current or several, and at one voltage or several.
void read_certified(const YamlNode& node, std::vector<CertifiedPoint>& points) {
  auto row = node.as_map();
  if (!row) return;
  CertifiedPoint point;
  if (const auto pf = row->require("power_factor"))
    point.power_factor = as_power_factor(*pf).value_or(PowerFactor{});
  point.error = required_quantity<kind::Ratio>(*row, "error", Range::any);
  point.expanded_uncertainty = required_quantity<kind::Ratio>(*row, "expanded_uncertainty");
  point.coverage_factor = required_number(*row, "coverage_factor", Range::positive);
  point.waveform = optional_text(*row, "waveform");
  const std::vector<std::optional<Voltage>> voltages = read_voltages(*row);
  if (const auto currents = row->require("current")) {
    for (const YamlNode& item : currents->items()) {
      const auto current = item.as_quantity<kind::Current>();
      if (!current) continue;
      check_range(item, current->value(), Range::positive);
      point.current = *current;
      for (const auto& voltage : voltages) {
        point.voltage = voltage;
        if (std::ranges::any_of(points, [&](const CertifiedPoint& other) { return same_load(other, point); }))
          item.mistake("the certificate has this load point a second time");
        points.push_back(point);
      }
    }
  }
  const auto differs = [&](const CertifiedPoint& other) {
    return other.waveform == point.waveform && other.voltage.has_value() != point.voltage.has_value();
  };
  if (std::ranges::any_of(points, differs))
    node.mistake("all rows of a waveform state the voltage that they hold at, or none does");
  row->finish();
}

}  // namespace

std::optional<Calibration> read_calibration(const YamlNode& node, Certified certified) {
  auto map = node.as_map();
  if (!map) return std::nullopt;
  Calibration calibration;
  calibration.certificate = required_text(*map, "certificate");
  if (certified == Certified::instrument) calibration.serial_number = required_text(*map, "serial_number");
  const auto issued = read_date(*map, "issued");
  const auto due = read_date(*map, "due");
  if (issued && due && *due < *issued)
    map->find("due")->mistake("the certificate is due before it is issued");
  calibration.issued = issued.value_or(UtcTime{});
  // Valid to the end of the day.
  calibration.due = due.value_or(UtcTime{}) + std::chrono::days{1} - std::chrono::milliseconds{1};
  if (const auto points = map->require("points")) {
    for (const YamlNode& point : points->items()) read_certified(point, calibration.points);
    if (calibration.points.empty()) points->mistake("a certificate has at least one load point");
  }
  map->finish();
  std::stable_sort(calibration.points.begin(), calibration.points.end(),
                   [](const CertifiedPoint& a, const CertifiedPoint& b) { return a.current < b.current; });
  return calibration;
}

}  // namespace meterbench
