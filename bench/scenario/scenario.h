#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "bench/config/yaml.h"
#include "bench/model/capabilities.h"
#include "bench/model/decision_rule.h"
#include "bench/model/gate_rule.h"
#include "bench/model/interim_check.h"
#include "bench/model/load_point.h"
#include "bench/model/meter_type.h"
#include "bench/model/named_current.h"
#include "bench/model/voltage_dip.h"

namespace meterbench {

/// A current as written: a share of the meter's Imax, amperes, or a share of another current of the meter.
using CurrentSpec = std::variant<Ratio, Current, CurrentShare>;
/// `rated`: each voltage that the meter's rating has.
struct RatedVoltages {
  friend bool operator==(const RatedVoltages&, const RatedVoltages&) = default;
};
/// A voltage as written: a share of the meter's nominal voltage, volts, or `rated`.
using VoltageSpec = std::variant<Ratio, Voltage, RatedVoltages>;

/// A rest without load, for the meter to recover from what a high load has warmed.
struct Recovery {
  CurrentSpec after = Ratio{0.5};  ///< a point of at least that
  Seconds rest{};                  ///< before the next point of a lower current
};

/// What each leg of a three-wire service has; together the voltage of the point.
struct VoltageSplit {
  Voltage leg_1{};
  Voltage leg_2{};
  FilePosition position;

  [[nodiscard]] Voltage sum() const { return leg_1 + leg_2; }
};

/// What a step asks of the meters at each of its loads. As scenarios name it, see to_text().
enum class LoadTest {
  accuracy,       ///< the error of the test LED
  registers,      ///< the error of the energy register, by dosage
  starting,       ///< that the meter registers at all
  no_load,        ///< that it does not
  demand,         ///< the error of the maximum demand
  bidirectional,  ///< that net is delivered less received while the direction changes
  mode_change,    ///< that nothing of a time in test mode is billed
  clock,          ///< the rate of its clock
  firmware,       ///< that its firmware is one of those named
  security,       ///< that it refuses who may not
  dips,           ///< that nothing is registered or lost while its voltage dips
  display,        ///< what its display shows
  press,          ///< that a switch does what it is for
  python,         ///< what a function of the scenario's author says
};
[[nodiscard]] std::string_view to_text(LoadTest test);
[[nodiscard]] const std::vector<LoadTest>& load_tests();
/// Whether its result is held against a file of limits; other tests have their criterion in themselves, and
/// `starting` and `no_load` where their step names no limits.
[[nodiscard]] constexpr bool has_limits(LoadTest test) {
  return test == LoadTest::accuracy || test == LoadTest::registers || test == LoadTest::demand ||
         test == LoadTest::bidirectional || test == LoadTest::clock;
}
/// Whether it measures until an uncertainty or a number of pulses is reached.
[[nodiscard]] constexpr bool has_aim(LoadTest test) {
  return test == LoadTest::accuracy || test == LoadTest::registers;
}
/// Whether currents flow; without, the meters stand on their voltage alone.
[[nodiscard]] constexpr bool has_current(LoadTest test) {
  return has_aim(test) || test == LoadTest::starting || test == LoadTest::demand ||
         test == LoadTest::bidirectional || test == LoadTest::mode_change;
}

/// The same load measured several times.
struct Repetition {
  int times = 1;
  Seconds every{};  ///< from the first one's load until each later window; 0: one right after the other
  Seconds rest{};   ///< without load before the first

  friend bool operator==(const Repetition&, const Repetition&) = default;
};

/// A function in a file of its author's, and what it is called with.
struct ScriptCall {
  std::string path;       ///< of the file; empty: no such call
  std::string sha256;     ///< of its bytes when the scenario was read
  std::string function;   ///< `try_magnet`
  std::string arguments;  ///< a JSON object
};

/// What a test asks of the meters through optical port, switches and display.
struct MeterTask {
  int intervals = 3;                    ///< of `demand`: full ones, after the one that the load began in
  int reversals = 4;                    ///< of `bidirectional`: changes of direction
  Seconds time{};                       ///< of a load or a wait, where the test has one
  Seconds clock_change{};               ///< of `demand`, under the load; 0: none
  Seconds power_cut{};                  ///< of `registers`, between load and reading; 0: none
  std::vector<VoltageDip> dips{};       ///< of `dips`, one after the other
  Seconds allowed{};                    ///< of `dips`: so long nominal voltage and Imax may be registered
  std::vector<std::string> versions{};  ///< of `firmware`: those that are allowed
  std::vector<std::string> shows{};     ///< of `display`, see the scenario's schema
  std::string meter_switch{};           ///< of `press`, as MeterSwitch has it
  ScriptCall script{};  ///< of `python`; `time` is the longest that it may take, by the machine's clock
};

/// One test over a grid of voltages, circuits, currents, power factors and directions.
struct LoadStep {
  LoadTest test = LoadTest::accuracy;
  std::string name;   ///< also the test's name in the limits file: `load-performance`
  std::string label;  ///< of this step, for a comparison to refer to; empty: none
  std::vector<VoltageSpec> voltages{Ratio{1}};
  std::vector<Circuit> circuits{Circuit::series};
  LegLoad leg_2{};  ///< for Circuit::legs
  Service service = Service::single_phase;
  std::optional<VoltageSplit> voltage_split;  ///< `122 V / 118 V`; none: equal legs
  std::string waveform;                       ///< file of config/waveforms; empty: sine
  std::optional<Recovery> recovery;
  Repetition repetition;
  std::optional<Frequency> frequency;  ///< none: the meter's nominal
  std::vector<CurrentSpec> currents;
  std::vector<PowerFactor> power_factors;
  std::vector<Direction> directions;
  std::optional<Ratio> target_uncertainty;  ///< expanded; either this
  std::optional<std::uint64_t> pulses;      ///< or this
  std::optional<CountingMethod> method;     ///< none: the quickest that the station has
  std::optional<Seconds> time;              ///< of `no_load`; none: by Kt and rating
  MeterTask task;
  std::string limits;  ///< name of a file of config/limits: `bench`; empty: none
  FilePosition position;
  // For messages of the planner: where each was written.
  FilePosition target_position;
  FilePosition limits_position;
  FilePosition waveform_position;
  std::vector<FilePosition> current_positions;  ///< one for each of `currents`

  /// As Connection has it.
  [[nodiscard]] Ratio leg_1_voltage() const {
    return voltage_split ? Ratio{voltage_split->leg_1 / voltage_split->sum()} : Connection{}.leg_1_voltage;
  }
};

/// Brings the meters to a temperature and waits until they stand there: until their bodies are stable, not
/// the air.
struct SoakStep {
  Temperature temperature{};
  TemperatureDifference band{2};            ///< ± about it, of air and body from then on
  Seconds at_least{};                       ///< from the moment that the air is in band; 0: no such bound
  Seconds limit{8 * 3600};                  ///< no longer; the run ends then
  CurrentSpec check_current = Ratio{0.25};  ///< of the load whose errors tell that the meter is stable
  PowerFactor check_power_factor{};
  FilePosition position;
};

/// What may be another one between the two points of a comparison, whose influence is judged then; with
/// `nothing` it is the bench that is watched, and `time` is that under the load. As scenarios name it, see
/// to_text().
enum class Influence { nothing, voltage, frequency, temperature, power_factor, circuit, waveform, time };
[[nodiscard]] std::string_view to_text(Influence influence);
[[nodiscard]] const std::vector<Influence>& influences();

/// The shift of each point of a labelled step against the same point of an earlier one; of what `time` does,
/// of each repetition of one step against its first.
struct CompareStep {
  std::string name;    ///< also the test's name in the limits file: `closing-shift`
  std::string first;   ///< label of the earlier step
  std::string second;  ///< label of the later one; of `time` the same
  Influence varies = Influence::nothing;
  std::string limits;
  FilePosition position;
  FilePosition limits_position;
};

/// The standard deviation of the repetitions of each point of a labelled step.
struct RepeatabilityStep {
  std::string name;  ///< also the test's name in the limits file
  std::string of;    ///< label of the step
  std::string limits;
  FilePosition position;
  FilePosition limits_position;
};

using Step = std::variant<LoadStep, SoakStep, CompareStep, RepeatabilityStep>;

struct Scenario {
  std::string name;  ///< file name without ending
  std::string title;
  DecisionRule rule = DecisionRule::simple_acceptance;
  RetryRule retry{};
  std::optional<CheckKind> check;  ///< of the bench; none: a test of meters
  /// Whether a pass stands only where LED and register were compared; written `register_account: required`.
  bool register_account = true;
  std::optional<GateRule> gate;  ///< when one release is no worse than another; none: cannot gate
  std::vector<Step> steps;       ///< in the order of the file
  std::string sha256;            ///< of what it says, with all --set applied; see content_text()
};

/// Reads and checks a scenario. `set` replaces scalars by dotted path (`steps.0.target_uncertainty=0.1 %`).
[[nodiscard]] std::optional<Scenario> load_scenario(const std::filesystem::path& path,
                                                    const std::map<std::string, std::string>& set,
                                                    Mistakes& mistakes);
/// The same of a text; `path` stands for the file in messages and gives the scenario its name.
[[nodiscard]] std::optional<Scenario> read_scenario(const std::string& text,
                                                    const std::filesystem::path& path,
                                                    const std::map<std::string, std::string>& set,
                                                    Mistakes& mistakes);

}  // namespace meterbench
