#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "bench/station/pulse_counter.h"
#include "drivers/link/usb_link.h"
#include "drivers/mcc_usb_ctr08/requests.h"
#include "drivers/mcc_usb_ctr08/scan_decoder.h"

namespace meterbench::mcc_usb_ctr08 {

/// What every USB-CTR08 can do with this driver.
[[nodiscard]] CounterCapabilities capabilities();

/// A Measurement Computing USB-CTR08 with a paced scan of 1 kHz. What is known of it stands in quirks.md.
///
/// Opens its link whenever it is needed. Samples are believed once a status read after them is clean: edges
/// come 30 to 160 ms late, and none from samples beside which the device lost others.
class UsbCtr08 final : public PulseCounter {
 public:
  /// `made`: longer than a comparator bounces, far shorter than an LED is dark between two pulses.
  static constexpr Duration kLedDebounce = std::chrono::nanoseconds{127'500};

  /// The link must outlive the driver, which closes it. An edge of an LED counts when its input was low for
  /// `led_debounce` at least, which the device rounds up; throws std::invalid_argument beyond 25.5 ms.
  explicit UsbCtr08(UsbLink& link, Duration led_debounce = kLedDebounce)
      : link_{link}, led_debounce_{debounce_setting(led_debounce)} {}
  ~UsbCtr08() override;

  [[nodiscard]] CounterCapabilities capabilities() const override { return mcc_usb_ctr08::capabilities(); }
  /// Refused when the device's FPGA is not configured, so that this is found before a load.
  void start_identify(Done<std::string> done) override;
  /// Refused while a scan is open, and when the device's FPGA is not configured.
  void start_scan(const Inputs& inputs, OnEdge on_edge, OnFault on_fault, Done<void> done) override;
  void start_stop(Done<void> done) override;

 private:
  /// One scan from the first request to its end.
  struct Scan {
    std::size_t leds = 0;
    OnEdge on_edge;
    OnFault on_fault;
    std::size_t packet_bytes = 0;         // of each transfer
    std::optional<ScanDecoder> decoder;   // once it runs
    std::deque<Bytes> unconfirmed;        // samples that no clean status has followed yet
    bool asking_status = false;           // or about to
    std::optional<Instant> asked_status;  // when last
    bool zero_length_may_follow = false;
  };

  void control(const Request& request, Done<Bytes> done);
  /// One after the other until one fails or `wanted` says no more.
  void control_all(std::shared_ptr<const Requests> requests, std::size_t next, std::function<bool()> wanted,
                   Done<void> done);
  void read_status(Done<unsigned> done);
  /// The fault of a device without its FPGA.
  [[nodiscard]] Fault no_fpga(std::string command) const;
  [[nodiscard]] Fault scan_fault(Errc code, std::string detail) const;
  /// Whether the scan that a callback belongs to is still the one that is open.
  [[nodiscard]] bool is_current(const std::weak_ptr<Scan>& scan) const;

  void run();
  void ask_for_samples();
  void take_samples(Bytes samples);
  void confirm_samples();
  void ask_status();
  void report_edges(std::size_t transfers);
  void end_scan(Fault fault);

  UsbLink& link_;
  std::uint16_t led_debounce_;
  std::shared_ptr<Scan> scan_;  // shared so that late callbacks can tell whether theirs is over
  bool stopping_ = false;
};

}  // namespace meterbench::mcc_usb_ctr08
