// What the display shows: one item after the other, by itself and by its switch. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/board.h"
#include "drivers/virtual_lab/meter/firmware/meter_data.h"

namespace meterbench::firmware {

class Display {
 public:
  static constexpr std::uint32_t kSecondsPerItem = 7;  ///< made

  /// `kt_nanowatthours`: energy of one pulse of the registers.
  Display(Board& board, std::uint64_t kt_nanowatthours)
      : board_{board}, kt_nanowatthours_{kt_nanowatthours} {}

  /// Shows the first item, all segments.
  void begin(const MeterData& data);
  /// Shows the next item now.
  void scroll(const MeterData& data);
  void end_second(const MeterData& data);
  /// Shows the item at hand as `data` have it by now.
  void refresh(const MeterData& data) const;

 private:
  enum class Item : std::uint8_t {
    segments,
    version,
    delivered,
    received,
    net,
    greatest_demand,
    present_power,
    errors,
    end,
  };
  [[nodiscard]] std::uint64_t watt_hours(std::uint64_t pulses) const;

  Board& board_;
  std::uint64_t kt_nanowatthours_;
  Item item_ = Item::segments;
  std::uint32_t seconds_left_ = kSecondsPerItem;
};

}  // namespace meterbench::firmware
