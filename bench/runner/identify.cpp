#include "bench/runner/identify.h"

#include <algorithm>
#include <memory>
#include <string_view>

namespace meterbench {
namespace {

constexpr Duration kInstrumentLimit = std::chrono::seconds{10};
/// One session with all its repeats; ports are asked together. made
constexpr Duration kMeterLimit = std::chrono::seconds{60};

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

}  // namespace

Result<void> identify_instruments(Station& station) {
  return identify(station, "source", station.source)
      .and_then([&] { return identify(station, "reference", station.reference); })
      .and_then([&] { return identify(station, "counter", station.counter); })
      .and_then([&] { return identify(station, "chamber", station.chamber); })
      .and_then([&] { return identify(station, "interlock", station.interlock); })
      .and_then([&] { return identify(station, "pickups", station.photodiode); });
}

std::vector<MeterAnswer> identify_meters(Station& station, const std::vector<std::size_t>& positions) {
  // Shared with the ports, which may answer after we have given up waiting.
  auto answers = std::make_shared<std::vector<MeterAnswer>>();
  auto open = std::make_shared<std::size_t>(0);
  for (const std::size_t position : positions) {
    const std::string& name = station.positions[position].name;
    const auto meter = station.meters.find(name);
    if (meter == station.meters.end()) continue;
    answers->push_back(
        {name, fault(Errc::timeout, "optical " + name, "identify", "not done in time", kMeterLimit)});
    ++*open;
    meter->second->start_identify([answers, open, i = answers->size() - 1](Result<MeterIdentity> identity) {
      (*answers)[i].identity = std::move(identity);
      --*open;
    });
  }
  // A stop request ends it too: the run that asks sees that by itself.
  static_cast<void>(
      station.reactor.run_until([&] { return *open == 0; }, station.reactor.now() + kMeterLimit));
  return *answers;
}

}  // namespace meterbench
