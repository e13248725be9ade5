#include "drivers/virtual_lab/meter/virtual_meter.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "drivers/virtual_lab/meter/factory.h"
#include "drivers/virtual_lab/meter/firmware_failure.h"
#include "drivers/virtual_lab/meter/front_end.h"

namespace meterbench::virtual_lab {

namespace {

constexpr double kRadiansPerArcmin = std::numbers::pi / 180 / 60;
constexpr Temperature kReferenceTemperature{23};
/// From a pulse to the one too many that follows it, in widths of the pulse, made: the first flash has ended,
/// the next, at least two widths later at a steady load, has not begun.
constexpr double kDoubledAfter = 1.5;

template <class Record>
void put(const Record& record, std::size_t address, VirtualMeter::Eeprom& eeprom) {
  const auto bytes = std::bit_cast<std::array<std::uint8_t, sizeof(Record)>>(record);
  std::ranges::copy(bytes, eeprom.begin() + static_cast<std::ptrdiff_t>(address));
}

/// A port is talked with until so many samples after the last byte, made: 10 s, longer than any time-out of
/// C12.18. For a firmware that does not tell when it says something by itself.
constexpr std::uint64_t kPortActive = 10 * firmware::kSampleRate;
constexpr std::uint64_t kPortBlock = 4;  // samples then
/// Nothing at a port lasts longer, made: a day.
constexpr std::uint64_t kLongestSession = std::uint64_t{86400} * firmware::kSampleRate;
/// Further ahead nothing on the board may be: no LED edge, and no watchdog, which would not be one.
constexpr std::uint64_t kFarAhead = 60 * firmware::kSampleRate;
/// A firmware that is reset so often within a second of samples each time has no life.
constexpr std::uint32_t kMostResets = 10;

/// Sums of what a firmware tells, which may be anything.
std::uint64_t later(std::uint64_t sample, std::uint64_t by) {
  return by > firmware::kNever - sample ? firmware::kNever : sample + by;
}

/// So often a watchdog may help against a firmware that hangs; more often is no life.
constexpr std::uint32_t kMostHangs = 3;

/// From the moment that the supply fails until the firmware stops, made: 100 ms.
constexpr std::uint64_t kHoldUp = firmware::kSampleRate / 10;
/// Of its voltage, made: a supply works down to half of it. Without a dip it is fed from elsewhere, as on a
/// bench that takes the voltage of a meter away to change its load.
constexpr double kSupplyNeeds = 0.5;

/// A converter's input: rms phasor in counts of its peak.
Phasor in_counts(const Phasor& rms, double unit_per_count) {
  return rms * (std::numbers::sqrt2 / unit_per_count);
}

/// The carrier of order 0 stands at 1, where value() takes the imaginary part.
Phasor constant_in_counts(const Phasor& mean, double unit_per_count) {
  return {0.0, mean.real() / unit_per_count};
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
                                           const VirtualMeter::Imperfections& imperfections) {
  firmware::CalibrationRecord record = factory_calibration(type, Seconds{imperfections.delay_s});
  // Registers and demands go by quanta of Kt as well; what the LED alone does is taken out of the registers.
  const double led = 1 + imperfections.led_constant_percent / 100;
  record.kt = static_cast<std::uint64_t>(std::llround(static_cast<double>(record.kt) * led));
  record.register_gain_ppm = static_cast<std::int32_t>(
      std::lround(((1 + imperfections.register_gain_percent / 100) * led - 1) * 1e6));
  record.demand_gain_permille = static_cast<std::int8_t>(std::lround(imperfections.demand_gain_percent * 10));
  record.register_options =
      static_cast<std::uint8_t>((imperfections.detent ? firmware::kDetent : 0) |
                                (imperfections.register_direction_swapped ? firmware::kDirectionSwapped : 0));
  record.checksum = checksum_of(record);
  return record;
}

firmware::ConfigurationRecord configuration_of(const MeterType& type,
                                               const VirtualMeter::Imperfections& imperfections) {
  firmware::ConfigurationRecord record = factory_configuration(type);
  record.sealed = imperfections.sealed ? 1 : 0;
  record.subinterval_minutes = static_cast<std::uint8_t>(imperfections.demand_interval_min);
  record.checksum = checksum_of(record);
  return record;
}

firmware::SecurityRecord security_of(const VirtualMeter::Imperfections& imperfections) {
  firmware::SecurityRecord record = factory_security();
  if (!imperfections.open_security) return record;
  record.passwords = record.entries = 0;
  record.default_read = record.default_write = 0;
  record.checksum = checksum_of(record);
  return record;
}

bool is_one_in(std::uint64_t number, std::uint64_t of) { return of != 0 && number % of == 0; }

}  // namespace

VirtualMeter::Eeprom VirtualMeter::factory_eeprom(const MeterType& type, const Imperfections& imperfections,
                                                  std::string_view position) {
  Eeprom eeprom{};
  put(calibration_of(type, imperfections), firmware::kCalibrationAddress, eeprom);
  put(factory_identity(type, position), firmware::kIdentityAddress, eeprom);
  put(configuration_of(type, imperfections), firmware::kConfigurationAddress, eeprom);
  put(security_of(imperfections), firmware::kSecurityAddress, eeprom);
  return eeprom;
}

VirtualMeter::VirtualMeter(const MeterType& type, const Imperfections& imperfections, OnLed on_led,
                           std::string_view position, Idle idle, UtcTime starts)
    : VirtualMeter{type,
                   imperfections,
                   std::move(on_led),
                   idle,
                   starts,
                   host_processor(),
                   factory_eeprom(type, imperfections, position)} {}

VirtualMeter::VirtualMeter(const MeterType& type, const Imperfections& imperfections, OnLed on_led, Idle idle,
                           UtcTime starts, std::unique_ptr<Processor> processor, const Eeprom& eeprom)
    : type_{type},
      imperfections_{imperfections},
      on_led_{std::move(on_led)},
      body_{imperfections.body_time_constant_s},
      clock_{sample_rate()},
      idle_{idle},
      processor_{std::move(processor)},
      eeprom_{eeprom} {
  begin(firmware::ResetCause::power_on, clock_cell(starts));
}

/// Hz of true time, at its body's temperature now.
double VirtualMeter::sample_rate() const {
  const double away = body().value() - kTurnover;
  const double ppm = imperfections_.clock_ppm + imperfections_.clock_ppm_per_k2 * away * away;
  return firmware::kSampleRate * (1 + ppm * 1e-6);
}

// Life and death.

/// A reset. The EEPROM has all that survives, but for the clock.
void VirtualMeter::begin(firmware::ResetCause cause, const firmware::ClockCell& cell) {
  processor_->stop();
  const std::uint32_t switches = board().switches, cover = board().cover;
  firmware::Board& fresh = own_board();
  fresh = firmware::Board{};
  fresh.magic = firmware::kBoardMagic;
  fresh.version = firmware::kBoardVersion;
  fresh.reset_cause = static_cast<std::uint32_t>(cause);
  fresh.cell_at_reset = cell;
  fresh.power_good = dies_at_ == kLives ? 1 : 0;
  fresh.switches = switches;
  fresh.cover = cover;
  fresh.thermometer = static_cast<std::int32_t>(std::lround(body().value() * 1000));
  std::ranges::copy(eeprom_, fresh.eeprom);
  said_.clear();
  began_ = converted_;
  settled_ = converted_;
  resting_ = asked_ = false;
  led_until_ = 0;
  last_edge_ = looked_ = 0;
  port_active_until_ = 0;
  state_ = State::alive;
  processor_->reset();
  take_results();
}

/// The cell has kept the clock going, to the second.
void VirtualMeter::power_up(firmware::ResetCause cause) {
  if (cause != firmware::ResetCause::power_on) {
    ++resets_;
    quick_resets_ = converted_ - began_ < firmware::kSampleRate ? quick_resets_ + 1 : 0;
    const char* const by = cause == firmware::ResetCause::watchdog ? "by its watchdog" : "by itself";
    if (quick_resets_ > kMostResets)
      return fail(fmt::format("{}: it has been reset {} times, {}, each within a second of the last",
                              processor_->description(), quick_resets_, by));
    if (on_reset_) on_reset_(fmt::format("the firmware was reset {}{}", by, stalled_at_));
    stalled_at_.clear();
  }
  if (alive()) stopped_at_ = converted_;
  firmware::ClockCell cell = board().cell;
  cell.second += static_cast<std::uint32_t>((converted_ - stopped_at_) / firmware::kSampleRate);
  cell.samples = 0;
  try {
    begin(cause, cell.known != 0 ? cell : firmware::ClockCell{});
  } catch (const FirmwareFailure& failure) {
    fail(failure.what());
  }
}

void VirtualMeter::die() {
  settle();
  if (!alive()) return;
  stop(State::off);
}

void VirtualMeter::stop(State state) {
  state_ = state;
  stopped_at_ = converted_;
  processor_->stop();
}

/// The firmware has told what cannot be.
void VirtualMeter::refuse(const std::string& why) const {
  throw FirmwareFailure{fmt::format("{}: {}", processor_->description(), why)};
}

void VirtualMeter::fail(const std::string& why) {
  stop(State::failed);
  if (failed_) failed_(why);
}

void VirtualMeter::supply(bool on) {
  if (alive()) {
    change_input(own_board().power_good, on ? 1 : 0);
    if (on)
      dies_at_ = kLives;
    else if (dies_at_ == kLives)
      dies_at_ = converted_ + kHoldUp;
  } else if (state_ == State::stalled && !on) {
    state_ = State::off;
  } else if (state_ == State::off && on) {
    dies_at_ = kLives;
    power_up(firmware::ResetCause::power_on);
  }
}

/// It does not take its samples, and a watchdog resets it: it is stalled until that runs out.
void VirtualMeter::hangs() {
  const std::uint64_t runs_out = told_.watchdog;
  if (runs_out == 0 || ++hangs_ > kMostHangs)
    return fail(fmt::format("{}: it does not take its samples: {}", processor_->description(),
                            processor_->whereabouts()));
  stalled_at_ = fmt::format(", since it did not take its samples: {}", processor_->whereabouts());
  stop(State::stalled);
  wakes_at_ = std::max(later(began_, runs_out), converted_);
}

/// It goes on, and has not moved its watchdog.
void VirtualMeter::watch_dog() {
  if (told_.watchdog != 0 && told_.watchdog <= board_time()) power_up(firmware::ResetCause::watchdog);
}

// Time.

void VirtualMeter::on_segment(const Segment& segment) {
  follow_dip(segment.terminals);
  follow_body(segment);
  // All samples before the segment's end: sample n is taken at n / sample rate.
  const auto until = static_cast<std::uint64_t>(std::ceil(clock_.at(in_seconds(segment.end))));
  while (converted_ < until) {
    switch (state_) {
      case State::alive:
        live_until(segment, std::min(until, dies_at_));
        if (alive() && converted_ == dies_at_) die();
        break;
      case State::stalled:
        converted_ = std::min(until, wakes_at_);
        if (converted_ == wakes_at_) power_up(firmware::ResetCause::watchdog);
        break;
      case State::off:
      case State::failed: converted_ = until; break;
    }
  }
  if (processor_->immediate()) settle();
}

/// Of what the current leaves in its body: of all circuits alike.
TemperatureDifference VirtualMeter::self_heating(const Terminals& terminals) const {
  if (imperfections_.self_heating_k == 0) return {};
  double squares = 0;
  for_each_order(terminals, [&](int, const Phasors&, const Phasors& current) {
    squares += std::norm(current[0]);
    if (is_three_wire(type_.form)) squares += std::norm(current[1]);
  });
  const double full = std::pow(type_.maximum_current.value(), 2) * (is_three_wire(type_.form) ? 2 : 1);
  return TemperatureDifference{imperfections_.self_heating_k * squares / full};
}

/// A dip of its voltage below what its supply needs, and the return.
void VirtualMeter::follow_dip(const Terminals& terminals) {
  const bool dipped = terminals.voltage_left < kSupplyNeeds;
  if (dipped == dipped_) return;
  dipped_ = dipped;
  supply(plugged_ && !dipped_);
}

void VirtualMeter::set_supply(bool on) {
  plugged_ = on;
  supply(plugged_ && !dipped_);
}

/// Its thermometer and the rate of its samples change between two blocks.
void VirtualMeter::follow_body(const Segment& segment) {
  const Temperature before = body();
  ThermalBody after = body_;
  after.follow(segment.begin, Temperature{segment.air.value() + self_heating(segment.terminals).value()});
  if (after.temperature() != before) settle();
  body_ = after;
  if (const double rate = sample_rate(); rate != clock_.rate())
    clock_.set_rate(in_seconds(segment.begin), rate);
  if (alive()) own_board().thermometer = static_cast<std::int32_t>(std::lround(body().value() * 1000));
}

/// Or until the firmware's life ends.
void VirtualMeter::live_until(const Segment& segment, std::uint64_t until) {
  while (alive() && converted_ < until) {
    const std::uint64_t dog = told_.watchdog;
    const std::uint64_t end =
        dog == 0 ? until : std::min(until, std::max(later(began_, dog), converted_ + 1));
    if (idle_ == Idle::skip && segment.terminals.dark() && may_rest()) {
      resting_ = true;
      converted_ = std::min(end, later(began_, told_.rest_until));
    } else if (alive()) {
      convert(segment.terminals, end);
    }
    if (dog != 0 && converted_ >= later(began_, dog)) settle();
  }
}

/// Whether the next sample may be passed over where it is 0.
bool VirtualMeter::may_rest() {
  if (told_.rest_until == 0) return false;  // it never does
  if (resting_ && board_time() < told_.rest_until) return true;
  // What it told last is of an earlier sample.
  if (board().run_until != static_cast<std::uint32_t>(board_time())) settle();
  return alive() && board_time() < told_.rest_until;
}

/// The processor may begin with all samples that have been converted.
void VirtualMeter::hand_over() {
  firmware::Board& b = own_board();
  const auto now = static_cast<std::uint32_t>(board_time());
  if (b.run_until == now) return;
  if (resting_) firmware::share(b.passed, now);
  resting_ = false;
  firmware::share(b.samples.written, now);
  firmware::share(b.run_until, now);
  ask();
}

void VirtualMeter::ask() {
  asked_ = true;
  processor_->start();
}

void VirtualMeter::settle() {
  if (!alive()) return;
  hand_over();
  settled_ = converted_;
  if (!asked_) return;
  asked_ = false;
  Processor::Finished finished{};
  try {
    finished = processor_->finish();
    take_results();
  } catch (const FirmwareFailure& failure) {
    return fail(failure.what());
  }
  if (finished == Processor::Finished::hangs) return hangs();
  if (finished == Processor::Finished::wants_reset) return power_up(firmware::ResetCause::command);
  watch_dog();
}

void VirtualMeter::ring_doorbell() {
  firmware::share(own_board().doorbell, board().doorbell + 1);
  ask();
  settle();
}

void VirtualMeter::change_input(std::uint32_t& word, std::uint32_t value) {
  settle();
  firmware::share(word, value);
  if (alive()) ring_doorbell();
}

Phasor VirtualMeter::current_factor(Frequency frequency, int order) const {
  const double warmer = (body() - kReferenceTemperature).value();
  const double gain = (1 + imperfections_.gain_percent / 100) *
                      (1 + imperfections_.temperature_slope_percent_per_k / 100 * warmer);
  return std::polar(gain, order * imperfections_.phase_error_arcmin * kRadiansPerArcmin) *
         front_end::current_response(frequency * order);
}

VirtualMeter::Tone VirtualMeter::tone(Frequency frequency, int order, const Phasors& voltage,
                                      const Phasors& current) const {
  const bool three_wire = is_three_wire(type_.form);
  const Phasor factor = current_factor(frequency, order);
  const double ampere = front_end::amperes_per_count(type_);
  const Phasor between = three_wire ? voltage[0] - voltage[1] : voltage[0];
  // A current of its own, as of a leak to the first circuit; of half of it a three-wire form takes the power.
  const double siemens = imperfections_.creep_w / std::pow(type_.nominal_voltage.value(), 2);
  const Phasor leak = between * (three_wire ? 2 * siemens : siemens);
  const auto counts = order == 0 ? constant_in_counts : in_counts;
  return {counts(between, front_end::kVoltsPerCount), counts((current[0] + leak) * factor, ampere),
          three_wire ? counts(current[1] * factor, ampere) : Phasor{}};
}

template <class Next>
void VirtualMeter::take_samples(std::uint64_t until, Next next) {
  const std::uint32_t block = std::min(longest_block_, processor_->handy_block());
  while (alive() && converted_ < until) {
    // What rested before goes first; and what the ring cannot hold has to be taken first.
    if (resting_) hand_over();
    firmware::Board& b = own_board();
    // All rings have room for what a full ring of samples can bring.
    if (converted_ - settled_ >= longest_block_) {
      settle();
      continue;
    }
    auto n = static_cast<std::uint32_t>(board_time());
    const std::uint32_t given = n - b.run_until;
    if (given >= block) {
      hand_over();
      continue;
    }
    const std::uint64_t end = std::min({until, converted_ + block - given, settled_ + longest_block_});
    for (; converted_ < end; ++converted_) b.samples.slot(n++) = next();
  }
}

void VirtualMeter::convert(const Terminals& terminals, std::uint64_t until) {
  if (terminals.dark()) return take_samples(until, [] { return firmware::Sample{}; });

  // One carrier for all channels, turned from sample to sample; where it stands is looked up once a call.
  const double periods = terminals.periods_until(clock_.time_of(static_cast<double>(converted_)));
  Phasor carrier = std::polar(1.0, 2 * std::numbers::pi * std::fmod(periods, 1));
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
}

void VirtualMeter::take_results() {
  told_ = {board().rest_until, board().port_wake, board().watchdog};
  if (told_.watchdog > later(board_time(), kFarAhead))
    refuse(fmt::format("its watchdog lies at sample {}, further than 60 s ahead", told_.watchdog));
  take_led_edges();
  take_port_bytes();
  take_eeprom_writes();
  looked_ = settled_ - began_;
}

/// Takes out what the firmware has put into a ring since it was looked at last.
template <class Ring, class Take>
void VirtualMeter::empty(const char* name, Ring& ring, Take take) {
  const std::uint32_t written = firmware::shared(ring.written);
  if (written - ring.read > Ring::capacity)
    refuse(fmt::format("it has written more into {} than that holds: index {}, of which {} have been read",
                       name, written, ring.read));
  for (std::uint32_t n = ring.read; n != written; ++n) {
    take(ring.slot(n));
    firmware::share(ring.read, n + 1);
  }
}

bool VirtualMeter::knows_edges_until(std::uint64_t sample) const {
  const auto ahead = static_cast<std::int32_t>(led_until_ - static_cast<std::uint32_t>(sample));
  return led_until_ != 0 && ahead > 0;
}

void VirtualMeter::tell_edges_until(Instant t) {
  if (!alive() || (resting_ && !asked_)) return;  // nothing is lit at rest
  const auto sample = static_cast<std::uint64_t>(std::max(clock_.at(in_seconds(t)), 0.0)) - began_;
  if (knows_edges_until(sample)) return;
  try {
    take_led_edges();
  } catch (const FirmwareFailure& failure) {
    return fail(failure.what());
  }
  if (!knows_edges_until(sample)) settle();
}

void VirtualMeter::take_led_edges() {
  led_until_ = firmware::shared(own_board().led_until);  // first: what it tells of stands in the ring by now
  empty("led_edges", own_board().led_edges, [this](const firmware::LedEdge& edge) {
    if (edge.sample < std::max(last_edge_, looked_) || edge.sample > later(board_time(), kFarAhead))
      refuse(fmt::format(
          "an LED edge at sample {} at sample {}: edges come in the order of time, at most 60 s ahead",
          edge.sample, board_time()));
    last_edge_ = edge.sample;
    const double samples =
        static_cast<double>(began_ + edge.sample) + static_cast<double>(edge.fraction) * 0x1p-32;
    const double width = (edge.pulse & ~firmware::kLedInverted) * 0x1p-16;
    ++lit_;
    if (is_one_in(lit_, imperfections_.lost_one_in)) return;
    on_led_(instant_at(clock_.time_of(samples)));
    if (is_one_in(lit_, imperfections_.doubled_one_in))
      on_led_(instant_at(clock_.time_of(samples + kDoubledAfter * width)));
  });
}

void VirtualMeter::take_port_bytes() {
  empty("uart_out", own_board().uart_out, [this](const firmware::UartByte& out) {
    said_.push_back(static_cast<std::uint8_t>(out.byte));
    port_active_until_ = converted_ + kPortActive;
  });
}

void VirtualMeter::take_eeprom_writes() {
  empty("eeprom_writes", own_board().eeprom_writes, [this](const firmware::EepromWrite& write) {
    if (write.address >= eeprom_.size())
      refuse(fmt::format("it writes to address {} of the EEPROM, which has {} bytes", write.address,
                         eeprom_.size()));
    eeprom_[write.address] = static_cast<std::uint8_t>(write.byte);
  });
}

void VirtualMeter::hear(ByteView bytes) {
  settle();
  for (const std::uint8_t byte : bytes) {
    if (!alive()) return;
    const firmware::UartByte in{board_time(), byte, 0};
    if (firmware::push(own_board().uart_in, in)) continue;
    ring_doorbell();  // takes out what the ring holds
    if (alive()) static_cast<void>(firmware::push(own_board().uart_in, in));
  }
  if (!alive()) return;
  port_active_until_ = converted_ + kPortActive;
  ring_doorbell();
}

Bytes VirtualMeter::take_said() {
  settle();
  return std::exchange(said_, {});
}

std::optional<Instant> VirtualMeter::port_event() {
  if (!alive()) return std::nullopt;
  std::uint64_t wake = told_.port_wake;
  // What lies behind it tells of nothing that is to come.
  if (wake != 0 && wake <= settled_ - began_ && said_.empty()) wake = 0;
  if (wake == 0) wake = converted_ < port_active_until_ ? board_time() + kPortBlock : firmware::kNever;
  if (!said_.empty()) wake = board_time();
  if (wake > later(board_time(), kLongestSession)) return std::nullopt;
  return instant_at(clock_.time_of(static_cast<double>(began_ + wake)));
}

std::string VirtualMeter::display() {
  settle();
  return board_text({board().display, std::size(board().display)});
}

void VirtualMeter::press(Switch which, bool pressed) {
  const std::uint32_t bit = 1U << static_cast<std::uint32_t>(which);
  const std::uint32_t now = board().switches;
  change_input(own_board().switches, pressed ? now | bit : now & ~bit);
}

bool VirtualMeter::pressed(Switch which) const {
  return ((board().switches >> static_cast<std::uint32_t>(which)) & 1U) != 0;
}

const firmware::MeterFirmware& VirtualMeter::inside() {
  settle();
  const firmware::MeterFirmware* const inside = processor_->inside();
  if (inside == nullptr) throw std::logic_error{"nobody looks into " + processor_->description()};
  return *inside;
}

ActiveEnergy VirtualMeter::delivered() {
  return static_cast<double>(inside().delivered()) * energy_quantum(type_);
}

ActiveEnergy VirtualMeter::received() {
  return static_cast<double>(inside().received()) * energy_quantum(type_);
}

}  // namespace meterbench::virtual_lab
