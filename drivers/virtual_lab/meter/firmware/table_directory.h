// Which tables there are, and the sets that tell of them and of the procedures: what ST-00 says is what there
// is. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/table_writer.h"

namespace meterbench::firmware {

inline constexpr std::uint32_t kManufacturer = 2048;  ///< first number of the manufacturer's tables
inline constexpr std::uint32_t kPending = 4096;       ///< to be added for a table's pending content
inline constexpr std::uint32_t kMostPending = 2;      ///< tables that may be pending
inline constexpr std::uint32_t kDeviceTable = 5, kUtilityTable = 6, kProcedureTable = 7, kResponseTable = 8,
                               kDemandTable = 13, kPasswordTable = 42;
inline constexpr std::uint32_t kKtTable = kManufacturer + 1;             ///< MT-01
inline constexpr std::uint32_t kConfigurationTable = kManufacturer + 2;  ///< MT-02
inline constexpr std::uint32_t kStateTable = kManufacturer + 3;          ///< MT-03
inline constexpr std::uint32_t kTestPatternTable = kManufacturer + 13;   ///< MT-13

// Bytes of the sets.
inline constexpr std::uint32_t kStandardTableSet = 10;  // up to ST-76
inline constexpr std::uint32_t kMakerTableSet = 2;
inline constexpr std::uint32_t kStandardProcedureSet = 3;  // up to procedure 19
inline constexpr std::uint32_t kMakerProcedureSet = 1;

[[nodiscard]] bool is_table(std::uint32_t number);
[[nodiscard]] bool is_writable(std::uint32_t number);
/// Whether it may have a content that is written before it holds.
[[nodiscard]] bool may_be_pending(std::uint32_t number);

/// The low `bytes` bytes of `members`: member m is bit m.
void write_set(TableWriter& writer, std::uint64_t members, std::uint32_t bytes);
/// Of the standard's tables and of the manufacturer's: all, or those that can be written.
void write_table_sets(TableWriter& writer, bool writable_only);
/// Of those that may be pending.
void write_pending_sets(TableWriter& writer);
/// Of the standard's procedures and of the manufacturer's.
void write_procedure_sets(TableWriter& writer);

}  // namespace meterbench::firmware
