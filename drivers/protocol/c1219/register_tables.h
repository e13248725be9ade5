// The registers: ST-21, 22, 23 (optical-port.md 6.8, 6.9).
#pragma once

#include <optional>
#include <vector>

#include "drivers/protocol/c1219/table_reader.h"

namespace meterbench::c1219 {

/// ST-21: which fields the register tables have.
struct ActualRegisters {
  bool date_time = false;
  bool resets = false;
  bool cumulative = false;
  bool continuous_cumulative = false;
  std::uint8_t summations = 0;
  std::uint8_t demands = 0;
  std::uint8_t coincidents = 0;
  std::uint8_t occurrences = 0;
  std::uint8_t tiers = 0;
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

}  // namespace meterbench::c1219
