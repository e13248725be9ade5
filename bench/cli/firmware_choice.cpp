#include "bench/cli/firmware_choice.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "bench/cli/inputs.h"

namespace meterbench {
namespace {

namespace fs = std::filesystem;
using virtual_lab::ElfImage;
using virtual_lab::MeterProgram;
using Eeprom = virtual_lab::VirtualMeter::Eeprom;

constexpr std::string_view kHost = "host";
/// Longer than a meter lives without its supply.
constexpr Duration kSaves = std::chrono::seconds{1};
constexpr std::string_view kPrefix = "firmware-", kEnding = ".elf";

/// METERBENCH_FIRMWARE, else where this program's build puts its images.
fs::path image_folder() {
  const char* const named = std::getenv("METERBENCH_FIRMWARE");
  return named != nullptr ? fs::path{named} : fs::path{METERBENCH_FIRMWARE_FOLDER};
}

std::vector<std::string> known_versions() {
  std::vector<std::string> versions;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator{image_folder(), missing})
    if (const std::string name = entry.path().filename().string();
        name.starts_with(kPrefix) && name.ends_with(kEnding))
      versions.push_back(name.substr(kPrefix.size(), name.size() - kPrefix.size() - kEnding.size()));
  std::ranges::sort(versions);
  return versions;
}

std::vector<std::string> positions_of(const std::map<std::string, MeterType>& meters) {
  std::vector<std::string> positions;
  for (const auto& [position, type] : meters) positions.push_back(position);
  return positions;
}

/// By position; a word alone is that of `alone`.
std::map<std::string, std::string> by_position(const std::string& option, const std::string& text,
                                               const std::vector<std::string>& positions,
                                               const std::vector<std::string>& alone) {
  std::map<std::string, std::string> words;
  if (std::error_code missing; fs::is_regular_file(text, missing)) {  // whatever is in its name
    for (const std::string& each : alone) words.emplace(each, text);
    return words;
  }
  std::set<std::string> seen;
  for (std::size_t at = 0; !text.empty() && at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string one = text.substr(at, comma - at);
    const std::size_t equals = one.find('=');
    const std::string position = one.substr(0, std::min(equals, one.size()));
    const std::string word = equals == std::string::npos ? one : one.substr(equals + 1);
    if (word.empty()) throw InputError{fmt::format("{} {}: there is an empty name", option, text)};
    if (!seen.insert(equals == std::string::npos ? "" : position).second)
      throw InputError{fmt::format("{} {}: {} is named twice", option, text,
                                   equals == std::string::npos ? "a file without a position" : position)};
    if (equals == std::string::npos || position == "*") {
      for (const std::string& each : position == "*" ? positions : alone) words.emplace(each, word);
    } else {
      if (std::ranges::find(positions, position) == positions.end())
        throw InputError{fmt::format("{} {}: no meter stands at position {}; there is one at {}", option,
                                     text, position, fmt::join(positions, ", "))};
      words.insert_or_assign(position, word);
    }
    at = comma + 1;
  }
  return words;
}

std::map<std::string, std::string> eeprom_files(const FirmwareOptions& options,
                                                const std::vector<std::string>& positions) {
  auto files = by_position("--eeprom", options.eeprom, positions,
                           positions.empty() ? positions : std::vector{positions.front()});
  std::set<std::string> names;
  for (const auto& [position, path] : files)
    if (!names.insert(fs::absolute(path).lexically_normal().string()).second)
      throw InputError{fmt::format("--eeprom {}: two meters cannot share {}", options.eeprom, path)};
  return files;
}

/// Nothing where there is no such file yet.
std::optional<Eeprom> load_eeprom(const std::string& path) {
  std::error_code unknown;
  if (!fs::exists(path, unknown)) {
    const fs::path folder = fs::absolute(path).parent_path();
    if (!fs::is_directory(folder, unknown))
      throw InputError{fmt::format("--eeprom {}: there is no folder {}", path, folder.string())};
    return std::nullopt;
  }
  if (!fs::is_regular_file(path, unknown) || fs::file_size(path, unknown) != std::tuple_size_v<Eeprom>)
    throw InputError{fmt::format("--eeprom {}: an EEPROM's file has {} bytes, and this is another one", path,
                                 std::tuple_size_v<Eeprom>)};
  std::ifstream file{path, std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  Eeprom eeprom{};
  if (bytes.size() != eeprom.size())
    throw InputError{fmt::format("--eeprom {}: the file cannot be read", path)};
  std::ranges::copy(bytes, eeprom.begin());
  return eeprom;
}

}  // namespace

std::shared_ptr<const ElfImage> find_firmware(const std::string& name) {
  if (name.empty() || name == kHost) return nullptr;
  if (std::error_code missing; fs::is_regular_file(name, missing))
    return std::make_shared<const ElfImage>(name);
  const fs::path built = image_folder() / fmt::format("{}{}{}", kPrefix, name, kEnding);
  if (std::error_code missing; fs::is_regular_file(built, missing))
    return std::make_shared<const ElfImage>(built);
  std::vector<std::string> known = known_versions();
  known.emplace_back(kHost);
  throw InputError{fmt::format("--firmware {}: neither a file nor a version that is there: {}", name,
                               fmt::join(known, ", "))};
}

virtual_lab::MeterPrograms load_programs(const FirmwareOptions& options,
                                         const std::map<std::string, MeterType>& meters) {
  const std::vector<std::string> positions = positions_of(meters);
  virtual_lab::MeterPrograms programs;
  std::map<std::string, std::shared_ptr<const ElfImage>> images;
  for (const auto& [position, name] : by_position("--firmware", options.firmware, positions, positions)) {
    if (!images.contains(name)) images.emplace(name, find_firmware(name));
    programs[position].image = images.at(name);
  }
  for (const auto& [position, path] : eeprom_files(options, positions))
    programs[position].eeprom = load_eeprom(path);
  return programs;
}

void save_eeproms(const FirmwareOptions& options, const std::map<std::string, MeterType>& meters,
                  virtual_lab::Lab& lab) {
  const auto files = eeprom_files(options, positions_of(meters));
  if (files.empty()) return;
  // A meter saves when its supply fails.
  for (const auto& [position, path] : files) lab.meter(position).set_supply(false);
  lab.advance_to(lab.world().now() + kSaves);
  for (const auto& [position, path] : files) {
    const Eeprom& eeprom = lab.meter(position).eeprom();
    // Whole or as before: a full disk must not cost the meter its memory.
    const std::string beside = path + ".new";
    std::ofstream file{beside, std::ios::binary};
    std::ranges::copy(eeprom, std::ostreambuf_iterator<char>{file});
    file.close();
    std::error_code failed;
    if (file) fs::rename(beside, path, failed);
    if (!file || failed)
      throw std::runtime_error{fmt::format("--eeprom {}: the file cannot be written", path)};
  }
}

}  // namespace meterbench
