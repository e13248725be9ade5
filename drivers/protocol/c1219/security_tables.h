// Who may do what: ST-40 to ST-45 (optical-port.md 6.10). Passwords and keys are never kept.
#pragma once

#include <vector>

#include "drivers/protocol/c1219/table_reader.h"

namespace meterbench::c1219 {

/// ST-41; ST-40 has the same form and tells the most that there can be.
struct ActualSecurity {
  std::uint8_t passwords = 0;
  std::uint8_t password_length = 0;
  std::uint8_t keys = 0;
  std::uint8_t key_length = 0;
  std::uint16_t permissions = 0;  ///< entries of ST-44
};
[[nodiscard]] Decoded<ActualSecurity> decode_st41(ByteView table, const Formats& formats);

/// ST-42: the access groups that each password gives, a set of 8; not the passwords.
[[nodiscard]] Decoded<std::vector<std::uint8_t>> decode_st42(ByteView table, const Formats& formats,
                                                             const ActualSecurity& actual);

/// An entry of ST-43 or ST-44: which groups may read or write (begin) something; 0: everybody.
struct Permission {
  std::uint16_t number = 0;  ///< of the table or procedure, the manufacturer's with 2048 added
  bool procedure = false;
  std::uint8_t read = 0;
  std::uint8_t write = 0;
};
/// What holds where ST-44 has no entry. That its entries are those of ST-44: knowledge, unverified.
[[nodiscard]] Decoded<std::vector<Permission>> decode_st43(ByteView table, const Formats& formats);
[[nodiscard]] Decoded<std::vector<Permission>> decode_st44(ByteView table, const Formats& formats,
                                                           const ActualSecurity& actual);

/// ST-45: how many keys there are; not the keys.
[[nodiscard]] Decoded<std::size_t> decode_st45(ByteView table, const Formats& formats,
                                               const ActualSecurity& actual);

}  // namespace meterbench::c1219
