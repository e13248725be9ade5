#include "drivers/mcc_usb_ctr08/simulator.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "drivers/far_end/far_end.h"
#include "drivers/far_end/usb_far_end.h"

namespace meterbench::mcc_usb_ctr08 {
namespace {

using virtual_lab::PulseSignal;

constexpr std::size_t kCounters = 8;
constexpr std::uint8_t kSampleEndpoint = 6;
constexpr std::size_t kMaxPacket = 512;           // bytes; high speed
constexpr double kBaseClock = 96e6;               // Hz
constexpr std::size_t kFifoSamples = 65536;       // `made`
constexpr std::string_view kSerial = "01A2B3C4";  // `made`

enum Status : unsigned { running = 0x0002, overrun = 0x0004, configured = 0x0100 };

// Vendor, product and endpoint are of instruments.md 5.2; the texts are `made`.
const UsbDescription kDescription{.vendor = 0x09DB,
                                  .product = 0x0127,
                                  .manufacturer = "Measurement Computing",
                                  .name = "USB-CTR08",
                                  .serial = std::string{kSerial},
                                  .endpoints = {{.address = 0x80 | kSampleEndpoint, .most_packet = kMaxPacket}}};

std::uint64_t little_endian(ByteView bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) number = (number << 8U) | bytes[i - 1];
  return number;
}

Bytes to_little_endian(std::uint64_t number, std::size_t size) {
  Bytes bytes;
  for (; bytes.size() < size; number >>= 8U) bytes.push_back(static_cast<std::uint8_t>(number));
  return bytes;
}

/// A 64-bit counter and what is wired to it.
class Counter {
 public:
  explicit Counter(std::string signal) : name_{std::move(signal)} {}

  [[nodiscard]] std::uint64_t count(virtual_lab::World& world, Instant t) {
    // Looked up late: the lab may make what is wired to us after us.
    if (!signal_ && !name_.empty()) signal_ = world.signal(name_);
    return (signal_ ? signal_->edges_until(t) : 0) + offset_;
  }
  void set(virtual_lab::World& world, Instant t, std::uint64_t value) { offset_ += value - count(world, t); }

 private:
  std::string name_;
  PulseSignal* signal_ = nullptr;
  std::uint64_t offset_ = 0;  // modulo 2⁶⁴, like the counter
};

class Simulator final : public UsbFarEnd {
 public:
  Simulator(virtual_lab::World& world, const virtual_lab::SimulatorSettings& settings)
      : world_{world},
        clock_{kBaseClock * (1 + settings.number("clock_ppm") * 1e-6)},
        configured_{settings.number("fpga_configured") != 0},
        faults_{settings.faults} {
    for (std::size_t i = 0; i < kCounters; ++i) {
      const auto wire = settings.wiring.find("input_" + std::to_string(i));
      counters_.emplace_back(wire == settings.wiring.end() ? std::string{} : wire->second);
    }
  }

  [[nodiscard]] const UsbDescription& description() const override { return kDescription; }
  void opened(Instant) override {}
  /// Like the device, goes on counting; a scan that nobody fetches ends in an overrun.
  void closed(Instant) override {}

  std::optional<Bytes> control(Instant now, const UsbSetup& setup, ByteView data) override {
    bring_to(now);
    if (auto fault = faults_.on_command()) take_fault(*fault);
    if (std::exchange(stall_next_, false)) return std::nullopt;
    return setup.device_to_host() ? answer(now, setup) : carry_out(now, setup, data);
  }

  bool bulk_out(Instant, std::uint8_t, ByteView) override { return false; }  // there is no such endpoint

  /// One packet a transfer. A packet of whole USB packets is followed by an empty transfer.
  std::optional<Bytes> bulk_in(Instant now, std::uint8_t endpoint, std::size_t most) override {
    bring_to(now);
    if (endpoint != kSampleEndpoint || silent_) return std::nullopt;
    if (std::exchange(zero_length_due_, false)) return Bytes{};
    const std::size_t bytes = 2 * packet_samples_;
    if (packet_samples_ == 0 || fifo_.size() < packet_samples_ || most < bytes) return std::nullopt;
    Bytes packet;
    packet.reserve(bytes);
    const auto end = fifo_.begin() + static_cast<std::ptrdiff_t>(packet_samples_);
    for (auto sample = fifo_.begin(); sample != end; ++sample) {
      packet.push_back(static_cast<std::uint8_t>(*sample));
      packet.push_back(static_cast<std::uint8_t>(*sample >> 8U));
    }
    fifo_.erase(fifo_.begin(), end);
    zero_length_due_ = bytes % kMaxPacket == 0 && !std::exchange(leave_out_zero_length_, false);
    return packet;
  }

  [[nodiscard]] std::optional<Instant> next_event() const override {
    if (!running_ || silent_ || fifo_.size() >= packet_samples_) return std::nullopt;
    const std::size_t missing = packet_samples_ - fifo_.size();
    const auto scans = static_cast<std::int64_t>((missing + list_.size() - 1) / list_.size());
    return tick(ticks_ + scans);
  }

 private:
  struct Entry {
    std::size_t counter;
    unsigned bank;
  };

  /// The signals are asked for in the order of time: ticks that are past come before anything of now.
  void bring_to(Instant now) {
    latch_until(now);
    while (auto fault = faults_.due(now)) take_fault(*fault);
  }

  void take_fault(const std::string& what) {
    // The device stops at an overrun: what it has counted so far is sound.
    if (what == "fifo_overrun") overrun_ = true;
    if (what == "no_fpga") configured_ = false;
    if (overrun_ || !configured_) running_ = false;
    if (what == "missing_zlp") leave_out_zero_length_ = true;
    if (what == "stall") stall_next_ = true;
    if (what == "silence") silent_ = true;
  }

  std::optional<Bytes> answer(Instant now, const UsbSetup& setup) {
    switch (setup.request) {
      case 0x10:
        if (setup.index >= kCounters) return std::nullopt;
        return shortened(to_little_endian(counters_[setup.index].count(world_, now), 8), setup.length);
      case 0x40: return shortened(to_little_endian(status(), 2), setup.length);
      case 0x48: return shortened(to_bytes(kSerial), setup.length);
      default: return std::nullopt;
    }
  }

  static Bytes shortened(Bytes bytes, std::size_t length) {
    bytes.resize(std::min(bytes.size(), length));
    return bytes;
  }

  [[nodiscard]] unsigned status() const {
    return (running_ ? Status::running : 0U) | (overrun_ ? Status::overrun : 0U) |
           (configured_ ? Status::configured : 0U);
  }

  /// Without its FPGA the device has no counters: all that concerns them stalls.
  std::optional<Bytes> carry_out(Instant now, const UsbSetup& setup, ByteView data) {
    const bool done = [&] {
      if (!configured_) return false;
      switch (setup.request) {
        case 0x10: return set_counter(now, setup.index, data);
        // Mode, options, debounce, gate: totalising rising edges is all that is simulated.
        case 0x11:
        case 0x12:
        case 0x14: return setup.index < kCounters && setup.value == 0;
        case 0x13: return setup.index < kCounters && (setup.value & 0x1FU) <= 16;
        case 0x20: return set_scan_list(setup.index, data);
        case 0x21: return start(now, data);
        case 0x22: running_ = false; return true;
        case 0x23: clear_fifo(); return true;
        case 0x24: return true;
        default: return false;
      }
    }();
    return done ? std::optional{Bytes{}} : std::nullopt;
  }

  bool set_counter(Instant now, std::size_t index, ByteView data) {
    if (index >= kCounters || data.size() != 8) return false;
    counters_[index].set(world_, now, little_endian(data));
    return true;
  }

  bool set_scan_list(std::size_t last, ByteView data) {
    constexpr std::size_t entries = 33;
    if (running_ || data.size() != entries || last >= entries) return false;
    std::vector<Entry> list;
    for (const std::uint8_t entry : data.first(last + 1)) {
      if ((entry & 0xE0U) != 0) return false;  // digital port, padding: not simulated
      list.push_back({entry & 0x07U, static_cast<unsigned>(entry >> 3U)});
    }
    list_ = std::move(list);
    return true;
  }

  /// count u32, retrigger u32, pacer u32, packet size − 1, options
  bool start(Instant now, ByteView data) {
    if (running_ || list_.empty() || data.size() != 14) return false;
    const auto pacer = little_endian(data.subspan(8, 4));
    const unsigned options = data[13];
    // A scan without end and trigger by the internal pacer is all that is simulated.
    if (little_endian(data.first(8)) != 0 || pacer == 0 || (options & 0xFEU) != 0) return false;
    if ((options & 0x01U) == 0)
      for (Counter& counter : counters_) counter.set(world_, now, 0);
    clear_fifo();
    packet_samples_ = std::size_t{data[12]} + 1;
    period_ns_ = 1e9 * (static_cast<double>(pacer) + 1) / clock_;
    began_ = now;
    ticks_ = 0;
    running_ = true;
    return true;
  }

  void clear_fifo() {
    fifo_.clear();
    overrun_ = zero_length_due_ = false;
  }

  [[nodiscard]] Instant tick(std::int64_t number) const {
    return began_ + Duration{std::llround(static_cast<double>(number) * period_ns_)};
  }

  /// Latches all counters at each tick up to `now`.
  void latch_until(Instant now) {
    while (running_) {
      const Instant t = tick(ticks_ + 1);
      if (t > now) return;
      if (fifo_.size() + list_.size() > kFifoSamples) {
        overrun_ = true;
        running_ = false;
        return;
      }
      ++ticks_;
      std::array<std::uint64_t, kCounters> latched{};
      unsigned known = 0;  // one bit a counter
      for (const auto& [counter, bank] : list_) {
        if ((known & (1U << counter)) == 0) latched[counter] = counters_[counter].count(world_, t);
        known |= 1U << counter;
        fifo_.push_back(static_cast<std::uint16_t>(latched[counter] >> (16 * bank)));
      }
    }
  }

  virtual_lab::World& world_;
  double clock_;  // Hz, of the pacer
  bool configured_;
  virtual_lab::FaultScript faults_;
  std::vector<Counter> counters_;

  std::vector<Entry> list_;
  std::size_t packet_samples_ = 0;
  double period_ns_ = 0;
  Instant began_{};
  std::int64_t ticks_ = 0;  // of this scan
  bool running_ = false;
  bool overrun_ = false;
  std::vector<std::uint16_t> fifo_;
  bool zero_length_due_ = false;

  bool leave_out_zero_length_ = false;
  bool stall_next_ = false;
  bool silent_ = false;
};

}  // namespace

virtual_lab::SimulatorModel simulator_model() {
  return {.name = "mcc_usb_ctr08",
          .parameters = {{"clock_ppm", 0, -1000, 1000, "of its 96 MHz; positive: fast"},
                         {"fpga_configured", 1, 0, 1, "0: as after power-up"}},
          .faults = {"fifo_overrun", "no_fpga", "missing_zlp", "stall", "silence"},
          .inputs = static_cast<int>(kCounters),
          .make = [](virtual_lab::World& world, const virtual_lab::SimulatorSettings& settings)
              -> virtual_lab::AnyFarEnd { return std::make_unique<Simulator>(world, settings); }};
}

}  // namespace meterbench::mcc_usb_ctr08
