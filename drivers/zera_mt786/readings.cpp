#include "drivers/zera_mt786/readings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "bench/core/quantity_text.h"

namespace meterbench::zera_mt786 {

namespace {

constexpr double kDarkVolts = 1;
constexpr double kDarkAmperes = 0.005;
constexpr double kStands = 0.01;
constexpr double kSteady = 5e-4;
/// What an open input reads at most, which no part of a small value can stand for.
constexpr double kFloorVolts = 0.03;
constexpr double kFloorAmperes = 1e-4;

struct Channel {
  char letter;
  std::string_view unit;
  std::size_t number;
  double first;
  double second;
  double dark;
  double floor;
};

/// All six channels of two sets.
std::vector<Channel> pairs(const Channels& first, const Channels& second) {
  std::vector<Channel> all;
  for (std::size_t i = 0; i < first.voltage_v.size(); ++i) {
    all.push_back({'U', "V", i + 1, first.voltage_v[i], second.voltage_v[i], kDarkVolts, kFloorVolts});
    all.push_back({'I', "A", i + 1, first.current_a[i], second.current_a[i], kDarkAmperes, kFloorAmperes});
  }
  return all;
}

/// The first channel told and read that `bad` names.
std::string complaint(const Channels& told, const Channels& read,
                      const std::function<bool(const Channel&)>& bad) {
  const auto all = pairs(told, read);
  const auto found = std::ranges::find_if(all, bad);
  if (found == all.end()) return {};
  return fmt::format("{}{} reads {:.6g} {}, told {:.6g} {}", found->letter, found->number, found->second,
                     found->unit, found->first, found->unit);
}

}  // namespace

std::optional<Channels> parse_amplitudes(const std::vector<std::string>& lines) {
  std::array<std::optional<double>, 6> values;
  for (const std::string& line : lines) {
    const bool amplitude = line.size() > 2 && line[0] >= '0' && line[0] <= '5' && line[1] == ';';
    if (!amplitude) continue;
    auto& value = values.at(static_cast<std::size_t>(line[0] - '0'));
    const auto number = parse_number(std::string_view{line}.substr(2));
    if (value || !number) return std::nullopt;
    value = *number;
  }
  Channels read;
  for (std::size_t i = 0; i < read.voltage_v.size(); ++i) {
    if (!values.at(i) || !values.at(i + 3)) return std::nullopt;
    read.voltage_v[i] = *values.at(i);
    read.current_a[i] = *values.at(i + 3);
  }
  return read;
}

// Written so that NaN fails too.

bool dark(const Channels& read) {
  return std::ranges::all_of(pairs({}, read), [](const Channel& c) { return std::abs(c.second) < c.dark; });
}

std::string difference(const Channels& told, const Channels& read) {
  return complaint(told, read, [](const Channel& c) {
    const double allowed = c.first > 0 ? kStands * c.first + c.floor : c.dark;
    return !(std::abs(c.second - c.first) <= allowed);
  });
}

bool steady(const Channels& before, const Channels& now) {
  return std::ranges::all_of(pairs(before, now), [](const Channel& c) {
    return std::abs(c.second - c.first) <= kSteady * c.first + c.floor;
  });
}

std::string gone(const Channels& told, const Channels& read) {
  return complaint(told, read, [](const Channel& c) { return c.first > 0 && !(c.second >= c.first / 2); });
}

}  // namespace meterbench::zera_mt786
