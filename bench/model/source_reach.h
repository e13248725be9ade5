#pragma once

#include <optional>
#include <string>

#include "bench/model/capabilities.h"
#include "bench/model/load_point.h"

namespace meterbench {

/// Why a source of those capabilities cannot put on the waveform of `point`: its orders, its constant part,
/// its bursts or its peaks. Nothing where it can.
[[nodiscard]] std::optional<std::string> beyond_shape(const SourceCapabilities& can, const LoadPoint& point);

}  // namespace meterbench
