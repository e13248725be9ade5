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

}  // namespace

Decoded<ActualRegisters> decode_st21(ByteView table, const Formats& formats) {
  TableReader reader{table, formats};
  ActualRegisters result;
  const std::uint8_t flags = reader.u8();
  result.date_time = (flags & 0x02U) != 0;
  result.resets = (flags & 0x04U) != 0;
  result.cumulative = (flags & 0x10U) != 0;
  result.continuous_cumulative = (flags & 0x20U) != 0;
  static_cast<void>(reader.bytes(2));  // of self reads
  result.summations = reader.u8();
  result.demands = reader.u8();
  result.coincidents = reader.u8();
  result.occurrences = reader.u8();
  result.tiers = reader.u8();
  static_cast<void>(reader.bytes(2));  // of present demands and values
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
  CurrentRegisters result;
  if (actual.resets) result.resets = reader.u8();
  result.total = read_block(reader, actual);
  for (unsigned n = 0; n < actual.tiers && !reader.failure(); ++n)
    result.tiers.push_back(read_block(reader, actual));
  reader.expect_end();
  return finished(reader, "ST-23", std::move(result));
}

}  // namespace meterbench::c1219
