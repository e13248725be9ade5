#include "drivers/virtual_lab/lab/lab.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "drivers/virtual_lab/lab/unpluggable.h"
#include "drivers/virtual_lab/meter/emulator.h"

namespace meterbench::virtual_lab {

namespace {

using Overrides = std::map<std::string, double>;

constexpr std::string_view kOpticalPort = "optical.";

const SimulatorModel& model_named(const std::string& name, const std::vector<SimulatorModel>& models) {
  const auto model = std::ranges::find(models, name, &SimulatorModel::name);
  if (model == models.end()) throw std::invalid_argument{fmt::format("there is no simulator '{}'", name)};
  return *model;
}

bool wired_for_three_wires(const std::map<std::string, MeterType>& meters) {
  const auto three_wire = [](const auto& entry) { return is_three_wire(entry.second.form); };
  const bool any = std::ranges::any_of(meters, three_wire);
  if (any && !std::ranges::all_of(meters, three_wire))
    throw std::invalid_argument{"two-wire and three-wire meters cannot stand on one bench"};
  return any;
}

/// `meter.gain_percent` or, for one position, `meter.A.gain_percent`.
std::string key_text(const std::string& owner, const std::string& position, const std::string& key) {
  return position.empty() ? owner + "." + key : owner + "." + position + "." + key;
}

void check_overrides(const Overrides& overrides, const std::map<std::string, double>& drawn,
                     const std::map<std::string, MeterType>& meters) {
  std::vector<std::string> known;
  for (const auto& [key, value] : drawn) known.push_back(key);
  for (const Section& section : sections())
    for (const Parameter& parameter : section.parameters)
      if (!meters.empty() && section.of_each_position)
        known.push_back(key_text(section.name, "", parameter.key));
  for (const auto& [key, value] : overrides)
    if (std::ranges::find(known, key) == known.end()) throw std::invalid_argument{not_allowed(key, known)};
}

/// A wire to nowhere would count nothing and say nothing. What belongs to an empty socket is silent, and no
/// mistake.
void check_wiring(const LabFile& file, const World& world, const std::map<std::string, MeterType>& meters) {
  const auto of_an_empty_socket = [&](const std::string& wire) {
    const auto of_a_socket = [&](std::string_view kind) {
      if (!wire.starts_with(kind)) return false;
      const std::string position = wire.substr(kind.size());
      return !meters.contains(position.substr(0, position.find('.')));
    };
    return of_a_socket("led.") || of_a_socket("body.") || of_a_socket("switch.");
  };
  for (const auto& [name, instrument] : file.instruments)
    for (const auto& [terminal, wire] : instrument.wiring)
      if (!world.knows_wire(wire) && !of_an_empty_socket(wire))
        throw std::invalid_argument{
            fmt::format("lab {}: {} of {}: there is no signal, thermometer or switch '{}'", file.name,
                        terminal, name, wire)};
}

TrueMeter true_meter(const MeterType& type, const VirtualMeter::Imperfections& imperfections) {
  return {.type = type,
          .gain_percent = imperfections.gain_percent,
          .phase_error_arcmin = imperfections.phase_error_arcmin,
          .temperature_slope_percent_per_k = imperfections.temperature_slope_percent_per_k,
          .clock_ppm = imperfections.clock_ppm,
          .clock_ppm_per_k2 = imperfections.clock_ppm_per_k2,
          .creep_w = imperfections.creep_w,
          .led_constant_percent = imperfections.led_constant_percent};
}

void add_switches(World& world, const std::string& position, VirtualMeter& meter) {
  using Switch = VirtualMeter::Switch;
  for (const auto& [name, which] : {std::pair{"display_scroll", Switch::display_scroll},
                                    {"demand_reset", Switch::demand_reset},
                                    {"test_mode", Switch::test_mode},
                                    {"disconnect", Switch::disconnect}})
    world.add_switch(fmt::format("switch.{}.{}", position, name),
                     [&meter, which](bool pressed) { meter.press(which, pressed); });
  world.add_switch(fmt::format("switch.{}.supply", position),
                   [&meter](bool taken_away) { meter.set_supply(!taken_away); });
}

}  // namespace

Lab::Socket::Socket(const MeterType& type, const Numbers& meter_numbers, const Isolation::Settings& burden,
                    const Pickup& photodiode, const std::string& position,
                    std::vector<ScriptedFault> port_faults, UtcTime starts, const MeterProgram& program)
    : truth{true_meter(type, imperfections_from(meter_numbers))},
      pickup{photodiode},
      meter{built_from(type, meter_numbers),
            imperfections_from(meter_numbers),
            [this](Instant t) { pickup.on_edge(t, meter.body()); },
            idle_from(meter_numbers),
            starts,
            program.image ? emulator(program.image) : host_processor(),
            program.eeprom.value_or(VirtualMeter::factory_eeprom(
                built_from(type, meter_numbers), imperfections_from(meter_numbers), position))},
      isolation{burden, meter},
      port{meter},
      port_as_seen{port, FaultScript{std::move(port_faults)}} {}

Lab::Lab(const LabFile& file, std::uint64_t seed, const std::vector<SimulatorModel>& models,
         const std::map<std::string, MeterType>& meters, const Overrides& overrides,
         const MeterPrograms& programs)
    : seed_{seed}, starts_{file.starts} {
  const bool three_wire = wired_for_three_wires(meters);

  // All numbers first: the world needs those of its source, and the simulators need the world.
  const std::string connected = connected_source(file.instruments, models);
  if (connected.empty()) throw std::invalid_argument{fmt::format("lab {} has no source", file.name)};
  std::map<std::string, SimulatorSettings> settings;
  for (const auto& [name, instrument] : file.instruments) {
    const SimulatorModel& model = model_named(instrument.model, models);
    Numbers numbers = draw_all(name, "", model.parameters, instrument.numbers, overrides);
    if (name == connected)
      world_ = std::make_unique<World>(seed, source_from(numbers));
    else if (model.source)
      spare_outputs_.try_emplace(name, seed, source_from(numbers));
    settings.emplace(name, SimulatorSettings{name, std::move(numbers), instrument.wiring, instrument.faults,
                                             three_wire, nullptr});
  }
  settings.at(connected).output = &world_->source();
  for (auto& [name, output] : spare_outputs_) settings.at(name).output = &output;

  const Numbers room = draw_section(file, "room", "", overrides);
  world_->climate().set_room(Temperature{room.at("temperature_c")});
  for (const auto& [position, type] : meters) {
    const auto program = programs.find(position);
    fill_socket(file, position, type, overrides,
                program == programs.end() ? MeterProgram{} : program->second);
  }
  for (const auto& [name, instrument] : file.instruments) {
    const SimulatorModel& model = model_named(instrument.model, models);
    instruments_.try_emplace(
        name, Instrument{model, unpluggable(model.make(*world_, settings.at(name)), instrument.unplugs)});
  }
  check_overrides(overrides, drawn_, meters);
  check_wiring(file, *world_, meters);
}

void Lab::fill_socket(const LabFile& file, const std::string& position, const MeterType& type,
                      const Overrides& overrides, const MeterProgram& program) {
  const Numbers meter = draw_section(file, type.certificate ? "standard" : "meter", position, overrides);
  const Numbers burden = draw_section(file, "positions", position, overrides);
  const Numbers pickup = draw_section(file, "pickup", position, overrides);
  const auto faults = file.port_faults.find(position);
  Socket& socket =
      sockets_
          .try_emplace(position, type, meter, isolation_from(burden),
                       Pickup{seed_, position, pickup_from(pickup)}, position,
                       faults == file.port_faults.end() ? std::vector<ScriptedFault>{} : faults->second,
                       starts_, program)
          .first->second;
  world_->attach(socket.isolation);
  world_->add_signal("led." + position, socket.led);
  world_->add_light(position, socket);
  world_->add_thermometer("body." + position, [&body_of = socket.meter] { return body_of.body(); });
  add_switches(*world_, position, socket.meter);
}

Numbers Lab::draw_section(const LabFile& file, const std::string& name, const std::string& position,
                          const Overrides& overrides) {
  const auto stated = file.sections.find(name);
  return draw_all(name, position, section(name).parameters,
                  stated == file.sections.end() ? Distributions{} : stated->second, overrides);
}

Numbers Lab::draw_all(const std::string& owner, const std::string& position,
                      const std::vector<Parameter>& table, const Distributions& distributions,
                      const Overrides& overrides) {
  Numbers numbers;
  for (const Parameter& parameter : table) {
    const std::string key = key_text(owner, "", parameter.key);
    const std::string own_key = key_text(owner, position, parameter.key);
    const auto stated = distributions.find(parameter.key);
    // A draw far out in a tail stands at the bound that the key has.
    double value = stated == distributions.end() ? parameter.fallback
                                                 : std::clamp(draw(stated->second, seed_, key, position),
                                                              parameter.least, parameter.most);
    for (const std::string& name : {key, own_key})
      if (const auto replaced = overrides.find(name); replaced != overrides.end()) value = replaced->second;
    numbers.emplace(parameter.key, value);
    drawn_.emplace(own_key, value);
  }
  return numbers;
}

void Lab::begin_at(Instant t) {
  // Meters come to rest first: they pass a long segment at once only then.
  constexpr Duration kStart = std::chrono::seconds{1};
  world_->advance_to(std::min(t, Instant{kStart}));
  world_->rest_until(t);
}

std::vector<std::string> Lab::names() const {
  std::vector<std::string> known;
  for (const auto& [name, instrument] : instruments_) known.push_back(name);
  for (const auto& [position, socket] : sockets_) known.push_back(std::string{kOpticalPort} + position);
  return known;
}

tl::expected<Lab::FarEndPointer, std::string> Lab::far_end(const std::string& name) {
  const auto found = instruments_.find(name);
  if (found != instruments_.end())
    return std::visit([](const auto& end) -> FarEndPointer { return end.get(); }, found->second.far_end);
  if (name.starts_with(kOpticalPort))
    if (const auto socket = sockets_.find(name.substr(kOpticalPort.size())); socket != sockets_.end())
      return &socket->second.port_as_seen;
  return tl::unexpected{not_allowed(name, names())};
}

const SimulatorModel& Lab::model_of(const std::string& name) const { return instruments_.at(name).model; }

std::string Lab::meter_firmware(const std::string& position) const {
  const auto socket = sockets_.find(position);
  return socket == sockets_.end() ? std::string{} : socket->second.meter.firmware_description();
}

void Lab::on_reset(const std::function<void(const std::string&, const std::string&)>& reset) {
  for (auto& [position, socket] : sockets_)
    socket.meter.on_reset([reset, name = position](const std::string& how) { reset(name, how); });
}

void Lab::on_failure(const std::function<void(const std::string&, const std::string&)>& failed) {
  for (auto& [position, socket] : sockets_)
    socket.meter.on_failure([failed, name = position](const std::string& why) { failed(name, why); });
}

}  // namespace meterbench::virtual_lab
