#include "bench/station/station.h"

#include <algorithm>

namespace meterbench {

bool Station::simulated() const {
  return std::any_of(instruments.begin(), instruments.end(), [](const auto& i) { return i.simulated; }) ||
         std::any_of(positions.begin(), positions.end(), [](const auto& p) { return p.meter_simulated; });
}

}  // namespace meterbench
