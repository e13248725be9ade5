#include "bench/cli/meter_view.h"

#include <algorithm>
#include <type_traits>

#include <fmt/format.h>

#include "bench/cli/meter_arguments.h"
#include "bench/cli/number_format.h"
#include "bench/cli/text_table.h"
#include "bench/core/sha256.h"

namespace meterbench {
namespace {

using Json = nlohmann::ordered_json;

std::string line(const std::string& name, const std::string& value) {
  return fmt::format("{:16} {}\n", name, value.empty() ? "-" : value);
}

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}
Json or_null(const std::optional<MeterTime>& time) { return time ? Json(to_text(*time)) : Json(nullptr); }
Json or_null(const std::optional<ActivePower>& power) { return power ? Json(power->value()) : Json(nullptr); }

std::string tier_text(int tier) { return tier == 0 ? "all" : std::to_string(tier); }
std::string kilowatts(ActivePower power) { return figures_text(power.value() / 1000, 6); }
std::string time_or_dash(const std::optional<MeterTime>& time) { return time ? to_text(*time) : "-"; }

std::string energy_text(const EnergyRegister& one) {
  return fmt::format("{:.{}f}", watt_hours(one.energy) / 1000,
                     std::clamp(decimals_for(watt_hours(one.step) / 1000), 0, 9));
}

Json set_json(const RegisterSet& set) {
  Json energies = Json::array(), demands = Json::array();
  for (const EnergyRegister& one : set.energies)
    energies.push_back({{"flow", to_text(one.flow)},
                        {"tier", one.tier},
                        {"energy_wh", watt_hours(one.energy)},
                        {"step_wh", watt_hours(one.step)}});
  for (const DemandRegister& one : set.demands)
    demands.push_back({{"flow", to_text(one.flow)},
                       {"tier", one.tier},
                       {"occurrence", one.occurrence},
                       {one.maximum ? "maximum_w" : "minimum_w", one.extreme.value()},
                       {"at", or_null(one.at)},
                       {"cumulative_w", or_null(one.cumulative)},
                       {"continuous_cumulative_w", or_null(one.continuous_cumulative)}});
  return {{"ended", or_null(set.ended)},
          {"sequence", or_null(set.sequence)},
          {"demand_resets", or_null(set.demand_resets)},
          {"energies", energies},
          {"demands", demands}};
}

std::string set_text(const std::string& title, const RegisterSet& set) {
  std::string text = "\n" + title;
  if (set.ended) text += fmt::format(", ended {}", to_text(*set.ended));
  if (set.demand_resets) text += fmt::format(", {} demand resets", *set.demand_resets);
  text += "\n";
  if (!set.energies.empty()) {
    const TextTable table{{{"tier"}, {"flow", 9}, {"energy in kWh", 16, true}}};
    text += table.header() + "\n";
    for (const EnergyRegister& one : set.energies)
      text += table.row({tier_text(one.tier), std::string{to_text(one.flow)}, energy_text(one)}) + "\n";
  }
  if (!set.demands.empty()) {
    const TextTable table{{{"tier"},
                           {"flow", 9},
                           {"demand in kW", 16, true},
                           {"", 7},
                           {"interval ended", 19},
                           {"cumulative in kW", 0, true}}};
    text += table.header() + "\n";
    for (const DemandRegister& one : set.demands)
      text += table.row({tier_text(one.tier), std::string{to_text(one.flow)}, kilowatts(one.extreme),
                         one.maximum ? "maximum" : "minimum", time_or_dash(one.at),
                         one.cumulative ? kilowatts(*one.cumulative) : "-"}) +
              "\n";
  }
  return text;
}

std::string interval_text(const DemandInterval& one) {
  if (one.subintervals == 1) return fmt::format("block of {} min", one.subinterval.count());
  return fmt::format("rolling, {} times {} min", one.subintervals, one.subinterval.count());
}

/// Its name, its key in JSON and its unit.
struct Kind {
  std::string_view name, key, unit;
};
template <class Q>
constexpr Kind kind_of() {
  if constexpr (std::is_same_v<Q, Voltage>) return {"voltage", "voltage_v", "V"};
  if constexpr (std::is_same_v<Q, Current>) return {"current", "current_a", "A"};
  if constexpr (std::is_same_v<Q, ActivePower>) return {"active power", "active_power_w", "W"};
  if constexpr (std::is_same_v<Q, ReactivePower>) return {"reactive power", "reactive_power_var", "var"};
  if constexpr (std::is_same_v<Q, ApparentPower>) return {"apparent power", "apparent_power_va", "VA"};
  if constexpr (std::is_same_v<Q, Frequency>) return {"frequency", "frequency_hz", "Hz"};
  if constexpr (std::is_same_v<Q, Ratio>) return {"power factor", "power_factor", ""};
}

MeterView present_value(const PresentValue& one) {
  return std::visit(
      [&](auto quantity) -> MeterView {
        constexpr Kind kKind = kind_of<decltype(quantity)>();
        std::string name{one.demand ? "last demand" : kKind.name};
        if (!one.line.empty()) name += " " + one.line;
        const std::string unit{kKind.unit};
        std::string value = figures_text(quantity.value(), 7) + (unit.empty() ? "" : " " + unit);
        if (one.flow) value += fmt::format(" {}", to_text(*one.flow));
        return {line(name, value),
                {{"quantity", kKind.name},
                 {"line", one.line.empty() ? Json(nullptr) : Json(one.line)},
                 {"flow", one.flow ? Json(to_text(*one.flow)) : Json(nullptr)},
                 {"demand", one.demand},
                 {kKind.key, quantity.value()}}};
      },
      one.value);
}

Json event_json(const MeterEvent& one) {
  return {{"time", or_null(one.time)}, {"number", or_null(one.number)},
          {"user", one.user},          {"code", one.code},
          {"text", one.text},          {"argument", hex_text(one.argument)}};
}

std::string events_text(const std::string& title, const std::vector<MeterEvent>& events) {
  std::string text = fmt::format("\n{}: {}\n", title, events.empty() ? "nothing" : "oldest first");
  if (events.empty()) return text;
  const TextTable table{{{"time", 19}, {"number", 0, true}, {"user", 0, true}, {"event", 30}, {"argument"}}};
  text += table.header() + "\n";
  for (const MeterEvent& one : events)
    text += table.row({time_or_dash(one.time), one.number ? std::to_string(*one.number) : "-",
                       std::to_string(one.user), one.text, hex_text(one.argument)}) +
            "\n";
  return text;
}

std::string zone_text(std::chrono::minutes zone) {
  const auto minutes = std::abs(zone.count());
  return fmt::format("UTC{}{:02}:{:02}", zone.count() < 0 ? "-" : "+", minutes / 60, minutes % 60);
}

}  // namespace

void MeterView::add(const MeterView& other) {
  text += other.text;
  json.update(other.json);
}

MeterView view(const MeterIdentity& m) {
  const auto shown = [](const std::string& told) { return printable_text(to_bytes(told)); };
  const std::string kt = m.kt ? figures_text(watt_hours(*m.kt), 8) + " Wh" : "not told";
  return {line("meter", shown(m.manufacturer) + " " + shown(m.model)) + line("hardware", m.hardware) +
              line("firmware", m.firmware) + line("serial number", shown(m.serial_number)) +
              line("device", shown(m.device_id)) + line("Kt", kt),
          {{"manufacturer", m.manufacturer},
           {"model", m.model},
           {"hardware", m.hardware},
           {"firmware", m.firmware},
           {"serial_number", m.serial_number},
           {"device_id", m.device_id},
           {"kt_wh", m.kt ? Json(watt_hours(*m.kt)) : Json(nullptr)}}};
}

MeterView view(const MeterStatus& status) {
  const std::string flags =
      status.flags.empty() ? "no flag is set" : fmt::format("{}", fmt::join(status.flags, ", "));
  const auto told = [](const std::optional<bool>& what, const char* yes, const char* no) {
    return what ? (*what ? yes : no) : "the meter does not tell";
  };
  return {line("mode", status.mode) + line("status", flags) +
              line("maker's status", hex_text(status.manufacturer)) +
              line("disconnect", told(status.disconnect_closed, "closed", "open")) +
              line("seal", told(status.sealed, "sealed", "not sealed")),
          {{"mode", status.mode},
           {"status", status.flags},
           {"manufacturer_status", hex_text(status.manufacturer)},
           {"disconnect_closed", or_null(status.disconnect_closed)},
           {"sealed", or_null(status.sealed)}}};
}

MeterView view(const std::map<std::uint16_t, Bytes>& tables) {
  constexpr std::size_t kBytesInLine = 16;
  MeterView result;
  Json list = Json::array();
  for (const auto& [number, bytes] : tables) {
    result.text += fmt::format("\n{}  {} bytes\n", table_name_text(number), bytes.size());
    for (std::size_t at = 0; at < bytes.size(); at += kBytesInLine)
      result.text += fmt::format(
          "{:6}  {}\n", at, hex_text(ByteView{bytes}.subspan(at, std::min(kBytesInLine, bytes.size() - at))));
    list.push_back({{"table", number},
                    {"name", table_name_text(number)},
                    {"bytes", hex_text(bytes)},
                    {"sha256", sha256_hex(to_string(bytes))}});
  }
  result.json = {{"tables", list}};
  return result;
}

MeterView view(const MeterBilling& billing) {
  MeterView result;
  result.text = set_text("present registers", billing.present);
  if (billing.before_reset) result.text += set_text("before the last demand reset", *billing.before_reset);
  if (billing.last_season) result.text += set_text("last season", *billing.last_season);
  Json reads = Json::array();
  for (const RegisterSet& one : billing.self_reads) {
    result.text += set_text(one.sequence ? fmt::format("self read {}", *one.sequence) : "self read", one);
    reads.push_back(set_json(one));
  }
  Json intervals = Json::array();
  for (const DemandInterval& one : billing.intervals) {
    result.text += "\n" + line("demand interval", interval_text(one));
    intervals.push_back({{"subinterval_min", one.subinterval.count()}, {"subintervals", one.subintervals}});
  }
  result.json = {{"present", set_json(billing.present)},
                 {"before_reset", billing.before_reset ? set_json(*billing.before_reset) : Json(nullptr)},
                 {"last_season", billing.last_season ? set_json(*billing.last_season) : Json(nullptr)},
                 {"self_reads", reads},
                 {"demand_intervals", intervals},
                 {"asked_s", in_seconds(billing.asked)},
                 {"answered_s", in_seconds(billing.answered)}};
  return result;
}

MeterView view(const MeterPresent& present) {
  MeterView result{"\n", {}};
  Json demands = Json::array(), values = Json::array();
  for (const PresentDemand& one : present.demands) {
    std::string text = fmt::format("{} kW {}", kilowatts(one.value), to_text(one.flow));
    if (one.remaining) text += fmt::format(", {} s of its interval are left", one.remaining->count());
    result.text += line("present demand", text);
    demands.push_back({{"flow", to_text(one.flow)},
                       {"demand_w", one.value.value()},
                       {"remaining_s", one.remaining ? Json(one.remaining->count()) : Json(nullptr)}});
  }
  for (const PresentValue& one : present.values) {
    const MeterView value = present_value(one);
    result.text += value.text;
    values.push_back(value.json);
  }
  result.json = {{"present_demands", demands}, {"present_values", values}};
  return result;
}

MeterView view(const MeterClock& clock, std::chrono::minutes zone) {
  const auto difference = clock.difference(zone);
  const std::string marks = fmt::format("{}{}", clock.utc ? ", UTC by its own word" : "",
                                        clock.daylight_saving ? ", daylight saving in force" : "");
  MeterView result;
  result.text =
      line("meter", (clock.time ? to_text(*clock.time) : "never set") + marks) +
      line("bench", fmt::format("{} to {} in UTC", utc_text(clock.asked_utc), utc_text(clock.answered_utc)));
  if (difference)
    result.text += line("difference",
                        fmt::format("{:+.2f} s ± {:.2f} s, meter less bench at {}", difference->value.value(),
                                    difference->half_width.value(), zone_text(zone)));
  result.json = {{"meter_time", or_null(clock.time)},
                 {"meter_says_utc", clock.utc},
                 {"daylight_saving", clock.daylight_saving},
                 {"asked_utc", utc_text(clock.asked_utc)},
                 {"answered_utc", utc_text(clock.answered_utc)},
                 {"utc_offset_min", zone.count()},
                 {"difference_s", difference ? Json(difference->value.value()) : Json(nullptr)},
                 {"half_width_s", difference ? Json(difference->half_width.value()) : Json(nullptr)}};
  return result;
}

MeterView view(const MeterLog& log) {
  MeterView result;
  result.text = events_text("event log", log.events);
  if (log.events_lost) result.text += "Older events have been lost.\n";
  result.text += events_text("history", log.history);
  Json events = Json::array(), history = Json::array();
  for (const MeterEvent& one : log.events) events.push_back(event_json(one));
  for (const MeterEvent& one : log.history) history.push_back(event_json(one));
  result.json = {{"events", events}, {"events_lost", log.events_lost}, {"history", history}};
  return result;
}

MeterView view(const MeterProfile& profile) {
  MeterView result;
  if (profile.empty()) result.text = "This meter has no load profile: its ST-00 lists no profile tables.\n";
  Json sets = Json::array();
  for (const ProfileSet& one : profile) {
    result.text +=
        line(fmt::format("profile {}", one.number),
             fmt::format("{} channels, intervals of {} min, {} of {} blocks of {} intervals are filled, {}",
                         one.channels, one.interval.count(), one.valid_blocks, one.blocks, one.intervals,
                         one.active ? "recording" : "not recording"));
    sets.push_back({{"set", one.number},
                    {"channels", one.channels},
                    {"interval_min", one.interval.count()},
                    {"blocks", one.blocks},
                    {"valid_blocks", one.valid_blocks},
                    {"intervals", one.intervals},
                    {"active", one.active}});
  }
  result.json = {{"profiles", sets}};
  return result;
}

}  // namespace meterbench
