#include "drivers/zera_com5003/driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "bench/core/quantity_text.h"
#include "drivers/zera_com5003/answers.h"

namespace meterbench::zera_com5003 {
namespace {

/// One answer of a single instrument was seen to take up to 3 s besides its integration.
constexpr Duration kPatience = std::chrono::seconds{3};
constexpr std::string_view kVendor = "ZERA";
constexpr std::string_view kModel = "COM5003";
/// Of STATUS:QUESTIONABLE: overload, and overload on the highest range.
constexpr std::int64_t kOverload = (1 << 9) | (1 << 10);

constexpr std::array<std::string_view, 3> kVoltages{"UL1", "UL2", "UL3"};
constexpr std::array<std::string_view, 3> kCurrents{"IL1", "IL2", "IL3"};
/// Active power over four wires: the sum over the channels, as the pulses follow it; reactive power likewise.
constexpr std::string_view kActiveMode = "4LW";
constexpr std::string_view kReactiveMode = "4LB";

std::string range_node(std::string_view channel) { return fmt::format("SENSE:RNG1:{}:RANGE", channel); }

Seconds checked(Seconds integration) {
  if (!(integration >= Seconds{1} && integration <= Seconds{10}))
    throw std::invalid_argument{"the integration time must be 1 to 10 s: " + to_text(integration)};
  return integration;
}

/// `240V`, or `240V/480V` where the two circuits stand on different ones.
std::string both(const std::string& first, const std::string& second) {
  return first == second ? first : first + "/" + second;
}

}  // namespace

Com5003::Com5003(ByteLink& link, ReferenceDefinition definition, Seconds integration)
    : definition_{definition},
      integration_{checked(integration)},
      conversation_{link, kPatience + to_duration(integration)},
      calculator_{conversation_} {}

/// Whoever waits is told while everything still stands.
Com5003::~Com5003() { conversation_.link().close(); }

void Com5003::start_identify(Done<std::string> done) {
  conversation_.ask("identify", {"*IDN?"}, [this, done = std::move(done)](const Result<Answers>& answers) {
    if (!answers) return done(tl::unexpected{answers.error()});
    const std::string& identity = answers->front();
    if (std::ranges::count(identity, ',') != 3)
      return done(conversation_.garbled("*IDN?", fmt::format("'{}' is no identity", identity)));
    if (!identity.starts_with(kVendor) || identity.find(kModel) == std::string::npos)
      return done(conversation_.failed(Errc::refused, "*IDN?",
                                       fmt::format("this is no {} {}: '{}'", kVendor, kModel, identity)));
    done(identity);
  });
}

std::optional<std::string> Com5003::serial_number_in(const std::string& identity) const {
  return serial_number(identity);
}

void Com5003::start_prepare(const LoadPoint& point, Done<ActiveEnergy> done) {
  const auto ranges = ranges_for(point, definition_);
  if (!ranges) return done(conversation_.failed(Errc::out_of_range, "choose ranges", ranges.error()));

  const std::string integration = number_text(integration_.value());
  std::vector<std::string> lines{"CONFIGURATION:RNG1:RNGAUTO 0;", "CONFIGURATION:RNG1:GROUPING 0;",
                                 fmt::format("CONFIGURATION:POW1:MMODE {};", kActiveMode),
                                 fmt::format("CONFIGURATION:POW2:MMODE {};", kReactiveMode)};
  for (const std::string_view module : {"RMS1", "POW1", "POW2"})
    lines.push_back(fmt::format("CONFIGURATION:{}:TINTEGRATION {};", module, integration));
  for (const std::string_view channel : kVoltages)
    lines.push_back(fmt::format("{} {};", range_node(channel), ranges->voltage));
  for (const std::string_view channel : kCurrents)
    lines.push_back(fmt::format("{} {};", range_node(channel), ranges->current));
  conversation_.set("set ranges", std::move(lines), [this, ranges = *ranges, done](const Result<void>& set) {
    if (!set) return done(tl::unexpected{set.error()});
    // The new load may have exceeded the ranges of the one before: that overload stays until it is cleared.
    conversation_.set("clear overload", {"SENSE:RNG1:OVERLOAD 0;"},
                      [this, ranges, done](const Result<void>& cleared) {
                        if (!cleared) return done(tl::unexpected{cleared.error()});
                        read_back(ranges, done);
                      });
  });
}

void Com5003::read_back(const RangeChoice& ranges, const Done<ActiveEnergy>& done) {
  window_free_ = conversation_.link().reactor().now() + to_duration(integration_);
  std::vector<std::string> questions;
  for (const std::string_view channel : kVoltages) questions.push_back(range_node(channel) + "?");
  for (const std::string_view channel : kCurrents) questions.push_back(range_node(channel) + "?");
  // The constant behind an answer that is no number: one that has lost step shows.
  questions.insert(questions.end(), {"CONFIGURATION:RNG1:RNGAUTO?", "CONFIGURATION:POW1:TINTEGRATION?",
                                     "CONFIGURATION:POW1:MMODE?", "CONFIGURATION:POW1:M0CONSTANT?"});
  conversation_.ask("read ranges back", std::move(questions),
                    [this, ranges, done](const Result<Answers>& answers) {
                      if (!answers) return done(tl::unexpected{answers.error()});
                      done(accepted(ranges, *answers));
                    });
}

Result<ActiveEnergy> Com5003::accepted(const RangeChoice& ranges, const Answers& answers) {
  const Answers wanted{ranges.voltage,
                       ranges.voltage,
                       ranges.voltage,
                       ranges.current,
                       ranges.current,
                       ranges.current,
                       "0",
                       number_text(integration_.value()),
                       std::string{kActiveMode}};
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (answers[i] != wanted[i])
      return conversation_.failed(
          Errc::refused, "set ranges",
          fmt::format("it keeps '{}', not '{}'; is it overloaded?", answers[i], wanted[i]));
  const auto constant = parse_number(answers.back());
  if (!constant || !(*constant > 0))
    return conversation_.garbled("CONFIGURATION:POW1:M0CONSTANT?",
                                 fmt::format("'{}' is no constant", answers.back()));
  return from_watt_hours(1000 / *constant);  // imp/kWh
}

void Com5003::start_read(Done<ReferenceReading> done) {
  if (conversation_.link().reactor().now() >= window_free_) return take(std::move(done));
  conversation_.at(window_free_, [this, done = std::move(done)] { take(done); });
}

void Com5003::take(Done<ReferenceReading> done) {
  // All modules capture their next values at once; each fetch waits for its own.
  conversation_.ask("read",
                    {"INIT:RMS1", "INIT:POW1", "INIT:POW2", "INIT:RNG1:F", "FETCH:RMS1?", "FETCH:POW1?",
                     "FETCH:POW2?", "FETCH:RNG1:F?", range_node("UL1") + "?", range_node("UL2") + "?",
                     range_node("IL1") + "?", range_node("IL2") + "?", "STATUS:QUESTIONABLE:CONDITION?"},
                    [this, done = std::move(done)](const Result<Answers>& answers) {
                      if (!answers) return done(tl::unexpected{answers.error()});
                      done(reading_of(*answers));
                    });
}

Result<ReferenceReading> Com5003::reading_of(const Answers& answers) {
  constexpr std::array<std::string_view, 4> modules{"RMS1", "POW1", "POW2", "RNG1"};
  std::array<MeasuredValues, modules.size()> measured;
  std::string wrong;
  for (std::size_t i = 0; i < modules.size(); ++i) {
    auto values = MeasuredValues::parse(modules[i], answers[i]);
    if (values)
      measured[i] = std::move(*values);
    else if (wrong.empty())
      wrong = values.error();
  }
  const auto value = [&](std::size_t module, const std::string& channel, std::string_view unit) {
    const auto number = measured[module].at(channel, unit);
    if (!number && wrong.empty()) wrong = fmt::format("{}: {}", modules[module], number.error());
    return number.value_or(0);  // never leaves this function: `wrong` is set
  };
  ReferenceReading reading;
  for (std::size_t i = 0; i < reading.circuits.size(); ++i) {
    const auto channel = [&](std::string_view kind) { return fmt::format("{}{}", kind, i + 1); };
    reading.circuits[i] = {Voltage{value(0, channel("UL"), "V")}, Current{value(0, channel("IL"), "A")},
                           ActivePower{value(1, channel("P"), "W")},
                           ReactivePower{value(2, channel("Q"), "Var")}};
  }
  reading.active = ActivePower{value(1, "PS", "W")};
  reading.frequency = Frequency{value(3, "F", "Hz")};
  for (std::size_t i = 4; i < 8; ++i)
    if (!answers[i].ends_with(i < 6 ? 'V' : 'A') && wrong.empty())
      wrong = fmt::format("'{}' is no range of {}", answers[i], i < 6 ? "a voltage" : "a current");
  reading.ranges = both(answers[4], answers[5]) + " " + both(answers[6], answers[7]);
  const auto questionable = whole_number(answers[8]);
  if (!questionable && wrong.empty()) wrong = questionable.error();
  if (!wrong.empty()) return conversation_.garbled("read", wrong);
  reading.overloaded = (*questionable & kOverload) != 0;
  return reading;
}

}  // namespace meterbench::zera_com5003
