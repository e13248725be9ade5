#include "drivers/virtual_lab/meter/firmware/firmware.h"

#include "drivers/virtual_lab/meter/firmware/eeprom_journal.h"
#include "drivers/virtual_lab/meter/firmware/firmware_version.h"

namespace meterbench::firmware {

namespace {

/// Without a sign of life for so long the board resets, made: 2 s. A rest is shorter.
constexpr std::uint64_t kWatchdog = 2 * kSampleRate;

/// All 0 where there is no valid one.
CalibrationRecord read_calibration(const Board& board) {
  const auto record = read_record<CalibrationRecord>(board, kCalibrationAddress);
  return is_valid(record) ? record : CalibrationRecord{};
}

/// Made: three times what a load at full scale swings by at 45 Hz, and less than a pulse can be off by.
constexpr std::uint64_t kKtInNetFlow = 16;

}  // namespace

MeterFirmware::MeterFirmware(Board& board)
    : board_{board},
      calibration_{read_calibration(board)},
      metering_{calibration_},
      led_{board, calibration_.kt, calibration_.registration_delay},
      flow_{calibration_.kt / kKtInNetFlow},
      billing_{board, calibration_, read_record<IdentityRecord>(board, kIdentityAddress),
               read_record<ConfigurationRecord>(board, kConfigurationAddress)},
      port_{board, billing_, signal_} {
  share(board_.fault_word, calibration_.kt != 0 ? 0 : kFaultCalibration);
  configure(read_record<ConfigurationRecord>(board, kConfigurationAddress));
  for (std::size_t n = 0; n < sizeof kFirmwareName; ++n) board_.name[n] = kFirmwareName[n];
  relay_ = board_.relay;
  texts_ = board_.display_changes;
  tell_state();
  share(board_.built_for, kBoardVersion);
}

void MeterFirmware::configure(const ConfigurationRecord& configuration) {
  if (!is_valid(configuration)) return;
  metering_.configure(configuration);
  led_.configure(configuration);
}

void MeterFirmware::run() {
  const std::uint32_t bell = shared(board_.doorbell);
  const std::uint32_t begin = board_.samples.read;
  const std::uint32_t ready = shared(board_.samples.written) - begin;
  const std::uint32_t wanted = shared(board_.run_until) - begin;
  const std::uint32_t end = begin + (wanted < ready ? wanted : ready);
  const std::uint32_t passed = shared(board_.passed) - begin;
  const bool rests = passed != 0 && passed <= end - begin;
  if (rests) pass_rest(passed);
  serve_port();
  take_samples(rests ? begin + passed : begin, end);
  tell_state();
  // The host looks at the rest once these say that it may.
  share(board_.samples.read, end);
  share(board_.answered, bell);
}

void MeterFirmware::take_samples(std::uint32_t begin, std::uint32_t end) {
  for (std::uint32_t n = begin; n != end;) {
    // The port does its part at its own sample, however the host cuts time.
    const std::uint64_t taken = metering_.taken(), wake = port_.wake();
    const std::uint64_t until_wake = wake > taken ? wake - taken : 1;
    const std::uint32_t stop = until_wake < end - n ? n + static_cast<std::uint32_t>(until_wake) : end;
    while (n != stop)
      if (metering_.take(board_.samples.slot(n++))) end_block();
    if (metering_.taken() >= wake) serve_port();
  }
}

// A clock that is set there counts from the newest block.
void MeterFirmware::serve_port() {
  billing_.on_time(metering_.taken());
  const std::uint32_t before = port_.programming().configurations();
  port_.run(metering_.taken(), billing_.data());
  if (port_.programming().configurations() != before) {
    configure(port_.programming().configuration());
    billing_.configure(port_.programming().configuration());
  }
  stamp_outputs();
}

/// Supply, switches and cover.
void MeterFirmware::look_at_board() {
  billing_.on_switches(shared(board_.switches));
  billing_.on_cover(shared(board_.cover) != 0);
  const bool supplied = shared(board_.power_good) != 0;
  if (supplied == supplied_) return;
  supplied_ = supplied;
  supplied ? billing_.on_power_return() : billing_.on_power_fail();
}

void MeterFirmware::end_block() {
  const std::int64_t energy = metering_.end_block(board_.thermometer);
  const auto size = static_cast<std::uint64_t>(energy < 0 ? -energy : energy);
  (energy < 0 ? received_ : delivered_) += size;
  look_at_board();
  billing_.on_line_periods(static_cast<std::uint32_t>(metering_.line_periods() - line_periods_));
  line_periods_ = metering_.line_periods();
  billing_.on_block(energy, metering_.taken());
  if (metering_.second_ended()) billing_.on_present(metering_.present());
  follow_mode();
  if (signal_.due()) led_.signal(metering_.taken());
  led_.spread(metering_.taken(), flow_.taken(energy));
  stamp_outputs();
}

void MeterFirmware::follow_mode() {
  if (billing_.data().mode == mode_) return;
  mode_ = billing_.data().mode;
  led_.change_mode(mode_);
}

/// Whether samples of 0 would change nothing but the time: the filters have run empty, and port and LED are
/// silent.
bool MeterFirmware::at_rest() {
  if (!metering_.at_rest() || signal_.under_way() || port_.wake() != kNever) return false;
  look_at_board();  // the next event of the billing depends on it
  return true;
}

/// Exactly what take_samples() would come to, up to the next event of the billing.
void MeterFirmware::pass_rest(std::uint64_t samples) {
  metering_.pass_rest(samples);
  billing_.on_time(metering_.taken());
  billing_.on_present(metering_.present());
  follow_mode();
  stamp_outputs();
}

void MeterFirmware::stamp_outputs() {
  if (board_.relay != relay_) board_.relay_sample = metering_.taken();
  if (board_.display_changes != texts_) board_.display_sample = metering_.taken();
  relay_ = board_.relay;
  texts_ = board_.display_changes;
}

/// What the host reckons with until the next samples.
void MeterFirmware::tell_state() {
  const std::uint64_t taken = metering_.taken();
  board_.rest_until = taken;
  if (at_rest()) {
    // Where an event is due already, one sample brings it.
    const std::uint64_t event = billing_.next_event_sample();
    board_.rest_until = event > taken ? event : taken + 1;
  }
  board_.port_wake = port_.wake();
  board_.watchdog = taken + kWatchdog;
  share(board_.led_until, static_cast<std::uint32_t>(led_.given_until(taken - taken % kBlock)));
  const MeterData& data = billing_.data();
  board_.cell = {(data.status & kStatusClock) == 0 ? 1U : 0U, data.now, 0};
}

}  // namespace meterbench::firmware
