#include <iostream>

#include <fmt/format.h>

#include "bench/cli/exit_code.h"
#include "bench/cli/inputs.h"
#include "bench/cli/messages.h"
#include "bench/cli/meter_arguments.h"
#include "bench/cli/meter_view.h"
#include "bench/cli/verbs.h"

namespace meterbench {
namespace {

struct MeterOptions {
  BenchOptions bench;
  std::string position = "A";
  std::string format = "text";
  std::vector<std::string> tables;  ///< of read
  double utc_offset_h = 0;          ///< of clock
  bool set = false;                 ///< of clock
  std::string procedure, parameter;
  bool wipe = false;  ///< a cold start is meant
};

/// The longest that a person waits for one reading: all self reads of a meter that keeps to small packets.
constexpr Duration kPatience = std::chrono::minutes{5};

/// A value that `parse` made, or a usage mistake.
template <class T>
T usage(tl::expected<T, std::string> parsed) {
  if (!parsed) throw InputError{parsed.error()};
  return std::move(*parsed);
}

/// Asks one meter; each call waits.
class MeterDesk {
 public:
  MeterDesk(Meter& meter, Reactor& reactor, const MeterOptions& options)
      : meter_{meter}, reactor_{reactor}, options_{options} {}

  [[nodiscard]] Result<MeterView> read() {
    std::vector<std::uint16_t> tables;
    for (const std::string& one : options_.tables) tables.push_back(usage(parse_table_number(one)));
    MeterView result;
    const auto identity = ask("identify", &Meter::start_identify);
    if (!identity) return tl::unexpected{identity.error()};
    result.add(view(*identity));
    const auto status = ask("read status", &Meter::start_read_status);
    if (!status) return tl::unexpected{status.error()};
    result.add(view(*status));
    if (tables.empty()) return result;
    const auto contents = await<std::map<std::uint16_t, Bytes>>(
        reactor_, device(), "read tables", kPatience,
        [&](auto done) { meter_.start_read_tables(tables, std::move(done)); });
    if (!contents) return tl::unexpected{contents.error()};
    result.add(view(*contents));
    return result;
  }

  [[nodiscard]] Result<MeterView> registers() {
    const auto billing = ask("read billing", &Meter::start_read_billing);
    if (!billing) return tl::unexpected{billing.error()};
    MeterView result = view(*billing);
    const auto present = ask("read present values", &Meter::start_read_present);
    if (!present && present.error().code != Errc::refused) return tl::unexpected{present.error()};
    if (present) result.add(view(*present));
    return result;
  }

  [[nodiscard]] Result<MeterView> clock() {
    const std::chrono::minutes zone = usage(parse_zone(options_.utc_offset_h));
    if (options_.set) {
      const auto now = std::chrono::round<std::chrono::seconds>(reactor_.utc().time_since_epoch() + zone);
      if (auto set = command({MeterProcedure::set_clock, MeterTime{now}}); !set)
        return tl::unexpected{set.error()};
    }
    return ask("read clock", &Meter::start_read_clock).map([&](const MeterClock& told) {
      MeterView result = view(told, zone);
      result.json["set"] = options_.set;
      return result;
    });
  }

  [[nodiscard]] Result<MeterView> profile() { return shown("read profile", &Meter::start_read_profile); }
  [[nodiscard]] Result<MeterView> log() { return shown("read log", &Meter::start_read_log); }

  [[nodiscard]] Result<MeterView> procedure() {
    const MeterCommand asked = usage(parse_meter_command(options_.procedure, options_.parameter));
    const std::string name{to_text(asked.procedure)};
    if (asked.procedure == MeterProcedure::cold_start)
      if (auto sure = confirm_cold_start(); !sure) return tl::unexpected{sure.error()};
    auto done = command(asked);
    if (done) return MeterView{fmt::format("{} done\n", name), {{"procedure", name}, {"result", "done"}}};
    Fault failed = done.error();
    failed.command = fmt::format("{} failed: {}", name, failed.command);
    return tl::unexpected{failed};
  }

 private:
  template <class T>
  [[nodiscard]] Result<T> ask(const char* what, void (Meter::*start)(Done<T>)) {
    return await<T>(reactor_, device(), what, kPatience,
                    [&](auto done) { (meter_.*start)(std::move(done)); });
  }
  template <class T>
  [[nodiscard]] Result<MeterView> shown(const char* what, void (Meter::*start)(Done<T>)) {
    return ask(what, start).map([](const T& told) { return view(told); });
  }
  [[nodiscard]] Result<void> command(const MeterCommand& what) {
    return await<void>(reactor_, device(), to_text(what.procedure), kPatience,
                       [&](auto done) { meter_.start_procedure(what, std::move(done)); });
  }

  /// A meter that is not secured forgets its program and its registers: said twice, once by the serial
  /// number.
  [[nodiscard]] Result<void> confirm_cold_start() {
    if (!options_.wipe)
      throw InputError{
          "cold-start wipes program and registers of a meter that is not secured; --wipe says that this is "
          "meant"};
    const auto identity = ask("identify", &Meter::start_identify);
    if (!identity) return tl::unexpected{identity.error()};
    fmt::print(stderr, "Cold start of {} {}. Type its serial number ({}) to go on: ", identity->manufacturer,
               identity->model, identity->serial_number);
    std::string typed;
    std::getline(std::cin, typed);
    if (typed != identity->serial_number || typed.empty())
      throw InputError{"\nthat is not its serial number: nothing was written to the meter"};
    return {};
  }

  [[nodiscard]] std::string device() const { return "optical." + options_.position; }

  Meter& meter_;
  Reactor& reactor_;
  const MeterOptions& options_;
};

using Action = Result<MeterView> (MeterDesk::*)();

int exit_code_of(const Fault& fault) {
  if (fault.code == Errc::stopped) return kInterrupted;
  return fault.code == Errc::refused ? kNotPassed : kBenchFault;
}

void print(const MeterOptions& options, bool simulated, const Result<MeterView>& told, int code) {
  if (options.format == "json") {
    nlohmann::ordered_json json{{"simulated", simulated}, {"position", options.position}};
    if (told) json.update(told->json);
    json["fault"] = told ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(told.error().text());
    json["exit_code"] = code;
    // What a meter tells of itself need not be UTF-8.
    fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  } else if (told) {
    if (simulated) fmt::print("{}\n", kSimulatedNotice);
    fmt::print("{}", told->text);
  }
  if (!told) fmt::print(stderr, "{}\n", told.error().text());
}

int ask_meter(const MeterOptions& options, Action action, StopSignal& stop) {
  const Catalogue known = catalogue();
  const StationFile file = load_station(known, options.bench.station);
  const auto meters = load_meters(known, file, options.position + "=" + options.bench.meters);
  const virtual_lab::LabFile lab = load_lab(known, options.bench, file);
  auto session = BenchSession::open(file, known, {lab, options.bench.seed}, meters, stop);
  if (!session) throw InputError{session.error()};
  Station& station = (*session)->station();
  const auto meter = station.meters.find(options.position);
  if (meter == station.meters.end())
    throw InputError{fmt::format("position {} of {} has no optical port", options.position, file.name)};
  MeterDesk desk{*meter->second, station.reactor, options};
  const Result<MeterView> told = (desk.*action)();
  const int code = told ? kAllPassed : exit_code_of(told.error());
  print(options, station.simulated(), told, code);
  return code;
}

}  // namespace

void add_meter(CLI::App& app, VerbAction& chosen) {
  auto options = std::make_shared<MeterOptions>();
  options->bench.meters = "focus-ax-2s-cl200";
  CLI::App* verb = app.add_subcommand("meter", "The meter over its optical port");
  verb->require_subcommand(1);
  const auto add = [&](const char* name, const char* text, Action action) {
    CLI::App* one = verb->add_subcommand(name, text);
    one->add_option("--position", options->position, "Position of the meter")->capture_default_str();
    one->add_option("--station", options->bench.station, "Station")->capture_default_str();
    one->add_option("--lab", options->bench.lab,
                    "Lab at the far end of virtual: addresses; the station's own without");
    one->add_option("--meter", options->bench.meters, "Meter type at that position")->capture_default_str();
    one->add_option("--seed", options->bench.seed, "Seed of the lab")
        ->capture_default_str()
        ->check(seed_text());
    one->add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
    one->callback([options, action, &chosen] {
      chosen = [options, action](StopSignal& stop) { return ask_meter(*options, action, stop); };
    });
    return one;
  };
  add("read", "Identity, mode and status, and tables as they are", &MeterDesk::read)
      ->add_option("table", options->tables, "Tables: 23, ST-23, MT-13");
  add("registers", "Energies, demands, those of earlier periods, present values", &MeterDesk::registers);
  CLI::App* clock = add("clock", "The meter's clock against the bench's", &MeterDesk::clock);
  clock->add_option("--utc-offset-h", options->utc_offset_h, "How far local time is ahead of UTC, in hours")
      ->capture_default_str();
  clock->add_flag("--set", options->set, "Set it to the bench's time first");
  add("profile", "What the meter records in intervals", &MeterDesk::profile);
  add("log", "Event log and history", &MeterDesk::log);
  CLI::App* procedure = add("procedure", "Tell the meter to do something", &MeterDesk::procedure);
  std::string names;
  for (const MeterProcedure one : meter_procedures())
    names += fmt::format("{}{}", names.empty() ? "" : ", ", to_text(one));
  procedure->add_option("name", options->procedure, names)->required();
  procedure->add_option("parameter", options->parameter, "on, off, open, close, or '2025-06-02 08:00:00'");
  procedure->add_flag("--wipe", options->wipe, "A cold start is meant, whatever it wipes");
}

}  // namespace meterbench
