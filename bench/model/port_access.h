#pragma once

#include <cstdint>
#include <string>

namespace meterbench {

/// Who a bench says that it is at a meter's optical port. The password opens a meter: it belongs into no
/// record, no message and no export.
struct PortAccess {
  static constexpr std::size_t kLongestName = 10, kLongestPassword = 20;  // bytes, by ANSI C12.18

  std::uint16_t user_id = 2;
  std::string user_name = "BENCH";
  std::string password{};  ///< empty: none is given, and the session has the least rights
  char filler = ' ';       ///< behind the password, up to 20 bytes: meters differ
};

}  // namespace meterbench
