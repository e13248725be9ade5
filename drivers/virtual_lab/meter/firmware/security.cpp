#include "drivers/virtual_lab/meter/firmware/security.h"

namespace meterbench::firmware {

namespace {

constexpr std::uint32_t kPasswordTable = 42, kKeyTable = 45;

/// Without zeros and spaces at its end.
template <class Byte>
std::uint32_t length_of(const Byte* password) {
  std::uint32_t length = kPasswordLength;
  while (length > 0 && (password[length - 1] == 0 || password[length - 1] == ' ')) --length;
  return length;
}

/// A blank one opens nothing.
bool is_password(const std::uint8_t* given, const PasswordEntry& entry) {
  const std::uint32_t length = length_of(given);
  bool same = length > 0 && length == length_of(entry.password);
  for (std::uint32_t n = 0; n < length; ++n)
    same = same && given[n] == static_cast<std::uint8_t>(entry.password[n]);
  return same;
}

/// The highest group that any password gives.
std::uint8_t highest_group(const SecurityRecord& record) {
  std::uint8_t groups = 0;
  for (std::uint32_t n = 0; n < record.passwords; ++n) groups |= record.password[n].groups;
  std::uint8_t highest = 0;
  for (unsigned bit = 1; bit <= groups; bit <<= 1U)
    if ((groups & bit) != 0) highest = static_cast<std::uint8_t>(bit);
  return highest;
}

}  // namespace

void Security::log_on(std::uint16_t user) {
  user_ = user;
  groups_ = 0;
}

Security::Answer Security::present(const std::uint8_t* password, std::uint64_t now) {
  const SecurityRecord& record = programming_.security();
  if (record.passwords == 0) return Answer::right;
  if (now < locked_until_) return Answer::locked;
  groups_ = 0;
  for (std::uint32_t n = 0; n < record.passwords; ++n) {
    if (!is_password(password, record.password[n])) continue;
    groups_ = record.password[n].groups;
    wrong_ = 0;
    return Answer::right;
  }
  functions_.log(kEventWrongPassword, user_, 0);
  if (++wrong_ == kMostWrong) {
    wrong_ = 0;
    locked_until_ = now + kLocked;
  }
  return Answer::wrong;
}

AccessEntry Security::access(std::uint32_t idc) const {
  const SecurityRecord& record = programming_.security();
  for (std::uint32_t n = 0; n < record.entries; ++n)
    if (record.entry[n].idc == idc) return record.entry[n];
  return {static_cast<std::uint16_t>(idc), record.default_read, record.default_write};
}

/// Passwords and keys are for the highest group alone, whatever the entries say.
bool Security::may_reach(std::uint32_t table) const {
  const bool secret = table == kPasswordTable || table == kKeyTable;
  return !secret || shares(highest_group(programming_.security()));
}

bool Security::may_read(std::uint32_t table) const { return may_reach(table) && shares(access(table).read); }

bool Security::may_write(std::uint32_t table) const {
  return may_reach(table) && shares(access(table).write);
}

bool Security::may_run(std::uint32_t procedure) const {
  return shares(access(procedure | kIdcProcedure).write);
}

}  // namespace meterbench::firmware
