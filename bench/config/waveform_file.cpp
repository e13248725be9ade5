#include "bench/config/waveform_file.h"

#include <fmt/format.h>

#include "bench/config/fields.h"

namespace meterbench {
namespace {

constexpr int kLowest = 3;
/// At 60 Hz the last odd one below half of the 3,840 Hz at which the virtual meter samples (design, "The
/// virtual lab"): beyond it nobody could tell the truth of a result.
constexpr int kHighest = 31;

int read_order(YamlMap& map) {
  const auto node = map.require("order");
  const auto order = node ? node->as_integer() : std::nullopt;
  if (!order) return 0;
  if (*order < kLowest || *order > kHighest || *order % 2 == 0)
    node->mistake(
        fmt::format("an odd order from {} to {} is expected; the even ones of two legs half a period apart "
                    "would not be in antiphase",
                    kLowest, kHighest));
  return static_cast<int>(*order);
}

/// Share of the fundamental; 0 where nothing is said.
Ratio read_share(YamlMap& map, std::string_view key) {
  const auto node = map.find(key);
  if (!node) return {};
  const Ratio share = required_quantity<kind::Ratio>(map, key);
  if (share > Ratio{1}) node->mistake("a harmonic is at most 100 % of its fundamental");
  return share;
}

Angle read_phase(YamlMap& map, std::string_view key) {
  return map.find(key) ? required_quantity<kind::Angle>(map, key, Range::any) : Angle{};
}

Harmonic read_harmonic(YamlMap& map) {
  Harmonic harmonic;
  harmonic.order = read_order(map);
  harmonic.voltage = read_share(map, "voltage");
  harmonic.voltage_phase = read_phase(map, "voltage_phase");
  harmonic.current = read_share(map, "current");
  harmonic.current_phase = read_phase(map, "current_phase");
  if (!map.find("voltage") && !map.find("current"))
    map.node().mistake("a harmonic has a share of 'voltage', of 'current' or of both");
  map.finish();
  return harmonic;
}

}  // namespace

std::optional<Waveform> load_waveform_file(const std::filesystem::path& path, Mistakes& mistakes) {
  const Reading reading{mistakes};
  const auto root = read_yaml(path, mistakes);
  auto map = root ? root->as_map() : std::nullopt;
  if (!map) return std::nullopt;
  Waveform waveform;
  waveform.name = path.stem().string();
  (void)required_text(*map, "waveform");
  (void)optional_text(*map, "description");
  waveform.source = required_text(*map, "source");
  waveform.mark = required_mark(*map);
  if (const auto list = map->require("harmonics")) {
    const std::vector<YamlNode> items = list->items();
    if (items.empty() && list->kind() == YamlNode::Kind::sequence)
      list->mistake("at least one harmonic is expected");
    for (const YamlNode& node : items) {
      auto row = node.as_map();
      if (!row) continue;
      const Harmonic harmonic = read_harmonic(*row);
      if (!waveform.harmonics.empty() && harmonic.order <= waveform.highest_order())
        node.mistake("harmonics stand in rising order, each once");
      waveform.harmonics.push_back(harmonic);
    }
  }
  map->finish();
  if (!reading.sound()) return std::nullopt;
  return waveform;
}

}  // namespace meterbench
