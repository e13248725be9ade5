#include "drivers/zera_com5003/simulator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <memory>
#include <utility>

#include "bench/core/quantity_text.h"
#include "drivers/far_end/far_end.h"
#include "drivers/protocol/scpi/framing.h"
#include "drivers/virtual_lab/world/reference_input.h"
#include "drivers/zera_com5003/simulator_calculator.h"
#include "drivers/zera_com5003/simulator_measuring.h"
#include "drivers/zera_com5003/simulator_messages.h"
#include "drivers/zera_com5003/simulator_ranges.h"
#include "drivers/zera_com5003/simulator_status.h"

namespace meterbench::zera_com5003 {
namespace {

using virtual_lab::ReferenceInput;

// All `made`, save the cycle of observation; see quirks.md.
constexpr Duration kProcessing = std::chrono::milliseconds{5};  ///< of one message
constexpr Duration kRanging = std::chrono::milliseconds{300};   ///< from a range command until it is in force
constexpr double kDriftPercent = 0.5;
constexpr std::size_t kLongestLine = 4096;
constexpr double kLeastIntegration = 1, kMostIntegration = 10;  // s
constexpr double kLeastConstant = 1e-6, kMostConstant = 1e20;   // DUTCONSTANT
constexpr double kMostLimit = 100;                              // %

constexpr Duration kObservation = std::chrono::milliseconds{200};
constexpr unsigned kOverloadBit = 1 << 9, kLatchedBit = 1 << 10;  // of STATUS:QUESTIONABLE
constexpr unsigned kRangingBit = 1 << 2;                          // of STATUS:OPERATION

// What `do:` may say besides what strike() does at once.
constexpr const char* kUndefinedHeader = "undefined_header";
constexpr const char* kCommandError = "command_error";
constexpr const char* kNumericError = "numeric_error";
constexpr const char* kNoAnswer = "no_answer";
constexpr const char* kMissingSemicolon = "missing_semicolon";
constexpr const char* kNanReading = "nan_reading";
constexpr const char* kOutOfOrder = "out_of_order";

class Simulator final : public FarEnd, public virtual_lab::Observer {
 public:
  Simulator(virtual_lab::World& world, const virtual_lab::SimulatorSettings& settings)
      : world_{world},
        input_{world.seed(),
               {.gain_percent = settings.number("gain_percent"),
                .phase_error_arcmin = settings.number("phase_error_arcmin"),
                .range_error_percent = settings.number("range_error_percent"),
                .noise_percent = settings.number("noise_percent"),
                .definition = ReferenceInput::Definition::element_sum}},
        measuring_{settings.number("full_double") != 0},
        faults_{settings.faults} {
    if (const auto wire = settings.wiring.find("input_0"); wire != settings.wiring.end())
      led_name_ = wire->second;
    world.attach(*this);
    world.add_signal(settings.role + ".pulses", input_);
    ranges_changed();
    add_common_commands();
    add_status_commands();
    add_range_commands();
    add_power_commands();
    add_error_test_commands();
  }

  void on_segment(const virtual_lab::Segment& segment) override {
    run_to(segment.begin);
    input_.on_segment(segment);
    now_ = segment.end;
    take_edges(segment.begin);
    error_test_.refresh(segment.end);
    if (segment.end.time_since_epoch() % kObservation == Duration{}) observe(segment.terminals);
    if (Measuring::publishes_at(segment.end)) measuring_.publish(input_.reading(integration_));
  }

  /// Each client has status and error queue of its own; they go with it.
  void opened(Instant now) override {
    forget_client();
    run_to(now);
  }
  void closed(Instant) override { forget_client(); }

  void on_bytes(Instant now, ByteView bytes, Bytes&) override {
    run_to(now);
    Bytes lines{bytes.begin(), bytes.end()};
    std::ranges::replace(lines, std::uint8_t{'\r'}, std::uint8_t{'\n'});
    for (const auto& line : lines_.take(lines))
      for (const std::string& message : messages_of(line.text)) take_message(message);
  }

  void on_time(Instant now, Bytes& reply) override {
    run_to(now);
    while (!answers_.empty() && answers_.front().due <= now) {
      const std::string text = answers_.front().text() + '\n';
      reply.insert(reply.end(), text.begin(), text.end());
      answers_.pop_front();
    }
  }

  [[nodiscard]] std::optional<Instant> next_event() const override {
    std::optional<Instant> next = faults_.next();
    const auto take = [&](Instant when) { next = next ? std::min(*next, when) : when; };
    if (!answers_.empty()) take(answers_.front().due);
    // A request for service may rise with any observation.
    if (status_.service_enable != 0) take(now_ + kObservation);
    return next;
  }

 private:
  struct Answer {
    Instant due;
    std::function<std::string()> text;
  };
  /// What a header does: a query answers, a command takes a parameter or none.
  struct Command {
    std::vector<std::string> keywords;
    std::function<std::string()> query{};
    std::function<ScpiError(const std::string&)> set{};
    std::function<void()> act{};
  };

  // --- Time ---

  void run_to(Instant now) {
    now_ = now;
    while (const auto what = faults_.due(now)) strike(*what);
    if (apply_at_ && *apply_at_ <= now) {
      apply_at_.reset();
      ranges_.apply();
      ranges_changed();
    }
  }

  void observe(const virtual_lab::Terminals& terminals) {
    ranges_.observe({std::abs(terminals.voltage[0]), std::abs(terminals.voltage[1]), 0,
                     std::abs(terminals.current[0]), std::abs(terminals.current[1]), 0});
    ranges_changed();
  }

  void ranges_changed() {
    const double constant = ranges_.pulse_constant();
    input_.set_energy_per_pulse(from_watt_hours(1000 / constant));
    // One error for each pair of ranges on L1.
    const std::size_t currents = Ranges::catalogue(Ranges::kIL1).size();
    input_.select_range(
        static_cast<int>(ranges_.active_index(0) * currents + ranges_.active_index(Ranges::kIL1)));
    error_test_.set_reference_constant(constant);
    show_conditions();
  }

  void show_conditions() {
    status_.questionable.set_condition((ranges_.overloaded() ? kOverloadBit : 0) |
                                       (ranges_.latched() ? kLatchedBit : 0));
    status_.operation.set_condition(apply_at_ ? kRangingBit : 0);
    if (status_.requests_service()) request_service();
  }

  /// Only what every observer of the world has seen: a meter may light its LED at the segment's very end.
  void take_edges(Instant until) {
    if (until <= edges_taken_) return;
    if (!led_ && !led_name_.empty()) led_ = world_.signal(led_name_);
    if (led_ && error_test_.running())
      for (const Instant edge : led_->edges_between(edges_taken_, until))
        error_test_.on_edge(input_.edges_until(edge));
    edges_taken_ = until;
  }

  // --- Messages and answers ---

  void forget_client() {
    status_ = Status{};
    lines_.forget();
    answers_.clear();
    held_.reset();
    deaf_ = false;
  }

  void take_message(const std::string& text) {
    if (auto what = faults_.on_command()) strike(*what);
    if (deaf_) return;
    const ScpiError error = carry_out(text);
    if (error != ScpiError::none) status_.errors.push(error);
    show_conditions();
  }

  ScpiError carry_out(const std::string& text) {
    if (const auto refusal = std::exchange(refuse_next_, std::nullopt)) return *refusal;
    const auto message = parse_message(text);
    if (!message) return message.error();
    if (const auto measured = measure(*message)) return *measured;
    for (const Command& command : commands_)
      if (means(message->nodes, command.keywords)) return carry_out(command, *message);
    return ScpiError::command;
  }

  ScpiError carry_out(const Command& command, const Message& message) {
    if (message.query) {
      if (!command.query) return ScpiError::query;
      answer(now_ + kProcessing, [text = command.query()] { return text; });
      return ScpiError::none;
    }
    if (message.parameter && command.set) return command.set(*message.parameter);
    if (message.parameter || !command.act) return ScpiError::command;
    command.act();
    return ScpiError::none;
  }

  /// The four verbs of measuring: MEASURE and READ arm and wait, INIT arms, FETCH waits for what is armed.
  std::optional<ScpiError> measure(const Message& message) {
    const std::string_view verb = message.nodes.front();
    const bool arms = means(verb, "MEASURE") || verb == "READ" || verb == "INIT";
    if (!arms && !means(verb, "FETCH")) return std::nullopt;
    if (message.nodes.size() < 2 || message.nodes.size() > 3 || message.parameter) return ScpiError::command;
    const auto places = measuring_.find(message.nodes[1], message.nodes.size() == 3 ? message.nodes[2] : "");
    if (places.empty()) return ScpiError::command;
    if (message.query == (verb == "INIT")) return message.query ? ScpiError::query : ScpiError::command;
    if (arms) measuring_.arm(places);
    if (!message.query) return ScpiError::none;
    const auto published = (now_.time_since_epoch() / Measuring::kPeriod + 1) * Measuring::kPeriod;
    const Instant ready = measuring_.pending(places) ? Instant{published} : now_;
    answer(ready + kProcessing, [this, places] { return spoilt(measuring_.captured(places)); });
    return ScpiError::none;
  }

  std::string spoilt(std::string values) {
    if (std::exchange(nan_next_, false)) {
      const std::size_t number = values.find("]:") + 2;
      values.replace(number, values.find(';', number) - number, "nan");
    }
    if (std::exchange(cut_next_, false) && values.ends_with(';')) values.pop_back();
    return values;
  }

  /// Answers keep the order of their questions.
  void answer(Instant due, std::function<std::string()> text) {
    if (std::exchange(drop_next_, false)) return;
    if (std::exchange(hold_next_, false)) {
      held_ = std::move(text);
      return;
    }
    queue(due, std::move(text));
    if (held_) queue(due, *std::exchange(held_, std::nullopt));
  }

  void queue(Instant due, std::function<std::string()> text) {
    if (!answers_.empty()) due = std::max(due, answers_.back().due);
    answers_.push_back({due, std::move(text)});
  }

  void request_service() {
    answers_.push_front({now_, [] { return std::string{"SRQ"}; }});
  }

  // --- Faults ---

  void strike(const std::string& what) {
    if (what == "drift") {
      input_.shift_gain(kDriftPercent);
    } else if (what == "overload") {
      ranges_.exceed(Ranges::kIL1);
      ranges_changed();
    } else if (what == "range_change") {
      change_range_by_hand();
    } else if (what == "srq") {
      request_service();
    } else if (what == "queue_overflow") {
      for (std::size_t i = 0; i <= ErrorQueue::kDepth; ++i) status_.errors.push(ScpiError::command);
    } else if (what == "nan") {
      error_test_.lose_reference();
    } else if (what == "half_open") {
      deaf_ = true;
      answers_.clear();
    } else {
      refuse_next_ = what == kUndefinedHeader ? std::optional{ScpiError::undefined_header}
                     : what == kCommandError  ? std::optional{ScpiError::command}
                     : what == kNumericError  ? std::optional{ScpiError::numeric_data}
                                              : refuse_next_;
      drop_next_ |= what == kNoAnswer;
      cut_next_ |= what == kMissingSemicolon;
      nan_next_ |= what == kNanReading;
      hold_next_ |= what == kOutOfOrder;
    }
  }

  /// Somebody at the instrument takes the next larger current range, or the next smaller of the largest.
  void change_range_by_hand() {
    const auto all = Ranges::catalogue(Ranges::kIL1);
    const std::size_t range = ranges_.active_index(Ranges::kIL1);
    static_cast<void>(ranges_.want(Ranges::kIL1, all[range == 0 ? 1 : range - 1].name));
    ranges_.apply();
    ranges_changed();
  }

  // --- Commands ---

  void add_query(std::string_view header, std::function<std::string()> query) {
    commands_.push_back({.keywords = keywords_of(header), .query = std::move(query)});
  }
  void add_act(std::string_view header, std::function<void()> act) {
    commands_.push_back({.keywords = keywords_of(header), .act = std::move(act)});
  }
  void add_setting(std::string_view header, std::function<std::string()> query,
                   std::function<ScpiError(const std::string&)> set) {
    commands_.push_back({.keywords = keywords_of(header), .query = std::move(query), .set = std::move(set)});
  }
  /// A number within `least` … `most`, written by `store`.
  void add_number(std::string_view header, double least, double most, std::function<double()> value,
                  std::function<ScpiError(double)> store) {
    add_setting(
        header, [value = std::move(value)] { return fmt::format("{}", value()); },
        [least, most, store = std::move(store)](const std::string& text) {
          const auto number = parse_number(text);
          if (!number) return ScpiError::numeric_data;
          return *number >= least && *number <= most ? store(*number) : ScpiError::execution;
        });
  }
  void add_flag(std::string_view header, bool& flag) {
    add_number(
        header, 0, 1, [&flag] { return flag ? 1.0 : 0.0; },
        [&flag](double value) {
          flag = value != 0;
          return ScpiError::none;
        });
  }
  /// One of a few texts, of which only `simulated` is taken.
  void add_choice(std::string_view header, std::string simulated) {
    add_setting(
        header, [simulated] { return simulated; },
        [simulated](const std::string& text) {
          return text == simulated ? ScpiError::none : ScpiError::execution;
        });
  }
  void add_bits(std::string_view header, unsigned& bits, std::string_view format) {
    constexpr double most = 65535;
    add_setting(
        header, [&bits, format] { return fmt::format(fmt::runtime(format), static_cast<int>(bits)); },
        [&bits](const std::string& text) {
          const auto number = parse_number(text);
          if (!number) return ScpiError::numeric_data;
          if (!(*number >= 0 && *number <= most)) return ScpiError::execution;
          bits = static_cast<unsigned>(*number);
          return ScpiError::none;
        });
  }

  void add_common_commands() {
    add_query("*IDN", [] { return "ZERA GmbH Koenigswinter, COM5003, MB-REF-2, simulator"; });
    add_query("*TST", [] { return "1"; });
    add_query("*STB", [this] { return fmt::format("{:+d}", static_cast<int>(status_.byte())); });
    add_query("*ESR", [this] { return fmt::format("{:+d}", static_cast<int>(status_.event_status)); });
    add_bits("*ESE", status_.event_enable, "{:+d}");
    add_bits("*SRE", status_.service_enable, "{:+d}");
    add_act("*CLS", [this] { status_.clear(); });
    add_act("*RST", [] {});
    commands_.push_back({.keywords = keywords_of("*OPC"),
                         .query = [this] { return apply_at_ ? "+0" : "+1"; },
                         .act = [this] { status_.event_status |= 1U; }});
    add_query("SYSTEM:ERROR", [this] { return entry_text(status_.errors.take()); });
    add_query("SYSTEM:ERROR:COUNT", [this] { return std::to_string(status_.errors.size()); });
    add_query("SYSTEM:ERROR:ALL", [this] { return status_.errors.take_all(); });
  }

  void add_status_commands() {
    const auto add = [this](const std::string& name, EventRegister& events) {
      add_query(name + ":CONDITION", [&events] { return std::to_string(events.condition()); });
      add_query(name + ":EVENT", [&events] { return std::to_string(events.take_event()); });
      add_bits(name + ":ENABLE", events.enable, "{}");
      add_bits(name + ":PTRANSITION", events.rising, "{}");
      add_bits(name + ":NTRANSITION", events.falling, "{}");
    };
    add("STATUS:QUESTIONABLE", status_.questionable);
    add("STATUS:OPERATION", status_.operation);
  }

  void add_range_commands() {
    add_flag("CONFIGURATION:RNG1:RNGAUTO", ranges_.automatic);
    add_flag("CONFIGURATION:RNG1:GROUPING", ranges_.grouped);
    add_number(
        "SENSE:RNG1:OVERLOAD", 0, 0, [this] { return ranges_.overloaded() ? 1.0 : 0.0; },
        [this](double) {
          ranges_.clear_overload();
          apply_at_ = now_ + kRanging;
          return ScpiError::none;
        });
    for (std::size_t channel = 0; channel < Ranges::kChannels.size(); ++channel) {
      const std::string header = fmt::format("SENSE:RNG1:{}:RANGE", Ranges::kChannels[channel]);
      add_setting(
          header, [this, channel] { return std::string{ranges_.active(channel).name}; },
          [this, channel](const std::string& name) {
            if (!ranges_.want(channel, name)) return ScpiError::execution;
            apply_at_ = now_ + kRanging;
            return ScpiError::none;
          });
      add_query(header + ":CATALOG", [channel] {
        std::string names;
        for (const Ranges::Range& range : Ranges::catalogue(channel))
          names += (names.empty() ? "" : ";") + std::string{range.name};
        return names;
      });
    }
  }

  void add_power_commands() {
    struct Module {
      std::string_view name, mode, catalogue;
    };
    for (const Module& module : {Module{"POW1", "4LW", "4LW;3LW;2LW"}, Module{"POW2", "4LB", "4LB;3LB;2LB"},
                                 Module{"POW3", "4LS", "4LS;4LSg;2LS;2LSg"}}) {
      const std::string mode = fmt::format("CONFIGURATION:{}:MMODE", module.name);
      add_choice(mode, std::string{module.mode});
      add_query(mode + ":CATALOG", [all = std::string{module.catalogue}] { return all; });
      add_query(fmt::format("CONFIGURATION:{}:M0CONSTANT", module.name),
                [this] { return fmt::format("{}", ranges_.pulse_constant()); });
    }
    for (const char* module : {"RMS1", "POW1", "POW2", "POW3"})
      add_number(
          fmt::format("CONFIGURATION:{}:TINTEGRATION", module), kLeastIntegration, kMostIntegration,
          [this] { return in_seconds(integration_); },
          [this](double seconds) {
            integration_ = from_seconds(seconds);
            return ScpiError::none;
          });
  }

  void add_error_test_commands() {
    const auto node = [](std::string_view rest) { return fmt::format("CALCULATE:EC01:0001:{}", rest); };
    ErrorTest& test = error_test_;
    /// Settings stand while a test runs.
    const auto idle = [&test](auto&& store) {
      return [&test, store](double value) {
        if (test.running()) return ScpiError::execution;
        store(value);
        return ScpiError::none;
      };
    };
    add_choice(node("DUTSOURCE"), "SC1");
    add_choice(node("REFSOURCE"), "P");
    add_choice(node("MCOUNT"), "1");
    add_unit(node("DCUNIT"), test.unit, {"I/kWh", "Wh/I"});
    add_unit(node("RESULTUNIT"), test.result_unit, {"%", "ppm"});
    add_number(
        node("DUTCONSTANT"), kLeastConstant, kMostConstant, [&test] { return test.dut_constant; },
        idle([&test](double value) { test.dut_constant = value; }));
    add_number(
        node("MRATE"), 1, static_cast<double>(ErrorTest::kMostPulses),
        [&test] { return static_cast<double>(test.pulses); },
        idle([&test](double value) { test.pulses = static_cast<std::uint64_t>(value); }));
    add_number(
        node("CONTINUOUS"), 0, 1, [&test] { return test.continuous ? 1.0 : 0.0; },
        idle([&test](double value) { test.continuous = value != 0; }));
    add_number(
        node("UPLIMIT"), -kMostLimit, kMostLimit, [&test] { return test.upper_limit; },
        idle([&test](double value) { test.upper_limit = value; }));
    add_number(
        node("LOLIMIT"), -kMostLimit, kMostLimit, [&test] { return test.lower_limit; },
        idle([&test](double value) { test.lower_limit = value; }));
    add_number(
        node("START"), 0, 1, [&test] { return test.running() ? 1.0 : 0.0; },
        [this](double value) {
          if (value == 0) {
            error_test_.abort();
          } else {
            error_test_.start(now_);
            edges_taken_ = now_;
          }
          return ScpiError::none;
        });
    add_query(node("REFCONSTANT"), [&test] { return fmt::format("{}", test.reference_constant()); });
    add_query(node("TARGET"), [&test] { return std::to_string(test.target()); });
    add_query(node("STATUS"), [&test] { return std::to_string(test.status()); });
    add_query(node("PROGRESS"), [&test] { return fmt::format("{}", test.progress()); });
    add_query(node("PULSES"), [&test] { return std::to_string(test.pulses_shown()); });
    add_query(node("RESULT"), [&test] { return fmt::format("{}", test.result()); });
    add_query(node("RATING"), [&test] { return std::to_string(test.rating()); });
    add_query(node("MEASNUM"), [&test] { return std::to_string(test.results()); });
    add_query(node("ENFINAL"), [&test] { return fmt::format("{}", test.final_energy()); });
  }

  void add_unit(std::string_view header, std::string& unit, std::vector<std::string> units) {
    add_setting(
        header, [&unit] { return unit; },
        [this, &unit, units = std::move(units)](const std::string& text) {
          if (error_test_.running() || std::ranges::find(units, text) == units.end())
            return ScpiError::execution;
          unit = text;
          return ScpiError::none;
        });
  }

  virtual_lab::World& world_;
  ReferenceInput input_;
  Ranges ranges_;
  Measuring measuring_;
  ErrorTest error_test_;
  virtual_lab::FaultScript faults_;
  Status status_;
  std::vector<Command> commands_;
  Duration integration_ = std::chrono::seconds{1};

  std::string led_name_;
  virtual_lab::PulseSignal* led_ = nullptr;  // looked up late: the lab may make it after us
  Instant edges_taken_{};                    // of the LED

  Instant now_{};
  std::optional<Instant> apply_at_;  // a range command is being carried out
  scpi::LineCollector lines_{kLongestLine};
  std::deque<Answer> answers_;
  std::optional<std::function<std::string()>> held_;  // an answer that the next one overtakes

  // What the fault script has in store for the next message or answer.
  bool deaf_ = false;
  std::optional<ScpiError> refuse_next_;
  bool drop_next_ = false;
  bool cut_next_ = false;
  bool nan_next_ = false;
  bool hold_next_ = false;
};

}  // namespace

virtual_lab::SimulatorModel simulator_model() {
  return {.name = "zera_com5003",
          .parameters = {{"gain_percent", 0, -10, 10, "error of its power; positive: reads high"},
                         {"phase_error_arcmin", 0, -60, 60, "positive: sees the current lag less"},
                         {"range_error_percent", 0, 0, 5,
                          "half-width of an extra gain error of each pair of ranges"},
                         {"noise_percent", 0, 0, 5, "standard deviation of its power over 20 ms"},
                         {"full_double", 0, 0, 1, "1: prints all digits, as older releases do; 0: eight"}},
          .faults = {kUndefinedHeader, kCommandError, kNumericError, kNoAnswer, "queue_overflow",
                     kMissingSemicolon, "srq", "overload", "range_change", kOutOfOrder, "half_open", "nan",
                     kNanReading, "drift"},
          .inputs = 1,
          .make = [](virtual_lab::World& world, const virtual_lab::SimulatorSettings& settings)
              -> virtual_lab::AnyFarEnd { return std::make_shared<Simulator>(world, settings); }};
}

}  // namespace meterbench::zera_com5003
