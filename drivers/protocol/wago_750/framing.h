// Where what lies in a WAGO coupler of the class 750-352 on Modbus TCP: instruments.md 9.1. A PFC200 has its
// watchdog elsewhere.
#pragma once

#include <cstdint>

namespace meterbench::wago_750 {

// Bits.
inline constexpr std::uint16_t kInputs = 0x0000;    ///< read
inline constexpr std::uint16_t kOutputs = 0x0000;   ///< write
inline constexpr std::uint16_t kReadBack = 0x0200;  ///< of the outputs

// Registers of the watchdog.
inline constexpr std::uint16_t kTime = 0x1000;          ///< in units of kTimeUnitMs, not while it runs
inline constexpr std::uint16_t kMask = 0x1001;          ///< functions 1 to 16 that trigger, not while it runs
inline constexpr std::uint16_t kMaskBeyond = 0x1002;    ///< functions 17 to 32
inline constexpr std::uint16_t kTrigger = 0x1003;       ///< each change triggers; other than 0 starts
inline constexpr std::uint16_t kShortestTime = 0x1004;  ///< that was left at a trigger
inline constexpr std::uint16_t kState = 0x1006;
inline constexpr std::uint16_t kRestart = 0x1007;     ///< by 1
inline constexpr std::uint16_t kSimpleStop = 0x1008;  ///< by kStopCode
inline constexpr std::uint16_t kStopCode = 0xAA55;
inline constexpr std::uint16_t kOtherStopCode = 0x55AA;
/// `knowledge`
inline constexpr int kTimeUnitMs = 100;

/// Of kState.
enum class Watchdog : std::uint16_t { inactive = 0, active = 1, expired = 2 };

// Others.
inline constexpr std::uint16_t kOutputBits = 0x1024;  ///< how many digital outputs there are
inline constexpr std::uint16_t kInputBits = 0x1025;
inline constexpr std::uint16_t kIdleTimeMs =
    0x1030;                                       ///< 0: never; when it is over the outputs keep their state
inline constexpr std::uint16_t kSeries = 0x2011;  ///< 750
inline constexpr std::uint16_t kItem = 0x2012;    ///< 352

}  // namespace meterbench::wago_750
