#include "bench/cli/bench_session.h"

#include <fmt/format.h>

namespace meterbench {
namespace {

std::string located(const FilePosition& position, const std::string& text) {
  return fmt::format("{}:{}:{}: {}", position.file, position.line, position.column, text);
}

/// The driver of `role`, of the kind that the role needs; or a message at its place in the station file.
template <class Driver>
tl::expected<std::pair<const DriverEntry*, const Driver*>, std::string> driver_of(const StationFile& file,
                                                                                  const std::string& role) {
  const InstrumentEntry& instrument = file.instruments.at(role);
  const DriverEntry* entry = find_driver(instrument.driver);
  if (entry != nullptr)
    if (const auto* driver = std::get_if<Driver>(&entry->driver)) return std::pair{entry, driver};
  std::vector<std::string> allowed;
  for (const DriverEntry& d : drivers())
    if (std::holds_alternative<Driver>(d.driver)) allowed.push_back(d.name);
  return tl::unexpected{located(instrument.position, fmt::format("driver of the {}: {}", role,
                                                                 not_allowed(instrument.driver, allowed)))};
}

tl::expected<DriverOptions, std::string> options_of(const StationFile& file, const std::string& role,
                                                    const Catalogue& catalogue) {
  DriverOptions options{{}, file.reference_definition, file.reference_pulse};
  const InstrumentEntry& instrument = file.instruments.at(role);
  if (!instrument.profile) return options;
  auto path = catalogue.find("instruments", *instrument.profile);
  if (!path) return tl::unexpected{located(instrument.position, path.error())};
  options.profile = *path;
  return options;
}

}  // namespace

tl::expected<PlanningStation, std::string> planning_station(const StationFile& file,
                                                            const Catalogue& catalogue) {
  const auto source = driver_of<SourceDriver>(file, "source");
  if (!source) return tl::unexpected{source.error()};
  const auto reference = driver_of<ReferenceDriver>(file, "reference");
  if (!reference) return tl::unexpected{reference.error()};
  const auto counter = driver_of<CounterDriver>(file, "counter");
  if (!counter) return tl::unexpected{counter.error()};
  const auto options = options_of(file, "source", catalogue);
  if (!options) return tl::unexpected{options.error()};
  const auto capabilities = source->second->capabilities(*options);
  if (!capabilities) return tl::unexpected{capabilities.error()};

  PlanningStation planning;
  planning.source = *capabilities;
  planning.limits = file.limits;
  planning.counter = counter->second->capabilities;
  planning.reference_definition = file.reference_definition;
  planning.reference_calibration = file.instruments.at("reference").calibration.value_or(Calibration{});
  planning.reference_pulse = file.reference_pulse;
  planning.reference_window = file.reference_window;
  planning.uncertainty = file.uncertainty;
  planning.room_temperature = file.room_temperature;
  return planning;
}

tl::expected<std::unique_ptr<BenchSession>, std::string> BenchSession::open(
    const StationFile& file, const Catalogue& catalogue, VirtualLab lab,
    const std::map<std::string, MeterType>& meters, StopSignal& stop) {
  std::unique_ptr<BenchSession> session{new BenchSession};
  session->lab_ =
      std::make_unique<virtual_lab::Lab>(std::move(lab.file), lab.seed, simulator_models(), meters);
  session->reactor_ = std::make_unique<SimulatedReactor>(stop, session->lab_->starts_utc());
  session->reactor_->on_advance([lab = session->lab_.get()](Instant t) { lab->advance_to(t); });
  if (auto connected = session->connect(file, catalogue); !connected)
    return tl::unexpected{connected.error()};
  return session;
}

tl::expected<void, std::string> BenchSession::connect(const StationFile& file, const Catalogue& catalogue) {
  station_ = std::make_unique<Station>(file.name, *reactor_);
  Station& station = *station_;
  station.reference_input = file.reference_input;
  station.limits = file.limits;
  station.reference_calibration = file.instruments.at("reference").calibration.value_or(Calibration{});
  station.reference_window = file.reference_window;
  station.uncertainty = file.uncertainty;
  for (const PositionEntry& p : file.positions)
    station.positions.push_back({p.name, p.led_input, lab_->meter_firmware(p.name), true});

  /// A link of the wanted kind to the far end that the address names.
  const auto link = [&](const std::string& role, const DriverEntry& driver, auto kind) {
    using Wanted = decltype(kind);
    using FarEndKind = std::conditional_t<std::is_same_v<Wanted, ByteLink*>, FarEnd, UsbFarEnd>;
    const InstrumentEntry& instrument = file.instruments.at(role);
    const auto name = instrument.address.virtual_name();
    const auto refused = [&](const std::string& why) -> tl::expected<Wanted, std::string> {
      return tl::unexpected{located(instrument.address.position, why)};
    };
    if (!name)
      return refused(fmt::format("{}: only virtual: addresses can be opened", instrument.address.text));
    auto far_end = lab_->far_end(*name);
    if (!far_end) return refused(far_end.error());
    auto* const* end = std::get_if<FarEndKind*>(&*far_end);
    if (end == nullptr)
      return refused(fmt::format("driver {} and virtual:{} do not speak over the same kind of link",
                                 driver.name, *name));
    const virtual_lab::SimulatorModel& model = lab_->model_of(*name);
    station.instruments.push_back({role, driver.name, instrument.address.text, "simulator " + model.name,
                                   true, "",
                                   instrument.calibration ? instrument.calibration->certificate : ""});
    Wanted opened{};
    if constexpr (std::is_same_v<Wanted, ByteLink*>) {
      byte_links_.push_back(std::make_unique<MemoryLink>(*reactor_, role, **end, driver.wire));
      opened = byte_links_.back().get();
    } else {
      usb_links_.push_back(std::make_unique<MemoryUsbLink>(*reactor_, role, **end, driver.wire));
      opened = usb_links_.back().get();
    }
    if (auto open = opened->open(); !open) return refused(open.error().text());
    return tl::expected<Wanted, std::string>{opened};
  };

  const auto source = driver_of<SourceDriver>(file, "source");
  if (!source) return tl::unexpected{source.error()};
  const auto source_options = options_of(file, "source", catalogue);
  if (!source_options) return tl::unexpected{source_options.error()};
  const auto source_link = link("source", *source->first, static_cast<ByteLink*>(nullptr));
  if (!source_link) return tl::unexpected{source_link.error()};
  auto made = source->second->make(**source_link, *source_options);
  if (!made) return tl::unexpected{made.error()};
  station.source = std::move(*made);

  const auto reference = driver_of<ReferenceDriver>(file, "reference");
  if (!reference) return tl::unexpected{reference.error()};
  const auto reference_options = options_of(file, "reference", catalogue);
  if (!reference_options) return tl::unexpected{reference_options.error()};
  const auto reference_link = link("reference", *reference->first, static_cast<ByteLink*>(nullptr));
  if (!reference_link) return tl::unexpected{reference_link.error()};
  station.reference = reference->second->make(**reference_link, *reference_options);

  const auto counter = driver_of<CounterDriver>(file, "counter");
  if (!counter) return tl::unexpected{counter.error()};
  const auto counter_link = link("counter", *counter->first, static_cast<UsbLink*>(nullptr));
  if (!counter_link) return tl::unexpected{counter_link.error()};
  station.counter = counter->second->make(**counter_link);
  return {};
}

}  // namespace meterbench
