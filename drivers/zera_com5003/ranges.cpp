#include "drivers/zera_com5003/ranges.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <span>

#include "bench/core/quantity_text.h"

namespace meterbench::zera_com5003 {
namespace {

struct Range {
  double most;  ///< V or A. Up to a quarter above it nothing is overloaded, save on the 200 A range.
  std::string_view name;
};

constexpr std::array<Range, 6> kVoltageRanges{
    {{5, "5V"}, {12, "12V"}, {60, "60V"}, {120, "120V"}, {240, "240V"}, {480, "480V"}}};
/// The 200 A range is overloaded from 168 A.
constexpr std::array<Range, 15> kCurrentRanges{{{0.005, "5mA"},
                                                {0.010, "10mA"},
                                                {0.025, "25mA"},
                                                {0.050, "50mA"},
                                                {0.100, "100mA"},
                                                {0.250, "250mA"},
                                                {0.500, "500mA"},
                                                {1, "1.0A"},
                                                {2.5, "2.5A"},
                                                {5, "5A"},
                                                {10, "10A"},
                                                {25, "25A"},
                                                {50, "50A"},
                                                {100, "100A"},
                                                {168, "200A"}}};

/// Without a load there is nothing to resolve: the largest range, which no later load exceeds by much.
template <class Kind>
tl::expected<std::string, std::string> range_for(std::span<const Range> ranges, Quantity<Kind> load) {
  if (load.value() == 0) return std::string{ranges.back().name};
  for (const Range& range : ranges)
    if (load.value() <= range.most) return std::string{range.name};
  return tl::unexpected{fmt::format("{} is beyond {}, where the {} range is overloaded", to_text(load),
                                    to_text(Quantity<Kind>{ranges.back().most}), ranges.back().name)};
}

Voltage line_to_line(const LoadPoint& point) {
  std::complex<double> difference{};
  for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) {
    const CircuitLoad& circuit = point.circuits[i];
    const auto phasor = std::polar(circuit.voltage.value(), circuit.voltage_phase.value());
    difference += i == 0 ? phasor : -phasor;
  }
  return Voltage{std::abs(difference)};
}

}  // namespace

tl::expected<RangeChoice, std::string> ranges_for(const LoadPoint& point, ReferenceDefinition definition) {
  Voltage voltage;
  Current current;
  for (const CircuitLoad& circuit : point.circuits) {
    if (!std::isfinite(circuit.voltage.value()) || !std::isfinite(circuit.current.value()))
      return tl::unexpected{std::string{"the load is no number"}};
    voltage = std::max(voltage, circuit.voltage);
    current = std::max(current, circuit.current);
  }
  if (definition == ReferenceDefinition::series) voltage = line_to_line(point);
  return range_for(std::span{kVoltageRanges}, voltage).and_then([&](const std::string& u) {
    return range_for(std::span{kCurrentRanges}, current).map([&](const std::string& i) {
      return RangeChoice{u, i};
    });
  });
}

}  // namespace meterbench::zera_com5003
