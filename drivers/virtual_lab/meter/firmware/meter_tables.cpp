#include "drivers/virtual_lab/meter/firmware/meter_tables.h"

#include <bit>
#include <cstddef>

namespace meterbench::firmware {

namespace {

constexpr std::uint32_t kManufacturer = 2048;  // first number of the manufacturer's tables
constexpr std::uint32_t kMakerConstants = 1;   // MT-01
constexpr std::uint32_t kTestPattern = 13;     // MT-13
constexpr std::uint32_t kDevice = 5, kProcedure = 7, kResponse = 8;
constexpr std::uint8_t kStandardTables[] = {0,  1,  2,  3,  kDevice, kProcedure, kResponse,
                                            11, 12, 15, 16, 21,      22,         23};
constexpr std::uint8_t kManufacturerTables[] = {kMakerConstants, kTestPattern};
constexpr std::uint8_t kWritableTables[] = {kDevice, kProcedure};
constexpr std::uint8_t kManufacturerProcedures[] = {Procedures::kSignal - kManufacturer};
constexpr std::uint32_t kStandardSet = 3;  // bytes, up to ST-23
constexpr std::uint32_t kManufacturerSet = 2;
constexpr std::uint32_t kProcedureSet = 1;
constexpr std::uint32_t kSources = 2;  // energy delivered and received

constexpr std::uint8_t kFirmwareVersion = 1;
constexpr std::uint8_t kFirmwareRevision = 0;

// ST-00
constexpr std::uint8_t kIsoSevenBit = 1U << 1U;     // little-endian, with it
constexpr std::uint8_t kWithOffset = 1U << 3U;      // no clock: TM_FORMAT 0
constexpr std::uint8_t kDoubleAndInt32 = 8U << 4U;  // NI_FORMAT1 0, NI_FORMAT2 8
constexpr std::uint8_t kElectric = 2;
constexpr std::uint8_t kEdition1997 = 1;

// ST-12: bulk kWh of Q1 + Q4 and of Q2 + Q3.
constexpr std::uint32_t kKilowattHoursDelivered = 0x00025000;
constexpr std::uint32_t kKilowattHoursReceived = 0x00019000;
// ST-16: has a unit and constants, counts pulses, constants still to be applied.
constexpr std::uint8_t kPulseSource = 0x29;

IdentityRecord read_identity(const Board& board) {
  IdentityBytes raw{};
  for (std::size_t n = 0; n < sizeof raw.bytes; ++n) raw.bytes[n] = board.eeprom[kIdentityAddress + n];
  return std::bit_cast<IdentityRecord>(raw);
}

/// A set of `size` bytes with the members of `numbers`.
template <std::uint32_t kCount>
void add_set(MeterTables::Image& image, const std::uint8_t (&numbers)[kCount], std::uint32_t size) {
  std::uint64_t set = 0;
  for (const std::uint8_t number : numbers) set |= std::uint64_t{1} << number;
  image.add_little(set, size);
}

template <std::uint32_t kCount>
bool contains(const std::uint8_t (&numbers)[kCount], std::uint32_t number) {
  for (const std::uint8_t member : numbers)
    if (member == number) return true;
  return false;
}

bool is_there(std::uint32_t table) {
  return table < kManufacturer ? contains(kStandardTables, table)
                               : contains(kManufacturerTables, table - kManufacturer);
}

}  // namespace

MeterTables::MeterTables(Board& board, Procedures& procedures)
    : board_{board},
      procedures_{procedures},
      identity_{read_identity(board)},
      identified_{is_valid(identity_)} {}

MeterTables::Taken MeterTables::take(std::uint32_t number, const MeterData& data) {
  image_.clear();
  const Taken taken = write(number, data);
  held_ = taken == Taken::yes ? number : kNone;
  return taken;
}

MeterTables::Taken MeterTables::write(std::uint32_t number, const MeterData& data) {
  switch (number) {
    case 0: write_configuration(); return Taken::yes;
    case 3:
      image_.add(1);  // metering mode
      image_.add_little((data.fault_word & kFaultCalibration) != 0 || !identified_ ? 1U << 1U : 0, 2);
      image_.add(0);
      image_.add(static_cast<std::uint8_t>(data.fault_word));
      return Taken::yes;
    case 11: image_.add("\0\2\0\0\0\2\2\2", 8); return Taken::yes;  // units, constants (electric), sources
    case 12:
      image_.add_little(kKilowattHoursDelivered, 4);
      image_.add_little(kKilowattHoursReceived, 4);
      return Taken::yes;
    case 16:
      for (std::uint32_t n = 0; n < kSources; ++n) image_.add(kPulseSource);
      return Taken::yes;
    case 21: image_.add("\0\0\0\2\0\0\0\0\0\0", 10); return Taken::yes;  // two summations, nothing else
    case 22: image_.add("\0\1", 2); return Taken::yes;                   // their sources
    case 23: write_registers(data); return Taken::yes;
    case kProcedure: return Taken::write_only;
    case kResponse: {
      const Procedures::Response& response = procedures_.response();
      image_.add(response.from(0), response.size());
      return response.size() == 0 ? Taken::not_yet : Taken::yes;
    }
    case kManufacturer + kTestPattern: write_test_pattern(); return Taken::yes;
    default: break;
  }
  if (!is_there(number)) return Taken::absent;
  return identified_ ? write_identity(number) : Taken::unreadable;
}

MeterTables::Taken MeterTables::write_identity(std::uint32_t number) {
  switch (number) {
    case 1: write_maker(); break;
    case 2: image_.add(identity_.nameplate, sizeof identity_.nameplate); break;
    case kDevice: image_.add(identity_.device_id, sizeof identity_.device_id); break;
    case 15: write_constants(); break;
    default: image_.add_little(identity_.kt_nanowatthours, 8); break;  // MT-01
  }
  return Taken::yes;
}

void MeterTables::write_configuration() {
  image_.add(kIsoSevenBit);
  image_.add(kWithOffset);
  image_.add(kDoubleAndInt32);
  image_.add("MTBN", 4);
  image_.add(kElectric);
  image_.add(0);  // no default set
  image_.add(Procedures::kMostParameters);
  image_.add(0);  // no response data of procedures
  image_.add(kEdition1997);
  image_.add(0);  // revision
  image_.add(kStandardSet);
  image_.add(kManufacturerSet);
  image_.add(0);  // standard procedures
  image_.add(kProcedureSet);
  image_.add(1);  // manufacturer's status in ST-03
  image_.add(0);  // pending tables
  add_set(image_, kStandardTables, kStandardSet);
  add_set(image_, kManufacturerTables, kManufacturerSet);
  add_set(image_, kManufacturerProcedures, kProcedureSet);
  add_set(image_, kWritableTables, kStandardSet);
  image_.add_little(0, kManufacturerSet);  // none of the manufacturer's can be written
}

void MeterTables::write_maker() {
  image_.add("MTBN", 4);
  image_.add("VIRTUAL ", 8);
  image_.add(1);  // hardware 1.0: the board map's version
  image_.add(0);
  image_.add(kFirmwareVersion);
  image_.add(kFirmwareRevision);
  image_.add(identity_.serial_number, sizeof identity_.serial_number);
}

void MeterTables::write_constants() {
  for (std::uint32_t n = 0; n < kSources; ++n) {
    image_.add_double(static_cast<double>(identity_.kt_nanowatthours) / 1e12);  // kWh a pulse
    image_.add_double(0);
  }
}

void MeterTables::write_registers(const MeterData& data) {
  image_.add_double(static_cast<double>(data.registers.total.pulses[kDelivered]));
  image_.add_double(static_cast<double>(data.registers.total.pulses[kReceived]));
}

// Each place can be told from every other: 16-bit words that count up.
void MeterTables::write_test_pattern() {
  for (std::uint32_t word = 0; word < 512; ++word) image_.add_little(word, 2);
}

MeterTables::Written MeterTables::put(std::uint32_t number, const Content& content, std::uint64_t now) {
  forget();
  if (!is_there(number)) return Written::absent;
  if (number == kDevice) return put_device_id(content, now);
  const std::uint32_t size = content.size;
  if (number != kProcedure || !content.whole || size < Procedures::kHead ||
      size > Procedures::kHead + Procedures::kMostParameters)
    return Written::not_so;
  procedures_.carry_out(content.bytes, size);
  return Written::yes;
}

MeterTables::Written MeterTables::put_device_id(const Content& content, std::uint64_t now) {
  constexpr std::uint32_t kSize = sizeof identity_.device_id;
  const std::uint32_t least = content.whole ? kSize : 1;
  if (content.size < least || content.offset > kSize || content.size > kSize - content.offset)
    return Written::not_so;
  if (!identified_) return Written::unreadable;
  const auto& writes = board_.eeprom_writes;
  const std::uint32_t waiting = writes.written - shared(board_.eeprom_writes.read);
  if (writes.capacity - waiting < content.size + sizeof identity_.checksum) return Written::busy;

  for (std::uint32_t n = 0; n < content.size; ++n)
    identity_.device_id[content.offset + n] = static_cast<char>(content.bytes[n]);
  identity_.checksum = checksum_of(identity_);
  const auto record = std::bit_cast<IdentityBytes>(identity_);
  burn(record, offsetof(IdentityRecord, device_id) + content.offset, content.size, now);
  burn(record, offsetof(IdentityRecord, checksum), sizeof identity_.checksum, now);
  return Written::yes;
}

// There is room for it.
void MeterTables::burn(const IdentityBytes& record, std::uint32_t begin, std::uint32_t count,
                       std::uint64_t now) {
  for (std::uint32_t n = begin; n < begin + count; ++n) {
    const auto address = static_cast<std::uint32_t>(kIdentityAddress + n);
    static_cast<void>(push(board_.eeprom_writes, EepromWrite{now, address, record.bytes[n]}));
  }
}

}  // namespace meterbench::firmware
