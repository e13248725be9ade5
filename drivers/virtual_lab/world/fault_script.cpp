#include "drivers/virtual_lab/world/fault_script.h"

#include <algorithm>

namespace meterbench::virtual_lab {

namespace {

std::string taken(std::vector<ScriptedFault>& faults, std::vector<ScriptedFault>::iterator fault) {
  std::string what = std::move(fault->what);
  faults.erase(fault);
  return what;
}

}  // namespace

std::optional<std::string> FaultScript::on_command() {
  ++commands_;
  const auto fault = std::ranges::find(faults_, std::optional{commands_}, &ScriptedFault::command);
  if (fault == faults_.end()) return std::nullopt;
  return taken(faults_, fault);
}

std::optional<std::string> FaultScript::due(Instant now) {
  const auto when = next();
  if (!when || *when > now) return std::nullopt;
  return taken(faults_, std::ranges::find(faults_, when, &ScriptedFault::at));
}

std::optional<Instant> FaultScript::next() const {
  std::optional<Instant> earliest;
  for (const ScriptedFault& fault : faults_)
    if (fault.at && (!earliest || *fault.at < *earliest)) earliest = fault.at;
  return earliest;
}

}  // namespace meterbench::virtual_lab
