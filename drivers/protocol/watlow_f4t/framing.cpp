#include "drivers/protocol/watlow_f4t/framing.h"

namespace meterbench::watlow_f4t {

std::optional<std::string_view> input_error_text(std::uint16_t error) {
  switch (error) {
    case code::kNone: return std::nullopt;
    case 9: return "ambient error";
    case code::kFail: return "fail";
    case code::kOpen: return "sensor open";
    case code::kShorted: return "sensor shorted";
    case 139: return "bad calibration data";
    case 140: return "measurement error";
    case 141: return "RTD error";
    case 246: return "not sourced";
    case 1423: return "math error";
    case 1617: return "stale";
    default: return "an error that the fact file does not name";
  }
}

}  // namespace meterbench::watlow_f4t
