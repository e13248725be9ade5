// The one table of drivers and of simulators. A new instrument is one folder and one line here: a static
// library would silently drop an object that registers itself.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "bench/model/capabilities.h"
#include "bench/model/interlock_wiring.h"
#include "bench/model/port_access.h"
#include "bench/station/chamber.h"
#include "bench/station/interlock.h"
#include "bench/station/meter.h"
#include "bench/station/meter_controls.h"
#include "bench/station/photodiode.h"
#include "bench/station/power_source.h"
#include "bench/station/pulse_counter.h"
#include "bench/station/reference_standard.h"
#include "drivers/link/byte_link.h"
#include "drivers/link/memory_link.h"
#include "drivers/link/modbus_link.h"
#include "drivers/link/usb_link.h"
#include "drivers/virtual_lab/world/simulator.h"

namespace meterbench {

/// What a station file says about an instrument beyond driver and address.
struct DriverOptions {
  std::filesystem::path profile;  ///< for drivers that take one
  ReferenceDefinition definition = ReferenceDefinition::two_element;
  ActiveEnergy reference_pulse{};
  ChamberCapabilities chamber;
  InterlockWiring interlock;
  bool serial = false;  ///< the address is a serial line, where a driver cares
};

/// Mistakes in a profile come as text, one a line, with file, line and column.
struct SourceDriver {
  using Link = ByteLink;
  std::function<tl::expected<SourceCapabilities, std::string>(const DriverOptions&)> capabilities;
  std::function<tl::expected<std::unique_ptr<PowerSource>, std::string>(ByteLink&, const DriverOptions&)>
      make;
};
struct ReferenceDriver {
  using Link = ByteLink;
  std::optional<ErrorCalculatorCapabilities> error_calculator;  ///< where the standard has one
  std::function<std::unique_ptr<ReferenceStandard>(ByteLink&, const DriverOptions&)> make;
};
struct CounterDriver {
  using Link = UsbLink;
  CounterCapabilities capabilities;
  std::function<std::unique_ptr<PulseCounter>(UsbLink&)> make;
};
struct ChamberDriver {
  using Link = ModbusLink;
  std::function<std::unique_ptr<Chamber>(ModbusLink&, const DriverOptions&)> make;
};
/// An interlock whose outputs may also press the meters' switches: `controls` is part of it, or null.
struct MadeInterlock {
  std::unique_ptr<Interlock> interlock;
  MeterControls* controls = nullptr;
};
struct InterlockDriver {
  using Link = ModbusLink;
  std::function<MadeInterlock(ModbusLink&, const DriverOptions&)> make;
};
/// Photodiodes, which may also see displays: `display` is part of them, or null.
struct MadePickups {
  std::unique_ptr<Photodiode> photodiode;
  Display* display = nullptr;
};
struct PickupDriver {
  using Link = ByteLink;
  std::function<MadePickups(ByteLink&)> make;
};
struct MeterDriver {
  using Link = ByteLink;
  std::function<std::unique_ptr<Meter>(ByteLink&, const PortAccess&)> make;
};

struct DriverEntry {
  std::string name;
  std::string role;  ///< `source`, `reference`, `counter`, `chamber`, `interlock`, `pickups`, `optical_port`
  WireTime wire;     ///< what the link of this instrument costs in simulated time, and a serial line's speed
  std::variant<SourceDriver, ReferenceDriver, CounterDriver, ChamberDriver, InterlockDriver, PickupDriver,
               MeterDriver>
      driver;
};

[[nodiscard]] const std::vector<DriverEntry>& drivers();
/// Null when there is none of that name.
[[nodiscard]] const DriverEntry* find_driver(std::string_view name);
[[nodiscard]] const std::vector<virtual_lab::SimulatorModel>& simulator_models();

}  // namespace meterbench
