// What a bench can tell a meter to do over its optical port.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "bench/station/meter_readings.h"

namespace meterbench {

enum class MeterProcedure {
  demand_reset,
  self_read,
  test_mode_on,
  test_mode_off,
  set_clock,
  clear_data,
  clear_status,
  clear_event_log,
  open_disconnect,
  close_disconnect,
  warm_start,
  cold_start,  ///< program and data of the meter are lost, unless it is secured
};
/// As a person says it: `demand-reset`, `test-mode on`, `disconnect open`.
[[nodiscard]] std::string_view to_text(MeterProcedure procedure);
[[nodiscard]] const std::vector<MeterProcedure>& meter_procedures();
/// On failure a sentence that names those that there are.
[[nodiscard]] tl::expected<MeterProcedure, std::string> parse_meter_procedure(std::string_view text);

struct MeterCommand {
  MeterProcedure procedure{};
  MeterTime time{};  ///< of set_clock
};

}  // namespace meterbench
