// The one way in which a load ends.
#pragma once

#include <optional>
#include <string>

#include "bench/core/fault.h"
#include "bench/guardian/interlock_keeper.h"
#include "bench/station/station.h"

namespace meterbench {

/// How a load was ended, and what was seen of it.
struct LoadOff {
  std::optional<Fault> source;  ///< why the source did not confirm that it is off; nothing: it did
  bool relay_open = false;      ///< the interlock's relay was opened and read back
  std::optional<Fault> relay;   ///< why it was not, where that was tried

  /// When false, a person must see to it.
  [[nodiscard]] bool confirmed() const { return !source || relay_open; }
  /// Of an end by more than the source: `off by the interlock's relay; source: …`
  [[nodiscard]] std::string text() const;
};

/// All off through the source, confirmed by reading its state back. Where the source does not confirm it, the
/// interlock's relay is opened and read back. When `cause`, the fault that ends the load, says that the
/// source's link is lost, the relay comes first and the source is tried after that. No stop request cuts this
/// short. Waits.
[[nodiscard]] LoadOff switch_off(Station& station, InterlockKeeper& interlock,
                                 const std::optional<Fault>& cause = std::nullopt);

}  // namespace meterbench
