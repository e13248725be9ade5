#include "drivers/virtual_lab/world/reference_input.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>

namespace meterbench::virtual_lab {

namespace {

constexpr double kRadiansPerArcmin = std::numbers::pi / 180 / 60;
Phasor complex_power(const Phasor& voltage, const Phasor& current) { return voltage * std::conj(current); }

/// The power that the standard forms of one order, by its definition.
double net_power(ReferenceInput::Definition definition, const Phasors& voltage, const Phasors& current) {
  using enum ReferenceInput::Definition;
  const Phasor between = voltage[0] - voltage[1];
  switch (definition) {
    case two_wire: return complex_power(voltage[0], current[0]).real();
    case two_element: return complex_power(between, current[0] - current[1]).real() / 2;
    case element_sum:
      return complex_power(voltage[0], current[0]).real() + complex_power(voltage[1], current[1]).real();
    case series: {
      // It is looped into circuit 1, or into circuit 2 where that one carries the load alone.
      const bool first = std::abs(current[0]) >= std::abs(current[1]) / 2;
      return complex_power(between, first ? current[0] : -current[1]).real();
    }
  }
  return 0;
}

double net_power(ReferenceInput::Definition definition, const Terminals& terminals) {
  double sum = 0;
  for_each_order(terminals, [&](int, const Phasors& voltage, const Phasors& current) {
    sum += net_power(definition, voltage, current);
  });
  return sum;
}

}  // namespace

ReferenceInput::ReferenceInput(std::uint64_t seed, const Settings& settings)
    : settings_{settings},
      range_error_{seed, "reference.range_error", ""},
      noise_{seed, "reference.noise", ""} {}

double ReferenceInput::gain(std::uint64_t cell) const {
  const double range_error =
      settings_.range_error_percent * (2 * range_error_.uniform(static_cast<std::uint64_t>(range_)) - 1);
  const double steady = 1 + (settings_.gain_percent + range_error) / 100;
  return steady * (1 + settings_.noise_percent / 100 * noise_.normal(cell));
}

void ReferenceInput::on_segment(const Segment& segment) {
  const Duration length = segment.end - segment.begin;
  const Seconds seconds{in_seconds(length)};
  true_energy_ = true_energy_ + ActivePower{net_power(settings_.definition, segment.terminals)} * seconds;

  Terminals seen = segment.terminals;  // all errors of its power are put on the currents
  turn_currents(seen, gain(segment.cell), Angle{settings_.phase_error_arcmin * kRadiansPerArcmin});
  if (settings_.definition == Definition::two_element || settings_.definition == Definition::element_sum)
    part_currents(seen, settings_.element_difference_percent / 100);
  Reading reading{.frequency = seen.frequency};
  for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) {
    Phasor power{};
    double square_voltage = 0, square_current = 0;
    for_each_order(seen, [&](int, const Phasors& voltage, const Phasors& current) {
      power += complex_power(voltage[i], current[i]);
      square_voltage += std::norm(voltage[i]);
      square_current += std::norm(current[i]);
    });
    reading.voltage[i] = Voltage{std::sqrt(square_voltage)};
    reading.current[i] = Current{std::sqrt(square_current)};
    reading.active[i] = ActivePower{power.real()};
    reading.reactive[i] = ReactivePower{power.imag()};
  }
  reading.net = ActivePower{net_power(settings_.definition, seen)};

  const double before = pulses_;
  if (per_pulse_ > ActiveEnergy{}) pulses_ += std::abs(reading.net * seconds / per_pulse_);
  pieces_.push_back({segment.begin, segment.end, before, pulses_, reading});
  while (pieces_.front().end + kHistory < segment.end) pieces_.pop_front();
}

ReferenceInput::Reading ReferenceInput::reading(Duration integration) const {
  Reading mean;
  std::array<double, LoadPoint::kCircuits> square_voltage{}, square_current{};
  if (pieces_.empty()) return mean;
  const Instant end = pieces_.back().end;
  const Instant begin = std::max(end - integration, pieces_.front().begin);
  mean.frequency = pieces_.back().reading.frequency;
  for (auto piece = pieces_.rbegin(); piece != pieces_.rend() && piece->end > begin; ++piece) {
    const double weight = in_seconds(piece->end - std::max(piece->begin, begin)) / in_seconds(end - begin);
    for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) {
      square_voltage[i] += weight * std::pow(piece->reading.voltage[i].value(), 2);
      square_current[i] += weight * std::pow(piece->reading.current[i].value(), 2);
      mean.active[i] = mean.active[i] + weight * piece->reading.active[i];
      mean.reactive[i] = mean.reactive[i] + weight * piece->reading.reactive[i];
    }
    mean.net = mean.net + weight * piece->reading.net;
  }
  for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) {
    mean.voltage[i] = Voltage{std::sqrt(square_voltage[i])};
    mean.current[i] = Current{std::sqrt(square_current[i])};
  }
  return mean;
}

std::deque<ReferenceInput::Piece>::const_iterator ReferenceInput::piece_at(Instant t) const {
  auto piece = pieces_.cend();
  while (piece != pieces_.cbegin() && std::prev(piece)->end >= t) --piece;
  return piece;
}

std::uint64_t ReferenceInput::edges_until(Instant t) {
  const auto piece = piece_at(t);
  if (piece == pieces_.cend()) return static_cast<std::uint64_t>(pulses_);
  const double share =
      std::clamp(in_seconds(t - piece->begin) / in_seconds(piece->end - piece->begin), 0.0, 1.0);
  return static_cast<std::uint64_t>(piece->pulses_before +
                                    share * (piece->pulses_after - piece->pulses_before));
}

std::vector<Instant> ReferenceInput::edges_between(Instant after, Instant until) {
  std::vector<Instant> edges;
  const std::uint64_t last = edges_until(until);
  auto piece = piece_at(after);
  for (std::uint64_t n = edges_until(after) + 1; n <= last; ++n) {
    const auto pulses = static_cast<double>(n);
    while (piece != pieces_.cend() && piece->pulses_after < pulses) ++piece;
    if (piece == pieces_.cend()) break;
    const double share = (pulses - piece->pulses_before) / (piece->pulses_after - piece->pulses_before);
    const Instant edge = piece->begin + from_seconds(share * in_seconds(piece->end - piece->begin));
    // Rounded to a nanosecond: it stays on the side of the two instants that its count is on.
    edges.push_back(std::clamp(edge, after + Duration{1}, until));
  }
  return edges;
}

}  // namespace meterbench::virtual_lab
