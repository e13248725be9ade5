#include "bench/config/waveform_file.h"

#include <fmt/format.h>

#include <array>
#include <numbers>
#include <utility>

#include "bench/config/fields.h"
#include "bench/core/quantity_text.h"

namespace meterbench {
namespace {

constexpr int kLowest = 2;
/// Longer bursts than that would be no load to compare energies under: half a minute at 60 Hz. made
constexpr int kMostPeriods = 1000;
constexpr Angle kFullTurn{2 * std::numbers::pi};

int read_order(YamlMap& map) {
  const auto node = map.require("order");
  const auto order = node ? node->as_integer() : std::nullopt;
  if (!order) return 0;
  if (*order < kLowest || *order > kHighestOrder)
    node->mistake(fmt::format("an order from {} to {} is expected", kLowest, kHighestOrder));
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

void read_harmonics(const YamlNode& list, Waveform& waveform) {
  const std::vector<YamlNode> items = list.items();
  if (items.empty() && list.kind() == YamlNode::Kind::sequence)
    list.mistake("at least one harmonic is expected");
  for (const YamlNode& node : items) {
    auto row = node.as_map();
    if (!row) continue;
    const Harmonic harmonic = read_harmonic(*row);
    if (!waveform.harmonics.empty() && harmonic.order <= waveform.harmonics.back().order)
      node.mistake("harmonics stand in rising order, each once");
    waveform.harmonics.push_back(harmonic);
  }
}

/// `90 °..180 °`.
std::optional<Conduction> as_conduction(const YamlNode& node) {
  const auto text = node.as_text();
  if (!text) return std::nullopt;
  const std::size_t dots = text->find("..");
  if (dots != std::string::npos) {
    const auto begin = parse_quantity<kind::Angle>(std::string_view{*text}.substr(0, dots));
    const auto end = parse_quantity<kind::Angle>(std::string_view{*text}.substr(dots + 2));
    if (begin && end && *begin >= Angle{} && *begin < *end && *end <= kFullTurn)
      return Conduction{*begin, *end};
  }
  node.mistake(
      fmt::format("'{}' is no part of a period: 90 °..180 ° is an example, within 0 °..360 °", *text));
  return std::nullopt;
}

void read_conduction(const YamlNode& list, Waveform& waveform) {
  Angle flows;
  for (const YamlNode& node : list.items()) {
    const auto part = as_conduction(node);
    if (!part) continue;
    if (!waveform.conducts.empty() && part->begin < waveform.conducts.back().end)
      node.mistake("the parts stand in rising order and do not overlap");
    flows = flows + (part->end - part->begin);
    waveform.conducts.push_back(*part);
  }
  if (list.kind() != YamlNode::Kind::sequence) return;
  if (list.items().empty()) list.mistake("at least one part of the period is expected");
  if (flows >= kFullTurn) list.mistake("nothing is cut away: a step without 'waveform' has a sine");
}

int read_periods(YamlMap& map, std::string_view key) {
  const auto node = map.require(key);
  const auto periods = node ? node->as_integer() : std::nullopt;
  if (!periods) return 0;
  if (*periods < 1 || *periods > kMostPeriods)
    node->mistake(fmt::format("from 1 to {} periods are allowed", kMostPeriods));
  return static_cast<int>(*periods);
}

void read_burst(const YamlNode& node, Waveform& waveform) {
  auto map = node.as_map();
  if (!map) return;
  waveform.burst = {read_periods(*map, "periods"), read_periods(*map, "pause")};
  map->finish();
}

/// Exactly one of the three that a shape can be.
void read_shape(YamlMap& map, Waveform& waveform) {
  constexpr std::array<std::pair<std::string_view, void (*)(const YamlNode&, Waveform&)>, 3> kShapes{
      {{"harmonics", read_harmonics}, {"conducts", read_conduction}, {"burst", read_burst}}};
  bool found = false;
  for (const auto& [key, read] : kShapes) {
    const auto node = map.find(key);
    if (!node) continue;
    if (found) node->mistake("one of 'harmonics', 'conducts' and 'burst' is expected");
    found = true;
    read(*node, waveform);
  }
  if (!found) map.node().mistake("one of 'harmonics', 'conducts' and 'burst' is expected");
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
  read_shape(*map, waveform);
  map->finish();
  if (!reading.sound()) return std::nullopt;
  return waveform;
}

}  // namespace meterbench
