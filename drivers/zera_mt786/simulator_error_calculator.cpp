#include "drivers/zera_mt786/simulator_error_calculator.h"

#include <fmt/format.h>

#include <cmath>
#include <regex>
#include <utility>

#include "bench/core/quantity_text.h"

namespace meterbench::zera_mt786 {

namespace {

double number(const std::string& digits) { return parse_number(digits).value(); }

}  // namespace

std::optional<Answer> ErrorCalculatorPart::take(Instant now, const std::string& line) {
  if (line.starts_with("AEP")) return set_parameters(line);
  if (line == "AEB0" || line == "AEB1") return begin(now, line == "AEB1");
  if (line == "AES1") return status();
  if (line == "AEE") {
    state_ = State::idle;
    return Answer{{"AEEACK"}};
  }
  return std::nullopt;
}

/// Constant in imp/kWh times 1e5 and meter pulses, each as six digits and a power of ten.
Answer ErrorCalculatorPart::set_parameters(const std::string& line) {
  static const std::regex form{R"(AEP(\d{1,6});(0\d|10);(\d{1,6});([0-5]))"};
  std::smatch match;
  if (!std::regex_match(line, match, form)) return {{"AEPNAK"}};
  const double constant = number(match[1]) * std::pow(10, number(match[2]) - 5);
  const double pulses = number(match[3]) * std::pow(10, number(match[4]));
  if (!(constant > 0 && pulses > 0)) return {{"AEPNAK"}};
  parameters_ = {from_watt_hours(1000 / constant), static_cast<std::uint64_t>(std::llround(pulses))};
  return {{"AEPACK"}};
}

Answer ErrorCalculatorPart::begin(Instant now, bool continuous) {
  if (parameters_.pulses == 0) return {{"AEBNAK"}};
  state_ = State::armed;
  continuous_ = continuous;
  error_percent_.reset();
  pulses_ = 0;
  looked_ = now;
  return {{"AEBACK"}};
}

void ErrorCalculatorPart::on_segment(const virtual_lab::Segment& segment) {
  if (state_ != State::armed && state_ != State::running) return;
  auto* signal = world_.signal(signal_);
  if (signal == nullptr || blind_) return;
  for (const Instant t : signal->edges_between(std::exchange(looked_, segment.end), segment.end)) on_pulse(t);
}

void ErrorCalculatorPart::on_pulse(Instant t) {
  energy_ = energy_until_(t);
  if (state_ == State::armed) {
    state_ = State::running;
    energy_begin_ = energy_;
    return;
  }
  if (state_ != State::running || ++pulses_ < parameters_.pulses) return;
  const ActiveEnergy reference = energy_ - energy_begin_;
  const ActiveEnergy meter = static_cast<double>(pulses_) * parameters_.per_pulse;
  if (reference > ActiveEnergy{}) error_percent_ = 100 * (meter / reference - 1);
  if (!continuous_) {
    state_ = State::done;
  } else {  // the last pulse of this comparison is the first of the next
    energy_begin_ = energy_;
    pulses_ = 0;
  }
}

/// State, error, and progress (%) with the reference's energy (Wh, `made`).
Answer ErrorCalculatorPart::status() const {
  if (state_ == State::idle) return {{"00", "oo.oo", "0.000000;0.000000", "AESACK"}};
  const double progress = state_ == State::running
                              ? 100 * static_cast<double>(pulses_) / static_cast<double>(parameters_.pulses)
                              : 0;
  const double energy = state_ == State::armed ? 0 : watt_hours(energy_ - energy_begin_);
  const std::string no_error = state_ == State::done ? "oo.oo" : "--.--";
  return {{fmt::format("0{}", static_cast<int>(state_)),
           error_percent_ ? fmt::format("{:.2f}", *error_percent_) : no_error,
           fmt::format("{:.6f};{:.6f}", progress, energy), "AESACK"}};
}

void ErrorCalculatorPart::power_cycle() {
  parameters_ = {};
  state_ = State::idle;
  blind_ = false;
}

}  // namespace meterbench::zera_mt786
