#include "drivers/virtual_lab/meter/firmware/meter_tables.h"

#include "drivers/virtual_lab/meter/firmware/general_tables.h"
#include "drivers/virtual_lab/meter/firmware/log_tables.h"
#include "drivers/virtual_lab/meter/firmware/maker_tables.h"
#include "drivers/virtual_lab/meter/firmware/register_tables.h"
#include "drivers/virtual_lab/meter/firmware/security_tables.h"
#include "drivers/virtual_lab/meter/firmware/source_tables.h"
#include "drivers/virtual_lab/meter/firmware/table_parser.h"
#include "drivers/virtual_lab/meter/firmware/time_tables.h"

namespace meterbench::firmware {

namespace {

/// Whether it comes from the identity record.
bool is_identity(std::uint32_t table) {
  return table == 1 || table == 2 || table == kDeviceTable || table == 15 || table == kKtTable;
}

bool is_pending_number(std::uint32_t number) {
  return number >= kPending && may_be_pending(number - kPending);
}

}  // namespace

MeterTables::Taken MeterTables::take(std::uint32_t number, const MeterData& data) {
  const Taken taken = write(number, data);
  held_ = taken == Taken::yes ? number : kNone;
  return taken;
}

MeterTables::Taken MeterTables::write(std::uint32_t number, const MeterData& data) {
  image_.clear();
  if (is_pending_number(number)) return write_pending_content(number - kPending);
  if (!is_table(number)) return Taken::absent;
  if (is_identity(number) && !programming_.identified()) return Taken::unreadable;
  const IdentityRecord& identity = programming_.identity();
  const SecurityRecord& security = programming_.security();
  TableWriter writer{image_, programming_.configuration()};
  switch (number) {
    case 0: write_general_configuration(writer); break;
    case 1: write_manufacturer(writer, identity); break;
    case 2: writer.bytes(identity.nameplate, sizeof identity.nameplate); break;
    case 3: write_mode_status(writer, data, programming_.identified()); break;
    case 4: write_pending(writer, programming_.pending()); break;
    case kDeviceTable: writer.bytes(identity.device_id, sizeof identity.device_id); break;
    case kUtilityTable: writer.bytes(programming_.utility().text, sizeof programming_.utility().text); break;
    case kProcedureTable: return Taken::write_only;
    case kResponseTable: {
      const Procedures::Response& response = procedures_.response();
      writer.bytes(response.from(0), response.size());
      return response.size() == 0 ? Taken::not_yet : Taken::yes;
    }
    case 10: write_source_dimensions(writer); break;
    case 11: write_actual_sources(writer); break;
    case 12: write_units(writer, programming_.three_wire()); break;
    case kDemandTable: write_demand_control(writer, programming_.configuration()); break;
    case 14: break;  // no data control
    case 15: write_constants(writer, identity.kt_nanowatthours); break;
    case 16: write_sources(writer); break;
    case 20:
    case 21: write_register_dimensions(writer); break;
    case 22: write_selection(writer); break;
    case 23: write_registers(writer, data.registers); break;
    case 24: write_no_registers(writer); break;  // its one season does not end
    case 25: write_kept_registers(writer, data.previous); break;
    case 26: write_self_reads(writer, data.self_reads); break;
    case 27: write_present_selection(writer); break;
    case 28: write_present(writer, data.present); break;
    case 40: write_security_dimensions(writer); break;
    case 41: write_actual_security(writer, security); break;
    case kPasswordTable: write_passwords(writer, security); break;
    case 43: write_default_access(writer, security); break;
    case 44: write_access(writer, security); break;
    case 45: break;  // no keys
    case 50: write_time_dimensions(writer); break;
    case 51: write_actual_time(writer); break;
    case 52: write_clock(writer, data.now); break;
    case 55: write_clock_state(writer, data.now, data.tier); break;
    case 70:
    case 71: write_log_dimensions(writer); break;
    case 72: write_known_events(writer); break;
    case 73: write_history_control(writer); break;
    case 74: write_history(writer, data.history); break;
    case 75: write_event_control(writer); break;
    case 76: write_events(writer, data.events); break;
    case kKtTable: writer.u64(identity.kt_nanowatthours); break;
    case kConfigurationTable: write_configuration(writer, programming_.configuration()); break;
    case kStateTable: write_state(writer, data); break;
    default: write_test_pattern(image_); break;
  }
  return Taken::yes;
}

/// What is written for later; without any there is nothing to tell.
MeterTables::Taken MeterTables::write_pending_content(std::uint32_t table) {
  const Programming::Pending& pending = programming_.pending();
  const bool demand = table == kDemandTable;
  if (demand ? !pending.demand : !pending.all) return Taken::not_yet;
  TableWriter writer{image_, programming_.configuration()};
  demand ? write_demand_control(writer, pending.configuration)
         : write_configuration(writer, pending.configuration);
  return Taken::yes;
}

MeterTables::Written MeterTables::put(std::uint32_t number, const Content& content, const MeterData& data,
                                      std::uint64_t now) {
  forget();
  if (is_pending_number(number)) return put_pending(number - kPending, content, data);
  if (!is_table(number)) return Written::absent;
  if (!is_writable(number)) return Written::not_so;
  if (number == kProcedureTable) return run(content, data, now);
  if (data.sealed) return Written::sealed;
  // The table as it is, with what is written in its place.
  if (write(number, data) != Taken::yes) return Written::unreadable;
  return replace(content) ? program(number, now) : Written::not_so;
}

/// Of a pending table as it is, or as it holds.
MeterTables::Written MeterTables::put_pending(std::uint32_t table, const Content& content,
                                              const MeterData& data) {
  if (data.sealed) return Written::sealed;
  if (write_pending_content(table) != Taken::yes && write(table, data) != Taken::yes)
    return Written::unreadable;
  if (!replace(content)) return Written::not_so;
  const Programming::Pending& pending = programming_.pending();
  ConfigurationRecord record =
      pending.demand || pending.all ? pending.configuration : programming_.configuration();
  if (!parse(table, record)) return Written::not_so;
  programming_.set_pending(record, table == kConfigurationTable);
  return Written::yes;
}

/// In image_; false where it does not fit.
bool MeterTables::replace(const Content& content) {
  const std::uint32_t size = image_.size();
  const bool fits =
      content.whole ? content.size == size : content.offset <= size && content.size <= size - content.offset;
  if (!fits || content.size == 0) return false;
  image_.replace(content.offset, content.bytes, content.size);
  return true;
}

MeterTables::Written MeterTables::run(const Content& content, const MeterData& data, std::uint64_t now) {
  if (!content.whole || content.size < Procedures::kHead ||
      content.size > Procedures::kHead + Procedures::kMostParameters)
    return Written::not_so;
  return procedures_.carry_out(content.bytes, content.size, data, now) ? Written::yes : Written::sealed;
}

/// By image_.
MeterTables::Written MeterTables::program(std::uint32_t number, std::uint64_t now) {
  TableParser parser{image_.from(0), programming_.configuration()};
  bool kept = false;
  switch (number) {
    case kDeviceTable: {
      IdentityRecord record = programming_.identity();
      parser.bytes(record.device_id, sizeof record.device_id);
      kept = programming_.keep(record, now);
      break;
    }
    case kUtilityTable: {
      UtilityRecord record = programming_.utility();
      parser.bytes(record.text, sizeof record.text);
      kept = programming_.keep(record, now);
      break;
    }
    case kPasswordTable: {
      SecurityRecord record = programming_.security();
      parse_passwords(parser, record);
      kept = programming_.keep(record, now);
      break;
    }
    default: return configure(number, now);
  }
  return kept ? Written::yes : Written::busy;
}

MeterTables::Written MeterTables::configure(std::uint32_t number, std::uint64_t now) {
  ConfigurationRecord record = programming_.configuration();
  if (!parse(number, record)) return Written::not_so;
  return programming_.keep(record, now) ? Written::yes : Written::busy;
}

/// image_ into `record`; false where that means nothing.
bool MeterTables::parse(std::uint32_t number, ConfigurationRecord& record) {
  TableParser parser{image_.from(0), programming_.configuration()};
  const bool possible =
      number == kDemandTable ? parse_demand_control(parser, record) : parse_configuration(parser, record);
  record.magic = kConfigurationMagic;
  record.checksum = checksum_of(record);
  return possible && is_valid(record);
}

}  // namespace meterbench::firmware
