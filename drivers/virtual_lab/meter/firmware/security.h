// Who talks through the optical port, and what a session may do (optical-port.md 3, 6.10). Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/board.h"
#include "drivers/virtual_lab/meter/firmware/meter_functions.h"
#include "drivers/virtual_lab/meter/firmware/programming.h"

namespace meterbench::firmware {

/// A session begins without rights, and loses those that it had with a wrong password. A meter without
/// passwords takes any, and lets everybody do everything.
class Security {
 public:
  /// So many wrong passwords one after the other, in whatever sessions, and for so long no other is looked
  /// at. Both made. A reset forgets them.
  static constexpr std::uint32_t kMostWrong = 3;
  static constexpr std::uint64_t kLocked = std::uint64_t{60} * kSampleRate;

  enum class Answer { right, wrong, locked };

  Security(const Programming& programming, MeterFunctions& functions)
      : programming_{programming}, functions_{functions} {}

  void log_on(std::uint16_t user);
  void log_off() { log_on(0); }
  /// `password`: kPasswordLength bytes; zeros and spaces at its end do not count. A wrong one is logged.
  [[nodiscard]] Answer present(const std::uint8_t* password, std::uint64_t now);

  [[nodiscard]] std::uint16_t user() const { return user_; }
  /// `table` and `procedure` with 2048 added for the manufacturer's.
  [[nodiscard]] bool may_read(std::uint32_t table) const;
  [[nodiscard]] bool may_write(std::uint32_t table) const;
  [[nodiscard]] bool may_run(std::uint32_t procedure) const;

 private:
  [[nodiscard]] AccessEntry access(std::uint32_t idc) const;
  [[nodiscard]] bool may_reach(std::uint32_t table) const;
  [[nodiscard]] bool shares(std::uint8_t groups) const { return groups == 0 || (groups & groups_) != 0; }

  const Programming& programming_;
  MeterFunctions& functions_;
  std::uint16_t user_ = 0;
  std::uint8_t groups_ = 0;
  std::uint32_t wrong_ = 0;  // one after the other
  std::uint64_t locked_until_ = 0;
};

}  // namespace meterbench::firmware
