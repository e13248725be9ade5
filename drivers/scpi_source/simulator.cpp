#include "drivers/scpi_source/simulator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "bench/core/quantity_text.h"
#include "drivers/far_end/usb_far_end.h"  // a unique_ptr of AnyFarEnd needs it whole

namespace meterbench::scpi_source {
namespace {

// Ranges of commands.md, clause 2.
constexpr double kMostVolts = 300;
constexpr double kMostAmperes = 240;
constexpr double kLeastHertz = 45;
constexpr double kMostHertz = 65;
constexpr double kFullTurnDegrees = 360;
constexpr double kMostPercent = 100;
constexpr double kMostPeriods = 1000;
// Clause 2.9.
constexpr double kMostDipPercent = 120;
constexpr double kShortestDip = 0.001;  // s
constexpr double kLongestDip = 3600;
constexpr double kMostDips = 1000;
/// Clause 2.6.
constexpr double kPeakVolts = 720;
constexpr double kPeakAmperes = 600;
/// Clause 2.6.
constexpr double kBandHertz = 1900;

constexpr std::string_view kOverload = "output stage overload";
constexpr std::string_view kEnableOpen = "enable open";
constexpr std::string_view kNonsense = "%#@!";

// Names of clause 6.
constexpr const char* kTrip = "trip";
constexpr const char* kSilence = "silence";
constexpr const char* kGarble = "garble";
constexpr const char* kRefuse = "refuse";

/// Clause 1.6: values are held to a ten-thousandth.
double held(double value) { return std::round(value * 1e4) / 1e4; }
std::string answer_text(double value) { return scpi::fixed_text(value, 4); }

bool is_angle(double degrees) { return std::abs(degrees) < kFullTurnDegrees; }

bool is_printable(const std::string& line) {
  for (const char c : line)
    if (c != '\t' && (c < 0x20 || c > 0x7E)) return false;
  return true;
}

}  // namespace

Simulator::Simulator(virtual_lab::SourceOutput& output, std::vector<virtual_lab::ScriptedFault> faults)
    : power_stage_{output}, script_{std::move(faults)} {
  add_commands();
}

void Simulator::add_commands() {
  rows_["*IDN"] = {0, {}, [] { return "Meterbench,SCPI source,0,1.0"; }};
  rows_["*CLS"] = {0,
                   [this](const auto&) {
                     errors_.clear();
                     return ScpiError::none;
                   },
                   {}};
  rows_["*RST"] = {0,
                   [this](const auto&) {
                     reset();
                     return ScpiError::none;
                   },
                   {}};
  rows_["HARM:CLE"] = {0,
                       [this](const auto&) {
                         for (Circuit& circuit : stored_.circuits) {
                           circuit.voltage.harmonics = circuit.current.harmonics = {};
                           circuit.current.direct_percent = 0;
                         }
                         return ScpiError::none;
                       },
                       {}};
  rows_["APPL"] = {0, [this](const auto&) { return take_set_point(); }, {}};
  rows_["OUTP"] = {1, [this](const auto& parameters) { return switch_output(scpi::capitals(parameters[0])); },
                   [this] { return output_state(); }};
  rows_["SYST:ERR"] = {0, {}, [this] { return scpi::error_entry_text(errors_.take()); }};

  add_limit("LIM:VOLT", voltage_limit_v_, kMostVolts);
  add_limit("LIM:CURR", current_limit_a_, kMostAmperes);
  add_number("FREQ", stored_.frequency_hz, [](double f) { return f >= kLeastHertz && f <= kMostHertz; });
  for (std::size_t i = 0; i < stored_.circuits.size(); ++i) {
    add_channel(fmt::format("VOLT{}", i + 1), stored_.circuits[i].voltage, voltage_limit_v_);
    add_channel(fmt::format("CURR{}", i + 1), stored_.circuits[i].current, current_limit_a_);
    add_number(fmt::format("CURR{}:DC", i + 1), stored_.circuits[i].current.direct_percent,
               [](double percent) { return std::abs(percent) <= kMostPercent; });
  }
  add_burst();
  add_dip();
}

void Simulator::add_channel(const std::string& header, Channel& channel, const double& limit) {
  add_number(header, channel.rms, [&limit](double value) { return value >= 0 && value <= limit; });
  add_number(header + ":PHAS", channel.phase_deg, is_angle);
  for (std::size_t order = 2; order <= kHighestHarmonic; ++order)
    add_harmonic(fmt::format("{}:HARM{}", header, order), channel.harmonics[order]);
}

void Simulator::add_harmonic(const std::string& header, Harmonic& harmonic) {
  rows_[header] = {
      2,
      [&harmonic](const auto& parameters) {
        const auto percent = parse_number(parameters[0]);
        const auto degrees = parse_number(parameters[1]);
        if (!percent || !degrees) return ScpiError::data_type;
        if (!(held(*percent) >= 0 && held(*percent) <= kMostPercent && is_angle(held(*degrees))))
          return ScpiError::data_out_of_range;
        harmonic = {held(*percent), held(*degrees)};
        return ScpiError::none;
      },
      [&harmonic] { return answer_text(harmonic.percent) + ',' + answer_text(harmonic.phase_deg); }};
}

void Simulator::add_burst() {
  rows_["BURS"] = {2,
                   [this](const auto& parameters) {
                     const auto on = parse_number(parameters[0]), off = parse_number(parameters[1]);
                     if (!on || !off) return ScpiError::data_type;
                     const auto is_length = [](double periods) {
                       return periods >= 1 && periods <= kMostPeriods && periods == std::floor(periods);
                     };
                     if (!(is_length(*on) && is_length(*off)) && !(*on == 0 && *off == 0))
                       return ScpiError::data_out_of_range;
                     stored_.burst_on = static_cast<int>(*on);
                     stored_.burst_off = static_cast<int>(*off);
                     return ScpiError::none;
                   },
                   [this] { return fmt::format("{},{}", stored_.burst_on, stored_.burst_off); }};
}

/// Clauses 2.9 and 2.10.
void Simulator::add_dip() {
  rows_["DIP"] = {
      4,
      [this](const auto& parameters) {
        std::array<double, 4> value{};
        for (std::size_t i = 0; i < value.size(); ++i) {
          const auto number = parse_number(parameters[i]);
          if (!number) return ScpiError::data_type;
          value[i] = held(*number);
        }
        const auto [percent, duration_s, times, pause_s] = value;
        const auto is_time = [](double s) { return s >= kShortestDip && s <= kLongestDip; };
        if (!(percent >= 0 && percent <= kMostDipPercent && is_time(duration_s) && times >= 1 &&
              times <= kMostDips && times == std::floor(times) && (times == 1 || is_time(pause_s))))
          return ScpiError::data_out_of_range;
        if (output_state() != "ON") return ScpiError::settings_conflict;
        for (const Circuit& circuit : set_point_->circuits)
          if (circuit.voltage.total_rms() * percent / 100 > voltage_limit_v_)
            return ScpiError::settings_conflict;
        power_stage_.dip(
            now_, {Ratio{percent / 100}, Seconds{duration_s}, static_cast<int>(times), Seconds{pause_s}});
        return ScpiError::none;
      },
      [this] { return fmt::format("{}", power_stage_.dips_left(now_)); }};
}

void Simulator::add_number(const std::string& header, double& value, std::function<bool(double)> in_range) {
  rows_[header] = {1,
                   [&value, in_range = std::move(in_range)](const auto& parameters) {
                     const auto number = parse_number(parameters[0]);
                     if (!number) return ScpiError::data_type;
                     if (!in_range(held(*number))) return ScpiError::data_out_of_range;
                     value = held(*number);
                     return ScpiError::none;
                   },
                   [&value] { return answer_text(value); }};
}

/// Clause 2.4.
void Simulator::add_limit(const std::string& header, double& limit, double most) {
  add_number(header, limit, [most](double value) { return value >= 0 && value <= most; });
  Row& row = rows_[header];
  row.set = [this, set = std::move(row.set)](const auto& parameters) {
    if (output_ == Output::energised) return ScpiError::settings_conflict;
    const ScpiError error = set(parameters);
    if (error != ScpiError::none) return error;
    stored_ = Values{};
    set_point_.reset();
    return ScpiError::none;
  };
}

void Simulator::opened(Instant now) {
  lines_.forget();
  silent_ = false;
  Bytes unsent;
  on_time(now, unsent);
}

void Simulator::closed(Instant now) {
  now_ = now;
  lines_.forget();
}

void Simulator::on_time(Instant now, Bytes&) {
  now_ = now;
  while (const auto what = script_.due(now)) strike(*what);
}

void Simulator::on_bytes(Instant now, ByteView bytes, Bytes& reply) {
  on_time(now, reply);
  for (const auto& line : lines_.take(bytes)) {
    if (line.overlong) {
      if (!silent_) errors_.push(ScpiError::input_buffer_overrun, line.text);
      continue;
    }
    if (const auto text = scpi::trimmed(line.text); !text.empty()) take_line(std::string{text}, reply);
  }
}

void Simulator::take_line(const std::string& line, Bytes& reply) {
  if (const auto what = script_.on_command()) strike(*what);
  if (silent_) return;
  notice_enable();
  std::string answer;
  const ScpiError error = carry_out(line, answer);
  if (error != ScpiError::none) errors_.push(error, line);
  if (answer.empty()) return;
  if (std::exchange(garble_next_, false)) answer = kNonsense;
  answer += '\n';
  reply.insert(reply.end(), answer.begin(), answer.end());
}

ScpiError Simulator::carry_out(const std::string& line, std::string& answer) {
  if (std::exchange(refuse_next_, false)) return ScpiError::execution;
  if (!is_printable(line)) return ScpiError::invalid_character;
  const auto command = scpi::parse_command(line);
  if (!command) return ScpiError::syntax;
  const auto found = rows_.find(command->header);
  if (found == rows_.end()) return ScpiError::undefined_header;
  const Row& row = found->second;
  if (command->query ? !row.query : !row.set) return ScpiError::undefined_header;
  const std::size_t wanted = command->query ? 0 : row.parameters;
  if (command->parameters.size() > wanted) return ScpiError::parameter_not_allowed;
  if (command->parameters.size() < wanted) return ScpiError::missing_parameter;
  if (!command->query) return row.set(command->parameters);
  answer = row.query();
  return ScpiError::none;
}

void Simulator::strike(const std::string& what) {
  if (what == kTrip) {
    trip(kOverload);
  } else if (what == kSilence) {
    silent_ = true;
  } else if (what == kGarble) {
    garble_next_ = true;
  } else if (what == kRefuse) {
    refuse_next_ = true;
  }
}

void Simulator::trip(std::string_view reason) {
  power_stage_.off(now_);
  output_ = Output::trip;
  trip_reason_ = reason;
}

/// Clause 3.8: by the time that anyone asks, the enable may have closed again.
void Simulator::notice_enable() {
  if (output_ == Output::energised && !power_stage_.energised()) trip(kEnableOpen);
}

/// Clause 3.6.
void Simulator::reset() {
  power_stage_.off(now_);
  output_ = Output::off;
  voltage_limit_v_ = 0;
  current_limit_a_ = 0;
  stored_ = Values{};
  set_point_.reset();
}

/// Clauses 3.2, 3.4, 3.5 and 3.8.
ScpiError Simulator::switch_output(const std::string& state) {
  if (state == "OFF") {
    power_stage_.off(now_);
    output_ = Output::off;
    return ScpiError::none;
  }
  if (state != "ON") return ScpiError::illegal_parameter_value;
  if (output_ == Output::energised) return ScpiError::none;
  if (output_ == Output::trip || !set_point_ || !power_stage_.enabled()) return ScpiError::settings_conflict;
  output_ = Output::energised;
  drive();
  return ScpiError::none;
}

std::string Simulator::output_state() const {
  switch (output_) {
    case Output::off: return "OFF";
    case Output::energised: return power_stage_.settled(now_) ? "ON" : "RAMP";
    case Output::trip: return fmt::format("TRIP,\"{}\"", trip_reason_);
  }
  return {};
}

/// Clauses 2.6 and 3.3.
ScpiError Simulator::take_set_point() {
  if (static_cast<double>(stored_.highest_order()) * stored_.frequency_hz > kBandHertz)
    return ScpiError::settings_conflict;
  for (const Circuit& circuit : stored_.circuits) {
    if (circuit.voltage.total_rms() > voltage_limit_v_ || circuit.current.total_rms() > current_limit_a_)
      return ScpiError::settings_conflict;
    if (circuit.voltage.peak() > kPeakVolts || circuit.current.peak() > kPeakAmperes)
      return ScpiError::settings_conflict;
  }
  set_point_ = stored_;
  if (output_ == Output::energised) drive();
  return ScpiError::none;
}

virtual_lab::Phasor Simulator::Channel::phasor(std::size_t order) const {
  if (order == 0) return rms * direct_percent / 100;
  if (order == 1) return std::polar(rms, from_degrees(phase_deg).value());
  const Harmonic& harmonic = harmonics.at(order);
  // It counts from the fundamental's zero crossing, which is `order` times as far at its frequency.
  return std::polar(rms * harmonic.percent / 100,
                    from_degrees(static_cast<double>(order) * phase_deg + harmonic.phase_deg).value());
}

double Simulator::Channel::total_rms() const {
  double square = 1 + direct_percent * direct_percent / 1e4;
  for (const Harmonic& harmonic : harmonics) square += harmonic.percent * harmonic.percent / 1e4;
  return rms * std::sqrt(square);
}

/// Looked for at every tenth of a degree of the fundamental.
double Simulator::Channel::peak() const {
  std::vector<std::pair<double, virtual_lab::Phasor>> waves;
  for (std::size_t order = 1; order <= kHighestHarmonic; ++order)
    if (const auto wave = phasor(order); wave != virtual_lab::Phasor{})
      waves.emplace_back(static_cast<double>(order), wave);
  double highest = 0;
  for (int tenth = 0; tenth < 10 * static_cast<int>(kFullTurnDegrees); ++tenth) {
    const double angle = from_degrees(tenth / 10.0).value();
    double value = phasor(0).real();
    for (const auto& [order, wave] : waves)
      value += std::numbers::sqrt2 * (wave * std::polar(1.0, order * angle)).imag();
    highest = std::max(highest, std::abs(value));
  }
  return highest;
}

bool Simulator::Values::has_direct_current() const {
  return std::ranges::any_of(circuits, [](const Circuit& c) { return c.current.direct_percent != 0; });
}

std::size_t Simulator::Values::highest_order() const {
  for (std::size_t order = kHighestHarmonic; order > 1; --order)
    for (const Circuit& circuit : circuits)
      if (circuit.voltage.harmonics[order].percent > 0 || circuit.current.harmonics[order].percent > 0)
        return order;
  return 1;
}

/// The output sets off for the set point.
void Simulator::drive() {
  const Values& values = *set_point_;
  virtual_lab::Terminals target{.frequency = Frequency{values.frequency_hz},
                                .burst = {values.burst_on, values.burst_off}};
  if (values.has_direct_current()) target.harmonics.push_back({.order = 0});
  for (std::size_t order = 2; order <= values.highest_order(); ++order)
    target.harmonics.push_back({.order = static_cast<int>(order)});
  for_each_order(target, [&](int order, virtual_lab::Phasors& voltage, virtual_lab::Phasors& current) {
    for (std::size_t i = 0; i < values.circuits.size(); ++i) {
      voltage[i] = values.circuits[i].voltage.phasor(static_cast<std::size_t>(order));
      current[i] = values.circuits[i].current.phasor(static_cast<std::size_t>(order));
    }
  });
  std::erase_if(target.harmonics, [](const virtual_lab::HarmonicPhasors& h) { return h.dark(); });
  power_stage_.apply(now_, target);
}

virtual_lab::SimulatorModel simulator_model() {
  virtual_lab::SimulatorModel model;
  model.name = "scpi_source";
  model.source = true;
  model.parameters = virtual_lab::power_stage_parameters();
  model.faults = {kTrip, kSilence, kGarble, kRefuse};
  model.make = [](virtual_lab::World&, const virtual_lab::SimulatorSettings& settings) {
    return virtual_lab::AnyFarEnd{
        std::unique_ptr<FarEnd>{std::make_unique<Simulator>(*settings.output, settings.faults)}};
  };
  return model;
}

}  // namespace meterbench::scpi_source
