// A link to a real USB device through libusb 1.0, with asynchronous transfers within the reactor.
#pragma once

#include <map>
#include <memory>

#include "drivers/link/libusb_session.h"
#include "drivers/link/usb_link.h"

namespace meterbench {

class LibusbLink final : public UsbLink {
 public:
  LibusbLink(Reactor& reactor, std::string device, UsbDeviceId id);
  ~LibusbLink() override;

  [[nodiscard]] bool is_open() const override { return session_ != nullptr; }
  /// Fault::disconnected when no such device is attached, Fault::refused when this program may not use it, or
  /// another does. Waits for the device's serial number, some milliseconds.
  [[nodiscard]] Result<void> open() override;
  void close() override;
  [[nodiscard]] const UsbDescription* description() const override;

  void start_control(std::string text, const UsbSetup& setup, Bytes data, Duration timeout,
                     Done<Bytes> done) override;
  void start_bulk_out(std::string text, std::uint8_t endpoint, Bytes data, Duration timeout,
                      Done<void> done) override;
  void start_bulk_in(std::string text, std::uint8_t endpoint, std::size_t most, Duration timeout,
                     Done<Bytes> done) override;
  /// They are told at once; what the bus still brings of them is dropped.
  void cancel_bulk_in(std::uint8_t endpoint) override;
  /// The system's call for this waits, some milliseconds.
  void start_clear_halt(std::string text, std::uint8_t endpoint, Duration timeout, Done<void> done) override;

 private:
  struct Pending {
    std::string text;
    std::uint8_t endpoint;
    std::size_t most;  // bytes that the caller has room for
    Instant begin;
    Reactor::TimerId timer;
    Done<Bytes> done;
  };

  /// Puts a transfer on the bus by `submit(session, serial)`.
  template <class Submit>
  void start(Pending pending, Duration timeout, Submit submit);
  void look_at_events(short ready);
  void land(LibusbSession::Landed landed);
  void finish(std::uint64_t serial, Result<Bytes> result);
  /// Closes the link; the transfer that failed is told first, then all others.
  void fail(std::uint64_t serial, Errc code, const std::string& detail);
  /// Closes; calling what comes back ends all that was pending as disconnected.
  [[nodiscard]] std::function<void()> shut(const std::string& why);
  [[nodiscard]] tl::unexpected<Fault> fault_of(const Pending& pending, Errc code, std::string detail) const;

  UsbDeviceId id_;
  std::shared_ptr<LibusbSession> session_;  // shared: a callback may close the link while its events are told
  std::vector<int> watched_;
  std::uint64_t serial_ = 0;
  std::map<std::uint64_t, Pending> pending_;  // by serial: the order of submission
};

}  // namespace meterbench
