// How the meter is programmed: written by the factory into the EEPROM, changed by writes of tables while it
// is not sealed. Freestanding.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "drivers/virtual_lab/meter/firmware/meter_data.h"
#include "drivers/virtual_lab/meter/firmware/record_checksum.h"

namespace meterbench::firmware {

inline constexpr std::uint32_t kConfigurationMagic = 0x3147434D;  // "MCG1"
inline constexpr std::size_t kConfigurationAddress = 192;         // in the EEPROM

enum class ClockSource : std::uint8_t { line = 0, crystal = 1 };

/// What the model has.
enum MeterOptions : std::uint8_t {
  kHasDisconnect = 1U << 0U,  // SD
  kHasRecorder = 1U << 1U,    // R; nothing is recorded yet
};

/// From that minute of each day on that tier is in force.
struct TierSwitch {
  std::uint16_t minute;  // of the day, 0 … 1439
  std::uint8_t tier;
  std::uint8_t reserved;
};
inline constexpr std::uint32_t kTierSwitches = 8;

struct ConfigurationRecord {
  std::uint32_t magic;
  // How tables are written (optical-port.md 4, 6.1).
  std::uint8_t big_endian;   // DATA_ORDER
  std::uint8_t time_format;  // TM_FORMAT 1 … 4
  std::uint8_t ni_1;         // NI_FORMAT1: 0 … 12
  std::uint8_t ni_2;
  std::uint8_t integer_form;  // INT_FORMAT 0 … 2
  std::uint8_t options;       // MeterOptions
  // Demand.
  std::uint8_t subinterval_minutes;  // 1 … 60
  std::uint8_t subintervals;         // 1: block demand, else rolling; 1 … 15
  std::uint8_t reset_exclusion_minutes;
  std::uint8_t cold_load_minutes;  // after an outage no demand is formed for so long
  // Clock.
  ClockSource clock_source;
  std::uint8_t line_hertz;  // nominal, for the line clock
  // Test LED.
  std::uint8_t led_inverted;       // lit at rest, dark for a pulse
  std::uint8_t led_milliseconds;   // width of a pulse; less where pulses come faster (test_led.h)
  std::uint8_t test_mode_divisor;  // Kt of the test LED in test mode is Kt over this; 1 … 100
  std::uint8_t tier_switches;      // entries of tier_switch, rising by minute; 0: tier 0 always
  TierSwitch tier_switch[kTierSwitches];
  // Nothing is registered below.
  std::uint32_t starting_milliwatts;
  std::uint32_t sealed;    // 1: programming is refused
  std::uint32_t checksum;  // of all before it
};
static_assert(sizeof(ConfigurationRecord) == 64);
static_assert(std::has_unique_object_representations_v<ConfigurationRecord>);

struct ConfigurationBytes {
  std::uint8_t bytes[sizeof(ConfigurationRecord)];
};

/// Over the record without its checksum.
[[nodiscard]] constexpr std::uint32_t checksum_of(const ConfigurationRecord& record) {
  const auto raw = std::bit_cast<ConfigurationBytes>(record);
  return record_checksum(raw.bytes, offsetof(ConfigurationRecord, checksum));
}

/// What an unprogrammed meter goes by, made; tables are written as optical-port.md 6 has its examples.
[[nodiscard]] constexpr ConfigurationRecord unprogrammed() {
  ConfigurationRecord record{};
  record.time_format = 2;
  record.ni_2 = 8;
  record.subinterval_minutes = 15;
  record.subintervals = 1;
  record.clock_source = ClockSource::crystal;
  record.line_hertz = 60;
  record.led_milliseconds = 10;
  record.test_mode_divisor = 1;
  return record;
}

/// Whether all of it means something.
[[nodiscard]] constexpr bool is_valid(const ConfigurationRecord& record) {
  if (record.magic != kConfigurationMagic || record.checksum != checksum_of(record)) return false;
  for (std::uint32_t n = 0; n < kTierSwitches; ++n) {
    const TierSwitch& one = record.tier_switch[n];
    if (one.minute >= 1440 || one.tier >= kTiers) return false;
    if (n > 0 && n < record.tier_switches && one.minute <= record.tier_switch[n - 1].minute) return false;
  }
  return record.big_endian <= 1 && record.time_format >= 1 && record.time_format <= 4 && record.ni_1 <= 12 &&
         record.ni_2 <= 12 && record.integer_form <= 2 && record.subinterval_minutes >= 1 &&
         record.subinterval_minutes <= 60 && record.subintervals >= 1 && record.subintervals <= 15 &&
         record.clock_source <= ClockSource::crystal && record.line_hertz >= 1 && record.led_inverted <= 1 &&
         record.led_milliseconds >= 1 && record.test_mode_divisor >= 1 && record.test_mode_divisor <= 100 &&
         record.tier_switches <= kTierSwitches && record.sealed <= 1;
}

}  // namespace meterbench::firmware
