// Holding a load: waiting until the reference sees it where it was set, and watching it from then on.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/core/fault.h"
#include "bench/station/station.h"

namespace meterbench {

/// Nothing when frequency, voltage, current and angle of each circuit lie within 0.5 % (angle: 5 mrad) of the
/// set point and channels set to zero carry no more than 0.5 % of the largest set value, else a sentence that
/// names the first which does not.
[[nodiscard]] std::optional<std::string> out_of_band(const LoadPoint& set_point,
                                                     const ReferenceReading& reading);

/// Looks after a load from the moment that the source stands there, while others wait. First the reference
/// must see the set point in band for 3 s without a break, within 15 s; from then on it must stay there. The
/// source's status is asked every two seconds all the time (2.5 s are allowed). The first thing wrong stays
/// in fault().
class LoadWatch {
 public:
  LoadWatch(Station& station, const LoadPoint& set_point);
  ~LoadWatch();
  LoadWatch(const LoadWatch&) = delete;
  LoadWatch& operator=(const LoadWatch&) = delete;

  [[nodiscard]] const std::optional<Fault>& fault() const { return state_->fault; }
  /// Since when the load has been in band; nothing before it has been so for 3 s.
  [[nodiscard]] std::optional<Instant> held_since() const;

  struct Sample {
    Instant time;
    ReferenceReading reading;
  };
  /// All readings in band, in the order of time.
  [[nodiscard]] const std::vector<Sample>& samples() const { return state_->samples; }

 private:
  /// Shared with callbacks that may come after the watch has ended.
  struct State {
    Station& station;
    LoadPoint set_point;
    Instant begin;
    bool ended = false;
    bool held = false;
    std::optional<Instant> in_band_since;
    std::optional<Fault> fault;
    std::vector<Sample> samples;

    /// What is wrong with a reading that was asked for at `asked`, once it can no longer be settling.
    [[nodiscard]] std::optional<Fault> judge(Instant asked, const ReferenceReading& reading);
  };
  static void look_at_reference(const std::shared_ptr<State>& state);
  /// `doubt`: what will be wrong unless the source tells why.
  static void look_at_source(const std::shared_ptr<State>& state, std::optional<Fault> doubt);

  std::shared_ptr<State> state_;
};

/// Slope of the active power over all samples of a hold, latency and window, by least squares, in percent of
/// the mean a second. At least three samples lie in a hold of 3 s; with fewer the slope is NaN.
[[nodiscard]] double power_ramp_percent_per_s(const std::vector<LoadWatch::Sample>& samples);

}  // namespace meterbench
