#include "drivers/virtual_lab/meter/firmware/register_tables.h"

#include "drivers/virtual_lab/meter/firmware/defect.h"
#include "drivers/virtual_lab/meter/firmware/energy_registers.h"
#include "drivers/virtual_lab/meter/firmware/source_tables.h"

namespace meterbench::firmware {

namespace {

constexpr std::uint8_t kSummations[] = {kEnergyDelivered, kEnergyReceived, kEnergyNet};
constexpr std::uint8_t kDemands[] = {kDemandDelivered, kDemandReceived};
constexpr std::uint8_t kPresentOnes[] = {kVoltage, kCurrent1, kCurrent2, kPower, kFrequency, kPowerFactor};

constexpr std::uint8_t kDateTime = 1U << 1U, kResets = 1U << 2U, kCumulative = 1U << 4U;
constexpr std::uint8_t kSequence = 1U << 1U;  // of self reads

Decimal whole(std::uint64_t value) { return {static_cast<std::int64_t>(value), 0}; }

void write_block(TableWriter& writer, const RegisterBlock& block) {
  const std::uint64_t delivered = block.pulses[kDelivered], received = block.pulses[kReceived];
  writer.ni_1(whole(delivered));
  writer.ni_1(whole(received));
  // Of two's complement: below 0 where more was received.
  writer.ni_1(whole(kDefect == Defect::net_is_sum ? delivered + received : delivered - received));
  for (const PeakDemand& peak : block.peak) {
    writer.short_time(peak.at);
    writer.ni_1(whole(peak.cumulative_watts));
    writer.ni_2(whole(peak.watts));
  }
}

KeptRegisters none() { return {kNoTime, 0, empty_registers()}; }

}  // namespace

void write_register_dimensions(TableWriter& writer) {
  writer.u8(kDateTime | kResets | kCumulative);
  writer.u8(kSequence);
  writer.u8(kSelfReads);
  writer.u8(sizeof kSummations);
  writer.u8(sizeof kDemands);
  writer.u8(0);  // no coincident values
  writer.u8(1);  // one maximum each
  writer.u8(kTiers);
  writer.u8(sizeof kDemands);  // present demands
  writer.u8(sizeof kPresentOnes);
}

void write_selection(TableWriter& writer) {
  writer.bytes(kSummations, sizeof kSummations);
  writer.bytes(kDemands, sizeof kDemands);
  writer.u8((1U << sizeof kDemands) - 1);  // all are maxima
}

void write_registers(TableWriter& writer, const RegisterSet& registers) {
  writer.u8(registers.demand_resets);
  write_block(writer, registers.total);
  for (const RegisterBlock& tier : registers.tier) write_block(writer, tier);
}

void write_kept_registers(TableWriter& writer, const KeptRegisters& kept) {
  writer.short_time(kept.at);
  write_registers(writer, kept.registers);
}

void write_no_registers(TableWriter& writer) { write_kept_registers(writer, none()); }

void write_self_reads(TableWriter& writer, const KeptList<KeptRegisters, kSelfReads>& reads) {
  constexpr std::uint8_t kCircular = 1U << 2U;
  const KeptRegisters blank = none();
  writer.u8(kCircular);
  writer.u8(reads.count);
  writer.u8(reads.last);
  writer.u16(reads.count == 0 ? 0 : reads.entries[reads.last].sequence);
  writer.u8(reads.unread);
  for (std::uint32_t n = 0; n < kSelfReads; ++n) {
    const KeptRegisters& read = n < reads.count ? reads.entries[n] : blank;
    writer.u16(read.sequence);
    write_kept_registers(writer, read);
  }
}

void write_present_selection(TableWriter& writer) {
  writer.bytes(kDemands, sizeof kDemands);
  writer.bytes(kPresentOnes, sizeof kPresentOnes);
}

void write_present(TableWriter& writer, const PresentValues& present) {
  const auto value = [&](std::int64_t steps, std::uint8_t decimals) {
    writer.ni_1(present_value(steps, decimals, writer.formats().ni_1));
  };
  for (const std::uint32_t watts : present.demand_watts) writer.ni_2(whole(watts));
  value(present.millivolts, 3);
  for (const std::uint32_t milliamperes : present.milliamperes) value(milliamperes, 3);
  writer.ni_1({present.watts, 0});
  value(present.millihertz, 3);
  value(present.power_factor_ppm, 6);
}

}  // namespace meterbench::firmware
