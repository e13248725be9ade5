// What a lab file may say of meters and pickups: the tables beside those of the simulators.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "drivers/virtual_lab/meter/host_meter.h"
#include "drivers/virtual_lab/world/pickup.h"
#include "drivers/virtual_lab/world/simulator.h"

namespace meterbench::virtual_lab {

/// Numbers by key, drawn already: one for each parameter of a table.
using Numbers = std::map<std::string, double>;

[[nodiscard]] const std::vector<Parameter>& meter_parameters();
[[nodiscard]] const std::vector<Parameter>& pickup_parameters();

[[nodiscard]] HostMeter::Imperfections imperfections_from(const Numbers& numbers);
[[nodiscard]] Pickup::Settings pickup_from(const Numbers& numbers);
/// From the numbers of the instrument that is the lab's source: those keys that are of its power stage.
[[nodiscard]] SourceOutput::Settings source_from(const Numbers& numbers);

}  // namespace meterbench::virtual_lab
