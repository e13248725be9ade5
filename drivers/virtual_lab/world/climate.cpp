#include "drivers/virtual_lab/world/climate.h"

#include <algorithm>
#include <cmath>

#include "drivers/virtual_lab/world/thermal_lag.h"

namespace meterbench::virtual_lab {

namespace {

/// A small step is not overshot by more than this part of it. (made)
constexpr double kOvershootOfStep = 0.1;

}  // namespace

void Climate::set_room(Temperature room) { air_c_ = room_c_ = room.value(); }

void Climate::install(const Settings& settings) {
  settings_ = settings;
  chamber_ = true;
  approach_share_ = share_in_a_second(settings.time_constant_s);
  room_share_ = share_in_a_second(settings.room_time_constant_s);
}

Temperature Climate::air(Instant t) {
  advance(t);
  return Temperature{air_c_};
}

bool Climate::tripped(Instant t) {
  advance(t);
  return tripped_;
}

void Climate::condition(Instant when, Temperature target) {
  advance(when);
  pending_ = {second_ + static_cast<std::int64_t>(std::ceil(settings_.dead_time_s)), target.value()};
  obey();
}

void Climate::rest(Instant when) {
  advance(when);
  pending_ = {second_, std::nullopt};
  obey();
}

void Climate::trip(Instant when) {
  advance(when);
  tripped_ = true;
}

void Climate::advance(Instant t) {
  if (!chamber_) return;
  for (const std::int64_t until = whole_seconds(t); second_ < until;) {
    step();
    ++second_;
    obey();
  }
}

void Climate::obey() {
  if (!pending_ || pending_->second > second_) return;
  target_c_ = pending_->target_c;
  pending_.reset();
  if (!target_c_) return;
  const double way = *target_c_ - air_c_;
  beyond_k_ = std::copysign(std::min(settings_.overshoot_k, kOvershootOfStep * std::abs(way)), way);
}

void Climate::step() {
  if (!target_c_ || tripped_) {
    air_c_ += room_share_ * (room_c_ - air_c_);
    return;
  }
  // It aims twice as far beyond as it will get, so that it gets there in finite time, and then turns back.
  const double aim = *target_c_ + 2 * beyond_k_;
  const double most = settings_.rate_k_per_min / 60;
  air_c_ += std::clamp(approach_share_ * (aim - air_c_), -most, most);
  if (beyond_k_ != 0 && (air_c_ - *target_c_) / beyond_k_ >= 1) beyond_k_ = 0;
  tripped_ = air_c_ < settings_.limit_low_c || air_c_ > settings_.limit_high_c;
}

}  // namespace meterbench::virtual_lab
