#include "drivers/zera_com5003/simulator_measuring.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "drivers/protocol/scpi/framing.h"

namespace meterbench::zera_com5003 {
namespace {

using Reading = virtual_lab::ReferenceInput::Reading;

/// On L3 nothing is connected; so much was read on a real instrument.
constexpr double kOpenVolts = 0.024;
constexpr double kOpenAmperes = 9e-5;

double volts(const Reading& r, std::size_t i) {
  return i < r.voltage.size() ? r.voltage[i].value() : kOpenVolts;
}
double amperes(const Reading& r, std::size_t i) {
  return i < r.current.size() ? r.current[i].value() : kOpenAmperes;
}
double watts(const Reading& r, std::size_t i) { return i < r.active.size() ? r.active[i].value() : 0; }
double vars(const Reading& r, std::size_t i) { return i < r.reactive.size() ? r.reactive[i].value() : 0; }
double volt_amperes(const Reading& r, std::size_t i) { return volts(r, i) * amperes(r, i); }

template <class Of>
double sum(const Reading& r, Of of) {
  return of(r, 0) + of(r, 1) + of(r, 2);
}

double power_factor(double active, double apparent) { return apparent > 0 ? active / apparent : 0; }

}  // namespace

Measuring::Measuring(bool full_double) : full_double_{full_double} {
  const auto add = [this](std::string_view module, std::string name, std::string_view unit,
                          std::function<double(const Reading&)> value) {
    channels_.push_back({module, std::move(name), unit, std::move(value)});
  };
  const auto add_three = [&](std::string_view module, std::string_view kind, std::string_view unit, auto of) {
    for (std::size_t i = 0; i < 3; ++i)
      add(module, fmt::format("{}{}", kind, i + 1), unit, [i, of](const Reading& r) { return of(r, i); });
  };
  add_three("RMS1", "UL", "V", volts);
  add_three("RMS1", "IL", "A", amperes);
  add_three("POW1", "P", "W", watts);
  add("POW1", "PS", "W", [](const Reading& r) { return sum(r, watts); });
  add_three("POW2", "Q", "Var", vars);
  add("POW2", "QS", "Var", [](const Reading& r) { return sum(r, vars); });
  add_three("POW3", "S", "VA", volt_amperes);
  add("POW3", "SS", "VA", [](const Reading& r) { return sum(r, volt_amperes); });
  add_three("LAM1", "Lambda", "",
            [](const Reading& r, std::size_t i) { return power_factor(watts(r, i), volt_amperes(r, i)); });
  add("LAM1", "Lambda4", "",
      [](const Reading& r) { return power_factor(sum(r, watts), sum(r, volt_amperes)); });
  const auto peak = [](auto rms) {
    return [rms](const Reading& r, std::size_t i) { return std::numbers::sqrt2 * rms(r, i); };
  };
  add_three("RNG1", "UL", "V", peak(volts));
  add_three("RNG1", "IL", "A", peak(amperes));
  add("RNG1", "F", "Hz", [](const Reading& r) { return r.frequency.value(); });
}

std::vector<std::size_t> Measuring::find(std::string_view module, std::string_view channel) const {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < channels_.size(); ++i)
    if (channels_[i].module == module && (channel.empty() || scpi::capitals(channels_[i].name) == channel))
      places.push_back(i);
  return places;
}

void Measuring::arm(const std::vector<std::size_t>& places) {
  for (const std::size_t place : places) channels_[place].armed = true;
}

bool Measuring::pending(const std::vector<std::size_t>& places) const {
  return std::ranges::any_of(places, [this](std::size_t place) { return channels_[place].armed; });
}

void Measuring::publish(const Reading& reading) {
  for (Channel& channel : channels_)
    if (std::exchange(channel.armed, false)) channel.capture = channel.value(reading);
}

std::string Measuring::number(double value) const {
  return full_double_ ? fmt::format("{}", value) : fmt::format("{:.8g}", value);
}

std::string Measuring::captured(const std::vector<std::size_t>& places) const {
  std::string text;
  for (const std::size_t place : places) {
    const Channel& channel = channels_[place];
    if (channel.capture)
      text +=
          fmt::format("{}:{}:[{}]:{}", channel.module, channel.name, channel.unit, number(*channel.capture));
    text += ';';
  }
  return text;
}

}  // namespace meterbench::zera_com5003
