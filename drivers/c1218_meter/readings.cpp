#include "drivers/c1218_meter/readings.h"

#include <fmt/format.h>

#include <algorithm>

#include "bench/core/quantity_text.h"

namespace meterbench::c1218_meter {
namespace {

constexpr std::uint16_t kManufacturer = 1, kNameplate = 2, kDevice = 5;
constexpr std::uint16_t kOwnConstants = 2048 + 1, kOwnConfiguration = 2048 + 2;
constexpr std::uint16_t kActualRegisters = 21, kSelection = 22, kRegisters = 23;

/// Configuration, sources, registers, display, time and tariffs, load profile, logs (optical-port.md 5), less
/// what changes by itself: ST-03, 04, 07, 08, 23 to 26, 28, 52, 55 to 57, 63 to 67, 74, 76. Less the decade
/// of security, which few may read.
constexpr std::uint16_t kConfigurationTables[] = {0,  1,  2,  5,  6,  10, 11, 12, 13, 14, 15,
                                                  16, 20, 21, 22, 27, 30, 31, 32, 33, 34, 50,
                                                  51, 53, 54, 60, 61, 62, 70, 71, 72, 73, 75};

/// Of the virtual meter's own table, since a nameplate has six characters only; else of the nameplate.
std::optional<ActiveEnergy> kt_from(const Tables& tables, const c1219::Formats& formats) {
  double kt = 0;  // Wh
  if (tables.contains(kOwnConstants)) {
    c1219::TableReader reader{content(tables, kOwnConstants), formats};
    kt = static_cast<double>(reader.u64()) / 1e9;
  } else if (const auto plate = c1219::decode_st02(content(tables, kNameplate), formats)) {
    kt = parse_number(plate->kt).value_or(0);
  }
  return kt > 0 ? std::optional{from_watt_hours(kt)} : std::nullopt;
}

std::string version_text(unsigned version, unsigned revision) {
  return fmt::format("{}.{}", version, revision);
}

}  // namespace

Missing missing_for_identity(const Tables& tables) {
  return missing(tables, {kManufacturer}, {kNameplate, kDevice}, {kOwnConstants});
}

Missing missing_for_registers(const Tables& tables) {
  return missing(tables, {kActualSources, kUnits, kSources, kActualRegisters, kSelection, kRegisters},
                 {kConstants});
}

Missing missing_for_state(const Tables& tables) {
  std::vector<std::uint16_t> configuration(std::begin(kConfigurationTables), std::end(kConfigurationTables));
  std::erase(configuration, kManufacturer);
  return missing(tables, {kManufacturer}, std::move(configuration), {kOwnConstants, kOwnConfiguration});
}

tl::expected<MeterIdentity, std::string> identity_from(const Tables& tables) {
  const auto st00 = configuration_of(tables);
  if (!st00) return tl::unexpected{st00.error()};
  const auto st01 = c1219::decode_st01(content(tables, kManufacturer), st00->formats);
  if (!st01) return tl::unexpected{st01.error()};
  MeterIdentity identity{.manufacturer = st01->manufacturer,
                         .model = st01->model,
                         .hardware = version_text(st01->hardware_version, st01->hardware_revision),
                         .firmware = version_text(st01->firmware_version, st01->firmware_revision),
                         .serial_number = st01->serial_number,
                         .device_id = {},
                         .kt = kt_from(tables, st00->formats)};
  if (tables.contains(kDevice)) {
    auto st05 = c1219::decode_st05(content(tables, kDevice), st00->formats);
    if (!st05) return tl::unexpected{st05.error()};
    identity.device_id = std::move(*st05);
  }
  return identity;
}

tl::expected<MeterState, std::string> state_from(const Tables& tables) {
  return identity_from(tables).map([&](MeterIdentity&& identity) {
    MeterState state{std::move(identity), {}};
    for (const auto& [number, table] : tables) state.configuration.emplace(number, table.content);
    return state;
  });
}

tl::expected<MeterRegisters, std::string> registers_from(const Tables& tables) {
  using namespace c1219;
  const auto st00 = configuration_of(tables);
  if (!st00) return tl::unexpected{st00.error()};
  const Formats& formats = st00->formats;
  const auto energies =
      sources_of(tables, formats)
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
