#include "drivers/virtual_lab/meter/firmware/source_tables.h"

namespace meterbench::firmware {

namespace {

constexpr std::uint32_t kEnergies = 3, kDemands = 2;

// ST-11
constexpr std::uint8_t kPowerFailExclusion = 1U << 0U, kResetExclusion = 1U << 1U, kBlockDemand = 1U << 2U,
                       kSlidingDemand = 1U << 3U;
constexpr std::uint8_t kElectric = 2;

// ST-12
constexpr std::uint32_t kWatt = 0, kVolt = 8, kAmpere = 12, kPowerFactorId = 24, kHertz = 33;
constexpr std::uint32_t kBulk = 0, kPeriod = 2U << 8U, kBlockAverage = 4U << 8U;
constexpr std::uint32_t kQ1 = 1U << 14U, kQ2 = 1U << 15U, kQ3 = 1U << 16U, kQ4 = 1U << 17U;
constexpr std::uint32_t kOfDelivered = kQ1 | kQ4, kOfReceived = kQ2 | kQ3;
constexpr std::uint32_t kOfNet = kOfDelivered | kOfReceived | 1U << 18U;
constexpr std::uint32_t kLineToLine = 1U << 19U, kLineA = 5U << 19U, kLineB = 6U << 19U;
/// MULTIPLIER by its exponent of ten.
constexpr std::uint32_t kKilo = 2U << 11U, kMilli = 6U << 11U, kMicro = 7U << 11U;

// ST-16
constexpr std::uint8_t kHasUnit = 1U << 0U, kHasDemandControl = 1U << 1U, kHasConstants = 1U << 3U,
                       kInUnits = 1U << 4U, kConstantsToApply = 1U << 5U;
constexpr std::uint8_t kPulses = kHasUnit | kHasConstants | kConstantsToApply;
constexpr std::uint8_t kDemand = kHasUnit | kHasDemandControl | kInUnits;
constexpr std::uint8_t kPresentValue = kHasUnit | kInUnits;

bool is_floating(std::uint8_t format) { return format == kNiDouble || format == kNiFloat; }

std::uint32_t energy_multiplier(std::uint8_t format) {
  return is_floating(format) ? kKilo : is_whole(format) ? kMicro : kMilli;
}

void write_dimensions(TableWriter& writer, std::uint8_t flags) {
  writer.u8(flags);
  writer.u8(kSources);  // all have a unit
  writer.u8(kDemands);
  writer.u8(0);  // no data control, of whatever length
  writer.u8(0);
  writer.u8(kEnergies);  // constants
  writer.u8(kElectric);
  writer.u8(kSources);
}

bool is_rolling(const ConfigurationRecord& configuration) { return configuration.subintervals > 1; }
bool has_cold_load(const ConfigurationRecord& configuration) { return configuration.cold_load_minutes != 0; }

}  // namespace

void write_source_dimensions(TableWriter& writer) {
  write_dimensions(writer, kPowerFailExclusion | kResetExclusion | kBlockDemand | kSlidingDemand);
}

void write_actual_sources(TableWriter& writer) {
  write_dimensions(writer,
                   static_cast<std::uint8_t>(kResetExclusion |
                                             (is_rolling(writer.formats()) ? kSlidingDemand : kBlockDemand) |
                                             (has_cold_load(writer.formats()) ? kPowerFailExclusion : 0U)));
}

void write_units(TableWriter& writer, bool three_wire) {
  const std::uint8_t format = writer.formats().ni_1;
  const std::uint32_t energy = kWatt | kBulk | energy_multiplier(format);
  const std::uint32_t milli = is_whole(format) ? kMilli : 0, micro = is_whole(format) ? kMicro : 0;
  writer.u32(energy | kOfDelivered);
  writer.u32(energy | kOfReceived);
  writer.u32(energy | kOfNet);
  writer.u32(kWatt | kBlockAverage | kOfDelivered);
  writer.u32(kWatt | kBlockAverage | kOfReceived);
  writer.u32(kVolt | kPeriod | milli | (three_wire ? kLineToLine : kLineA));
  writer.u32(kAmpere | kPeriod | milli | kLineA);
  writer.u32(kAmpere | kPeriod | milli | kLineB);
  writer.u32(kWatt | kPeriod | kOfNet);
  writer.u32(kHertz | kPeriod | milli);
  writer.u32(kPowerFactorId | kPeriod | micro);
}

void write_demand_control(TableWriter& writer, const ConfigurationRecord& configuration) {
  writer.u8(configuration.reset_exclusion_minutes);
  if (has_cold_load(configuration)) {
    writer.u8(0);  // each outage counts, however short it is
    writer.u8(0);  // and only the cold load keeps demand from being formed after it
    writer.u8(configuration.cold_load_minutes);
  }
  for (std::uint32_t n = 0; n < kDemands; ++n) {
    if (is_rolling(configuration)) {
      writer.u8(configuration.subinterval_minutes);
      writer.u8(configuration.subintervals);
    } else {
      writer.u16(configuration.subinterval_minutes);
    }
  }
}

bool parse_demand_control(TableParser& parser, ConfigurationRecord& configuration) {
  const bool rolling = is_rolling(configuration), cold_load = has_cold_load(configuration);
  configuration.reset_exclusion_minutes = parser.u8();
  if (cold_load) {
    if (parser.u16() != 0) return false;
    configuration.cold_load_minutes = parser.u8();
  }
  std::uint16_t minutes[kDemands]{}, number[kDemands]{};
  for (std::uint32_t n = 0; n < kDemands; ++n) {
    minutes[n] = rolling ? parser.u8() : parser.u16();
    number[n] = rolling ? parser.u8() : 1;
  }
  // The record holds a byte: what is more must not become something else.
  if (minutes[0] != minutes[1] || number[0] != number[1] || minutes[0] > 0xFF) return false;
  configuration.subinterval_minutes = static_cast<std::uint8_t>(minutes[0]);
  configuration.subintervals = static_cast<std::uint8_t>(number[0]);
  return true;
}

void write_constants(TableWriter& writer, std::uint64_t kt_nanowatthours) {
  const std::uint8_t format = writer.formats().ni_1;
  const std::uint8_t decimals = is_floating(format) ? 12 : is_whole(format) ? 3 : 6;
  for (std::uint32_t n = 0; n < kEnergies; ++n) {
    writer.ni_1({static_cast<std::int64_t>(kt_nanowatthours), decimals});
    writer.ni_1({0, 0});
  }
}

void write_sources(TableWriter& writer) {
  for (std::uint32_t n = 0; n < kSources; ++n)
    writer.u8(n <= kEnergyNet ? kPulses : n <= kDemandReceived ? kDemand : kPresentValue);
}

Decimal present_value(std::int64_t steps, std::uint8_t decimals, std::uint8_t format) {
  return {steps, is_whole(format) ? std::uint8_t{0} : decimals};
}

}  // namespace meterbench::firmware
