// C12.18 packets as optical-port.md 1.2 and 1.3 have them, for the tests of both sides of an optical port.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>
#include <vector>

namespace meterbench::golden {

/// `EE 00 20`; anything but hexadecimal digits separates.
[[nodiscard]] inline std::vector<std::uint8_t> from_hex(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  while (true) {
    const std::size_t begin = text.find_first_of("0123456789ABCDEF");
    if (begin == std::string_view::npos) return bytes;
    std::uint8_t byte = 0;
    std::from_chars(text.data() + begin, text.data() + begin + 2, byte, 16);
    bytes.push_back(byte);
    text.remove_prefix(begin + 2);
  }
}

namespace packets {
using Hex = std::string_view;

inline constexpr Hex kAck = "06", kNak = "15";
inline constexpr Hex kIdentify = "EE 00 00 00 00 01 20 13 10", kIdentify1 = "EE 00 20 00 00 01 20 82 70";
inline constexpr Hex kIdentified = "EE 00 00 00 00 05 00 00 01 00 00 C6 B5";
inline constexpr Hex kIdentified2 = "EE 00 00 00 00 05 00 00 02 00 00 A2 5A";
inline constexpr Hex kOk = "EE 00 00 00 00 01 00 11 31", kOk1 = "EE 00 20 00 00 01 00 80 51";
inline constexpr Hex kErr = "EE 00 00 00 00 01 01 98 20", kSns = "EE 00 00 00 00 01 02 03 12",
                     kIsc = "EE 00 00 00 00 01 03 8A 03", kOnp = "EE 00 00 00 00 01 04 35 77",
                     kBsy = "EE 00 00 00 00 01 06 27 54", kIsss = "EE 00 00 00 00 01 0A 4B 9E";
inline constexpr Hex kNegotiate64 = "EE 00 20 00 00 05 61 00 40 01 06 4C C8";
inline constexpr Hex kNegotiated64 = "EE 00 20 00 00 05 00 00 40 01 06 BB 62";
inline constexpr Hex kNegotiate512 = "EE 00 20 00 00 05 61 02 00 02 06 24 DD";
inline constexpr Hex kNegotiateWithoutBaud = "EE 00 00 00 00 04 60 00 80 04 A7 C3";
inline constexpr Hex kLogOn = "EE 00 00 00 00 0D 50 00 02 42 45 4E 43 48 20 20 20 20 20 EF D2";
inline constexpr Hex kSecurityReader =
    "EE 00 20 00 00 15 51 52 45 41 44 45 52 00 00 00 00 00 00 00 00 00 00 00 00 00 00 A9 19";
inline constexpr Hex kSecurityShopNul =
    "EE 00 20 00 00 15 51 53 48 4F 50 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 2C 9E";
inline constexpr Hex kSecurityShopSpaces =
    "EE 00 20 00 00 15 51 53 48 4F 50 20 20 20 20 20 20 20 20 20 20 20 20 20 20 20 20 86 A4";
inline constexpr Hex kReadSt01 = "EE 00 00 00 00 03 30 00 01 55 0D";
inline constexpr Hex kSt01 =
    "EE 00 00 00 00 24 00 00 20 54 45 53 54 56 4D 45 54 45 52 31 20 01 00 05 22 30 30 30 30 30 30 30 30 31 "
    "32 33 "
    "34 35 36 37 38 50 A6 90";
inline constexpr Hex kSt01Part1 =
    "EE 00 C0 01 00 18 00 00 20 54 45 53 54 56 4D 45 54 45 52 31 20 01 00 05 22 30 30 30 30 30 9C CC";
inline constexpr Hex kSt01Part2 = "EE 00 A0 00 00 0C 30 30 30 31 32 33 34 35 36 37 38 50 AB 24";
inline constexpr Hex kReadSt01Slice = "EE 00 00 00 00 08 3F 00 01 00 00 04 00 08 98 E0";
inline constexpr Hex kSt01Slice = "EE 00 00 00 00 0C 00 00 08 56 4D 45 54 45 52 31 20 DC 82 C3";
inline constexpr Hex kReadSt64Slice = "EE 00 00 00 00 08 3F 00 40 00 00 1A 00 1A 7F 40";
inline constexpr Hex kIndexReadSt23 = "EE 00 00 00 00 09 32 00 17 00 01 00 00 00 01 49 82";
inline constexpr Hex kWriteSt05 =
    "EE 00 20 00 00 1A 40 00 05 00 14 55 4E 49 54 2D 30 30 30 32 20 20 20 20 20 20 20 20 20 20 20 71 6A 6D";
inline constexpr Hex kOffsetWriteSt05 = "EE 00 00 00 00 0A 4F 00 05 00 00 08 00 01 33 CD B9 C7";
inline constexpr Hex kReadMt13 = "EE 00 00 00 00 03 30 08 0D F9 09";
inline constexpr Hex kWait30 = "EE 00 00 00 00 02 70 1E 1E 17";
inline constexpr Hex kReadSt03 = "EE 00 00 00 00 03 30 00 03 47 2E";
inline constexpr Hex kSt03 = "EE 00 00 00 00 09 00 00 05 01 00 00 00 00 FF F2 82";
inline constexpr Hex kReadSt23 = "EE 00 20 00 00 03 30 00 17 61 1B";
inline constexpr Hex kSt23 =
    "EE 00 20 00 00 26 00 00 22 03 00 00 00 00 EA 29 3A 41 00 00 00 00 00 40 5F 40 18 06 0E 11 1E 00 00 00 "
    "00 40 "
    "C7 D7 40 C9 14 00 00 3A 04 2C";
inline constexpr Hex kReadSt42 = "EE 00 00 00 00 03 30 00 2A 84 92";
inline constexpr Hex kColdStart = "EE 00 20 00 00 09 40 00 07 00 03 00 00 11 EF A5 63";
inline constexpr Hex kReadSt08 = "EE 00 00 00 00 03 30 00 08 94 90";
inline constexpr Hex kSt08 = "EE 00 00 00 00 08 00 00 04 00 00 11 05 EA A9 AE";
// Ours, by the same rules: procedure 2048 of the manufacturer with the sequence number 1 and the parameter 5;
// done.
inline constexpr Hex kSignalFive = "EE 00 20 00 00 0A 40 00 07 00 04 00 08 01 05 F2 E7 40";
inline constexpr Hex kSignalDone = "EE 00 00 00 00 08 00 00 04 00 08 01 00 F7 38 7B";
// Procedures by writes of ST-07 (optical-port.md 6.6).
inline constexpr Hex kColdStart5 = "EE 00 20 00 00 09 40 00 07 00 03 00 00 05 FB F1 C7",
                     kDemandReset6 = "EE 00 00 00 00 0A 40 00 07 00 04 09 00 06 01 F0 93 99",
                     kTestMode7 = "EE 00 20 00 00 0A 40 00 07 00 04 06 00 07 02 F1 ED 37",
                     kSetClock8 =
                         "EE 00 00 00 00 11 40 00 07 00 0B 0A 00 08 07 18 06 0F 0D 2D 1E 6E F4 A1 19";
inline constexpr Hex kLogOff = "EE 00 20 00 00 01 52 17 20", kTerminate = "EE 00 00 00 00 01 21 9A 01";
}  // namespace packets

}  // namespace meterbench::golden
