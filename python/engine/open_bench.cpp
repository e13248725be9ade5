#include "python/engine/open_bench.h"

#include <fmt/format.h>

#include "bench/core/quantity_text.h"

namespace meterbench::python {

OpenBench::OpenBench(const BenchOptions& options, std::string ledger, StopSignal& stop)
    : options_{options}, ledger_{std::move(ledger)} {
  const Catalogue known = catalogue();
  file_ = load_station(known, options_.station);
  meters_ = load_meters(known, file_, options_.meters);
  lab_ = load_lab(known, options_, file_);
  programs_ = load_programs(options_.firmware, meters_);
  auto opened = BenchSession::open(file_, known, {.file = lab_, .seed = options_.seed, .programs = programs_},
                                   meters_, stop);
  if (!opened) throw InputError{opened.error()};
  session_ = *std::move(opened);
  if (session_->lab() == nullptr && !options_.firmware.firmware.empty())
    throw InputError{
        fmt::format("firmware is for a virtual lab: the meters of station {} have their own", file_.name)};
  hand_ = std::make_unique<HandLoad>(station());
}

PreparedRun OpenBench::prepare(const GivenScenario& scenario) const {
  const Catalogue known = catalogue();
  PreparedRun prepared;
  prepared.inputs = {scenario.name, options_, scenario.yaml};
  prepared.inputs.bench.set = scenario.set;
  if (scenario.yaml.empty()) prepared.path = find_scenario(known, scenario.name);
  prepared.station = file_;
  prepared.meters = meters_;
  prepared.lab = lab_;
  prepared.programs = programs_;
  prepared.plan = make_checked_plan(known, scenario.read, file_, meters_);
  return prepared;
}

void OpenBench::apply(const AskedLoad& load) {
  hear_earlier_fault();
  check_meters(load);
  const MeterType& meter = meters_.begin()->second;
  const LoadPoint point =
      make_load_point(meter.form, load.voltage, load.frequency.value_or(meter.nominal_frequency),
                      load.current, load.power_factor, load.direction, {.circuit = load.circuit});
  value_of(hand_->apply(point));
}

/// As the planner does for the points of a plan.
void OpenBench::check_meters(const AskedLoad& load) const {
  const auto refuse = [](const std::string& position, const std::string& asked, const std::string& most) {
    throw FaultRaised{{Errc::out_of_range,
                       "source",
                       "apply load point",
                       fmt::format("{} is beyond the {} that the meter at position {} can bear; nothing was "
                                   "sent",
                                   asked, most, position),
                       {}}};
  };
  for (const auto& [position, meter] : meters_) {
    // Written so that NaN fails too.
    if (!(load.voltage <= meter.maximum_voltage))
      refuse(position, to_text(load.voltage), to_text(meter.maximum_voltage));
    if (!(load.current <= meter.maximum_current))
      refuse(position, to_text(load.current), to_text(meter.maximum_current));
  }
}

void OpenBench::off() {
  value_of(hand_->off());
  hear_earlier_fault();
}

ReferenceReading OpenBench::read() {
  hear_earlier_fault();
  return value_of(hand_->read());
}

void OpenBench::stand(Duration time) {
  hear_earlier_fault();
  value_of(hand_->stand(time));
}

void OpenBench::tend() {
  if (auto fault = hand_->tend()) unheard_ = std::move(fault);
}

void OpenBench::hands_off() {
  hear_earlier_fault();
  value_of(hand_->off());
}

Meter& OpenBench::meter(const std::string& position) {
  const auto found = station().meters.find(position);
  if (found != station().meters.end()) return *found->second;
  throw InputError{fmt::format("position {} of station {} has no optical port in use", position, file_.name)};
}

void OpenBench::hear_earlier_fault() {
  if (auto fault = std::exchange(unheard_, std::nullopt)) throw FaultRaised{*std::move(fault)};
}

}  // namespace meterbench::python
