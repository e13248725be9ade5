#pragma once

#include <string>
#include <vector>

#include "drivers/virtual_lab/world/simulator.h"

namespace meterbench {

/// The JSON Schema of a lab file, made from the tables of its simulators and sections: what the reader
/// of lab files takes, for editors. config/schemas/lab.schema.json is this text.
[[nodiscard]] std::string lab_schema(const std::vector<virtual_lab::SimulatorModel>& models);

}  // namespace meterbench
