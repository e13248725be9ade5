#include "drivers/c1218_meter/billing_readings.h"

#include <fmt/format.h>

#include <array>
#include <tuple>

#include "drivers/protocol/c1219/register_tables.h"

namespace meterbench::c1218_meter {
namespace {

using namespace c1219;

constexpr std::uint16_t kDemandControl = 13;
constexpr std::uint16_t kActualRegisters = 21, kSelection = 22, kCurrent = 23, kLastSeason = 24,
                        kBeforeReset = 25, kSelfReads = 26, kPresentSelection = 27, kPresent = 28;

RegisterFlow to_register_flow(Flow flow) {
  switch (flow) {
    case Flow::delivered: return RegisterFlow::delivered;
    case Flow::received: return RegisterFlow::received;
    case Flow::net: break;
  }
  return RegisterFlow::net;
}

/// What a place of a selection counts, where that is active energy or power of the whole meter.
struct Counted {
  Source source;
  RegisterFlow flow{};
};
using Places = std::vector<std::optional<Counted>>;

/// The active energies (`energy`) or powers among `places`.
Decoded<Places> counted(const std::vector<std::uint8_t>& places, const std::vector<Source>& sources,
                        bool energy) {
  Places result;
  for (const std::uint8_t place : places) {
    const auto source = selected(sources, place);
    if (!source) return tl::unexpected{source.error()};
    auto& one = result.emplace_back();
    const auto flow = *source != nullptr ? flow_of(*(*source)->unit) : std::nullopt;
    if (flow && is_energy(*(*source)->unit) == energy) one = Counted{**source, to_register_flow(*flow)};
  }
  return result;
}

/// Turns blocks of registers into registers of quantities.
class RegisterScale {
 public:
  RegisterScale(Places energies, Places demands, Bytes maxima)
      : energies_{std::move(energies)}, demands_{std::move(demands)}, maxima_{std::move(maxima)} {}

  [[nodiscard]] Decoded<RegisterSet> of(const CurrentRegisters& registers) const {
    RegisterSet set;
    set.demand_resets = registers.resets;
    Decoded<void> added = add(registers.total, 0, set);
    for (std::size_t tier = 0; added && tier < registers.tiers.size(); ++tier)
      added = add(registers.tiers[tier], static_cast<int>(tier + 1), set);
    if (!added) return tl::unexpected{added.error()};
    return set;
  }
  [[nodiscard]] Decoded<RegisterSet> of(const KeptRegisters& kept) const {
    return of(kept.registers).map([&](RegisterSet&& set) {
      set.ended = kept.ended;
      return std::move(set);
    });
  }

 private:
  [[nodiscard]] Decoded<void> add(const RegisterBlock& block, int tier, RegisterSet& set) const {
    for (std::size_t n = 0; n < energies_.size(); ++n) {
      if (!energies_[n]) continue;
      const auto value = engineering_value(block.summations.at(n), energies_[n]->source);
      if (!value) return tl::unexpected{fmt::format("summation {}: {}", n, value.error())};
      set.energies.push_back(
          {energies_[n]->flow, tier, from_watt_hours(value->value), from_watt_hours(value->step)});
    }
    for (std::size_t n = 0; n < demands_.size(); ++n)
      if (demands_[n])
        if (auto added = add(block.demands.at(n), n, tier, set); !added) return added;
    return {};
  }

  [[nodiscard]] Decoded<void> add(const Demand& demand, std::size_t n, int tier, RegisterSet& set) const {
    const auto power = [&](const Number& raw) { return engineering_value(raw, demands_[n]->source); };
    for (std::size_t k = 0; k < demand.values.size(); ++k) {
      DemandRegister one{.flow = demands_[n]->flow,
                         .tier = tier,
                         .occurrence = static_cast<int>(k + 1),
                         .maximum = (maxima_.at(n / 8) >> (n % 8) & 1U) != 0};
      const auto extreme = power(demand.values[k]);
      if (!extreme) return tl::unexpected{fmt::format("demand {}: {}", n, extreme.error())};
      one.extreme = ActivePower{extreme->value};
      if (k < demand.times.size()) one.at = demand.times[k];
      // Units and constants have been proven by the extreme.
      if (demand.cumulative) one.cumulative = ActivePower{power(*demand.cumulative)->value};
      if (demand.continuous_cumulative)
        one.continuous_cumulative = ActivePower{power(*demand.continuous_cumulative)->value};
      set.demands.push_back(one);
    }
    return {};
  }

  Places energies_, demands_;
  Bytes maxima_;
};

Decoded<RegisterScale> scale_of(const Tables& tables, const Formats& formats, const ActualRegisters& actual) {
  const auto selection = decode_st22(content(tables, kSelection), formats, actual);
  if (!selection) return tl::unexpected{selection.error()};
  const auto sources = sources_of(tables, formats);
  if (!sources) return tl::unexpected{sources.error()};
  auto energies = counted(selection->summations, *sources, true);
  if (!energies) return tl::unexpected{"ST-22: " + energies.error()};
  auto demands = counted(selection->demands, *sources, false);
  if (!demands) return tl::unexpected{"ST-22: " + demands.error()};
  return RegisterScale{std::move(*energies), std::move(*demands), selection->maxima};
}

std::vector<DemandInterval> intervals_of(const DemandControl& control) {
  std::vector<DemandInterval> intervals;
  for (const auto& [subinterval_min, subintervals] : control.intervals)
    intervals.push_back({std::chrono::minutes{subinterval_min}, subintervals});
  return intervals;
}

/// Nothing where no period has ended yet.
Decoded<std::optional<RegisterSet>> kept_from(const Decoded<KeptRegisters>& kept,
                                              const ActualRegisters& actual, const RegisterScale& scale) {
  if (!kept) return tl::unexpected{kept.error()};
  if (actual.date_time && !kept->ended) return std::nullopt;
  return scale.of(*kept).map([](RegisterSet&& set) { return std::optional{std::move(set)}; });
}

std::string line_text(unsigned segmentation) {
  constexpr std::array kLines{"", "A-B", "B-C", "C-A", "N-G", "A-N", "B-N", "C-N"};
  return kLines[segmentation];
}

/// What `value`, in the unit that its id names, is; nothing where no document says.
std::optional<PresentQuantity> quantity_of(unsigned id, double value) {
  switch (id) {
    case kActivePower: return ActivePower{value};
    case 1: return ReactivePower{value};
    case 2:
    case 3: return ApparentPower{value};
    case 8: return Voltage{value};
    case 12: return Current{value};
    case 24:
    case 25: return Ratio{value};  // power factor; which of the angles' codes it has: knowledge, unverified
    case 33: return Frequency{value};
    default: return std::nullopt;
  }
}

Decoded<std::optional<PresentValue>> present_value(const Number& raw, const Source& source) {
  const Unit& unit = *source.unit;
  if (!unit.is_plain() || is_energy(unit)) return std::nullopt;
  const auto value = engineering_value(raw, source);
  if (!value) return tl::unexpected{value.error()};
  const auto quantity = quantity_of(unit.id(), value->value);
  if (!quantity) return std::nullopt;
  const bool demand = unit.time_base() >= kSubBlockDemand && unit.time_base() <= kBlockDemand;
  PresentValue result{
      .value = *quantity, .line = line_text(unit.segmentation()), .flow = {}, .demand = demand};
  if (const auto flow = flow_of(unit)) result.flow = to_register_flow(*flow);
  return result;
}

}  // namespace

Missing missing_for_billing(const Tables& tables) {
  return missing(tables, {kActualSources, kUnits, kSources, kActualRegisters, kSelection, kCurrent},
                 {kConstants, kDemandControl, kLastSeason, kBeforeReset, kSelfReads});
}

Missing missing_for_present(const Tables& tables) {
  return missing(tables, {kActualSources, kUnits, kSources, kActualRegisters, kPresentSelection, kPresent},
                 {kConstants});
}

tl::expected<MeterBilling, std::string> billing_from(const Tables& tables) {
  const auto st00 = configuration_of(tables);
  if (!st00) return tl::unexpected{st00.error()};
  const Formats& formats = st00->formats;
  const auto actual = decode_st21(content(tables, kActualRegisters), formats);
  if (!actual) return tl::unexpected{actual.error()};
  const auto scale = scale_of(tables, formats, *actual);
  if (!scale) return tl::unexpected{scale.error()};

  MeterBilling billing;
  const Table& read = tables.at(kCurrent);
  billing.asked = read.asked;
  billing.answered = read.answered;
  const auto current = decode_st23(read.content, formats, *actual);
  if (!current) return tl::unexpected{current.error()};
  auto present = scale->of(*current);
  if (!present) return tl::unexpected{present.error()};
  billing.present = std::move(*present);

  for (const auto& [table, decode, place] : {std::tuple{kLastSeason, &decode_st24, &billing.last_season},
                                             {kBeforeReset, &decode_st25, &billing.before_reset}}) {
    if (!tables.contains(table)) continue;
    auto kept = kept_from(decode(content(tables, table), formats, *actual), *actual, *scale);
    if (!kept) return tl::unexpected{kept.error()};
    *place = std::move(*kept);
  }
  if (tables.contains(kSelfReads)) {
    const auto reads = decode_st26(content(tables, kSelfReads), formats, *actual);
    if (!reads) return tl::unexpected{reads.error()};
    for (const SelfReads::Entry& entry : reads->entries) {
      auto set = scale->of(entry.kept);
      if (!set) return tl::unexpected{set.error()};
      set->sequence = entry.sequence;
      billing.self_reads.push_back(std::move(*set));
    }
  }
  if (tables.contains(kDemandControl)) {
    const auto control =
        decode_st11(content(tables, kActualSources), formats).and_then([&](const ActualSources& sources) {
          return decode_st13(content(tables, kDemandControl), formats, sources);
        });
    if (!control) return tl::unexpected{control.error()};
    billing.intervals = intervals_of(*control);
  }
  return billing;
}

tl::expected<MeterPresent, std::string> present_from(const Tables& tables) {
  const auto st00 = configuration_of(tables);
  if (!st00) return tl::unexpected{st00.error()};
  const Formats& formats = st00->formats;
  const auto actual = decode_st21(content(tables, kActualRegisters), formats);
  if (!actual) return tl::unexpected{actual.error()};
  const auto sources = sources_of(tables, formats);
  if (!sources) return tl::unexpected{sources.error()};
  const auto selection = decode_st27(content(tables, kPresentSelection), formats, *actual);
  if (!selection) return tl::unexpected{selection.error()};
  const Table& read = tables.at(kPresent);
  const auto registers = decode_st28(read.content, formats, *actual);
  if (!registers) return tl::unexpected{registers.error()};

  MeterPresent present{.asked = read.asked, .answered = read.answered};
  const auto demands = counted(selection->demands, *sources, false);
  if (!demands) return tl::unexpected{"ST-27: " + demands.error()};
  for (std::size_t n = 0; n < demands->size(); ++n) {
    const auto& demand = demands->at(n);
    if (!demand) continue;
    const auto value = engineering_value(registers->demands.at(n).value, demand->source);
    if (!value) return tl::unexpected{fmt::format("present demand {}: {}", n, value.error())};
    present.demands.push_back({demand->flow, ActivePower{value->value}, registers->demands.at(n).remaining});
  }
  for (std::size_t n = 0; n < selection->values.size(); ++n) {
    const auto source = selected(*sources, selection->values[n]);
    if (!source) return tl::unexpected{"ST-27: " + source.error()};
    if (*source == nullptr) continue;
    auto value = present_value(registers->values.at(n), **source);
    if (!value) return tl::unexpected{fmt::format("present value {}: {}", n, value.error())};
    if (*value) present.values.push_back(std::move(**value));
  }
  return present;
}

}  // namespace meterbench::c1218_meter
