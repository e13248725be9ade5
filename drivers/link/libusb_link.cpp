#include "drivers/link/libusb_link.h"

#include <fmt/format.h>
#include <poll.h>

#include <utility>

namespace meterbench {
namespace {

constexpr const char* kClosed = "the link is closed";
constexpr const char* kUnplugged = "the device was unplugged";

}  // namespace

LibusbLink::LibusbLink(Reactor& reactor, std::string device, UsbDeviceId id)
    : UsbLink{reactor, std::move(device)}, id_{std::move(id)} {}

LibusbLink::~LibusbLink() { close(); }

Result<void> LibusbLink::open() {
  if (is_open()) return {};
  auto session = LibusbSession::open(device(), id_);
  if (!session) return tl::unexpected<Fault>{std::move(session).error()};
  session_ = std::move(*session);
  // The set of descriptors stays the same while the device is open.
  for (const LibusbSession::Watched& w : session_->watched()) {
    watched_.push_back(w.descriptor);
    reactor().watch(w.descriptor, w.events, [this](short ready) { look_at_events(ready); });
  }
  return {};
}

void LibusbLink::close() {
  if (is_open()) shut("the link was closed")();
}

const UsbDescription* LibusbLink::description() const {
  return is_open() ? &session_->description() : nullptr;
}

template <class Submit>
void LibusbLink::start(Pending pending, Duration timeout, Submit submit) {
  const std::uint64_t serial = ++serial_;
  pending.begin = reactor().now();
  // The reactor keeps the time; libusb is given no limits.
  pending.timer = reactor().after(timeout, [this, serial] { fail(serial, Errc::timeout, "no answer"); });
  pending_.emplace(serial, std::move(pending));
  if (!submit(*session_, serial)) fail(serial, Errc::disconnected, kUnplugged);
}

void LibusbLink::start_control(std::string text, const UsbSetup& setup, Bytes data, Duration timeout,
                               Done<Bytes> done) {
  if (!is_open()) return done(fault(Errc::disconnected, device(), std::move(text), kClosed));
  start({std::move(text), 0, setup.length, {}, {}, std::move(done)}, timeout,
        [&](LibusbSession& session, std::uint64_t serial) {
          return session.submit_control(serial, setup, data);
        });
}

void LibusbLink::start_bulk_out(std::string text, std::uint8_t endpoint, Bytes data, Duration timeout,
                                Done<void> done) {
  if (!is_open()) return done(fault(Errc::disconnected, device(), std::move(text), kClosed));
  const UsbDescription::Endpoint* const found = session_->endpoint(endpoint);
  if (found == nullptr)
    return done(fault(Errc::refused, device(), std::move(text),
                      fmt::format("the device has no endpoint {:02X}", endpoint)));
  Done<Bytes> without_data = [done = std::move(done)](Result<Bytes> result) {
    done(std::move(result).map([](const Bytes&) {}));
  };
  start({std::move(text), endpoint, 0, {}, {}, std::move(without_data)}, timeout,
        [&](LibusbSession& session, std::uint64_t serial) {
          return session.submit_out(serial, *found, std::move(data));
        });
}

void LibusbLink::start_bulk_in(std::string text, std::uint8_t endpoint, std::size_t most, Duration timeout,
                               Done<Bytes> done) {
  if (!is_open()) return done(fault(Errc::disconnected, device(), std::move(text), kClosed));
  const UsbDescription::Endpoint* const found = session_->endpoint(endpoint);
  if (found == nullptr)
    return done(fault(Errc::refused, device(), std::move(text),
                      fmt::format("the device has no endpoint {:02X}", endpoint)));
  // Whole packets: a device that fills its last one must find room for it.
  const std::size_t packet = found->most_packet;
  const std::size_t room = (most + packet - 1) / packet * packet;
  start(
      {std::move(text), endpoint, most, {}, {}, std::move(done)}, timeout,
      [&](LibusbSession& session, std::uint64_t serial) { return session.submit_in(serial, *found, room); });
}

void LibusbLink::cancel_bulk_in(std::uint8_t endpoint) {
  std::vector<std::uint64_t> ended;
  for (const auto& [serial, pending] : pending_)
    if (pending.endpoint == endpoint) ended.push_back(serial);
  const auto session = session_;
  for (const std::uint64_t serial : ended) session->cancel(serial);
  for (const std::uint64_t serial : ended)
    if (const auto found = pending_.find(serial); found != pending_.end())
      finish(serial, fault_of(found->second, Errc::stopped, "cancelled"));
}

void LibusbLink::start_clear_halt(std::string text, std::uint8_t endpoint, Duration /*timeout*/,
                                  Done<void> done) {
  if (!is_open()) return done(fault(Errc::disconnected, device(), std::move(text), kClosed));
  const auto cleared = session_->clear_halt(endpoint);
  if (!cleared) return done(fault(Errc::refused, device(), std::move(text), cleared.error()));
  done({});
}

void LibusbLink::look_at_events(short ready) {
  const auto session = session_;
  if (!session) return;
  for (LibusbSession::Landed& landed : session->events()) {
    if (session_ != session) return;
    land(std::move(landed));
  }
  // A node whose device is gone is in error, before the system has told that it left.
  const bool in_error = (ready & (POLLERR | POLLHUP | POLLNVAL)) != 0;
  if (session_ == session && (session->unplugged() || in_error)) shut(kUnplugged)();
}

void LibusbLink::land(LibusbSession::Landed landed) {
  using As = LibusbSession::Landed::As;
  const auto found = pending_.find(landed.serial);
  if (found == pending_.end()) return;  // cancelled
  const Pending& pending = found->second;
  switch (landed.as) {
    case As::done:
      if (landed.data.size() > pending.most) break;
      return finish(landed.serial, std::move(landed.data));
    case As::stalled:
      return finish(landed.serial, fault_of(pending, Errc::refused,
                                            pending.endpoint == 0 ? "the device stalled the request"
                                                                  : "the endpoint stalled"));
    case As::device_gone: return fail(landed.serial, Errc::disconnected, kUnplugged);
    case As::cancelled: return fail(landed.serial, Errc::disconnected, "the system cancelled the transfer");
    case As::bus_error:
      return fail(landed.serial, Errc::disconnected, "the bus failed: look at cable, hub and power");
    case As::overflow: break;
  }
  fail(landed.serial, Errc::garbled, "the device sent more than was asked for");
}

void LibusbLink::finish(std::uint64_t serial, Result<Bytes> result) {
  const auto entry = pending_.extract(serial);
  reactor().cancel(entry.mapped().timer);
  entry.mapped().done(std::move(result));
}

void LibusbLink::fail(std::uint64_t serial, Errc code, const std::string& detail) {
  const auto entry = pending_.extract(serial);
  const Pending& failed = entry.mapped();
  reactor().cancel(failed.timer);
  const auto told = fault_of(failed, code, detail);
  const auto tell_the_others = shut("the link was closed after a failed transfer");
  failed.done(told);
  tell_the_others();
}

std::function<void()> LibusbLink::shut(const std::string& why) {
  for (const int descriptor : std::exchange(watched_, {})) reactor().unwatch(descriptor);
  const auto session = std::exchange(session_, nullptr);
  session->end();
  for (const auto& [serial, pending] : pending_) reactor().cancel(pending.timer);
  return [this, why, ended = std::exchange(pending_, {})] {
    for (const auto& [serial, pending] : ended) pending.done(fault_of(pending, Errc::disconnected, why));
  };
}

tl::unexpected<Fault> LibusbLink::fault_of(const Pending& pending, Errc code, std::string detail) const {
  return fault(code, device(), pending.text, std::move(detail), reactor().now() - pending.begin);
}

}  // namespace meterbench
