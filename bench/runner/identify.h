// Who stands at the far ends of the station's links.
#pragma once

#include <string>
#include <vector>

#include "bench/core/fault.h"
#include "bench/station/station.h"

namespace meterbench {

/// Asks every instrument that there is, in turn, and notes its answer in Station::instruments by role:
/// `source`, `reference`, `counter`, `chamber`, `interlock`, `photodiode`. Ends with the first that does not
/// answer. Waits.
[[nodiscard]] Result<void> identify_instruments(Station& station);

/// What the optical port of one meter told.
struct MeterAnswer {
  std::string position;
  Result<MeterIdentity> identity;
};
/// Asks the meters at `positions` (indexes) that have an optical port, all at once. Waits.
[[nodiscard]] std::vector<MeterAnswer> identify_meters(Station& station,
                                                       const std::vector<std::size_t>& positions);

}  // namespace meterbench
