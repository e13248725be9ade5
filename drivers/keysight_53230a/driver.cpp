#include "drivers/keysight_53230a/driver.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <utility>

#include "bench/core/quantity_text.h"
#include "drivers/keysight_53230a/readings.h"
#include "drivers/protocol/scpi/framing.h"

namespace meterbench::keysight_53230a {
namespace {

using namespace std::chrono_literals;

constexpr int kInputs = 2;
constexpr Duration kAnswerPatience = 5s;
constexpr Duration kPollInterval = 100ms;
/// Between the last setting of an input and the trigger, as in the field sequence of the facts.
constexpr Duration kRelaySettling = 1s;
/// How much later than the instrument the driver gives up.
constexpr Duration kGrace = 5s;
/// For one number of a record on its way. `made`: a full-speed port carries 24 bytes in that time.
constexpr Duration kPerNumber = 25us;
/// A queue that has not run empty after so many entries fills faster than it is read.
constexpr std::size_t kMostErrors = 50;
constexpr unsigned kEventSummary = 1U << 5U;       // of the status byte
constexpr unsigned kOperationComplete = 1U << 0U;  // of the event status

// Ranges of instruments.md 5.1.
constexpr std::uint64_t kMostCount = 1'000'000;  // of CONF:ARR:TST, which gives one number more
constexpr Duration kShortestGate = 1us;
constexpr Duration kLongestGate = 1000s;
constexpr Duration kShortestTimeout = 10ms;
constexpr Duration kLongestTimeout = 2000s;
constexpr std::string_view kStampRate = "1E6";  // stamps a second before the prescaler begins to divide
constexpr double kMaximumRate = 1e6;

/// `made`: the facts give 20 ps to 100 ns.
constexpr Seconds kResolution{100e-9};
/// Knowledge: the ageing of a standard TCXO in a year.
constexpr Ratio kTimeBase{1e-6};

Voltage most_level(CounterInput::Range range) {
  return Voltage{range == CounterInput::Range::v5 ? 5.0 : 50.0};
}

/// Divided, not multiplied by a billionth, so that 60 s is 60.
std::string seconds_text(Duration d) { return number_text(static_cast<double>(d.count()) / 1e9); }

/// SYST:TIM, which must not be left as it was: it is kept over power cycles.
std::string timeout_command(Duration limit) {
  if (limit > kLongestTimeout) return "SYST:TIM INF";
  return "SYST:TIM " + seconds_text(std::max(limit, kShortestTimeout));
}

}  // namespace

CounterCapabilities capabilities() {
  return {.methods = {CountingMethod::timestamps, CountingMethod::gated_total},
          .inputs = kInputs,
          .maximum_rate = Frequency{kMaximumRate},
          .resolution = kResolution,
          .time_base = kTimeBase,
          .most_timestamps = kMostCount + 1,
          .longest_gate = kLongestGate};
}

Counter53230a::Counter53230a(UsbLink& link, const Inputs53230a& inputs, TimeBase time_base)
    : Operations{link.reactor(), link.device()}, session_{link}, inputs_{inputs}, time_base_{time_base} {
  for (const CounterInput& input : inputs)
    if (!(std::abs(input.level.value()) <= most_level(input.range).value()))
      throw std::invalid_argument{"trigger level beyond the range of the input: " + to_text(input.level)};
}

Counter53230a::~Counter53230a() { abandon(); }

template <class T>
Counter53230a::Op Counter53230a::begin_measuring(std::string text, const Done<T>& done) {
  return begin_alone(std::move(text), done, stopping_ ? "the counter is being stopped" : "");
}

// --- Steps ---

void Counter53230a::connect(const Op& op, Then then) {
  if (!session_.is_open()) connection_ = {};
  session_.start_open([this, op, then = std::move(then)](Result<void> opened) {
    if (!op->goes_on()) return;
    if (!opened) return fail(op, std::move(opened).error());
    then();
  });
}

void Counter53230a::send(const Op& op, const std::string& command, Then then) {
  session_.start_write(command, to_bytes(command + '\n'), kAnswerPatience,
                       [this, op, then = std::move(then)](Result<void> sent) {
                         if (!op->goes_on()) return;
                         if (!sent) return fail(op, std::move(sent).error());
                         then();
                       });
}

void Counter53230a::ask(const Op& op, const std::string& query, Duration patience,
                        std::function<void(std::string)> then) {
  session_.start_query(query, to_bytes(query + '\n'), patience,
                       [this, op, query, then = std::move(then)](Result<Bytes> answer) {
                         if (!op->goes_on()) return;
                         if (!answer) return fail(op, std::move(answer).error());
                         std::string text = scpi::line_text(*answer);
                         if (text.empty()) return fail(op, Errc::garbled, query, "an empty answer");
                         if (!std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }))
                           return fail(op, Errc::garbled, query, printable_text(*answer));
                         then(std::move(text));
                       });
}

void Counter53230a::tell(const Op& op, const std::string& command, Then then) {
  send(op, command, [this, op, command, then = std::move(then)] { collect_errors(op, command, {}, then); });
}

void Counter53230a::tell_all(const Op& op, std::shared_ptr<const std::vector<std::string>> commands,
                             std::size_t next, Then then) {
  if (next == commands->size()) return then();
  tell(op, (*commands)[next],
       [this, op, commands, next, then = std::move(then)] { tell_all(op, commands, next + 1, then); });
}

void Counter53230a::collect_errors(const Op& op, const std::string& command, std::vector<std::string> found,
                                   Then then) {
  ask(op, "SYST:ERR?", kAnswerPatience,
      [this, op, command, found = std::move(found), then = std::move(then)](std::string answer) mutable {
        const auto entry = scpi::parse_error_entry(answer);
        if (!entry) return fail(op, Errc::garbled, "SYST:ERR? after " + command, answer);
        if (entry->number == 0 && found.empty()) return then();
        if (entry->number != 0) found.push_back(std::move(answer));
        if (entry->number == 0 || found.size() == kMostErrors)
          return fail(op, Errc::refused, command, fmt::format("{}", fmt::join(found, "; ")));
        collect_errors(op, command, std::move(found), std::move(then));
      });
}

void Counter53230a::later(const Op& op, Duration delay, Then then) {
  session_.link().reactor().after(delay, [op, then = std::move(then)] {
    if (op->goes_on()) then();
  });
}

// --- What a station asks for ---

void Counter53230a::start_identify(Done<std::string> done) {
  const Op op = begin_measuring("identify", done);
  if (!op) return;
  connect(op, [this, op, done = std::move(done)] {
    ask(op, "*IDN?", kAnswerPatience, [this, op, done](std::string identity) {
      if (identity.find(",53230A,") == std::string::npos)
        return fail(op, Errc::refused, "*IDN?", fmt::format("'{}' is no 53230A", identity));
      end(op);
      done(std::move(identity));
    });
  });
}

void Counter53230a::start_timestamps(int input, std::uint64_t edges, Duration limit,
                                     Done<std::vector<Seconds>> done) {
  const std::string text = fmt::format("time stamps of {} edges at input {}", edges, input);
  const auto refuse = [&](std::string why) {
    done(fault(Errc::out_of_range, session_.link().device(), text, std::move(why)));
  };
  if (input < 0 || input >= kInputs) return refuse(fmt::format("inputs are 0 to {}", kInputs - 1));
  if (edges < 1 || edges > kMostCount + 1) return refuse(fmt::format("1 to {} edges", kMostCount + 1));
  if (limit <= Duration{}) return refuse("there must be time for them");
  const Op op = begin_measuring(text, done);
  if (!op) return;

  // A record of `count` has count + 1 numbers; the least has two.
  const std::uint64_t count = std::max<std::uint64_t>(edges, 2) - 1;
  const auto interpret = [this, op, edges, count, done = std::move(done)](const std::string& reading) {
    auto record = parse_timestamps(reading, count + 1);
    if (!record) return fail(op, Errc::garbled, "FETC?", record.error());
    if (record->prescaler != 1)
      return fail(op, Errc::refused, "FETC?",
                  fmt::format("the counter has divided by {}: pulses faster than {} Hz, whose time stamps "
                              "are of a unit that is not known",
                              record->prescaler, kMaximumRate));
    if (record->stamps.size() < edges)
      return fail(op, Errc::refused, op->text, fmt::format("only {} came", record->stamps.size()));
    record->stamps.resize(edges);
    end(op);
    done(std::move(record->stamps));
  };
  const auto channel = fmt::format("(@{})", input + 1);
  measure(op, {static_cast<std::size_t>(input),
               {timeout_command(limit), fmt::format("CONF:ARR:TST ({}),{}", count, channel),
                fmt::format("TST:RATE {}", kStampRate)},
               limit,
               kAnswerPatience + static_cast<std::int64_t>(count) * kPerNumber,
               interpret});
}

void Counter53230a::start_total(int input, Duration gate, Done<std::uint64_t> done) {
  const std::string text = fmt::format("total of input {} in {} s", input, seconds_text(gate));
  const auto refuse = [&](std::string why) {
    done(fault(Errc::out_of_range, session_.link().device(), text, std::move(why)));
  };
  if (input < 0 || input >= kInputs) return refuse(fmt::format("inputs are 0 to {}", kInputs - 1));
  if (gate < kShortestGate || gate > kLongestGate)
    return refuse(
        fmt::format("a gate is {} s to {} s long", seconds_text(kShortestGate), seconds_text(kLongestGate)));
  const Op op = begin_measuring(text, done);
  if (!op) return;

  const auto interpret = [this, op, done = std::move(done)](const std::string& reading) {
    const auto total = parse_reading(reading);
    if (!total) return fail(op, Errc::garbled, "FETC?", reading);
    if (is_timed_out(*total)) return fail(op, Errc::refused, "FETC?", "the counter timed out: no reading");
    if (!(*total >= 0) || *total != std::floor(*total) || *total > 1e15)
      return fail(op, Errc::garbled, "FETC?", reading + " is no count");
    end(op);
    done(static_cast<std::uint64_t>(*total));
  };
  // A time-out shorter than the gate would be replaced by twice the gate: that is what it is told.
  measure(op, {static_cast<std::size_t>(input),
               {timeout_command(2 * gate),
                fmt::format("CONF:TOT:TIM {},(@{})", seconds_text(gate), input + 1), "TOT:GATE:SOUR TIME"},
               gate,
               kAnswerPatience,
               interpret});
}

void Counter53230a::start_stop(Done<void> done) {
  if (!alone() && !stopping_) return done({});
  stop_waiters_.push_back(std::move(done));
  if (stopping_) return;
  stopping_ = true;
  const Op interrupted = alone();
  end(interrupted);
  connection_.reset = false;  // whatever it was in the middle of
  session_.start_clear([this](const Result<void>& cleared) {
    stopping_ = false;
    for (const Done<void>& waiter : std::exchange(stop_waiters_, {})) waiter(cleared);
  });
  interrupted->on_fault({Errc::stopped, session_.link().device(), interrupted->text, "stopped",
                         session_.link().reactor().now() - interrupted->begin});
}

// --- A measurement ---

std::vector<std::string> Counter53230a::set_up_commands(const Measurement& measurement) const {
  std::vector<std::string> commands{"*CLS"};
  if (!connection_.reset) commands.emplace_back("*RST");
  commands.emplace_back(time_base_ == TimeBase::internal ? "ROSC:SOUR INT" : "ROSC:SOUR EXT");
  commands.insert(commands.end(), measurement.configure.begin(), measurement.configure.end());
  // CONF has put the automatic level back on, so the input comes after it, and the level last.
  const CounterInput& input = inputs_.at(measurement.input);
  const auto set = [&](std::string_view what, std::string_view value) {
    commands.push_back(fmt::format("INP{}:{} {}", measurement.input + 1, what, value));
  };
  set("COUP", input.coupling == CounterInput::Coupling::dc ? "DC" : "AC");
  set("IMP", input.impedance == CounterInput::Impedance::ohm_50 ? "50" : "1E6");
  set("RANG", input.range == CounterInput::Range::v5 ? "5" : "50");
  set("SLOP", input.slope == CounterInput::Slope::rising ? "POS" : "NEG");
  set("LEV", scpi::fixed_text(input.level.value(), 3));
  commands.emplace_back("*ESE 1");  // operation complete shows in the status byte
  return commands;
}

void Counter53230a::measure(const Op& op, Measurement measurement) {
  connect(op, [this, op, shared = std::make_shared<const Measurement>(std::move(measurement))] {
    const auto commands = std::make_shared<const std::vector<std::string>>(set_up_commands(*shared));
    if (!connection_.reset) connection_.relays_settled = {};
    tell_all(op, commands, 0, [this, op, shared] {
      connection_.reset = true;
      const bool settled = std::exchange(connection_.relays_settled.at(shared->input), true);
      later(op, settled ? Duration{} : kRelaySettling, [this, op, shared] { trigger(op, shared); });
    });
  });
}

void Counter53230a::trigger(const Op& op, const std::shared_ptr<const Measurement>& measurement) {
  send(op, "INIT", [this, op, measurement] {
    send(op, "*OPC", [this, op, measurement] {
      await_end(op, measurement, session_.link().reactor().now() + measurement->limit + kGrace);
    });
  });
}

void Counter53230a::await_end(const Op& op, const std::shared_ptr<const Measurement>& measurement,
                              Instant deadline) {
  session_.start_status_byte(kAnswerPatience, [=, this](Result<std::uint8_t> status) {
    if (!op->goes_on()) return;
    if (!status) return fail(op, std::move(status).error());
    if ((*status & kEventSummary) != 0) return fetch(op, measurement);
    if (session_.link().reactor().now() >= deadline) return give_up(op);
    later(op, kPollInterval, [=, this] { await_end(op, measurement, deadline); });
  });
}

/// The instrument did not come to an end by itself: it is cleared, and told from scratch the next time.
void Counter53230a::give_up(const Op& op) {
  connection_.reset = false;
  session_.start_clear([this, op](Result<void> cleared) {
    if (!op->goes_on()) return;
    if (!cleared) return fail(op, std::move(cleared).error());
    fail(op, Errc::refused, op->text, "the measurement did not end in time; how many came is not known");
  });
}

void Counter53230a::fetch(const Op& op, const std::shared_ptr<const Measurement>& measurement) {
  ask(op, "*ESR?", kAnswerPatience, [this, op, measurement](const std::string& answer) {
    const auto events = parse_reading(answer);
    if (!events || !(*events >= 0 && *events <= 255)) return fail(op, Errc::garbled, "*ESR?", answer);
    if ((static_cast<unsigned>(*events) & kOperationComplete) == 0)
      return fail(op, Errc::implausible, "*ESR?", "the measurement is over and not complete: " + answer);
    ask(op, "FETC?", measurement->fetch_patience, [this, op, measurement](const std::string& reading) {
      check_health(op, measurement->input, [measurement, reading] { measurement->interpret(reading); });
    });
  });
}

/// Whether the reading was taken as it was meant to be.
void Counter53230a::check_health(const Op& op, std::size_t input, Then then) {
  check_questionable(op, "STAT:QUES:COND?", [this, op, input, then = std::move(then)] {
    check_questionable(op, "STAT:QUES?", [this, op, input, then] {
      const std::string query = fmt::format("INP{}:LEV:AUTO?", input + 1);
      ask(op, query, kAnswerPatience, [this, op, query, then](const std::string& answer) {
        if (answer == "1" || answer == "+1")
          return fail(op, Errc::implausible, query,
                      "the automatic trigger level came on during the measurement; it loses slow pulses");
        if (answer != "0" && answer != "+0") return fail(op, Errc::garbled, query, answer);
        collect_errors(op, "FETC?", {}, then);
      });
    });
  });
}

void Counter53230a::check_questionable(const Op& op, const std::string& query, Then then) {
  ask(op, query, kAnswerPatience, [this, op, query, then = std::move(then)](const std::string& answer) {
    const auto number = parse_reading(answer);
    if (!number || !(*number >= 0 && *number <= 0xFFFF)) return fail(op, Errc::garbled, query, answer);
    const auto bits = static_cast<unsigned>(*number);
    if ((bits & questionable::kProtectionOpen) != 0)
      return fail(op, Errc::tripped, query,
                  "an input's protection relay is open: take the overload away, then re-arm the input "
                  "(INP:PROT:CLE)");
    if ((bits & questionable::kTimeBase) != 0)
      return fail(op, Errc::implausible, query, "the time base has no reference: check the oscillator");
    if ((bits & questionable::kTotalizeRollover) != 0)
      return fail(op, Errc::garbled, query, "the total rolled over");
    then();
  });
}

}  // namespace meterbench::keysight_53230a
