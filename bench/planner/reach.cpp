#include "bench/planner/reach.h"

#include <algorithm>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/planner/burden.h"

namespace meterbench {
namespace {

using Reason = std::optional<std::string>;

Reason beyond_channel(const PlanningStation& station, Form form, std::size_t i, const CircuitLoad& circuit) {
  const SourceCapabilities& source = station.source;
  if (static_cast<int>(i) >= source.circuits && circuit != CircuitLoad{})
    return fmt::format("form {} needs circuit {}, the source has {}", to_text(form), i + 1, source.circuits);
  const Voltage most_voltage = std::min(source.maximum_voltage, station.limits.voltage);
  if (circuit.voltage > most_voltage)
    return fmt::format("circuit {} needs {}; source and station allow {}", i + 1, to_text(circuit.voltage),
                       to_text(most_voltage));
  const Current most_current = std::min(source.maximum_current, station.limits.current);
  if (circuit.current > most_current)
    return fmt::format("circuit {} needs {}; source and station allow {}", i + 1, to_text(circuit.current),
                       to_text(most_current));
  return std::nullopt;
}

Reason beyond_power(const PlanningStation& station, const std::map<std::string, MeterType>& meters,
                    const LoadPoint& load) {
  const Burden burden = burden_of(meters, station.wiring, load);
  const ApparentPower most_power = station.source.voltage_power;
  const Voltage most_across = station.source.compliance;
  for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) {
    if (most_power.value() > 0 && burden.voltage_power[i] > most_power)
      return fmt::format(
          "the voltage circuits of {} meters take {:.4g} VA of channel {}; the source gives {}",
          meters.size(), burden.voltage_power[i].value(), i + 1, to_text(most_power));
    if (most_across.value() > 0 && burden.across_current[i] > most_across)
      return fmt::format(
          "the current circuits of {} meters and their wiring need {:.4g} V across channel {} at {}; the "
          "source "
          "gives {}",
          meters.size(), burden.across_current[i].value(), i + 1, to_text(load.circuits[i].current),
          to_text(most_across));
  }
  return std::nullopt;
}

}  // namespace

Reason beyond_form(Form form, const Connection& connection) {
  if (is_three_wire(form)) return std::nullopt;
  if (connection.circuit != Circuit::series)
    return fmt::format("form {} has one circuit, there is no {}", to_text(form), to_text(connection.circuit));
  if (connection.service != Service::single_phase || connection.leg_1_voltage != Ratio{0.5})
    return fmt::format("form {} stands on one leg; service and voltage split are for two", to_text(form));
  return std::nullopt;
}

Reason beyond_meters(const std::vector<Seat>& seats, Voltage voltage, const LoadPoint& load) {
  const Current current = std::max(load.circuits[0].current, load.circuits[1].current);
  const auto too_much = [](const Seat& seat, const std::string& text) {
    return fmt::format("position {}, {}: {}; take it out of its socket", seat.position, seat.type->id, text);
  };
  for (const Seat& seat : seats) {
    const MeterType& type = *seat.type;
    if (current > type.maximum_current && !same(current, type.maximum_current))
      return too_much(
          seat, fmt::format("{} is beyond its Imax {}", to_text(current), to_text(type.maximum_current)));
    if (voltage > type.maximum_voltage && !same(voltage, type.maximum_voltage))
      return too_much(seat, fmt::format("{} is beyond its greatest voltage {}", to_text(voltage),
                                        to_text(type.maximum_voltage)));
  }
  return std::nullopt;
}

Reason beyond_source(const PlanningStation& station, const std::map<std::string, MeterType>& meters,
                     const LoadPoint& load) {
  const SourceCapabilities& source = station.source;
  if (load.frequency < source.minimum_frequency || load.frequency > source.maximum_frequency)
    return fmt::format("the source gives {} to {}, not {}", to_text(source.minimum_frequency),
                       to_text(source.maximum_frequency), to_text(load.frequency));
  if (load.waveform.highest_order() > source.highest_harmonic)
    return source.highest_harmonic > 1
               ? fmt::format("waveform {} has harmonics up to order {}; the source gives up to {}",
                             load.waveform.name, load.waveform.highest_order(), source.highest_harmonic)
               : fmt::format("waveform {} has harmonics; the source gives sines alone", load.waveform.name);
  const Form form = meters.begin()->second.form;
  for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i)
    if (auto reason = beyond_channel(station, form, i, load.circuits[i])) return reason;
  return beyond_power(station, meters, load);
}

}  // namespace meterbench
