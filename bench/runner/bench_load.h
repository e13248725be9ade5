// The load of a run, which comes and goes: it is on only while every LED is counted.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "bench/guardian/interlock_keeper.h"
#include "bench/guardian/switch_off.h"
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

  /// The counting that is open, or a new one: a load may be put on. Waits.
  [[nodiscard]] Result<LoadPeriod*> begin();

  /// The counting that is open; null where no load may be on.
  [[nodiscard]] const LoadPeriod* period() const { return period_.get(); }

  /// Off; once the latency of the meters is over the counting is closed and entered in the books. At once
  /// where no period is open. After a fault abandon() must follow. Waits.
  [[nodiscard]] Result<void> end();

  /// After a fault: off at once, then all that counts is ended as far as it will. Waits; no stop request cuts
  /// it short.
  [[nodiscard]] LoadOff abandon(const std::optional<Fault>& cause);

 private:
  [[nodiscard]] Result<void> wait_for_last_pulses();
  void stop_counting();

  Station& station_;
  InterlockKeeper& interlock_;
  const std::vector<std::size_t>& positions_;
  EnergyBooks& books_;
  Duration latency_{};  // of the slowest meter
  std::unique_ptr<LoadPeriod> period_;
};

}  // namespace meterbench
