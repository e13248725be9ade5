#pragma once

#include <memory>

#include "drivers/virtual_lab/host/urb_exchange.h"
#include "drivers/virtual_lab/host/usb_bus.h"

namespace meterbench::virtual_lab {

/// A device's node on the emulated bus, the programs' side of it: answers the requests of usbfs
/// (linux/usbdevice_fs.h) as the kernel does, on umockdev's thread, and never waits.
class UsbNode {
 public:
  /// Plugs in.
  UsbNode(UsbBus& bus, const UsbDescription& device);
  /// Unplugs.
  ~UsbNode();
  UsbNode(const UsbNode&) = delete;
  UsbNode& operator=(const UsbNode&) = delete;

  void unplug();
  /// The device's side may use its members.
  [[nodiscard]] UrbExchange& exchange();
  /// Readable when there is something new for the device.
  [[nodiscard]] int wake_descriptor() const;
  void clear_wake();

 private:
  class Requests;

  UsbBus& bus_;
  std::shared_ptr<Requests> requests_;  // shared with umockdev's thread
  UMockdevIoctlBase* handler_;
  UsbBus::Place place_;
  bool plugged_ = true;
};

}  // namespace meterbench::virtual_lab
