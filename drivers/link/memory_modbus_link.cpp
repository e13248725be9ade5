#include "drivers/link/memory_modbus_link.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace meterbench {

MemoryModbusLink::MemoryModbusLink(SimulatedReactor& reactor, std::string device, ModbusFarEnd& far_end,
                                   std::uint8_t unit, WireTime wire)
    : LibmodbusLink{reactor, std::move(device), {ModbusFraming::Kind::tcp, unit, {}}},
      simulated_{reactor},
      far_end_{far_end},
      wire_{wire},
      number_{reactor.new_link()} {}

MemoryModbusLink::~MemoryModbusLink() { close(); }

Result<Descriptor> MemoryModbusLink::connect() {
  if (far_end_.unplugged()) return fault(Errc::disconnected, device(), "open", "the device was unplugged");
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0)
    throw std::system_error{errno, std::generic_category(), "socketpair"};
  far_ = Descriptor{ends[1]};
  session_ = std::make_shared<bool>(true);
  far_end_.opened(simulated_.now());
  return Descriptor{ends[0]};
}

void MemoryModbusLink::leave(int) {
  *session_ = false;
  far_.close();
  far_end_.closed(simulated_.now());
}

/// What was posted in one opening of the link must do nothing once it is over.
Reactor::Action MemoryModbusLink::guarded(std::function<void()> action) {
  return [session = session_, action = std::move(action)] {
    if (*session) action();
  };
}

void MemoryModbusLink::exchange(Bytes pdu) {
  if (const auto sent = session().send_request(pdu); !sent)
    throw std::logic_error{device() + ": the socket pair: " + sent.error().detail};
  Bytes frame(MODBUS_TCP_MAX_ADU_LENGTH);
  const ssize_t count = ::read(far_.get(), frame.data(), frame.size());
  if (count <= 0) throw std::system_error{errno, std::generic_category(), device() + ": the socket pair"};
  frame.resize(static_cast<std::size_t>(count));
  const auto request = take_tcp_request(frame);
  if (!request || !*request)
    throw std::logic_error{device() + ": " + (request ? "a part of a request" : request.error())};
  simulated_.arrival(simulated_.now() + wire_.of(static_cast<std::size_t>(count)), number_,
                     guarded([this, taken = **request] { answer(taken); }));
}

void MemoryModbusLink::answer(const ModbusTcpRequest& request) {
  auto reply = far_end_.on_request(simulated_.now(), request.unit, request.pdu);
  if (far_end_.unplugged()) reply = {.due = simulated_.now(), .pdu = {}, .mishap = ModbusMishap::reset};
  if (!reply) return;
  Bytes frame = tcp_frame(request.transaction, request.unit, reply->pdu, reply->mishap);
  const Instant arrives = std::max(reply->due, simulated_.now()) + wire_.of(frame.size());
  simulated_.arrival(arrives, number_,
                     guarded([this, frame = std::move(frame), reply = *reply] { deliver(frame, reply); }));
}

void MemoryModbusLink::deliver(ByteView frame, const ModbusFarEnd::Reply& reply) {
  // Whether the call would return now: else it would go on waiting, and time must go on without it.
  const bool cut = reply.mishap == ModbusMishap::cut_short || reply.mishap == ModbusMishap::bad_check;
  const auto length = reply_length(reply.pdu);
  const bool returns = reply.mishap == ModbusMishap::reset || (!cut && length && *length <= reply.pdu.size());
  if (reply.mishap == ModbusMishap::reset)
    ::shutdown(far_.get(), SHUT_RDWR);
  else if (::send(far_.get(), frame.data(), frame.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(frame.size()))
    throw std::system_error{errno, std::generic_category(), device() + ": the socket pair"};
  if (returns) returned(session().receive_reply());
}

}  // namespace meterbench
