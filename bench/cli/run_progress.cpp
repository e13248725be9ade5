#include "bench/cli/run_progress.h"

#include <fmt/format.h>

#include "bench/cli/number_format.h"
#include "bench/cli/point_table.h"
#include "bench/core/quantity_text.h"

namespace meterbench {

void RunProgress::begin(const Plan& plan, const std::vector<std::size_t>& left) {
  const std::lock_guard lock{mutex_};
  plan_ = &plan;
  left_.assign(plan.points.size(), false);
  for (const std::size_t index : left) left_[index] = true;
  register_hold_.clear();
  soak_ = nullptr;
  measuring_ = false;
}

void RunProgress::soak(const PlannedSoak& soak, const ChamberReading& now, Seconds elapsed) {
  const std::lock_guard lock{mutex_};
  soak_ = &soak;
  chamber_ = now;
  elapsed_ = elapsed;
}

void RunProgress::point(std::size_t index) {
  const std::lock_guard lock{mutex_};
  soak_ = nullptr;
  measuring_ = true;
  point_over_ = false;
  index_ = index;
  edges_ = needed_ = 0;
}

void RunProgress::edges(std::uint64_t counted, std::uint64_t needed) {
  const std::lock_guard lock{mutex_};
  edges_ = counted;
  needed_ = needed;
}

void RunProgress::point_over() {
  const std::lock_guard lock{mutex_};
  point_over_ = true;
}

void RunProgress::holding_for_registers(const std::string& what) {
  const std::lock_guard lock{mutex_};
  register_hold_ = what;
}

void RunProgress::end() {
  const std::lock_guard lock{mutex_};
  plan_ = nullptr;
}

std::string RunProgress::text() const {
  const std::lock_guard lock{mutex_};
  if (plan_ == nullptr) return "no scenario under way";
  if (!register_hold_.empty()) return "all points measured; " + register_hold_;
  if (soak_ != nullptr) return soak_text();
  return measuring_ ? point_text() : fmt::format("[0/{}] getting ready", plan_->points.size());
}

std::string RunProgress::at_hand() const {
  const std::lock_guard lock{mutex_};
  if (plan_ == nullptr) return "";
  if (!register_hold_.empty()) return "the load for the registers";
  if (soak_ != nullptr) return "the soak at " + to_text(soak_->temperature);
  return measuring_ ? "point " + plan_->points[index_].id : "";
}

bool RunProgress::at_work() const {
  const std::lock_guard lock{mutex_};
  return plan_ != nullptr && (!register_hold_.empty() || soak_ != nullptr || (measuring_ && !point_over_));
}

std::string RunProgress::soak_text() const {
  return fmt::format(
      "soak at {}: air {:.1f} °C{}, {} of about {}; {} left in all", to_text(soak_->temperature),
      chamber_.air.value(), chamber_.body ? fmt::format(", body {:.1f} °C", chamber_.body->value()) : "",
      time_text(elapsed_.value()), time_text(soak_->expected.value()), time_text(time_left().value()));
}

std::string RunProgress::point_text() const {
  return fmt::format("[{}/{}, {} left] {}: {}", index_ + 1, plan_->points.size(),
                     time_text(time_left().value()), meterbench::point_text(plan_->points[index_]),
                     needed_ == 0 ? "applying the load" : fmt::format("{} of {} LED edges", edges_, needed_));
}

/// From the beginning of what is at hand: soaks and points still to come.
Seconds RunProgress::time_left() const {
  const std::size_t from = soak_ != nullptr ? soak_->before : index_;
  Seconds sum{};
  for (std::size_t i = from; i < plan_->points.size(); ++i)
    if (left_[i]) sum = sum + plan_->points[i].time.total() + plan_->points[i].rest;
  for (const PlannedSoak& soak : plan_->soaks)
    if (soak.before > from) sum = sum + soak.expected;
  if (soak_ != nullptr && elapsed_ < soak_->expected) sum = sum + soak_->expected - elapsed_;
  return sum;
}

}  // namespace meterbench
