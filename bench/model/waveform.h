#pragma once

#include <string>
#include <vector>

#include "bench/core/quantity.h"
#include "bench/model/mark.h"

namespace meterbench {

/// One harmonic of a circuit: its size is a share of the fundamental's rms, its phase counts at the
/// harmonic's own frequency from the positive zero crossing of the fundamental of the same channel.
struct Harmonic {
  int order = 0;  ///< 2…; 1 is the fundamental and not listed
  Ratio voltage{};
  Angle voltage_phase{};
  Ratio current{};
  Angle current_phase{};

  friend bool operator==(const Harmonic&, const Harmonic&) = default;
};

/// The shape of voltage and current: a fundamental and a series of harmonics up to a stated order.
struct Waveform {
  std::string name{};                 ///< file of config/waveforms; empty: sine
  std::vector<Harmonic> harmonics{};  ///< in rising order, each order once
  std::string source{};               ///< document that the harmonics are from
  Mark mark = Mark::knowledge;        ///< how they are known

  [[nodiscard]] bool sine() const { return harmonics.empty(); }
  /// The highest there is, 1 for a sine.
  [[nodiscard]] int highest_order() const { return harmonics.empty() ? 1 : harmonics.back().order; }
  friend bool operator==(const Waveform&, const Waveform&) = default;
};

}  // namespace meterbench
