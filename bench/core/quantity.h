// Physical quantities as types: a voltage is never a current, and volt times ampere is an apparent
// power, not watts. Dimension alone would not tell W, VA and var apart; the kind does.
#pragma once

#include <algorithm>
#include <cmath>
#include <compare>
#include <numbers>
#include <string_view>

namespace meterbench {

/// A number of one kind, always in the coherent unit that the kind names.
template <class Kind>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(double value) : value_{value} {}
  /// In `Kind::unit`.
  [[nodiscard]] constexpr double value() const { return value_; }

  friend constexpr auto operator<=>(Quantity, Quantity) = default;
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity{a.value_ + b.value_}; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity{a.value_ - b.value_}; }
  friend constexpr Quantity operator-(Quantity a) { return Quantity{-a.value_}; }
  friend constexpr Quantity operator*(Quantity a, double factor) { return Quantity{a.value_ * factor}; }
  friend constexpr Quantity operator*(double factor, Quantity a) { return Quantity{a.value_ * factor}; }
  friend constexpr Quantity operator/(Quantity a, double divisor) { return Quantity{a.value_ / divisor}; }
  /// The quotient of two quantities of one kind is a plain number.
  friend constexpr double operator/(Quantity a, Quantity b) { return a.value_ / b.value_; }

 private:
  double value_{};
};

namespace kind {
struct Voltage {
  static constexpr std::string_view unit = "V", name = "voltage";
};
struct Current {
  static constexpr std::string_view unit = "A", name = "current";
};
struct Angle {
  static constexpr std::string_view unit = "rad", name = "angle";
};
struct ActivePower {
  static constexpr std::string_view unit = "W", name = "active power";
};
struct ReactivePower {
  static constexpr std::string_view unit = "var", name = "reactive power";
};
struct ApparentPower {
  static constexpr std::string_view unit = "VA", name = "apparent power";
};
struct ActiveEnergy {
  static constexpr std::string_view unit = "J", name = "active energy";
};
struct Resistance {
  static constexpr std::string_view unit = "Ω", name = "resistance";
};
struct Frequency {
  static constexpr std::string_view unit = "Hz", name = "frequency";
};
struct Temperature {
  static constexpr std::string_view unit = "°C", name = "temperature";
};
struct TemperatureDifference {
  static constexpr std::string_view unit = "K", name = "temperature difference";
};
struct Time {
  static constexpr std::string_view unit = "s", name = "time";
};
struct Ratio {
  static constexpr std::string_view unit = "1", name = "ratio";
};
}  // namespace kind

using Voltage = Quantity<kind::Voltage>;                              ///< V, rms
using Current = Quantity<kind::Current>;                              ///< A, rms
using Angle = Quantity<kind::Angle>;                                  ///< rad
using ActivePower = Quantity<kind::ActivePower>;                      ///< W
using ReactivePower = Quantity<kind::ReactivePower>;                  ///< var
using ApparentPower = Quantity<kind::ApparentPower>;                  ///< VA
using ActiveEnergy = Quantity<kind::ActiveEnergy>;                    ///< J; see watt_hours()
using Resistance = Quantity<kind::Resistance>;                        ///< Ω
using Frequency = Quantity<kind::Frequency>;                          ///< Hz
using Temperature = Quantity<kind::Temperature>;                      ///< °C, a point on the scale
using TemperatureDifference = Quantity<kind::TemperatureDifference>;  ///< K
using Seconds = Quantity<kind::Time>;  ///< s, a measured or configured time; see time.h for instants
using Ratio = Quantity<kind::Ratio>;   ///< 1; 25 % is Ratio{0.25}

/// Equal but for the last bits, as 2.5 % of 200 A and 5 A are.
template <class Kind>
[[nodiscard]] bool same(Quantity<Kind> a, Quantity<Kind> b) {
  constexpr double kRounding = 1e-9;
  return std::abs((a - b).value()) <= kRounding * std::max(std::abs(a.value()), std::abs(b.value()));
}

// Only the products that the field has. `ActivePower p = u * i` does not compile.
constexpr ApparentPower operator*(Voltage u, Current i) { return ApparentPower{u.value() * i.value()}; }
inline ActivePower active_part(ApparentPower s, Angle lag) {
  return ActivePower{s.value() * std::cos(lag.value())};
}
inline ReactivePower reactive_part(ApparentPower s, Angle lag) {
  return ReactivePower{s.value() * std::sin(lag.value())};
}
constexpr ActiveEnergy operator*(ActivePower p, Seconds t) { return ActiveEnergy{p.value() * t.value()}; }
constexpr Seconds operator/(ActiveEnergy e, ActivePower p) { return Seconds{e.value() / p.value()}; }
constexpr ActivePower operator/(ActiveEnergy e, Seconds t) { return ActivePower{e.value() / t.value()}; }

constexpr ActiveEnergy from_watt_hours(double wh) { return ActiveEnergy{wh * 3600.0}; }
constexpr double watt_hours(ActiveEnergy e) { return e.value() / 3600.0; }
constexpr Angle from_degrees(double degrees) { return Angle{degrees * std::numbers::pi / 180.0}; }
constexpr double degrees(Angle a) { return a.value() * 180.0 / std::numbers::pi; }
constexpr Ratio from_percent(double percent) { return Ratio{percent / 100.0}; }
constexpr double percent(Ratio r) { return r.value() * 100.0; }

}  // namespace meterbench
