#include "drivers/virtual_lab/meter/firmware/maker_tables.h"

#include <initializer_list>

namespace meterbench::firmware {

void write_configuration(TableWriter& writer, const ConfigurationRecord& own) {
  for (const std::uint8_t byte :
       {own.big_endian, own.time_format, own.ni_1, own.ni_2, own.integer_form, own.options,
        own.subinterval_minutes, own.subintervals, own.reset_exclusion_minutes, own.cold_load_minutes,
        static_cast<std::uint8_t>(own.clock_source), own.line_hertz, own.led_inverted, own.led_milliseconds,
        own.test_mode_divisor, own.tier_switches})
    writer.u8(byte);
  for (const TierSwitch& one : own.tier_switch) {
    writer.u16(one.minute);
    writer.u8(one.tier);
  }
  writer.u32(own.starting_milliwatts);
}

bool parse_configuration(TableParser& parser, ConfigurationRecord& configuration) {
  const std::uint8_t options = configuration.options;
  ConfigurationRecord& own = configuration;
  std::uint8_t clock = 0;
  for (std::uint8_t* byte :
       {&own.big_endian, &own.time_format, &own.ni_1, &own.ni_2, &own.integer_form, &own.options,
        &own.subinterval_minutes, &own.subintervals, &own.reset_exclusion_minutes, &own.cold_load_minutes,
        &clock, &own.line_hertz, &own.led_inverted, &own.led_milliseconds, &own.test_mode_divisor,
        &own.tier_switches})
    *byte = parser.u8();
  own.clock_source = static_cast<ClockSource>(clock);
  for (TierSwitch& one : own.tier_switch) {
    one.minute = parser.u16();
    one.tier = parser.u8();
  }
  own.starting_milliwatts = parser.u32();
  return own.options == options;
}

void write_state(TableWriter& writer, const MeterData& data) {
  writer.u8(data.relay_closed ? 1 : 0);
  writer.u8(data.sealed ? 1 : 0);
}

void write_test_pattern(TableImage& image) {
  for (std::uint32_t word = 0; word < 512; ++word) image.add_little(word, 2);
}

}  // namespace meterbench::firmware
