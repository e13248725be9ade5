#include "bench/cli/lab_listen.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "bench/cli/exit_code.h"
#include "bench/cli/inputs.h"
#include "bench/core/real_reactor.h"

namespace meterbench {
namespace {

/// How long a command may take to end after SIGTERM before it is killed.
constexpr Duration kGrace = std::chrono::seconds{5};
constexpr Instant kNever{Duration::max()};

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw InputError{fmt::format("{} cannot be read", path.string())};
  return text.str();
}

/// Becomes the program beside this one that emulates USB devices, with the same arguments.
[[noreturn]] void become_usb_host() {
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "meterbench-usb-host";
  std::string words = text_of("/proc/self/cmdline");  // each ends with a zero byte
  std::vector<char*> arguments;
  for (std::size_t at = 0; at < words.size(); at = words.find('\0', at) + 1) arguments.push_back(&words[at]);
  arguments.push_back(nullptr);
  ::execv(program.c_str(), arguments.data());
  throw InputError{fmt::format(
      "{} is not there, which runs a command with emulated USB devices: it is built where umockdev is "
      "installed (packages umockdev and libumockdev-dev)",
      program.string())};
}

void write_station(const Catalogue& files, const std::string& wanted, const LabServer& server) {
  const std::size_t equals = wanted.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == wanted.size())
    throw InputError{fmt::format("--write-station {}: STATION=FILE is expected", wanted)};
  const auto station = files.find("stations", wanted.substr(0, equals));
  if (!station) throw InputError{station.error()};
  std::ofstream file{wanted.substr(equals + 1)};
  file << with_served_addresses(text_of(*station), server.addresses()) << std::flush;
  if (!file) throw InputError{fmt::format("--write-station {}: the file cannot be written", wanted)};
}

/// A lab has no list of positions: they are where an instrument looks at an LED.
std::vector<std::string> positions_of(const virtual_lab::LabFile& lab) {
  constexpr std::string_view kLed = "led.";
  std::set<std::string> positions;
  for (const auto& [name, instrument] : lab.instruments)
    for (const auto& [terminal, wire] : instrument.wiring)
      if (wire.starts_with(kLed)) positions.insert(wire.substr(kLed.size()));
  return {positions.begin(), positions.end()};
}

/// Answers the command's exit code. It is asked to end when we are.
int run_command(Reactor& reactor, const std::vector<std::string>& command, Environment environment,
                const std::string& addresses) {
  environment.emplace_back("METERBENCH_LAB", addresses);
  std::optional<int> code;
  ChildProcess child{reactor, command, environment, [&](int exit_code) { code = exit_code; }};
  const auto ended = [&] { return code.has_value(); };
  if (reactor.run_until(ended, kNever) == Reactor::Waited::stopped) {
    child.terminate();
    // The lab goes on meanwhile: what the command does last, as switching a source off, has its effect.
    reactor.run_until(ended, reactor.now() + kGrace, Reactor::Stoppable::no);
  }
  return code.value_or(kInterrupted);
}

}  // namespace

void add_listen_options(CLI::App& verb, ListenOptions& options) {
  verb.add_flag("--listen", options.listen,
                "Serve the lab to outside programs: TCP, serial lines, Modbus, and USB to COMMAND");
  verb.add_option("--lab", options.lab, "Lab")->capture_default_str();
  verb.add_option("--meter", options.meters, "Meter type at the first position, or A=TYPE,B=TYPE, or *=TYPE");
  verb.add_option("--seed", options.seed, "Seed of the lab's noise and draws")
      ->capture_default_str()
      ->check(seed_text());
  add_firmware_options(verb, options.firmware);
  verb.add_option("--scale", options.scale, "Seconds of the lab in a second")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 1000.0));
  verb.add_option("--write-station", options.write_station,
                  "STATION=FILE: write a copy of a station file with the addresses that are served")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  verb.add_option(
          "command", options.command,
          "After --: a program to run with the lab's USB devices; its addresses are in METERBENCH_LAB")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

int serve_lab(const ListenOptions& options, UsbPlugs* usb, StopSignal& stop) {
  if (options.command.empty()) usb = nullptr;  // nobody could see what is plugged in
  if (!options.command.empty() && usb == nullptr) become_usb_host();

  const Catalogue files = catalogue();
  const virtual_lab::LabFile file = load_lab(files, options.lab);
  // Its sockets may stand empty.
  const auto meters = options.meters.empty() ? std::map<std::string, MeterType>{}
                                             : load_meters(files, positions_of(file), options.meters);
  virtual_lab::Lab lab{file,   options.seed, simulator_models(),
                       meters, {},           load_programs(options.firmware, meters)};
  RealReactor reactor{stop};
  lab.on_failure([&](const std::string& position, const std::string& why) {
    reactor.break_off({Errc::disconnected, "meter " + position, "run its firmware", why, {}});
  });
  virtual_lab::LabClock clock{reactor, options.scale, [&](Instant t) { lab.advance_to(t); }};
  const LabServer server{clock, lab, usb};
  for (const std::string& wanted : options.write_station) write_station(files, wanted, server);

  if (!server.not_served().empty())
    fmt::print(stderr, "not served without a command, being on USB: {}\n",
               fmt::join(server.not_served(), ", "));
  const std::string addresses = nlohmann::json(server.addresses()).dump();
  fmt::print("{}\n", addresses);
  std::fflush(stdout);
  int code = kAllPassed;
  if (!options.command.empty())
    code = run_command(reactor, options.command, usb->environment(), addresses);
  else
    reactor.run_until([] { return false; }, kNever);
  save_eeproms(options.firmware, meters, lab);
  if (!reactor.broken_off()) return code;
  fmt::print(stderr, "{}\n", reactor.broken_off()->text());
  return kBenchFault;
}

}  // namespace meterbench
