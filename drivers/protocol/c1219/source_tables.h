// Tables that say what a meter's registers count: ST-10 to ST-16 (optical-port.md 6.7).
#pragma once

#include <optional>
#include <vector>

#include "drivers/protocol/c1219/table_reader.h"

namespace meterbench::c1219 {

/// ST-11: what the tables after it hold; ST-10 has the same form and tells the most that there can be.
struct ActualSources {
  bool power_fail_exclusion = false, reset_exclusion = false;
  bool sliding_demand = false;
  bool ratio_set_1 = false, ratio_set_2 = false;
  std::uint8_t units = 0;  ///< entries of ST-12
  std::uint8_t demand_controls = 0;
  std::uint8_t data_control_length = 0, data_controls = 0;
  std::uint8_t constants = 0;
  std::uint8_t constants_kind = 0;  ///< 2: electric
  std::uint8_t sources = 0;
};
[[nodiscard]] Decoded<ActualSources> decode_st11(ByteView table, const Formats& formats);

/// An entry of ST-12.
struct Unit {
  std::uint32_t raw = 0;

  [[nodiscard]] unsigned id() const { return raw & 0xFFU; }  ///< 0 W, 1 var, 2 VA, 8 V, 12 A, 33 Hz …
  [[nodiscard]] unsigned time_base() const { return raw >> 8U & 7U; }  ///< 0: bulk, a dial reading
  /// Of the unit that id() names; with a bulk time base, of that times hours.
  [[nodiscard]] double multiplier() const;
  [[nodiscard]] bool net() const { return (raw >> 18U & 1U) != 0; }        ///< delivered less received
  [[nodiscard]] unsigned segmentation() const { return raw >> 19U & 7U; }  ///< 0 all lines, 5 A-N, 6 B-N …
  [[nodiscard]] unsigned quadrants() const { return raw >> 14U & 0x0FU; }  ///< bit 0 is Q1
  /// Neither harmonics, nor of another resource than electricity, nor against the standard.
  [[nodiscard]] bool is_plain() const { return (raw & 0xFFC00000U) == 0; }
};
inline constexpr unsigned kActivePower = 0;     // Unit::id()
inline constexpr unsigned kDelivered = 0b1001;  // Q1 + Q4
inline constexpr unsigned kReceived = 0b0110;   // Q2 + Q3

/// Unit::time_base()
enum TimeBase : unsigned {
  kBulk = 0,
  kInstantaneous = 1,
  kPeriod = 2,
  kSubBlockDemand = 3,
  kBlockDemand = 4,
  kNetBulk = 5,
  kThermalDemand = 6,
};
[[nodiscard]] Decoded<std::vector<Unit>> decode_st12(ByteView table, const Formats& formats,
                                                     const ActualSources& actual);

/// ST-13: how demands are formed.
struct DemandControl {
  struct PowerFailure {
    std::uint8_t recognition_s = 0;
    std::uint8_t exclusion_min = 0;
    std::uint8_t cold_load_min = 0;
  };
  struct Interval {
    std::uint16_t subinterval_min = 0;  ///< the interval itself where demand does not slide
    std::uint8_t subintervals = 1;
  };
  std::optional<std::uint8_t> reset_exclusion_min;
  std::optional<PowerFailure> power_failure;
  std::vector<Interval> intervals;
};
[[nodiscard]] Decoded<DemandControl> decode_st13(ByteView table, const Formats& formats,
                                                 const ActualSources& actual);

/// ST-14: bytes whose meaning the maker alone knows.
[[nodiscard]] Decoded<std::vector<Bytes>> decode_st14(ByteView table, const Formats& formats,
                                                      const ActualSources& actual);

/// An entry of ST-15, for electric meters.
struct Constants {
  double multiplier = 1;
  double offset = 0;
  double ratio = 1;  ///< of the instrument transformers in use
};
[[nodiscard]] Decoded<std::vector<Constants>> decode_st15(ByteView table, const Formats& formats,
                                                          const ActualSources& actual);

/// An entry of ST-16.
struct SourceFlags {
  std::uint8_t raw = 0;

  [[nodiscard]] bool has_unit() const { return (raw & 0x01U) != 0; }
  [[nodiscard]] bool has_demand_control() const { return (raw & 0x02U) != 0; }
  [[nodiscard]] bool has_constants() const { return (raw & 0x08U) != 0; }
  [[nodiscard]] bool engineering_units() const { return (raw & 0x10U) != 0; }  ///< else pulses
  [[nodiscard]] bool constants_to_apply() const { return (raw & 0x20U) != 0; }
};
[[nodiscard]] Decoded<std::vector<SourceFlags>> decode_st16(ByteView table, const Formats& formats,
                                                            const ActualSources& actual);

}  // namespace meterbench::c1219
