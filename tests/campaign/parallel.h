// Parts of a campaign in processes of their own.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <vector>

#include "bench/core/stop_signal.h"

namespace meterbench::campaign {

/// What `part(n, stop)` answers for n from 0 up to `count`, computed in `jobs` processes; in no order. Throws
/// std::runtime_error when one of them failed.
[[nodiscard]] std::vector<nlohmann::json> run_all(
    std::uint64_t count, unsigned jobs,
    const std::function<nlohmann::json(std::uint64_t, StopSignal&)>& part);

}  // namespace meterbench::campaign
