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
  if (!subject.empty()) subject += ": ";
  // What contradicts what, or what a bench may not be used for, the detail says; the code would add nothing.
  std::string kind{code == Errc::implausible ? std::string_view{} : to_text(code)};
  if (elapsed.count() > 0)
    kind += fmt::format("{}after {:.3f} s", kind.empty() ? "" : " ", in_seconds(elapsed));
  return fmt::format("{}{}{}", subject, detail, kind.empty() ? "" : fmt::format(" ({})", kind));
}

}  // namespace meterbench
