#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/config/yaml.h"
#include "bench/core/time.h"
#include "drivers/virtual_lab/world/draw.h"
#include "drivers/virtual_lab/world/simulator.h"

namespace meterbench::virtual_lab {

/// By key of a table of parameters; what is missing has the table's fallback.
using Distributions = std::map<std::string, Distribution>;

/// What stands at `virtual:NAME`.
struct LabInstrument {
  std::string model;  ///< name in the table of simulators
  Distributions numbers;
  std::map<std::string, std::string> wiring;  ///< `input_1` → `led.A`
  std::vector<ScriptedFault> faults;
  std::vector<ScriptedFault> unplugs;  ///< what takes it off its wire, whatever its model
};

/// A file of config/labs: every imperfection of a virtual lab.
struct LabFile {
  std::string name;  ///< file name without ending
  UtcTime starts{};  ///< UTC label of instant 0
  std::map<std::string, LabInstrument> instruments;
  std::map<std::string, Distributions> sections;                  ///< by name: see sections()
  std::map<std::string, std::vector<ScriptedFault>> port_faults;  ///< `of: optical.A`, by position
};

/// The instrument whose power stage is on the terminals: the only source of the lab, or the one named
/// `source`. Empty when there is none.
[[nodiscard]] std::string connected_source(const std::map<std::string, LabInstrument>& instruments,
                                           const std::vector<SimulatorModel>& models);

/// Reads and checks a lab file against the simulators that there are.
[[nodiscard]] std::optional<LabFile> load_lab_file(const std::filesystem::path& path,
                                                   const std::vector<SimulatorModel>& models,
                                                   Mistakes& mistakes);

}  // namespace meterbench::virtual_lab
