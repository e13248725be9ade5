#include "drivers/c1218_meter/readings.h"

#include <fmt/format.h>

#include <algorithm>

#include "drivers/protocol/c1218/services.h"
#include "drivers/protocol/c1219/general_tables.h"
#include "drivers/protocol/c1219/scaling.h"

namespace meterbench::c1218_meter {
namespace {

constexpr std::uint16_t kConfiguration = 0, kManufacturer = 1, kDevice = 5;
constexpr std::uint16_t kActualSources = 11, kUnits = 12, kConstants = 15, kSources = 16;
constexpr std::uint16_t kActualRegisters = 21, kSelection = 22, kRegisters = 23;

/// `needed` and `useful` of those that the meter has.
Missing missing(const Tables& tables, const std::vector<std::uint16_t>& needed,
                const std::vector<std::uint16_t>& useful) {
  const auto configuration = tables.find(kConfiguration);
  if (configuration == tables.end()) return std::vector{kConfiguration};
  const auto st00 = c1219::decode_st00(configuration->second.content);
  if (!st00) return tl::unexpected{st00.error()};
  std::vector<std::uint16_t> result;
  for (const std::uint16_t table : needed) {
    if (!st00->has_table(table))
      return tl::unexpected{"this meter has no " + c1218::table_name(table) + ", as its ST-00 says"};
    if (!tables.contains(table)) result.push_back(table);
  }
  for (const std::uint16_t table : useful)
    if (st00->has_table(table) && !tables.contains(table)) result.push_back(table);
  std::ranges::sort(result);  // what describes comes before what is described, the registers last
  return result;
}

ByteView content(const Tables& tables, std::uint16_t table) {
  const auto found = tables.find(table);
  return found == tables.end() ? ByteView{} : ByteView{found->second.content};
}

std::string version_text(unsigned version, unsigned revision) {
  return fmt::format("{}.{}", version, revision);
}

}  // namespace

Missing missing_for_identity(const Tables& tables) { return missing(tables, {kManufacturer}, {kDevice}); }

Missing missing_for_registers(const Tables& tables) {
  return missing(tables, {kActualSources, kUnits, kSources, kActualRegisters, kSelection, kRegisters},
                 {kConstants});
}

tl::expected<MeterIdentity, std::string> identity_from(const Tables& tables) {
  const auto st00 = c1219::decode_st00(content(tables, kConfiguration));
  if (!st00) return tl::unexpected{st00.error()};
  const auto st01 = c1219::decode_st01(content(tables, kManufacturer), st00->formats);
  if (!st01) return tl::unexpected{st01.error()};
  MeterIdentity identity{.manufacturer = st01->manufacturer,
                         .model = st01->model,
                         .hardware = version_text(st01->hardware_version, st01->hardware_revision),
                         .firmware = version_text(st01->firmware_version, st01->firmware_revision),
                         .serial_number = st01->serial_number,
                         .device_id = {}};
  if (tables.contains(kDevice)) {
    auto st05 = c1219::decode_st05(content(tables, kDevice), st00->formats);
    if (!st05) return tl::unexpected{st05.error()};
    identity.device_id = std::move(*st05);
  }
  return identity;
}

tl::expected<MeterRegisters, std::string> registers_from(const Tables& tables) {
  using namespace c1219;
  const auto st00 = decode_st00(content(tables, kConfiguration));
  if (!st00) return tl::unexpected{st00.error()};
  const Formats& formats = st00->formats;
  const auto energies =
      decode_st11(content(tables, kActualSources), formats)
          .and_then([&](const ActualSources& actual) -> Decoded<std::vector<Source>> {
            const auto flags = decode_st16(content(tables, kSources), formats, actual);
            const auto units = decode_st12(content(tables, kUnits), formats, actual);
            const auto constants = tables.contains(kConstants)
                                       ? decode_st15(content(tables, kConstants), formats, actual)
                                       : Decoded<std::vector<Constants>>{};
            if (!flags) return tl::unexpected{flags.error()};
            if (!units) return tl::unexpected{units.error()};
            if (!constants) return tl::unexpected{constants.error()};
            return join_sources(*flags, *units, *constants);
          })
          .and_then([&](const std::vector<Source>& sources) -> Decoded<EnergyRegisters> {
            const auto actual = decode_st21(content(tables, kActualRegisters), formats);
            if (!actual) return tl::unexpected{actual.error()};
            const auto selection = decode_st22(content(tables, kSelection), formats, *actual);
            const auto registers = decode_st23(content(tables, kRegisters), formats, *actual);
            if (!selection) return tl::unexpected{selection.error()};
            if (!registers) return tl::unexpected{registers.error()};
            return energy_registers(*selection, *registers, sources);
          });
  if (!energies) return tl::unexpected{energies.error()};
  if (!energies->delivered && !energies->received)
    return tl::unexpected<std::string>{"this meter registers no energy that it describes by the standard"};

  const Table& read = tables.at(kRegisters);
  MeterRegisters result{
      .delivered = {}, .received = {}, .step = {}, .asked = read.asked, .answered = read.answered};
  for (const auto& [energy, place] :
       {std::pair{&energies->delivered, &result.delivered}, {&energies->received, &result.received}}) {
    if (!*energy) continue;
    *place = from_watt_hours((*energy)->value);
    result.step = std::max(result.step, from_watt_hours((*energy)->step));
  }
  return result;
}

}  // namespace meterbench::c1218_meter
