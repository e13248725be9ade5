#include "drivers/protocol/c1219/source_tables.h"

#include <fmt/format.h>

#include <array>

namespace meterbench::c1219 {

Decoded<ActualSources> decode_st11(ByteView table, const Formats& formats) {
  TableReader reader{table, formats};
  ActualSources result;
  const std::uint8_t flags = reader.u8();
  result.power_fail_exclusion = (flags & 0x01U) != 0;
  result.reset_exclusion = (flags & 0x02U) != 0;
  result.sliding_demand = (flags & 0x08U) != 0;
  result.ratio_set_1 = (flags & 0x20U) != 0;
  result.ratio_set_2 = (flags & 0x40U) != 0;
  result.units = reader.u8();
  result.demand_controls = reader.u8();
  result.data_control_length = reader.u8();
  result.data_controls = reader.u8();
  result.constants = reader.u8();
  result.constants_kind = reader.u8();
  result.sources = reader.u8();
  return finished(reader, "ST-11", result);
}

double Unit::multiplier() const {
  constexpr std::array<double, 8> kMultipliers{1, 1e2, 1e3, 1e6, 1e9, 1e-2, 1e-3, 1e-6};
  return kMultipliers[raw >> 11U & 7U];
}

Decoded<std::vector<Unit>> decode_st12(ByteView table, const Formats& formats, const ActualSources& actual) {
  TableReader reader{table, formats};
  std::vector<Unit> result(actual.units);
  for (Unit& unit : result) unit.raw = reader.u32();
  reader.expect_end();
  return finished(reader, "ST-12", std::move(result));
}

Decoded<DemandControl> decode_st13(ByteView table, const Formats& formats, const ActualSources& actual) {
  TableReader reader{table, formats};
  DemandControl result;
  if (actual.reset_exclusion) result.reset_exclusion_min = reader.u8();
  if (actual.power_fail_exclusion) {
    DemandControl::PowerFailure& failure = result.power_failure.emplace();
    failure.recognition_s = reader.u8();
    failure.exclusion_min = reader.u8();
    failure.cold_load_min = reader.u8();
  }
  result.intervals.resize(actual.demand_controls);
  for (auto& [minutes, subintervals] : result.intervals) {
    minutes = actual.sliding_demand ? reader.u8() : reader.u16();
    if (actual.sliding_demand) subintervals = reader.u8();
  }
  reader.expect_end();
  return finished(reader, "ST-13", std::move(result));
}

Decoded<std::vector<Bytes>> decode_st14(ByteView table, const Formats& formats, const ActualSources& actual) {
  TableReader reader{table, formats};
  std::vector<Bytes> result(actual.data_controls);
  for (Bytes& control : result) control = reader.bytes(actual.data_control_length);
  reader.expect_end();
  return finished(reader, "ST-14", std::move(result));
}

Decoded<std::vector<Constants>> decode_st15(ByteView table, const Formats& formats,
                                            const ActualSources& actual) {
  constexpr std::uint8_t kElectric = 2;
  TableReader reader{table, formats};
  if (actual.constants_kind != kElectric)
    reader.fail(
        fmt::format("constants of kind {} are not those of an electric meter", actual.constants_kind));
  std::vector<Constants> result(actual.constants);
  for (Constants& constants : result) {
    constants.multiplier = reader.ni_1().value;
    constants.offset = reader.ni_1().value;
    for (const bool present : {actual.ratio_set_1, actual.ratio_set_2}) {
      if (!present) continue;
      const bool in_use = (reader.u8() & 1U) != 0;  // knowledge: unverified
      const double current = reader.ni_1().value, voltage = reader.ni_1().value;
      if (in_use) constants.ratio *= current * voltage;
    }
  }
  reader.expect_end();
  return finished(reader, "ST-15", std::move(result));
}

Decoded<std::vector<SourceFlags>> decode_st16(ByteView table, const Formats& formats,
                                              const ActualSources& actual) {
  TableReader reader{table, formats};
  std::vector<SourceFlags> result(actual.sources);
  for (SourceFlags& source : result) source.raw = reader.u8();
  reader.expect_end();
  return finished(reader, "ST-16", std::move(result));
}

}  // namespace meterbench::c1219
