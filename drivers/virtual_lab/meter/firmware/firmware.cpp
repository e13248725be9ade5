#include "drivers/virtual_lab/meter/firmware/firmware.h"

#include "drivers/virtual_lab/meter/firmware/eeprom_journal.h"

namespace meterbench::firmware {

namespace {

/// All 0 where there is no valid one.
CalibrationRecord read_calibration(const Board& board) {
  const auto record = read_record<CalibrationRecord>(board, kCalibrationAddress);
  return is_valid(record) ? record : CalibrationRecord{};
}

}  // namespace

MeterFirmware::MeterFirmware(Board& board)
    : board_{board},
      calibration_{read_calibration(board)},
      metering_{calibration_},
      led_{board, calibration_.kt, calibration_.registration_delay},
      billing_{board, calibration_, read_record<IdentityRecord>(board, kIdentityAddress),
               read_record<ConfigurationRecord>(board, kConfigurationAddress)},
      port_{board, billing_, signal_} {
  share(board_.fault_word, calibration_.kt != 0 ? 0 : kFaultCalibration);
  configure(read_record<ConfigurationRecord>(board, kConfigurationAddress));
}

void MeterFirmware::configure(const ConfigurationRecord& configuration) {
  if (!is_valid(configuration)) return;
  metering_.configure(configuration);
  led_.configure(configuration);
}

void MeterFirmware::run() {
  const std::uint32_t begin = board_.samples.read;
  const std::uint32_t ready = shared(board_.samples.written) - begin;
  const std::uint32_t wanted = shared(board_.run_until) - begin;
  const std::uint32_t end = begin + (wanted < ready ? wanted : ready);
  serve_port();
  for (std::uint32_t n = begin; n != end;) {
    // The port does its part at its own sample, however the host cuts time.
    const std::uint64_t taken = metering_.taken(), wake = port_.wake();
    const std::uint64_t until_wake = wake > taken ? wake - taken : 1;
    const std::uint32_t stop = until_wake < end - n ? n + static_cast<std::uint32_t>(until_wake) : end;
    while (n != stop)
      if (metering_.take(board_.samples.slot(n++))) end_block();
    if (metering_.taken() >= wake) serve_port();
  }
  share(board_.samples.read, end);
}

// A clock that is set there counts from the newest block.
void MeterFirmware::serve_port() {
  billing_.on_time(metering_.taken());
  const std::uint32_t before = port_.programming().configurations();
  port_.run(metering_.taken(), billing_.data());
  if (port_.programming().configurations() == before) return;
  configure(port_.programming().configuration());
  billing_.configure(port_.programming().configuration());
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
  led_.spread(metering_.taken(), size);
}

void MeterFirmware::follow_mode() {
  if (billing_.data().mode == mode_) return;
  mode_ = billing_.data().mode;
  led_.change_mode(mode_);
}

bool MeterFirmware::at_rest() {
  look_at_board();  // longest_rest() must know
  return metering_.at_rest() && !signal_.under_way() && port_.wake() == kNever;
}

std::uint64_t MeterFirmware::longest_rest() const {
  const std::uint64_t event = billing_.next_event_sample();
  return event > metering_.taken() ? event - metering_.taken() : 1;
}

void MeterFirmware::pass_rest(std::uint64_t samples) {
  metering_.pass_rest(samples);
  billing_.on_time(metering_.taken());
  billing_.on_present(metering_.present());
  follow_mode();
  share(board_.samples.read, static_cast<std::uint32_t>(metering_.taken()));
}

}  // namespace meterbench::firmware
