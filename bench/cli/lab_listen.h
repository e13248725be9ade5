#pragma once

#include "bench/cli/firmware_choice.h"
#include "bench/cli/lab_server.h"
#include "bench/cli/verbs.h"

namespace meterbench {

/// Options of `lab --listen`.
struct ListenOptions {
  bool listen = false;
  std::string lab = "default";
  std::string meters;
  std::uint64_t seed = 1;
  double scale = 1;
  std::vector<std::string> write_station;  ///< `STATION=FILE`
  FirmwareOptions firmware;
  std::vector<std::string> command;
};

void add_listen_options(CLI::App& verb, ListenOptions& options);

/// Serves until a stop is asked, or the command has ended. A command is what USB devices are for: without
/// `usb` it is left to the program that has them.
[[nodiscard]] int serve_lab(const ListenOptions& options, UsbPlugs* usb, StopSignal& stop);

}  // namespace meterbench
