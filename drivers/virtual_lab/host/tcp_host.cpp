#include "drivers/virtual_lab/host/tcp_host.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "drivers/virtual_lab/host/checked.h"

namespace meterbench::virtual_lab {
namespace {

/// The one conversation of a far end that knows no other.
class Whole final : public Conversation {
 public:
  explicit Whole(FarEnd& far_end) : far_end_{far_end} {}
  void opened(Instant now) override { far_end_.opened(now); }
  void on_bytes(Instant now, ByteView bytes, Bytes& reply) override { far_end_.on_bytes(now, bytes, reply); }
  void on_time(Instant now, Bytes& reply) override { far_end_.on_time(now, reply); }
  [[nodiscard]] std::optional<Instant> next_event() const override { return far_end_.next_event(); }
  [[nodiscard]] bool unplugged() const override { return far_end_.unplugged(); }
  void closed(Instant now) override { far_end_.closed(now); }

 private:
  FarEnd& far_end_;
};

Descriptor listen_on_loopback() {
  Descriptor listener{checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket")};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  checked(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  checked(::listen(listener.get(), SOMAXCONN), "listen");
  return listener;
}

int port_of(int listener) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  checked(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length), "getsockname");
  return ntohs(address.sin_port);
}

bool would_block() { return errno == EAGAIN || errno == EINTR; }

}  // namespace

TcpHost::TcpHost(LabClock& clock, FarEnd& far_end)
    : TcpHost{clock, [&far_end] { return std::make_unique<Whole>(far_end); }, 1} {}

TcpHost::TcpHost(LabClock& clock, std::function<std::unique_ptr<Conversation>()> begin, std::size_t most)
    : clock_{clock},
      begin_{std::move(begin)},
      most_{most},
      listener_{listen_on_loopback()},
      port_{port_of(listener_.get())} {
  clock_.reactor().watch(listener_.get(), POLLIN, [this](short) { accept_client(); });
}

TcpHost::~TcpHost() {
  if (sweep_) clock_.reactor().cancel(*sweep_);
  clock_.reactor().unwatch(listener_.get());
  for (const Client& client : clients_) clock_.reactor().unwatch(client.socket.get());
}

void TcpHost::accept_client() {
  Descriptor connected{::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
  if (!connected || clients_.size() >= most_) return;
  const int at_once = 1;
  (void)::setsockopt(connected.get(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  Client& client = clients_.emplace_back(std::move(connected));
  client.conversation = begin_();
  client.dialogue.emplace(clock_, *client.conversation,
                          [this, &client](const Bytes& bytes) { said(client, bytes); });
  watch(client);
}

void TcpHost::watch(Client& client) {
  const auto events = static_cast<short>(client.outgoing.empty() ? POLLIN : POLLIN | POLLOUT);
  clock_.reactor().watch(client.socket.get(), events,
                         [this, &client](short ready_for) { ready(client, ready_for); });
}

void TcpHost::ready(Client& client, short events) {
  if ((events & POLLOUT) != 0) write_to(client);
  if ((events & ~POLLOUT) != 0 && !client.over) read_from(client);
}

void TcpHost::read_from(Client& client) {
  std::array<std::uint8_t, 4096> bytes{};
  const ssize_t count = ::recv(client.socket.get(), bytes.data(), bytes.size(), 0);
  if (count > 0)
    client.dialogue->hear({bytes.data(), static_cast<std::size_t>(count)});
  else if (count == 0 || !would_block())
    end(client);
}

void TcpHost::said(Client& client, const Bytes& bytes) {
  if (client.over) return;
  if (client.conversation->unplugged()) return unplug();
  if (client.conversation->is_cut()) {
    const linger reset{1, 0};
    (void)::setsockopt(client.socket.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    return end(client);
  }
  if (bytes.empty()) return;
  client.outgoing.insert(client.outgoing.end(), bytes.begin(), bytes.end());
  write_to(client);
}

void TcpHost::write_to(Client& client) {
  const ssize_t count =
      ::send(client.socket.get(), client.outgoing.data(), client.outgoing.size(), MSG_NOSIGNAL);
  if (count < 0 && !would_block()) return end(client);
  if (count > 0) client.outgoing.erase(client.outgoing.begin(), client.outgoing.begin() + count);
  watch(client);
}

void TcpHost::unplug() {
  clock_.reactor().unwatch(listener_.get());
  listener_.close();
  for (Client& client : clients_) end(client);
}

/// A client may be in the middle of a call of its own far end: it goes once that has returned.
void TcpHost::end(Client& client) {
  client.over = true;
  clock_.reactor().unwatch(client.socket.get());
  if (sweep_) return;
  sweep_ = clock_.reactor().after({}, [this] {
    sweep_.reset();
    clients_.remove_if([](const Client& c) { return c.over; });
  });
}

}  // namespace meterbench::virtual_lab
