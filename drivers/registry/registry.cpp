#include "drivers/registry/registry.h"

#include <algorithm>

#include "drivers/c1218_meter/driver.h"
#include "drivers/keysight_53230a/driver.h"
#include "drivers/keysight_53230a/simulator.h"
#include "drivers/mcc_usb_ctr08/driver.h"
#include "drivers/mcc_usb_ctr08/simulator.h"
#include "drivers/pickup_box/driver.h"
#include "drivers/pickup_box/simulator.h"
#include "drivers/radian_rd3x/driver.h"
#include "drivers/radian_rd3x/simulator.h"
#include "drivers/scpi_source/driver.h"
#include "drivers/scpi_source/profile.h"
#include "drivers/scpi_source/simulator.h"
#include "drivers/wago_750/driver.h"
#include "drivers/wago_750/simulator.h"
#include "drivers/watlow_f4t/driver.h"
#include "drivers/watlow_f4t/simulator.h"
#include "drivers/zera_com5003/driver.h"
#include "drivers/zera_com5003/simulator.h"
#include "drivers/zera_mt786/driver.h"
#include "drivers/zera_mt786/simulator.h"

namespace meterbench {
namespace {

tl::expected<scpi_source::Profile, std::string> source_profile(const DriverOptions& options) {
  if (options.profile.empty())
    return tl::unexpected{std::string{"a scpi_source needs a profile: (config/instruments)"}};
  Mistakes mistakes;
  auto profile = scpi_source::load_profile(options.profile, mistakes);
  if (!profile) return tl::unexpected{mistakes.text()};
  return std::move(*profile);
}

SourceDriver scpi_driver() {
  return {
      [](const DriverOptions& options) { return source_profile(options).map(&scpi_source::capabilities); },
      [](ByteLink& link, const DriverOptions& options) {
        return source_profile(options).map(
            [&](scpi_source::Profile&& profile) -> std::unique_ptr<PowerSource> {
              return std::make_unique<scpi_source::ScpiSource>(link, std::move(profile));
            });
      }};
}

ReferenceDriver radian_driver() {
  return {{}, [](ByteLink& link, const DriverOptions& options) -> std::unique_ptr<ReferenceStandard> {
            return std::make_unique<radian_rd3x::RadianReference>(link, options.reference_pulse,
                                                                  options.definition);
          }};
}

CounterDriver usb_ctr08_driver() {
  return {mcc_usb_ctr08::capabilities(), [](UsbLink& link) -> std::unique_ptr<PulseCounter> {
            return std::make_unique<mcc_usb_ctr08::UsbCtr08>(link);
          }};
}

SourceDriver mt786_driver() {
  return {
      [](const DriverOptions&) -> tl::expected<SourceCapabilities, std::string> {
        return zera_mt786::source_capabilities();
      },
      [](ByteLink& link, const DriverOptions&) -> tl::expected<std::unique_ptr<PowerSource>, std::string> {
        return std::make_unique<zera_mt786::Mt786Source>(link);
      }};
}

ReferenceDriver com5003_driver() {
  return {zera_com5003::Com5003Calculator::capabilities(),
          [](ByteLink& link, const DriverOptions& options) -> std::unique_ptr<ReferenceStandard> {
            return std::make_unique<zera_com5003::Com5003>(link, options.definition);
          }};
}

CounterDriver keysight_53230a_driver() {
  return {keysight_53230a::capabilities(), [](UsbLink& link) -> std::unique_ptr<PulseCounter> {
            return std::make_unique<keysight_53230a::Counter53230a>(link);
          }};
}

ChamberDriver f4t_driver() {
  return {[](ModbusLink& link, const DriverOptions& options) -> std::unique_ptr<Chamber> {
    return std::make_unique<watlow_f4t::WatlowF4t>(
        link, watlow_f4t::Options{.reach = options.chamber, .serial = options.serial});
  }};
}

wago_750::WagoWiring wago_wiring(const InterlockWiring& wiring) {
  wago_750::WagoWiring wired;
  wired.emergency_stop = wiring.emergency_stop_input;
  wired.door = wiring.door_input;
  wired.seated = wiring.meters_seated_input;
  wired.relay = wiring.relay_output;
  for (const InterlockWiring::Finger& finger : wiring.fingers)
    if (const auto which = parse_meter_switch(finger.meter_switch))
      wired.fingers[{finger.position, *which}] = finger.output;
  return wired;
}

InterlockDriver wago_driver() {
  return {[](ModbusLink& link, const DriverOptions& options) -> MadeInterlock {
    auto made = std::make_unique<wago_750::Wago750>(link, wago_wiring(options.interlock));
    MeterControls* controls = made.get();
    return {std::move(made), controls};
  }};
}

PickupDriver pickup_box_driver() {
  return {[](ByteLink& link) -> MadePickups {
    auto made = std::make_unique<pickup_box::PickupBox>(link);
    Display* display = made.get();
    return {std::move(made), display};
  }};
}

MeterDriver c1218_driver() {
  return {[](ByteLink& link, const PortAccess& access) -> std::unique_ptr<Meter> {
    return std::make_unique<c1218_meter::C1218Meter>(link, c1218_meter::Options{.access = access});
  }};
}

}  // namespace

const std::vector<DriverEntry>& drivers() {
  static const std::vector<DriverEntry> table{
      {"scpi_source", "source", WireTime::network(), scpi_driver()},
      {"zera_mt786", "source", WireTime::serial(9600, 2), mt786_driver()},
      {"radian_rd3x", "reference", WireTime::serial(57600, 1), radian_driver()},
      {"zera_com5003", "reference", WireTime::network(), com5003_driver()},
      {"mcc_usb_ctr08", "counter", WireTime::usb(), usb_ctr08_driver()},
      {"keysight_53230a", "counter", WireTime::usb(), keysight_53230a_driver()},
      {"watlow_f4t", "chamber", WireTime::network(), f4t_driver()},
      {"wago_750", "interlock", WireTime::network(), wago_driver()},
      {"pickup_box", "pickups", WireTime::serial(115200, 1), pickup_box_driver()},
      {"c1218_meter", "optical_port", WireTime::serial(9600, 1), c1218_driver()},
  };
  return table;
}

const std::vector<virtual_lab::SimulatorModel>& simulator_models() {
  static const std::vector<virtual_lab::SimulatorModel> table{
      scpi_source::simulator_model(),  zera_mt786::simulator_model(),    radian_rd3x::simulator_model(),
      zera_com5003::simulator_model(), mcc_usb_ctr08::simulator_model(), keysight_53230a::simulator_model(),
      watlow_f4t::simulator_model(),   wago_750::simulator_model(),      pickup_box::simulator_model(),
  };
  return table;
}

const DriverEntry* find_driver(std::string_view name) {
  const auto found =
      std::find_if(drivers().begin(), drivers().end(), [&](const DriverEntry& d) { return d.name == name; });
  return found == drivers().end() ? nullptr : &*found;
}

}  // namespace meterbench
