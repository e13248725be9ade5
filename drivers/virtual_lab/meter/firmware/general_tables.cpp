#include "drivers/virtual_lab/meter/firmware/general_tables.h"

#include "drivers/virtual_lab/meter/firmware/board.h"
#include "drivers/virtual_lab/meter/firmware/firmware_version.h"
#include "drivers/virtual_lab/meter/firmware/procedures.h"
#include "drivers/virtual_lab/meter/firmware/table_directory.h"

namespace meterbench::firmware {

namespace {

constexpr unsigned kIsoSevenBit = 1U << 1U;
constexpr unsigned kWithOffset = 1U << 3U;  // DATA_ACCESS_METHOD 1
constexpr std::uint8_t kElectric = 2;
constexpr std::uint8_t kEdition1997 = 1;

}  // namespace

void write_general_configuration(TableWriter& writer) {
  const ConfigurationRecord& formats = writer.formats();
  writer.u8(formats.big_endian | kIsoSevenBit);
  writer.u8(formats.time_format | kWithOffset | unsigned{formats.integer_form} << 6U);
  writer.u8(formats.ni_1 | unsigned{formats.ni_2} << 4U);
  writer.bytes("MTBN", 4);
  writer.u8(kElectric);
  writer.u8(0);  // no default set
  writer.u8(Procedures::kMostParameters);
  writer.u8(Procedures::kMostData);
  writer.u8(kEdition1997);
  writer.u8(0);  // revision
  writer.u8(kStandardTableSet);
  writer.u8(kMakerTableSet);
  writer.u8(kStandardProcedureSet);
  writer.u8(kMakerProcedureSet);
  writer.u8(1);  // manufacturer's status in ST-03
  writer.u8(kMostPending);
  write_table_sets(writer, false);
  write_procedure_sets(writer);
  write_table_sets(writer, true);
}

void write_manufacturer(TableWriter& writer, const IdentityRecord& identity) {
  writer.bytes("MTBN", 4);
  writer.bytes("VIRTUAL ", 8);
  writer.u8(kBoardVersion);  // hardware 1.0
  writer.u8(0);
  writer.u8(kFirmwareVersion);
  writer.u8(kFirmwareRevision);
  writer.bytes(identity.serial_number, sizeof identity.serial_number);
}

void write_mode_status(TableWriter& writer, const MeterData& data, bool identified) {
  const bool mistaken = (data.fault_word & kFaultCalibration) != 0 || !identified;
  writer.u8(static_cast<std::uint8_t>(data.mode));
  writer.u16(data.status | (mistaken ? kStatusConfiguration : 0U));
  writer.u8(0);  // ED_STD_STATUS2
  writer.u8(data.fault_word & 0xFFU);
}

void write_pending(TableWriter& writer, const Programming::Pending& pending) {
  constexpr std::uint32_t kEvent = 6;  // bytes: none activates it, a procedure does
  write_pending_sets(writer);
  writer.short_time(pending.activated);
  writer.u8((pending.demand ? 1U : 0U) + (pending.all ? 1U : 0U));
  const auto tell = [&](bool is_pending, std::uint32_t table) {
    if (!is_pending) return;
    writer.fill(0, kEvent);
    writer.u16(table + kPending);
  };
  tell(pending.demand, kDemandTable);
  tell(pending.all, kConfigurationTable);
  const std::uint32_t rest = kMostPending - (pending.demand ? 1U : 0U) - (pending.all ? 1U : 0U);
  writer.fill(0, rest * (kEvent + 2));
}

}  // namespace meterbench::firmware
