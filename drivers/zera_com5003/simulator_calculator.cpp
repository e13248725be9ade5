#include "drivers/zera_com5003/simulator_calculator.h"

#include <cmath>

namespace meterbench::zera_com5003 {
namespace {

constexpr unsigned kArmed = 1, kStarted = 2, kReady = 4, kAborted = 8;
constexpr Duration kRefresh = std::chrono::seconds{1};

}  // namespace

void ErrorTest::set_reference_constant(double constant) {
  if (constant == reference_constant_) return;
  reference_constant_ = constant;
  abort();
}

std::uint64_t ErrorTest::target() const {
  const double per_kwh = unit == "Wh/I" ? 1000 / dut_constant : dut_constant;
  const double wanted = std::floor(static_cast<double>(pulses) * reference_constant_ / per_kwh);
  return wanted < static_cast<double>(kMostPulses) ? static_cast<std::uint64_t>(wanted) : kMostPulses;
}

void ErrorTest::start(Instant now) {
  running_ = true;
  first_.reset();
  seen_ = 0;
  results_ = 0;
  status_ = kArmed;
  progress_ = 0;
  pulses_shown_ = 0;
  next_refresh_ = now + kRefresh;
}

void ErrorTest::abort() {
  if (running_) status_ = kAborted;
  running_ = false;
}

void ErrorTest::on_edge(std::uint64_t reference_count) {
  if (!running_) return;
  if (!first_)
    first_ = reference_count;
  else if (++seen_ == pulses)
    finish(reference_count);
}

void ErrorTest::finish(std::uint64_t reference_count) {
  counted_ = reference_lost_ ? 0 : reference_count - *first_;
  reference_lost_ = false;
  ++results_;
  progress_ = 100;
  pulses_shown_ = pulses;
  running_ = continuous;
  status_ = continuous ? kReady | kStarted : kReady;
  seen_ = 0;
  first_ = reference_count;
  if (counted_ == 0) {
    result_ = std::numeric_limits<double>::quiet_NaN();
    rating_ = -1;
    return;
  }
  const auto aim = static_cast<double>(target());
  const auto counted = static_cast<double>(counted_);
  result_ = (aim - counted) * (result_unit == "ppm" ? 1e6 : 100) / counted;
  rating_ = result_ >= lower_limit && result_ <= upper_limit ? 1 : 0;
}

void ErrorTest::refresh(Instant now) {
  if (!running_ || now < next_refresh_) return;
  while (next_refresh_ <= now) next_refresh_ += kRefresh;
  status_ = (status_ & kReady) | (first_ ? kStarted : kArmed);
  progress_ = 100 * static_cast<double>(seen_) / static_cast<double>(pulses);
  pulses_shown_ = first_ ? seen_ + 1 : 0;
}

double ErrorTest::final_energy() const {
  return reference_constant_ > 0 ? static_cast<double>(counted_) / reference_constant_ : 0;
}

}  // namespace meterbench::zera_com5003
