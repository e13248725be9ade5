#include "drivers/watlow_f4t/simulator.h"

#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "drivers/far_end/far_end.h"
#include "drivers/far_end/modbus_far_end.h"
#include "drivers/far_end/usb_far_end.h"
#include "drivers/protocol/modbus/framing.h"
#include "drivers/protocol/watlow_f4t/framing.h"

namespace meterbench::watlow_f4t {
namespace {

using modbus::Exception;
using modbus::WordOrder;

// All `made`; see quirks.md.
constexpr std::uint8_t kUnit = 1;
constexpr Duration kProcessing = std::chrono::milliseconds{20};  ///< from a request to its reply
constexpr Duration kLate = std::chrono::seconds{10};
constexpr std::string_view kPart = "F4T1A2EAA1B1AAA";
constexpr int kAlarms = 6;
constexpr int kLimitSlot = 1;
constexpr double kFirstSetPoint = 23;
constexpr int kInputs = 2;
constexpr double kInputStep = 0.001;  ///< K, of the inputs' converter

/// Spoils the next reply on its way.
std::optional<ModbusMishap> mishap_of(std::string_view what) {
  static const std::map<std::string_view, ModbusMishap> table{
      {"wrong_transaction", ModbusMishap::wrong_transaction},
      {"wrong_unit", ModbusMishap::wrong_unit},
      {"cut_short", ModbusMishap::cut_short},
      {"bad_check", ModbusMishap::bad_check},
      {"reset", ModbusMishap::reset}};
  const auto found = table.find(what);
  return found == table.end() ? std::nullopt : std::optional{found->second};
}

std::optional<Exception> exception_of(std::string_view what) {
  static const std::map<std::string_view, Exception> table{{"exception_1", Exception::illegal_function},
                                                           {"exception_2", Exception::illegal_address},
                                                           {"exception_3", Exception::illegal_value},
                                                           {"exception_4", Exception::device_failure},
                                                           {"exception_6", Exception::busy}};
  const auto found = table.find(what);
  return found == table.end() ? std::nullopt : std::optional{found->second};
}

virtual_lab::Climate::Settings climate_from(const virtual_lab::SimulatorSettings& settings) {
  return {.rate_k_per_min = settings.number("rate_k_per_min"),
          .dead_time_s = settings.number("dead_time_s"),
          .time_constant_s = settings.number("time_constant_s"),
          .overshoot_k = settings.number("overshoot_k"),
          .room_time_constant_s = settings.number("room_time_constant_s"),
          .limit_low_c = settings.number("limit_low_c"),
          .limit_high_c = settings.number("limit_high_c")};
}

class Simulator final : public ModbusFarEnd, public virtual_lab::Observer {
 public:
  Simulator(virtual_lab::World& world, const virtual_lab::SimulatorSettings& settings)
      : world_{world},
        faults_{settings.faults},
        wiring_{settings.wiring},
        low_c_{settings.number("set_point_low_c")},
        high_c_{settings.number("set_point_high_c")},
        fahrenheit_{settings.number("fahrenheit") >= 0.5},
        order_{settings.number("high_word_first") >= 0.5 ? WordOrder::high_word_first
                                                         : WordOrder::low_word_first} {
    world.climate().install(climate_from(settings));
    world.attach(*this);
  }

  void on_segment(const virtual_lab::Segment& segment) override { take_timed_faults(segment.end); }

  void opened(Instant) override {}
  void closed(Instant) override {}

  std::optional<Reply> on_request(Instant now, std::uint8_t unit, ByteView pdu) override {
    if (unit != kUnit) return std::nullopt;
    take_timed_faults(now);
    if (const auto fault = faults_.on_command()) take_fault(now, *fault);
    const std::string spoil = std::exchange(spoil_, {});
    if (spoil == "silence") return std::nullopt;
    Reply reply{now + kProcessing, {}, mishap_of(spoil).value_or(ModbusMishap::none)};
    if (spoil == "late") reply.due = now + kLate;
    const auto exception = exception_of(spoil);
    reply.pdu = exception ? modbus::exception_reply(pdu.empty() ? std::uint8_t{0} : pdu[0], *exception)
                          : answer_to(now, pdu);
    return reply;
  }

 private:
  void take_timed_faults(Instant now) {
    while (const auto fault = faults_.due(now)) take_fault(now, *fault);
  }

  void take_fault(Instant now, const std::string& what) {
    if (what == "sensor_open" || what == "sensor_short")
      fail_input(now, 1, what == "sensor_open" ? code::kOpen : code::kShorted);
    else if (what == "body_sensor_open" || what == "body_sensor_short")
      fail_input(now, 2, what == "body_sensor_open" ? code::kOpen : code::kShorted);
    else if (what == "limit_trip")
      world_.climate().trip(now);
    else if (what == "alarm")
      alarm_ = true;
    else if (what == "fahrenheit")
      fahrenheit_ = true;
    else if (what == "swapped_words")
      order_ = WordOrder::high_word_first;
    else if (what == "refuse_set_point")
      refuse_set_point_ = true;
    else if (what == "profile_running")
      profile_ = true;
    else
      spoil_ = what;
  }

  /// The last value stays in its register: who does not look at the error is deceived.
  void fail_input(Instant now, int number, std::uint16_t error) {
    static_cast<void>(input(now, number));
    inputs_.at(static_cast<std::size_t>(number - 1)).error = error;
    control(now);
  }

  Bytes answer_to(Instant now, ByteView pdu) {
    const auto request = modbus::parse_request(pdu);
    const std::uint8_t function = pdu.empty() ? std::uint8_t{0} : pdu[0];
    if (!request) return modbus::exception_reply(function, request.error());
    switch (function) {
      case 3:
      case 4: return read(now, *request);
      case 6:
      case 16: return write(now, *request);
      default: return modbus::exception_reply(function, Exception::illegal_function);
    }
  }

  Bytes read(Instant now, const modbus::Request& request) {
    const auto registers = all_registers(now);
    std::vector<std::uint16_t> values;
    for (std::uint32_t address = request.address; address < std::uint32_t{request.address} + request.count;
         ++address) {
      const auto found = registers.find(address);
      if (found == registers.end())
        return modbus::exception_reply(request.function, Exception::illegal_address);
      values.push_back(found->second);
    }
    return modbus::read_reply(request, values);
  }

  /// Set point and control mode can be written, each as a whole.
  Bytes write(Instant now, const modbus::Request& request) {
    if (request.address == kSetPoint && request.count == 2) {
      const double degrees =
          static_cast<double>(modbus::to_float(request.values[0], request.values[1], order_));
      const double celsius = fahrenheit_ ? (degrees - 32) / 1.8 : degrees;
      if (std::exchange(refuse_set_point_, false) || !(celsius >= low_c_ && celsius <= high_c_))
        return modbus::exception_reply(request.function, Exception::illegal_value);
      set_point_c_ = celsius;
    } else if (request.address == kControlMode && request.count == 1) {
      if (request.values[0] != code::kOff && request.values[0] != code::kAuto)
        return modbus::exception_reply(request.function, Exception::illegal_value);
      mode_ = request.values[0];
    } else {
      return modbus::exception_reply(request.function, Exception::illegal_address);
    }
    control(now);
    return modbus::write_reply(request);
  }

  /// A loop whose input fails is off.
  [[nodiscard]] std::uint16_t actual_mode() const {
    return inputs_[0].error == code::kNone ? mode_ : code::kOff;
  }

  void control(Instant now) {
    if (actual_mode() == code::kAuto)
      world_.climate().condition(now, Temperature{set_point_c_});
    else
      world_.climate().rest(now);
  }

  /// What input `number` measures, or the last that it did.
  double input(Instant now, int number) {
    Input& input = inputs_.at(static_cast<std::size_t>(number - 1));
    if (input.error != code::kNone) return input.celsius;
    if (const auto measured = sensor(now, number))
      input.celsius = std::round(measured->value() / kInputStep) * kInputStep;
    else
      input.error = code::kOpen;
    return input.celsius;
  }

  /// The sensor wired to an input; nothing when there is none.
  [[nodiscard]] std::optional<Temperature> sensor(Instant now, int number) {
    const auto wire = wiring_.find("input_" + std::to_string(number - 1));
    if (wire != wiring_.end()) return world_.thermometer(wire->second);
    return number == 1 ? std::optional{world_.climate().air(now)} : std::nullopt;
  }

  [[nodiscard]] std::map<std::uint32_t, std::uint16_t> all_registers(Instant now) {
    std::map<std::uint32_t, std::uint16_t> registers;
    const auto put = [&](std::uint16_t address, double celsius) {
      const double degrees = fahrenheit_ ? celsius * 1.8 + 32 : celsius;
      const auto words = modbus::to_words(static_cast<float>(degrees), order_);
      registers[address] = words[0];
      registers[address + 1U] = words[1];
    };
    for (std::size_t i = 0; i < kPart.size(); ++i)
      registers[kPartNumber + static_cast<std::uint32_t>(i)] = static_cast<std::uint8_t>(kPart[i]);
    registers[kDeviceStatus] = code::kOk;
    registers[kEthernetUnits] = registers[kSerialUnits] = fahrenheit_ ? code::kFahrenheit : code::kCelsius;
    registers[kProfileState] = profile_ ? code::kRunning : code::kOff;

    put(kSetPointLow, low_c_);
    put(kSetPointHigh, high_c_);
    put(kSetPoint, set_point_c_);
    put(kWorkingSetPoint, set_point_c_);
    put(kProcessValue, input(now, 1));
    for (int n = 1; n <= kInputs; ++n) {
      put(input_value(n), input(now, n));
      registers[input_error(n)] = inputs_.at(static_cast<std::size_t>(n - 1)).error;
    }
    registers[kControlMode] = mode_;
    registers[kActualMode] = actual_mode();

    for (int n = 1; n <= kAlarms; ++n)
      registers[alarm_state(n)] = alarm_ && n == 1 ? code::kAlarmHigh : code::kNone;
    const bool tripped = world_.climate().tripped(now);
    registers[limit_state(kLimitSlot)] = tripped ? code::kError : code::kNone;
    registers[limit_status(kLimitSlot)] = tripped ? code::kFail : code::kOk;
    registers[limit_error(kLimitSlot)] = code::kNone;
    return registers;
  }

  struct Input {
    double celsius = kFirstSetPoint;
    std::uint16_t error = code::kNone;
  };

  virtual_lab::World& world_;
  virtual_lab::FaultScript faults_;
  std::map<std::string, std::string> wiring_;
  double low_c_;
  double high_c_;
  bool fahrenheit_;
  WordOrder order_;
  double set_point_c_ = kFirstSetPoint;
  std::uint16_t mode_ = code::kOff;
  std::array<Input, kInputs> inputs_;
  bool alarm_ = false;
  bool profile_ = false;
  bool refuse_set_point_ = false;
  std::string spoil_;  // what happens to the next request
};

}  // namespace

virtual_lab::SimulatorModel simulator_model() {
  const virtual_lab::Climate::Settings air;
  return {
      .name = "watlow_f4t",
      .parameters = {{"rate_k_per_min", air.rate_k_per_min, 0.01, 1000, "fastest heating and cooling"},
                     {"dead_time_s", air.dead_time_s, 0, 3600, "from a command until the air moves"},
                     {"time_constant_s", air.time_constant_s, 0, 36000, "of the approach to the set point"},
                     {"overshoot_k", air.overshoot_k, 0, 20,
                      "beyond the set point, a tenth of the step at most"},
                     {"room_time_constant_s", air.room_time_constant_s, 0, 1e6,
                      "back to the room without heating and cooling"},
                     {"limit_low_c", air.limit_low_c, -100, 50, "colder air trips the limit controller"},
                     {"limit_high_c", air.limit_high_c, 0, 250, "warmer air trips the limit controller"},
                     {"set_point_low_c", -45, -100, 50, "lower limit of the set point"},
                     {"set_point_high_c", 60, 0, 250, "upper limit of the set point"},
                     {"fahrenheit", 0, 0, 1, "1: temperatures travel in °F"},
                     {"high_word_first", 0, 0, 1, "1: the high word of a float has the lower address"}},
      .faults = {"sensor_open",
                 "sensor_short",
                 "body_sensor_open",
                 "body_sensor_short",
                 "limit_trip",
                 "alarm",
                 "fahrenheit",
                 "swapped_words",
                 "refuse_set_point",
                 "profile_running",
                 "exception_1",
                 "exception_2",
                 "exception_3",
                 "exception_4",
                 "exception_6",
                 "wrong_transaction",
                 "wrong_unit",
                 "cut_short",
                 "bad_check",
                 "reset",
                 "late",
                 "silence"},
      .inputs = kInputs,
      .make = [](virtual_lab::World& world,
                 const virtual_lab::SimulatorSettings& settings) -> virtual_lab::AnyFarEnd {
        return std::shared_ptr<ModbusFarEnd>{std::make_shared<Simulator>(world, settings)};
      }};
}

}  // namespace meterbench::watlow_f4t
