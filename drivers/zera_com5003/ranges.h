// The measuring ranges of a COM5003, and which of them a load takes.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "bench/model/capabilities.h"
#include "bench/model/load_point.h"

namespace meterbench::zera_com5003 {

struct RangeChoice {
  std::string voltage;  ///< `240V`
  std::string current;  ///< `10A`
};

/// The smallest ranges that hold the load of all circuits: channels 1 to 3 get the same one, so that it does
/// not matter of which channels the instrument forms its pulse constant. Beyond the largest, a sentence.
[[nodiscard]] tl::expected<RangeChoice, std::string> ranges_for(const LoadPoint& point,
                                                                ReferenceDefinition definition);

}  // namespace meterbench::zera_com5003
