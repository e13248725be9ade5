#include "drivers/mcc_usb_ctr08/simulator.h"

#include <fmt/format.h>

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
constexpr std::uint8_t kSampleEndpoint = 0x86;
constexpr std::size_t kMaxPacket = 512;        // bytes; high speed
constexpr double kBaseClock = 96e6;            // Hz
constexpr std::size_t kFifoSamples = 65536;    // `made`
constexpr unsigned kLongestDebounce = 16;      // 25.5 ms, after stable
constexpr std::uint32_t kSerial = 0x01A2B3C4;  // of the first of several; `made`
constexpr double kMostUnits = 99;

enum Status : unsigned { running = 0x0002, overrun = 0x0004, configured = 0x0100 };

/// `unit` counts from 1. Vendor, product and endpoint are of instruments.md 5.2; the texts are `made`.
UsbDescription description_of(std::uint32_t unit) {
  return {.vendor = 0x09DB,
          .product = 0x0127,
          .manufacturer = "Measurement Computing",
          .name = "USB-CTR08",
          .serial = fmt::format("{:08X}", kSerial + unit - 1),
          .endpoints = {{.address = kSampleEndpoint, .most_packet = kMaxPacket}}};
}

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

/// What a counter does with bounces: an edge counts where its input was low for `time` before it; then at
/// once, or, `after_stable`, once its pulse has lasted `time` too.
struct Debounce {
  Duration time{};
  bool after_stable = false;

  /// Setting 0 to 16, with bit 5: at once (instruments.md 5.2; the steps between are `derived`).
  static Debounce of_setting(unsigned setting) {
    const unsigned number = setting & 0x1FU;
    if (number == 0) return {};
    const Duration first = number <= 8 ? Duration{500} : Duration{100'000};
    return {((1U << ((number - 1) % 8 + 1)) - 1) * first, (setting & 0x20U) == 0};
  }
  [[nodiscard]] Duration delay() const { return after_stable ? time : Duration{}; }
};

/// A 64-bit counter and what is wired to it.
class Counter {
 public:
  Counter(virtual_lab::World& world, std::string signal, Duration pulse_width)
      : world_{world}, name_{std::move(signal)}, pulse_width_{pulse_width} {}

  [[nodiscard]] std::uint64_t count(Instant t) {
    if (!find_signal()) return count_;
    const Instant until = t - debounce_.delay();
    const std::uint64_t edges = signal_->edges_until(until);
    const std::uint64_t more = edges - edges_;
    if (more != 0) count_ += debounce_.time == Duration{} ? more : stable_edges(until);
    edges_ = edges;
    looked_ = until;
    return count_;
  }
  /// Edges since the last look, up to `t`; 0: the count stays.
  [[nodiscard]] std::uint64_t coming_until(Instant t) {
    return find_signal() ? signal_->edges_until(t - debounce_.delay()) - edges_ : 0;
  }
  /// As last looked at.
  [[nodiscard]] std::uint64_t value() const { return count_; }
  void set(Instant t, std::uint64_t value) {
    static_cast<void>(count(t));
    count_ = value;
  }
  [[nodiscard]] bool debounced() const { return debounce_.time > Duration{}; }
  void set_debounce(Instant t, const Debounce& debounce) {
    static_cast<void>(count(t));
    debounce_ = debounce;
    if (signal_) edges_ = signal_->edges_until(t - debounce.delay());
    looked_ = t - debounce.delay();
  }

 private:
  /// Looked up late: the lab may make what is wired to us after us.
  [[nodiscard]] bool find_signal() {
    if (!signal_ && !name_.empty()) signal_ = world_.signal(name_);
    return signal_ != nullptr;
  }

  /// Of the edges since the last look, at most as far back as a signal remembers.
  std::uint64_t stable_edges(Instant until) {
    std::uint64_t stable = 0;
    const Instant oldest = until - PulseSignal::kHistory;
    for (const Instant edge : signal_->edges_between(std::max(looked_, oldest), until)) {
      Duration high = pulse_width_;
      bool was_low = true;
      if (latest_) {
        const Duration apart = edge - *latest_;
        high = std::min(high, apart / 2);  // faster pulses are half as wide as they are apart
        was_low = apart - high >= debounce_.time;
      }
      if (was_low && (!debounce_.after_stable || high >= debounce_.time)) ++stable;
      latest_ = edge;
    }
    return stable;
  }

  virtual_lab::World& world_;
  std::string name_;
  Duration pulse_width_;
  PulseSignal* signal_ = nullptr;
  Debounce debounce_;
  std::uint64_t count_ = 0;
  std::uint64_t edges_ = 0;  // of the signal, up to looked_
  Instant looked_{};
  std::optional<Instant> latest_;  // edge that was looked at
};

class Simulator final : public UsbFarEnd {
 public:
  Simulator(virtual_lab::World& world, const virtual_lab::SimulatorSettings& settings)
      : description_{description_of(static_cast<std::uint32_t>(settings.number("unit")))},
        clock_{kBaseClock * (1 + settings.number("clock_ppm") * 1e-6)},
        configured_{settings.number("fpga_configured") != 0},
        faults_{settings.faults} {
    for (std::size_t i = 0; i < kCounters; ++i) {
      const auto wire = settings.wiring.find("input_" + std::to_string(i));
      counters_.emplace_back(world, wire == settings.wiring.end() ? std::string{} : wire->second,
                             from_seconds(settings.number("pulse_width_ms") * 1e-3));
    }
  }

  [[nodiscard]] const UsbDescription& description() const override { return description_; }
  void opened(Instant) override {}
  /// Like the device, goes on counting; a scan that nobody fetches ends in an overrun.
  void closed(Instant) override {}

  std::optional<Bytes> control(Instant now, const UsbSetup& setup, ByteView data) override {
    bring_to(now);
    if (auto fault = faults_.on_command()) take_fault(now, *fault);
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
    if (packet_samples_ == 0 || most < bytes) return std::nullopt;
    std::size_t samples = packet_samples_;
    if (fifo_.size() < samples) {
      if (!std::exchange(flush_due_, false) || fifo_.empty()) return std::nullopt;
      samples = fifo_.size();
    }
    Bytes packet(2 * samples);
    for (std::size_t i = 0; i < samples; ++i) {
      packet[2 * i] = static_cast<std::uint8_t>(fifo_[i]);
      packet[2 * i + 1] = static_cast<std::uint8_t>(fifo_[i] >> 8U);
    }
    fifo_.erase(fifo_.begin(), fifo_.begin() + static_cast<std::ptrdiff_t>(samples));
    zero_length_due_ = packet.size() % kMaxPacket == 0 && !std::exchange(leave_out_zero_length_, false);
    return packet;
  }

  [[nodiscard]] std::optional<Instant> next_event() const override {
    if (!running_ || silent_ || fifo_.size() >= packet_samples_) return std::nullopt;
    const std::size_t missing = packet_samples_ - fifo_.size();
    const auto scans = static_cast<std::int64_t>((missing + list_size_ - 1) / list_size_);
    return tick(ticks_ + scans);
  }

 private:
  /// An entry of the scan list: where in a scan it stands, and which bank of its counter it is.
  struct Tap {
    std::size_t offset;
    unsigned bank;
  };

  /// The signals are asked for in the order of time: ticks that are past come before anything of now.
  void bring_to(Instant now) {
    latch_until(now);
    while (auto fault = faults_.due(now)) take_fault(now, *fault);
  }

  void take_fault(Instant now, const std::string& what) {
    // The device stops at an overrun: what it has counted so far is sound.
    if (what == "fifo_overrun") overrun_ = true;
    if (what == "no_fpga") configured_ = false;
    if (overrun_ || !configured_) running_ = false;
    if (what == "latch_wrap") tear_next_ = true;
    if (what == "debounce")
      for (Counter& counter : counters_)
        if (counter.debounced()) counter.set_debounce(now, Debounce::of_setting(kLongestDebounce));
    if (what == "missing_zlp") leave_out_zero_length_ = true;
    if (what == "stall") stall_next_ = true;
    if (what == "silence") silent_ = true;
  }

  std::optional<Bytes> answer(Instant now, const UsbSetup& setup) {
    switch (setup.request) {
      case 0x10:
        if (setup.index >= kCounters) return std::nullopt;
        return shortened(to_little_endian(counters_[setup.index].count(now), 8), setup.length);
      case 0x40: return shortened(to_little_endian(status(), 2), setup.length);
      case 0x48: return shortened(to_bytes(description_.serial), setup.length);
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
        // Mode, options, gate: totalising rising edges is all that is simulated.
        case 0x11:
        case 0x12:
        case 0x14: return setup.index < kCounters && setup.value == 0;
        case 0x13: return set_debounce(now, setup.index, setup.value);
        case 0x20: return set_scan_list(setup.index, data);
        case 0x21: return start(now, data);
        case 0x22: running_ = false; return true;
        case 0x23: clear_fifo(); return true;
        case 0x24: flush_due_ = true; return true;
        default: return false;
      }
    }();
    return done ? std::optional{Bytes{}} : std::nullopt;
  }

  bool set_counter(Instant now, std::size_t index, ByteView data) {
    if (index >= kCounters || data.size() != 8) return false;
    counters_[index].set(now, little_endian(data));
    return true;
  }

  bool set_debounce(Instant now, std::size_t index, unsigned setting) {
    if (index >= kCounters || setting > 0x3FU || (setting & 0x1FU) > 16) return false;
    counters_[index].set_debounce(now, Debounce::of_setting(setting));
    return true;
  }

  bool set_scan_list(std::size_t last, ByteView data) {
    constexpr std::size_t entries = 33;
    if (running_ || data.size() != entries || last >= entries) return false;
    std::array<std::vector<Tap>, kCounters> taps;
    for (std::size_t offset = 0; offset <= last; ++offset) {
      const unsigned entry = data[offset];
      if ((entry & 0xE0U) != 0) return false;  // digital port, padding: not simulated
      taps[entry & 0x07U].push_back({offset, entry >> 3U});
    }
    taps_ = std::move(taps);
    list_size_ = last + 1;
    return true;
  }

  /// count u32, retrigger u32, pacer u32, packet size − 1, options
  bool start(Instant now, ByteView data) {
    if (running_ || list_size_ == 0 || data.size() != 14) return false;
    const auto pacer = little_endian(data.subspan(8, 4));
    const unsigned options = data[13];
    // A scan without end and trigger by the internal pacer is all that is simulated.
    if (little_endian(data.first(8)) != 0 || pacer == 0 || (options & 0xFEU) != 0) return false;
    if ((options & 0x01U) == 0)
      for (Counter& counter : counters_) counter.set(now, 0);
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
    overrun_ = zero_length_due_ = flush_due_ = false;
  }

  [[nodiscard]] Instant tick(std::int64_t number) const {
    return began_ + Duration{std::llround(static_cast<double>(number) * period_ns_)};
  }

  /// Latches all counters at each tick up to `now`.
  void latch_until(Instant now) {
    if (!running_ || tick(ticks_ + 1) > now) return;
    auto last = static_cast<std::int64_t>(static_cast<double>((now - began_).count()) / period_ns_);
    while (tick(last) > now) --last;  // by the rounding of a tick, to either side
    while (tick(last + 1) <= now) ++last;
    const auto room = static_cast<std::int64_t>((kFifoSamples - fifo_.size()) / list_size_);
    if (last - ticks_ > room) {
      last = ticks_ + room;
      overrun_ = true;
      running_ = false;
    }
    const std::size_t place = fifo_.size();
    fifo_.resize(place + static_cast<std::size_t>(last - ticks_) * list_size_);
    for (std::size_t i = 0; i < kCounters; ++i)
      if (!taps_[i].empty()) latch(i, place, ticks_ + 1, last);
    ticks_ = last;
  }

  /// One counter at each tick from `first` to `last`, for scans from a place in the FIFO on. Most inputs rest
  /// for many ticks: they are not asked at each of them.
  void latch(std::size_t number, std::size_t place, std::int64_t first, std::int64_t last) {
    Counter& counter = counters_[number];
    const auto coming = counter.coming_until(tick(last));
    if (coming > 0 && coming < static_cast<std::uint64_t>(last - first + 1)) {
      const std::int64_t middle = first + (last - first) / 2;
      latch(number, place, first, middle);
      latch(number, place + static_cast<std::size_t>(middle - first + 1) * list_size_, middle + 1, last);
      return;
    }
    for (std::int64_t n = first; n <= last; ++n, place += list_size_) {
      const std::uint64_t before = counter.value();
      const std::uint64_t latched = coming == 0 ? before : counter.count(tick(n));
      for (const auto& [offset, bank] : taps_[number]) {
        // Torn: the upper bank was latched before the carry of the lower one came to it.
        const bool carried = latched >> 16U != before >> 16U;
        const bool torn = bank > 0 && carried && std::exchange(tear_next_, false);
        fifo_[place + offset] = static_cast<std::uint16_t>((torn ? before : latched) >> (16 * bank));
      }
    }
  }

  UsbDescription description_;
  double clock_;  // Hz, of the pacer
  bool configured_;
  virtual_lab::FaultScript faults_;
  std::vector<Counter> counters_;

  std::array<std::vector<Tap>, kCounters> taps_;  // of the scan list
  std::size_t list_size_ = 0;
  std::size_t packet_samples_ = 0;
  double period_ns_ = 0;
  Instant began_{};
  std::int64_t ticks_ = 0;  // of this scan
  bool running_ = false;
  bool overrun_ = false;
  std::vector<std::uint16_t> fifo_;
  bool zero_length_due_ = false;
  bool flush_due_ = false;

  bool leave_out_zero_length_ = false;
  bool tear_next_ = false;
  bool stall_next_ = false;
  bool silent_ = false;
};

}  // namespace

virtual_lab::SimulatorModel simulator_model() {
  return {
      .name = "mcc_usb_ctr08",
      .parameters = {{"unit", 1, 1, kMostUnits, "which of several: their serial numbers follow each other"},
                     {"clock_ppm", 0, -1000, 1000, "of its 96 MHz; positive: fast"},
                     {"fpga_configured", 1, 0, 1, "0: as after power-up"},
                     {"pulse_width_ms", 10, 0, 1000, "of the pulses at its inputs, for its debounce"}},
      .faults = {"fifo_overrun", "no_fpga", "missing_zlp", "latch_wrap", "debounce", "stall", "silence"},
      .inputs = static_cast<int>(kCounters),
      .make = [](virtual_lab::World& world, const virtual_lab::SimulatorSettings& settings)
          -> virtual_lab::AnyFarEnd { return std::make_unique<Simulator>(world, settings); }};
}

}  // namespace meterbench::mcc_usb_ctr08
