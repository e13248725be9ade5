#include "drivers/virtual_lab/meter/firmware/display.h"

#include "drivers/virtual_lab/meter/firmware/firmware_version.h"
#include "drivers/virtual_lab/meter/firmware/mul_div.h"
#include "drivers/virtual_lab/meter/firmware/text_line.h"

namespace meterbench::firmware {

void Display::begin(const MeterData& data) {
  item_ = Item::segments;
  seconds_left_ = kSecondsPerItem;
  refresh(data);
}

void Display::scroll(const MeterData& data) {
  const auto next = static_cast<Item>(static_cast<std::uint8_t>(item_) + 1);
  item_ = next == Item::end ? Item::segments : next;
  seconds_left_ = kSecondsPerItem;
  refresh(data);
}

void Display::end_second(const MeterData& data) {
  if (--seconds_left_ == 0)
    scroll(data);
  else
    refresh(data);
}

void Display::refresh(const MeterData& data) const {
  const std::uint64_t delivered = data.registers.total.pulses[kDelivered];
  const std::uint64_t received = data.registers.total.pulses[kReceived];
  TextLine line;
  if (data.mode == Mode::test) line.add("TEST ");
  switch (item_) {
    case Item::segments: line.add("8.8.8.8.8.8.8.8."); break;
    case Item::version:
      line.add("FW ").add_number(kFirmwareVersion).add(".").add_number(kFirmwareRevision);
      break;
    case Item::delivered: line.add("DEL ").add_thousandths(watt_hours(delivered)).add(" kWh"); break;
    case Item::received: line.add("REC ").add_thousandths(watt_hours(received)).add(" kWh"); break;
    case Item::net:
      line.add(delivered < received ? "NET -" : "NET ")
          .add_thousandths(watt_hours(delivered < received ? received - delivered : delivered - received))
          .add(" kWh");
      break;
    case Item::greatest_demand:
      line.add("MAX ").add_thousandths(data.registers.total.peak[kDelivered].watts).add(" kW");
      break;
    case Item::present_power: {
      const std::int64_t watts = data.present.watts;
      line.add(watts < 0 ? "NOW -" : "NOW ")
          .add_thousandths(static_cast<std::uint64_t>(watts < 0 ? -watts : watts))
          .add(" kW");
      break;
    }
    case Item::errors: line.add("Er ").add_hex(data.fault_word).add(" ").add_hex(data.status); break;
    case Item::end: break;
  }
  line.show(board_);
}

/// Down to the whole, as registers do.
std::uint64_t Display::watt_hours(std::uint64_t pulses) const {
  constexpr std::uint64_t kNano = 1'000'000'000;
  return mul_div(pulses, kt_nanowatthours_, kNano);
}

}  // namespace meterbench::firmware
