#include "bench/runner/meter_states.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "bench/runner/identify.h"

namespace meterbench {
namespace {

constexpr double kKtRounding = 1e-6;

std::string identity_text(const MeterIdentity& m) {
  return fmt::format("{} {}, hardware {}, firmware {}, serial number {}, device {}", m.manufacturer, m.model,
                     m.hardware, m.firmware, m.serial_number, m.device_id);
}

std::string kt_text(const std::optional<ActiveEnergy>& kt) {
  return kt ? fmt::format("{:.7g} Wh", watt_hours(*kt)) : "not told";
}

std::optional<Fault> kt_fault(const std::string& position, const MeterType& type, const MeterState& state) {
  const auto& kt = state.identity.kt;
  if (!kt || std::abs((*kt - type.kt).value()) <= kKtRounding * type.kt.value()) return std::nullopt;
  return Fault{
      Errc::implausible,
      "optical " + position,
      "read state",
      fmt::format("the meter's Kt is {}, {} has {}; another meter type stands in this socket, or its "
                  "file is wrong",
                  kt_text(kt), type.id, kt_text(type.kt)),
      {}};
}

std::optional<Fault> serial_number_fault(const std::string& position, const MeterType& type,
                                         const MeterState& state) {
  const std::string& told = state.identity.serial_number;
  if (!type.certificate || told.empty() || told == type.certificate->serial_number) return std::nullopt;
  return Fault{
      Errc::implausible,
      "optical " + position,
      "read state",
      fmt::format("the standard's serial number is {}, certificate {} is of {}; another standard stands in "
                  "this socket, or the file of {} is wrong",
                  told, type.certificate->certificate, type.certificate->serial_number, type.id),
      {}};
}

}  // namespace

std::optional<std::string> change_between(const MeterState& before, const MeterState& after) {
  std::vector<std::string> changes;
  const auto compare = [&](const char* what, const std::string& a, const std::string& b) {
    if (a != b) changes.push_back(fmt::format("{} '{}' became '{}'", what, a, b));
  };
  const MeterIdentity& a = before.identity;
  const MeterIdentity& b = after.identity;
  compare("manufacturer", a.manufacturer, b.manufacturer);
  compare("model", a.model, b.model);
  compare("hardware", a.hardware, b.hardware);
  compare("firmware", a.firmware, b.firmware);
  compare("serial number", a.serial_number, b.serial_number);
  compare("device", a.device_id, b.device_id);
  if (a.kt != b.kt) compare("Kt", kt_text(a.kt), kt_text(b.kt));
  const auto compare_tables = [&](const MeterState& of, const MeterState& with, bool both_ways) {
    for (const auto& [table, bytes] : of.configuration) {
      const auto other = with.configuration.find(table);
      if (other == with.configuration.end())
        changes.push_back(fmt::format("configuration table {} is {}", table, both_ways ? "gone" : "new"));
      else if (both_ways && other->second != bytes)
        changes.push_back(fmt::format("configuration table {} differs", table));
    }
  };
  compare_tables(before, after, true);
  compare_tables(after, before, false);
  if (changes.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(changes, "; "));
}

Result<std::vector<Finding>> MeterStates::read_before() {
  std::vector<Finding> findings;
  for (const auto& [position, state] : read_meter_states(station_, positions_)) {
    if (!state) {
      findings.push_back({position, "optical_port", state.error().text()});
      continue;
    }
    const std::string identity = identity_text(state->identity);
    for (InstrumentRecord& record : station_.instruments)
      if (record.role == "optical." + position) record.identity = identity;
    findings.push_back({position, "meter", identity, state->configuration});
    before_.emplace(position, *state);
  }
  for (const auto& [position, state] : before_) {
    const MeterType& type = plan_.meters.at(position);
    if (auto wrong = kt_fault(position, type, state)) return tl::unexpected{*wrong};
    if (auto wrong = serial_number_fault(position, type, state)) return tl::unexpected{*wrong};
  }
  return findings;
}

std::vector<MeterRow> MeterStates::rows() const {
  std::vector<MeterRow> rows;
  for (const std::size_t index : positions_) {
    const std::string& position = station_.positions[index].name;
    MeterRow row;
    row.position = position;
    row.type = plan_.meters.at(position).id;
    if (const auto told = before_.find(position); told != before_.end()) {
      const MeterIdentity& m = told->second.identity;
      row.manufacturer = m.manufacturer;
      row.model = m.model;
      row.hardware = m.hardware;
      row.firmware = m.firmware;
      row.serial_number = m.serial_number;
      row.device_id = m.device_id;
      if (m.kt) row.kt_wh = watt_hours(*m.kt);
      row.state_sha256 = told->second.sha256();
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<std::string> MeterStates::doubts(const std::string& position) const {
  const auto state = before_.find(position);
  const MeterIdentity told = state == before_.end() ? MeterIdentity{} : state->second.identity;
  std::vector<std::string> doubts;
  if (!told.kt) doubts.emplace_back("the meter did not tell its Kt");
  const auto& certificate = plan_.meters.at(position).certificate;
  if (certificate && told.serial_number.empty())
    doubts.push_back(
        fmt::format("the standard did not tell its serial number: nobody knows whether it is {}, which "
                    "certificate {} is of",
                    certificate->serial_number, certificate->certificate));
  return doubts;
}

std::vector<Finding> MeterStates::read_after() {
  std::vector<Finding> findings;
  const auto answers = read_meter_states(station_, positions_);
  if (station_.reactor.stopped()) return findings;
  for (const auto& [position, state] : answers) {
    if (state)
      findings.push_back({position, "meter_after", "the meter's tables in the end", state->configuration});
    const auto before = before_.find(position);
    if (!state) {
      findings.push_back({position, "optical_port", state.error().text()});
      findings.push_back(
          {position, "doubt", "nobody knows whether the meter is as it was: its port was silent in the end"});
    } else if (before == before_.end())
      findings.push_back({position, "doubt",
                          "nobody knows whether the meter is as it was: it told nothing "
                          "when the run began"});
    else if (const auto change = change_between(before->second, *state))
      findings.push_back({position, "void", "the meter is not as it was when the run began: " + *change});
  }
  return findings;
}

std::vector<Finding> MeterStates::compare_with(const std::vector<MeterRow>& earlier) const {
  std::vector<Finding> findings;
  for (const MeterRow& now : rows()) {
    const auto then = std::ranges::find(earlier, now.position, &MeterRow::position);
    if (then == earlier.end() || then->state_sha256.empty() || now.state_sha256.empty() ||
        then->state_sha256 == now.state_sha256)
      continue;
    findings.push_back(
        {now.position, "void",
         fmt::format(
             "the meter is not as it was when the run began: serial number '{}' then, '{}' now, state "
             "{:.12} then, {:.12} now",
             then->serial_number, now.serial_number, then->state_sha256, now.state_sha256)});
  }
  return findings;
}

}  // namespace meterbench
