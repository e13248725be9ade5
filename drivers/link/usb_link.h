// A link to one USB device: control and bulk transfers, one on the wire at a time for each endpoint.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "bench/core/bytes.h"
#include "bench/core/reactor.h"
#include "drivers/far_end/usb_far_end.h"

namespace meterbench {

/// Not thread-safe: the bench thread alone. A time-out or loss closes the link: the transfer that failed is
/// told first, then all others that are pending end as disconnected. A stall is `refused` and leaves the link
/// open. `most` is a multiple of the endpoint's packet size: a real host reports an overflow otherwise.
class UsbLink {
 public:
  UsbLink(Reactor& reactor, std::string device) : reactor_{reactor}, device_{std::move(device)} {}
  virtual ~UsbLink() = default;
  UsbLink(const UsbLink&) = delete;
  UsbLink& operator=(const UsbLink&) = delete;

  [[nodiscard]] const std::string& device() const { return device_; }
  [[nodiscard]] Reactor& reactor() const { return reactor_; }
  [[nodiscard]] virtual bool is_open() const = 0;
  [[nodiscard]] virtual Result<void> open() = 0;
  virtual void close() = 0;
  /// What the device has said of itself, for drivers that look for their endpoints in it; only while the link
  /// is open. Null: this transport does not tell.
  [[nodiscard]] virtual const UsbDescription* description() const { return nullptr; }

  /// `text` names the request for people. Done with the data stage (device to host) or nothing.
  virtual void start_control(std::string text, const UsbSetup& setup, Bytes data, Duration timeout,
                             Done<Bytes> done) = 0;
  /// Sends one whole transfer; a packet of no bytes ends it where its length is a multiple of the packet
  /// size.
  virtual void start_bulk_out(std::string text, std::uint8_t endpoint, Bytes data, Duration timeout,
                              Done<void> done) = 0;
  /// From a bulk or interrupt endpoint. Done with one whole transfer of at most `most` bytes. A pending one
  /// ends as `disconnected` on close() and as `stopped` on cancel_bulk_in().
  virtual void start_bulk_in(std::string text, std::uint8_t endpoint, std::size_t most, Duration timeout,
                             Done<Bytes> done) = 0;
  virtual void cancel_bulk_in(std::uint8_t endpoint) = 0;
  /// Ends a stall of `endpoint` and puts its data toggle back (USB 2.0, 9.4.5).
  virtual void start_clear_halt(std::string text, std::uint8_t endpoint, Duration timeout,
                                Done<void> done) = 0;

 private:
  Reactor& reactor_;
  std::string device_;
};

}  // namespace meterbench
