#include "drivers/protocol/c1219/register_tables.h"

namespace meterbench::c1219 {
namespace {

// A table that has ended ends every loop: what its flags announce may be far more than any table holds.

Demand read_demand(TableReader& reader, const ActualRegisters& actual) {
  Demand demand;
  if (actual.date_time)
    for (unsigned n = 0; n < actual.occurrences && !reader.failure(); ++n)
      demand.times.push_back(reader.short_time());
  if (actual.cumulative) demand.cumulative = reader.ni_1();
  if (actual.continuous_cumulative) demand.continuous_cumulative = reader.ni_1();
  for (unsigned n = 0; n < actual.occurrences && !reader.failure(); ++n)
    demand.values.push_back(reader.ni_2());
  return demand;
}

RegisterBlock read_block(TableReader& reader, const ActualRegisters& actual) {
  // Else any number of them would take no bytes.
  if (actual.occurrences == 0 && (actual.demands > 0 || actual.coincidents > 0))
    reader.fail("demands without an occurrence");
  RegisterBlock block;
  for (unsigned n = 0; n < actual.summations && !reader.failure(); ++n)
    block.summations.push_back(reader.ni_1());
  for (unsigned n = 0; n < actual.demands && !reader.failure(); ++n)
    block.demands.push_back(read_demand(reader, actual));
  for (unsigned n = 0; n < actual.coincidents && !reader.failure(); ++n) {
    std::vector<Number>& occurrences = block.coincidents.emplace_back();
    for (unsigned k = 0; k < actual.occurrences && !reader.failure(); ++k)
      occurrences.push_back(reader.ni_2());
  }
  return block;
}

CurrentRegisters read_registers(TableReader& reader, const ActualRegisters& actual) {
  CurrentRegisters result;
  if (actual.resets) result.resets = reader.u8();
  result.total = read_block(reader, actual);
  for (unsigned n = 0; n < actual.tiers && !reader.failure(); ++n)
    result.tiers.push_back(read_block(reader, actual));
  return result;
}

KeptRegisters read_kept(TableReader& reader, const ActualRegisters& actual) {
  KeptRegisters result;
  if (actual.date_time) result.ended = reader.short_time();
  if (actual.season) result.season = reader.u8();
  result.registers = read_registers(reader, actual);
  return result;
}

Decoded<KeptRegisters> decode_kept(const char* name, ByteView table, const Formats& formats,
                                   const ActualRegisters& actual) {
  TableReader reader{table, formats};
  KeptRegisters result = read_kept(reader, actual);
  reader.expect_end();
  return finished(reader, name, std::move(result));
}

}  // namespace

Decoded<ActualRegisters> decode_st21(ByteView table, const Formats& formats) {
  TableReader reader{table, formats};
  ActualRegisters result;
  const std::uint8_t flags = reader.u8();
  result.season = (flags & 0x01U) != 0;
  result.date_time = (flags & 0x02U) != 0;
  result.resets = (flags & 0x04U) != 0;
  result.cumulative = (flags & 0x10U) != 0;
  result.continuous_cumulative = (flags & 0x20U) != 0;
  result.time_remaining = (flags & 0x40U) != 0;
  result.self_read_sequence = (reader.u8() & 0x02U) != 0;
  result.self_reads = reader.u8();
  result.summations = reader.u8();
  result.demands = reader.u8();
  result.coincidents = reader.u8();
  result.occurrences = reader.u8();
  result.tiers = reader.u8();
  result.present_demands = reader.u8();
  result.present_values = reader.u8();
  return finished(reader, "ST-21", result);
}

Decoded<RegisterSelection> decode_st22(ByteView table, const Formats& formats,
                                       const ActualRegisters& actual) {
  TableReader reader{table, formats};
  RegisterSelection result;
  result.summations = reader.bytes(actual.summations);
  result.demands = reader.bytes(actual.demands);
  result.maxima = reader.bytes((actual.demands + 7U) / 8U);
  result.coincidents = reader.bytes(actual.coincidents);
  result.coincident_demands = reader.bytes(actual.coincidents);
  reader.expect_end();
  return finished(reader, "ST-22", std::move(result));
}

Decoded<CurrentRegisters> decode_st23(ByteView table, const Formats& formats, const ActualRegisters& actual) {
  TableReader reader{table, formats};
  CurrentRegisters result = read_registers(reader, actual);
  reader.expect_end();
  return finished(reader, "ST-23", std::move(result));
}

Decoded<KeptRegisters> decode_st24(ByteView table, const Formats& formats, const ActualRegisters& actual) {
  return decode_kept("ST-24", table, formats, actual);
}

Decoded<KeptRegisters> decode_st25(ByteView table, const Formats& formats, const ActualRegisters& actual) {
  return decode_kept("ST-25", table, formats, actual);
}

Decoded<SelfReads> decode_st26(ByteView table, const Formats& formats, const ActualRegisters& actual) {
  TableReader reader{table, formats};
  SelfReads result;
  result.status.flags = reader.u8();
  result.status.valid = reader.u8();
  result.status.last = reader.u8();
  result.status.last_sequence = reader.u16();
  result.status.unread = reader.u8();
  std::vector<SelfReads::Entry> all;
  for (unsigned n = 0; n < actual.self_reads && !reader.failure(); ++n) {
    SelfReads::Entry& entry = all.emplace_back();
    if (actual.self_read_sequence) entry.sequence = reader.u16();
    entry.kept = read_kept(reader, actual);
  }
  reader.expect_end();
  if (!reader.failure())
    for (const std::size_t place : oldest_first(result.status, all.size(), reader))
      result.entries.push_back(std::move(all[place]));
  return finished(reader, "ST-26", std::move(result));
}

Decoded<PresentSelection> decode_st27(ByteView table, const Formats& formats, const ActualRegisters& actual) {
  TableReader reader{table, formats};
  PresentSelection result;
  result.demands = reader.bytes(actual.present_demands);
  result.values = reader.bytes(actual.present_values);
  reader.expect_end();
  return finished(reader, "ST-27", std::move(result));
}

Decoded<PresentRegisters> decode_st28(ByteView table, const Formats& formats, const ActualRegisters& actual) {
  TableReader reader{table, formats};
  PresentRegisters result;
  for (unsigned n = 0; n < actual.present_demands && !reader.failure(); ++n) {
    PresentRegisters::Demand& demand = result.demands.emplace_back();
    if (actual.time_remaining) demand.remaining = reader.time_of_day();
    demand.value = reader.ni_2();
  }
  for (unsigned n = 0; n < actual.present_values && !reader.failure(); ++n)
    result.values.push_back(reader.ni_1());
  reader.expect_end();
  return finished(reader, "ST-28", std::move(result));
}

}  // namespace meterbench::c1219
