#include "drivers/protocol/c1219/source_tables.h"

#include <fmt/format.h>

#include <array>

namespace meterbench::c1219 {

Decoded<ActualSources> decode_st11(ByteView table, const Formats& formats) {
  TableReader reader{table, formats};
  ActualSources result;
  const std::uint8_t flags = reader.u8();
  result.ratio_set_1 = (flags & 0x20U) != 0;
  result.ratio_set_2 = (flags & 0x40U) != 0;
  result.units = reader.u8();
  static_cast<void>(reader.bytes(3));  // demand and data control
  result.constants = reader.u8();
  result.constants_kind = reader.u8();
  result.sources = reader.u8();
  return finished(reader, "ST-11", result);
}

double Unit::multiplier() const {
  constexpr std::array<double, 8> kMultipliers{1, 1e2, 1e3, 1e6, 1e9, 1e-2, 1e-3, 1e-6};
  return kMultipliers[raw >> 11U & 7U];
}

bool Unit::is_energy(unsigned of_quadrants) const {
  constexpr std::uint32_t kNeither = 0xFFFC0000;  // net, segmentation, harmonic, resource, not standard
  return id() == 0 && time_base() == 0 && quadrants() == of_quadrants && (raw & kNeither) == 0;
}

Decoded<std::vector<Unit>> decode_st12(ByteView table, const Formats& formats, const ActualSources& actual) {
  TableReader reader{table, formats};
  std::vector<Unit> result(actual.units);
  for (Unit& unit : result) unit.raw = reader.u32();
  reader.expect_end();
  return finished(reader, "ST-12", std::move(result));
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
