#pragma once

#include <string>
#include <vector>

namespace meterbench {

/// How an interlock is wired, by the numbers of its inputs and outputs, from 0.
struct InterlockWiring {
  struct Finger {
    std::string position;
    std::string meter_switch;  ///< `demand_reset`, see MeterSwitch
    int output = 0;            ///< presses it
  };
  int emergency_stop_input = 0;
  int door_input = 0;
  int meters_seated_input = 0;
  int relay_output = 0;  ///< enables the source
  std::vector<Finger> fingers;
};

}  // namespace meterbench
