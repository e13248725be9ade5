#include "drivers/watlow_f4t/driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "bench/core/quantity_text.h"
#include "drivers/link/modbus_sequence.h"
#include "drivers/protocol/watlow_f4t/framing.h"

namespace meterbench::watlow_f4t {
namespace {

using modbus::WordOrder;

/// A chamber's temperature in either unit. The wrong word order makes of most numbers one that is far too
/// large or nearly nothing.
constexpr float kMostDegrees = 500;
/// Of a limit, which somebody has set as a number of a few digits; a measured value may come nearer to 0.
constexpr float kLeastLimit = 1e-3F;
constexpr float kLeastMeasured = 1e-6F;
/// A chamber that cannot move by this much is none.
constexpr float kLeastSpan = 1;
/// What is read back may differ from what was written by this much, K.
constexpr double kReadBackTolerance = 0.01;

bool plausible(float degrees, float least) {
  return degrees == 0 || (std::abs(degrees) >= least && std::abs(degrees) <= kMostDegrees);
}

bool plausible_limits(float low, float high) {
  return plausible(low, kLeastLimit) && plausible(high, kLeastLimit) && high - low >= kLeastSpan;
}

double to_celsius(double degrees, bool fahrenheit) { return fahrenheit ? (degrees - 32) / 1.8 : degrees; }
double from_celsius(double celsius, bool fahrenheit) { return fahrenheit ? celsius * 1.8 + 32 : celsius; }

constexpr const char* kUnitsText = "read units";
constexpr const char* kLimitsText = "read set-point limits";

}  // namespace

class WatlowF4t::Answers {
 public:
  Answers(const Questions& questions, ModbusValues values) {
    for (std::size_t i = 0; i < questions.size(); ++i)
      if (questions[i].count > 0) words_[questions[i].address] = std::move(values.at(i));
  }
  [[nodiscard]] const Words& words(std::uint16_t address) const { return words_.at(address); }
  [[nodiscard]] std::uint16_t code(std::uint16_t address) const { return words(address).at(0); }
  [[nodiscard]] float number(std::uint16_t address, WordOrder order, std::size_t index = 0) const {
    return modbus::to_float(words(address).at(2 * index), words(address).at(2 * index + 1), order);
  }

 private:
  std::map<std::uint16_t, Words> words_;
};

WatlowF4t::WatlowF4t(ModbusLink& link, Options options) : link_{link}, options_{std::move(options)} {}

WatlowF4t::~WatlowF4t() { link_.close(); }

tl::unexpected<Fault> WatlowF4t::born(Errc code, std::string command, std::string detail) const {
  return fault(code, link_.device(), std::move(command), std::move(detail));
}

// --- Questions and answers ---

ModbusLink::Request WatlowF4t::reading(std::string text, std::uint16_t address, std::uint16_t count) const {
  return {.text = std::move(text),
          .function = ModbusFunction::read_holding_registers,
          .address = address,
          .count = count,
          .values = {},
          .timeout = options_.timeout};
}

/// The maker's library writes by function 16 even where it is one register.
ModbusLink::Request WatlowF4t::writing(std::string text, std::uint16_t address, Words values) const {
  return {.text = std::move(text),
          .function = ModbusFunction::write_registers,
          .address = address,
          .count = 0,
          .values = std::move(values),
          .timeout = options_.timeout};
}

void WatlowF4t::ask(Questions questions, Done<Answers> done) {
  if (auto opened = link_.open(); !opened) return done(tl::unexpected{std::move(opened).error()});
  start_sequence(link_, questions, [questions, done = std::move(done)](Result<ModbusValues> values) {
    done(std::move(values).map([&](ModbusValues&& all) { return Answers{questions, std::move(all)}; }));
  });
}

WatlowF4t::Questions WatlowF4t::scale_questions() const {
  return {reading(kUnitsText, options_.serial ? kSerialUnits : kEthernetUnits),
          reading(kLimitsText, kSetPointLow, 4)};
}

WatlowF4t::Questions WatlowF4t::health_questions() const {
  Questions questions;
  if (const auto slot = options_.limit_slot) {
    questions.push_back(reading("read limit state", limit_state(*slot)));
    questions.push_back(reading("read limit status", limit_status(*slot)));
    questions.push_back(reading("read limit error", limit_error(*slot)));
  }
  for (int n = 1; n <= options_.alarms; ++n)
    questions.push_back(reading(fmt::format("read state of alarm {}", n), alarm_state(n)));
  return questions;
}

Result<WatlowF4t::Scale> WatlowF4t::scale_of(const Answers& answers) const {
  Scale scale;
  const std::uint16_t units = answers.code(options_.serial ? kSerialUnits : kEthernetUnits);
  if (units != code::kCelsius && units != code::kFahrenheit)
    return born(Errc::refused, kUnitsText, fmt::format("units {} are neither °C (15) nor °F (30)", units));
  scale.fahrenheit = units == code::kFahrenheit;

  // Two temperatures of which something is known prove the order: the lower limit lies below the upper.
  const auto fits = [&](WordOrder order) {
    return plausible_limits(answers.number(kSetPointLow, order), answers.number(kSetPointLow, order, 1));
  };
  const bool low_first = fits(WordOrder::low_word_first);
  const bool high_first = fits(WordOrder::high_word_first);
  if (low_first == high_first)
    return born(Errc::refused, kLimitsText,
                fmt::format("the set-point limits make sense in {} word order, so no float can be trusted",
                            low_first ? "either" : "neither"));
  scale.order = low_first ? WordOrder::low_word_first : WordOrder::high_word_first;
  const auto limit = [&](std::size_t index) {
    return Temperature{
        to_celsius(static_cast<double>(answers.number(kSetPointLow, scale.order, index)), scale.fahrenheit)};
  };
  scale.low = limit(0);
  scale.high = limit(1);
  return scale;
}

Result<void> WatlowF4t::healthy(const Answers& answers) const {
  if (const auto slot = options_.limit_slot) {
    if (answers.code(limit_status(*slot)) == code::kFail || answers.code(limit_state(*slot)) == code::kError)
      return born(Errc::tripped, "read limit status",
                  "the limit controller has tripped: no heating or cooling until it is reset at the panel");
    if (const auto error = input_error_text(answers.code(limit_error(*slot))))
      return born(Errc::refused, "read limit error", fmt::format("the limit controller's input: {}", *error));
  }
  for (int n = 1; n <= options_.alarms; ++n)
    if (const std::uint16_t state = answers.code(alarm_state(n)); !alarm_is_quiet(state))
      return born(Errc::refused, fmt::format("read state of alarm {}", n),
                  fmt::format("alarm {} is active (state {}): clear it at the panel", n, state));
  return {};
}

Result<void> WatlowF4t::no_profile(const Answers& answers) const {
  const std::uint16_t state = answers.code(kProfileState);
  if (state != code::kRunning && state != code::kPaused && state != code::kTimedStart) return {};
  return born(
      Errc::refused, "read profile state",
      fmt::format("a profile is {}: end it at the panel", state == code::kRunning  ? "running"
                                                          : state == code::kPaused ? "paused"
                                                                                   : "set to start by time"));
}

Result<Temperature> WatlowF4t::temperature(const Answers& answers, std::uint16_t address,
                                           const Scale& scale) const {
  const float degrees = answers.number(address, scale.order);
  if (!plausible(degrees, kLeastMeasured))
    return born(Errc::garbled, fmt::format("read register {}", address),
                fmt::format("{} is no temperature of a chamber", number_text(static_cast<double>(degrees))));
  return Temperature{to_celsius(static_cast<double>(degrees), scale.fahrenheit)};
}

// --- What a station asks for ---

void WatlowF4t::start_identify(Done<std::string> done) {
  Questions questions{reading("read device status", kDeviceStatus),
                      reading("read part number", kPartNumber, kPartNumberLength)};
  std::ranges::move(scale_questions(), std::back_inserter(questions));
  ask(std::move(questions), [this, done = std::move(done)](Result<Answers> answers) {
    done(std::move(answers).and_then([this](const Answers& all) { return identity_of(all); }));
  });
}

Result<std::string> WatlowF4t::identity_of(const Answers& answers) const {
  if (const std::uint16_t status = answers.code(kDeviceStatus); status != code::kOk)
    return born(Errc::refused, "read device status", fmt::format("the controller reports status {}", status));
  std::string part;
  for (const std::uint16_t character : answers.words(kPartNumber))
    if (character > ' ' && character < 0x7F) part += static_cast<char>(character);
  const auto scale = scale_of(answers);
  if (!scale) return tl::unexpected{scale.error()};
  return fmt::format(
      "Watlow F4T, part {}, {}, {} word first, set point {} … {}", part, scale->fahrenheit ? "°F" : "°C",
      scale->order == WordOrder::low_word_first ? "low" : "high", to_text(scale->low), to_text(scale->high));
}

void WatlowF4t::start_condition(Temperature target, Done<void> done) {
  const std::string text = fmt::format("set point {}", to_text(target));
  if (!(target >= options_.reach.coldest && target <= options_.reach.warmest))
    return done(born(Errc::out_of_range, text,
                     fmt::format("the chamber reaches {} … {}", to_text(options_.reach.coldest),
                                 to_text(options_.reach.warmest))));
  Questions questions = scale_questions();
  questions.push_back(reading("read profile state", kProfileState));
  std::ranges::move(health_questions(), std::back_inserter(questions));
  ask(std::move(questions), [this, target, text, done = std::move(done)](const Result<Answers>& answers) {
    if (!answers) return done(tl::unexpected{answers.error()});
    const auto scale = scale_of(*answers);
    if (!scale) return done(tl::unexpected{scale.error()});
    if (const auto fine = healthy(*answers); !fine) return done(fine);
    if (const auto fine = no_profile(*answers); !fine) return done(fine);
    if (!(target >= scale->low && target <= scale->high))
      return done(born(
          Errc::out_of_range, text,
          fmt::format("the controller's own limits are {} … {}", to_text(scale->low), to_text(scale->high))));
    write_set_point(target, *scale, [this, done](const Result<void>& written) {
      if (!written) return done(written);
      set_mode(code::kAuto, done);
    });
  });
}

void WatlowF4t::write_set_point(Temperature target, const Scale& scale, Done<void> done) {
  const std::string text = fmt::format("set point {}", to_text(target));
  const auto degrees = static_cast<float>(from_celsius(target.value(), scale.fahrenheit));
  ask({writing(text, kSetPoint, modbus::to_words(degrees, scale.order)),
       reading("read set point", kSetPoint, 2)},
      [this, target, scale, text, done = std::move(done)](const Result<Answers>& answers) {
        if (!answers) return done(tl::unexpected{answers.error()});
        const auto held = temperature(*answers, kSetPoint, scale);
        if (!held) return done(tl::unexpected{held.error()});
        if (!(std::abs((*held - target).value()) <= kReadBackTolerance))
          return done(born(Errc::refused, text, fmt::format("the controller holds {}", to_text(*held))));
        done({});
      });
}

void WatlowF4t::set_mode(std::uint16_t mode, Done<void> done) {
  const std::string text = mode == code::kOff ? "control mode off" : "control mode auto";
  ask({writing(text, kControlMode, {mode}), reading("read control mode", kControlMode)},
      [this, mode, text, done = std::move(done)](const Result<Answers>& answers) {
        if (!answers) return done(tl::unexpected{answers.error()});
        if (const std::uint16_t held = answers->code(kControlMode); held != mode)
          return done(born(Errc::refused, text, fmt::format("the control mode reads {}", held)));
        done({});
      });
}

void WatlowF4t::start_read(Done<ChamberReading> done) {
  Questions questions = scale_questions();
  questions.push_back(reading("read set point", kSetPoint, 2));
  questions.push_back(reading("read actual control mode", kActualMode));
  questions.push_back(reading("read process value", kProcessValue, 2));
  questions.push_back(reading("read error of input 1", input_error(1)));
  if (options_.reach.body_sensor) {
    questions.push_back(reading("read input 2", input_value(2), 2));
    questions.push_back(reading("read error of input 2", input_error(2)));
  }
  std::ranges::move(health_questions(), std::back_inserter(questions));
  ask(std::move(questions), [this, done = std::move(done)](Result<Answers> answers) {
    done(std::move(answers).and_then([this](const Answers& all) { return reading_of(all); }));
  });
}

/// `value`: the register that shows what input `number` measures.
Result<Temperature> WatlowF4t::input(const Answers& answers, int number, std::uint16_t value) const {
  if (const auto error = input_error_text(answers.code(input_error(number))))
    return born(Errc::refused, fmt::format("read error of input {}", number), std::string{*error});
  return scale_of(answers).and_then([&](const Scale& scale) { return temperature(answers, value, scale); });
}

Result<ChamberReading> WatlowF4t::reading_of(const Answers& answers) const {
  if (const auto fine = healthy(answers); !fine) return tl::unexpected{fine.error()};
  const auto scale = scale_of(answers);
  if (!scale) return tl::unexpected{scale.error()};
  const auto air = input(answers, 1, kProcessValue);
  if (!air) return tl::unexpected{air.error()};
  const auto set_point = temperature(answers, kSetPoint, *scale);
  if (!set_point) return tl::unexpected{set_point.error()};
  ChamberReading told{
      .air = *air, .body = {}, .set_point = *set_point, .running = answers.code(kActualMode) == code::kAuto};
  if (options_.reach.body_sensor) {
    const auto body = input(answers, 2, input_value(2));
    if (!body) return tl::unexpected{body.error()};
    told.body = *body;
  }
  return told;
}

void WatlowF4t::start_stop(Done<void> done) { set_mode(code::kOff, std::move(done)); }

}  // namespace meterbench::watlow_f4t
