// The load of a run, which comes and goes: it is on only while every LED is counted that can be.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "bench/guardian/interlock_keeper.h"
#include "bench/guardian/switch_off.h"
#include "bench/model/energy_flow.h"
#include "bench/planner/plan.h"
#include "bench/runner/energy_books.h"
#include "bench/runner/load_period.h"
#include "bench/station/station.h"

namespace meterbench {

class BenchLoad {
 public:
  /// `positions`: indexes of Station::positions.
  BenchLoad(Station& station, InterlockKeeper& interlock, const Plan& plan,
            const std::vector<std::size_t>& positions, EnergyBooks& books);

  /// Whether the energy of every meter goes the same way under `load` as since the counting was opened: late
  /// pulses of one direction must not be taken for the other's. True where none is open.
  [[nodiscard]] bool can_go_on_with(const LoadPoint& load) const;

  /// The counting that is open, or a new one: that load may be put on. `gate`: counters that cannot scan
  /// count for so long from the opening, which must outlast the load; 0: they do not count. std::logic_error
  /// where the open one cannot go on with `load`. Waits.
  [[nodiscard]] Result<LoadPeriod*> begin(const LoadPoint& load, Duration gate = {});

  /// Off; once the latency of the meters is over the counting is closed and entered in the books. At once
  /// where no period is open. After a fault abandon() must follow. Waits.
  [[nodiscard]] Result<void> end();

  /// After a fault: off at once, then all that counts is ended as far as it will. Waits; no stop request cuts
  /// it short.
  [[nodiscard]] LoadOff abandon(const std::optional<Fault>& cause);

 private:
  [[nodiscard]] std::vector<EnergyFlow> flows(const LoadPoint& load) const;
  [[nodiscard]] Result<void> wait_for_last_pulses();
  void stop_counting();

  Station& station_;
  InterlockKeeper& interlock_;
  const Plan& plan_;
  const std::vector<std::size_t>& positions_;
  EnergyBooks& books_;
  Duration latency_{};  // of the slowest meter
  std::unique_ptr<LoadPeriod> period_;
  std::vector<EnergyFlow> flows_;  // of the open one, by place
};

}  // namespace meterbench
