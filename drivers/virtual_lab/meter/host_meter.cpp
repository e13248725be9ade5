#include "drivers/virtual_lab/meter/host_meter.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "drivers/virtual_lab/meter/factory.h"
#include "drivers/virtual_lab/meter/front_end.h"

namespace meterbench::virtual_lab {

namespace {

constexpr double kRadiansPerArcmin = std::numbers::pi / 180 / 60;
constexpr Temperature kReferenceTemperature{23};

std::unique_ptr<firmware::Board> powered_board(const firmware::CalibrationRecord& calibration) {
  auto board = std::make_unique<firmware::Board>();  // all zero
  board->magic = firmware::kBoardMagic;
  board->version = firmware::kBoardVersion;
  board->power_good = 1;
  board->reset_cause = static_cast<std::uint32_t>(firmware::ResetCause::power_on);
  const auto raw = std::bit_cast<firmware::CalibrationBytes>(calibration);
  std::ranges::copy(raw.bytes, board->eeprom + firmware::kCalibrationAddress);
  return board;
}

/// A converter's input: rms phasor in counts of its peak.
Phasor in_counts(const Phasor& rms, double unit_per_count) {
  return rms * (std::numbers::sqrt2 / unit_per_count);
}

std::int32_t converted(double counts) {
  // Rounds to nearest: truncation is the cheap conversion, and all that it sees is positive.
  constexpr double kOffset = front_end::kGreatestCount + 1;
  const double held = std::clamp(counts, -front_end::kGreatestCount, front_end::kGreatestCount);
  return static_cast<std::int32_t>(held + (kOffset + 0.5)) - static_cast<std::int32_t>(kOffset);
}

double real_part_of_product(const Phasor& a, const Phasor& b) {
  return a.real() * b.real() - a.imag() * b.imag();
}

}  // namespace

HostMeter::HostMeter(const MeterType& type, const Imperfections& imperfections, OnLed on_led)
    : type_{type},
      imperfections_{imperfections},
      on_led_{std::move(on_led)},
      sample_rate_{firmware::kSampleRate * (1 + imperfections.clock_ppm * 1e-6)},
      board_{powered_board(factory_calibration(type, Seconds{imperfections.delay_s}))},
      firmware_{*board_} {}

void HostMeter::on_segment(const Segment& segment) {
  // All samples before the segment's end: sample n is taken at n / sample rate.
  const auto until = static_cast<std::uint64_t>(std::ceil(in_seconds(segment.end) * sample_rate_));
  board_->thermometer = static_cast<std::int32_t>(std::lround(body_temperature_.value() * 1000));
  while (converted_ < until) {
    convert(segment.terminals, std::min<std::uint64_t>(until, converted_ + board_->samples.capacity));
    firmware_.run();
    take_led_edges();
  }
}

Phasor HostMeter::current_factor(Frequency frequency) const {
  const double warmer = (body_temperature_ - kReferenceTemperature).value();
  const double gain = (1 + imperfections_.gain_percent / 100) *
                      (1 + imperfections_.temperature_slope_percent_per_k / 100 * warmer);
  return std::polar(gain, imperfections_.phase_error_arcmin * kRadiansPerArcmin) *
         front_end::current_response(frequency);
}

void HostMeter::convert(const Terminals& terminals, std::uint64_t until) {
  const bool three_wire = is_three_wire(type_.form);
  const Phasor factor = current_factor(terminals.frequency);
  const double ampere = front_end::amperes_per_count(type_);
  const Phasor u = in_counts(three_wire ? terminals.voltage[0] - terminals.voltage[1] : terminals.voltage[0],
                             front_end::kVoltsPerCount);
  const Phasor i1 = in_counts(terminals.current[0] * factor, ampere);
  const Phasor i2 = three_wire ? in_counts(terminals.current[1] * factor, ampere) : Phasor{};

  // One carrier for all channels, turned from sample to sample; its length is set right once a call.
  const Phasor turn = std::polar(1.0, 2 * std::numbers::pi * terminals.frequency.value() / sample_rate_);
  Phasor carrier = carrier_ / std::abs(carrier_);
  std::uint32_t written = board_->samples.written;
  for (; converted_ < until; ++converted_) {
    board_->samples.slot(written++) = {converted(real_part_of_product(u, carrier)),
                                       converted(real_part_of_product(i1, carrier)),
                                       converted(real_part_of_product(i2, carrier))};
    carrier = {real_part_of_product(carrier, turn),
               carrier.real() * turn.imag() + carrier.imag() * turn.real()};
  }
  carrier_ = carrier;
  firmware::share(board_->samples.written, written);
  firmware::share(board_->run_until, written);
}

void HostMeter::take_led_edges() {
  firmware::LedEdge edge;
  while (firmware::pop(board_->led_edges, edge)) {
    const double samples = static_cast<double>(edge.sample) + static_cast<double>(edge.fraction) * 0x1p-32;
    on_led_(instant_at(samples / sample_rate_));
  }
}

ActiveEnergy HostMeter::delivered() const {
  return static_cast<double>(firmware_.delivered()) * energy_quantum(type_);
}

ActiveEnergy HostMeter::received() const {
  return static_cast<double>(firmware_.received()) * energy_quantum(type_);
}

}  // namespace meterbench::virtual_lab
