#include "bench/runner/meter_checks.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace meterbench {
namespace {

/// Long enough for any switch (made), and for the display to follow.
constexpr Duration kPress = std::chrono::milliseconds{500};
constexpr Duration kFollow = std::chrono::milliseconds{1500};
/// From the supply's return until a meter may be spoken to. made
constexpr Duration kBeginAnew = std::chrono::seconds{5};
constexpr Duration kPressLimit = std::chrono::seconds{10};
constexpr int kMostItems = 40;
/// No meter has such a one.
constexpr const char* kWrongPassword = "NOT-THE-PASSWORD-1";
constexpr std::uint16_t kPasswordTable = 42;

ToldResult hindered(const Fault& fault) { return {.hindrance = fault.text()}; }
ToldResult as_it_should_be(std::string seen = {}) {
  return {.as_it_should_be = true, .seen = std::move(seen)};
}
ToldResult not_so(std::string seen) { return {.seen = std::move(seen)}; }

using Tables = std::map<std::uint16_t, Bytes>;

template <class T, class Ask>
Result<T> ask_one(const PortTalk& talk, const std::string& command, Ask ask) {
  auto answers = talk.ask<T>(
      command, [&](const std::string&, Meter& meter, Done<T> done) { ask(meter, std::move(done)); });
  if (!answers) return tl::unexpected{answers.error()};
  if (answers->empty()) return fault(Errc::refused, "optical port", command, "this position has none");
  return std::move(answers->begin()->second);
}

template <class T>
Result<T> read(const PortTalk& talk, void (Meter::*start)(Done<T>), const char* command) {
  return ask_one<T>(talk, command, [&](Meter& meter, Done<T> done) { (meter.*start)(std::move(done)); });
}

/// Calls check(talk) for each position, with a talk to that one alone; it answers the bench's own fault, or
/// what the meter came to.
template <class Check>
Result<ToldResults> one_by_one(const PortTalk& all, Check check) {
  ToldResults results;
  for (const std::size_t position : all.positions) {
    const PortTalk one{all.station, {position}, all.interlock, all.hold};
    const std::string& name = all.station.positions[position].name;
    auto result = check(one, name);
    if (auto ended = one.wait([] { return true; }, {}); !ended) return tl::unexpected{ended.error()};
    results[name] = std::move(result);
  }
  return results;
}

/// Waits for an instrument.
template <class T, class Start>
Result<T> carry_out(const PortTalk& talk, const std::string& device, const std::string& command,
                    Start start) {
  auto answer = std::make_shared<std::optional<Result<T>>>();
  start(Done<T>{[answer](Result<T> result) { answer->emplace(std::move(result)); }});
  if (auto waited = talk.wait([&] { return answer->has_value(); }, kPressLimit); !waited)
    return tl::unexpected{waited.error()};
  if (!answer->has_value()) return fault(Errc::timeout, device, command, "not done in time", kPressLimit);
  return std::move(**answer);
}

Result<void> press(const PortTalk& talk, const std::string& position, MeterSwitch which) {
  if (!talk.station.controls)
    return fault(Errc::refused, "switches", "press", "this station presses no switches");
  return carry_out<void>(talk, "switches", "press",
                         [&](Done<void> done) {
                           talk.station.controls->start_press(position, which, kPress, std::move(done));
                         })
      .and_then([&] { return talk.wait(kFollow); });
}

Result<std::string> shown(const PortTalk& talk, const std::string& position) {
  if (!talk.station.display) return fault(Errc::refused, "display", "read", "this station sees no displays");
  return carry_out<std::string>(talk, "display", "read", [&](Done<std::string> done) {
    talk.station.display->start_read_display(position, std::move(done));
  });
}

/// The number that a text has in it, with its last digit's worth.
struct Number {
  double value = 0;
  double step = 1;
};
std::optional<Number> number_in(const std::string& text) {
  const std::size_t begin = text.find_first_of("0123456789");
  if (begin == std::string::npos) return std::nullopt;
  const std::size_t end = std::min(text.find_first_not_of("0123456789.", begin), text.size());
  const std::string digits = text.substr(begin, end - begin);
  const std::size_t point = digits.find('.');
  const double decimals = point == std::string::npos ? 0 : static_cast<double>(digits.size() - point - 1);
  return Number{std::strtod(digits.c_str(), nullptr), std::pow(10, -decimals)};
}

bool ends_with(const std::string& text, std::string_view unit) {
  return text.size() >= unit.size() && text.compare(text.size() - unit.size(), unit.size(), unit) == 0;
}

struct DisplayTruth {
  MeterIdentity identity;
  MeterRegisters registers;
};

/// Registers cut off: what is shown lies at most one of its digits and one of the register's steps below.
bool tells_energy(const std::string& text, const MeterRegisters& registers) {
  const auto number = number_in(text);
  if (!number || !registers.delivered || !ends_with(text, "kWh")) return false;
  const double below = watt_hours(*registers.delivered) / 1000 - number->value;
  return below > -1e-9 && below < number->step + watt_hours(registers.step) / 1000;
}

bool is_item(const std::string& item, const std::string& text, const DisplayTruth& truth) {
  if (item == "segments")
    return !text.empty() && text.find('8') != std::string::npos &&
           text.find_first_not_of("8.: ") == std::string::npos;
  if (item == "firmware")
    return !truth.identity.firmware.empty() && text.find(truth.identity.firmware) != std::string::npos;
  if (item == "kWh") return tells_energy(text, truth.registers);
  if (item == "kW") return ends_with(text, "kW") && number_in(text).has_value();
  if (item == "error") return text.starts_with("Er");
  return text.find(item) != std::string::npos;
}

/// All that the display shows when it is scrolled until it begins anew.
Result<std::vector<std::string>> scroll_through(const PortTalk& talk, const std::string& position) {
  std::vector<std::string> texts;
  for (int n = 0; n < kMostItems; ++n) {
    auto text = shown(talk, position);
    if (!text) return tl::unexpected{text.error()};
    if (!texts.empty() && *text == texts.front()) break;
    texts.push_back(*std::move(text));
    if (auto pressed = press(talk, position, MeterSwitch::display_scroll); !pressed)
      return tl::unexpected{pressed.error()};
  }
  return texts;
}

ToldResult display_of(const PortTalk& talk, const std::string& position,
                      const std::vector<std::string>& items) {
  DisplayTruth truth;
  const auto identity = read(talk, &Meter::start_identify, "identify");
  if (!identity) return hindered(identity.error());
  const auto registers = read(talk, &Meter::start_read_registers, "read registers");
  if (!registers) return hindered(registers.error());
  const auto texts = scroll_through(talk, position);
  if (!texts) return hindered(texts.error());
  truth = {*identity, *registers};
  std::vector<std::string> missing;
  for (const std::string& item : items)
    if (std::ranges::none_of(*texts, [&](const std::string& text) { return is_item(item, text, truth); }))
      missing.push_back(item);
  const std::string all = fmt::format("it shows: {}", fmt::join(*texts, " | "));
  if (missing.empty()) return as_it_should_be(all);
  return not_so(fmt::format("no {} on the display; {}", fmt::join(missing, ", no "), all));
}

ToldResult scroll_of(const PortTalk& talk, const std::string& position) {
  const auto before = shown(talk, position);
  if (!before) return hindered(before.error());
  if (auto pressed = press(talk, position, MeterSwitch::display_scroll); !pressed)
    return hindered(pressed.error());
  const auto after = shown(talk, position);
  if (!after) return hindered(after.error());
  if (*before == *after) return not_so(fmt::format("the display still shows '{}'", *before));
  return as_it_should_be();
}

ToldResult demand_reset_of(const PortTalk& talk, const std::string& position) {
  const auto before = read(talk, &Meter::start_read_billing, "read billing");
  if (!before) return hindered(before.error());
  if (auto pressed = press(talk, position, MeterSwitch::demand_reset); !pressed)
    return hindered(pressed.error());
  const auto after = read(talk, &Meter::start_read_billing, "read billing");
  if (!after) return hindered(after.error());
  if (!before->present.demand_resets || !after->present.demand_resets)
    return {.hindrance = "the meter does not count its demand resets"};
  constexpr unsigned kCounts = 256;  // of ST-23
  const unsigned resets =
      (*after->present.demand_resets + kCounts - *before->present.demand_resets) % kCounts;
  if (resets != 1) return not_so(fmt::format("the demand was reset {} times", resets));
  return as_it_should_be();
}

ToldResult test_mode_of(const PortTalk& talk, const std::string& position) {
  constexpr std::string_view kTest = "test";
  std::vector<bool> testing;
  for (int presses = 0; presses <= 2; ++presses) {
    if (presses > 0)
      if (auto pressed = press(talk, position, MeterSwitch::test_mode); !pressed)
        return hindered(pressed.error());
    const auto status = read(talk, &Meter::start_read_status, "read status");
    if (!status) return hindered(status.error());
    testing.push_back(status->mode.find(kTest) != std::string::npos);
  }
  if (testing[1] == testing[0]) return not_so("the mode is as it was before");
  if (testing[2] != testing[0]) return not_so("a second press does not bring the mode back");
  return as_it_should_be();
}

/// Number of its newest event; nothing where there is none.
std::optional<unsigned> newest(const MeterLog& log) {
  std::optional<unsigned> number;
  for (const MeterEvent& event : log.events)
    if (event.number) number = event.number;
  return number;
}

ToldResult disconnect_of(const PortTalk& talk, const std::string& position) {
  std::vector<std::optional<unsigned>> seen;
  for (int presses = 0; presses <= 2; ++presses) {
    if (presses > 0)
      if (auto pressed = press(talk, position, MeterSwitch::disconnect); !pressed)
        return hindered(pressed.error());
    const auto log = read(talk, &Meter::start_read_log, "read log");
    if (!log) return hindered(log.error());
    seen.push_back(newest(*log));
  }
  if (seen[1] == seen[0]) return not_so("no event of the disconnect");
  if (seen[2] == seen[1]) return not_so("no event of its way back");
  return as_it_should_be();
}

}  // namespace

Result<ToldResults> check_firmware(const PortTalk& talk, const std::vector<std::string>& versions) {
  return one_by_one(talk, [&](const PortTalk& one, const std::string&) -> ToldResult {
    const auto identity = read(one, &Meter::start_identify, "identify");
    if (!identity) return hindered(identity.error());
    if (std::ranges::find(versions, identity->firmware) == versions.end())
      return not_so(fmt::format("its firmware is {}", identity->firmware));
    return as_it_should_be();
  });
}

Result<ToldResults> check_security(const PortTalk& talk) {
  return one_by_one(talk, [&](const PortTalk& one, const std::string&) -> ToldResult {
    const auto before = read(one, &Meter::start_read_log, "read log");
    if (!before) return hindered(before.error());
    const auto as = [&](const char* password, std::vector<std::uint16_t> tables) {
      return ask_one<Tables>(one, "read as somebody else", [&](Meter& meter, Done<Tables> done) {
        meter.start_read_tables_as(password, tables, std::move(done));
      });
    };
    const auto tried = as(kWrongPassword, {});
    if (tried) return not_so("a wrong password is taken");
    if (tried.error().code != Errc::refused) return hindered(tried.error());
    const auto told = as("", {kPasswordTable});
    if (told) return not_so("it tells its passwords to whom gives none");
    if (told.error().code != Errc::refused) return hindered(told.error());
    const auto after = read(one, &Meter::start_read_log, "read log");
    if (!after) return hindered(after.error());
    if (newest(*after) == newest(*before)) return not_so("the wrong password left no event in the log");
    return as_it_should_be(tried.error().detail);
  });
}

Result<ToldResults> check_display(const PortTalk& talk, const std::vector<std::string>& items) {
  return one_by_one(talk, [&](const PortTalk& one, const std::string& position) {
    return display_of(one, position, items);
  });
}

namespace {

const char* state_text(const Result<MeterStatus>& status) {
  if (!status || !status->disconnect_closed) return "unknown";
  return *status->disconnect_closed ? "closed" : "open";
}

/// Of `talk` those whose meter has a service disconnect.
PortTalk with_disconnect(const PortTalk& talk, const std::map<std::string, MeterType>& types) {
  PortTalk some{talk.station, {}, talk.interlock, talk.hold};
  for (const std::size_t position : talk.positions)
    if (types.at(talk.station.positions[position].name).disconnect) some.positions.push_back(position);
  return some;
}

Result<MeterAnswers<MeterStatus>> statuses(const PortTalk& talk) {
  return talk.read(&Meter::start_read_status, "read status");
}

}  // namespace

Result<std::vector<Finding>> close_disconnects(const PortTalk& talk,
                                               const std::map<std::string, MeterType>& types) {
  const PortTalk some = with_disconnect(talk, types);
  std::vector<Finding> findings;
  if (some.positions.empty()) return findings;
  const auto before = statuses(some);
  if (!before) return tl::unexpected{before.error()};
  const auto closed =
      some.ask<void>("close disconnect", [](const std::string&, Meter& meter, Done<void> done) {
        meter.start_procedure({MeterProcedure::close_disconnect, {}}, std::move(done));
      });
  if (!closed) return tl::unexpected{closed.error()};
  const auto after = statuses(some);
  if (!after) return tl::unexpected{after.error()};
  for (const std::size_t place : some.positions) {
    const std::string& position = some.station.positions[place].name;
    const auto answer = closed->find(position);
    if (answer == closed->end())
      findings.push_back({position, kDisconnectUnknown, "nobody can ask the meter for its disconnect"});
    else if (!answer->second)
      findings.push_back(
          {position, kDisconnectUnknown, "its disconnect may be open: " + answer->second.error().text()});
    else
      findings.push_back({position, "disconnect",
                          fmt::format("was {}, is {} before any load", state_text(before->at(position)),
                                      state_text(after->at(position)))});
  }
  return findings;
}

Result<std::vector<Finding>> tell_disconnects(const PortTalk& talk,
                                              const std::map<std::string, MeterType>& types) {
  const PortTalk some = with_disconnect(talk, types);
  std::vector<Finding> findings;
  if (some.positions.empty()) return findings;
  const auto told = statuses(some);
  if (!told) return tl::unexpected{told.error()};
  for (const auto& [position, status] : *told)
    if (status)
      findings.push_back({position, "disconnect", fmt::format("is {} in the end", state_text(status))});
  return findings;
}

Result<std::map<std::string, std::string>> unproven_switches(const PortTalk& talk) {
  std::map<std::string, std::string> unproven;
  if (!talk.station.controls || !talk.station.display) return unproven;
  const auto all_shown = [&] {
    std::map<std::string, std::string> texts;
    for (const std::size_t position : talk.positions)
      if (const std::string& name = talk.station.positions[position].name; auto text = shown(talk, name))
        texts[name] = *std::move(text);
    return texts;
  };
  for (const std::size_t position : talk.positions) {
    const std::string& name = talk.station.positions[position].name;
    const auto before = all_shown();
    const auto pressed = press(talk, name, MeterSwitch::display_scroll);
    if (!pressed && (pressed.error().code == Errc::stopped || (talk.interlock && talk.interlock->fault())))
      return tl::unexpected{pressed.error()};
    if (!pressed) continue;  // no finger there
    const auto after = all_shown();
    const auto follows = [&](const std::string& other) {
      return before.contains(other) && after.contains(other) && before.at(other) != after.at(other);
    };
    if (follows(name)) continue;
    for (const auto& [other, text] : before)
      if (follows(other))
        return fault(
            Errc::implausible, "switches", "display_scroll",
            fmt::format("the finger at {} moves the display at {}: the wiring is exchanged", name, other));
    unproven[name] = before.contains(name) ? "its display does not follow its scroll switch"
                                           : "its display cannot be seen";
  }
  return unproven;
}

Result<std::map<std::string, std::string>> cut_supplies(const PortTalk& talk, Seconds time) {
  std::map<std::string, std::string> hindrances;
  auto open = std::make_shared<std::map<std::string, std::optional<Result<void>>>>();
  for (const std::size_t position : talk.positions) {
    const std::string& name = talk.station.positions[position].name;
    auto& answer = (*open)[name];
    if (!talk.station.controls)
      answer = Result<void>{fault(Errc::refused, "switches", "supply", "this station presses no switches")};
    else
      talk.station.controls->start_press(
          name, MeterSwitch::supply, to_duration(time),
          [open, name](Result<void> done) { (*open)[name] = std::move(done); });
  }
  const auto all = [&] {
    return std::ranges::all_of(*open, [](const auto& one) { return one.second.has_value(); });
  };
  if (auto waited = talk.wait(all, to_duration(time) + kPressLimit); !waited)
    return tl::unexpected{waited.error()};
  for (const auto& [name, answer] : *open)
    if (!answer)
      hindrances[name] = "the supply did not come back in time";
    else if (!*answer)
      hindrances[name] = answer->error().text();
  if (auto begun = talk.wait(kBeginAnew); !begun) return tl::unexpected{begun.error()};
  return hindrances;
}

Result<ToldResults> check_switch(const PortTalk& talk, MeterSwitch which) {
  return one_by_one(talk, [&](const PortTalk& one, const std::string& position) {
    switch (which) {
      case MeterSwitch::display_scroll: return scroll_of(one, position);
      case MeterSwitch::demand_reset: return demand_reset_of(one, position);
      case MeterSwitch::test_mode: return test_mode_of(one, position);
      case MeterSwitch::disconnect: return disconnect_of(one, position);
      case MeterSwitch::supply: break;
    }
    throw std::logic_error{"a switch that the runner does not know"};
  });
}

}  // namespace meterbench
