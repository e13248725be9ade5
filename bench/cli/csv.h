#pragma once

#include <string>
#include <vector>

namespace meterbench {

/// One record by RFC 4180, with its line end.
[[nodiscard]] std::string csv_row(const std::vector<std::string>& cells);

}  // namespace meterbench
