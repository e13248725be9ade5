// The C12.19 tables of this meter (optical-port.md 6), each by its number on the wire: the manufacturer's
// have 2048 added. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/meter_data.h"
#include "drivers/virtual_lab/meter/firmware/procedures.h"
#include "drivers/virtual_lab/meter/firmware/programming.h"
#include "drivers/virtual_lab/meter/firmware/table_directory.h"
#include "drivers/virtual_lab/meter/firmware/table_writer.h"

namespace meterbench::firmware {

class MeterTables {
 public:
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
    not_so,      ///< it cannot be written, or not there, or not so much at once, or it means nothing
    sealed,      ///< while the meter is sealed
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

  /// Both must outlive the tables.
  MeterTables(Programming& programming, Procedures& procedures)
      : programming_{programming}, procedures_{procedures} {}

  /// Makes an image of table `number` as it is now.
  Taken take(std::uint32_t number, const MeterData& data);
  /// Whether image() is one of table `number`, so that slices of it belong together.
  [[nodiscard]] bool holds(std::uint32_t number) const { return held_ == number; }
  void forget() { held_ = kNone; }
  [[nodiscard]] const TableImage& image() const { return image_; }

  /// At sample `now`: ST-07 has its procedure carried out, what else can be written is programming, and is
  /// kept for good as a whole or not at all.
  Written put(std::uint32_t number, const Content& content, const MeterData& data, std::uint64_t now);

 private:
  static constexpr std::uint32_t kNone = 0x10000;  // no table's number

  [[nodiscard]] Taken write(std::uint32_t number, const MeterData& data);
  [[nodiscard]] Written run(const Content& content, const MeterData& data, std::uint64_t now);
  [[nodiscard]] Written program(std::uint32_t number, std::uint64_t now);
  [[nodiscard]] Written configure(std::uint32_t number, std::uint64_t now);
  [[nodiscard]] Taken write_pending_content(std::uint32_t table);
  [[nodiscard]] Written put_pending(std::uint32_t table, const Content& content, const MeterData& data);
  [[nodiscard]] bool replace(const Content& content);
  [[nodiscard]] bool parse(std::uint32_t number, ConfigurationRecord& record);

  Programming& programming_;
  Procedures& procedures_;
  std::uint32_t held_ = kNone;
  TableImage image_;
};

}  // namespace meterbench::firmware
