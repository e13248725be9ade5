#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "drivers/far_end/usb_far_end.h"

// umockdev's, named here so that its headers stay in few files.
typedef struct _UMockdevTestbed UMockdevTestbed;      // NOLINT
typedef struct _UMockdevIoctlBase UMockdevIoctlBase;  // NOLINT

namespace meterbench::virtual_lab {

/// An emulated USB bus: what processes that carry umockdev's preload library see in /sys and /dev. There is
/// one in a process, made before anything there begins to use libusb.
class UsbBus {
 public:
  UsbBus();
  ~UsbBus();
  UsbBus(const UsbBus&) = delete;
  UsbBus& operator=(const UsbBus&) = delete;

  /// What a child process needs in its environment to see the bus.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> environment() const;

  /// A device on the bus, by what it says of itself.
  struct Place {
    std::string node;       ///< /dev/bus/usb/001/002
    std::string real_node;  ///< where that lies in truth: a named pipe, see UsbNode
    std::string sysfs;
  };
  /// `handler` answers the requests of all programs that open the device; `ready` is called before any learns
  /// of it. Throws std::runtime_error.
  Place add(const UsbDescription& device, UMockdevIoctlBase* handler,
            const std::function<void(const Place&)>& ready);
  void remove(const Place& place);

 private:
  UMockdevTestbed* testbed_;
  int last_number_ = 1;  // 1 is the root hub's
};

}  // namespace meterbench::virtual_lab
