#pragma once

#include <stdexcept>

namespace meterbench::virtual_lab {

/// A firmware cannot be run, or cannot go on; what() says which and why.
struct FirmwareFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace meterbench::virtual_lab
