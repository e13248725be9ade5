#include "bench/core/fault.h"

#include <fmt/format.h>

namespace meterbench {

std::string_view to_text(Errc code) {
  switch (code) {
    case Errc::timeout: return "timeout";
    case Errc::disconnected: return "disconnected";
    case Errc::refused: return "refused";
    case Errc::garbled: return "garbled";
    case Errc::out_of_range: return "out of range";
    case Errc::tripped: return "tripped";
    case Errc::implausible: return "implausible";
    case Errc::stopped: return "stopped";
  }
  return "unknown";
}

std::string Fault::text() const {
  std::string subject = device;
  if (!command.empty()) subject += (subject.empty() ? "" : ": ") + command;
  const std::string after = elapsed.count() > 0 ? fmt::format(" after {:.3f} s", in_seconds(elapsed)) : "";
  return fmt::format("{}{}{} ({}{})", subject, subject.empty() ? "" : ": ", detail, to_text(code), after);
}

}  // namespace meterbench
