// An open station with all that was said when it was opened.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "bench/cli/bench_session.h"
#include "bench/cli/firmware_choice.h"
#include "bench/cli/inputs.h"
#include "bench/cli/run_session.h"
#include "bench/core/fault.h"
#include "bench/planner/plan.h"
#include "bench/runner/hand_load.h"

namespace meterbench::python {

/// A fault of the bench, as the interpreter hears of it.
struct FaultRaised : std::runtime_error {
  explicit FaultRaised(Fault what) : std::runtime_error{what.text()}, fault{std::move(what)} {}
  Fault fault;
};

/// The value, or FaultRaised.
template <class T>
T value_of(Result<T> result) {
  if (!result) throw FaultRaised{std::move(result.error())};
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// A scenario as it was given: of a file, or built.
struct GivenScenario {
  std::string name;              ///< path, or the name of one that is in no file
  std::string yaml{};            ///< of one that is in no file
  std::vector<std::string> set;  ///< `key=value`
  Scenario read;
};

/// A load as a person says it.
struct AskedLoad {
  Voltage voltage{};
  Current current{};
  PowerFactor power_factor{};
  Direction direction = Direction::delivered;
  Circuit circuit = Circuit::series;
  std::optional<Frequency> frequency{};  ///< none: the meter's nominal
};

/// On the bench thread alone.
class OpenBench {
 public:
  /// Throws InputError and virtual_lab::FirmwareFailure.
  OpenBench(const BenchOptions& options, std::string ledger, StopSignal& stop);

  [[nodiscard]] Station& station() { return session_->station(); }
  [[nodiscard]] HandLoad& hand() { return *hand_; }
  [[nodiscard]] const std::map<std::string, MeterType>& meters() const { return meters_; }
  [[nodiscard]] const std::string& ledger() const { return ledger_; }

  [[nodiscard]] PreparedRun prepare(const GivenScenario& scenario) const;
  [[nodiscard]] RunRecord head(const PreparedRun& prepared) {
    return run_head(prepared, station(), session_->lab() != nullptr);
  }

  // By hand. Throw FaultRaised, also for what went wrong since the call before.
  void apply(const AskedLoad& load);
  void off();
  [[nodiscard]] ReferenceReading read();
  void stand(Duration time);
  /// Takes a load off that something is wrong with; the next call of a hand hears of it.
  void tend();
  /// Before a run, or the end: nothing stands there by hand. Throws FaultRaised.
  void hands_off();

  /// Asks an instrument: start(done). Throws FaultRaised.
  template <class T, class Start>
  T ask(std::string_view device, std::string_view command, Duration limit, Start start) {
    return value_of(await<T>(station().reactor, device, command, limit, std::move(start)));
  }
  /// Throws InputError where the position has no optical port.
  [[nodiscard]] Meter& meter(const std::string& position);

 private:
  void check_meters(const AskedLoad& load) const;
  void hear_earlier_fault();

  BenchOptions options_;
  std::string ledger_;
  StationFile file_;
  std::map<std::string, MeterType> meters_;
  virtual_lab::LabFile lab_;
  virtual_lab::MeterPrograms programs_;
  std::unique_ptr<BenchSession> session_;
  std::unique_ptr<HandLoad> hand_;
  std::optional<Fault> unheard_;
};

}  // namespace meterbench::python
