#include "drivers/mcc_usb_ctr08/driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace meterbench::mcc_usb_ctr08 {
namespace {

constexpr std::size_t kUsbPacket = 512;  ///< bulk packet of a high-speed device (USB 2.0, 5.8.3)
constexpr Duration kScanPeriod = std::chrono::milliseconds{1};
constexpr std::size_t kScansPerTransfer = 50;  ///< or as many as fit into a packet
constexpr std::size_t kPendingTransfers = 4;
/// From one status to the next, which confirms all that came meanwhile: a bench may have many such devices.
constexpr Duration kStatusPeriod = std::chrono::milliseconds{100};
constexpr Duration kControlPatience = std::chrono::seconds{2};
constexpr Duration kBulkPatience = std::chrono::seconds{2};
/// `made`: above what a reference gives and far above any LED; see quirks.md.
constexpr Frequency kMaximumRate{5e6};

constexpr std::string_view kFpgaRemedy =
    "the FPGA is not configured, as after each power-up: load the maker's bitstream with the maker's program";

/// What is wrong with the inputs, if anything.
std::optional<std::string> mistake_of(const PulseCounter::Inputs& inputs) {
  if (inputs.leds.empty()) return "no LED input";
  std::set<int> used{inputs.reference};
  for (const int led : inputs.leds)
    if (!used.insert(led).second) return fmt::format("input {} is used twice", led);
  for (const int input : used)
    if (input < 0 || input >= kInputs)
      return fmt::format("input {} is not one of 0 to {}", input, kInputs - 1);
  return std::nullopt;
}

}  // namespace

CounterCapabilities capabilities() {
  return {.methods = {CountingMethod::scanned},
          .inputs = kInputs,
          .scan_period = kScanPeriod,
          .maximum_rate = kMaximumRate};
}

UsbCtr08::~UsbCtr08() {
  scan_.reset();
  link_.close();
}

void UsbCtr08::control(const Request& request, Done<Bytes> done) {
  if (auto opened = link_.open(); !opened) return done(tl::unexpected<Fault>{std::move(opened).error()});
  const std::size_t expected = request.setup.device_to_host() ? request.setup.length : 0;
  link_.start_control(request.text, request.setup, request.data, kControlPatience,
                      [this, text = request.text, expected, done = std::move(done)](Result<Bytes> answer) {
                        if (answer && answer->size() != expected)
                          return done(fault(Errc::garbled, link_.device(), text,
                                            fmt::format("{} bytes, not {}", answer->size(), expected)));
                        done(std::move(answer));
                      });
}

void UsbCtr08::control_all(std::shared_ptr<const Requests> requests, std::size_t next,
                           std::function<bool()> wanted, Done<void> done) {
  if (!wanted()) return done(tl::unexpected{scan_fault(Errc::stopped, "the scan was stopped")});
  if (next == requests->size()) return done({});
  const Request& request = (*requests)[next];
  control(request, [this, requests = std::move(requests), next, wanted = std::move(wanted),
                    done = std::move(done)](Result<Bytes> answer) {
    if (!answer) return done(tl::unexpected<Fault>{std::move(answer).error()});
    control_all(requests, next + 1, wanted, done);
  });
}

void UsbCtr08::read_status(Done<unsigned> done) {
  control(status_request(), [done = std::move(done)](Result<Bytes> status) {
    done(std::move(status).map([](const Bytes& word) -> unsigned { return word[0] | (word[1] << 8U); }));
  });
}

Fault UsbCtr08::no_fpga(std::string command) const {
  return {Errc::refused, link_.device(), std::move(command), std::string{kFpgaRemedy}, {}};
}

Fault UsbCtr08::scan_fault(Errc code, std::string detail) const {
  return {code, link_.device(), "scan", std::move(detail), {}};
}

bool UsbCtr08::is_current(const std::weak_ptr<Scan>& scan) const { return scan_ && scan.lock() == scan_; }

void UsbCtr08::start_identify(Done<std::string> done) {
  control(serial_number_request(), [this, done = std::move(done)](Result<Bytes> serial) {
    if (!serial) return done(tl::unexpected<Fault>{std::move(serial).error()});
    const auto printable = [](std::uint8_t c) { return c > 0x20 && c < 0x7F; };
    if (!std::ranges::all_of(*serial, printable))
      return done(fault(Errc::garbled, link_.device(), "serial number", hex_text(*serial)));
    read_status([this, serial = to_string(*serial), done](Result<unsigned> status) {
      if (!status) return done(tl::unexpected<Fault>{std::move(status).error()});
      if ((*status & kFpgaConfigured) == 0) return done(tl::unexpected{no_fpga("identify")});
      done("Measurement Computing USB-CTR08, serial number " + serial);
    });
  });
}

void UsbCtr08::start_scan(const Inputs& inputs, OnEdge on_edge, OnFault on_fault, Done<void> done) {
  const auto refuse = [&](Errc code, std::string why) {
    done(tl::unexpected{scan_fault(code, std::move(why))});
  };
  if (scan_ || stopping_) return refuse(Errc::refused, "a scan is open already");
  if (const auto mistake = mistake_of(inputs)) return refuse(Errc::out_of_range, *mistake);

  const std::size_t samples = ScanDecoder::samples_per_scan(inputs.leds.size());
  const std::size_t packet_samples = samples * std::min(kScansPerTransfer, kMostPacketSamples / samples);
  scan_ = std::make_shared<Scan>();
  scan_->leds = inputs.leds.size();
  scan_->on_edge = std::move(on_edge);
  scan_->on_fault = std::move(on_fault);
  scan_->packet_bytes = 2 * packet_samples;

  const auto wanted = [this, scan = std::weak_ptr{scan_}] { return is_current(scan); };
  const auto finish = [this, wanted, done = std::move(done)](Result<void> outcome) {
    if (outcome)
      run();
    else if (wanted())
      scan_.reset();
    done(std::move(outcome));
  };
  const auto requests = std::make_shared<const Requests>(
      opening_requests(inputs, {kScanPeriod, packet_samples, led_debounce_}));
  read_status([=, this](Result<unsigned> status) {
    if (!status) return finish(tl::unexpected<Fault>{std::move(status).error()});
    if ((*status & kFpgaConfigured) == 0) return finish(tl::unexpected{no_fpga("scan")});
    control_all(requests, 0, wanted, finish);
  });
}

void UsbCtr08::run() {
  const auto most = static_cast<std::uint32_t>(kMaximumRate.value() * in_seconds(kScanPeriod));
  scan_->decoder.emplace(scan_->leds, link_.reactor().now(), kScanPeriod, most);
  // A link that is lost says so at once, which ends the scan.
  for (std::size_t i = 0; i < kPendingTransfers && scan_; ++i) ask_for_samples();
}

void UsbCtr08::ask_for_samples() {
  // Whole USB packets, so that a device can never send more than there is room for.
  const std::size_t most = (scan_->packet_bytes + kUsbPacket - 1) / kUsbPacket * kUsbPacket;
  link_.start_bulk_in("samples", kBulkIn, most, kBulkPatience,
                      [this, scan = std::weak_ptr{scan_}](Result<Bytes> samples) {
                        if (!is_current(scan)) return;
                        if (!samples) return end_scan(std::move(samples).error());
                        take_samples(std::move(*samples));
                      });
}

void UsbCtr08::take_samples(Bytes samples) {
  // A transfer that fills its last packet may be followed by an empty one; some devices leave it out.
  const bool empty_is_right = std::exchange(scan_->zero_length_may_follow, false);
  if (samples.size() == scan_->packet_bytes) {
    scan_->zero_length_may_follow = scan_->packet_bytes % kUsbPacket == 0;
    scan_->unconfirmed.push_back(std::move(samples));
  } else if (!samples.empty() || !empty_is_right) {
    return end_scan(scan_fault(Errc::garbled, fmt::format("a transfer of {} bytes of samples, not {}",
                                                          samples.size(), scan_->packet_bytes)));
  }
  ask_for_samples();
  if (scan_) confirm_samples();
}

void UsbCtr08::confirm_samples() {
  if (scan_->asking_status || scan_->unconfirmed.empty()) return;
  scan_->asking_status = true;
  const Instant due = scan_->asked_status ? *scan_->asked_status + kStatusPeriod : Instant{};
  if (due <= link_.reactor().now()) return ask_status();
  link_.reactor().at(due, [this, scan = std::weak_ptr{scan_}] {
    if (is_current(scan)) ask_status();
  });
}

void UsbCtr08::ask_status() {
  scan_->asked_status = link_.reactor().now();
  read_status(
      [this, scan = std::weak_ptr{scan_}, transfers = scan_->unconfirmed.size()](Result<unsigned> status) {
        if (!is_current(scan)) return;
        scan_->asking_status = false;
        if (!status) return end_scan(std::move(status).error());
        if ((*status & kOverrun) != 0)
          return end_scan(scan_fault(Errc::garbled, "FIFO overrun: samples are lost"));
        if ((*status & kFpgaConfigured) == 0) return end_scan(no_fpga("scan"));
        if ((*status & kPacerRunning) == 0)
          return end_scan(scan_fault(Errc::refused, "the device has stopped the scan by itself"));
        report_edges(transfers);
        if (is_current(scan)) confirm_samples();
      });
}

void UsbCtr08::report_edges(std::size_t transfers) {
  const std::shared_ptr<Scan> scan = scan_;  // a callback may end it
  for (; transfers > 0; --transfers) {
    const Bytes samples = std::move(scan->unconfirmed.front());
    scan->unconfirmed.pop_front();
    const auto edges = scan->decoder->decode(samples);
    if (!edges) return end_scan(scan_fault(Errc::implausible, edges.error()));
    for (const auto& [led, edge] : *edges) {
      scan->on_edge(led, edge);
      if (scan_ != scan) return;
    }
  }
}

void UsbCtr08::end_scan(Fault fault) {
  const std::shared_ptr<Scan> scan = std::move(scan_);
  if (link_.is_open()) {
    link_.cancel_bulk_in(kBulkIn);
    control(stop_request(), [](const Result<Bytes>&) {});  // nobody waits for what comes of it
  }
  scan->on_fault(std::move(fault));
}

void UsbCtr08::start_stop(Done<void> done) {
  if (!scan_) return done({});
  scan_.reset();
  stopping_ = true;
  control_all(
      std::make_shared<const Requests>(closing_requests()), 0, [] { return true; },
      [this, done = std::move(done)](Result<void> outcome) {
        stopping_ = false;
        if (link_.is_open()) link_.cancel_bulk_in(kBulkIn);
        done(std::move(outcome));
      });
}

}  // namespace meterbench::mcc_usb_ctr08
