#include "bench/planner/reach.h"

#include <algorithm>
#include <numbers>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/model/source_reach.h"
#include "bench/planner/burden.h"

namespace meterbench {
namespace {

using Reason = std::optional<std::string>;

Reason beyond_channel(const PlanningStation& station, Form form, std::size_t i, const LoadPoint& load) {
  const SourceCapabilities& source = station.source;
  const CircuitLoad& circuit = load.circuits.at(i);
  const Voltage voltage = circuit.voltage * load.waveform.voltage_rms();
  const Current current = circuit.current * load.waveform.current_rms();
  if (static_cast<int>(i) >= source.circuits && circuit != CircuitLoad{})
    return fmt::format("form {} needs circuit {}, the source has {}", to_text(form), i + 1, source.circuits);
  const Voltage most_voltage = std::min(source.maximum_voltage, station.limits.voltage);
  if (voltage > most_voltage)
    return fmt::format("circuit {} needs {}; source and station allow {}", i + 1, to_text(voltage),
                       to_text(most_voltage));
  const Current most_current = std::min(source.maximum_current, station.limits.current);
  if (current > most_current)
    return fmt::format("circuit {} needs {}; source and station allow {}", i + 1, to_text(current),
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

/// A sine is told by its rms, which the certificate covers.
Reason beyond_peak(const ReferenceCapabilities& reference, const LoadPoint& load) {
  if (load.waveform.sine()) return std::nullopt;
  for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) {
    const CircuitLoad& circuit = load.circuits.at(i);
    const Voltage volts = circuit.voltage * (std::numbers::sqrt2 * load.waveform.voltage_peak());
    const Current amperes = circuit.current * (std::numbers::sqrt2 * load.waveform.current_peak());
    if (reference.peak_voltage > Voltage{} && volts > reference.peak_voltage)
      return fmt::format("circuit {}: waveform {} has peaks of {}; the reference takes {}", i + 1,
                         load.waveform.name, to_text(volts), to_text(reference.peak_voltage));
    if (reference.peak_current > Current{} && amperes > reference.peak_current)
      return fmt::format("circuit {}: waveform {} has peaks of {}; the reference takes {}", i + 1,
                         load.waveform.name, to_text(amperes), to_text(reference.peak_current));
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

Reason beyond_waveform(const PlanningStation& station, const std::vector<Seat>& seats,
                       const Connection& connection, const LoadPoint& load) {
  const Waveform& waveform = load.waveform;
  if (waveform.has_direct_current()) {
    const auto refused = [&](const std::string& why) {
      return fmt::format("waveform {} has direct current: {}", waveform.name, why);
    };
    for (const Seat& seat : seats)
      if (line_connection(seat.type->form) == LineConnection::transformer)
        return refused(
            fmt::format("position {}, {}, form {}, is fed by current transformers, which pass none",
                        seat.position, seat.type->id, to_text(seat.type->form)));
    if (station.isolation_transformers)
      return refused("the station's positions are fed through isolation transformers, which pass none");
    if (!station.reference_capabilities.direct_current)
      return refused("the station does not state that its reference measures it");
  }
  const bool one_load = connection.circuit != Circuit::opposed && connection.circuit != Circuit::legs;
  if (waveform.has_even_orders() && is_three_wire(seats.front().type->form) &&
      !(one_load && connection.service == Service::single_phase))
    return fmt::format(
        "waveform {} has even orders: it is defined for circuits in series or one alone, at single phase",
        waveform.name);
  return beyond_peak(station.reference_capabilities, load);
}

Reason beyond_source(const PlanningStation& station, const std::map<std::string, MeterType>& meters,
                     const LoadPoint& load) {
  const SourceCapabilities& source = station.source;
  if (load.frequency < source.minimum_frequency || load.frequency > source.maximum_frequency)
    return fmt::format("the source gives {} to {}, not {}", to_text(source.minimum_frequency),
                       to_text(source.maximum_frequency), to_text(load.frequency));
  if (auto reason = beyond_shape(source, load)) return reason;
  const Form form = meters.begin()->second.form;
  for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i)
    if (auto reason = beyond_channel(station, form, i, load)) return reason;
  return beyond_power(station, meters, load);
}

}  // namespace meterbench
