#include "bench/station/meter_procedure.h"

#include <fmt/format.h>

#include <algorithm>

namespace meterbench {

std::string_view to_text(MeterProcedure procedure) {
  switch (procedure) {
    case MeterProcedure::demand_reset: return "demand-reset";
    case MeterProcedure::self_read: return "self-read";
    case MeterProcedure::test_mode_on: return "test-mode on";
    case MeterProcedure::test_mode_off: return "test-mode off";
    case MeterProcedure::set_clock: return "set-clock";
    case MeterProcedure::clear_data: return "clear-data";
    case MeterProcedure::clear_status: return "clear-status";
    case MeterProcedure::clear_event_log: return "clear-event-log";
    case MeterProcedure::open_disconnect: return "disconnect open";
    case MeterProcedure::close_disconnect: return "disconnect close";
    case MeterProcedure::warm_start: return "warm-start";
    case MeterProcedure::cold_start: break;
  }
  return "cold-start";
}

const std::vector<MeterProcedure>& meter_procedures() {
  using enum MeterProcedure;
  static const std::vector<MeterProcedure> all{
      demand_reset, self_read,       test_mode_on,    test_mode_off,    set_clock,  clear_data,
      clear_status, clear_event_log, open_disconnect, close_disconnect, warm_start, cold_start};
  return all;
}

tl::expected<MeterProcedure, std::string> parse_meter_procedure(std::string_view text) {
  const auto& all = meter_procedures();
  const auto found = std::ranges::find_if(all, [&](MeterProcedure one) { return to_text(one) == text; });
  if (found != all.end()) return *found;
  std::string names;
  for (const MeterProcedure one : all) names += fmt::format("{}{}", names.empty() ? "" : ", ", to_text(one));
  return tl::unexpected{fmt::format("'{}' is no procedure: {} are", text, names)};
}

}  // namespace meterbench
