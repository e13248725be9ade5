#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench/cli/exit_code.h"
#include "bench/cli/inputs.h"
#include "bench/cli/lab_listen.h"
#include "bench/cli/lab_schema.h"
#include "bench/cli/verbs.h"
#include "bench/config/waveform_file.h"
#include "bench/core/quantity_text.h"

namespace meterbench {
namespace {

/// Of the apparent power: less active power is none.
constexpr double kLeastShare = 1e-6;

struct TruthOptions {
  std::string lab = "default";
  std::string meter;
  std::string temperature = "23 °C";
  std::string voltage;
  std::string current;
  std::string power_factor = "1";
  std::string direction = "delivered";
  std::string frequency;
  std::string circuit = "series";
  std::string leg_2_current = "100 %";
  std::string leg_2_power_factor = "1";
  std::string leg_2_direction = "delivered";
  std::string service = "single_phase";
  std::string leg_1_voltage;
  std::string waveform;
  std::string position = "A";
  std::uint64_t seed = 1;
  std::string format = "text";
};

/// The value of an option, or a usage mistake that names the option.
template <class T>
T read(const std::string& option, tl::expected<T, std::string> value) {
  if (!value) throw InputError{fmt::format("--{}: {}", option, value.error())};
  return *value;
}

/// A quantity, or a bare number in the kind's own unit, as a script has it.
template <class Kind>
Quantity<Kind> read_quantity(const std::string& option, const std::string& text) {
  if (const auto number = parse_number(text)) return Quantity<Kind>{*number};
  return read(option, parse_quantity<Kind>(text));
}

template <class T>
tl::expected<T, std::string> known(std::optional<T> value, const std::string& text,
                                   const std::vector<std::string>& allowed) {
  if (!value) return tl::unexpected{not_allowed(text, allowed)};
  return *value;
}

Direction read_direction(const std::string& option, const std::string& text) {
  return read(option, known(parse_direction(text), text, {"delivered", "received"}));
}

Connection read_connection(const TruthOptions& o, Voltage voltage) {
  Connection connection;
  connection.circuit =
      read("circuit", known(parse_circuit(o.circuit), o.circuit, {"series", "coil_1", "coil_2", "legs"}));
  if (connection.circuit == Circuit::legs)
    connection.leg_2 = {read("leg-2-current", parse_quantity<kind::Ratio>(o.leg_2_current)),
                        read("leg-2-pf", parse_power_factor(o.leg_2_power_factor)),
                        read_direction("leg-2-direction", o.leg_2_direction)};
  connection.service =
      read("service", known(parse_service(o.service), o.service, {"single_phase", "network"}));
  if (!o.leg_1_voltage.empty())
    connection.leg_1_voltage =
        Ratio{read_quantity<kind::Voltage>("leg-1-voltage", o.leg_1_voltage) / voltage};
  return connection;
}

Waveform read_waveform(const Catalogue& files, const std::string& name) {
  if (name.empty()) return {};
  const auto path = files.find("waveforms", name);
  if (!path) throw InputError{path.error()};
  Mistakes mistakes;
  auto waveform = load_waveform_file(*path, mistakes);
  if (!waveform) throw InputError{mistakes.text()};
  return series_of(*std::move(waveform), kHighestOrder);
}

int show_truth(const TruthOptions& o) {
  const Catalogue files = catalogue();
  const MeterType meter = load_meter(files, o.meter);
  const auto temperature = read_quantity<kind::Temperature>("temperature", o.temperature);
  const auto voltage =
      o.voltage.empty() ? meter.nominal_voltage : read_quantity<kind::Voltage>("voltage", o.voltage);
  const auto current = read_quantity<kind::Current>("current", o.current);
  const auto pf = read("pf", parse_power_factor(o.power_factor));
  const auto direction = read_direction("direction", o.direction);
  const auto frequency = o.frequency.empty() ? meter.nominal_frequency
                                             : read_quantity<kind::Frequency>("frequency", o.frequency);

  const virtual_lab::Lab lab{load_lab(files, o.lab), o.seed, simulator_models(), {{o.position, meter}}};
  LoadPoint point =
      make_load_point(meter.form, voltage, frequency, current, pf, direction, read_connection(o, voltage));
  point.waveform = read_waveform(files, o.waveform);
  if (!(temperature.value() >= -60 && temperature.value() <= 90))
    throw InputError{"--temperature: the model holds from -60 °C to 90 °C"};
  if (!(voltage.value() > 0 && current.value() > 0 && frequency.value() >= 45 && frequency.value() <= 65))
    throw InputError{"a true error needs a voltage and a current above 0, and 45 Hz to 65 Hz"};
  if (!(current <= meter.maximum_current * 1.2))
    throw InputError{fmt::format("--current: beyond 1.2 times Imax of {}", to_text(meter.maximum_current))};
  // Two legs may cancel each other.
  if (std::abs(metered_power(meter.form, point).value()) < kLeastShare * voltage.value() * current.value())
    throw InputError{"the meter sees no power there, and has no percent error"};
  const double error = lab.truth_percent(o.position, point, temperature);
  if (o.format == "json")
    fmt::print("{}\n", nlohmann::json{{"error_percent", error}}.dump());
  else
    fmt::print("{}\n", to_text(from_percent(error)));
  return kAllPassed;
}

}  // namespace

void add_lab(CLI::App& app, VerbAction& chosen, UsbPlugs* usb) {
  CLI::App* lab = app.add_subcommand("lab", "The virtual lab");
  lab->require_subcommand(0, 1);
  auto listening = std::make_shared<ListenOptions>();
  add_listen_options(*lab, *listening);
  lab->callback([lab, listening, usb, &chosen] {
    if (!lab->get_subcommands().empty()) return;
    if (!listening->listen) throw CLI::RequiredError{"lab: --listen or truth"};
    chosen = [listening, usb](StopSignal& stop) { return serve_lab(*listening, usb, stop); };
  });

  auto options = std::make_shared<TruthOptions>();
  lab->add_subcommand("schema", "The JSON Schema of lab files, from the tables of the simulators")
      ->callback([&chosen] {
        chosen = [](StopSignal&) {
          fmt::print("{}", lab_schema(simulator_models()));
          return kAllPassed;
        };
      });
  CLI::App* truth =
      lab->add_subcommand("truth", "The true error of the lab's meter at a load, by closed formula");
  truth->add_option("--lab", options->lab, "Lab")->capture_default_str();
  truth->add_option("--meter", options->meter, "Meter type")->required();
  truth->add_option("--temperature", options->temperature, "Of the meter's body; a bare number is °C")
      ->capture_default_str();
  truth->add_option("--voltage", options->voltage, "Nominal without");
  truth->add_option("--current", options->current, "Current, as '30 A'")->required();
  truth->add_option("--pf", options->power_factor, "Power factor, as '0.5 lag'")->capture_default_str();
  truth->add_option("--direction", options->direction, "delivered or received")->capture_default_str();
  truth->add_option("--frequency", options->frequency, "Nominal without");
  truth->add_option("--circuit", options->circuit, "series, coil_1, coil_2 or legs")->capture_default_str();
  truth->add_option("--leg-2-current", options->leg_2_current, "Of legs: share of leg 1's current")
      ->capture_default_str();
  truth->add_option("--leg-2-pf", options->leg_2_power_factor, "Of legs")->capture_default_str();
  truth->add_option("--leg-2-direction", options->leg_2_direction, "Of legs")->capture_default_str();
  truth->add_option("--service", options->service, "single_phase or network")->capture_default_str();
  truth->add_option("--leg-1-voltage", options->leg_1_voltage, "Half of --voltage without");
  truth->add_option("--waveform", options->waveform, "File of config/waveforms; a sine without");
  truth->add_option("--position", options->position, "Position")->capture_default_str();
  truth->add_option("--seed", options->seed, "Seed of the lab's draws")
      ->capture_default_str()
      ->check(seed_text());
  truth->add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  truth->callback([options, &chosen] { chosen = [options](StopSignal&) { return show_truth(*options); }; });
}

}  // namespace meterbench
