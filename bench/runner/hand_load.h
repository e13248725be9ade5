// A load that a person or a script puts on by hand, outside of a run.
#pragma once

#include <memory>
#include <optional>

#include "bench/core/fault.h"
#include "bench/guardian/interlock_keeper.h"
#include "bench/guardian/switch_off.h"
#include "bench/model/load_point.h"
#include "bench/runner/point_hold.h"
#include "bench/station/station.h"

namespace meterbench {

/// Watched as that of a run is, for as long as somebody runs the reactor; whatever is wrong with it takes it
/// off in tend(). One on a station, and none while a run goes on there. All calls wait.
class HandLoad {
 public:
  explicit HandLoad(Station& station) : station_{station} {}
  /// Off first.
  ~HandLoad();
  HandLoad(const HandLoad&) = delete;
  HandLoad& operator=(const HandLoad&) = delete;

  /// Puts `load` on, in place of the one that stands there, and waits until the reference sees it in band.
  /// Before the first one: all off, the hardware limits of the source, every instrument identified, the
  /// interlock armed. After a fault the load is off.
  [[nodiscard]] Result<void> apply(const LoadPoint& load);

  /// The load goes off and the interlock is disarmed. Any number of times.
  [[nodiscard]] Result<void> off();

  /// What the reference sees now, with or without a load.
  [[nodiscard]] Result<ReferenceReading> read();

  /// Stands under the load (or without one). Ends with the first thing wrong, the load off then.
  [[nodiscard]] Result<void> stand(Duration time);

  /// Whether tend() has something to do.
  [[nodiscard]] bool needs_tending() const { return wrong().has_value(); }
  /// Takes a load off that something is wrong with; answers what.
  std::optional<Fault> tend();

  [[nodiscard]] bool is_on() const { return hold_ != nullptr; }

 private:
  [[nodiscard]] Result<void> make_ready();
  [[nodiscard]] std::optional<Fault> wrong() const;
  /// Takes the load off because of `cause`, which is answered, with what could not be confirmed.
  [[nodiscard]] Fault end_with(Fault cause);

  Station& station_;
  std::optional<InterlockKeeper> interlock_;  // from make_ready() until the load goes off
  LoadPoint load_;
  HoldConditions conditions_;
  std::unique_ptr<PointHold> hold_;  // of the load that is on
};

}  // namespace meterbench
