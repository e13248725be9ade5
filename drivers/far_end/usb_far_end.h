// What stands at the far end of a USB link: the device's side of control and bulk transfers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/core/bytes.h"
#include "bench/core/time.h"

namespace meterbench {

/// A control transfer's set-up stage (USB 2.0, 9.3).
struct UsbSetup {
  std::uint8_t request_type = 0;  ///< bit 7: device to host
  std::uint8_t request = 0;
  std::uint16_t value = 0;
  std::uint16_t index = 0;
  std::uint16_t length = 0;
  [[nodiscard]] bool device_to_host() const { return (request_type & 0x80U) != 0; }
};

/// What a device says of itself when it is plugged in (USB 2.0, 9.6): one configuration, one interface.
struct UsbDescription {
  struct Endpoint {
    enum class Kind { bulk, interrupt };
    std::uint8_t address = 0;  ///< bit 7: device to host
    Kind kind = Kind::bulk;
    std::uint16_t most_packet = 512;  ///< bytes in one packet
  };
  std::uint16_t vendor = 0;
  std::uint16_t product = 0;
  std::string manufacturer;
  std::string name;
  std::string serial;
  std::uint8_t interface_class = 0xFF;  ///< vendor specific
  std::uint8_t interface_subclass = 0;
  std::uint8_t interface_protocol = 0;
  std::vector<Endpoint> endpoints;
};

/// One thread, `now` never goes back.
class UsbFarEnd {
 public:
  virtual ~UsbFarEnd() = default;
  [[nodiscard]] virtual const UsbDescription& description() const = 0;
  virtual void opened(Instant now) = 0;
  /// `data`: the data stage of a host-to-device request. Answers the data stage of the other direction
  /// (empty for host-to-device), or nothing: the endpoint stalls.
  [[nodiscard]] virtual std::optional<Bytes> control(Instant now, const UsbSetup& setup, ByteView data) = 0;
  /// One whole transfer. False: the endpoint stalls.
  [[nodiscard]] virtual bool bulk_out(Instant now, std::uint8_t endpoint, ByteView data) = 0;
  /// One whole transfer of at most `most` bytes from a bulk or interrupt endpoint (shorter: it ended with a
  /// short packet), or nothing yet; the host asks again at next_event() while a transfer is pending.
  [[nodiscard]] virtual std::optional<Bytes> bulk_in(Instant now, std::uint8_t endpoint,
                                                     std::size_t most) = 0;
  /// Whether `endpoint` is halted: transfers on it stall until the halt is cleared.
  [[nodiscard]] virtual bool halted(std::uint8_t /*endpoint*/) const { return false; }
  /// When a pending bulk_in() may have its data; nothing: only after another transfer.
  [[nodiscard]] virtual std::optional<Instant> next_event() const = 0;
  /// CLEAR_FEATURE(ENDPOINT_HALT); a host does not pass it on as a control transfer.
  virtual void clear_halt(Instant /*now*/, std::uint8_t /*endpoint*/) {}
  virtual void closed(Instant now) = 0;
  /// For good; asked after each call. Its transfers end, the one that was served too, and no link finds it
  /// again.
  [[nodiscard]] virtual bool unplugged() const { return false; }
};

}  // namespace meterbench
