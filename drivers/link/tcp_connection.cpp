#include "drivers/link/tcp_connection.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <memory>

namespace meterbench {
namespace {

// Keep-alive, in seconds: a peer that has fallen silent is lost after 5 + 3 × 2 s. `made`: shorter than a
// person's patience, longer than a switch takes to start.
constexpr int kIdle = 5;
constexpr int kInterval = 2;
constexpr int kProbes = 3;

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

void set(int descriptor, int level, int name, int value) {
  // A socket that lacks one of these still carries bytes.
  static_cast<void>(::setsockopt(descriptor, level, name, &value, sizeof value));
}

/// 0, or errno of why there is no connection.
int finish_connecting(int descriptor, Duration limit) {
  pollfd polled{descriptor, POLLOUT, 0};
  const auto deadline = std::chrono::steady_clock::now() + limit;
  int ready = 0;
  do {
    const auto left = std::max(deadline - std::chrono::steady_clock::now(), std::chrono::nanoseconds{});
    ready = ::poll(&polled, 1, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count()));
  } while (ready < 0 && errno == EINTR);
  if (ready == 0) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

tl::expected<Descriptor, int> connect_to(const addrinfo& address, Duration limit) {
  Descriptor socket{
      ::socket(address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address.ai_protocol)};
  if (!socket) return tl::unexpected{errno};
  set(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  set(socket.get(), SOL_SOCKET, SO_KEEPALIVE, 1);
  set(socket.get(), IPPROTO_TCP, TCP_KEEPIDLE, kIdle);
  set(socket.get(), IPPROTO_TCP, TCP_KEEPINTVL, kInterval);
  set(socket.get(), IPPROTO_TCP, TCP_KEEPCNT, kProbes);
  if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return socket;
  if (errno != EINPROGRESS) return tl::unexpected{errno};
  const int error = finish_connecting(socket.get(), limit);
  if (error != 0) return tl::unexpected{error};
  return socket;
}

}  // namespace

std::string TcpPeer::text() const {
  return host.find(':') == std::string::npos ? fmt::format("TCP {}:{}", host, port)
                                             : fmt::format("TCP [{}]:{}", host, port);
}

Result<Descriptor> connect_tcp(const std::string& device, const TcpPeer& peer, Duration limit) {
  const auto no_connection = [&](const std::string& why) {
    return fault(Errc::disconnected, device, "open", peer.text() + ": " + why);
  };
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(peer.host.c_str(), std::to_string(peer.port).c_str(), &hints, &found))
    return no_connection(error == EAI_SYSTEM ? system_text(errno) : ::gai_strerror(error));
  const Addresses addresses{found, &::freeaddrinfo};

  int count = 0;
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) ++count;
  std::string why;
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
    auto socket = connect_to(*a, limit / count);  // a name with a dead address leaves time for the others
    if (socket) return std::move(*socket);
    why = socket.error() == ETIMEDOUT ? fmt::format("no connection within {:.3g} s", in_seconds(limit))
                                      : system_text(socket.error());
  }
  return no_connection(why);
}

}  // namespace meterbench
