#include "bench/station/meter_controls.h"

namespace meterbench {

std::string_view to_text(MeterSwitch which) {
  switch (which) {
    case MeterSwitch::demand_reset: return "demand_reset";
    case MeterSwitch::test_mode: return "test_mode";
    case MeterSwitch::display_scroll: return "display_scroll";
    case MeterSwitch::disconnect: return "disconnect";
    case MeterSwitch::supply: return "supply";
  }
  return "unknown";
}

std::optional<MeterSwitch> parse_meter_switch(std::string_view text) {
  for (const MeterSwitch which : {MeterSwitch::demand_reset, MeterSwitch::test_mode,
                                  MeterSwitch::display_scroll, MeterSwitch::disconnect, MeterSwitch::supply})
    if (to_text(which) == text) return which;
  return std::nullopt;
}

}  // namespace meterbench
