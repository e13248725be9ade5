#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "bench/core/time.h"

namespace meterbench::zera_mt786 {

/// What a part of the simulated instrument says to a command.
struct Answer {
  std::vector<std::string> lines{};
  Duration busy{};  ///< nothing else is worked on before the lines leave
};

}  // namespace meterbench::zera_mt786
