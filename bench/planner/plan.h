#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/config/limits_file.h"
#include "bench/config/yaml.h"
#include "bench/model/budget.h"
#include "bench/model/calibration.h"
#include "bench/model/capabilities.h"
#include "bench/model/limit.h"
#include "bench/model/meter_type.h"
#include "bench/model/station_uncertainty.h"
#include "bench/scenario/scenario.h"

namespace meterbench {

/// Time that a point is expected to take.
struct PointTime {
  Seconds settling{};  ///< source until it stands, in band
  Seconds latency{};   ///< of the meter
  Seconds window{};    ///< waiting for the opening edge and N pulses
  [[nodiscard]] Seconds total() const { return settling + latency + window; }
};

struct PlannedPoint {
  std::string id;  ///< place in the plan: `001`
  std::string step;
  LoadPoint load;
  Voltage voltage{};  ///< of the meter's voltage coil
  Current current{};
  PowerFactor power_factor;
  Direction direction = Direction::delivered;
  Circuit circuit = Circuit::series;
  Temperature temperature{};
  CountingMethod method = CountingMethod::scanned;
  double circuit_factor = 1;  ///< F
  std::uint64_t pulses = 0;   ///< N; of `gated_total` as expected within the gate
  Seconds gate{};             ///< of `gated_total`
  Limit limit;
  Calibration::Value reference;   ///< certificate's error and standard uncertainty at this load
  std::optional<Ratio> target;    ///< target expanded uncertainty
  Ratio predicted_uncertainty{};  ///< expanded, with N pulses
  PointTime time;
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

/// A scenario for one type of meter on one station, in running order.
struct Plan {
  Scenario scenario;
  MeterType meter;
  std::vector<PlannedPoint> points;
  std::vector<PlannedSoak> soaks{};  ///< by `before`, which never falls
  std::vector<UnreachablePoint> unreachable;

  [[nodiscard]] Seconds expected_time() const;
  /// SHA-256 over all that decides what will be done, for the record.
  [[nodiscard]] std::string sha256() const;
};

/// What the planner must know of a station; taken from its file, no link is opened.
struct PlanningStation {
  SourceCapabilities source;
  SourceLimits limits;
  CounterCapabilities counter;
  ReferenceDefinition reference_definition = ReferenceDefinition::two_element;
  Calibration reference_calibration;
  ActiveEnergy reference_pulse{};  ///< c_ref that the reference will be set to, for the resolution
  Seconds reference_window{};
  StationUncertainty uncertainty;
  Temperature room_temperature{};  ///< without a chamber all is tested there
  std::optional<ChamberCapabilities> chamber{};
  std::optional<ErrorCalculatorCapabilities> error_calculator{};
  std::size_t meters = 1;  ///< tested at once; only `scanned` can do more than one
};

/// The rows of each file of config/limits that the steps name, by its name.
using LimitFiles = std::map<std::string, std::vector<Limit>>;

/// Expands and orders the points (rising power within a power factor and direction), chooses N, predicts U
/// and time. Points beyond the station go to `unreachable`. Mistakes, at their place in the scenario: a
/// target below what the station can reach (with the smallest reachable one), a current beyond the meter's
/// Imax, a missing limit, a step of which nothing can be reached. Nothing when there are mistakes.
[[nodiscard]] std::optional<Plan> make_plan(const Scenario& scenario, const MeterType& meter,
                                            const PlanningStation& station, const LimitFiles& limits,
                                            Mistakes& mistakes);

}  // namespace meterbench
