#include "bench/config/catalogue.h"

#include <algorithm>

#include <fmt/format.h>

#include "bench/config/yaml.h"

namespace meterbench {
namespace {

constexpr std::string_view kEnding = ".yaml";

}  // namespace

tl::expected<std::filesystem::path, std::string> Catalogue::find(std::string_view kind,
                                                                 const std::string& name) const {
  if (name.find('/') != std::string::npos || name.ends_with(kEnding)) {
    if (std::filesystem::is_regular_file(name)) return name;
    return tl::unexpected{fmt::format("there is no file {}", name)};
  }
  const std::vector<std::string> known = names(kind);
  if (std::find(known.begin(), known.end(), name) != known.end())
    return root_ / "config" / kind / fmt::format("{}{}", name, kEnding);
  return tl::unexpected{fmt::format("config/{}: {}", kind, not_allowed(name, known))};
}

std::vector<std::string> Catalogue::names(std::string_view kind) const {
  std::vector<std::string> names;
  std::error_code none;  // no such folder: no names
  for (const auto& entry : std::filesystem::directory_iterator{root_ / "config" / kind, none})
    if (entry.path().extension() == kEnding) names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace meterbench
