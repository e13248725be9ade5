#include "drivers/virtual_lab/world/simulator.h"

namespace meterbench::virtual_lab {

const std::vector<Parameter>& power_stage_parameters() {
  static const std::vector<Parameter> table{
      {"settle_s", 2, 0, 60, "from a command until 0.01 % of the step is left"},
      {"voltage_gain_percent", 0, -10, 10, "of both voltages over what they were told"},
      {"current_gain_percent", 0, -10, 10, "of both currents over what they were told"},
      {"phase_error_arcmin", 0, -600, 600, "of the currents against the voltages, lag-positive"},
      {"drift_percent_per_h", 0, -10, 10, "of the currents since the output was first energised"},
      {"noise_percent", 0, 0, 5, "standard deviation of each amplitude over 20 ms"},
  };
  return table;
}

}  // namespace meterbench::virtual_lab
