#pragma once

#include <string>
#include <string_view>

namespace meterbench {

/// Stands wherever a result with a simulated link is shown; no option takes it away.
inline constexpr std::string_view kSimulatedNotice = "SIMULATED: not evidence about any FOCUS AX";

}  // namespace meterbench
