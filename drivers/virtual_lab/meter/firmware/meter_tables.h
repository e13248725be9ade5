// The C12.19 tables of this meter (optical-port.md 6): little-endian, no clock, registers as doubles. ST-00
// tells exactly what is there and what can be written. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/board.h"
#include "drivers/virtual_lab/meter/firmware/byte_buffer.h"
#include "drivers/virtual_lab/meter/firmware/identity_record.h"
#include "drivers/virtual_lab/meter/firmware/meter_data.h"
#include "drivers/virtual_lab/meter/firmware/procedures.h"

namespace meterbench::firmware {

class MeterTables {
 public:
  using Image = ByteBuffer<1024>;
  enum class Taken {
    yes,
    absent,      ///< this meter has no such table
    write_only,  ///< ST-07
    not_yet,     ///< ST-08 before the first procedure
    unreadable,  ///< the factory's record is missing or damaged
  };
  enum class Written {
    yes,
    absent,
    not_so,      ///< it cannot be written, or not there, or not so much at once
    busy,        ///< the EEPROM still has other bytes to take
    unreadable,  ///< what is to be changed is damaged
  };
  /// What a write brings: bytes from `offset` on, or the whole table.
  struct Content {
    const std::uint8_t* bytes;
    std::uint32_t size;
    std::uint32_t offset;
    bool whole;
  };

  /// Reads the identity record. `procedures` must outlive the tables.
  MeterTables(Board& board, Procedures& procedures);

  /// Makes an image of table `number` (as on the wire: manufacturer's + 2048) as it is now.
  Taken take(std::uint32_t number, const MeterData& data);
  /// Whether image() is one of table `number`, so that slices of it belong together.
  [[nodiscard]] bool holds(std::uint32_t number) const { return held_ == number; }
  void forget() { held_ = kNone; }
  [[nodiscard]] const Image& image() const { return image_; }

  /// At sample `now`: ST-05 is kept for good, ST-07 has its procedure carried out, nothing else is written.
  Written put(std::uint32_t number, const Content& content, std::uint64_t now);

 private:
  static constexpr std::uint32_t kNone = 0x10000;  // no table's number
  [[nodiscard]] Taken write(std::uint32_t number, const MeterData& data);
  [[nodiscard]] Taken write_identity(std::uint32_t number);
  void write_configuration();
  void write_maker();
  void write_constants();
  void write_maker_constants();
  void write_registers(const MeterData& data);
  void write_test_pattern();
  [[nodiscard]] Written put_device_id(const Content& content, std::uint64_t now);
  void burn(const IdentityBytes& record, std::uint32_t begin, std::uint32_t count, std::uint64_t now);

  Board& board_;
  Procedures& procedures_;
  IdentityRecord identity_;
  bool identified_;
  std::uint32_t held_ = kNone;
  Image image_;
};

}  // namespace meterbench::firmware
