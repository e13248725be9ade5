#include "drivers/link/memory_link.h"

#include <algorithm>
#include <set>
#include <utility>

namespace meterbench {
namespace {

constexpr const char* kUnplugged = "the device was unplugged";

}  // namespace

Duration WireTime::of(std::size_t bytes) const {
  if (baud <= 0) return latency;
  return latency + from_seconds(static_cast<double>(bytes) * bits_per_byte / baud);
}

MemoryLink::MemoryLink(SimulatedReactor& reactor, std::string device, FarEnd& far_end, WireTime wire)
    : ByteLink{reactor, std::move(device)},
      simulated_{reactor},
      far_end_{far_end},
      wire_{wire},
      number_{reactor.new_link()} {}

MemoryLink::~MemoryLink() { close(); }

/// What was posted in one session of the link must do nothing once that session is over.
Reactor::Action MemoryLink::guarded(std::function<void()> action) {
  return [session = session_, action = std::move(action)] {
    if (*session) action();
  };
}

Result<void> MemoryLink::do_open() {
  if (far_end_.unplugged()) return fault(Errc::disconnected, device(), "open", kUnplugged);
  session_ = std::make_shared<bool>(true);
  inbound_free_ = simulated_.now();
  far_end_.opened(simulated_.now());
  ask_for_next_event();
  return {};
}

void MemoryLink::do_close() {
  *session_ = false;
  if (event_) simulated_.cancel(*event_);
  event_.reset();
  far_end_.closed(simulated_.now());
}

void MemoryLink::do_write(ByteView bytes, std::function<void()> sent) {
  simulated_.arrival(simulated_.now() + wire_.of(bytes.size()), number_,
                     guarded([this, copy = Bytes(bytes.begin(), bytes.end()), sent = std::move(sent)] {
                       Bytes reply;
                       far_end_.on_bytes(simulated_.now(), copy, reply);
                       if (far_end_.unplugged()) return lost(kUnplugged);
                       carry(std::move(reply));
                       ask_for_next_event();
                       sent();
                     }));
}

void MemoryLink::carry(Bytes reply) {
  if (reply.empty()) return;
  inbound_free_ = std::max(inbound_free_, simulated_.now()) + wire_.of(reply.size());
  simulated_.arrival(inbound_free_, number_, guarded([this, reply = std::move(reply)] { received(reply); }));
}

void MemoryLink::ask_for_next_event() {
  if (event_) simulated_.cancel(*event_);
  event_.reset();
  const auto next = far_end_.next_event();
  if (!next) return;
  event_ = simulated_.arrival(*next, number_, guarded([this] {
    event_.reset();
    Bytes reply;
    far_end_.on_time(simulated_.now(), reply);
    if (far_end_.unplugged()) return lost(kUnplugged);
    carry(std::move(reply));
    ask_for_next_event();
  }));
}

MemoryUsbLink::MemoryUsbLink(SimulatedReactor& reactor, std::string device, UsbFarEnd& far_end, WireTime wire)
    : UsbLink{reactor, std::move(device)},
      simulated_{reactor},
      far_end_{far_end},
      wire_{wire},
      number_{reactor.new_link()} {}

MemoryUsbLink::~MemoryUsbLink() { close(); }

Result<void> MemoryUsbLink::open() {
  if (open_) return {};
  if (far_end_.unplugged()) return fault(Errc::disconnected, device(), "open", kUnplugged);
  open_ = true;
  session_ = std::make_shared<bool>(true);
  far_end_.opened(simulated_.now());
  return {};
}

void MemoryUsbLink::close() {
  if (open_) shut("the link was closed")();
}

std::function<void()> MemoryUsbLink::shut(const std::string& why) {
  open_ = false;
  *session_ = false;
  if (event_) simulated_.cancel(*event_);
  event_.reset();
  far_end_.closed(simulated_.now());
  for (const auto& [serial, entry] : bulk_) simulated_.cancel(entry.second.timer);
  return [this, why, bulk = std::exchange(bulk_, {}), underway = std::exchange(underway_, {})] {
    for (const auto& [serial, entry] : bulk)
      entry.second.done(
          fault(Errc::disconnected, device(), entry.second.text, why, simulated_.now() - entry.second.begin));
    for (const auto& [serial, tell_closed] : underway) tell_closed();
  };
}

/// In memory a transfer that the device takes always completes within its frame: time-outs are for real ones.
template <class T, class Act>
void MemoryUsbLink::carry(std::string text, std::size_t bytes, Done<T> done, Act act) {
  if (!open_) return done(fault(Errc::disconnected, device(), std::move(text), "the link is closed"));
  const std::uint64_t serial = ++serial_;
  underway_.emplace(
      serial, [this, text, done] { done(fault(Errc::disconnected, device(), text, "the link was closed")); });
  simulated_.arrival(simulated_.now() + wire_.of(bytes), number_,
                     [this, session = session_, serial, text = std::move(text), done = std::move(done), act] {
                       if (!*session) return;
                       Result<T> result = act(text);
                       underway_.erase(serial);
                       if (far_end_.unplugged()) {
                         const auto tell_the_others = shut(kUnplugged);
                         done(fault(Errc::disconnected, device(), text, kUnplugged));
                         return tell_the_others();
                       }
                       done(std::move(result));
                       if (*session) poll_bulk();
                     });
}

void MemoryUsbLink::start_control(std::string text, const UsbSetup& setup, Bytes data, Duration,
                                  Done<Bytes> done) {
  const std::size_t bytes = data.size();
  carry<Bytes>(std::move(text), bytes, std::move(done),
               [this, setup, data = std::move(data)](const std::string& request) -> Result<Bytes> {
                 auto answer = far_end_.control(simulated_.now(), setup, data);
                 if (answer) return std::move(*answer);
                 return fault(Errc::refused, device(), request, "the device stalled the request");
               });
}

void MemoryUsbLink::start_bulk_out(std::string text, std::uint8_t endpoint, Bytes data, Duration,
                                   Done<void> done) {
  const std::size_t bytes = data.size();
  carry<void>(std::move(text), bytes, std::move(done),
              [this, endpoint, data = std::move(data)](const std::string& request) -> Result<void> {
                if (!far_end_.halted(endpoint) && far_end_.bulk_out(simulated_.now(), endpoint, data))
                  return {};
                return fault(Errc::refused, device(), request, "the endpoint stalled");
              });
}

void MemoryUsbLink::start_clear_halt(std::string text, std::uint8_t endpoint, Duration, Done<void> done) {
  carry<void>(std::move(text), 0, std::move(done), [this, endpoint](const std::string&) -> Result<void> {
    far_end_.clear_halt(simulated_.now(), endpoint);
    return {};
  });
}

void MemoryUsbLink::start_bulk_in(std::string text, std::uint8_t endpoint, std::size_t most, Duration timeout,
                                  Done<Bytes> done) {
  if (!open_) return done(fault(Errc::disconnected, device(), std::move(text), "the link is closed"));
  const std::uint64_t serial = ++serial_;
  Transfer transfer{std::move(text), most, simulated_.now(), std::move(done), {}, false};
  transfer.timer = simulated_.after(timeout, [this, session = session_, serial] {
    if (!*session) return;
    const auto entry = bulk_.extract(serial);
    if (entry.empty()) return;
    const Transfer& late = entry.mapped().second;
    const auto tell_the_others = shut("the link was closed");
    late.done(fault(Errc::timeout, device(), late.text, "no data", simulated_.now() - late.begin));
    tell_the_others();
  });
  bulk_.emplace(serial, std::pair{endpoint, std::move(transfer)});
  simulated_.arrival(simulated_.now(), number_, [this, session = session_] {
    if (*session) poll_bulk();
  });
}

void MemoryUsbLink::end_bulk(std::uint64_t serial, Result<Bytes> result) {
  const auto entry = bulk_.extract(serial);
  if (entry.empty()) return;
  simulated_.cancel(entry.mapped().second.timer);
  entry.mapped().second.done(std::move(result));
}

void MemoryUsbLink::cancel_bulk_in(std::uint8_t endpoint) {
  std::vector<std::uint64_t> ended;
  for (const auto& [serial, entry] : bulk_)
    if (entry.first == endpoint) ended.push_back(serial);
  for (const std::uint64_t serial : ended)
    end_bulk(serial, fault(Errc::stopped, device(), "bulk transfer", "cancelled"));
}

/// Asks the device for each pending transfer in the order of submission, then when to ask again.
void MemoryUsbLink::poll_bulk() {
  std::set<std::uint8_t> empty;  // endpoints without data: what waits behind waits on
  std::vector<std::uint64_t> stalled;
  for (auto& [serial, entry] : bulk_) {
    Transfer& transfer = entry.second;
    if (transfer.completing || empty.contains(entry.first)) continue;
    if (far_end_.halted(entry.first)) {
      stalled.push_back(serial);
      continue;
    }
    auto data = far_end_.bulk_in(simulated_.now(), entry.first, transfer.most);
    if (far_end_.unplugged()) return shut(kUnplugged)();
    if (!data) {
      empty.insert(entry.first);
      continue;
    }
    transfer.completing = true;
    const Instant arrives = simulated_.now() + wire_.of(data->size());
    simulated_.arrival(arrives, number_,
                       [this, session = session_, serial = serial, data = std::move(*data)] {
                         if (*session) end_bulk(serial, data);
                       });
  }
  for (const std::uint64_t serial : stalled) {
    const auto session = session_;
    end_bulk(serial, fault(Errc::refused, device(), "bulk transfer", "the endpoint stalled"));
    if (!*session) return;
  }
  if (event_) simulated_.cancel(*event_);
  event_.reset();
  if (empty.empty()) return;  // nobody waits for data
  if (const auto next = far_end_.next_event())
    event_ = simulated_.arrival(*next, number_, [this, session = session_] {
      if (!*session) return;
      event_.reset();
      poll_bulk();
    });
}

}  // namespace meterbench
