#include "drivers/virtual_lab/meter/firmware/table_directory.h"

#include "drivers/virtual_lab/meter/firmware/procedures.h"

namespace meterbench::firmware {

namespace {

/// Numbers, both ends included.
struct Range {
  std::uint16_t first;
  std::uint16_t last;
};

constexpr Range kTables[] = {{0, kResponseTable},
                             {10, 16},
                             {20, 28},
                             {40, 45},
                             {50, 52},
                             {55, 55},
                             {70, 76},
                             {kKtTable, kStateTable},
                             {kTestPatternTable, kTestPatternTable}};
constexpr Range kWritable[] = {{kDeviceTable, kProcedureTable},
                               {kDemandTable, kDemandTable},
                               {kPasswordTable, kPasswordTable},
                               {kConfigurationTable, kConfigurationTable}};
constexpr Range kAbleToPend[] = {{kDemandTable, kDemandTable}, {kConfigurationTable, kConfigurationTable}};
static_assert(sizeof kAbleToPend / sizeof *kAbleToPend == kMostPending);

template <std::uint32_t kCount>
bool contains(const Range (&ranges)[kCount], std::uint32_t number) {
  for (const Range& range : ranges)
    if (number >= range.first && number <= range.last) return true;
  return false;
}

/// The members that `holds` from `first` on, as far as they have their place in `bytes` bytes.
template <class Holds>
void write_members(TableWriter& writer, Holds holds, std::uint32_t first, std::uint32_t bytes) {
  for (std::uint32_t byte = 0; byte < bytes; ++byte) {
    std::uint32_t members = 0;
    for (std::uint32_t bit = 0; bit < 8; ++bit)
      if (holds(first + 8 * byte + bit)) members |= 1U << bit;
    writer.u8(members);
  }
}

template <std::uint32_t kCount>
void write_tables(TableWriter& writer, const Range (&ranges)[kCount]) {
  const auto holds = [&](std::uint32_t number) { return contains(ranges, number); };
  write_members(writer, holds, 0, kStandardTableSet);
  write_members(writer, holds, kManufacturer, kMakerTableSet);
}

}  // namespace

bool is_table(std::uint32_t number) { return contains(kTables, number); }

bool is_writable(std::uint32_t number) { return contains(kWritable, number); }

bool may_be_pending(std::uint32_t number) { return contains(kAbleToPend, number); }

void write_set(TableWriter& writer, std::uint64_t members, std::uint32_t bytes) {
  for (std::uint32_t n = 0; n < bytes; ++n) writer.u8(static_cast<std::uint8_t>(members >> 8 * n));
}

void write_table_sets(TableWriter& writer, bool writable_only) {
  writable_only ? write_tables(writer, kWritable) : write_tables(writer, kTables);
}

void write_pending_sets(TableWriter& writer) { write_tables(writer, kAbleToPend); }

void write_procedure_sets(TableWriter& writer) {
  write_members(writer, is_procedure, 0, kStandardProcedureSet);
  write_members(writer, is_procedure, kManufacturer, kMakerProcedureSet);
}

}  // namespace meterbench::firmware
