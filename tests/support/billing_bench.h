#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <vector>

#include "drivers/virtual_lab/meter/firmware/billing.h"
#include "drivers/virtual_lab/meter/firmware/calendar.h"

namespace meterbench::firmware {

/// The billing of a meter on a board of its own, in which 1 W is 1 quantum a block and Kt is 1 Wh.
struct BillingBench {
  static constexpr std::uint32_t kBlocksPerSecond = kSampleRate / kBlock;
  static constexpr std::uint64_t kKt = std::uint64_t{3600} * kBlocksPerSecond;
  /// A Monday, like every day that follows made of quarters of an hour.
  static constexpr DateTime kDay{.year = 2025, .month = 6, .day = 2};

  static LocalTime at(std::uint32_t hour, std::uint32_t minute, std::uint32_t second = 0) {
    return local_time(kDay) + hour * kSecondsPerHour + minute * kSecondsPerMinute + second;
  }

  BillingBench() {
    calibration.magic = kCalibrationMagic;
    calibration.form = 1;
    calibration.gain[0] = 1 << 24;
    calibration.kt = kKt;
    identity.kt_nanowatthours = 1'000'000'000;
    configuration = unprogrammed();
    configuration.magic = kConfigurationMagic;
  }

  /// A reset, with the cell's clock at `time`; kNoTime: there is no cell. What was to be written is.
  void start(LocalTime time, ResetCause cause = ResetCause::power_on, std::uint32_t samples = 0) {
    burn();
    calibration.checksum = checksum_of(calibration);
    configuration.checksum = checksum_of(configuration);
    board->cell_at_reset = {.known = time == kNoTime ? 0U : 1U, .second = time, .samples = samples};
    board->reset_cause = static_cast<std::uint32_t>(cause);
    board->eeprom_writes.written = board->eeprom_writes.read = 0;
    sample = 0;
    billing = std::make_unique<Billing>(*board, calibration, identity, configuration);
  }

  /// A steady load, block by block.
  void run(std::uint32_t seconds, std::int64_t watts = 0) {
    for (std::uint32_t n = 0; n < seconds * kBlocksPerSecond; ++n) block(watts);
  }
  void block(std::int64_t watts = 0) {
    sample += kBlock;
    billing->on_block(watts, sample);
    burn();
  }
  /// Presses and lets go.
  void press(std::uint32_t switches, std::uint32_t seconds = 1) {
    billing->on_switches(switches);
    run(seconds);
    billing->on_switches(0);
    run(1);
  }
  void move_cover(bool open) {
    billing->on_cover(open);
    run(1);
  }

  /// Takes out what the ring of EEPROM writes holds.
  std::vector<EepromWrite> take_writes() {
    std::vector<EepromWrite> writes;
    EepromWrite write;
    while (pop(board->eeprom_writes, write)) writes.push_back(write);
    return writes;
  }
  void burn(const EepromWrite& write) {
    board->eeprom[write.address] = static_cast<std::uint8_t>(write.byte);
  }
  void burn() {
    for (const EepromWrite& write : take_writes()) burn(write);
  }

  [[nodiscard]] const MeterData& data() const { return billing->data(); }
  [[nodiscard]] const RegisterBlock& total() const { return data().registers.total; }
  [[nodiscard]] const PeakDemand& peak() const { return total().peak[kDelivered]; }
  /// Codes of the event log, the oldest first.
  [[nodiscard]] std::vector<int> events() const { return codes(data().events); }
  [[nodiscard]] std::vector<int> history() const { return codes(data().history); }

  std::unique_ptr<Board> board = std::make_unique<Board>();
  CalibrationRecord calibration{};
  IdentityRecord identity{};
  ConfigurationRecord configuration{};
  std::unique_ptr<Billing> billing;
  std::uint64_t sample = 0;

 private:
  template <class List>
  static std::vector<int> codes(const List& list) {
    std::vector<int> all;
    for (std::uint32_t n = 0; n < list.count; ++n)
      all.push_back(list.entries[(list.last + kLoggedEvents + 1 - list.count + n) % kLoggedEvents].code);
    return all;
  }
};

}  // namespace meterbench::firmware
