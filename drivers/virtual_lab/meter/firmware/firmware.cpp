#include "drivers/virtual_lab/meter/firmware/firmware.h"

#include <bit>

namespace meterbench::firmware {

namespace {

template <class Record>
Record read_record(const Board& board, std::size_t address) {
  struct Bytes {
    std::uint8_t bytes[sizeof(Record)];
  } raw{};
  for (std::size_t n = 0; n < sizeof raw.bytes; ++n) raw.bytes[n] = board.eeprom[address + n];
  return std::bit_cast<Record>(raw);
}

/// All 0 where there is no valid one.
CalibrationRecord read_calibration(const Board& board) {
  const auto record = read_record<CalibrationRecord>(board, kCalibrationAddress);
  return is_valid(record) ? record : CalibrationRecord{};
}

/// So many parts of a million of `quanta`, which may be any number; wraps below 0.
std::uint64_t scaled(std::uint64_t quanta, std::int32_t ppm) {
  constexpr std::int64_t kMillion = 1'000'000;
  const auto millions = static_cast<std::int64_t>(quanta / kMillion);
  const auto rest = static_cast<std::int64_t>(quanta % kMillion);
  return static_cast<std::uint64_t>(millions * ppm + rest * ppm / kMillion);
}

}  // namespace

MeterFirmware::MeterFirmware(Board& board)
    : board_{board},
      calibration_{read_calibration(board)},
      metering_{calibration_},
      led_{board, calibration_.kt, calibration_.registration_delay},
      port_{board, signal_} {
  share(board_.fault_word, calibration_.kt != 0 ? 0 : kFaultCalibration);
  share(board_.relay, 1);
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
  port_.run(metering_.taken(), readings());
  for (std::uint32_t n = begin; n != end;) {
    // The port does its part at its own sample, however the host cuts time.
    const std::uint64_t taken = metering_.taken(), wake = port_.wake();
    const std::uint64_t until_wake = wake > taken ? wake - taken : 1;
    const std::uint32_t stop = until_wake < end - n ? n + static_cast<std::uint32_t>(until_wake) : end;
    while (n != stop)
      if (metering_.take(board_.samples.slot(n++))) end_block();
    if (metering_.taken() >= wake) port_.run(metering_.taken(), readings());
  }
  share(board_.samples.read, end);
}

MeterReadings MeterFirmware::readings() const {
  if (calibration_.kt == 0) return {0, 0, board_.fault_word};
  const auto pulses = [&](std::uint64_t quanta) {
    return (quanta + scaled(quanta, calibration_.register_gain_ppm)) / calibration_.kt;
  };
  const bool detent = (calibration_.register_options & kDetent) != 0;
  const bool swapped = (calibration_.register_options & kDirectionSwapped) != 0;
  const std::uint64_t delivered = pulses(delivered_);
  const std::uint64_t received = detent ? 0 : pulses(received_);
  return swapped ? MeterReadings{received, delivered, board_.fault_word}
                 : MeterReadings{delivered, received, board_.fault_word};
}

void MeterFirmware::end_block() {
  const std::int64_t energy = metering_.end_block(board_.thermometer);
  const auto size = static_cast<std::uint64_t>(energy < 0 ? -energy : energy);
  (energy < 0 ? received_ : delivered_) += size;
  if (signal_.due()) led_.signal(metering_.taken());
  led_.spread(metering_.taken(), size);
}

bool MeterFirmware::at_rest() {
  return metering_.at_rest() && !signal_.under_way() && port_.wake() == kNever;
}

void MeterFirmware::pass_rest(std::uint64_t samples) {
  metering_.pass_rest(samples);
  share(board_.samples.read, static_cast<std::uint32_t>(metering_.taken()));
}

}  // namespace meterbench::firmware
