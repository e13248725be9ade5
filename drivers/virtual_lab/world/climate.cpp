#include "drivers/virtual_lab/world/climate.h"

namespace meterbench::virtual_lab {

Temperature Climate::air(Instant) { return room_; }

}  // namespace meterbench::virtual_lab
