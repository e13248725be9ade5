// The way to a load, and the waiting under it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "bench/guardian/load_watch.h"
#include "bench/runner/load_period.h"
#include "bench/runner/run_control.h"
#include "bench/station/station.h"

namespace meterbench {

class PointHold {
 public:
  /// `period`: a counter that fails ends all waiting; null: nobody counts. `control`: so does a skip that a
  /// person asks for; may be null.
  PointHold(Station& station, const LoadPoint& load, const HoldConditions& conditions,
            const LoadPeriod* period, RunControl* control)
      : station_{station}, load_{load}, conditions_{conditions}, period_{period}, control_{control} {}

  /// Puts the load on and waits until the reference sees it in band, and `settling` has passed since. Waits.
  [[nodiscard]] Result<void> reach(Duration settling);

  /// Stands under the load until `instant`, which steady_since() is then. Waits.
  [[nodiscard]] Result<void> stand_until(Instant instant);

  /// Waits until a condition holds (true), a deadline has passed (false), or a fault, a stop or a skip ends
  /// it.
  [[nodiscard]] Result<bool> wait(const std::function<bool()>& until, Instant deadline);

  /// What is counted is counted: the load may go off.
  void release() { watch_->end(); }

  /// Since when what a window counts belongs to this load alone; after reach().
  [[nodiscard]] Instant steady_since() const { return steady_since_; }
  /// c_ref as the reference told when it was made ready.
  [[nodiscard]] ActiveEnergy reference_pulse() const { return reference_pulse_; }
  /// Whether the meters were brought to a temperature for it.
  [[nodiscard]] bool is_soaked() const { return conditions_.temperature.has_value(); }
  /// Null until the source stands there.
  [[nodiscard]] const LoadWatch* watch() const { return watch_ ? &*watch_ : nullptr; }
  /// Who asked for a skip; the fault that wait() answered is none then.
  [[nodiscard]] const std::optional<std::string>& skipped_by() const { return skipped_by_; }

 private:
  template <class T, class Start>
  [[nodiscard]] std::function<void(Done<T>)> guarded(Start start) const;

  [[nodiscard]] bool counting_fault() const;

  Station& station_;
  const LoadPoint& load_;
  const HoldConditions& conditions_;
  const LoadPeriod* period_;
  RunControl* control_;
  ActiveEnergy reference_pulse_{};
  std::optional<LoadWatch> watch_;
  Instant steady_since_{};
  std::optional<std::string> skipped_by_;
};

}  // namespace meterbench
