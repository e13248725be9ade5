#pragma once

#include <cstdint>
#include <optional>

#include "drivers/far_end/usb_far_end.h"
#include "drivers/virtual_lab/host/lab_clock.h"
#include "drivers/virtual_lab/host/usb_node.h"

namespace meterbench::virtual_lab {

/// A far end plugged into the emulated bus, where unmodified programs find and use it as through the kernel's
/// usbfs: asynchronous transfers that wait, can be cancelled and stall; a claim that keeps others out.
///
/// Programs are heard on umockdev's thread, which never waits; the far end is called on the reactor's alone.
/// As with usbfs the device node becomes writable to poll(2) once a transfer can be reaped: it is a named
/// pipe that is kept full until then.
class UsbHost {
 public:
  /// Plugs it in.
  UsbHost(UsbBus& bus, LabClock& clock, UsbFarEnd& far_end);
  /// Unplugs it.
  ~UsbHost();
  UsbHost(const UsbHost&) = delete;
  UsbHost& operator=(const UsbHost&) = delete;

  /// For good. Transfers under way end as of a device that is gone.
  void unplug();
  /// Packets of no bytes that programs have sent to end a transfer.
  [[nodiscard]] std::uint64_t zero_length_packets() const { return zero_length_packets_; }

 private:
  void serve();
  void carry_out(UsbJob& job);
  void ask_for_data();
  [[nodiscard]] bool ends_with_zero_length_packet(const UsbJob& job) const;

  LabClock& clock_;
  UsbFarEnd& far_end_;
  UsbNode node_;
  std::optional<LabClock::Timer> event_;
  bool open_ = false;
  bool plugged_ = true;
  std::uint64_t zero_length_packets_ = 0;
};

}  // namespace meterbench::virtual_lab
