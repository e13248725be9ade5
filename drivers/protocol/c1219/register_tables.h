// The registers: ST-20 to ST-28 (optical-port.md 6.8, 6.9).
#pragma once

#include <optional>
#include <vector>

#include "drivers/protocol/c1219/kept_list.h"
#include "drivers/protocol/c1219/table_reader.h"

namespace meterbench::c1219 {

/// ST-21: which fields the register tables have; ST-20 has the same form and tells the most that there can
/// be.
struct ActualRegisters {
  bool season = false;
  bool date_time = false;
  bool resets = false;
  bool cumulative = false;
  bool continuous_cumulative = false;
  bool time_remaining = false;
  bool self_read_sequence = false;
  std::uint8_t self_reads = 0;
  std::uint8_t summations = 0;
  std::uint8_t demands = 0;
  std::uint8_t coincidents = 0;
  std::uint8_t occurrences = 0;
  std::uint8_t tiers = 0;
  std::uint8_t present_demands = 0;
  std::uint8_t present_values = 0;
};
[[nodiscard]] Decoded<ActualRegisters> decode_st21(ByteView table, const Formats& formats);

/// ST-22: what is counted, as places in ST-16; 255 is none.
struct RegisterSelection {
  std::vector<std::uint8_t> summations;
  std::vector<std::uint8_t> demands;
  Bytes maxima;  ///< set: 1 where a demand is a maximum
  std::vector<std::uint8_t> coincidents;
  std::vector<std::uint8_t> coincident_demands;
};
[[nodiscard]] Decoded<RegisterSelection> decode_st22(ByteView table, const Formats& formats,
                                                     const ActualRegisters& actual);

struct Demand {
  std::vector<std::optional<MeterTime>> times;  ///< of each occurrence, where the meter keeps them
  std::optional<Number> cumulative;
  std::optional<Number> continuous_cumulative;
  std::vector<Number> values;
};
struct RegisterBlock {
  std::vector<Number> summations;
  std::vector<Demand> demands;
  std::vector<std::vector<Number>> coincidents;  ///< by coincident, then occurrence
};
/// ST-23.
struct CurrentRegisters {
  std::optional<std::uint8_t> resets;
  RegisterBlock total;
  std::vector<RegisterBlock> tiers;
};
[[nodiscard]] Decoded<CurrentRegisters> decode_st23(ByteView table, const Formats& formats,
                                                    const ActualRegisters& actual);

/// The registers as they were when a season or a billing period ended.
struct KeptRegisters {
  std::optional<MeterTime> ended;
  std::optional<std::uint8_t> season;
  CurrentRegisters registers;
};
/// Of the previous season.
[[nodiscard]] Decoded<KeptRegisters> decode_st24(ByteView table, const Formats& formats,
                                                 const ActualRegisters& actual);
/// Of the previous demand reset.
[[nodiscard]] Decoded<KeptRegisters> decode_st25(ByteView table, const Formats& formats,
                                                 const ActualRegisters& actual);

/// ST-26.
struct SelfReads {
  struct Entry {
    std::optional<std::uint16_t> sequence;
    KeptRegisters kept;
  };
  ListStatus status;
  std::vector<Entry> entries;  ///< those that are valid, the oldest first
};
[[nodiscard]] Decoded<SelfReads> decode_st26(ByteView table, const Formats& formats,
                                             const ActualRegisters& actual);

/// ST-27: what ST-28 shows, as places in ST-16; 255 is none.
struct PresentSelection {
  std::vector<std::uint8_t> demands;
  std::vector<std::uint8_t> values;
};
[[nodiscard]] Decoded<PresentSelection> decode_st27(ByteView table, const Formats& formats,
                                                    const ActualRegisters& actual);

/// ST-28.
struct PresentRegisters {
  struct Demand {
    std::optional<std::chrono::seconds> remaining;  ///< of its interval
    Number value;
  };
  std::vector<Demand> demands;
  std::vector<Number> values;
};
[[nodiscard]] Decoded<PresentRegisters> decode_st28(ByteView table, const Formats& formats,
                                                    const ActualRegisters& actual);

}  // namespace meterbench::c1219
