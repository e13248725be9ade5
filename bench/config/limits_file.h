#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "bench/config/yaml.h"
#include "bench/model/limit_row.h"

namespace meterbench {

/// Reads a file of config/limits. Two rows of one test that both hold at some load are a mistake, unless the
/// conditions of one are the more particular ones all together.
[[nodiscard]] std::optional<std::vector<LimitRow>> load_limits_file(const std::filesystem::path& path,
                                                                    Mistakes& mistakes);

}  // namespace meterbench
