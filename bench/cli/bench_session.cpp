#include "bench/cli/bench_session.h"

#include <algorithm>

#include <fmt/format.h>

namespace meterbench {
namespace {

std::string located(const FilePosition& position, const std::string& text) {
  return fmt::format("{}:{}:{}: {}", position.file, position.line, position.column, text);
}

/// The driver that `instrument` names, of the kind that its role needs; or a message at its place.
template <class Driver>
tl::expected<std::pair<const DriverEntry*, const Driver*>, std::string> driver_of(
    const std::string& role, const InstrumentEntry& instrument) {
  const DriverEntry* entry = find_driver(instrument.driver);
  if (entry != nullptr)
    if (const auto* driver = std::get_if<Driver>(&entry->driver)) return std::pair{entry, driver};
  std::vector<std::string> allowed;
  for (const DriverEntry& d : drivers())
    if (std::holds_alternative<Driver>(d.driver)) allowed.push_back(d.name);
  return tl::unexpected{located(instrument.position, fmt::format("driver of the {}: {}", role,
                                                                 not_allowed(instrument.driver, allowed)))};
}

using Meters = std::map<std::string, MeterType>;  // by position

/// The counters of the positions that hold a meter; where no meter is named, all.
std::vector<std::string> counters_in_use(const StationFile& file, const Meters& meters) {
  std::vector<std::string> used = file.counters();
  if (meters.empty()) return used;
  std::erase_if(used, [&](const std::string& role) {
    return std::ranges::none_of(file.positions, [&](const PositionEntry& position) {
      return position.counter == role && meters.contains(position.name);
    });
  });
  return used;
}

/// Every instrument of a station that is used with these meters, with its role.
std::vector<std::pair<std::string, const InstrumentEntry*>> all_instruments(const StationFile& file,
                                                                            const Meters& meters) {
  std::vector<std::pair<std::string, const InstrumentEntry*>> all;
  const std::vector<std::string> counters = file.counters();
  const std::vector<std::string> used = counters_in_use(file, meters);
  for (const auto& [role, entry] : file.instruments)
    if (std::ranges::count(counters, role) == 0 || std::ranges::count(used, role) > 0)
      all.emplace_back(role, &entry);
  for (const PositionEntry& position : file.positions)
    if (position.optical_port && meters.contains(position.name))
      all.emplace_back("optical." + position.name, &*position.optical_port);
  return all;
}

tl::expected<DriverOptions, std::string> options_of(const StationFile& file, const std::string& role,
                                                    const Catalogue& catalogue) {
  const InstrumentEntry& instrument = file.instruments.at(role);
  DriverOptions options;
  options.definition = file.reference_definition;
  options.reference_pulse = file.reference_pulse;
  options.chamber = file.chamber.value_or(ChamberCapabilities{});
  if (file.interlock) options.interlock = file.interlock->wiring;
  options.serial = instrument.address.text.starts_with("modbus-rtu:");
  if (!instrument.profile) return options;
  auto path = catalogue.find("instruments", *instrument.profile);
  if (!path) return tl::unexpected{located(instrument.position, path.error())};
  options.profile = *path;
  return options;
}

}  // namespace

tl::expected<PlanningStation, std::string> planning_station(const StationFile& file,
                                                            const Catalogue& catalogue) {
  const auto source = driver_of<SourceDriver>("source", file.instruments.at("source"));
  if (!source) return tl::unexpected{source.error()};
  const auto reference = driver_of<ReferenceDriver>("reference", file.instruments.at("reference"));
  if (!reference) return tl::unexpected{reference.error()};
  const auto options = options_of(file, "source", catalogue);
  if (!options) return tl::unexpected{options.error()};
  const auto capabilities = source->second->capabilities(*options);
  if (!capabilities) return tl::unexpected{capabilities.error()};

  PlanningStation planning;
  planning.source = *capabilities;
  planning.limits = file.limits;
  if (const auto counter = file.instruments.find("counter"); counter != file.instruments.end()) {
    const auto driver = driver_of<CounterDriver>("counter", counter->second);
    if (!driver) return tl::unexpected{driver.error()};
    planning.counter = driver->second->capabilities;
  }
  if (file.photo_head) {
    planning.error_calculator = reference->second->error_calculator;
    if (!planning.error_calculator)
      return tl::unexpected{located(file.instruments.at("reference").position,
                                    "photo_head: this reference has no error calculator")};
  }
  planning.chamber = file.chamber;
  planning.reference_definition = file.reference_definition;
  planning.reference_capabilities = file.reference_capabilities;
  planning.reference_calibration = file.instruments.at("reference").calibration.value_or(Calibration{});
  planning.reference_pulse = file.reference_pulse;
  planning.reference_window = file.reference_window;
  planning.uncertainty = file.uncertainty;
  planning.room_temperature = file.room_temperature;
  planning.wiring = file.wiring;
  planning.isolation_transformers = file.isolation_transformers;
  for (const PositionEntry& position : file.positions)
    planning.positions.push_back({position.name, position.isolation});
  return planning;
}

/// Whether the far ends are those of a virtual lab.
tl::expected<bool, std::string> is_virtual(const StationFile& file, const Meters& meters) {
  std::optional<bool> all;
  for (const auto& [role, instrument] : all_instruments(file, meters)) {
    const bool one = instrument->address.virtual_name().has_value();
    if (all && *all != one)
      return tl::unexpected{
          located(instrument->address.position,
                  "virtual and real addresses do not mix: simulated time is not real time")};
    all = one;
  }
  return all.value_or(false);
}

tl::expected<std::unique_ptr<BenchSession>, std::string> BenchSession::open(
    const StationFile& file, const Catalogue& catalogue, VirtualLab lab,
    const std::map<std::string, MeterType>& meters, StopSignal& stop) {
  const auto simulated = is_virtual(file, meters);
  if (!simulated) return tl::unexpected{simulated.error()};
  std::unique_ptr<BenchSession> session{new BenchSession};
  if (*simulated) {
    session->lab_ = std::make_unique<virtual_lab::Lab>(std::move(lab.file), lab.seed, simulator_models(),
                                                       meters, lab.overrides, lab.programs);
    session->lab_->begin_at(lab.begin);
    auto reactor = std::make_unique<SimulatedReactor>(stop, session->lab_->starts_utc(), lab.begin);
    reactor->on_advance([world = session->lab_.get()](Instant t) { world->advance_to(t); });
    session->lab_->on_failure([&breaks = *reactor](const std::string& position, const std::string& why) {
      breaks.break_off({Errc::disconnected, "meter " + position, "run its firmware", why, {}});
    });
    session->links_ = std::make_unique<VirtualLinks>(*reactor, *session->lab_);
    session->reactor_ = std::move(reactor);
  } else {
    auto reactor = std::make_unique<RealReactor>(stop);
    session->links_ = std::make_unique<RealLinks>(*reactor, file.simulated);
    session->reactor_ = std::move(reactor);
  }
  if (auto connected = session->connect(file, catalogue, meters); !connected)
    return tl::unexpected{connected.error()};
  return session;
}

template <class Driver, class Make>
BenchSession::Added BenchSession::add(const std::string& role, const InstrumentEntry& instrument, Make make) {
  const auto driver = driver_of<Driver>(role, instrument);
  if (!driver) return tl::unexpected{driver.error()};
  const WireTime& wire = driver->first->wire;
  const std::string& address = instrument.address.text;
  const auto refused = [&](const std::string& why) {
    return tl::unexpected{located(instrument.address.position, why)};
  };
  const auto keep = [&](auto made, auto& links) -> Added {
    if (!made) return refused(made.error());
    links.push_back(*std::move(made));
    return make(*driver->second, *links.back());
  };
  Added added;
  if constexpr (std::is_same_v<typename Driver::Link, ByteLink>)
    added = keep(links_->byte_link(role, address, wire), byte_links_);
  else if constexpr (std::is_same_v<typename Driver::Link, UsbLink>)
    added = keep(links_->usb_link(role, address, wire), usb_links_);
  else
    added = keep(links_->modbus_link(role, address, wire), modbus_links_);
  if (!added) return added;
  const std::string far_end = links_->far_end(address);
  const Calibration calibration = instrument.calibration.value_or(Calibration{});
  station_->instruments.push_back({role, driver->first->name, address, far_end,
                                   far_end.starts_with("simulator"), "", calibration.certificate,
                                   calibration.serial_number});
  return {};
}

template <class Driver, class Use>
BenchSession::Added BenchSession::add_role(const StationFile& file, const Catalogue& catalogue,
                                           const std::string& role, Use use) {
  const auto instrument = file.instruments.find(role);
  if (instrument == file.instruments.end()) return {};
  const auto options = options_of(file, role, catalogue);
  if (!options) return tl::unexpected{options.error()};
  return add<Driver>(role, instrument->second,
                     [&](const Driver& driver, auto& link) -> Added { return use(driver, link, *options); });
}

BenchSession::Added BenchSession::add_counters(const StationFile& file, const Catalogue& catalogue,
                                               const Meters& meters) {
  for (const std::string& role : counters_in_use(file, meters)) {
    const auto input = file.reference_inputs.find(role);
    auto added = add_role<CounterDriver>(
        file, catalogue, role,
        [&](const CounterDriver& driver, UsbLink& link, const DriverOptions&) -> Added {
          station_->counters.push_back({.role = role, .counter = driver.make(link)});
          if (input != file.reference_inputs.end()) station_->counters.back().reference_input = input->second;
          return {};
        });
    if (!added) return added;
  }
  return {};
}

/// After the counters, which a position knows by their place. An empty socket has none.
void BenchSession::add_positions(const StationFile& file) {
  const auto& boxes = station_->counters;
  for (const PositionEntry& p : file.positions) {
    const auto box = std::ranges::find(boxes, p.counter, &CounterBox::role);
    station_->positions.push_back(
        {.name = p.name,
         .counter = box == boxes.end() ? 0 : static_cast<std::size_t>(box - boxes.begin()),
         .led_input = p.led_input,
         .isolation = p.isolation,
         .meter_firmware = lab_ ? lab_->meter_firmware(p.name) : std::string{},
         .meter_simulated = lab_ != nullptr || file.simulated});
  }
}

BenchSession::Added BenchSession::connect(const StationFile& file, const Catalogue& catalogue,
                                          const Meters& meters) {
  station_ = std::make_unique<Station>(file.name, *reactor_);
  Station& station = *station_;
  station.limits = file.limits;
  station.reference_calibration = file.instruments.at("reference").calibration.value_or(Calibration{});
  station.reference_window = file.reference_window;
  station.uncertainty = file.uncertainty;
  station.source_accuracy = file.source_accuracy;
  station.interim_checks = file.interim_checks;
  if (file.interlock) station.interlock_timing = {file.interlock->trigger, file.interlock->watchdog};

  using Options = const DriverOptions&;
  for (const Added& added : {
           add_role<SourceDriver>(file, catalogue, "source",
                                  [&](const SourceDriver&driver, ByteLink&link, Options options) -> Added {
                                    auto made = driver.make(link, options);
                                    if (!made) return tl::unexpected{made.error()};
                                    station.source = *std::move(made);
                                    return {};
                                  }),
           add_role<ReferenceDriver>(
               file, catalogue, "reference",
               [&](const ReferenceDriver&driver, ByteLink&link, Options options) -> Added {
                 station.reference = driver.make(link, options);
                 return {};
               }),
           add_counters(file, catalogue, meters),
           add_role<ChamberDriver>(
               file, catalogue, "chamber",
               [&](const ChamberDriver&driver, ModbusLink&link, Options options) -> Added {
                 station.chamber = driver.make(link, options);
                 return {};
               }),
           add_role<InterlockDriver>(
               file, catalogue, "interlock",
               [&](const InterlockDriver&driver, ModbusLink&link, Options options) -> Added {
                 MadeInterlock made = driver.make(link, options);
                 station.interlock = std::move(made.interlock);
                 station.controls = made.controls;
                 return {};
               }),
           add_role<PickupDriver>(file, catalogue, "pickups",
                                  [&](const PickupDriver&driver, ByteLink&link, Options) -> Added {
                                    MadePickups made = driver.make(link);
                                    station.photodiode = std::move(made.photodiode);
                                    station.display = made.display;
                                    return {};
                                  }),
       })
    if (!added) return added;

  add_positions(file);
  for (const PositionEntry& p : file.positions) {
    if (!p.optical_port || !meters.contains(p.name)) continue;  // an empty socket
    auto added = add<MeterDriver>("optical." + p.name, *p.optical_port,
                                  [&](const MeterDriver& driver, ByteLink& link) -> Added {
                                    station.meters[p.name] = driver.make(link, p.optical_port->log_on);
                                    return {};
                                  });
    if (!added) return added;
  }
  return {};
}

}  // namespace meterbench
