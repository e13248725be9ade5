// The loads of a step for meters that may be of different types: each asks for the shares of its own Imax and
// its own voltages, all stand on what any of them asks for.
#pragma once

#include <string>
#include <vector>

#include "bench/planner/seat.h"

namespace meterbench {

struct GridLoad {
  Frequency frequency{};
  Voltage voltage{};
  Circuit circuit = Circuit::series;
  PowerFactor power_factor;
  Direction direction = Direction::delivered;
  Current current{};
  std::vector<const Seat*> asked_by;  ///< into the seats given to grid_of()
};

/// In running order: voltages and circuits, power factors, directions as the step has them; currents rise.
[[nodiscard]] std::vector<GridLoad> grid_of(const LoadStep& step, const std::vector<Seat>& seats);

}  // namespace meterbench
