// What a lab file may say of what is no instrument: meters, sockets, pickups, the room. Tables beside those
// of the simulators.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/virtual_lab/lab/isolation.h"
#include "drivers/virtual_lab/meter/virtual_meter.h"
#include "drivers/virtual_lab/world/pickup.h"
#include "drivers/virtual_lab/world/simulator.h"

namespace meterbench::virtual_lab {

/// Numbers by key, drawn already: one for each parameter of a table.
using Numbers = std::map<std::string, double>;

/// A section of a lab file that has one table of numbers.
struct Section {
  std::string name;  ///< its key, and the owner of its numbers: `meter` of `meter.A.gain_percent`
  std::string meaning;
  std::vector<Parameter> parameters;
  bool of_each_position = true;  ///< drawn for each; else once: `room.temperature_c`
};

/// `meter`, `standard` (a meter with a certificate), `positions`, `pickup`, `room`.
[[nodiscard]] const std::vector<Section>& sections();
/// Throws std::out_of_range when there is none of that name: a bug.
[[nodiscard]] const Section& section(std::string_view name);

/// From the numbers of section `meter` or `standard`.
[[nodiscard]] VirtualMeter::Imperfections imperfections_from(const Numbers& numbers);
[[nodiscard]] VirtualMeter::Idle idle_from(const Numbers& numbers);
/// A meter that was sold as one of `type`: its Kt may be another, and a standard not the certified one.
[[nodiscard]] MeterType built_from(MeterType type, const Numbers& numbers);
[[nodiscard]] Isolation::Settings isolation_from(const Numbers& numbers);
[[nodiscard]] Pickup::Settings pickup_from(const Numbers& numbers);
/// From the numbers of the instrument that is the lab's source: those keys that are of its power stage.
[[nodiscard]] SourceOutput::Settings source_from(const Numbers& numbers);

}  // namespace meterbench::virtual_lab
