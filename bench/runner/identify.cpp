#include "bench/runner/identify.h"

#include <string_view>

#include <fmt/format.h>

#include "bench/runner/port_questions.h"

namespace meterbench {
namespace {

constexpr Duration kInstrumentLimit = std::chrono::seconds{10};

/// What it told. `instrument`: pointer, null where the station has none.
template <class Instrument>
Result<std::string> identity_of(Station& station, std::string_view role, const Instrument& instrument) {
  if (!instrument) return {};
  auto told = await<std::string>(station.reactor, role, "identify", kInstrumentLimit,
                                 [&](auto done) { instrument->start_identify(std::move(done)); });
  if (!told) return told;
  for (InstrumentRecord& record : station.instruments)
    if (record.role == role) record.identity = *told;
  return told;
}

/// Checks and recalls go by identities.
void add_certified_serial_number(Station& station, std::string_view role) {
  for (InstrumentRecord& record : station.instruments)
    if (record.role == role && !record.serial_number.empty())
      record.identity += fmt::format("; serial number {} by its certificate", record.serial_number);
}

template <class Instrument>
Result<void> identify(Station& station, std::string_view role, const Instrument& instrument) {
  return identity_of(station, role, instrument).map([&](const std::string&) {
    add_certified_serial_number(station, role);
  });
}

/// Nobody may correct with the certificate of another standard.
Result<void> identify_reference(Station& station) {
  const auto told = identity_of(station, "reference", station.reference);
  if (!told) return tl::unexpected{told.error()};
  const auto serial_number = station.reference->serial_number_in(*told);
  if (!serial_number) add_certified_serial_number(station, "reference");
  const Calibration& certificate = station.reference_calibration;
  if (!serial_number || *serial_number == certificate.serial_number) return {};
  return fault(
      Errc::implausible, "reference", "identify",
      fmt::format("its serial number is {}, certificate {} is of {}; another standard stands there, or "
                  "the station file is wrong",
                  *serial_number, certificate.certificate, certificate.serial_number));
}

Result<void> identify_counters(Station& station) {
  for (const CounterBox& box : station.counters)
    if (auto known = identify(station, box.role, box.counter); !known) return known;
  return {};
}

template <class T, class Ask>
MeterAnswers<T> ask_all(Station& station, const std::vector<std::size_t>& positions, std::string_view command,
                        Ask ask) {
  const auto answers =
      ask_ports<T>(station, positions, command,
                   [&](const std::string&, Meter& meter, Done<T> done) { (meter.*ask)(std::move(done)); });
  // A stop request ends it too: the run that asks sees that by itself.
  static_cast<void>(
      station.reactor.run_until([&] { return answers->open == 0; }, station.reactor.now() + kMeterLimit));
  return answers->by_position;
}

}  // namespace

Result<void> identify_instruments(Station& station) {
  return identify(station, "source", station.source)
      .and_then([&] { return identify_reference(station); })
      .and_then([&] { return identify_counters(station); })
      .and_then([&] { return identify(station, "chamber", station.chamber); })
      .and_then([&] { return identify(station, "interlock", station.interlock); })
      .and_then([&] { return identify(station, "pickups", station.photodiode); });
}

MeterAnswers<MeterState> read_meter_states(Station& station, const std::vector<std::size_t>& positions) {
  return ask_all<MeterState>(station, positions, "read state", &Meter::start_read_state);
}

MeterAnswers<MeterRegisters> read_meter_registers(Station& station,
                                                  const std::vector<std::size_t>& positions) {
  return ask_all<MeterRegisters>(station, positions, "read registers", &Meter::start_read_registers);
}

}  // namespace meterbench
