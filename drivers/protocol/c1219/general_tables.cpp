#include "drivers/protocol/c1219/general_tables.h"

#include <fmt/format.h>

#include <array>

namespace meterbench::c1219 {

namespace {

/// The names of the bits that are set, from bit 0 on.
template <std::size_t kCount>
std::vector<std::string> names_of(unsigned bits, const std::array<const char*, kCount>& names) {
  std::vector<std::string> result;
  for (std::size_t bit = 0; bit < 16; ++bit)
    if ((bits >> bit & 1U) != 0)
      result.push_back(bit < kCount ? names[bit] : fmt::format("bit {}, which no document tells", bit));
  return result;
}

bool has(std::uint16_t number, const Bytes& standard, const Bytes& manufacturer) {
  constexpr std::uint16_t kManufacturer = 2048;
  const Bytes& set = number < kManufacturer ? standard : manufacturer;
  const std::size_t member = number % kManufacturer;
  return number < 2 * kManufacturer && member / 8 < set.size() && (set[member / 8] >> (member % 8) & 1U) != 0;
}

}  // namespace

bool GeneralConfiguration::has_table(std::uint16_t table) const {
  return has(table, standard_tables, manufacturer_tables);
}

bool GeneralConfiguration::has_procedure(std::uint16_t procedure) const {
  return has(procedure, standard_procedures, manufacturer_procedures);
}

Decoded<GeneralConfiguration> decode_st00(ByteView table) {
  TableReader reader{table, {}};  // single bytes only, so that the order need not be known
  GeneralConfiguration result;
  const std::uint8_t control_1 = reader.u8(), control_2 = reader.u8(), numbers = reader.u8();
  result.formats = {.big_endian = (control_1 & 1U) != 0,
                    .time = static_cast<std::uint8_t>(control_2 & 7U),
                    .integer = static_cast<std::uint8_t>(control_2 >> 6U),
                    .bcd_identifiers = (control_2 & 0x20U) != 0,
                    .ni_1 = static_cast<std::uint8_t>(numbers & 0x0FU),
                    .ni_2 = static_cast<std::uint8_t>(numbers >> 4U)};
  result.access = static_cast<std::uint8_t>(control_2 >> 3U & 3U);
  result.manufacturer = reader.text(4);
  result.nameplate = reader.u8();
  static_cast<void>(reader.bytes(3));  // default set, parameter and response length of procedures
  result.standard_version = reader.u8();
  static_cast<void>(reader.u8());  // revision
  const std::size_t standard = reader.u8(), manufacturer = reader.u8();
  const std::size_t standard_procedures = reader.u8(), manufacturer_procedures = reader.u8();
  result.status_bytes = reader.u8();
  result.pending = reader.u8();
  result.standard_tables = reader.bytes(standard);
  result.manufacturer_tables = reader.bytes(manufacturer);
  result.standard_procedures = reader.bytes(standard_procedures);
  result.manufacturer_procedures = reader.bytes(manufacturer_procedures);
  return finished(reader, "ST-00", std::move(result));
}

Decoded<ManufacturerIdentity> decode_st01(ByteView table, const Formats& formats) {
  TableReader reader{table, formats};
  ManufacturerIdentity result;
  result.manufacturer = reader.text(4);
  result.model = reader.text(8);
  result.hardware_version = reader.u8();
  result.hardware_revision = reader.u8();
  result.firmware_version = reader.u8();
  result.firmware_revision = reader.u8();
  result.serial_number = reader.identifier(16);
  return finished(reader, "ST-01", std::move(result));
}

Decoded<Nameplate> decode_st02(ByteView table, const Formats& formats) {
  // Other meters store the four figures as NI values.
  constexpr std::size_t kAllText = 33;
  if (table.size() != kAllText)
    return tl::unexpected{
        fmt::format("ST-02: {} bytes, not the {} of the form known", table.size(), kAllText)};
  TableReader reader{table, formats};
  Nameplate result;
  result.kh = reader.text(6);
  result.kt = reader.text(6);
  result.input_scalar = reader.u8();
  result.form = reader.text(5);
  const std::uint16_t elements = reader.u16();
  result.frequency = static_cast<std::uint8_t>(elements & 7U);
  result.elements = static_cast<std::uint8_t>(elements >> 3U & 7U);
  const std::uint8_t volts = reader.u8();
  result.element_volts = volts & 0x0FU;
  result.supply_volts = static_cast<std::uint8_t>(volts >> 4U);
  result.class_amperes = reader.text(6);
  result.test_amperes = reader.text(6);
  return finished(reader, "ST-02", std::move(result));
}

Decoded<ModeStatus> decode_st03(ByteView table, const GeneralConfiguration& configuration) {
  TableReader reader{table, configuration.formats};
  ModeStatus result;
  result.mode = reader.u8();
  result.status = reader.u16();
  static_cast<void>(reader.u8());  // spare
  result.manufacturer_status = reader.bytes(configuration.status_bytes);
  return finished(reader, "ST-03", std::move(result));
}

std::string mode_text(std::uint8_t mode) {
  constexpr std::array kModes{"metering", "test mode", "shop mode", "factory mode"};
  return fmt::format("{}", fmt::join(names_of(mode, kModes), ", "));
}

std::vector<std::string> status_texts(std::uint16_t status) {
  constexpr std::array kFlags{"unprogrammed",     "configuration error",
                              "self check error", "RAM failure",
                              "ROM failure",      "non-volatile memory failure",
                              "clock error",      "measurement error",
                              "low battery",      "low loss potential",
                              "demand overload",  "power failure",
                              "tamper",           "reverse rotation"};
  return names_of(status, kFlags);
}

// Layout: knowledge, unverified.
Decoded<PendingTables> decode_st04(ByteView table, const GeneralConfiguration& configuration) {
  constexpr std::size_t kEvent = 6;
  TableReader reader{table, configuration.formats};
  PendingTables result;
  result.standard = reader.bytes(configuration.standard_tables.size());
  result.manufacturer = reader.bytes(configuration.manufacturer_tables.size());
  result.last_activation = reader.short_time();
  result.pending = reader.u8();
  for (unsigned n = 0; n < configuration.pending && !reader.failure(); ++n) {
    PendingTables::Entry& entry = result.entries.emplace_back();
    entry.event = reader.bytes(kEvent);
    entry.table = reader.u16();
  }
  reader.expect_end();
  return finished(reader, "ST-04", std::move(result));
}

Decoded<std::string> decode_st05(ByteView table, const Formats& formats) {
  TableReader reader{table, formats};
  std::string result = reader.identifier(20);
  return finished(reader, "ST-05", std::move(result));
}

Decoded<UtilityInformation> decode_st06(ByteView table, const Formats& formats) {
  TableReader reader{table, formats};
  UtilityInformation result;
  result.owner = reader.text(20);
  result.division = reader.text(20);
  // As ST-05 where identifiers are BCD: knowledge, unverified.
  for (std::string* id : {&result.service_point, &result.electrical_address, &result.device_id,
                          &result.utility_serial_number, &result.customer_id})
    *id = reader.identifier(20);
  for (std::string& coordinate : result.coordinates) coordinate = reader.text(10);
  result.tariff = reader.text(8);
  for (auto& [vendor, version, revision] : result.software) {
    vendor = reader.text(4);
    version = reader.u8();
    revision = reader.u8();
  }
  result.programmer = reader.text(10);
  result.miscellaneous = reader.text(30);
  reader.expect_end();
  return finished(reader, "ST-06", std::move(result));
}

}  // namespace meterbench::c1219
