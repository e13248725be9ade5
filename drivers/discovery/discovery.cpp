#include "drivers/discovery/discovery.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include <fmt/format.h>

namespace meterbench {
namespace {

/// Instruments that their USB ids tell (instruments.md 5.1, 5.2).
struct KnownDevice {
  std::uint16_t vendor;
  std::uint16_t product;
  std::string_view driver;
  std::string_view role;
};
constexpr std::array kKnown{
    KnownDevice{0x0957, 0x1907, "keysight_53230a", "counter"},
    KnownDevice{0x09DB, 0x0127, "mcc_usb_ctr08", "counter"},
};

/// That a draft lists beside the first: one for each further letter.
constexpr std::size_t kMostCounters = 25;

const KnownDevice* known(const UsbDevice& device) {
  const auto found = std::find_if(kKnown.begin(), kKnown.end(), [&](const KnownDevice& k) {
    return k.vendor == device.vendor && k.product == device.product;
  });
  return found == kKnown.end() ? nullptr : &*found;
}

Attached describe(const SerialPort& port) {
  Attached found{"ASRL" + port.path + "::INSTR", port.description, "", "", ""};
  if (port.usb && !port.usb->serial.empty()) found.description += ", serial number " + port.usb->serial;
  return found;
}

Attached describe(const UsbDevice& device, const KnownDevice* instrument) {
  Attached found;
  found.address = fmt::format("USB0::0x{:04X}::0x{:04X}::{}::{}", device.vendor, device.product,
                              device.serial.empty() ? "SERIAL" : device.serial,
                              device.test_and_measurement ? "INSTR" : "RAW");
  found.description = fmt::format("{} {}", device.manufacturer, device.name);
  if (!device.readable) {
    found.description = fmt::format("USB {:04x}:{:04x}", device.vendor, device.product);
    found.remark = fmt::format(
        "may not be opened: add the udev rule SUBSYSTEM==\"usb\", ATTR{{idVendor}}==\"{:04x}\", "
        "ATTR{{idProduct}}==\"{:04x}\", MODE=\"0660\", GROUP=\"plugdev\"",
        device.vendor, device.product);
  }
  if (instrument != nullptr) {
    found.driver = instrument->driver;
    found.role = instrument->role;
  }
  return found;
}

}  // namespace

std::vector<Attached> attached(const std::vector<SerialPort>& ports, const std::vector<UsbDevice>& devices) {
  std::vector<Attached> found;
  for (const SerialPort& port : ports) found.push_back(describe(port));
  for (const UsbDevice& device : devices) {
    const KnownDevice* instrument = known(device);
    if (device.test_and_measurement || instrument != nullptr) found.push_back(describe(device, instrument));
  }
  return found;
}

std::string station_draft(const std::vector<Attached>& found) {
  std::string candidates;
  std::map<std::string, const Attached*> by_role;
  std::vector<const Attached*> more_counters;  // of the first one's driver, as a station wants them
  for (const Attached& one : found) {
    candidates += fmt::format("#   {}  {}\n", one.address, one.description);
    if (one.role.empty()) continue;
    const auto [first, is_first] = by_role.try_emplace(one.role, &one);
    if (!is_first && one.role == "counter" && one.driver == first->second->driver &&
        more_counters.size() < kMostCounters)
      more_counters.push_back(&one);
  }
  const auto instrument = [&](const std::string& role, const char* driver, const char* address) {
    const auto attached_one = by_role.find(role);
    return attached_one == by_role.end()
               ? fmt::format("    driver: {}  # fill in\n    address: {}  # fill in\n", driver, address)
               : fmt::format("    driver: {}\n    address: {}\n", attached_one->second->driver,
                             attached_one->second->address);
  };
  std::string counters = instrument("counter", "mcc_usb_ctr08", "USB0::0x09DB::0x0127::SERIAL::RAW") +
                         "    reference_input: 0\n";
  std::string positions = "  A: {led_input: 1}\n";
  for (std::size_t i = 0; i < more_counters.size(); ++i) {
    counters += fmt::format("  counter_{}:\n    driver: {}\n    address: {}\n    reference_input: 0\n", i + 2,
                            more_counters[i]->driver, more_counters[i]->address);
    positions +=
        fmt::format("  {}: {{counter: counter_{}, led_input: 1}}\n", static_cast<char>('B' + i), i + 2);
  }
  return fmt::format(
      "# yaml-language-server: $schema=../schemas/station.schema.json\n"
      "# A draft: fill in what is marked, then `meterbench check` it and ask `meterbench doctor`.\n"
      "# Attached to this machine:\n{}"
      "station: My bench  # fill in\n"
      "room_temperature: 23 °C\n"
      "limits: {{voltage: 300 V, current: 120 A}}  # fill in: what may never be exceeded\n"
      "\n"
      "instruments:\n"
      "  source:\n{}"
      "  reference:\n{}"
      "    definition: two_element\n"
      "    window_s: 0\n"
      "    pulse: 0.00001 Wh  # fill in\n"
      "    calibration:  # fill in from the certificate\n"
      "      certificate: NUMBER\n"
      "      serial_number: NUMBER\n"
      "      issued: 2025-01-15\n"
      "      due: 2026-01-15\n"
      "      points:\n"
      "        - {{power_factor: 1, current: [1 A, 100 A], error: 0 %, expanded_uncertainty: 0.02 %, "
      "coverage_factor: 2}}\n"
      "        - {{power_factor: 0.5 lag, current: [1 A, 100 A], error: 0 %, expanded_uncertainty: 0.03 %, "
      "coverage_factor: 2}}\n"
      "  counter:\n{}"
      "\n"
      "positions:\n{}"
      "\n"
      "uncertainty:  # fill in: each with where it comes from\n"
      "  reference_drift: {{half_width: 0.01 %, origin: fill in}}\n"
      "  reference_linearity: {{half_width: 0.006 %, origin: fill in}}\n"
      "  pickup_jitter: {{standard_deviation: 20 us, origin: fill in}}\n"
      "  repeatability: {{standard_deviation: 0.003 %, degrees_of_freedom: 50, origin: fill in}}\n"
      "  meter_delay: {{largest: 0.5 s, origin: fill in}}\n",
      candidates.empty() ? "#   nothing that is known\n" : candidates,
      instrument("source", "zera_mt786", "ASRL/dev/ttyUSB0::INSTR"),
      instrument("reference", "radian_rd3x", "ASRL/dev/ttyUSB1::INSTR"), counters, positions);
}

}  // namespace meterbench
