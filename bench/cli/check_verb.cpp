#include <filesystem>

#include <fmt/format.h>

#include "bench/cli/exit_code.h"
#include "bench/cli/inputs.h"
#include "bench/cli/verbs.h"
#include "bench/config/limits_file.h"
#include "bench/config/meter_file.h"
#include "bench/config/waveform_file.h"
#include "bench/scenario/named_files.h"
#include "bench/scenario/scenario.h"
#include "drivers/scpi_source/profile.h"
#include "drivers/virtual_lab/lab/lab_file.h"

namespace meterbench {
namespace {

/// A kind of file is known by a key that its kind alone must have.
struct FileKind {
  std::string key;
  std::function<void(const std::filesystem::path&, Mistakes&)> load;
};

/// With the files that its steps name.
void check_scenario(const std::filesystem::path& path, Mistakes& mistakes) {
  const auto scenario = load_scenario(path, {}, mistakes);
  if (scenario)
    check_limit_rows(*scenario, read_named_files(*scenario, catalogue(), mistakes).limits, mistakes);
}

/// With the instrument profiles that it names.
void check_station(const std::filesystem::path& path, Mistakes& mistakes) {
  const auto station = load_station_file(path, mistakes);
  if (!station) return;
  for (const auto& [role, instrument] : station->instruments)
    if (instrument.profile)
      if (const auto found = catalogue().find("instruments", *instrument.profile); !found)
        mistakes.add(instrument.profile_position, found.error());
}

const std::vector<FileKind>& file_kinds() {
  static const std::vector<FileKind> kinds{
      {"steps", check_scenario},
      {"station", check_station},
      {"starts_utc",
       [](const auto& path, Mistakes& m) {
         static_cast<void>(virtual_lab::load_lab_file(path, simulator_models(), m));
       }},
      {"form", [](const auto& path, Mistakes& m) { static_cast<void>(load_meter_file(path, m)); }},
      // Before limits, which a profile has too.
      {"instrument",
       [](const auto& path, Mistakes& m) { static_cast<void>(scpi_source::load_profile(path, m)); }},
      {"limits", [](const auto& path, Mistakes& m) { static_cast<void>(load_limits_file(path, m)); }},
      {"waveform", [](const auto& path, Mistakes& m) { static_cast<void>(load_waveform_file(path, m)); }},
  };
  return kinds;
}

Mistakes check(const std::filesystem::path& path) {
  Mistakes mistakes;
  const auto root = read_yaml(path, mistakes);
  if (!root) return mistakes;
  auto map = root->as_map();
  if (!map) return mistakes;
  for (const FileKind& kind : file_kinds()) {
    if (!map->find(kind.key)) continue;
    Mistakes found;
    kind.load(path, found);
    return found;
  }
  if (mistakes.empty()) {
    std::vector<std::string> keys;
    for (const FileKind& kind : file_kinds()) keys.push_back(kind.key);
    root->mistake(
        fmt::format("what kind of file is this? One of these keys tells: {}", fmt::join(keys, ", ")));
  }
  return mistakes;
}

}  // namespace

void add_check(CLI::App& app, VerbAction& chosen) {
  auto files = std::make_shared<std::vector<std::string>>();
  CLI::App* verb = app.add_subcommand(
      "check", "Validate scenario, station, lab, meter, limits, waveform and instrument profile files");
  verb->add_option("file", *files, "Files")->required();
  verb->callback([files, &chosen] {
    chosen = [files](StopSignal&) {
      int code = kAllPassed;
      for (const std::string& file : *files) {
        const Mistakes mistakes = check(file);
        if (mistakes.empty()) {
          fmt::print("{}: valid\n", file);
        } else {
          fmt::print(stderr, "{}", mistakes.text());
          code = kUsage;
        }
      }
      return code;
    };
  });
}

}  // namespace meterbench
