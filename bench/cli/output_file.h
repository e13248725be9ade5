#pragma once

#include <string>

namespace meterbench {

/// To standard output where `file` is empty or `-`, else whole to that file. Throws std::runtime_error when
/// it cannot be written.
void write_out(const std::string& text, const std::string& file);

}  // namespace meterbench
