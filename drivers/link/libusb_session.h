#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/core/fault.h"
#include "drivers/far_end/usb_far_end.h"

// libusb's, named here so that its header stays in one file.
struct libusb_context;
struct libusb_device;
struct libusb_device_handle;
struct libusb_transfer;

namespace meterbench {

/// Which device; several of one model are told apart by their serial number.
struct UsbDeviceId {
  std::uint16_t vendor = 0;
  std::uint16_t product = 0;
  std::string serial{};  ///< empty: whichever has these ids
  /// `0957:1907 with serial number MY5001`
  [[nodiscard]] std::string text() const;
};

/// One opening of a USB device by libusb: its interface claimed, its transfers under way. The interface is
/// the USBTMC one (class FE, subclass 3), where the device has one, else the first. Nothing here waits but
/// open(), clear_halt() and end(), for milliseconds.
class LibusbSession {
 public:
  /// Fault::disconnected when no such device is attached, Fault::refused when this program may not use it, or
  /// another does.
  [[nodiscard]] static Result<std::unique_ptr<LibusbSession>> open(const std::string& device,
                                                                   const UsbDeviceId& id);
  ~LibusbSession();
  LibusbSession(const LibusbSession&) = delete;
  LibusbSession& operator=(const LibusbSession&) = delete;

  [[nodiscard]] const UsbDescription& description() const { return description_; }
  /// Null when there is none of that address.
  [[nodiscard]] const UsbDescription::Endpoint* endpoint(std::uint8_t address) const;

  /// To look at with poll(2); events() when one of them is ready.
  struct Watched {
    int descriptor;
    short events;
  };
  [[nodiscard]] std::vector<Watched> watched() const;

  // Each names its transfer by a serial number; false when the device is gone. There is no time limit.
  [[nodiscard]] bool submit_control(std::uint64_t serial, const UsbSetup& setup, ByteView data);
  [[nodiscard]] bool submit_out(std::uint64_t serial, const UsbDescription::Endpoint& endpoint, Bytes data);
  [[nodiscard]] bool submit_in(std::uint64_t serial, const UsbDescription::Endpoint& endpoint,
                               std::size_t most);
  void cancel(std::uint64_t serial);
  [[nodiscard]] tl::expected<void, std::string> clear_halt(std::uint8_t endpoint);

  /// A transfer that has ended.
  struct Landed {
    std::uint64_t serial;
    enum class As { done, stalled, cancelled, device_gone, overflow, bus_error } as;
    Bytes data;  ///< device to host
  };
  /// What has ended since the last call, in order.
  [[nodiscard]] std::vector<Landed> events();
  /// The system has told that the device was unplugged.
  [[nodiscard]] bool unplugged() const { return unplugged_; }

  /// Cancels all transfers, waits until the system has given each back, and closes. Harmless when done.
  void end();

 private:
  struct Flight;

  LibusbSession() = default;
  [[nodiscard]] Result<void> find(const std::string& device, const UsbDeviceId& id);
  [[nodiscard]] Result<void> claim(const std::string& device);
  void notice_unplugging();
  [[nodiscard]] Flight& new_flight(std::uint64_t serial, Bytes buffer);
  [[nodiscard]] bool submit(Flight& flight);
  void handle_events(long microseconds);

  libusb_context* context_ = nullptr;
  libusb_device_handle* handle_ = nullptr;
  int interface_ = 0;
  UsbDescription description_;
  bool unplugged_ = false;
  std::list<Flight> flights_;  // the kernel writes into their buffers until they have landed
  std::vector<Landed> landed_;
};

}  // namespace meterbench
