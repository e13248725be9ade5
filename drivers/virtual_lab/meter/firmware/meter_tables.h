// The C12.19 tables of this meter (optical-port.md 6): little-endian, no clock, registers as doubles. ST-00
// tells exactly what is there. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/board.h"
#include "drivers/virtual_lab/meter/firmware/byte_buffer.h"
#include "drivers/virtual_lab/meter/firmware/identity_record.h"

namespace meterbench::firmware {

/// What the metering core has at one instant.
struct MeterReadings {
  std::uint64_t delivered_pulses;  ///< of Kt
  std::uint64_t received_pulses;
  std::uint32_t fault_word;
};

class MeterTables {
 public:
  using Image = ByteBuffer<1024>;
  enum class Taken {
    yes,
    absent,      ///< this meter has no such table
    unreadable,  ///< the factory's record is missing or damaged
  };

  /// Reads the identity record.
  explicit MeterTables(const Board& board);

  /// Makes an image of table `number` (as on the wire: manufacturer's + 2048) as it is now.
  Taken take(std::uint32_t number, const MeterReadings& readings);
  /// Whether image() is one of table `number`, so that slices of it belong together.
  [[nodiscard]] bool holds(std::uint32_t number) const { return held_ == number; }
  void forget() { held_ = kNone; }
  [[nodiscard]] const Image& image() const { return image_; }

 private:
  static constexpr std::uint32_t kNone = 0x10000;  // no table's number
  [[nodiscard]] Taken write(std::uint32_t number, const MeterReadings& readings);
  void write_configuration();
  void write_maker();
  void write_constants();
  void write_registers(const MeterReadings& readings);
  void write_test_pattern();

  IdentityRecord identity_;
  bool identified_;
  std::uint32_t held_ = kNone;
  Image image_;
};

}  // namespace meterbench::firmware
