#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench/cli/exit_code.h"
#include "bench/cli/verbs.h"
#include "drivers/discovery/discovery.h"

namespace meterbench {
namespace {

/// What can be listed; what cannot is told on standard error and leaves the rest in place.
template <class T>
std::vector<T> listed(Result<std::vector<T>> list, bool& complete) {
  if (list) return *std::move(list);
  fmt::print(stderr, "{}\n", list.error().text());
  complete = false;
  return {};
}

void print_text(const std::vector<Attached>& found) {
  for (const Attached& one : found) {
    fmt::print("{}  {}{}\n", one.address, one.description,
               one.driver.empty() ? "" : fmt::format("  (driver {})", one.driver));
    if (!one.remark.empty()) fmt::print("    -> {}\n", one.remark);
  }
  if (found.empty()) fmt::print("No serial port and no USB instrument is attached.\n");
}

void print_json(const std::vector<Attached>& found) {
  nlohmann::ordered_json json;
  json["attached"] = nlohmann::ordered_json::array();
  for (const Attached& one : found)
    json["attached"].push_back({{"address", one.address},
                                {"description", one.description},
                                {"driver", one.driver},
                                {"role", one.role},
                                {"remark", one.remark}});
  fmt::print("{}\n", json.dump(2));
}

}  // namespace

void add_discover(CLI::App& app, VerbAction& chosen) {
  auto format = std::make_shared<std::string>("text");
  CLI::App* verb = app.add_subcommand("discover", "What is attached: serial ports and USB instruments");
  verb->add_option("--format", *format, "text, json, or yaml: a draft of a station file")
      ->check(CLI::IsMember({"text", "json", "yaml"}));
  verb->callback([format, &chosen] {
    chosen = [format](StopSignal&) {
      bool complete = true;
      const auto ports = listed(serial_ports(), complete);
      const auto found = attached(ports, listed(usb_devices(), complete));
      if (*format == "json")
        print_json(found);
      else if (*format == "yaml")
        fmt::print("{}", station_draft(found));
      else
        print_text(found);
      return complete ? kAllPassed : kBenchFault;
    };
  });
}

}  // namespace meterbench
