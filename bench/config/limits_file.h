#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "bench/config/yaml.h"
#include "bench/model/limit.h"

namespace meterbench {

/// Reads a file of config/limits.
[[nodiscard]] std::optional<std::vector<Limit>> load_limits_file(const std::filesystem::path& path,
                                                                 Mistakes& mistakes);

/// The row of `test` whose condition fits `pf`; the more particular condition wins. Null when there is none.
[[nodiscard]] const Limit* find_limit(const std::vector<Limit>& limits, std::string_view test,
                                      const PowerFactor& pf);

}  // namespace meterbench
