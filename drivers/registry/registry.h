// The one table of drivers and of simulators. A new instrument is one folder and one line here: a static
// library would silently drop an object that registers itself.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "bench/model/capabilities.h"
#include "bench/station/power_source.h"
#include "bench/station/pulse_counter.h"
#include "bench/station/reference_standard.h"
#include "drivers/link/byte_link.h"
#include "drivers/link/memory_link.h"
#include "drivers/link/usb_link.h"
#include "drivers/virtual_lab/world/simulator.h"

namespace meterbench {

/// What a station file says about an instrument beyond driver and address.
struct DriverOptions {
  std::filesystem::path profile;  ///< for drivers that take one
  ReferenceDefinition definition = ReferenceDefinition::two_element;
  ActiveEnergy reference_pulse{};
};

/// Mistakes in a profile come as text, one a line, with file, line and column.
struct SourceDriver {
  std::function<tl::expected<SourceCapabilities, std::string>(const DriverOptions&)> capabilities;
  std::function<tl::expected<std::unique_ptr<PowerSource>, std::string>(ByteLink&, const DriverOptions&)>
      make;
};
struct ReferenceDriver {
  std::function<std::unique_ptr<ReferenceStandard>(ByteLink&, const DriverOptions&)> make;
};
struct CounterDriver {
  CounterCapabilities capabilities;
  std::function<std::unique_ptr<PulseCounter>(UsbLink&)> make;
};

struct DriverEntry {
  std::string name;
  std::string role;  ///< `source`, `reference`, `counter`
  WireTime wire;     ///< what the link of this instrument costs in simulated time
  std::variant<SourceDriver, ReferenceDriver, CounterDriver> driver;
};

[[nodiscard]] const std::vector<DriverEntry>& drivers();
/// Null when there is none of that name.
[[nodiscard]] const DriverEntry* find_driver(std::string_view name);
[[nodiscard]] const std::vector<virtual_lab::SimulatorModel>& simulator_models();

}  // namespace meterbench
