#include "drivers/zera_com5003/simulator_ranges.h"

#include <algorithm>

namespace meterbench::zera_com5003 {
namespace {

using Range = Ranges::Range;

constexpr Range usual(std::string_view name, double nominal) { return {name, nominal, 1.25 * nominal}; }

constexpr std::array kVoltages{usual("480V", 480), usual("240V", 240), usual("120V", 120),
                               usual("60V", 60),   usual("12V", 12),   usual("5V", 5)};
constexpr std::array kCurrents{Range{"200A", 200, 0.84 * 200},
                               usual("100A", 100),
                               usual("50A", 50),
                               usual("25A", 25),
                               usual("10A", 10),
                               usual("5A", 5),
                               usual("2.5A", 2.5),
                               usual("1.0A", 1),
                               usual("500mA", 0.5),
                               usual("250mA", 0.25),
                               usual("100mA", 0.1),
                               usual("50mA", 0.05),
                               usual("25mA", 0.025),
                               usual("10mA", 0.01),
                               usual("5mA", 0.005)};

/// With automatic ranges, parts of the limit of overload.
constexpr double kEnterBelow = 0.95;
constexpr double kLeaveAbove = 0.99;

/// Full scale of the pulse output, and the wires of mode 4LW that it is reckoned for.
constexpr double kFullScaleHertz = 200000;
constexpr double kElements = 3;

constexpr bool is_current(std::size_t channel) { return channel >= Ranges::kIL1; }

}  // namespace

std::span<const Range> Ranges::catalogue(std::size_t channel) {
  if (is_current(channel)) return kCurrents;
  return kVoltages;
}

void Ranges::set(std::array<std::size_t, kChannels.size()>& ranges, std::size_t channel,
                 std::size_t range) const {
  for (std::size_t other = 0; other < ranges.size(); ++other)
    if (other == channel || (grouped && is_current(other) == is_current(channel))) ranges[other] = range;
}

bool Ranges::want(std::size_t channel, std::string_view name) {
  const auto all = catalogue(channel);
  const auto found = std::ranges::find(all, name, &Range::name);
  if (found == all.end()) return false;
  set(wanted_, channel, static_cast<std::size_t>(found - all.begin()));
  return true;
}

void Ranges::apply() {
  active_ = wanted_;
  if (!exceeded_) clear_overload();
}

void Ranges::clear_overload() { overloaded_ = latched_ = false; }

void Ranges::exceed(std::size_t channel) { exceed(channel, active_[channel]); }

void Ranges::exceed(std::size_t channel, std::size_t range) {
  exceeded_ = overloaded_ = true;
  if (range == 0)
    latched_ = true;
  else
    set(active_, channel, 0);
}

void Ranges::observe(const std::array<double, kChannels.size()>& rms) {
  exceeded_ = false;
  const auto before = active_;  // a jump of its group is no reason for another channel to be beyond its range
  for (std::size_t channel = 0; channel < rms.size(); ++channel)
    if (rms[channel] > catalogue(channel)[before[channel]].overload) exceed(channel, before[channel]);
  if (!automatic || exceeded_) return;
  follow(rms);
  if (!latched_) overloaded_ = false;
}

void Ranges::follow(const std::array<double, kChannels.size()>& rms) {
  for (std::size_t channel = 0; channel < rms.size(); ++channel) {
    double load = rms[channel];
    if (grouped)
      for (std::size_t other = 0; other < rms.size(); ++other)
        if (is_current(other) == is_current(channel)) load = std::max(load, rms[other]);
    const auto all = catalogue(channel);
    std::size_t range = active_[channel];
    while (range > 0 && load > kLeaveAbove * all[range].overload) --range;
    while (range + 1 < all.size() && load < kEnterBelow * all[range + 1].overload) ++range;
    set(active_, channel, range);
  }
  wanted_ = active_;
}

double Ranges::pulse_constant() const {
  double voltage = 0, current = 0;  // the largest of each: where channels differ this is made
  for (std::size_t channel = 0; channel < active_.size(); ++channel) {
    double& largest = is_current(channel) ? current : voltage;
    largest = std::max(largest, active(channel).nominal);
  }
  return 3.6e6 * kFullScaleHertz / (kElements * voltage * current);
}

}  // namespace meterbench::zera_com5003
