#include "drivers/keysight_53230a/simulator_instrument.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "bench/core/quantity_text.h"

namespace meterbench::keysight_53230a {
namespace {

/// Of instruments.md 5.1.
constexpr const char* kIdentity =
    "Agilent Technologies,53230A,MY50001484,02.05-1519.666-1.19-4.15-127-155-35";
constexpr double kTimedOut = 9.91e37;
constexpr double kLeastTimeout = 10e-3;
constexpr double kMostTimeout = 2000;
constexpr double kLeastGate = 1e-6;
constexpr double kMostGate = 1000;
constexpr double kMostCount = 1e6;

// All `made`.
constexpr std::size_t kErrorDepth = 30;
constexpr Duration kLookInterval = std::chrono::milliseconds{5};  ///< at a record of time stamps under way
constexpr double kTimeBaseWithoutReference = 100e-6;
constexpr int kDivider = 13;
constexpr double kRollover = 1e15;
constexpr std::string_view kNonsense = "%#@!";

enum StatusByte : unsigned { error_queue = 4, message = 16, event_summary = 32, summary = 64 };
enum EventStatus : unsigned {
  operation_complete = 1,
  query_error = 4,
  device_error = 8,
  execution_error = 16,
  command_error = 32,
  power_on = 128
};
enum Questionable : unsigned { protection = 1U << 0U, rollover = 1U << 9U, time_base = 1U << 10U };

/// `+1.21510000000000E+004`
std::string reading_text(double value) {
  std::string text = fmt::format("{:+.14E}", value);
  const std::size_t digits = text.find('E') + 2;
  text.insert(digits, 3 - std::min<std::size_t>(3, text.size() - digits), '0');
  return text;
}

std::string count_text(std::uint64_t count) { return fmt::format("+{}", count); }

std::string_view without_parentheses(std::string_view text) {
  if (text.size() >= 2 && text.front() == '(' && text.back() == ')') return text.substr(1, text.size() - 2);
  return text;
}

/// Takes the suffix of a number that begins with a plus too.
tl::expected<double, std::string> number_of(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  return parse_number(text);
}

// Numbers of SCPI (instruments.md 8); their texts are the standard's.
constexpr ScpiError kNoError{};
constexpr ScpiError kInvalidCharacter{-101, "Invalid character"};
constexpr ScpiError kDataType{-104, "Data type error"};
constexpr ScpiError kParameterNotAllowed{-108, "Parameter not allowed"};
constexpr ScpiError kMissingParameter{-109, "Missing parameter"};
constexpr ScpiError kUndefinedHeader{-113, "Undefined header"};
constexpr ScpiError kInitIgnored{-213, "Init ignored"};
constexpr ScpiError kSettingsConflict{-221, "Settings conflict"};
constexpr ScpiError kOutOfRange{-222, "Data out of range"};
constexpr ScpiError kIllegalValue{-224, "Illegal parameter value"};
constexpr ScpiError kStale{-230, "Data corrupt or stale"};
constexpr ScpiError kOverflow{-350, "Queue overflow"};
constexpr ScpiError kInterrupted{-410, "Query INTERRUPTED"};

}  // namespace

SimulatedInstrument::SimulatedInstrument(virtual_lab::World& world,
                                         const virtual_lab::SimulatorSettings& settings)
    : world_{world},
      jitter_{world.seed(), "53230a.jitter", settings.role},
      jitter_s_{settings.number("jitter_ps") * 1e-12},
      time_base_error_{settings.number("time_base_ppm") * 1e-6},
      io_time_{from_seconds(settings.number("io_ms") * 1e-3)},
      event_status_{power_on},
      timeout_s_{INFINITY} {
  for (int number = 1; number <= 2; ++number) {
    const auto wire = settings.wiring.find(fmt::format("input_{}", number - 1));
    inputs_.emplace_back(world, wire == settings.wiring.end() ? std::string{} : wire->second, number,
                         settings.number("pulse_height_v"),
                         from_seconds(settings.number("pulse_width_ms") * 1e-3));
  }
  add_common_commands();
  add_input_commands();
  add_measurement_commands();
}

// --- The table of commands ---

void SimulatedInstrument::add_action(const std::string& header, std::function<void()> act) {
  rows_[header].set = [act = std::move(act)](const Parameters&) {
    act();
    return kNoError;
  };
}

void SimulatedInstrument::add_byte(const std::string& header, std::uint8_t& byte) {
  rows_[header] = {[&byte](const Parameters& parameters) {
                     const auto number = number_of(parameters[0]);
                     if (!number) return kDataType;
                     if (!(*number >= 0 && *number <= 255)) return kOutOfRange;
                     byte = static_cast<std::uint8_t>(*number);
                     return kNoError;
                   },
                   [&byte] { return count_text(byte); }, 1, 1};
}

void SimulatedInstrument::add_choice(const std::string& header, std::vector<std::string> names,
                                     std::function<void(std::size_t)> set, std::function<std::size_t()> get) {
  rows_[header] = {[names, set = std::move(set)](const Parameters& parameters) {
                     const auto name = std::ranges::find(names, scpi::capitals(parameters[0]));
                     if (name == names.end()) return kIllegalValue;
                     set(static_cast<std::size_t>(name - names.begin()));
                     return kNoError;
                   },
                   [names, get = std::move(get)] { return names[get()]; }, 1, 1};
}

void SimulatedInstrument::add_number(const std::string& header, double& value,
                                     std::function<bool(double)> in_range) {
  rows_[header] = {[&value, in_range = std::move(in_range)](const Parameters& parameters) {
                     const auto number = number_of(parameters[0]);
                     if (!number) return kDataType;
                     if (!in_range(*number)) return kOutOfRange;
                     value = *number;
                     return kNoError;
                   },
                   [&value] { return reading_text(value); }, 1, 1};
}

void SimulatedInstrument::add_common_commands() {
  rows_["*IDN"].query = [] { return kIdentity; };
  rows_["*TST"].query = [] { return "+0"; };
  rows_["*OPC"].query = [] { return "1"; };  // waits() holds it back
  rows_["*STB"].query = [this] { return count_text(status_byte()); };
  rows_["*ESR"].query = [this] { return count_text(std::exchange(event_status_, std::uint8_t{0})); };
  add_byte("*ESE", event_enable_);
  add_byte("*SRE", service_enable_);
  add_action("*WAI", [] {});
  add_action("*CLS", [this] {
    errors_.clear();
    event_status_ = 0;
    questionable_event_ = 0;
    complete_asked_ = false;
  });
  rows_["*OPC"].set = [this](const Parameters&) {
    complete_asked_ = running_.has_value();
    if (!running_) event_status_ |= operation_complete;
    return kNoError;
  };
  add_action("*RST", [this] {
    running_.reset();
    reading_.clear();
    complete_asked_ = false;
    function_ = Function::total;
    channel_ = 0;
    gate_s_ = 0.1;
    count_ = 100;
    stamp_rate_ = 1e6;
    external_time_base_ = false;
    for (SimulatedInput& input : inputs_) input.settings = {};
  });
  rows_["SYST:ERR"].query = [this] {
    scpi::ErrorEntry entry{0, "No error"};
    if (!errors_.empty()) {
      entry = std::move(errors_.front());
      errors_.pop_front();
    }
    return (entry.number < 0 ? "" : "+") + scpi::error_entry_text(entry);
  };
  rows_["STAT:QUES"].query = [this] { return count_text(std::exchange(questionable_event_, 0U)); };
  rows_["STAT:QUES:EVEN"] = rows_["STAT:QUES"];
  rows_["STAT:QUES:COND"].query = [this] { return count_text(questionable_condition_); };
}

void SimulatedInstrument::add_input_commands() {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    SimulatedInput& input = inputs_[i];
    SimulatedInput::Settings& settings = input.settings;
    const std::string name = fmt::format("INP{}:", i + 1);
    const auto add_flag = [&](const std::string& header, std::vector<std::string> names, bool& flag) {
      add_choice(
          name + header, std::move(names), [&flag](std::size_t choice) { flag = choice == 1; },
          [&flag] { return flag ? 1U : 0U; });
    };
    add_flag("COUP", {"AC", "DC"}, settings.dc);
    add_flag("SLOP", {"POS", "NEG"}, settings.falling);
    add_flag("IMP", {"1E6", "50"}, settings.ohm_50);
    add_number(name + "RANG", settings.range_v, [](double v) { return v == 5 || v == 50; });
    add_number(name + "LEV", settings.level_v,
               [&settings](double v) { return std::abs(v) <= settings.range_v; });
    Row& level = rows_[name + "LEV"];
    level.set = [set = std::move(level.set), &settings](const Parameters& parameters) {
      const ScpiError error = set(parameters);
      if (error.number == 0) settings.auto_level = false;
      return error;
    };
    add_flag("LEV:AUTO", {"OFF", "ON"}, settings.auto_level);
    rows_[name + "LEV:AUTO"].query = [&settings] { return settings.auto_level ? "1" : "0"; };
    add_action(name + "PROT:CLE", [this, &input] {
      input.protection_open = false;
      questionable_condition_ &= ~unsigned{protection};
    });
  }
}

void SimulatedInstrument::add_measurement_commands() {
  const auto configuring = [this](Function function, std::size_t most) {
    return Row{[this, function](const Parameters& parameters) { return configure(function, parameters); },
               {},
               0,
               most};
  };
  rows_["CONF:TOT:TIM"] = configuring(Function::total, 2);
  rows_["CONF:ARR:TST"] = configuring(Function::timestamps, 2);
  add_number("TST:RATE", stamp_rate_,
             [](double rate) { return rate == 10e3 || rate == 100e3 || rate == 800e3 || rate == 1e6; });
  // Only the gate by time is simulated.
  add_choice(
      "TOT:GATE:SOUR", {"TIME"}, [](std::size_t) {}, [] { return 0U; });
  add_choice(
      "ROSC:SOUR", {"INT", "EXT"}, [this](std::size_t choice) { external_time_base_ = choice == 1; },
      [this] { return external_time_base_ ? 1U : 0U; });
  add_number("SYST:TIM", timeout_s_, [](double s) { return s >= kLeastTimeout && s <= kMostTimeout; });
  Row& timeout = rows_["SYST:TIM"];
  timeout.set = [this, set = std::move(timeout.set)](const Parameters& parameters) {
    if (scpi::capitals(parameters[0]) != "INF") return set(parameters);
    timeout_s_ = INFINITY;
    return kNoError;
  };
  timeout.query = [this] { return reading_text(std::isinf(timeout_s_) ? 9.9e37 : timeout_s_); };
  rows_["INIT"].set = [this](const Parameters&) { return initiate(); };
  rows_["READ"].query = [this] {
    running_.reset();
    static_cast<void>(initiate());
    program_.emplace_front("FETC?");
    return std::string{};
  };
  rows_["FETC"].query = [this] {
    if (reading_.empty()) push_error(kStale);
    return reading_;
  };
}

// --- Commands ---

void SimulatedInstrument::take(Instant now, std::string_view program) {
  bring_to(now);
  if (!answer_.empty()) {
    answer_.clear();
    push_error(kInterrupted);
  }
  while (!program.empty()) {
    const std::size_t end = std::min(program.find('\n'), program.size());
    // CR LF ends a line too: CR is white space (IEEE 488.2).
    if (auto line = scpi::line_text(to_bytes(program.substr(0, end))); !line.empty())
      program_.push_back(std::move(line));
    program.remove_prefix(std::min(end + 1, program.size()));
  }
  carry_out_all();
}

bool SimulatedInstrument::waits(const std::string& line) const {
  const auto command = scpi::parse_command(line);
  if (!running_ || !command) return false;
  if (command->query) return command->header == "*OPC" || command->header == "FETC";
  return command->header == "*WAI";
}

void SimulatedInstrument::carry_out_all() {
  while (!program_.empty() && !waits(program_.front())) {
    const std::string line = std::move(program_.front());
    program_.pop_front();
    if (silent_) continue;
    if (const ScpiError error = carry_out(line); error.number != 0) push_error(error);
  }
}

/// The leading colon and the node SENSe, which may be left out; input 1 where no number is given.
std::string SimulatedInstrument::normal_header(std::string header) {
  if (header.starts_with(':')) header.erase(0, 1);
  for (const std::string_view optional : {"SENS:", "SENS1:"})
    if (header.starts_with(optional)) header.erase(0, optional.size());
  if (header.starts_with("INP:")) header.insert(3, "1");
  return header;
}

ScpiError SimulatedInstrument::carry_out(const std::string& line) {
  if (std::exchange(refuse_next_, false)) return kSettingsConflict;
  const bool printable =
      std::ranges::all_of(line, [](char c) { return c == '\t' || (c >= 0x20 && c < 0x7F); });
  const auto command = scpi::parse_command(line);
  if (!printable || !command) return kInvalidCharacter;
  const auto found = rows_.find(normal_header(command->header));
  if (found == rows_.end()) return kUndefinedHeader;
  const Row& row = found->second;
  if (command->query ? !row.query : !row.set) return kUndefinedHeader;
  if (command->query) {
    if (!command->parameters.empty()) return kParameterNotAllowed;
    if (std::string text = row.query(); !text.empty()) reply(std::move(text));
    return kNoError;
  }
  if (command->parameters.size() > row.most_parameters) return kParameterNotAllowed;
  if (command->parameters.size() < row.least_parameters) return kMissingParameter;
  return row.set(command->parameters);
}

void SimulatedInstrument::push_error(const ScpiError& error) {
  const int hundreds = error.number / -100;
  event_status_ |= hundreds == 1   ? command_error
                   : hundreds == 2 ? execution_error
                   : hundreds == 4 ? query_error
                                   : device_error;
  if (errors_.size() == kErrorDepth)
    errors_.back() = {kOverflow.number, std::string{kOverflow.text}};
  else
    errors_.push_back({error.number, std::string{error.text}});
}

void SimulatedInstrument::reply(std::string text) {
  if (std::exchange(garble_next_, false)) text = kNonsense;
  if (!answer_.empty()) answer_.back() = ';';  // several queries in one message: one answer
  for (const char c : text + '\n') answer_.push_back(static_cast<std::uint8_t>(c));
  answer_ready_ = now_ + io_time_;
}

const Bytes* SimulatedInstrument::answer(Instant now) const {
  return answer_.empty() || now < answer_ready_ ? nullptr : &answer_;
}

void SimulatedInstrument::fetched(std::size_t bytes) {
  answer_.erase(answer_.begin(), answer_.begin() + static_cast<std::ptrdiff_t>(bytes));
}

void SimulatedInstrument::clear() {
  program_.clear();
  answer_.clear();
  running_.reset();
  complete_asked_ = false;
  silent_ = false;
}

std::uint8_t SimulatedInstrument::status_byte() const {
  unsigned byte = 0;
  if (!errors_.empty()) byte |= error_queue;
  if (!answer_.empty()) byte |= message;
  if ((event_status_ & event_enable_) != 0) byte |= event_summary;
  if ((byte & service_enable_) != 0) byte |= summary;
  return static_cast<std::uint8_t>(byte);
}

// --- Measurements ---

/// CONF puts the automatic level back on, at both inputs.
ScpiError SimulatedInstrument::configure(Function function, const Parameters& parameters) {
  double value = function == Function::total ? 0.1 : 100;
  std::size_t channel = 0;
  for (const std::string& parameter : parameters) {
    const std::string_view text = without_parentheses(parameter);
    if (text.starts_with('@')) {
      if (text != "@1" && text != "@2") return kIllegalValue;
      channel = text == "@2" ? 1 : 0;
      continue;
    }
    const auto number = number_of(text);
    if (!number) return kDataType;
    value = *number;
  }
  if (function == Function::total) {
    if (!(value >= kLeastGate && value <= kMostGate)) return kOutOfRange;
    gate_s_ = value;
    if (timeout_s_ < gate_s_) timeout_s_ = 2 * gate_s_;
  } else {
    if (!(value >= 1 && value <= kMostCount) || value != std::floor(value)) return kOutOfRange;
    count_ = static_cast<std::uint64_t>(value);
  }
  running_.reset();
  reading_.clear();
  function_ = function;
  channel_ = channel;
  for (SimulatedInput& input : inputs_) input.settings.auto_level = true;
  return {};
}

/// Its own clock, in its seconds for one of ours.
double SimulatedInstrument::clock() const {
  const bool adrift = (questionable_condition_ & time_base) != 0;
  return 1 + time_base_error_ + (adrift ? kTimeBaseWithoutReference : 0);
}

ScpiError SimulatedInstrument::initiate() {
  if (running_) return kInitIgnored;
  reading_.clear();
  running_ = Measurement{.begin = now_, .end = {}, .asked = now_, .edges = {}};
  if (function_ == Function::total)
    running_->end = now_ + from_seconds(gate_s_ / clock());
  else if (!std::isinf(timeout_s_))
    running_->end = now_ + from_seconds(timeout_s_ / clock());
  return {};
}

void SimulatedInstrument::bring_to(Instant now) {
  now_ = std::max(now_, now);
  // An edge of this very instant may still be on its way.
  if (running_) gather(std::min(now_, world_.now()) - Duration{1});
  carry_out_all();
}

void SimulatedInstrument::gather(Instant until) {
  Measurement& m = *running_;
  const Instant last = m.end ? std::min(until, *m.end) : until;
  if (last > m.asked) {
    if (function_ == Function::total) {
      m.total += inputs_[channel_].count(m.asked, last);
    } else {
      const auto edges = inputs_[channel_].edges(m.asked, last);
      m.edges.insert(m.edges.end(), edges.begin(), edges.end());
    }
    m.asked = last;
  }
  if (m.edges.size() > count_ || (m.end && until >= *m.end)) finish();
}

void SimulatedInstrument::finish() {
  const bool timed_out = std::exchange(time_out_next_, false);
  if (function_ == Function::total) {
    auto total = static_cast<double>(running_->total);
    if (std::exchange(roll_over_next_, false)) {
      total = kRollover;
      questionable_event_ |= rollover;
    }
    reading_ = reading_text(timed_out ? kTimedOut : total);
  } else {
    if (timed_out) running_->edges.resize(running_->edges.size() / 2);
    reading_ = timestamps_text();
  }
  running_.reset();
  if (std::exchange(complete_asked_, false)) event_status_ |= operation_complete;
}

/// The prescaler, then the numbers; those that the time-out cut off are 9.91E37.
std::string SimulatedInstrument::timestamps_text() {
  std::string text = std::exchange(divide_next_, false) ? count_text(kDivider) : "+1";
  double latest = 0;
  for (std::uint64_t i = 0; i <= count_; ++i) {
    double number = kTimedOut;
    if (i < running_->edges.size()) {
      const double jitter = jitter_s_ * jitter_.normal(stamps_given_ + i);
      latest = std::max(latest, in_seconds(running_->edges[i] - running_->begin) * clock() + jitter);
      number = latest;
    }
    text += ',' + reading_text(number);
  }
  stamps_given_ += running_->edges.size();
  return text;
}

std::optional<Instant> SimulatedInstrument::next_event() const {
  std::optional<Instant> next;
  const auto consider = [&](Instant t) { next = next ? std::min(*next, t) : t; };
  if (!answer_.empty()) consider(answer_ready_);
  if (running_ && running_->end) consider(*running_->end + Duration{1});
  if (running_ && function_ == Function::timestamps) consider(now_ + kLookInterval);
  return next;
}

// --- The script of faults ---

bool SimulatedInstrument::strike(std::string_view failure) {
  if (failure == "protection") {
    inputs_[channel_].protection_open = true;
    questionable_condition_ |= protection;
    questionable_event_ |= protection;
  } else if (failure == "time_base") {
    questionable_condition_ |= time_base;
    questionable_event_ |= time_base;
  } else if (failure == "auto_level") {
    inputs_[channel_].settings.auto_level = true;
  } else if (failure == "rollover") {
    roll_over_next_ = true;
  } else if (failure == "reading_timeout") {
    time_out_next_ = true;
  } else if (failure == "prescaler") {
    divide_next_ = true;
  } else if (failure == "refuse") {
    refuse_next_ = true;
  } else if (failure == "garble") {
    garble_next_ = true;
  } else if (failure == "silence") {
    silent_ = true;
    answer_.clear();
  } else {
    return false;
  }
  return true;
}

}  // namespace meterbench::keysight_53230a
