#include "drivers/zera_mt786/simulator_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <utility>

#include "bench/core/quantity_text.h"

namespace meterbench::zera_mt786 {

namespace {

// Ranges of section 2.1 of the instruments' facts.
constexpr double kLeastHertz = 45;
constexpr double kMostHertz = 65;
constexpr double kLeastVolts = 20;
constexpr double kMostVolts = 500;
constexpr double kMostAmperes = 120;
/// `SFR00.00` is locked to the mains (`made`: 60 Hz), `SFR00.16` to a third of it.
constexpr double kMainsHertz = 60;

/// Each fault sets one digit of the status word; channel faults strike phase R.
struct FaultDigit {
  const char* fault;
  std::size_t digit;
  unsigned bit;
};
constexpr std::array<FaultDigit, 10> kFaultDigits{{{"emergency_stop", 1, 8},
                                                   {"short", 0, 2},
                                                   {"short", 3, 1},
                                                   {"short", 5, 1},
                                                   {"open", 3, 8},
                                                   {"open", 5, 8},
                                                   {"overload", 3, 8},
                                                   {"overload", 11, 8},
                                                   {"over_temperature", 3, 8},
                                                   {"over_temperature", 7, 8}}};

double number(const std::string& digits) { return parse_number(digits).value(); }

/// Three phases of value and angle, from the third group of `match` on.
template <class Phases>
bool read_phases(const std::smatch& match, double least, double most, double factor, Phases& phases) {
  Phases read{};
  for (std::size_t i = 0; i < read.size(); ++i) {
    read[i] = {factor * number(match[3 + 2 * i]), number(match[4 + 2 * i])};
    const bool in_range = read[i].value == 0 || (read[i].value >= least && read[i].value <= most);
    if (!in_range || read[i].degrees >= 360) return false;
  }
  phases = read;
  return true;
}

constexpr const char* kPhaseDigits =
    R"(R(\d{3}\.\d{3})(\d{3}\.\d{2})S(\d{3}\.\d{3})(\d{3}\.\d{2})T(\d{3}\.\d{3})(\d{3}\.\d{2}))";

virtual_lab::Phasor phasor(double value, double din_degrees) {
  return std::polar(value, -from_degrees(din_degrees).value());
}

}  // namespace

std::optional<Answer> OutputPart::take(Instant now, const std::string& line) {
  const auto stored = [&](bool (OutputPart::*store)(const std::string&), const char* end) {
    const bool done = !std::exchange(refuse_next_value_, false) && (this->*store)(line);
    return Answer{{done ? end : line.substr(0, 3) + "NAK"}};
  };
  if (line.starts_with("SFR")) return stored(&OutputPart::store_frequency, "SOKFR");
  if (line.starts_with("SUP")) return stored(&OutputPart::store_voltages, "SOKUP");
  if (line.starts_with("SIP")) return stored(&OutputPart::store_currents, "SOKIP");
  if (line.starts_with("SUI")) return switch_channels(now, line);
  if (line == "SRE1") return Answer{{"SOKRE"}};
  if (line == "SSM") return Answer{{status_line()}};
  return std::nullopt;
}

bool OutputPart::store_frequency(const std::string& line) {
  static const std::regex form{R"(SFR(\d{2}\.\d{2}))"};
  std::smatch match;
  if (!std::regex_match(line, match, form)) return false;
  const double hertz = number(match[1]);
  if (hertz == 0) {
    stored_.frequency_hz = kMainsHertz;
  } else if (match[1] == "00.16") {
    stored_.frequency_hz = kMainsHertz / 3;
  } else {
    if (hertz < kLeastHertz || hertz > kMostHertz) return false;
    stored_.frequency_hz = hertz;
  }
  return true;
}

bool OutputPart::store_voltages(const std::string& line) {
  static const std::regex form{std::string{"SUP([EA])([EA])"} + kPhaseDigits};
  std::smatch match;
  if (!std::regex_match(line, match, form) ||
      !read_phases(match, kLeastVolts, kMostVolts, 1, stored_.voltage))
    return false;
  stored_.voltage_stays = match[2] == "E";
  return true;
}

bool OutputPart::store_currents(const std::string& line) {
  static const std::regex form{std::string{"SIP([EA])([AM])"} + kPhaseDigits};
  std::smatch match;
  return std::regex_match(line, match, form) &&
         read_phases(match, 0, kMostAmperes, match[2] == "M" ? 1e-3 : 1, stored_.current);
}

Answer OutputPart::switch_channels(Instant now, const std::string& line) {
  static const std::regex form{"SUI([AE]{3})([AP]{3})[AE]{3}"};
  std::smatch match;
  if (!std::regex_match(line, match, form)) return {{"SUINAK"}};
  const std::string voltages = match[1];
  const std::string currents = match[2];
  const bool skipped = std::exchange(skip_next_switching_, false);
  if (voltages + currents == "AAAAAA") {
    if (!skipped) stage_.off(now);
    faults_ = {};
    return {{"SOKUI"}, timing_.off};
  }
  if (!healthy()) return {{"ER-SUI"}};
  active_ = {.frequency = Frequency{stored_.frequency_hz}};
  for (std::size_t i = 0; i < active_.voltage.size(); ++i) {
    if (voltages[i] == 'E') active_.voltage[i] = phasor(stored_.voltage[i].value, stored_.voltage[i].degrees);
    if (currents[i] == 'P') active_.current[i] = phasor(stored_.current[i].value, stored_.current[i].degrees);
  }
  if (!skipped) stage_.apply(now, active_);
  return {{"SOKUI"}, timing_.on};
}

bool OutputPart::healthy() const {
  return stage_.enabled() && std::ranges::all_of(faults_, [](unsigned digit) { return digit == 0; });
}

/// An open interlock relay shows as a pressed emergency stop.
std::string OutputPart::status_line() const {
  auto digits = faults_;
  if (!stage_.enabled()) digits[1] |= 8U;
  std::string line = "SSM";
  for (const unsigned digit : digits) line += fmt::format("{:X}", digit);
  return line;
}

bool OutputPart::strike(Instant now, const std::string& fault) {
  bool known = false;
  for (const FaultDigit& row : kFaultDigits) {
    if (fault != row.fault) continue;
    faults_.at(row.digit) |= row.bit;
    known = true;
  }
  if (known) stage_.off(now);
  return known;
}

void OutputPart::end_dosage(Instant now) {
  if (!stage_.energised()) return;
  active_.current = {};
  if (stored_.voltage_stays)
    stage_.apply(now, active_);
  else
    stage_.off(now);
}

void OutputPart::power_cycle(Instant now) {
  stage_.off(now);
  stored_ = {};
  faults_ = {};
}

}  // namespace meterbench::zera_mt786
