// Who stands at the far ends of the station's links, and what the meters there hold.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/core/fault.h"
#include "bench/station/station.h"

namespace meterbench {

/// Asks every instrument that there is, in turn, and notes its answer in Station::instruments by role:
/// `source`, `reference`, `counter`, `counter_2`, `chamber`, `interlock`, `pickups`. One with a certificate
/// is noted with the serial number that stands there, unless it is a reference that tells its own. Ends with
/// the first that does not answer. A reference that tells another number than its certificate is implausible.
/// Waits.
[[nodiscard]] Result<void> identify_instruments(Station& station);

/// What the optical ports answered, by position. A position without a port is not in it.
template <class T>
using MeterAnswers = std::map<std::string, Result<T>>;

/// Ask the meters at `positions` (indexes) over their optical ports, all at once; one that does not answer
/// costs only itself. Wait until all have answered or their time is over, or a stop is asked.
[[nodiscard]] MeterAnswers<MeterState> read_meter_states(Station& station,
                                                         const std::vector<std::size_t>& positions);
[[nodiscard]] MeterAnswers<MeterRegisters> read_meter_registers(Station& station,
                                                                const std::vector<std::size_t>& positions);

}  // namespace meterbench
