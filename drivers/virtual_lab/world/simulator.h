// How a lab makes its simulators: each has a table of parameters, a maker, and a script of faults.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "drivers/virtual_lab/world/fault_script.h"
#include "drivers/virtual_lab/world/world.h"

namespace meterbench {
// Named only: the physics knows no links. Who calls `make` includes drivers/far_end.
class FarEnd;
class ModbusFarEnd;
class UsbFarEnd;
}  // namespace meterbench

namespace meterbench::virtual_lab {

/// One key that a simulator understands in a lab file, with its unit in its name.
struct Parameter {
  std::string key;
  double fallback = 0;
  double least = 0;
  double most = 0;
  std::string meaning;
};

/// What a simulator is made of. Numbers are drawn already.
struct SimulatorSettings {
  std::string role;                           ///< name in the lab file: `source`
  std::map<std::string, double> numbers;      ///< every parameter of the table
  std::map<std::string, std::string> wiring;  ///< `input_1` → `led.A`, `output_2` → `switch.A.demand_reset`
  std::vector<ScriptedFault> faults;
  bool three_wire = true;  ///< wiring of the bench, from the form of its meters: which power a standard forms

  SourceOutput* output = nullptr;  ///< of a source: what it drives; the world's, or one that leads nowhere

  /// Throws std::out_of_range for a key that is not in the table: a bug.
  [[nodiscard]] double number(const std::string& key) const { return numbers.at(key); }
};

using AnyFarEnd =
    std::variant<std::shared_ptr<FarEnd>, std::shared_ptr<UsbFarEnd>, std::shared_ptr<ModbusFarEnd>>;

/// Keys of every source: how far its power stage is from what it was told (SourceOutput::Settings).
[[nodiscard]] const std::vector<Parameter>& power_stage_parameters();

/// A row of the table of simulators in drivers/registry.
struct SimulatorModel {
  std::string name;  ///< `scpi_source`
  std::vector<Parameter> parameters;
  std::vector<std::string> faults;  ///< what `do:` may say
  /// Inputs (`input_0` …) that a lab may wire to signals or thermometers of the world, outputs (`output_0` …)
  /// to its switches.
  int inputs = 0;
  int outputs = 0;
  bool source = false;  ///< drives a power stage; its parameters begin with power_stage_parameters()
  std::function<AnyFarEnd(World&, const SimulatorSettings&)> make;
};

}  // namespace meterbench::virtual_lab
