// What the registers count: tables ST-10 to ST-16 (optical-port.md 6.7). Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/programming.h"
#include "drivers/virtual_lab/meter/firmware/table_parser.h"
#include "drivers/virtual_lab/meter/firmware/table_writer.h"

namespace meterbench::firmware {

/// Places in ST-16. Energies are counted in pulses of Kt, demands and present values told in their units.
enum Source : std::uint8_t {
  kEnergyDelivered,
  kEnergyReceived,
  kEnergyNet,
  kDemandDelivered,
  kDemandReceived,
  kVoltage,
  kCurrent1,
  kCurrent2,  ///< of a two-wire form: 0
  kPower,
  kFrequency,
  kPowerFactor,
  kSources
};

/// ST-10, the most that there can be, and ST-11, what there is, have one form.
void write_source_dimensions(TableWriter& writer);
void write_actual_sources(TableWriter& writer);
/// ST-12.
void write_units(TableWriter& writer, bool three_wire);
/// ST-13. Its form is that of ST-11: minutes of an interval, or, of rolling demand, minutes of a subinterval
/// and their number.
void write_demand_control(TableWriter& writer, const ConfigurationRecord& own);
/// Into `configuration`; false where its entries differ, since both directions have the same intervals.
[[nodiscard]] bool parse_demand_control(TableParser& parser, ConfigurationRecord& configuration);
/// ST-15. Where numbers are whole the constants are µWh, in other fixed formats mWh, else kWh; of a Kt that
/// is no whole number of µWh the rest is lost there.
void write_constants(TableWriter& writer, std::uint64_t kt_nanowatthours);
/// ST-16.
void write_sources(TableWriter& writer);

/// A present value, whose steps are `decimals` decimals of its unit, 3 or 6, as ST-12 has it in that format:
/// where numbers are whole, the unit is the step.
[[nodiscard]] Decimal present_value(std::int64_t steps, std::uint8_t decimals, std::uint8_t format);

}  // namespace meterbench::firmware
