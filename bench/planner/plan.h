#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/config/yaml.h"
#include "bench/model/budget.h"
#include "bench/model/calibration.h"
#include "bench/model/capabilities.h"
#include "bench/model/limit.h"
#include "bench/model/meter_type.h"
#include "bench/model/station_uncertainty.h"
#include "bench/scenario/named_files.h"
#include "bench/scenario/scenario.h"

namespace meterbench {

/// Time that a point is expected to take.
struct PointTime {
  Seconds settling{};  ///< source until it stands, in band
  Seconds waiting{};   ///< under the load, where it is to stand before the window opens
  Seconds latency{};   ///< of the meter
  Seconds window{};    ///< waiting for the opening edge and N pulses
  [[nodiscard]] Seconds total() const { return settling + waiting + latency + window; }
};

/// What a result is: the percent error of a meter's test LED, or of its energy register; the residual of
/// opposed circuits in percent of their power in series; the deviation of a certified standard from its
/// certificate; the shift between two points; the standard deviation of repetitions; the percent error of a
/// maximum demand, and of a clock's rate; what net and delivered less received differ by, in percent of all
/// that was registered. Without a number: whether a meter does what LoadTest says.
enum class ResultKind {
  percent_error,
  register_error,
  residual,
  deviation,
  shift,
  repeatability,
  demand_error,
  net_difference,
  clock_error,
  starting,
  no_load,
  mode_change,
  dips,
  firmware,
  security,
  display,
  press,
  python,
};
[[nodiscard]] std::string_view to_text(ResultKind kind);
/// Whether it is a number with an uncertainty.
[[nodiscard]] constexpr bool is_number(ResultKind kind) { return kind < ResultKind::starting; }
/// Whether it is what a meter tells, by optical port, display and switches: no window of its LED is counted.
[[nodiscard]] constexpr bool is_told_by_meter(ResultKind kind) {
  return kind == ResultKind::demand_error || kind == ResultKind::net_difference ||
         kind == ResultKind::clock_error || kind >= ResultKind::mode_change;
}

/// What one meter does at a point.
struct PlannedMeter {
  std::string position;
  /// That it sees by its own definition, above 0; of `residual`: in series. 0 of `no_load`.
  ActivePower power{};
  double circuit_factor = 1;       ///< F
  std::uint64_t pulses = 0;        ///< N; of `gated_total` and `residual` as expected within the gate; of
                                   ///< `no_load` as allowed
  int windows = 1;                 ///< that the pulses are counted in, without a gap
  bool own_scatter = false;        ///< a second stage: the windows' own scatter counts, not the pooled one
  Calibration::Value isolation{};  ///< error and standard uncertainty of its position
  Calibration::Value standard{};   ///< certificate's, of a certified standard
  Ratio predicted_uncertainty{};   ///< expanded, with N pulses
  Seconds window{};                ///< waiting for the opening edge and N pulses
};

struct PlannedPoint {
  std::string id;  ///< place in the plan: `001`
  std::string step;
  std::string label;  ///< of the step
  ResultKind result = ResultKind::percent_error;
  LoadPoint load;
  Voltage voltage{};  ///< of the meters' voltage coils in the scenario's sense (V12 at single phase)
  Current current{};
  PowerFactor power_factor;
  Direction direction = Direction::delivered;
  Connection connection{};
  Temperature temperature{};
  CountingMethod method = CountingMethod::scanned;
  Seconds gate{};        ///< of `gated_total`, `residual` and `no_load`
  Seconds rest{};        ///< without load before it
  int repetition = 0;    ///< of a load that is measured several times, from 1; 0: once
  Seconds under_load{};  ///< from when the load stands until the window may open
  MeterTask task{};      ///< of what is_told_by_meter(); of `register_error` the power cut
  Limit limit;
  DecisionRule rule = DecisionRule::simple_acceptance;
  /// Certificate's error and standard uncertainty at this load; where the powers of legs cancel in part, with
  /// what more the reference's drift, linearity and harmonics weigh in the rest.
  Calibration::Value reference;
  std::optional<Ratio> target;       ///< target expanded uncertainty
  std::vector<PlannedMeter> meters;  ///< that are measured here, in the order of the station's positions
  PointTime time;                    ///< of the slowest
};

/// What is computed from several points at each position that has them all: the shift from one to a later
/// one, or the standard deviation of repetitions.
struct PlannedComparison {
  std::string id;  ///< goes on from the points: `145`
  std::string step;
  ResultKind result = ResultKind::shift;
  std::vector<std::size_t> points;  ///< indexes, in running order; of a shift two
  Limit limit;
  Influence varies = Influence::nothing;  ///< of a shift

  /// Whose load stands for it.
  [[nodiscard]] std::size_t last() const { return points.back(); }
};

/// Two check loads of a soak, that far apart at least, must agree.
inline constexpr Seconds kBetweenCheckLoads{15 * 60};

/// A soak: the chamber goes to a temperature, and the run goes on once the meters stand there.
struct PlannedSoak {
  std::size_t before = 0;  ///< index of the first point after it; all points up to the next soak stand on it
  Temperature temperature{};
  TemperatureDifference band{};  ///< ±; of air and body, from its end until the next soak begins
  Seconds at_least{};            ///< since the air is in band
  Seconds limit{};               ///< since its beginning
  Seconds expected{};
  PlannedPoint check;  ///< its errors tell that the meter is stable; not a point of the plan
};

/// A point of the grid that this station cannot do, and why.
struct UnreachablePoint {
  std::string description;  ///< `10 A, power factor 0.5 lag, received`
  std::string reason;
};

/// A scenario for the meters on one station, in running order.
struct Plan {
  Scenario scenario;
  std::map<std::string, MeterType> meters;  ///< by position
  std::vector<PlannedPoint> points;
  std::vector<PlannedSoak> soaks{};              ///< by `before`, which never falls
  std::vector<PlannedComparison> comparisons{};  ///< computed once their points are there
  std::vector<UnreachablePoint> unreachable{};

  [[nodiscard]] Seconds expected_time() const;
  /// SHA-256 over all that decides what will be done, for the record.
  [[nodiscard]] std::string sha256() const;
};

/// A place of the station, as the planner sees it.
struct PlanningPosition {
  std::string name;
  std::optional<Calibration> isolation{};  ///< its burden and isolation error; none: not stated, taken as 0
};

/// What the planner must know of a station; taken from its file, no link is opened.
struct PlanningStation {
  SourceCapabilities source;
  SourceLimits limits;
  CounterCapabilities counter;
  ReferenceDefinition reference_definition = ReferenceDefinition::two_element;
  ReferenceCapabilities reference_capabilities{};
  Calibration reference_calibration;
  ActiveEnergy reference_pulse{};  ///< c_ref that the reference will be set to, for the resolution
  Seconds reference_window{};
  StationUncertainty uncertainty;
  Temperature room_temperature{};  ///< without a chamber all is tested there
  std::optional<ChamberCapabilities> chamber{};
  std::optional<ErrorCalculatorCapabilities> error_calculator{};
  std::vector<PlanningPosition> positions{};  ///< in the station's order, in use or not
  Resistance wiring{};  ///< of one current circuit from the source through all sockets and back
  bool isolation_transformers = false;  ///< the current reaches each socket through one
};

/// Expands and orders the points (rising power within a voltage, circuit, power factor and direction),
/// chooses N for each meter, predicts U and time. All meters stand on the same load: meters of different
/// types have a point in common where the amperes are the same, and no meter is put under a load beyond its
/// Imax or its greatest voltage because another's test asks for it. Points beyond the station, or beyond a
/// meter that stands beside, go to `unreachable`. Mistakes, at their place in the scenario: a target below
/// what the station can reach (with the smallest reachable one), a current beyond a meter's Imax, a missing
/// limit, steps that connect two circuits where the meters have one (one message for all of them), legs whose
/// voltages do not make the meter's, a step of which nothing can be reached, a comparison with a step that is
/// not there, certified standards and meters under test in one test. A check of the bench measures the
/// standards alone, whatever stands beside. Nothing when there are mistakes. A meter in a position that the
/// station does not have: std::invalid_argument. Files that the scenario names and nobody has read:
/// std::out_of_range.
[[nodiscard]] std::optional<Plan> make_plan(const Scenario& scenario,
                                            const std::map<std::string, MeterType>& meters,
                                            const PlanningStation& station, const LimitFiles& limits,
                                            const WaveformFiles& waveforms, Mistakes& mistakes);

}  // namespace meterbench
