// LED against register: a meter tells of the same energy in two ways.
#pragma once

#include <cstdint>
#include <string>

#include "bench/core/quantity.h"

namespace meterbench {

/// What a meter told of the energy of one direction.
struct EnergyAccount {
  std::uint64_t led_pulses = 0;
  ActiveEnergy kt{};             ///< of one LED pulse
  std::uint64_t stretches = 1;   ///< of time in which the pulses came, energy of the other direction between
  std::uint64_t either_way = 0;  ///< pulses of balanced loads, whose energy any register may have taken
  ActiveEnergy registered{};     ///< advance of the register
  ActiveEnergy step{};           ///< its resolution
};

struct Reconciliation {
  EnergyAccount account;
  ActiveEnergy by_led{};
  /// What the resolutions alone explain: N pulses tell of an energy between (N − 1)·Kt and (N + 1)·Kt in each
  /// stretch, since a part of a pulse may stand before the first and after the last; the register is cut off
  /// to its step when it is read before and after, so that its advance lies within one step of its energy.
  /// (stretches + either_way)·Kt + step.
  ActiveEnergy tolerance{};

  /// False for what is not a number.
  [[nodiscard]] bool agrees() const;
  /// Tolerance in proportion to the energy: a difference of twice as much cannot hide. Infinite without a
  /// pulse.
  [[nodiscard]] Ratio resolution() const;
  /// `500 LED pulses of 1 Wh are 500 Wh, the register advanced by 501 Wh; their resolution explains 3 Wh,
  /// 0.6 % of it`
  [[nodiscard]] std::string text() const;
};

[[nodiscard]] Reconciliation reconcile(const EnergyAccount& account);

}  // namespace meterbench
