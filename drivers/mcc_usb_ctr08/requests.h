// The control requests of a USB-CTR08 that a scan takes (instruments.md 5.2), as bytes.
#pragma once

#include <string>
#include <vector>

#include "bench/station/pulse_counter.h"
#include "drivers/link/usb_link.h"

namespace meterbench::mcc_usb_ctr08 {

struct Request {
  std::string text;  ///< for people
  UsbSetup setup;
  Bytes data;
};
using Requests = std::vector<Request>;

inline constexpr int kInputs = 8;
inline constexpr std::uint8_t kBulkIn = 0x86;  ///< endpoint 6, device to host: the samples
/// The device sends its samples in packets of at most so many.
inline constexpr std::size_t kMostPacketSamples = 256;

// Bits of the status.
inline constexpr unsigned kPacerRunning = 1U << 1U;
inline constexpr unsigned kOverrun = 1U << 2U;
inline constexpr unsigned kFpgaConfigured = 1U << 8U;

/// The setting whose time is the least that is not below `time`, which the input must have been low for. The
/// edge itself counts at once, so that it is not delayed; a zero time is none. Throws std::invalid_argument
/// beyond 25.5 ms.
[[nodiscard]] std::uint16_t debounce_setting(Duration time);

[[nodiscard]] Request serial_number_request();
/// Answer: 16 bits, little-endian.
[[nodiscard]] Request status_request();
[[nodiscard]] Request stop_request();

struct ScanSettings {
  Duration period{};
  std::size_t packet_samples = 0;  ///< in one packet, at most kMostPacketSamples
  std::uint16_t led_debounce = 0;
};
/// Whatever ran before is stopped and cleared, each input counts rising edges from 0, and a scan without end
/// runs: the two low banks of the reference, then the lowest of each LED.
[[nodiscard]] Requests opening_requests(const PulseCounter::Inputs& inputs, const ScanSettings& settings);
[[nodiscard]] Requests closing_requests();

}  // namespace meterbench::mcc_usb_ctr08
