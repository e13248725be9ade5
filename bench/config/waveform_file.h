#pragma once

#include <filesystem>
#include <optional>

#include "bench/config/yaml.h"
#include "bench/model/waveform.h"

namespace meterbench {

/// Reads a file of config/waveforms; its name without ending becomes Waveform::name.
[[nodiscard]] std::optional<Waveform> load_waveform_file(const std::filesystem::path& path,
                                                         Mistakes& mistakes);

}  // namespace meterbench
