#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace meterbench {

/// Finds configuration by name: `virtual` is config/stations/virtual.yaml, a path is that file.
class Catalogue {
 public:
  /// `root` holds config/ and scenarios/.
  explicit Catalogue(std::filesystem::path root) : root_{std::move(root)} {}

  /// `kind` is a folder of config/ (`stations`, `labs`, `meters`, `limits`, `waveforms`, `instruments`). A
  /// name with a slash or the ending .yaml is a path as it stands. On failure a sentence with the nearest
  /// known name.
  [[nodiscard]] tl::expected<std::filesystem::path, std::string> find(std::string_view kind,
                                                                      const std::string& name) const;
  [[nodiscard]] std::vector<std::string> names(std::string_view kind) const;
  [[nodiscard]] const std::filesystem::path& root() const { return root_; }

 private:
  std::filesystem::path root_;
};

}  // namespace meterbench
