#include "bench/guardian/switch_off.h"

namespace meterbench {
namespace {

constexpr Duration kOffLimit = std::chrono::seconds{30};

/// The link was lost, or was closed after a time-out: nobody knows what the device heard.
bool is_link_lost(const Fault& fault) {
  return fault.code == Errc::timeout || fault.code == Errc::disconnected;
}

}  // namespace

std::string LoadOff::text() const {
  std::string told = relay_open ? "off by the interlock's relay" : "not confirmed off";
  told += source ? "; " + source->text() : "; the source is off too";
  if (relay) told += "; " + relay->text();
  return told;
}

LoadOff switch_off(Station& station, InterlockKeeper& interlock, const std::optional<Fault>& cause) {
  LoadOff off;
  const auto open_relay = [&] {
    if (!station.interlock || off.relay_open || off.relay) return;
    const auto opened = interlock.disarm();
    off.relay_open = opened.has_value();
    if (!opened) off.relay = opened.error();
  };
  if (cause && cause->device == "source" && is_link_lost(*cause)) open_relay();
  const auto confirmed = await<void>(
      station.reactor, "source", "off", kOffLimit,
      [&](auto done) { station.source->start_off(std::move(done)); }, Reactor::Stoppable::no);
  if (!confirmed) {
    off.source = confirmed.error();
    open_relay();
  }
  return off;
}

}  // namespace meterbench
