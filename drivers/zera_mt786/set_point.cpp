#include "drivers/zera_mt786/set_point.h"

#include <fmt/format.h>

#include <cmath>

namespace meterbench::zera_mt786 {

namespace {

constexpr double kLeastVolts = 20;
constexpr double kMostVolts = 500;
constexpr double kMostAmperes = 120;
/// Of volts and amperes; also the least current.
constexpr double kStep = 0.001;
constexpr double kMostRounding = 0.005;
constexpr long kFullTurn = 36000;  // hundredths of a degree

double to_step(double value) { return std::round(value / kStep) * kStep; }

/// In DIN sense: the angle by which `phase` lags `origin`, 0.00 to 359.99°.
std::string angle_text(Angle phase, Angle origin) {
  const long hundredths = std::lround(degrees(origin - phase) * 100) % kFullTurn;
  const long turned = hundredths < 0 ? hundredths + kFullTurn : hundredths;
  return fmt::format("{:03}.{:02}", turned / 100, turned % 100);
}

/// One phase of SUP or SIP: `240.000060.00`. What is off has no angle.
std::string phase_text(double value, Angle phase, Angle origin) {
  return fmt::format("{:07.3f}{}", value, value == 0 ? "000.00" : angle_text(phase, origin));
}

/// The first active voltage stands at 0°.
Angle origin_of(const LoadPoint& point) {
  for (const CircuitLoad& load : point.circuits)
    if (load.voltage > Voltage{}) return load.voltage_phase;
  return Angle{};
}

/// What cannot be given, or nothing.
std::string hindrance(const CircuitLoad& load, double volts, double amperes) {
  if (load.voltage > Voltage{} && load.voltage < Voltage{kLeastVolts})
    return fmt::format("{} V is below the {} V that the source begins with", load.voltage.value(),
                       kLeastVolts);
  if (std::abs(volts - load.voltage.value()) > kMostRounding * load.voltage.value() ||
      std::abs(amperes - load.current.value()) > kMostRounding * load.current.value())
    return fmt::format("{} V and {} A cannot be set in steps of {} V and A", load.voltage.value(),
                       load.current.value(), kStep);
  return {};
}

}  // namespace

SourceCapabilities source_capabilities() {
  return {.circuits = static_cast<int>(LoadPoint::kCircuits),
          .maximum_voltage = Voltage{kMostVolts},
          .maximum_current = Current{kMostAmperes},
          .minimum_frequency = Frequency{45},
          .maximum_frequency = Frequency{65},
          .settling = Seconds{5}};
}

tl::expected<SetPoint, std::string> set_point(const LoadPoint& point) {
  const Angle origin = origin_of(point);
  SetPoint result;
  result.frequency = fmt::format("SFR{:05.2f}", point.frequency.value());
  result.voltages =
      "SUPAE";  // no soft switch-off curve; voltage kept at the end of a dosage, as the vendor does
  result.currents = "SIPAA";  // no soft switch-off curve; in amperes
  std::string voltage_switches;
  std::string current_switches;
  constexpr std::string_view kPhases = "RST";
  for (std::size_t i = 0; i < kPhases.size(); ++i) {
    const bool fed = i < point.circuits.size();
    const CircuitLoad load = fed ? point.circuits[i] : CircuitLoad{};
    double& volts = result.told.voltage_v[i] = to_step(load.voltage.value());
    double& amperes = result.told.current_a[i] = to_step(load.current.value());
    if (std::string why = hindrance(load, volts, amperes); !why.empty())
      return tl::unexpected{fmt::format("circuit {}: {}", i + 1, why)};
    result.voltages += kPhases[i] + phase_text(volts, load.voltage_phase, origin);
    result.currents += kPhases[i] + phase_text(amperes, fed ? point.current_phase(i) : Angle{}, origin);
    voltage_switches += volts > 0 ? 'E' : 'A';
    current_switches += amperes > 0 ? 'P' : 'A';
  }
  result.switching = "SUI" + voltage_switches + current_switches + "AAA";
  return result;
}

}  // namespace meterbench::zera_mt786
