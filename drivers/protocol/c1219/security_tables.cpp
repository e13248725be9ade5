#include "drivers/protocol/c1219/security_tables.h"

namespace meterbench::c1219 {
namespace {

// TABLE_IDC.
constexpr std::uint16_t kNumber = 0x0FFF;
constexpr std::uint16_t kProcedure = 0x1000;
constexpr std::size_t kEntry = 4;  // bytes

Permission read_permission(TableReader& reader) {
  const std::uint16_t what = reader.u16();
  Permission permission{.number = static_cast<std::uint16_t>(what & kNumber),
                        .procedure = (what & kProcedure) != 0};
  permission.read = reader.u8();
  permission.write = reader.u8();
  return permission;
}

Decoded<std::vector<Permission>> read_permissions(const char* name, TableReader reader, std::size_t count) {
  std::vector<Permission> result;
  for (std::size_t n = 0; n < count && !reader.failure(); ++n) result.push_back(read_permission(reader));
  reader.expect_end();
  return finished(reader, name, std::move(result));
}

}  // namespace

Decoded<ActualSecurity> decode_st41(ByteView table, const Formats& formats) {
  TableReader reader{table, formats};
  ActualSecurity result;
  result.passwords = reader.u8();
  result.password_length = reader.u8();
  result.keys = reader.u8();
  result.key_length = reader.u8();
  result.permissions = reader.u16();
  return finished(reader, "ST-41", result);
}

Decoded<std::vector<std::uint8_t>> decode_st42(ByteView table, const Formats& formats,
                                               const ActualSecurity& actual) {
  TableReader reader{table, formats};
  std::vector<std::uint8_t> groups;
  for (unsigned n = 0; n < actual.passwords && !reader.failure(); ++n) {
    static_cast<void>(reader.bytes(actual.password_length));
    groups.push_back(reader.u8());
  }
  reader.expect_end();
  return finished(reader, "ST-42", std::move(groups));
}

Decoded<std::vector<Permission>> decode_st43(ByteView table, const Formats& formats) {
  return read_permissions("ST-43", {table, formats}, table.size() / kEntry);
}

Decoded<std::vector<Permission>> decode_st44(ByteView table, const Formats& formats,
                                             const ActualSecurity& actual) {
  return read_permissions("ST-44", {table, formats}, actual.permissions);
}

Decoded<std::size_t> decode_st45(ByteView table, const Formats& formats, const ActualSecurity& actual) {
  TableReader reader{table, formats};
  static_cast<void>(reader.bytes(std::size_t{actual.keys} * actual.key_length));
  reader.expect_end();
  return finished(reader, "ST-45", std::size_t{actual.keys});
}

}  // namespace meterbench::c1219
