// Lists of a meter whose newest entries take the place of the oldest: self reads, logs (optical-port.md 6.9,
// 6.12, 6.13).
#pragma once

#include <cstdint>
#include <vector>

#include "drivers/protocol/c1219/table_reader.h"

namespace meterbench::c1219 {

struct ListStatus {
  std::uint8_t flags = 0;  ///< bits: 0 newest entries come first, 1 overflow, 2 circular, 3 stops on overflow
  std::uint16_t valid = 0;
  std::uint16_t last = 0;  ///< place of the newest entry, where there is one
  std::uint32_t last_sequence = 0;
  std::uint16_t unread = 0;

  [[nodiscard]] bool overflowed() const { return (flags & 0x02U) != 0; }
};

/// The places of the valid ones among `entries`, the oldest first. Fails `reader` where the status cannot be
/// that of such a list.
[[nodiscard]] std::vector<std::size_t> oldest_first(const ListStatus& status, std::size_t entries,
                                                    TableReader& reader);

}  // namespace meterbench::c1219
