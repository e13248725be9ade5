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
constexpr std::uint8_t kSampleEndpoint = 0x86;
constexpr std::size_t kMaxPacket = 512;           // bytes; high speed
constexpr double kBaseClock = 96e6;               // Hz
constexpr std::size_t kFifoSamples = 65536;       // `made`
constexpr unsigned kLongestDebounce = 16;         // 25.5 ms, after stable
constexpr std::string_view kSerial = "01A2B3C4";  // `made`

enum Status : unsigned { running = 0x0002, overrun = 0x0004, configured = 0x0100 };

// Vendor, product and endpoint are of instruments.md 5.2; the texts are `made`.
const UsbDescription kDescription{.vendor = 0x09DB,
                                  .product = 0x0127,
                                  .manufacturer = "Measurement Computing",
                                  .name = "USB-CTR08",
                                  .serial = std::string{kSerial},
                                  .endpoints = {{.address = kSampleEndpoint, .most_packet = kMaxPacket}}};

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
    // Looked up late: the lab may make what is wired to us after us.
    if (!signal_ && !name_.empty()) signal_ = world_.signal(name_);
    if (!signal_) return count_;
    const Instant until = t - debounce_.delay();
    const std::uint64_t edges = signal_->edges_until(until);
    const std::uint64_t more = edges - edges_;
    if (more != 0) count_ += debounce_.time == Duration{} ? more : stable_edges(until);
    edges_ = edges;
    looked_ = until;
    return count_;
  }
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
      : clock_{kBaseClock * (1 + settings.number("clock_ppm") * 1e-6)},
        configured_{settings.number("fpga_configured") != 0},
        faults_{settings.faults} {
    for (std::size_t i = 0; i < kCounters; ++i) {
      const auto wire = settings.wiring.find("input_" + std::to_string(i));
      counters_.emplace_back(world, wire == settings.wiring.end() ? std::string{} : wire->second,
                             from_seconds(settings.number("pulse_width_ms") * 1e-3));
    }
  }

  [[nodiscard]] const UsbDescription& description() const override { return kDescription; }
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
    Bytes packet;
    packet.reserve(2 * samples);
    const auto end = fifo_.begin() + static_cast<std::ptrdiff_t>(samples);
    for (auto sample = fifo_.begin(); sample != end; ++sample) {
      packet.push_back(static_cast<std::uint8_t>(*sample));
      packet.push_back(static_cast<std::uint8_t>(*sample >> 8U));
    }
    fifo_.erase(fifo_.begin(), end);
    zero_length_due_ = packet.size() % kMaxPacket == 0 && !std::exchange(leave_out_zero_length_, false);
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
      for (Counter& counter : counters_) counter.set(now, 0);
    clear_fifo();
    for (std::size_t i = 0; i < kCounters; ++i) before_[i] = counters_[i].count(now);
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
        if ((known & (1U << counter)) == 0) latched[counter] = counters_[counter].count(t);
        known |= 1U << counter;
        // Torn: the upper bank was latched before the carry of the lower one came to it.
        const bool carried = latched[counter] >> 16U != before_[counter] >> 16U;
        const bool torn = bank > 0 && carried && std::exchange(tear_next_, false);
        fifo_.push_back(static_cast<std::uint16_t>((torn ? before_ : latched)[counter] >> (16 * bank)));
      }
      before_ = latched;
    }
  }

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
  std::array<std::uint64_t, kCounters> before_{};  // the counts at the last tick
  bool zero_length_due_ = false;
  bool flush_due_ = false;

  bool leave_out_zero_length_ = false;
  bool tear_next_ = false;
  bool stall_next_ = false;
  bool silent_ = false;
};

}  // namespace

virtual_lab::SimulatorModel simulator_model() {
  return {.name = "mcc_usb_ctr08",
          .parameters = {{"clock_ppm", 0, -1000, 1000, "of its 96 MHz; positive: fast"},
                         {"fpga_configured", 1, 0, 1, "0: as after power-up"},
                         {"pulse_width_ms", 10, 0, 1000, "of the pulses at its inputs, for its debounce"}},
          .faults = {"fifo_overrun", "no_fpga", "missing_zlp", "latch_wrap", "debounce", "stall", "silence"},
          .inputs = static_cast<int>(kCounters),
          .make = [](virtual_lab::World& world, const virtual_lab::SimulatorSettings& settings)
              -> virtual_lab::AnyFarEnd { return std::make_unique<Simulator>(world, settings); }};
}

}  // namespace meterbench::mcc_usb_ctr08
