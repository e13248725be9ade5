#include "drivers/registry/registry.h"

#include <algorithm>

#include "drivers/mcc_usb_ctr08/driver.h"
#include "drivers/mcc_usb_ctr08/simulator.h"
#include "drivers/radian_rd3x/driver.h"
#include "drivers/radian_rd3x/simulator.h"
#include "drivers/scpi_source/driver.h"
#include "drivers/scpi_source/profile.h"
#include "drivers/scpi_source/simulator.h"

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
  return {[](ByteLink& link, const DriverOptions& options) -> std::unique_ptr<ReferenceStandard> {
    return std::make_unique<radian_rd3x::RadianReference>(link, options.reference_pulse, options.definition);
  }};
}

CounterDriver usb_ctr08_driver() {
  return {mcc_usb_ctr08::capabilities(), [](UsbLink& link) -> std::unique_ptr<PulseCounter> {
            return std::make_unique<mcc_usb_ctr08::UsbCtr08>(link);
          }};
}

}  // namespace

const std::vector<DriverEntry>& drivers() {
  static const std::vector<DriverEntry> table{
      {"scpi_source", "source", WireTime::network(), scpi_driver()},
      {"radian_rd3x", "reference", WireTime::serial(57600, 1), radian_driver()},
      {"mcc_usb_ctr08", "counter", WireTime::usb(), usb_ctr08_driver()},
  };
  return table;
}

const std::vector<virtual_lab::SimulatorModel>& simulator_models() {
  static const std::vector<virtual_lab::SimulatorModel> table{
      scpi_source::simulator_model(),
      radian_rd3x::simulator_model(),
      mcc_usb_ctr08::simulator_model(),
  };
  return table;
}

const DriverEntry* find_driver(std::string_view name) {
  const auto found =
      std::find_if(drivers().begin(), drivers().end(), [&](const DriverEntry& d) { return d.name == name; });
  return found == drivers().end() ? nullptr : &*found;
}

}  // namespace meterbench
