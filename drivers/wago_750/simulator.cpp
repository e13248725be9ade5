#include "drivers/wago_750/simulator.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "drivers/far_end/far_end.h"
#include "drivers/far_end/modbus_far_end.h"
#include "drivers/far_end/usb_far_end.h"
#include "drivers/protocol/modbus/framing.h"
#include "drivers/protocol/wago_750/framing.h"

namespace meterbench::wago_750 {
namespace {

using modbus::Exception;

// All `made`; see quirks.md.
constexpr Duration kProcessing = std::chrono::milliseconds{2};  ///< from a request to its reply
constexpr Duration kLate = std::chrono::seconds{10};
constexpr std::size_t kInputCount = 8;
constexpr std::size_t kOutputCount =
    192;  ///< a relay and four fingers for each of forty meters, and some more
constexpr std::size_t kRelay = 0;
constexpr std::uint16_t kDefaultTime = 0x0064;

class Simulator final : public ModbusFarEnd, public virtual_lab::Observer {
 public:
  Simulator(virtual_lab::World& world, const virtual_lab::SimulatorSettings& settings)
      : world_{world},
        faults_{settings.faults},
        idle_ms_{static_cast<std::uint16_t>(settings.number("idle_timeout_s") * 1000)} {
    for (std::size_t n = 0; n < kOutputCount; ++n)
      if (const auto wire = settings.wiring.find("output_" + std::to_string(n));
          wire != settings.wiring.end())
        switches_[n] = wire->second;
    world.safety().set_relay(Instant{}, false);
    world.attach(*this);
  }

  void on_segment(const virtual_lab::Segment& segment) override { live_until(segment.end); }

  void opened(Instant now) override { last_request_ = now; }
  void closed(Instant) override {}

  std::optional<Reply> on_request(Instant now, std::uint8_t, ByteView pdu) override {
    live_until(now);
    if (const auto fault = faults_.on_command()) take_fault(now, *fault);
    if (idle_ms_ > 0 && now - std::exchange(last_request_, now) > std::chrono::milliseconds{idle_ms_})
      spoil_ = "reset";
    const std::string spoil = std::exchange(spoil_, {});
    if (spoil == "silence") return std::nullopt;
    if (spoil == "reset") return Reply{now, {}, ModbusMishap::reset};
    Reply reply{now + (spoil == "late" ? kLate : kProcessing), answer_to(now, pdu)};
    if (spoil == "wrong_transaction") reply.mishap = ModbusMishap::wrong_transaction;
    return reply;
  }

 private:
  /// What happens though nobody talks.
  void live_until(Instant now) {
    while (const auto fault = faults_.due(now)) take_fault(now, *fault);
    if (state_ == Watchdog::active && now >= deadline_) expire(deadline_);
  }

  void take_fault(Instant now, const std::string& what) {
    virtual_lab::SafetyLoop& safety = world_.safety();
    if (what == "emergency_stop" || what == "emergency_stop_released")
      safety.set_emergency_stop(now, what == "emergency_stop_released");
    else if (what == "door_open" || what == "door_closed")
      safety.door_closed = what == "door_closed";
    else if (what == "meter_unseated" || what == "meter_seated")
      safety.meters_seated = what == "meter_seated";
    else if (what == "watchdog_expiry")
      expire(now);
    else if (what == "reboot")
      reboot(now);
    else if (what == "stuck_output")
      stuck_ = true;
    else
      spoil_ = what;
  }

  void expire(Instant when) {
    state_ = Watchdog::expired;
    all_off(when);
  }

  void reboot(Instant now) {
    all_off(now);
    state_ = Watchdog::inactive;
    settings_ = {kDefaultTime, 0, 0, 0};
    shortest_ = 0xFFFF;
    spoil_ = "reset";  // its connections are gone
  }

  void all_off(Instant when) {
    for (std::size_t n = 0; n < kOutputCount; ++n) set_output(when, n, false);
  }

  void set_output(Instant when, std::size_t n, bool on) {
    if ((n == kRelay && stuck_) || outputs_[n] == on) return;
    outputs_[n] = on;
    if (n == kRelay)
      world_.safety().set_relay(when, on);
    else if (const auto wire = switches_.find(n); wire != switches_.end())
      world_.press(wire->second, on);
  }

  // --- The watchdog ---

  [[nodiscard]] Duration time() const { return std::chrono::milliseconds{kTimeUnitMs} * settings_[0]; }

  void trigger(Instant now) {
    if (settings_[0] == 0) return;
    if (state_ == Watchdog::active) {
      const auto left = (deadline_ - now) / std::chrono::milliseconds{kTimeUnitMs};
      shortest_ = std::min(shortest_, static_cast<std::uint16_t>(left));
    }
    state_ = Watchdog::active;
    deadline_ = now + time();
  }

  [[nodiscard]] std::optional<Exception> write_register(Instant now, std::uint16_t address,
                                                        std::uint16_t value) {
    switch (address) {
      case kTime:
      case kMask:
      case kMaskBeyond:
        if (state_ == Watchdog::active) return Exception::illegal_value;
        settings_.at(address - kTime) = value;
        return std::nullopt;
      case kTrigger:
        if (std::exchange(settings_[3], value) != value && value != 0) trigger(now);
        return std::nullopt;
      case kRestart:
        if (value != 1) return Exception::illegal_value;
        if (state_ != Watchdog::inactive) trigger(now);
        return std::nullopt;
      case kSimpleStop:
        if (value != kStopCode && value != kOtherStopCode) return Exception::illegal_value;
        state_ = Watchdog::inactive;
        return std::nullopt;
      case kIdleTimeMs: idle_ms_ = value; return std::nullopt;
      default: return Exception::illegal_address;
    }
  }

  [[nodiscard]] std::optional<std::uint16_t> read_register(std::uint32_t address) const {
    switch (address) {
      case kTime:
      case kMask:
      case kMaskBeyond:
      case kTrigger: return settings_.at(address - kTime);
      case kShortestTime: return shortest_;
      case kState: return static_cast<std::uint16_t>(state_);
      case kOutputBits: return static_cast<std::uint16_t>(kOutputCount);
      case kInputBits: return static_cast<std::uint16_t>(kInputCount);
      case kIdleTimeMs: return idle_ms_;
      case kSeries: return std::uint16_t{750};
      case kItem: return std::uint16_t{352};
      default: return std::nullopt;
    }
  }

  [[nodiscard]] std::optional<std::uint16_t> read_bit(std::uint32_t address) const {
    const virtual_lab::SafetyLoop& safety = world_.safety();
    if (address == kInputs) return safety.emergency_stop_healthy() ? 1 : 0;
    if (address == kInputs + 1U) return safety.door_closed ? 1 : 0;
    if (address == kInputs + 2U) return safety.meters_seated ? 1 : 0;
    if (address < kInputs + kInputCount) return std::uint16_t{0};
    if (address >= kReadBack && address < kReadBack + kOutputCount)
      return outputs_.at(address - kReadBack) ? 1 : 0;
    return std::nullopt;
  }

  // --- Requests ---

  Bytes answer_to(Instant now, ByteView pdu) {
    const auto request = modbus::parse_request(pdu);
    if (!request) return modbus::exception_reply(pdu.empty() ? std::uint8_t{0} : pdu[0], request.error());
    if (state_ == Watchdog::active && ((settings_[1] >> (request->function - 1U)) & 1U) != 0) trigger(now);
    if (!request->writes()) return read(*request);
    const auto refused = write(now, *request);
    return refused ? modbus::exception_reply(request->function, *refused) : modbus::write_reply(*request);
  }

  [[nodiscard]] Bytes read(const modbus::Request& request) const {
    const bool bits = request.function <= 2;
    std::vector<std::uint16_t> values;
    for (std::uint32_t n = 0; n < request.count; ++n) {
      const auto value = bits ? read_bit(request.address + n) : read_register(request.address + n);
      if (!value) return modbus::exception_reply(request.function, Exception::illegal_address);
      values.push_back(*value);
    }
    return modbus::read_reply(request, values);
  }

  [[nodiscard]] std::optional<Exception> write(Instant now, const modbus::Request& request) {
    const bool bits = request.function == 5 || request.function == 15;
    if (bits && std::size_t{request.address} + request.values.size() > kOutputCount)
      return Exception::illegal_address;
    // An expired watchdog keeps the outputs off.
    if (bits && state_ == Watchdog::expired) return Exception::device_failure;
    for (std::size_t n = 0; n < request.values.size(); ++n) {
      const auto address = static_cast<std::uint16_t>(request.address + n);
      if (bits)
        set_output(now, address, request.values[n] != 0);
      else if (const auto refused = write_register(now, address, request.values[n]))
        return refused;
    }
    return std::nullopt;
  }

  virtual_lab::World& world_;
  virtual_lab::FaultScript faults_;
  std::uint16_t idle_ms_;
  std::map<std::size_t, std::string> switches_;
  std::array<bool, kOutputCount> outputs_{};
  bool stuck_ = false;
  std::array<std::uint16_t, 4> settings_{kDefaultTime, 0, 0, 0};  // registers 0x1000 to 0x1003
  std::uint16_t shortest_ = 0xFFFF;
  Watchdog state_ = Watchdog::inactive;
  Instant deadline_{};
  Instant last_request_{};
  std::string spoil_;  // what happens to the next reply
};

}  // namespace

virtual_lab::SimulatorModel simulator_model() {
  return {.name = "wago_750",
          .parameters = {{"idle_timeout_s", 0, 0, 65,
                          "a connection that is silent for longer is closed; 0: never"}},
          .faults = {"emergency_stop", "emergency_stop_released", "door_open", "door_closed",
                     "meter_unseated", "meter_seated", "watchdog_expiry", "reboot", "stuck_output",
                     "wrong_transaction", "reset", "late", "silence"},
          .outputs = kOutputCount,
          .make = [](virtual_lab::World& world,
                     const virtual_lab::SimulatorSettings& settings) -> virtual_lab::AnyFarEnd {
            return std::shared_ptr<ModbusFarEnd>{std::make_shared<Simulator>(world, settings)};
          }};
}

}  // namespace meterbench::wago_750
