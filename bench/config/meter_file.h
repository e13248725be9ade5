#pragma once

#include <filesystem>
#include <optional>

#include "bench/config/yaml.h"
#include "bench/model/meter_type.h"

namespace meterbench {

/// Reads a file of config/meters.
[[nodiscard]] std::optional<MeterType> load_meter_file(const std::filesystem::path& path, Mistakes& mistakes);

}  // namespace meterbench
