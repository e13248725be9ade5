// What a load profile is like, not what it holds: ST-61, 62, 63 (optical-port.md 6.12).
#pragma once

#include <array>
#include <vector>

#include "drivers/protocol/c1219/general_tables.h"
#include "drivers/protocol/c1219/kept_list.h"

namespace meterbench::c1219 {

/// ST-61; ST-60 has the same form and tells the most that there can be.
struct ActualProfiles {
  struct Set {
    std::uint8_t number = 0;  ///< 1 … 4: in ST-64 … ST-67
    std::uint16_t blocks = 0;
    std::uint16_t intervals = 0;  ///< of a block
    std::uint8_t channels = 0;
    std::uint8_t interval_min = 0;
    bool scalars = false;  ///< and divisors
  };
  std::uint32_t memory_bytes = 0;
  std::vector<Set> sets;
};
[[nodiscard]] Decoded<ActualProfiles> decode_st61(ByteView table, const GeneralConfiguration& configuration);

/// ST-62, one for each set.
struct ProfileSelection {
  struct Channel {
    bool end_reading = false;
    std::uint8_t source = 0;
    std::uint8_t end_reading_source = 0;
    std::uint16_t scalar = 1, divisor = 1;
  };
  std::vector<Channel> channels;
  std::uint8_t format = 0;  ///< code: 1 UINT8, 2 UINT16, 4 UINT32, 8 INT8, … 128 NI2
};
[[nodiscard]] Decoded<std::vector<ProfileSelection>> decode_st62(ByteView table, const Formats& formats,
                                                                 const ActualProfiles& actual);

/// ST-63, one for each set.
struct ProfileStatus {
  ListStatus blocks;
  std::uint16_t valid_intervals = 0;  ///< of the newest block

  [[nodiscard]] bool active() const { return (blocks.flags & 0x20U) != 0; }
};
[[nodiscard]] Decoded<std::vector<ProfileStatus>> decode_st63(ByteView table, const Formats& formats,
                                                              const ActualProfiles& actual);

}  // namespace meterbench::c1219
