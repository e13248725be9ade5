#include "drivers/zera_mt786/simulator_reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numbers>
#include <regex>

#include "bench/core/quantity_text.h"

namespace meterbench::zera_mt786 {

namespace {

constexpr std::array<double, 4> kVoltageRanges{60, 125, 250, 420};
constexpr std::array<double, 12> kCurrentRanges{0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100};
/// What an input reads with nothing connected.
constexpr double kOpenVolts = 0.024;
constexpr double kOpenAmperes = 9e-5;
/// Part of a range beyond which it overloads (`made`).
constexpr double kOverload = 1.2;
/// Fine enough to interpolate one meter pulse to 1 ppm of any load that the source can carry.
constexpr ActiveEnergy kCount{1e-3};
/// Another stream of noise than that of the bench's own reference standard.
constexpr std::uint64_t kOwnNoise = 786;

constexpr std::array<std::string_view, 17> kModes{
    "01;4WA;4LW",    "02;4WR;4LBE", "03;4WRC;4LBK", "04;4WAP;4LS",    "05;4WAb;4LWb",    "06;4WRb;4LBb",
    "07;4WAPb;4LSb", "08;3WA;3LW",  "09;3WR;3LBE",  "10;3WRCA;3LBKA", "11;3WRCB;3LBKB",  "12;3WAP;3LS",
    "13;2WA;2LW",    "14;2WR;2LB",  "15;2WAP;2LS",  "16;MQRef;MQRef", "17;MQBase;MQBase"};
constexpr std::array<const char*, 6> kPllChannels{"U1", "U2", "U3", "I1", "I2", "I3"};

std::string scientific(double value) { return fmt::format("{:.7E}", value); }

std::string mode_name(std::string_view row) {
  const std::size_t first = row.find(';') + 1;
  return std::string{row.substr(first, row.find(';', first) - first)};
}

/// Smallest range that holds `value`, else the largest.
template <std::size_t n>
std::size_t fitting(const std::array<double, n>& ranges, double value) {
  const auto found = std::ranges::lower_bound(ranges, value);
  return std::min(static_cast<std::size_t>(found - ranges.begin()), n - 1);
}

template <std::size_t n>
Answer range_list(const std::array<double, n>& ranges, const char* end) {
  Answer answer;
  for (std::size_t i = 0; i < n; ++i)
    answer.lines.push_back(fmt::format("{:02};{}", i + 1, number_text(ranges[i])));
  answer.lines.emplace_back(end);
  return answer;
}

/// DIN sense: how far `phasor` lags `origin`, 0 to 360°.
double lag_degrees(const virtual_lab::Phasor& phasor, const virtual_lab::Phasor& origin) {
  if (std::abs(phasor) == 0 || std::abs(origin) == 0) return 0;
  const double turn = degrees(Angle{std::arg(origin / phasor)});
  return turn < -1e-9 ? turn + 360 : std::max(turn, 0.0);
}

}  // namespace

ReferencePart::ReferencePart(std::uint64_t seed, const virtual_lab::ReferenceInput::Settings& settings)
    : input_{seed + kOwnNoise, settings} {
  input_.set_energy_per_pulse(kCount);
}

void ReferencePart::on_segment(const virtual_lab::Segment& segment) {
  last_ = segment.terminals;
  const auto largest = [](const auto& phasors) {
    return std::max(std::abs(phasors[0]), std::abs(phasors[1]));
  };
  if (state_.automatic_voltage) state_.voltage_range = fitting(kVoltageRanges, largest(last_.voltage));
  if (state_.automatic_current) state_.current_range = fitting(kCurrentRanges, largest(last_.current));
  input_.select_range(static_cast<int>(state_.current_range));
  input_.on_segment(segment);
}

ActiveEnergy ReferencePart::energy_until(Instant t) {
  return static_cast<double>(input_.edges_until(t)) * kCount;
}

double ReferencePart::constant() const {
  const double elements = state_.mode.starts_with('4') ? 3 : state_.mode.starts_with('3') ? 2 : 1;
  return 3.6e6 * 60000 /
         (elements * kVoltageRanges.at(state_.voltage_range) * kCurrentRanges.at(state_.current_range));
}

std::optional<Answer> ReferencePart::take(Instant now, const std::string& line) {
  if (line.starts_with("AME")) return measured(line.substr(3));
  if (line == "AST") return state();
  if (line == "AVI") return range_list(kVoltageRanges, "AVIACK");
  if (line == "ACI") return range_list(kCurrentRanges, "ACIACK");
  if (line.starts_with("AVR") || line.starts_with("ACR")) return select_range(line);
  if (line.starts_with("AAM")) return set_automatic(line);
  if (line.starts_with("AMT")) return set_mode(line);
  if (line == "AET1" || line == "AET0" || line == "AEV") return energy_register(now, line);
  if (line == "AML") {
    Answer answer{{kModes.begin(), kModes.end()}};
    answer.lines.emplace_back("AMLACK");
    return answer;
  }
  if (line.starts_with("AWR")) {
    if (line.size() != 4 || line[3] < '0' || line[3] > '5') return Answer{{"AWRNAK"}};
    state_.pll = kPllChannels.at(static_cast<std::size_t>(line[3] - '0'));
    return Answer{{"AWRACK"}};
  }
  if (line.starts_with("ATI")) {
    static const std::regex form{"ATI(0[1-9]|[1-9][0-9])"};
    if (!std::regex_match(line, form)) return Answer{{"ATINAK"}};
    state_.integration_s = 10 * (line[3] - '0') + (line[4] - '0');
    return Answer{{"ATIACK"}};
  }
  return std::nullopt;
}

/// All values, or those of the indexes in `0;3;6`.
Answer ReferencePart::measured(const std::string& indexes) const {
  static const std::regex form{"|[0-9]{1,2}(;[0-9]{1,2})*;?"};
  if (!std::regex_match(indexes, form)) return {{"AMENAK"}};
  const Reading reading = input_.reading(std::chrono::seconds{state_.integration_s});
  Answer answer;
  for (int index = 0; index < 100; ++index) {
    const bool wanted =
        indexes.empty() || (";" + indexes + ";").find(fmt::format(";{};", index)) != std::string::npos;
    if (!wanted) continue;
    if (const auto text = value(index, reading)) answer.lines.push_back(fmt::format("{};{}", index, *text));
  }
  answer.lines.emplace_back("AMEACK");
  return answer;
}

std::optional<std::string> ReferencePart::value(int index, const Reading& reading) const {
  const auto phase = static_cast<std::size_t>(index % 3);
  const bool wired = phase < LoadPoint::kCircuits;
  const double volts = std::max(wired ? reading.voltage.at(phase).value() : 0, kOpenVolts);
  const double amperes = std::max(wired ? reading.current.at(phase).value() : 0, kOpenAmperes);
  const double active = wired ? reading.active.at(phase).value() : 0;
  const double reactive = wired ? reading.reactive.at(phase).value() : 0;
  const bool first_only = state_.mode.starts_with('2');
  const double total_active = reading.active[0].value() + (first_only ? 0 : reading.active[1].value());
  const double total_reactive = reading.reactive[0].value() + (first_only ? 0 : reading.reactive[1].value());
  const auto& origin = std::abs(last_.voltage[0]) > 0 ? last_.voltage[0] : last_.voltage[1];
  switch (index / 3) {
    case 0: return scientific(volts);
    case 1: return scientific(amperes);
    case 2: return scientific(wired ? lag_degrees(last_.voltage.at(phase), origin) : 0);
    case 3: return scientific(wired ? lag_degrees(last_.current.at(phase), origin) : 0);
    case 4: return scientific(active / (volts * amperes));
    case 5: return scientific(active);
    case 6: return scientific(reactive);
    case 7: return scientific(volts * amperes);
    default: break;
  }
  switch (index) {
    case 24: return scientific(total_active);
    case 25: return scientific(total_reactive);
    case 26: return scientific(std::hypot(total_active, total_reactive));
    case 27: return "123";
    case 28: return fmt::format("{:.2f}", reading.frequency.value());
    case 35: return "1";
    default: break;
  }
  // Real instruments send these too; what they mean is not known.
  if ((index > 28 && index < 35) || (index > 50 && index < 58)) return scientific(0);
  return std::nullopt;
}

Answer ReferencePart::state() const {
  const double volts = kVoltageRanges.at(state_.voltage_range);
  const double amperes = kCurrentRanges.at(state_.current_range);
  const auto beyond = [](const auto& phasors, double range) {
    return std::max(std::abs(phasors[0]), std::abs(phasors[1])) > kOverload * range;
  };
  return {{"UB=" + number_text(volts), "IB=" + number_text(amperes), "M=" + state_.mode, "PLL=" + state_.pll,
           fmt::format("UEB={}{}", beyond(last_.voltage, volts) ? 'U' : '-',
                       beyond(last_.current, amperes) ? 'I' : '-'),
           "NIB=0", "RDY=11-", "ASTACK"}};
}

Answer ReferencePart::select_range(const std::string& line) {
  const bool voltage = line.starts_with("AVR");
  const std::string head = line.substr(0, 3);
  const auto range = parse_number(std::string_view{line}.substr(3));
  const auto select = [&](const auto& ranges, bool automatic, std::size_t& selected) {
    const auto found = range ? std::ranges::find(ranges, *range) : ranges.end();
    if (automatic || found == ranges.end()) return Answer{{head + "NAK"}};
    selected = static_cast<std::size_t>(found - ranges.begin());
    return Answer{{head + "ACK"}};
  };
  return voltage ? select(kVoltageRanges, state_.automatic_voltage, state_.voltage_range)
                 : select(kCurrentRanges, state_.automatic_current, state_.current_range);
}

Answer ReferencePart::set_automatic(const std::string& line) {
  static const std::regex form{"AAM[AM]{3}"};
  if (!std::regex_match(line, form)) return {{"AAMNAK"}};
  state_.automatic_voltage = line[3] == 'A';
  state_.automatic_current = line[4] == 'A';
  return {{"AAMACK"}};
}

Answer ReferencePart::set_mode(const std::string& line) {
  const std::string mode = line.substr(3);
  if (std::ranges::find(kModes, mode, mode_name) == kModes.end()) return {{"AMTNAK"}};
  state_.mode = mode;
  return {{"AMTACK"}};
}

/// Starts, stops, or tells how many Wh came since the start.
Answer ReferencePart::energy_register(Instant now, const std::string& line) {
  const ActiveEnergy counted = energy_until(now);
  if (line == "AET1") {
    state_.register_start = counted;
    return {{"AETACK"}};
  }
  if (state_.register_start) state_.register_held = counted - *state_.register_start;
  if (line == "AET0") {
    state_.register_start.reset();
    return {{"AETACK"}};
  }
  return {{scientific(watt_hours(state_.register_held)), "AEVACK"}};
}

}  // namespace meterbench::zera_mt786
