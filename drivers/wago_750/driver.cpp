#include "drivers/wago_750/driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "drivers/protocol/wago_750/framing.h"

namespace meterbench::wago_750 {
namespace {

/// Bits of the process image that can be read and written by their own address.
constexpr int kMostBits = 512;
/// A coupler that has lost its connection may listen again on a new one: once more, and no oftener.
constexpr int kDisarmAttempts = 2;

constexpr const char* kRelayOn = "relay on";
constexpr const char* kRelayOff = "relay off";

void check(const WagoWiring& wiring) {
  std::vector<int> outputs{wiring.relay};
  for (const auto& [finger, output] : wiring.fingers) outputs.push_back(output);
  std::ranges::sort(outputs);
  if (std::ranges::adjacent_find(outputs) != outputs.end())
    throw std::invalid_argument{"an output of the interlock is wired twice"};
  for (const int wire : {outputs.front(), outputs.back(), wiring.emergency_stop, wiring.door, wiring.seated})
    if (wire < 0 || wire >= kMostBits)
      throw std::invalid_argument{fmt::format("the interlock has no input or output {}", wire)};
}

}  // namespace

Wago750::Wago750(ModbusLink& link, WagoWiring wiring, Duration timeout)
    : link_{link}, wiring_{std::move(wiring)}, timeout_{timeout} {
  check(wiring_);
  input_count_ =
      static_cast<std::uint16_t>(std::max({wiring_.emergency_stop, wiring_.door, wiring_.seated}) + 1);
  int last = wiring_.relay;
  for (const auto& [finger, output] : wiring_.fingers) last = std::max(last, output);
  output_count_ = static_cast<std::uint16_t>(last + 1);
}

Wago750::~Wago750() {
  *alive_ = false;
  link_.close();
}

tl::unexpected<Fault> Wago750::born(Errc code, std::string command, std::string detail) const {
  return fault(code, link_.device(), std::move(command), std::move(detail));
}

tl::unexpected<Fault> Wago750::disarmed_meanwhile(std::string command) const {
  return born(Errc::stopped, std::move(command), "disarmed meanwhile");
}

// --- Requests ---

Wago750::Request Wago750::read_registers(std::string text, std::uint16_t address, std::uint16_t count) const {
  return {std::move(text), ModbusFunction::read_holding_registers, address, count, {}, timeout_};
}

Wago750::Request Wago750::write_register(std::string text, std::uint16_t address, std::uint16_t value) const {
  return {std::move(text), ModbusFunction::write_register, address, 0, {value}, timeout_};
}

Wago750::Request Wago750::switch_output(std::string text, int output, bool on) const {
  return {std::move(text),
          ModbusFunction::write_coil,
          static_cast<std::uint16_t>(kOutputs + output),
          0,
          {static_cast<std::uint16_t>(on ? 1 : 0)},
          timeout_};
}

Wago750::Request Wago750::read_inputs() const {
  return {"read inputs", ModbusFunction::read_discrete_inputs, kInputs, input_count_, {}, timeout_};
}

Wago750::Request Wago750::read_outputs() const {
  return {"read outputs back", ModbusFunction::read_coils, kReadBack, output_count_, {}, timeout_};
}

Wago750::Request Wago750::read_state() const { return read_registers("read watchdog state", kState); }

Result<void> Wago750::open_link() {
  if (link_.is_open()) return {};
  armed_ = false;
  return link_.open();
}

template <class T>
void Wago750::ask(Requests requests, const Done<T>& done, OnValues then) {
  start_sequence(link_, std::move(requests),
                 [done, then = std::move(then)](const Result<ModbusValues>& values) {
                   if (!values) return done(tl::unexpected{values.error()});
                   then(*values);
                 });
}

InterlockState Wago750::state_of(const std::vector<std::uint16_t>& inputs,
                                 const std::vector<std::uint16_t>& outputs, std::uint16_t watchdog) const {
  const auto set = [](const std::vector<std::uint16_t>& bits, int which) {
    return bits.at(static_cast<std::size_t>(which)) != 0;
  };
  return {.emergency_stop_healthy = set(inputs, wiring_.emergency_stop),
          .door_closed = set(inputs, wiring_.door),
          .meters_seated = set(inputs, wiring_.seated),
          .relay_closed = set(outputs, wiring_.relay),
          .watchdog_running = watchdog == static_cast<std::uint16_t>(Watchdog::active)};
}

/// Another value than the one before, and never 0, which does not trigger.
std::uint16_t Wago750::next_trigger() {
  trigger_ = trigger_ == 0xFFFF ? std::uint16_t{1} : static_cast<std::uint16_t>(trigger_ + 1);
  return trigger_;
}

// --- Identity and state ---

void Wago750::start_identify(Done<std::string> done) {
  if (auto opened = open_link(); !opened) return done(tl::unexpected{opened.error()});
  ask({read_registers("read series and item", kSeries, 2),
       read_registers("read counts of outputs and inputs", kOutputBits, 2)},
      done, [this, done](const ModbusValues& values) {
        const auto outputs = values[1].at(0), inputs = values[1].at(1);
        if (outputs < output_count_ || inputs < input_count_)
          return done(born(Errc::refused, "read counts of outputs and inputs",
                           fmt::format("the wiring needs {} outputs and {} inputs, there are {} and {}",
                                       output_count_, input_count_, outputs, inputs)));
        done(fmt::format("WAGO {}-{}, {} outputs, {} inputs", values[0].at(0), values[0].at(1), outputs,
                         inputs));
      });
}

void Wago750::start_read(Done<InterlockState> done) {
  if (auto opened = open_link(); !opened) return done(tl::unexpected{opened.error()});
  ask({read_state(), read_inputs(), read_outputs()}, done,
      [this, done](const ModbusValues& values) { done(state_of(values[1], values[2], values[0].at(0))); });
}

// --- The relay and its watchdog ---

void Wago750::start_arm(Duration limit, Done<void> done) {
  const auto ticks = limit / std::chrono::milliseconds{kTimeUnitMs};
  if (ticks < 1 || ticks > 0xFFFF)
    return done(born(Errc::out_of_range, "arm",
                     fmt::format("a watchdog of {} s is not within 0.1 … 6553.5 s", in_seconds(limit))));
  if (auto opened = open_link(); !opened) return done(opened);
  armed_ = false;
  // From an open relay and a watchdog that stands still: its settings cannot be changed while it runs.
  open_relay([this, ticks, round = round_, done = std::move(done)](const Result<void>& opened) {
    if (!opened) return done(opened);
    ask({read_inputs(), read_outputs(), read_state()}, done,
        [this, ticks, round, done](const ModbusValues& values) {
          if (round != round_) return done(disarmed_meanwhile("arm"));
          const InterlockState state = state_of(values[0], values[1], values[2].at(0));
          if (const auto hindrance = state.hindrance(); !hindrance.empty())
            return done(born(Errc::refused, "arm", std::string{hindrance}));
          prepare_watchdog(static_cast<std::uint16_t>(ticks), round, done);
        });
  });
}

void Wago750::prepare_watchdog(std::uint16_t ticks, std::uint64_t round, Done<void> done) {
  // No function triggers by itself: a program that only looks must not keep the relay closed.
  ask({write_register("set watchdog time", kTime, ticks), write_register("set watchdog mask", kMask, 0),
       write_register("set watchdog mask", kMaskBeyond, 0),
       read_registers("read watchdog settings", kTime, 4)},
      done, [this, done, ticks, round](const ModbusValues& values) {
        const auto& held = values[3];
        if (held.at(0) != ticks || held.at(1) != 0 || held.at(2) != 0)
          return done(born(Errc::refused, "set watchdog time",
                           fmt::format("time and masks read {}, {}, {} after {}, 0, 0", held.at(0),
                                       held.at(1), held.at(2), ticks)));
        // What disarming has stopped must not be started again behind it.
        if (round != round_) return done(disarmed_meanwhile("arm"));
        close_relay(held.at(3), round, done);
      });
}

void Wago750::close_relay(std::uint16_t last_trigger, std::uint64_t round, Done<void> done) {
  trigger_ = last_trigger;
  ask({write_register("start watchdog", kTrigger, next_trigger()), read_state()}, done,
      [this, done, round](const ModbusValues& started) {
        if (started[1].at(0) != static_cast<std::uint16_t>(Watchdog::active))
          return done(
              born(Errc::refused, "start watchdog", fmt::format("its state is {}", started[1].at(0))));
        if (round != round_) return done(disarmed_meanwhile("arm"));
        ask({switch_output(kRelayOn, wiring_.relay, true), read_outputs(), read_state()}, done,
            [this, done, round](const ModbusValues& values) {
              if (round != round_) return done(disarmed_meanwhile("arm"));
              if (values[2].at(0) != static_cast<std::uint16_t>(Watchdog::active))
                return done(born(Errc::tripped, kRelayOn, "the watchdog is no longer running"));
              if (values[1].at(static_cast<std::size_t>(wiring_.relay)) == 0)
                return done(born(Errc::implausible, kRelayOn, "the relay's output stays off"));
              armed_ = true;
              done({});
            });
      });
}

void Wago750::start_trigger(Done<InterlockState> done) {
  if (!link_.is_open()) armed_ = false;
  if (!armed_)
    return done(
        born(link_.is_open() ? Errc::refused : Errc::disconnected, "trigger", "the interlock is not armed"));
  // Looked at before it is triggered, since a trigger would start an expired watchdog anew.
  ask({read_state()}, done, [this, done, round = round_](const ModbusValues& before) {
    if (round != round_) return done(disarmed_meanwhile("trigger"));
    const std::uint16_t watchdog = before[0].at(0);
    if (watchdog != static_cast<std::uint16_t>(Watchdog::active)) {
      armed_ = false;
      return done(born(Errc::tripped, "trigger",
                       watchdog == static_cast<std::uint16_t>(Watchdog::expired)
                           ? "the watchdog has expired: all outputs are off"
                           : "the watchdog does not run: the coupler has restarted or was stopped"));
    }
    ask({write_register("trigger", kTrigger, next_trigger()), read_inputs(), read_outputs()}, done,
        [this, done, round, watchdog](const ModbusValues& values) {
          if (round != round_) return done(disarmed_meanwhile("trigger"));
          const InterlockState state = state_of(values[1], values[2], watchdog);
          if (state.relay_closed) return done(state);
          armed_ = false;
          done(born(Errc::implausible, "trigger", "the relay's output reads off though it was switched on"));
        });
  });
}

void Wago750::start_disarm(Done<void> done) {
  ++round_;
  armed_ = false;
  try_disarm(kDisarmAttempts, std::move(done));
}

void Wago750::try_disarm(int attempts, Done<void> done) {
  if (auto opened = open_link(); !opened) return done(opened);
  open_relay([this, attempts, done = std::move(done)](const Result<void>& opened) {
    if (opened || attempts == 1 || link_.is_open() || !*alive_) return done(opened);
    try_disarm(attempts - 1, done);
  });
}

void Wago750::open_relay(Done<void> done) {
  link_.start(
      switch_output(kRelayOff, wiring_.relay, false),
      [this, done = std::move(done)](const Result<std::vector<std::uint16_t>>& switched) {
        // After the watchdog has expired outputs cannot be written, and are off: what counts is what
        // they read.
        if (!switched && switched.error().code != Errc::refused)
          return done(tl::unexpected{switched.error()});
        ask({read_outputs()}, done, [this, done](const ModbusValues& values) {
          if (values[0].at(static_cast<std::size_t>(wiring_.relay)) != 0)
            return done(born(Errc::implausible, kRelayOff, "the relay's output stays on"));
          ask({write_register("stop watchdog", kSimpleStop, kStopCode), read_state()}, done,
              [this, done](const ModbusValues& stopped) {
                if (stopped[1].at(0) == static_cast<std::uint16_t>(Watchdog::inactive)) return done({});
                done(born(Errc::refused, "stop watchdog", fmt::format("its state is {}", stopped[1].at(0))));
              });
        });
      });
}

// --- Fingers ---

void Wago750::start_press(const std::string& position, MeterSwitch which, Duration duration,
                          Done<void> done) {
  const std::string text = fmt::format("press {} at {}", to_text(which), position);
  const auto finger = wiring_.fingers.find({position, which});
  if (finger == wiring_.fingers.end()) return done(born(Errc::refused, text, "no finger is mounted there"));
  const int output = finger->second;
  if (auto opened = open_link(); !opened) return done(opened);
  if (!pressed_.insert(output).second) return done(born(Errc::refused, text, "it is pressed already"));
  const Done<void> ended = [this, output, done = std::move(done)](const Result<void>& result) {
    pressed_.erase(output);
    done(result);
  };
  // Whatever goes wrong once it may be down: it is let go.
  const auto give_up = [this, output, text, ended](const Fault& cause) {
    if (!*alive_) return ended(tl::unexpected{cause});
    release(output, text, [cause, ended](const Result<void>&) { ended(tl::unexpected{cause}); });
  };
  start_sequence(link_, {switch_output(text, output, true), read_outputs()},
                 [this, output, text, duration, ended, give_up](const Result<ModbusValues>& values) {
                   if (!values) return give_up(values.error());
                   if (values->at(1).at(static_cast<std::size_t>(output)) == 0)
                     return give_up(born(Errc::implausible, text, "its output stays off").value());
                   link_.reactor().after(duration, [this, alive = alive_, output, text, ended] {
                     if (*alive) release(output, text, ended);
                   });
                 });
}

void Wago750::release(int output, const std::string& text, Done<void> done) {
  if (auto opened = open_link(); !opened) return done(opened);
  ask({switch_output(text + ": let go", output, false), read_outputs()}, done,
      [this, output, text, done](const ModbusValues& values) {
        if (values[1].at(static_cast<std::size_t>(output)) == 0) return done({});
        done(born(Errc::implausible, text + ": let go", "its output stays on"));
      });
}

}  // namespace meterbench::wago_750
