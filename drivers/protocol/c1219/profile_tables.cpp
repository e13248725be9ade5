#include "drivers/protocol/c1219/profile_tables.h"

namespace meterbench::c1219 {

Decoded<ActualProfiles> decode_st61(ByteView table, const GeneralConfiguration& configuration) {
  constexpr std::uint16_t kFirst = 64;
  TableReader reader{table, configuration.formats};
  ActualProfiles result;
  result.memory_bytes = reader.u32();
  const std::uint16_t flags = reader.u16();
  static_cast<void>(reader.u8());  // formats that it is able to use
  for (std::uint8_t n = 0; n < 4; ++n) {
    if (!configuration.has_table(static_cast<std::uint16_t>(kFirst + n))) continue;
    ActualProfiles::Set& set = result.sets.emplace_back();
    set.number = static_cast<std::uint8_t>(n + 1);
    set.blocks = reader.u16();
    set.intervals = reader.u16();
    set.channels = reader.u8();
    set.interval_min = reader.u8();
    set.scalars = (flags >> (6U + n) & 1U) != 0;
  }
  reader.expect_end();
  return finished(reader, "ST-61", std::move(result));
}

Decoded<std::vector<ProfileSelection>> decode_st62(ByteView table, const Formats& formats,
                                                   const ActualProfiles& actual) {
  TableReader reader{table, formats};
  std::vector<ProfileSelection> result;
  for (const ActualProfiles::Set& set : actual.sets) {
    ProfileSelection& selection = result.emplace_back();
    selection.channels.resize(set.channels);
    for (ProfileSelection::Channel& channel : selection.channels) {
      channel.end_reading = (reader.u8() & 1U) != 0;
      channel.source = reader.u8();
      channel.end_reading_source = reader.u8();
    }
    selection.format = reader.u8();
    if (!set.scalars) continue;
    for (ProfileSelection::Channel& channel : selection.channels) channel.scalar = reader.u16();
    for (ProfileSelection::Channel& channel : selection.channels) channel.divisor = reader.u16();
  }
  reader.expect_end();
  return finished(reader, "ST-62", std::move(result));
}

Decoded<std::vector<ProfileStatus>> decode_st63(ByteView table, const Formats& formats,
                                                const ActualProfiles& actual) {
  TableReader reader{table, formats};
  std::vector<ProfileStatus> result(actual.sets.size());
  for (auto& [blocks, valid_intervals] : result) {
    blocks.flags = reader.u8();
    blocks.valid = reader.u16();
    blocks.last = reader.u16();
    blocks.last_sequence = reader.u32();
    blocks.unread = reader.u16();
    valid_intervals = reader.u16();
  }
  reader.expect_end();
  return finished(reader, "ST-63", std::move(result));
}

}  // namespace meterbench::c1219
