// Links through memory to a far end in the same process, in simulated time, with the wire's time charged.
#pragma once

#include <map>
#include <vector>

#include "bench/core/simulated_reactor.h"
#include "drivers/far_end/far_end.h"
#include "drivers/far_end/usb_far_end.h"
#include "drivers/link/byte_link.h"
#include "drivers/link/usb_link.h"

namespace meterbench {

/// What a wire costs: n bytes take latency + n × bits_per_byte / baud; without baud the latency alone.
struct WireTime {
  Duration latency{};
  double baud = 0;
  double bits_per_byte = 10;  ///< start, 8 data, one stop

  [[nodiscard]] Duration of(std::size_t bytes) const;
  [[nodiscard]] static WireTime serial(double baud, int stop_bits) { return {{}, baud, 9.0 + stop_bits}; }
  /// A socket on the same network: 0.2 ms either way.
  [[nodiscard]] static WireTime network() { return {std::chrono::microseconds{200}, 0, 0}; }
  /// A full-speed or high-speed USB transfer: one frame of 1 ms.
  [[nodiscard]] static WireTime usb() { return {std::chrono::milliseconds{1}, 0, 0}; }
};

class MemoryLink final : public ByteLink {
 public:
  /// `far_end` must outlive the link.
  MemoryLink(SimulatedReactor& reactor, std::string device, FarEnd& far_end, WireTime wire);
  ~MemoryLink() override;

 private:
  Result<void> do_open() override;
  void do_close() override;
  void do_write(ByteView bytes, std::function<void()> sent) override;
  void carry(Bytes reply);
  void ask_for_next_event();
  [[nodiscard]] Reactor::Action guarded(std::function<void()> action);

  SimulatedReactor& simulated_;
  FarEnd& far_end_;
  WireTime wire_;
  std::size_t number_;
  Instant inbound_free_{};  // when the last byte on its way to us will have arrived
  std::optional<Reactor::TimerId> event_;
  std::shared_ptr<bool> session_;  // false once this opening of the link is over
};

class MemoryUsbLink final : public UsbLink {
 public:
  MemoryUsbLink(SimulatedReactor& reactor, std::string device, UsbFarEnd& far_end,
                WireTime wire = WireTime::usb());
  ~MemoryUsbLink() override;

  [[nodiscard]] bool is_open() const override { return open_; }
  [[nodiscard]] Result<void> open() override;
  void close() override;
  [[nodiscard]] const UsbDescription* description() const override { return &far_end_.description(); }
  void start_control(std::string text, const UsbSetup& setup, Bytes data, Duration timeout,
                     Done<Bytes> done) override;
  void start_bulk_out(std::string text, std::uint8_t endpoint, Bytes data, Duration timeout,
                      Done<void> done) override;
  void start_bulk_in(std::string text, std::uint8_t endpoint, std::size_t most, Duration timeout,
                     Done<Bytes> done) override;
  void cancel_bulk_in(std::uint8_t endpoint) override;
  void start_clear_halt(std::string text, std::uint8_t endpoint, Duration timeout, Done<void> done) override;

 private:
  struct Transfer {
    std::string text;
    std::size_t most = 0;
    Instant begin{};
    Done<Bytes> done;
    Reactor::TimerId timer{};
    bool completing = false;  // its data are on the wire
  };
  /// Something that the device carries out at once when it arrives, `bytes` long on the wire.
  template <class T, class Act>
  void carry(std::string text, std::size_t bytes, Done<T> done, Act act);
  /// Closes; calling what comes back ends all that was pending.
  [[nodiscard]] std::function<void()> shut(const std::string& why);
  void poll_bulk();
  void end_bulk(std::uint64_t serial, Result<Bytes> result);

  SimulatedReactor& simulated_;
  UsbFarEnd& far_end_;
  WireTime wire_;
  std::size_t number_;
  bool open_ = false;
  std::uint64_t serial_ = 0;
  std::map<std::uint64_t, std::pair<std::uint8_t, Transfer>> bulk_;  // by serial: the order of submission
  std::map<std::uint64_t, std::function<void()>> underway_;  // by serial: how to tell them that it is over
  std::optional<Reactor::TimerId> event_;
  std::shared_ptr<bool> session_;
};

}  // namespace meterbench
