#include "drivers/virtual_lab/meter/firmware/table_directory.h"

#include "drivers/virtual_lab/meter/firmware/procedures.h"

namespace meterbench::firmware {

namespace {

constexpr std::uint16_t kTables[] = {0,
                                     1,
                                     2,
                                     3,
                                     4,
                                     kDeviceTable,
                                     kUtilityTable,
                                     kProcedureTable,
                                     kResponseTable,
                                     10,
                                     11,
                                     12,
                                     kDemandTable,
                                     14,
                                     15,
                                     16,  //
                                     20,
                                     21,
                                     22,
                                     23,
                                     24,
                                     25,
                                     26,
                                     27,
                                     28,  //
                                     40,
                                     41,
                                     kPasswordTable,
                                     43,
                                     44,
                                     45,  //
                                     50,
                                     51,
                                     52,
                                     55,  //
                                     70,
                                     71,
                                     72,
                                     73,
                                     74,
                                     75,
                                     76,  //
                                     kKtTable,
                                     kConfigurationTable,
                                     kStateTable,
                                     kTestPatternTable};
constexpr std::uint16_t kWritable[] = {kDeviceTable, kUtilityTable,  kProcedureTable,
                                       kDemandTable, kPasswordTable, kConfigurationTable};

template <class Number, std::uint32_t kCount>
bool contains(const Number (&numbers)[kCount], std::uint32_t number) {
  for (const Number member : numbers)
    if (member == number) return true;
  return false;
}

/// Members of `numbers` from `first` on that have their place in `bytes` bytes.
template <class Number, std::uint32_t kCount>
void write_members(TableWriter& writer, const Number (&numbers)[kCount], std::uint32_t first,
                   std::uint32_t bytes) {
  std::uint8_t set[kStandardTableSet]{};
  for (const std::uint32_t number : numbers) {
    const std::uint32_t place = number - first;  // wraps for what comes before
    if (place / 8 < bytes) set[place / 8] |= static_cast<std::uint8_t>(1U << place % 8);
  }
  writer.bytes(set, bytes);
}

template <std::uint32_t kCount>
void write_tables(TableWriter& writer, const std::uint16_t (&numbers)[kCount]) {
  write_members(writer, numbers, 0, kStandardTableSet);
  write_members(writer, numbers, kManufacturer, kMakerTableSet);
}

}  // namespace

bool is_table(std::uint32_t number) { return contains(kTables, number); }

bool is_writable(std::uint32_t number) { return contains(kWritable, number); }

void write_set(TableWriter& writer, std::uint64_t members, std::uint32_t bytes) {
  for (std::uint32_t n = 0; n < bytes; ++n) writer.u8(static_cast<std::uint8_t>(members >> 8 * n));
}

void write_table_sets(TableWriter& writer, bool writable_only) {
  writable_only ? write_tables(writer, kWritable) : write_tables(writer, kTables);
}

void write_procedure_sets(TableWriter& writer) {
  write_members(writer, Procedures::kStandard, 0, kStandardProcedureSet);
  write_members(writer, Procedures::kMaker, kManufacturer, kMakerProcedureSet);
}

}  // namespace meterbench::firmware
