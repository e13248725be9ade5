// What lies in which register of a Watlow F4T, and its enumerations: instruments.md 6.1. Figures that a
// public source does not give are marked `made`; quirks.md of the driver says the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace meterbench::watlow_f4t {

// Temperatures are floats in two registers, in the units of communication; all else is one register.
inline constexpr std::uint16_t kPartNumber = 16;  ///< one character a register
inline constexpr std::uint16_t kPartNumberLength = 15;
inline constexpr std::uint16_t kDeviceStatus = 90;
inline constexpr std::uint16_t kEthernetUnits = 6730;
inline constexpr std::uint16_t kSerialUnits = 14080;
inline constexpr std::uint16_t kProfileState = 16568;

// Loop 1.
inline constexpr std::uint16_t kControlMode = 2730;
inline constexpr std::uint16_t kSetPointLow = 2774;
inline constexpr std::uint16_t kSetPointHigh = 2776;
inline constexpr std::uint16_t kSetPoint = 2782;
inline constexpr std::uint16_t kWorkingSetPoint = 2810;
inline constexpr std::uint16_t kActualMode = 2814;
inline constexpr std::uint16_t kProcessValue = 2820;

// Analogue input n, from 1. That its error stands two registers behind its value, and the next input 90 on,
// is made.
[[nodiscard]] constexpr std::uint16_t input_value(int n) {
  return static_cast<std::uint16_t>(27586 + 90 * (n - 1));
}
[[nodiscard]] constexpr std::uint16_t input_error(int n) {
  return static_cast<std::uint16_t>(input_value(n) + 2);
}

/// Of alarm n, from 1.
[[nodiscard]] constexpr std::uint16_t alarm_state(int n) {
  return static_cast<std::uint16_t>(1356 + 100 * (n - 1));
}

// Of the limit controller in slot n, from 1.
[[nodiscard]] constexpr std::uint16_t limit_state(int n) {
  return static_cast<std::uint16_t>(11250 + 60 * (n - 1));
}
[[nodiscard]] constexpr std::uint16_t limit_status(int n) {
  return static_cast<std::uint16_t>(11264 + 60 * (n - 1));
}
[[nodiscard]] constexpr std::uint16_t limit_error(int n) {
  return static_cast<std::uint16_t>(11288 + 60 * (n - 1));
}

/// Values of enumerations; a number means the same wherever it stands.
namespace code {
inline constexpr std::uint16_t kAlarmHigh = 7;  // made
inline constexpr std::uint16_t kAuto = 10;
inline constexpr std::uint16_t kBlocked = 12;
inline constexpr std::uint16_t kCelsius = 15;
inline constexpr std::uint16_t kError = 28;
inline constexpr std::uint16_t kFahrenheit = 30;
inline constexpr std::uint16_t kFail = 32;
inline constexpr std::uint16_t kManual = 54;
inline constexpr std::uint16_t kNone = 61;
inline constexpr std::uint16_t kOff = 62;
inline constexpr std::uint16_t kOpen = 65;
inline constexpr std::uint16_t kStartUp = 88;
inline constexpr std::uint16_t kShorted = 127;
inline constexpr std::uint16_t kOk = 138;
inline constexpr std::uint16_t kPaused = 146;
inline constexpr std::uint16_t kRunning = 149;
inline constexpr std::uint16_t kTimedStart = 1783;
}  // namespace code

/// What an input error means; nothing for 61, no error.
[[nodiscard]] std::optional<std::string_view> input_error_text(std::uint16_t error);

/// Whether a state of an alarm is one of those that are not active.
[[nodiscard]] constexpr bool alarm_is_quiet(std::uint16_t state) {
  return state == code::kStartUp || state == code::kNone || state == code::kBlocked;
}

}  // namespace meterbench::watlow_f4t
