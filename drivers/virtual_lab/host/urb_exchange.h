#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "drivers/far_end/usb_far_end.h"

namespace meterbench::virtual_lab {

/// Something that a program asks of a device, most often a URB (USB request block).
struct UsbJob {
  enum class Kind { opened, closed, clear_halt, control, out, in };
  Kind kind{};
  const void* program = nullptr;  ///< whose; an opened device node, to be exact
  std::uint64_t address = 0;      ///< of the URB in the program's memory, which names it
  UsbSetup setup{};
  std::uint8_t endpoint = 0;
  Bytes data;                                    ///< host to device; once done, the other way
  bool may_end_with_zero_length_packet = false;  ///< where its length is a multiple of the packet size
  std::size_t most = 0;                          ///< length of the URB's buffer
  std::shared_ptr<void> memory;                  ///< the program's, for whoever answers it
  int status = 0;                                ///< once done: 0 or a negative errno, as the kernel has it
};

/// Carries jobs from the thread that hears programs to the one that serves the device, and back. The members
/// of each side may be called on that side's thread alone.
class UrbExchange {
 public:
  /// `wake_device`: there is something new to do. `tell_programs`: whether something is there to reap. Both
  /// are called with the exchange locked, on either thread.
  UrbExchange(std::function<void()> wake_device, std::function<void(bool)> tell_programs);

  // The programs' side.
  void submit(UsbJob job);
  /// What needs no device to be done.
  void answer(UsbJob job);
  /// The oldest done job of `program`.
  [[nodiscard]] std::optional<UsbJob> reap(const void* program);
  /// Ends a job as cancelled unless it is done. False when there is none.
  bool discard(const void* program, std::uint64_t address);
  /// The program is gone.
  void forget(const void* program);
  [[nodiscard]] bool unplugged() const;

  // The device's side.
  /// The oldest job that was not looked at before; the device holds it until finish() or leave().
  [[nodiscard]] UsbJob* take_new();
  /// The oldest job left waiting at an endpoint that is not in `except`, to hold likewise.
  [[nodiscard]] UsbJob* take_waiting(const std::set<std::uint8_t>& except);
  void finish(UsbJob* job, int status, Bytes data = {});
  /// Lets it wait on.
  void leave(UsbJob* job);
  /// All that is under way ends as the kernel ends it; later requests find no device.
  void unplug();

 private:
  struct Entry {
    UsbJob job;
    bool seen = false;       ///< the device has looked at it once
    bool held = false;       ///< by the device
    bool discarded = false;  ///< while held
    bool orphaned = false;   ///< its program has gone while it was held
  };
  using Entries = std::list<Entry>;
  [[nodiscard]] Entries::iterator entry_of(const UsbJob* job);
  void move_to_done(Entries::iterator entry, int status);
  void tell();

  std::function<void()> wake_device_;
  std::function<void(bool)> tell_programs_;
  mutable std::mutex mutex_;
  Entries open_;
  std::list<UsbJob> done_;
  bool unplugged_ = false;
};

}  // namespace meterbench::virtual_lab
