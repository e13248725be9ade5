// Holding a load: waiting until the reference sees it where it was set, and watching over all of the bench
// from then on.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/core/fault.h"
#include "bench/guardian/bands.h"
#include "bench/guardian/interlock_keeper.h"
#include "bench/station/station.h"

namespace meterbench {

/// What a load is held under, besides the load itself.
struct HoldConditions {
  std::optional<TemperatureBand> temperature{};  ///< of air and body, all the time
  InterlockKeeper* interlock = nullptr;  ///< keeper of the station's; none, or not armed: not looked at
};

/// Looks after a load from the moment that the source stands there, while others wait. First the reference
/// must see the set point in band for 3 s without a break, within 15 s; from then on it must stay there, not
/// overloaded, its ranges as they were when the hold began. All the time the source must say `on`, the
/// interlock be healthy (both are asked every two seconds; 2.5 s are allowed), the temperature lie in its
/// band and every instrument answer, except the meters' optical ports. The first thing wrong stays in
/// fault(): the load must go off then.
class LoadWatch {
 public:
  LoadWatch(Station& station, const LoadPoint& set_point, const HoldConditions& conditions = {});
  ~LoadWatch();
  LoadWatch(const LoadWatch&) = delete;
  LoadWatch& operator=(const LoadWatch&) = delete;

  /// The load may go off now; what was seen stays.
  void end() { state_->ended = true; }

  /// Also that of the interlock's keeper.
  [[nodiscard]] const std::optional<Fault>& fault() const;
  /// Since when the load has been in band; nothing before it has been so for 3 s.
  [[nodiscard]] std::optional<Instant> held_since() const;

  struct Sample {
    Instant time;
    ReferenceReading reading;
  };
  /// All readings in band, in the order of time.
  [[nodiscard]] const std::vector<Sample>& samples() const { return state_->samples; }

  struct ClimateSample {
    Instant time;
    ChamberReading reading;
  };
  /// All readings of the chamber; none on a station without one.
  [[nodiscard]] const std::vector<ClimateSample>& climate() const { return state_->climate; }

 private:
  /// Shared with callbacks that may come after the watch has ended.
  struct State {
    Station& station;
    LoadPoint set_point;
    HoldConditions conditions;
    Instant begin;
    bool ended = false;
    bool held = false;
    std::optional<Instant> in_band_since{};
    std::string ranges{};  // of the reference, since the load has been in band
    std::optional<Fault> fault{};
    std::vector<Sample> samples{};
    std::vector<ClimateSample> climate{};

    [[nodiscard]] bool over() const { return ended || fault; }
    [[nodiscard]] bool has_interlock() const { return conditions.interlock && conditions.interlock->armed(); }
    /// What is wrong with a reading that was asked for at `asked`, once it can no longer be settling.
    [[nodiscard]] std::optional<Fault> judge(Instant asked, const ReferenceReading& reading);
    [[nodiscard]] std::optional<std::string> wrong_with(const ReferenceReading& reading) const;
  };
  using Shared = std::shared_ptr<State>;
  static void look_at_reference(const Shared& state);
  // `doubt`: what will be wrong unless interlock or source tell why.
  static void look_at_interlock(const Shared& state, std::optional<Fault> doubt);
  static void look_at_source(const Shared& state, std::optional<Fault> doubt);
  static void look_at_chamber(const Shared& state);
  static void look_at_photodiode(const Shared& state);

  Shared state_;
};

/// Slope of the active power over all samples of a hold, latency and window, by least squares, in percent of
/// the mean a second. At least three samples lie in a hold of 3 s; with fewer the slope is NaN.
[[nodiscard]] double power_ramp_percent_per_s(const std::vector<LoadWatch::Sample>& samples);

}  // namespace meterbench
