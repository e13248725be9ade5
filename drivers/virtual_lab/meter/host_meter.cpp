#include "drivers/virtual_lab/meter/host_meter.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <utility>

#include "drivers/virtual_lab/meter/factory.h"
#include "drivers/virtual_lab/meter/front_end.h"

namespace meterbench::virtual_lab {

namespace {

constexpr double kRadiansPerArcmin = std::numbers::pi / 180 / 60;
constexpr Temperature kReferenceTemperature{23};

std::unique_ptr<firmware::Board> powered_board(const firmware::CalibrationRecord& calibration,
                                               const firmware::IdentityRecord& identity) {
  auto board = std::make_unique<firmware::Board>();  // all zero
  board->magic = firmware::kBoardMagic;
  board->version = firmware::kBoardVersion;
  board->power_good = 1;
  board->reset_cause = static_cast<std::uint32_t>(firmware::ResetCause::power_on);
  std::ranges::copy(std::bit_cast<firmware::CalibrationBytes>(calibration).bytes,
                    board->eeprom + firmware::kCalibrationAddress);
  std::ranges::copy(std::bit_cast<firmware::IdentityBytes>(identity).bytes,
                    board->eeprom + firmware::kIdentityAddress);
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

HostMeter::HostMeter(const MeterType& type, const Imperfections& imperfections, OnLed on_led,
                     std::string_view position)
    : type_{type},
      imperfections_{imperfections},
      on_led_{std::move(on_led)},
      sample_rate_{firmware::kSampleRate * (1 + imperfections.clock_ppm * 1e-6)},
      body_{imperfections.body_time_constant_s},
      board_{powered_board(factory_calibration(type, Seconds{imperfections.delay_s}),
                           factory_identity(type, position))},
      firmware_{*board_} {}

void HostMeter::on_segment(const Segment& segment) {
  // All samples before the segment's end: sample n is taken at n / sample rate.
  const auto until = static_cast<std::uint64_t>(std::ceil(in_seconds(segment.end) * sample_rate_));
  body_.follow(segment.begin, segment.air);
  board_->thermometer = static_cast<std::int32_t>(std::lround(body().value() * 1000));
  while (converted_ < until) {
    convert(segment.terminals, std::min<std::uint64_t>(until, converted_ + board_->samples.capacity));
    run_firmware();
  }
}

void HostMeter::run_firmware() {
  firmware_.run();
  take_led_edges();
  take_port_bytes();
}

Phasor HostMeter::current_factor(Frequency frequency) const {
  const double warmer = (body() - kReferenceTemperature).value();
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

void HostMeter::take_port_bytes() {
  firmware::UartByte out;
  while (firmware::pop(board_->uart_out, out)) said_.push_back(static_cast<std::uint8_t>(out.byte));
}

void HostMeter::hear(ByteView bytes) {
  for (const std::uint8_t byte : bytes) {
    const firmware::UartByte in{converted_, byte, 0};
    if (firmware::push(board_->uart_in, in)) continue;
    run_firmware();  // takes out what the ring holds
    static_cast<void>(firmware::push(board_->uart_in, in));
  }
  firmware::share(board_->doorbell, board_->doorbell + 1);
  run_firmware();
}

Bytes HostMeter::take_said() { return std::exchange(said_, {}); }

std::optional<Instant> HostMeter::port_event() {
  const std::uint64_t wake = said_.empty() ? firmware_.port_wake() : converted_;
  if (wake == firmware::kNever) return std::nullopt;
  return instant_at(static_cast<double>(wake) / sample_rate_);
}

std::string HostMeter::display() const {
  const std::string_view all{board_->display, std::size(board_->display)};
  return std::string{all.substr(0, all.find('\0'))};
}

void HostMeter::press(Switch which, bool pressed) {
  const std::uint32_t bit = 1U << static_cast<std::uint32_t>(which);
  firmware::share(board_->switches, pressed ? board_->switches | bit : board_->switches & ~bit);
}

bool HostMeter::pressed(Switch which) const {
  return ((board_->switches >> static_cast<std::uint32_t>(which)) & 1U) != 0;
}

ActiveEnergy HostMeter::delivered() const {
  return static_cast<double>(firmware_.delivered()) * energy_quantum(type_);
}

ActiveEnergy HostMeter::received() const {
  return static_cast<double>(firmware_.received()) * energy_quantum(type_);
}

}  // namespace meterbench::virtual_lab
