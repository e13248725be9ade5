#include "bench/scenario/named_files.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "bench/config/limits_file.h"
#include "bench/config/waveform_file.h"

namespace meterbench {
namespace {

/// Reads each file of one kind once, and tells each place that names a missing one once: steps below
/// `at_temperatures` come again at each temperature.
template <class File, class Load>
class Reader {
 public:
  Reader(std::string kind, Load load, const Catalogue& catalogue, Mistakes& mistakes)
      : kind_{std::move(kind)}, load_{std::move(load)}, catalogue_{catalogue}, mistakes_{mistakes} {}

  void read(const std::string& name, const FilePosition& position) {
    if (!seen_.insert(position).second || files.contains(name) || broken_.contains(name)) return;
    const auto path = catalogue_.find(kind_, name);
    if (!path) return mistakes_.add(position, path.error());
    if (auto file = load_(*path, mistakes_))
      files.emplace(name, *std::move(file));
    else
      broken_.insert(name);
  }

  std::map<std::string, File> files;

 private:
  std::string kind_;
  Load load_;
  const Catalogue& catalogue_;
  Mistakes& mistakes_;
  std::set<FilePosition> seen_;
  std::set<std::string> broken_;
};

/// Of the first step with that label; none when there is no such step.
std::vector<PowerFactor> power_factors_of(const Scenario& scenario, const std::string& label) {
  for (const Step& any : scenario.steps)
    if (const auto* step = std::get_if<LoadStep>(&any); step && step->label == label)
      return step->power_factors;
  return {};
}

/// A shift is formed where both steps have a point.
std::vector<PowerFactor> power_factors_of(const Scenario& scenario, const CompareStep& compare) {
  const auto first = power_factors_of(scenario, compare.first);
  auto both = power_factors_of(scenario, compare.second);
  if (compare.varies == Influence::power_factor) return both;
  std::erase_if(both, [&](const PowerFactor& pf) { return std::ranges::find(first, pf) == first.end(); });
  return both;
}

class RowCheck {
 public:
  RowCheck(const LimitFiles& limits, Mistakes& mistakes) : limits_{limits}, mistakes_{mistakes} {}

  /// `step`: of any kind that names limits.
  template <class Named>
  void check(const Named& step, const std::vector<PowerFactor>& power_factors,
             std::initializer_list<LimitKind> kinds) {
    const auto file = limits_.find(step.limits);
    if (file == limits_.end() || !seen_.insert(step.limits_position).second) return;
    for (const PowerFactor& pf : power_factors)
      if (std::ranges::none_of(kinds,
                               [&](LimitKind kind) { return may_hold(file->second, step.name, kind, pf); }))
        mistakes_.add(step.limits_position,
                      fmt::format("limits '{}' have no row for test '{}' at power factor {}", step.limits,
                                  step.name, to_text(pf)));
  }

 private:
  const LimitFiles& limits_;
  Mistakes& mistakes_;
  std::set<FilePosition> seen_;
};

}  // namespace

LimitKind limit_kind(LoadTest test) {
  if (test == LoadTest::starting) return LimitKind::starts;
  return test == LoadTest::no_load ? LimitKind::pulses : LimitKind::percent;
}

NamedFiles read_named_files(const Scenario& scenario, const Catalogue& catalogue, Mistakes& mistakes) {
  Reader<std::vector<LimitRow>, decltype(&load_limits_file)> limits{"limits", load_limits_file, catalogue,
                                                                    mistakes};
  Reader<Waveform, decltype(&load_waveform_file)> waveforms{"waveforms", load_waveform_file, catalogue,
                                                            mistakes};
  for (const Step& any : scenario.steps) {
    if (const auto* compare = std::get_if<CompareStep>(&any))
      limits.read(compare->limits, compare->limits_position);
    if (const auto* repeatability = std::get_if<RepeatabilityStep>(&any))
      limits.read(repeatability->limits, repeatability->limits_position);
    const auto* step = std::get_if<LoadStep>(&any);
    if (step == nullptr) continue;
    if (!step->limits.empty()) limits.read(step->limits, step->limits_position);
    if (!step->waveform.empty()) waveforms.read(step->waveform, step->waveform_position);
  }
  return {std::move(limits.files), std::move(waveforms.files)};
}

void check_limit_rows(const Scenario& scenario, const LimitFiles& limits, Mistakes& mistakes) {
  RowCheck rows{limits, mistakes};
  for (const Step& any : scenario.steps) {
    if (const auto* step = std::get_if<LoadStep>(&any); step && !step->limits.empty())
      rows.check(*step, step->power_factors, {limit_kind(step->test)});
    if (const auto* compare = std::get_if<CompareStep>(&any))
      rows.check(*compare, power_factors_of(scenario, *compare),
                 {LimitKind::percent, LimitKind::percent_per_kelvin});
    if (const auto* repeatability = std::get_if<RepeatabilityStep>(&any))
      rows.check(*repeatability, power_factors_of(scenario, repeatability->of), {LimitKind::percent});
  }
}

}  // namespace meterbench
