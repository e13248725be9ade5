// LED against registers: a meter tells of the same energy in two ways.
#pragma once

#include <cstdint>
#include <string>

#include "bench/core/quantity.h"

namespace meterbench {

/// What a meter told over a stretch of time.
struct EnergyAccount {
  std::uint64_t led_pulses = 0;
  ActiveEnergy kt{};          ///< of one LED pulse
  ActiveEnergy registered{};  ///< advance of its registers, delivered and received together
  ActiveEnergy step{};        ///< resolution of one register
  int registers = 0;          ///< whose advances `registered` holds
};

struct Reconciliation {
  EnergyAccount account;
  ActiveEnergy by_led{};
  /// What the resolutions alone explain: N pulses tell of an energy between (N − 1)·Kt and (N + 1)·Kt, since
  /// a part of a pulse may stand before the first and after the last; each register is cut off to its step
  /// when it is read before and after, so that its advance lies within one step of its energy. Kt + n·step.
  ActiveEnergy tolerance{};

  /// False for what is not a number.
  [[nodiscard]] bool agrees() const;
  /// Tolerance in proportion to the energy: what is smaller cannot be seen. Infinite without a pulse.
  [[nodiscard]] Ratio resolution() const;
  /// `500 LED pulses of 1 Wh are 500 Wh, the registers advanced by 501 Wh; their resolution explains 3 Wh,
  /// 0.6 % of it`
  [[nodiscard]] std::string text() const;
};

[[nodiscard]] Reconciliation reconcile(const EnergyAccount& account);

}  // namespace meterbench
