#include "drivers/link/tcp_link.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <fstream>

#include "bench/core/real_reactor.h"

namespace meterbench {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

tl::expected<std::optional<std::size_t>, std::string> line_end(ByteView received) {
  for (std::size_t i = 0; i < received.size(); ++i)
    if (received[i] == '\n') return i + 1;
  return std::nullopt;
}

/// Listens on a free port of the loopback.
class Listener {
 public:
  explicit Listener(int backlog = 5) : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    EXPECT_EQ(::bind(socket_.get(), generic(), size), 0);
    EXPECT_EQ(::listen(socket_.get(), backlog), 0);
    EXPECT_EQ(::getsockname(socket_.get(), generic(), &size), 0);
  }
  [[nodiscard]] std::uint16_t port() const { return ntohs(address_.sin_port); }
  [[nodiscard]] Descriptor accept() {
    return Descriptor{::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  }
  void close() { socket_.close(); }

 private:
  sockaddr* generic() { return reinterpret_cast<sockaddr*>(&address_); }
  sockaddr_in address_{};
  Descriptor socket_;
};

class Tcp : public testing::Test {
 protected:
  void request(const std::string& text, Duration timeout = 2s) {
    link_.start_exchange({text, to_bytes(text + "\n"), line_end, timeout},
                         [this](const Result<Bytes>& reply) {
                           outcome_ = reply ? printable_text(*reply) : reply.error().text();
                         });
  }
  bool wait() {
    return reactor_.run_until([this] { return !outcome_.empty(); }, reactor_.now() + 2s) ==
           Reactor::Waited::done;
  }
  void open() {
    ASSERT_TRUE(link_.open());
    peer_ = listener_.accept();
  }
  [[nodiscard]] std::string heard() const {
    std::array<char, 64> buffer{};
    return {buffer.data(), static_cast<std::size_t>(::recv(peer_.get(), buffer.data(), buffer.size(), 0))};
  }
  void say(std::string_view text) {
    ASSERT_EQ(::send(peer_.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }

  std::string outcome_;  // outlives the link, which reports when it closes
  StopSignal stop_;
  RealReactor reactor_{stop_};
  Listener listener_;
  Descriptor peer_;
  TcpLink link_{reactor_, "source", {"127.0.0.1", listener_.port()}};
};

TEST_F(Tcp, CarriesARequestAndItsReply) {
  open();
  request("*IDN?");
  reactor_.wait_until(reactor_.now() + 1ms);
  EXPECT_EQ(heard(), "*IDN?\n");
  say("half ");
  reactor_.wait_until(reactor_.now() + 1ms);
  EXPECT_EQ(outcome_, "");
  say("and half\n");
  ASSERT_TRUE(wait());
  EXPECT_EQ(outcome_, "half and half\\x0A");
}

TEST_F(Tcp, LooksUpNames) {
  TcpLink link{reactor_, "source", {"localhost", listener_.port()}};
  EXPECT_TRUE(link.open());
}

TEST_F(Tcp, SaysThatNobodyListens) {
  listener_.close();
  const auto opened = link_.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(
      opened.error().text(),
      fmt::format("source: open: TCP 127.0.0.1:{}: Connection refused (disconnected)", listener_.port()));
}

TEST_F(Tcp, SaysThatAHostIsUnknown) {
  TcpLink link{reactor_, "source", {"no-such-host.invalid", 5025}};
  const auto opened = link.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::disconnected);
  EXPECT_THAT(opened.error().detail, StartsWith("TCP no-such-host.invalid:5025: "));
}

TEST_F(Tcp, WaitsForAConnectionNoLongerThanItsLimit) {
  // A full queue of pending connections: the kernel drops what else knocks.
  const Listener full{0};
  Descriptor first = *connect_tcp("filler", {"127.0.0.1", full.port()});
  const Instant begin = reactor_.now();
  const auto second = connect_tcp("source", {"127.0.0.1", full.port()}, 50ms);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().detail, HasSubstr("no connection within 0.05 s"));
  EXPECT_GE(reactor_.now() - begin, 50ms);
  EXPECT_LT(reactor_.now() - begin, 1s);
}

TEST_F(Tcp, IsLostWhenThePeerClosesInTheMiddleOfAReply) {
  open();
  request("q");
  reactor_.wait_until(reactor_.now() + 1ms);
  say("half");
  peer_.close();  // unread bytes: a reset
  ASSERT_TRUE(wait());
  EXPECT_THAT(outcome_, StartsWith(fmt::format("source: q: TCP 127.0.0.1:{}: ", listener_.port())));
  EXPECT_THAT(outcome_, HasSubstr("(disconnected"));
  EXPECT_FALSE(link_.is_open());
}

TEST_F(Tcp, IsLostWhenThePeerClosesWhileNothingIsAsked) {
  open();
  peer_.close();
  EXPECT_EQ(reactor_.run_until([&] { return !link_.is_open(); }, reactor_.now() + 2s), Reactor::Waited::done);
}

TEST_F(Tcp, DoesNotTakeALateReplyForThatOfTheNextRequestAfterReopening) {
  open();
  request("a", 5ms);
  ASSERT_TRUE(wait());
  EXPECT_THAT(outcome_, HasSubstr("source: a: no answer (timeout after "));
  EXPECT_FALSE(link_.is_open());
  const Descriptor earlier = std::move(peer_);
  open();
  outcome_.clear();
  request("b");
  static_cast<void>(::send(earlier.get(), "late\n", 5, MSG_NOSIGNAL));
  say("2\n");
  ASSERT_TRUE(wait());
  EXPECT_EQ(outcome_, "2\\x0A");
}

TEST_F(Tcp, SendsWithoutDelayAndAsksWhetherASilentPeerIsThere) {
  const auto connected = connect_tcp("source", {"127.0.0.1", listener_.port()});
  ASSERT_TRUE(connected);
  const auto option = [&](int level, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    EXPECT_EQ(::getsockopt(connected->get(), level, name, &value, &size), 0);
    return value;
  };
  EXPECT_EQ(option(IPPROTO_TCP, TCP_NODELAY), 1);
  EXPECT_EQ(option(SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_LE(option(IPPROTO_TCP, TCP_KEEPIDLE) +
                option(IPPROTO_TCP, TCP_KEEPINTVL) * option(IPPROTO_TCP, TCP_KEEPCNT),
            15)
      << "seconds until a half-open connection is lost";
}

TEST(TcpPeer, IsTextWithAnIpv6AddressInBrackets) {
  EXPECT_EQ((TcpPeer{"10.0.0.5", 5025}.text()), "TCP 10.0.0.5:5025");
  EXPECT_EQ((TcpPeer{"fd00::5", 502}.text()), "TCP [fd00::5]:502");
}

}  // namespace
}  // namespace meterbench
