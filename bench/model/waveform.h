// The shape of voltage and current: a series of harmonics, a sine of which parts are cut away, or bursts.
#pragma once

#include <string>
#include <vector>

#include "bench/core/quantity.h"
#include "bench/model/mark.h"

namespace meterbench {

/// Of any waveform. At 60 Hz it is the last below half of the 3,840 Hz at which the virtual meter samples
/// (design, "The virtual lab"): beyond it nobody could tell the truth of a result.
inline constexpr int kHighestOrder = 31;

/// One order of a circuit. Its size is a share of the rms of the sine that the load point states, its phase
/// counts at the order's own frequency from the positive zero crossing of that sine in the same channel.
/// Order 0 is a constant part, in A or V; at 180° it is negative.
struct Harmonic {
  int order = 0;
  Ratio voltage{};
  Angle voltage_phase{};
  Ratio current{};
  Angle current_phase{};

  friend bool operator==(const Harmonic&, const Harmonic&) = default;
};

/// A part of the period, in degrees of the sine of the current, which flows there and nowhere else. At power
/// factor 1 they are those of the voltage.
struct Conduction {
  Angle begin{};
  Angle end{};

  friend bool operator==(const Conduction&, const Conduction&) = default;
};

/// The current flows for `on` whole periods and is nothing for `off`, over and over; it changes where it
/// crosses zero upwards. 0 and 0: it flows all the time.
struct Burst {
  int on = 0;
  int off = 0;

  [[nodiscard]] bool any() const { return off > 0; }
  [[nodiscard]] int periods() const { return on + off; }
  /// Share of the time in which the current flows.
  [[nodiscard]] double duty() const { return any() ? static_cast<double>(on) / periods() : 1; }
  friend bool operator==(const Burst&, const Burst&) = default;
};

struct Waveform {
  std::string name{};                 ///< file of config/waveforms; empty: sine
  std::vector<Harmonic> harmonics{};  ///< in rising order, each once; without order 1 the whole sine is in it
  std::string source{};               ///< document that the shape is from
  Mark mark = Mark::knowledge;        ///< how it is known
  std::vector<Conduction> conducts{};  ///< of the current; none: all the time. See series_of()
  Burst burst{};

  [[nodiscard]] bool sine() const { return harmonics.empty() && conducts.empty() && !burst.any(); }
  /// Order 1 is the fundamental, and is there always.
  [[nodiscard]] Harmonic at(int order) const;
  /// All that there are, in rising order.
  [[nodiscard]] std::vector<int> orders() const;
  [[nodiscard]] int highest_order() const { return orders().back(); }
  [[nodiscard]] bool has_direct_current() const { return at(0).current != Ratio{}; }
  /// Whether half a period later it is not itself upside down.
  [[nodiscard]] bool has_even_orders() const;

  // How many times that of the sine, all orders together, while the current flows.
  [[nodiscard]] double voltage_rms() const;
  [[nodiscard]] double current_rms() const;
  [[nodiscard]] double voltage_peak() const;
  [[nodiscard]] double current_peak() const;
  friend bool operator==(const Waveform&, const Waveform&) = default;
};

/// `waveform` with the series of what is left of its sine, by Fourier's formula, up to order `highest`; one
/// without parts cut away as it is.
[[nodiscard]] Waveform series_of(Waveform waveform, int highest);

}  // namespace meterbench
