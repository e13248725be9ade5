// The metering firmware as an image.
#include "drivers/virtual_lab/meter/firmware/firmware.h"
#include "drivers/virtual_lab/meter/firmware/image/start_up.h"

int main() {
  using namespace meterbench::firmware;
  Board& board = machine_board();
  static MeterFirmware firmware{board};
  for (;;) {
    firmware.run();
    wait_for_host(board);
  }
}
