#include "drivers/virtual_lab/meter/host_meter.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "drivers/virtual_lab/meter/factory.h"
#include "drivers/virtual_lab/meter/front_end.h"

namespace meterbench::virtual_lab {

namespace {

constexpr double kRadiansPerArcmin = std::numbers::pi / 180 / 60;
constexpr Temperature kReferenceTemperature{23};
/// From a pulse to the one too many that follows it, in widths of the pulse, made: the first flash has ended,
/// the next, at least two widths later at a steady load, has not begun.
constexpr double kDoubledAfter = 1.5;

void put(const firmware::ClockRecord& clock, firmware::Board& board) {
  std::ranges::copy(std::bit_cast<firmware::ClockBytes>(clock).bytes, board.eeprom + firmware::kClockAddress);
}

std::unique_ptr<firmware::Board> powered_board(const firmware::CalibrationRecord& calibration,
                                               const firmware::IdentityRecord& identity,
                                               const firmware::ConfigurationRecord& configuration,
                                               const firmware::ClockRecord& clock) {
  auto board = std::make_unique<firmware::Board>();  // all zero
  board->magic = firmware::kBoardMagic;
  board->version = firmware::kBoardVersion;
  board->power_good = 1;
  board->reset_cause = static_cast<std::uint32_t>(firmware::ResetCause::power_on);
  std::ranges::copy(std::bit_cast<firmware::CalibrationBytes>(calibration).bytes,
                    board->eeprom + firmware::kCalibrationAddress);
  std::ranges::copy(std::bit_cast<firmware::IdentityBytes>(identity).bytes,
                    board->eeprom + firmware::kIdentityAddress);
  std::ranges::copy(std::bit_cast<firmware::ConfigurationBytes>(configuration).bytes,
                    board->eeprom + firmware::kConfigurationAddress);
  std::ranges::copy(std::bit_cast<firmware::SecurityBytes>(factory_security()).bytes,
                    board->eeprom + firmware::kSecurityAddress);
  put(clock, *board);
  return board;
}

/// From the moment that the supply fails until the firmware stops, made: 100 ms.
constexpr std::uint64_t kHoldUp = firmware::kSampleRate / 10;

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

Phasor product(const Phasor& a, const Phasor& b) {  // all is finite, which std::complex would look at
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

/// Of the wave of the phasor `peak` where its carrier stands: a sine, as for all phasors of the world.
double value(const Phasor& peak, const Phasor& carrier) {
  return peak.real() * carrier.imag() + peak.imag() * carrier.real();
}

firmware::CalibrationRecord calibration_of(const MeterType& type,
                                           const HostMeter::Imperfections& imperfections) {
  firmware::CalibrationRecord record = factory_calibration(type, Seconds{imperfections.delay_s});
  record.register_gain_ppm =
      static_cast<std::int32_t>(std::lround(imperfections.register_gain_percent * 1e4));
  record.register_options = static_cast<std::uint16_t>(
      (imperfections.detent ? firmware::kDetent : 0) |
      (imperfections.register_direction_swapped ? firmware::kDirectionSwapped : 0));
  record.checksum = checksum_of(record);
  return record;
}

firmware::ConfigurationRecord configuration_of(const MeterType& type,
                                               const HostMeter::Imperfections& imperfections) {
  firmware::ConfigurationRecord record = factory_configuration(type);
  record.sealed = imperfections.sealed ? 1 : 0;
  record.checksum = checksum_of(record);
  return record;
}

bool is_one_in(std::uint64_t number, std::uint64_t of) { return of != 0 && number % of == 0; }

}  // namespace

HostMeter::HostMeter(const MeterType& type, const Imperfections& imperfections, OnLed on_led,
                     std::string_view position, Idle idle, UtcTime starts)
    : type_{type},
      imperfections_{imperfections},
      on_led_{std::move(on_led)},
      body_{imperfections.body_time_constant_s},
      clock_{sample_rate()},
      idle_{idle},
      board_{powered_board(calibration_of(type, imperfections), factory_identity(type, position),
                           configuration_of(type, imperfections), clock_record(starts))} {
  firmware_.emplace(*board_);
}

/// Hz of true time, at its body's temperature now.
double HostMeter::sample_rate() const {
  const double away = body().value() - kTurnover;
  const double ppm = imperfections_.clock_ppm + imperfections_.clock_ppm_per_k2 * away * away;
  return firmware::kSampleRate * (1 + ppm * 1e-6);
}

void HostMeter::on_segment(const Segment& segment) {
  if (imperfections_.clock_ppm_per_k2 != 0) clock_.set_rate(in_seconds(segment.begin), sample_rate());
  // All samples before the segment's end: sample n is taken at n / sample rate.
  const auto until = static_cast<std::uint64_t>(std::ceil(clock_.at(in_seconds(segment.end))));
  body_.follow(segment.begin, segment.air);
  board_->thermometer = static_cast<std::int32_t>(std::lround(body().value() * 1000));
  const std::uint64_t end = std::min(until, dies_at_);
  while (converted_ < end) {
    if (idle_ == Idle::skip && segment.terminals.dark() && firmware_->at_rest()) {
      pass_rest(std::min(end, converted_ + firmware_->longest_rest()));
      continue;
    }
    convert(segment.terminals, std::min<std::uint64_t>(end, converted_ + board_->samples.capacity));
    run_firmware();
  }
  converted_ = std::max(converted_, until);
}

void HostMeter::set_supply(bool on) {
  if (converted_ < dies_at_) {
    firmware::share(board_->power_good, on ? 1 : 0);
    if (on)
      dies_at_ = kLives;
    else if (dies_at_ == kLives)
      dies_at_ = converted_ + kHoldUp;
    return;
  }
  if (on) power_up();
}

/// The EEPROM has all that survives, but for the clock, which its cell has kept going.
void HostMeter::power_up() {
  const firmware::MeterData& before = firmware_->data();
  const std::uint64_t dead = converted_ - dies_at_;
  auto board = std::make_unique<firmware::Board>();
  std::ranges::copy(board_->eeprom, board->eeprom);
  board->magic = firmware::kBoardMagic;
  board->version = firmware::kBoardVersion;
  board->power_good = 1;
  board->reset_cause = static_cast<std::uint32_t>(firmware::ResetCause::power_on);
  board->switches = board_->switches;
  board->cover = board_->cover;
  board->thermometer = board_->thermometer;
  const bool knows_time = (before.status & firmware::kStatusClock) == 0;
  put(knows_time ? clock_record(before.now + static_cast<firmware::LocalTime>(dead / firmware::kSampleRate))
                 : firmware::ClockRecord{},
      *board);
  firmware_.reset();
  board_ = std::move(board);
  firmware_.emplace(*board_);
  said_.clear();
  began_ = converted_;
  dies_at_ = kLives;
}

void HostMeter::run_firmware() {
  firmware_->run();
  take_led_edges();
  take_port_bytes();
  take_eeprom_writes();
}

/// The firmware goes over the samples, which are all 0, at once.
void HostMeter::pass_rest(std::uint64_t until) {
  const auto samples = until - converted_;
  converted_ = until;
  const auto written = static_cast<std::uint32_t>(until - began_);
  firmware::share(board_->samples.written, written);
  firmware::share(board_->run_until, written);
  firmware_->pass_rest(samples);
  take_eeprom_writes();
}

Phasor HostMeter::current_factor(Frequency frequency, int order) const {
  const double warmer = (body() - kReferenceTemperature).value();
  const double gain = (1 + imperfections_.gain_percent / 100) *
                      (1 + imperfections_.temperature_slope_percent_per_k / 100 * warmer);
  return std::polar(gain, order * imperfections_.phase_error_arcmin * kRadiansPerArcmin) *
         front_end::current_response(frequency * order);
}

HostMeter::Tone HostMeter::tone(Frequency frequency, int order, const Phasors& voltage,
                                const Phasors& current) const {
  const bool three_wire = is_three_wire(type_.form);
  const Phasor factor = current_factor(frequency, order);
  const double ampere = front_end::amperes_per_count(type_);
  return {in_counts(three_wire ? voltage[0] - voltage[1] : voltage[0], front_end::kVoltsPerCount),
          in_counts(current[0] * factor, ampere),
          three_wire ? in_counts(current[1] * factor, ampere) : Phasor{}};
}

template <class Next>
void HostMeter::take_samples(std::uint64_t until, Next next) {
  std::uint32_t written = board_->samples.written;
  for (; converted_ < until; ++converted_) board_->samples.slot(written++) = next();
  firmware::share(board_->samples.written, written);
  firmware::share(board_->run_until, written);
}

void HostMeter::convert(const Terminals& terminals, std::uint64_t until) {
  if (terminals.dark()) return take_samples(until, [] { return firmware::Sample{}; });

  // One carrier for all channels, turned from sample to sample; its length is set right once a call.
  Phasor carrier = carrier_ / std::abs(carrier_);
  const double step = 2 * std::numbers::pi * terminals.frequency.value() / clock_.rate();
  const Phasor turn = std::polar(1.0, step);
  const Tone first = tone(terminals.frequency, 1, terminals.voltage, terminals.current);

  struct Running {
    Tone tone;
    Phasor carrier;
    Phasor turn;
  };
  std::vector<Running> harmonics;
  for (const HarmonicPhasors& h : terminals.harmonics)
    harmonics.push_back({tone(terminals.frequency, h.order, h.voltage, h.current), std::pow(carrier, h.order),
                         std::polar(1.0, h.order * step)});

  if (harmonics.empty()) {
    take_samples(until, [&] {
      const firmware::Sample sample{converted(value(first.u, carrier)), converted(value(first.i1, carrier)),
                                    converted(value(first.i2, carrier))};
      carrier = product(carrier, turn);
      return sample;
    });
  } else {
    take_samples(until, [&] {
      double u = value(first.u, carrier), i1 = value(first.i1, carrier), i2 = value(first.i2, carrier);
      carrier = product(carrier, turn);
      for (Running& h : harmonics) {
        u += value(h.tone.u, h.carrier);
        i1 += value(h.tone.i1, h.carrier);
        i2 += value(h.tone.i2, h.carrier);
        h.carrier = product(h.carrier, h.turn);
      }
      return firmware::Sample{converted(u), converted(i1), converted(i2)};
    });
  }
  carrier_ = carrier;
}

void HostMeter::take_led_edges() {
  firmware::LedEdge edge;
  while (firmware::pop(board_->led_edges, edge)) {
    const double samples =
        static_cast<double>(began_ + edge.sample) + static_cast<double>(edge.fraction) * 0x1p-32;
    const double width = (edge.pulse & ~firmware::kLedInverted) * 0x1p-16;
    ++lit_;
    if (is_one_in(lit_, imperfections_.lost_one_in)) continue;
    on_led_(instant_at(clock_.time_of(samples)));
    if (is_one_in(lit_, imperfections_.doubled_one_in))
      on_led_(instant_at(clock_.time_of(samples + kDoubledAfter * width)));
  }
}

void HostMeter::take_port_bytes() {
  firmware::UartByte out;
  while (firmware::pop(board_->uart_out, out)) said_.push_back(static_cast<std::uint8_t>(out.byte));
}

void HostMeter::take_eeprom_writes() {
  firmware::EepromWrite write;
  while (firmware::pop(board_->eeprom_writes, write))
    if (write.address < std::size(board_->eeprom))
      board_->eeprom[write.address] = static_cast<std::uint8_t>(write.byte);
}

void HostMeter::hear(ByteView bytes) {
  if (converted_ >= dies_at_) return;
  for (const std::uint8_t byte : bytes) {
    const firmware::UartByte in{converted_ - began_, byte, 0};
    if (firmware::push(board_->uart_in, in)) continue;
    run_firmware();  // takes out what the ring holds
    static_cast<void>(firmware::push(board_->uart_in, in));
  }
  firmware::share(board_->doorbell, board_->doorbell + 1);
  run_firmware();
}

Bytes HostMeter::take_said() { return std::exchange(said_, {}); }

std::optional<Instant> HostMeter::port_event() {
  const std::uint64_t wake = said_.empty() ? firmware_->port_wake() : converted_ - began_;
  if (wake == firmware::kNever || converted_ >= dies_at_) return std::nullopt;
  return instant_at(clock_.time_of(static_cast<double>(began_ + wake)));
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
  return static_cast<double>(firmware_->delivered()) * energy_quantum(type_);
}

ActiveEnergy HostMeter::received() const {
  return static_cast<double>(firmware_->received()) * energy_quantum(type_);
}

}  // namespace meterbench::virtual_lab
