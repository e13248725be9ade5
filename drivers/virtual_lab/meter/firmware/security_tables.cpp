#include "drivers/virtual_lab/meter/firmware/security_tables.h"

#include <initializer_list>

namespace meterbench::firmware {

namespace {

void write_dimensions(TableWriter& writer, std::uint32_t passwords, std::uint32_t entries) {
  writer.u8(passwords);
  writer.u8(kPasswordLength);
  writer.u8(0);  // keys, and their length
  writer.u8(0);
  writer.u16(entries);
}

void write_entry(TableWriter& writer, const AccessEntry& entry) {
  writer.u16(entry.idc);
  writer.u8(entry.read);
  writer.u8(entry.write);
}

}  // namespace

void write_security_dimensions(TableWriter& writer) { write_dimensions(writer, kPasswords, kAccessEntries); }

void write_actual_security(TableWriter& writer, const SecurityRecord& record) {
  write_dimensions(writer, record.passwords, record.entries);
}

void write_passwords(TableWriter& writer, const SecurityRecord& record) {
  for (std::uint32_t n = 0; n < record.passwords; ++n) {
    writer.bytes(record.password[n].password, kPasswordLength);
    writer.u8(record.password[n].groups);
  }
}

void parse_passwords(TableParser& parser, SecurityRecord& record) {
  for (std::uint32_t n = 0; n < record.passwords; ++n) {
    parser.bytes(record.password[n].password, kPasswordLength);
    record.password[n].groups = parser.u8();
  }
}

void write_default_access(TableWriter& writer, const SecurityRecord& record) {
  for (const std::uint16_t idc : {std::uint16_t{0}, kIdcProcedure})
    write_entry(writer, {idc, record.default_read, record.default_write});
}

void write_access(TableWriter& writer, const SecurityRecord& record) {
  for (std::uint32_t n = 0; n < record.entries; ++n) write_entry(writer, record.entry[n]);
}

}  // namespace meterbench::firmware
