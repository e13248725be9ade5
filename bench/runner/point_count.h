// What the meters gave at a point, by each of the counting methods.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/core/time.h"
#include "bench/model/edge.h"
#include "bench/planner/plan.h"
#include "bench/runner/load_period.h"
#include "bench/runner/observer.h"
#include "bench/runner/point_hold.h"

namespace meterbench {

/// What one window came to.
struct Window {
  std::uint64_t pulses = 0;
  double reference_count = 0;
  double duration_s = 0;
  double readings = 0;  ///< of the reference, where its energy comes from them
};

/// What one meter gave.
struct MeterCount {
  std::optional<Window> window;
  std::string why_none;      ///< where there is no window
  std::vector<Edge> edges;   ///< from the one before the window opens to the one that closes it
  std::vector<Edge> steady;  ///< all of the time in which the load alone was counted; empty: not looked at
};

/// The window opens on the second edge since the load is in band, once the meter tells of it alone: the first
/// may belong to energy from before.
inline constexpr std::size_t kOpeningEdge = 1;

/// Counters may tell of an edge that much later. made: a USB-CTR08 takes 30 to 60 ms.
inline constexpr Duration kLateEdges = std::chrono::milliseconds{200};

class PointCount {
 public:
  /// `meters`: types by position. `index` of the point, for the observer.
  PointCount(Station& station, const std::map<std::string, MeterType>& meters, const PlannedPoint& point,
             std::size_t index, PointHold& hold, LoadPeriod& period, RunObserver& observer);

  /// Counts until every meter has given what is asked of it, or its time is over. A meter that gives too
  /// little costs only itself. Waits.
  [[nodiscard]] Result<void> run();

  /// In the order of PlannedPoint::meters, as far as it came.
  [[nodiscard]] const std::vector<MeterCount>& meters() const { return counts_; }
  /// c_ref of the counts.
  [[nodiscard]] ActiveEnergy reference_pulse() const { return reference_pulse_; }

 private:
  struct MeanPower {
    ActivePower power{};  ///< by the reference's definition
    double readings = 0;
  };

  [[nodiscard]] Result<void> scan();
  [[nodiscard]] Result<void> count_in_gate();
  [[nodiscard]] Result<void> wait_for_start();
  [[nodiscard]] Result<void> time_edges();
  [[nodiscard]] Result<void> total();
  [[nodiscard]] Result<void> compare();
  template <class T>
  [[nodiscard]] Result<std::optional<T>> carry_out(const std::function<void(Done<T>)>& start);

  [[nodiscard]] bool all_counted(const std::vector<Instant>& deadlines) const;
  void report_progress() const;
  void take_edges();
  [[nodiscard]] Result<void> check_reference_pulses() const;
  [[nodiscard]] Result<MeanPower> mean_power(Instant begin, Instant end) const;

  [[nodiscard]] static std::size_t needed(const PlannedMeter& meter);
  [[nodiscard]] Seconds pulse_interval(const PlannedMeter& meter) const;
  [[nodiscard]] Duration longest_window(const PlannedMeter& meter) const;
  [[nodiscard]] const Position& position_of(const PlannedMeter& meter) const;

  Station& station_;
  const std::map<std::string, MeterType>& types_;
  const PlannedPoint& point_;
  std::size_t index_;
  PointHold& hold_;
  LoadPeriod& period_;
  RunObserver& observer_;
  ActiveEnergy reference_pulse_{};
  std::vector<std::size_t> places_;  // in the period, of each meter
  std::vector<MeterCount> counts_;
  std::shared_ptr<void> alive_ = std::make_shared<char>();  // a calculator may report after us
};

}  // namespace meterbench
