#include "drivers/radian_rd3x/simulator.h"

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <utility>

#include "drivers/far_end/far_end.h"
#include "drivers/far_end/usb_far_end.h"
#include "drivers/protocol/radian/framing.h"
#include "drivers/virtual_lab/world/reference_input.h"

namespace meterbench::radian_rd3x {
namespace {

using radian::Frame;
using radian::Kind;
using radian::Metric;
using radian::Packet;
using virtual_lab::ReferenceInput;

// All `made`; see quirks.md.
constexpr Duration kProcessing =
    std::chrono::milliseconds{10};  ///< from the last byte of a request to its answer
constexpr Duration kForgets = std::chrono::milliseconds{100};  ///< a request that stops in the middle
constexpr Duration kIntegration = std::chrono::milliseconds{500};
constexpr double kDriftPercent = 0.5;
enum Refusal : std::uint8_t { bad_packet = 1, unknown_packet = 2, bad_data = 3 };
/// Full scale of the current taps 1 to 13 in A: three a decade.
constexpr std::array<double, 13> kTaps{0.024, 0.06, 0.12, 0.24, 0.6, 1.2, 2.4, 6, 12, 24, 60, 120, 240};
/// A lower tap is taken once the current is below this part of its full scale.
constexpr double kDownAt = 0.9;

/// The current ranges follow the load: up at once, down with hysteresis.
class AutoRange {
 public:
  void follow(double amperes) {
    while (tap_ + 1 < kTaps.size() && amperes > kTaps[tap_]) ++tap_;
    while (tap_ > 0 && amperes < kDownAt * kTaps[tap_ - 1]) --tap_;
  }
  [[nodiscard]] int range() const { return static_cast<int>(tap_); }

 private:
  std::size_t tap_ = 0;
};

ReferenceInput::Definition definition_of(const virtual_lab::SimulatorSettings& settings) {
  if (settings.number("series") >= 0.5) return ReferenceInput::Definition::series;
  return settings.three_wire ? ReferenceInput::Definition::two_element : ReferenceInput::Definition::two_wire;
}

class Simulator final : public FarEnd, public virtual_lab::Observer {
 public:
  Simulator(virtual_lab::World& world, const virtual_lab::SimulatorSettings& settings)
      : input_{world.seed(),
               {.gain_percent = settings.number("gain_percent"),
                .phase_error_arcmin = settings.number("phase_error_arcmin"),
                .range_error_percent = settings.number("range_error_percent"),
                .element_difference_percent = settings.number("element_difference_percent"),
                .noise_percent = settings.number("noise_percent"),
                .definition = definition_of(settings)}},
        faults_{settings.faults} {
    world.attach(*this);
    world.add_signal(settings.role + ".pulses", input_);
  }

  void on_segment(const virtual_lab::Segment& segment) override {
    take_timed_faults(segment.begin);
    range_.follow(std::max(std::abs(segment.terminals.current[0]), std::abs(segment.terminals.current[1])));
    input_.select_range(range_.range());
    input_.on_segment(segment);
  }

  void opened(Instant) override {}
  void closed(Instant) override {
    received_.clear();
    answers_.clear();
  }

  void on_bytes(Instant now, ByteView bytes, Bytes&) override {
    if (now - last_byte_ > kForgets) received_.clear();
    last_byte_ = now;
    received_.insert(received_.end(), bytes.begin(), bytes.end());
    while (!received_.empty()) {
      const auto end = radian::request_end(received_);
      if (end && !end->has_value()) return;
      if (end) {
        const Bytes packet{received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(**end)};
        received_.erase(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(packet.size()));
        take_request(now, radian::decode(packet));
      } else if ((received_.front() & 0x0FU) == static_cast<std::uint8_t>(Kind::request)) {
        received_.clear();
        send(now, refusal(0, bad_packet));
      } else {
        received_.erase(received_.begin());  // noise before a packet
      }
    }
  }

  void on_time(Instant now, Bytes& reply) override {
    while (!answers_.empty() && answers_.front().due <= now) {
      const Bytes& bytes = answers_.front().bytes;
      reply.insert(reply.end(), bytes.begin(), bytes.end());
      answers_.pop_front();
    }
  }

  [[nodiscard]] std::optional<Instant> next_event() const override {
    if (answers_.empty()) return std::nullopt;
    return answers_.front().due;
  }

 private:
  struct Answer {
    Instant due;
    Bytes bytes;
  };

  void take_timed_faults(Instant now) {
    while (auto fault = faults_.due(now)) take_fault(std::move(*fault));
  }

  /// A drift begins at once, all else spoils the next answer.
  void take_fault(std::string what) {
    if (what == "drift")
      input_.shift_gain(kDriftPercent);
    else
      spoil_ = std::move(what);
  }

  void take_request(Instant now, const Frame& request) {
    take_timed_faults(now);
    if (auto fault = faults_.on_command()) take_fault(std::move(*fault));
    const std::string spoil = std::exchange(spoil_, {});
    if (spoil == "silence") return;
    if (spoil == "stale") return send(now, previous_);
    Bytes answer =
        spoil == "error_ack" ? refusal(request.type, bad_data) : answer_to(request, spoil == "flt_max");
    previous_ = answer;
    if (spoil == "bad_checksum") answer.back() ^= 0x01U;
    if (spoil == "truncated") answer.resize(answer.size() / 2);
    send(now, std::move(answer));
  }

  /// Requests are worked on one after the other.
  void send(Instant now, Bytes answer) {
    const Instant begin = answers_.empty() ? now : std::max(now, answers_.back().due);
    answers_.push_back({begin + kProcessing, std::move(answer)});
  }

  static Bytes refusal(std::uint8_t type, Refusal code) {
    return radian::encode({Kind::error, type, {code}});
  }

  Bytes answer_to(const Frame& request, bool invalid) {
    switch (static_cast<Packet>(request.type)) {
      case Packet::nop: return radian::encode_short_acknowledge(request.type);
      case Packet::instantaneous: return instantaneous(request, invalid);
      case Packet::pulse_output: return assign_pulse_output(request);
      case Packet::pulse_output_constant: return set_constant(request);
    }
    return refusal(request.type, unknown_packet);
  }

  Bytes instantaneous(const Frame& request, bool invalid) {
    const Bytes& data = request.data;
    if (data.size() != 4 || data[0] != 0x00 || data[2] != 0xFF || data[3] != 0xFD)
      return refusal(request.type, bad_data);
    const radian::Slots slots = invalid ? radian::Slots{} : slots_of(static_cast<Metric>(data[1]));
    return radian::encode({Kind::data, request.type, radian::encode_slots(slots)});
  }

  /// Element C is not wired and N reserved; only powers have a net value. A metric that is not simulated is
  /// invalid throughout.
  [[nodiscard]] radian::Slots slots_of(Metric metric) const {
    const ReferenceInput::Reading now = input_.reading(kIntegration);
    const auto elements = [](const auto& of_circuit) {
      return radian::Slots{of_circuit[0].value(), of_circuit[1].value(), std::nullopt, 0.0, std::nullopt};
    };
    constexpr auto net = static_cast<std::size_t>(radian::Slot::net);
    radian::Slots slots;
    switch (metric) {
      case Metric::volts: return elements(now.voltage);
      case Metric::amperes: return elements(now.current);
      case Metric::watts:
        slots = elements(now.active);
        slots[net] = now.net.value();
        break;
      case Metric::vars:
        slots = elements(now.reactive);
        slots[net] = (now.reactive[0] + now.reactive[1]).value();
        break;
      case Metric::hertz: return elements(std::array{now.frequency, now.frequency});
    }
    return slots;
  }

  /// Port, metric, phase. Of the metrics that the output can follow, net Wh is simulated.
  Bytes assign_pulse_output(const Frame& request) {
    constexpr std::uint8_t last_port = 3;
    constexpr std::uint8_t net = 0;
    const Bytes& data = request.data;
    if (data.size() != 3 || data[0] > last_port || data[1] != radian::kWattHours || data[2] != net)
      return refusal(request.type, bad_data);
    assigned_ = true;
    input_.set_energy_per_pulse(constant_);
    return radian::encode({Kind::data, request.type, {0x00, 0x0A}});
  }

  /// 00, metric, 00, Wh per pulse.
  Bytes set_constant(const Frame& request) {
    const Bytes& data = request.data;
    if (data.size() != 7 || data[0] != 0 || data[1] != radian::kWattHours || data[2] != 0)
      return refusal(request.type, bad_data);
    const Bytes number{data.begin() + 3, data.end()};
    const auto wh = radian::decode_float(std::span<const std::uint8_t, 4>{number});
    if (!wh || !(*wh > 0)) return refusal(request.type, bad_data);
    constant_ = from_watt_hours(*wh);
    if (assigned_) input_.set_energy_per_pulse(constant_);
    return radian::encode({Kind::acknowledge, request.type, number});
  }

  ReferenceInput input_;
  AutoRange range_;
  virtual_lab::FaultScript faults_;
  std::string spoil_;      // what happens to the next answer
  bool assigned_ = false;  // the pulse output to net Wh
  ActiveEnergy constant_{};
  Bytes received_;
  Instant last_byte_{};
  std::deque<Answer> answers_;
  Bytes previous_;
};

}  // namespace

virtual_lab::SimulatorModel simulator_model() {
  return {.name = "radian_rd3x",
          .parameters = {{"gain_percent", 0, -10, 10, "error of its power; positive: reads high"},
                         {"phase_error_arcmin", 0, -60, 60, "positive: sees the current lag less"},
                         {"range_error_percent", 0, 0, 5,
                          "half-width of an extra gain error of each current range"},
                         {"element_difference_percent", 0, -10, 10,
                          "its first element reads high by that, its second low"},
                         {"noise_percent", 0, 0, 5, "standard deviation of its power over 20 ms"},
                         {"series", 0, 0, 1, "1: forms V12·I of the one circuit that carries the load"}},
          .faults = {"error_ack", "bad_checksum", "truncated", "flt_max", "silence", "stale", "drift"},
          .make = [](virtual_lab::World& world, const virtual_lab::SimulatorSettings& settings)
              -> virtual_lab::AnyFarEnd { return std::make_unique<Simulator>(world, settings); }};
}

}  // namespace meterbench::radian_rd3x
