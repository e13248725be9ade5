#include "bench/runner/identify.h"

#include <string_view>

#include "bench/runner/port_questions.h"

namespace meterbench {
namespace {

constexpr Duration kInstrumentLimit = std::chrono::seconds{10};

/// `instrument`: pointer, null where the station has none.
template <class Instrument>
Result<void> identify(Station& station, std::string_view role, const Instrument& instrument) {
  if (!instrument) return {};
  const auto identity = await<std::string>(station.reactor, role, "identify", kInstrumentLimit,
                                           [&](auto done) { instrument->start_identify(std::move(done)); });
  if (!identity) return tl::unexpected{identity.error()};
  for (InstrumentRecord& record : station.instruments)
    if (record.role == role) record.identity = *identity;
  return {};
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
      .and_then([&] { return identify(station, "reference", station.reference); })
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
