// Hosts against plain sockets and terminals. Limits of time are wide: machines that run tests are busy.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <deque>

#include "bench/core/real_reactor.h"
#include "drivers/virtual_lab/host/modbus_host.h"
#include "drivers/virtual_lab/host/pty_host.h"
#include "drivers/virtual_lab/host/tcp_host.h"

namespace meterbench::virtual_lab {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

/// Answers each line, at once or after a delay of the lab.
class Parrot final : public FarEnd {
 public:
  void opened(Instant) override { log.push_back("opened"); }
  void closed(Instant) override {
    log.push_back("closed");
    line.clear();
    due.clear();
  }
  void on_bytes(Instant now, ByteView bytes, Bytes& reply) override {
    EXPECT_GE(now, last);
    last = now;
    line += to_string(bytes);
    if (!line.ends_with('\n')) return;
    log.push_back(line.substr(0, line.size() - 1));
    due.emplace_back(now + delay, std::exchange(line, {}));
    if (delay == Duration{}) on_time(now, reply);
  }
  void on_time(Instant now, Bytes& reply) override {
    while (!due.empty() && due.front().first <= now) {
      reply.insert(reply.end(), due.front().second.begin(), due.front().second.end());
      due.pop_front();
    }
  }
  [[nodiscard]] std::optional<Instant> next_event() const override {
    return due.empty() ? std::nullopt : std::optional{due.front().first};
  }
  [[nodiscard]] bool unplugged() const override { return std::ranges::find(log, "unplug") != log.end(); }
  std::vector<std::string> log;
  Duration delay{};
  std::string line;
  std::deque<std::pair<Instant, std::string>> due;
  Instant last{};
};

/// A descriptor that a test reads and writes as an outside program would.
class Program {
 public:
  explicit Program(Descriptor descriptor) : descriptor_{std::move(descriptor)} {
    EXPECT_TRUE(descriptor_);
    ::fcntl(descriptor_.get(), F_SETFL, O_NONBLOCK);
  }
  void write(const std::string& text) const {
    EXPECT_EQ(::write(descriptor_.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  /// What is there; sets gone() when the other side has ended it.
  std::string read() {
    std::vector<char> bytes(1'000'000);
    const ssize_t count = ::read(descriptor_.get(), bytes.data(), bytes.size());
    gone_ = count == 0 || (count < 0 && errno != EAGAIN);
    reset_ = count < 0 && errno == ECONNRESET;
    return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
  }
  [[nodiscard]] bool gone() const { return gone_; }
  [[nodiscard]] bool reset() const { return reset_; }
  [[nodiscard]] int descriptor() const { return descriptor_.get(); }
  void close() { descriptor_.close(); }

 private:
  Descriptor descriptor_;
  bool gone_ = false;
  bool reset_ = false;
};

/// None when nobody listens.
Descriptor connect_to(int port) {
  Descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    socket.close();
  return socket;
}

class Transport : public testing::Test {
 protected:
  /// What comes until there are so many bytes, for at most a second.
  std::string read(Program& program, std::size_t bytes) {
    std::string text;
    reactor_.run_until(
        [&] {
          text += program.read();
          return text.size() >= bytes || program.gone();
        },
        reactor_.now() + 1s);
    return text;
  }
  void wait(Duration time) { reactor_.wait_until(reactor_.now() + time); }
  StopSignal stop_;
  RealReactor reactor_{stop_};
  LabClock clock_{reactor_, 1, [](Instant) {}};
  Parrot parrot_;
};

using TcpHostTest = Transport;

TEST_F(TcpHostTest, CarriesBytesBothWays) {
  const TcpHost host{clock_, parrot_};
  Program program{connect_to(host.port())};
  program.write("hel");
  wait(30ms);
  program.write("lo\n");
  EXPECT_EQ(read(program, 6), "hello\n");
  program.close();
  wait(50ms);
  EXPECT_THAT(parrot_.log, ElementsAre("opened", "hello", "closed"));
}

TEST_F(TcpHostTest, CallsTheFarEndWhenItsTimeHasCome) {
  const TcpHost host{clock_, parrot_};
  parrot_.delay = 100ms;
  Program program{connect_to(host.port())};
  program.write("late\n");
  const Instant begin = reactor_.now();
  EXPECT_EQ(read(program, 5), "late\n");
  EXPECT_GE(reactor_.now() - begin, 100ms);
}

TEST_F(TcpHostTest, HasOneClientAtATimeAndClosesASecondAtOnce) {
  const TcpHost host{clock_, parrot_};
  Program first{connect_to(host.port())};
  wait(30ms);
  Program second{connect_to(host.port())};
  EXPECT_EQ(read(second, 1), "");
  EXPECT_TRUE(second.gone());
  first.write("mine\n");
  EXPECT_EQ(read(first, 5), "mine\n");
  first.close();
  wait(50ms);
  Program third{connect_to(host.port())};
  third.write("next\n");
  EXPECT_EQ(read(third, 5), "next\n");
  EXPECT_THAT(parrot_.log, ElementsAre("opened", "mine", "closed", "opened", "next"));
}

TEST_F(TcpHostTest, KeepsALongAnswerUntilTheClientTakesIt) {
  const TcpHost host{clock_, parrot_};
  Program program{connect_to(host.port())};
  const std::string line = std::string(8'000'000, 'x') + "\n";
  std::size_t written = 0, got = 0;
  reactor_.run_until(
      [&] {
        const ssize_t count = ::write(program.descriptor(), line.data() + written, line.size() - written);
        written += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
        if (written == line.size()) got += program.read().size();
        return got == line.size();
      },
      reactor_.now() + 20s);
  EXPECT_EQ(got, line.size());
}

TEST_F(TcpHostTest, HasNoClientsOnceItsFarEndIsUnplugged) {
  const TcpHost host{clock_, parrot_};
  Program program{connect_to(host.port())};
  program.write("unplug\n");
  EXPECT_EQ(read(program, 1), "");
  EXPECT_TRUE(program.gone());
  EXPECT_EQ(parrot_.log.back(), "closed");
  EXPECT_FALSE(connect_to(host.port())) << "nobody listens";
}

TEST_F(TcpHostTest, EndsItsConversationWithItself) {
  {
    const TcpHost host{clock_, parrot_};
    const Program program{connect_to(host.port())};
    wait(30ms);
  }
  EXPECT_THAT(parrot_.log, ElementsAre("opened", "closed"));
}

class PtyHostTest : public Transport {
 protected:
  static Descriptor open_port(const PtyHost& host, speed_t speed = B9600) {
    Descriptor port{::open(host.path().c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC)};
    termios settings{};
    ::tcgetattr(port.get(), &settings);
    ::cfmakeraw(&settings);
    ::cfsetspeed(&settings, speed);
    ::tcsetattr(port.get(), TCSANOW, &settings);
    return port;
  }
};

TEST_F(PtyHostTest, CarriesBytesBothWaysAtTheLinesPace) {
  const PtyHost host{clock_, parrot_, {9600, 1}};
  Program program{open_port(host)};
  const std::string line = std::string(95, 'x') + "\n";
  program.write(line);
  const Instant begin = reactor_.now();
  EXPECT_EQ(read(program, 96), line);
  const Duration took = reactor_.now() - begin;
  EXPECT_GE(took, 200ms) << "96 bytes of 10 bits there and back";
  EXPECT_LE(took, 400ms);
}

TEST_F(PtyHostTest, GivesTheClientOneByteAfterTheOther) {
  const SerialWire wire{9600, 2};
  const PtyHost host{clock_, parrot_, wire};
  Program program{open_port(host)};
  const Instant begin = reactor_.now();
  program.write(std::string(59, 'x') + "\n");
  wait(60 * wire.byte_time() + 30ms);
  const auto got = static_cast<std::int64_t>(program.read().size());
  EXPECT_GE(got, 5);
  EXPECT_LE(got, (reactor_.now() - begin) / wire.byte_time() - 60);
}

TEST_F(PtyHostTest, RunsInTheLabsTime) {
  LabClock quick{reactor_, 100, [](Instant) {}};
  const PtyHost host{quick, parrot_, {300, 1}};
  Program program{open_port(host)};
  program.write(std::string(29, 'x') + "\n");
  const Instant begin = reactor_.now();
  EXPECT_EQ(read(program, 30).size(), 30U);
  EXPECT_LE(reactor_.now() - begin, 500ms) << "2 s of the lab";
}

TEST_F(PtyHostTest, FollowsTheSpeedThatTheClientHasSetWhereItIsToldTo) {
  const PtyHost fixed{clock_, parrot_, {300, 1, false}};
  Parrot other;
  const PtyHost following{clock_, other, {300, 1, true}};
  Program slow{open_port(fixed, B115200)};
  Program quick{open_port(following, B115200)};
  slow.write("hello\n");
  quick.write("hello\n");
  const Instant begin = reactor_.now();
  EXPECT_EQ(read(quick, 6), "hello\n");
  EXPECT_LE(reactor_.now() - begin, 300ms);
  EXPECT_EQ(read(slow, 6), "hello\n");
  EXPECT_GE(reactor_.now() - begin, 400ms) << "12 bytes at 30 a second";
}

TEST_F(PtyHostTest, OpensTheFarEndForTheFirstClientAndClosesItAfterTheLast) {
  const PtyHost host{clock_, parrot_, {115200, 1}};
  Program first{open_port(host)};
  Program second{open_port(host)};
  wait(30ms);
  first.close();
  second.write("still\n");
  EXPECT_EQ(read(second, 6), "still\n");
  second.close();
  wait(50ms);
  EXPECT_THAT(parrot_.log, ElementsAre("opened", "still", "closed"));
  Program third{open_port(host)};
  third.write("again\n");
  EXPECT_EQ(read(third, 6), "again\n");
  EXPECT_THAT(parrot_.log, ElementsAre("opened", "still", "closed", "opened", "again"));
}

TEST_F(PtyHostTest, CarriesWhatAClientHasWrittenBeforeItCloses) {
  const PtyHost host{clock_, parrot_, {9600, 1}};
  Program program{open_port(host)};
  program.write("last words\n");
  program.close();
  wait(100ms);
  EXPECT_THAT(parrot_.log, ElementsAre("opened", "last words", "closed"));
}

TEST_F(PtyHostTest, LeavesNothingOfOneClientToTheNext) {
  const PtyHost host{clock_, parrot_, {9600, 1}};
  parrot_.delay = 20ms;
  Program first{open_port(host)};
  ::ioctl(first.descriptor(), TIOCEXCL);
  first.write("x\n");
  wait(23ms);  // the answer is on its way
  first.close();
  wait(50ms);
  Program second{open_port(host)};
  wait(50ms);
  EXPECT_EQ(second.read(), "");
  EXPECT_FALSE(second.gone());
}

TEST_F(PtyHostTest, IsGoneOnceItsFarEndIsUnplugged) {
  const PtyHost host{clock_, parrot_, {115200, 1}};
  Program program{open_port(host)};
  program.write("unplug\n");
  EXPECT_EQ(read(program, 1), "");
  EXPECT_TRUE(program.gone());
  EXPECT_EQ(parrot_.log.back(), "closed");
  EXPECT_FALSE(Descriptor{::open(host.path().c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC)});
}

/// Answers reads of one holding register by its address.
class Registers final : public ModbusFarEnd {
 public:
  void opened(Instant) override { log.push_back("opened"); }
  void closed(Instant) override { log.push_back("closed"); }
  std::optional<Reply> on_request(Instant now, std::uint8_t unit, ByteView pdu) override {
    log.push_back(std::to_string(unit) + ": " + hex_text(pdu));
    if (silent) return std::nullopt;
    return Reply{now + delay, {3, 2, pdu[1], pdu[2]}, mishap};
  }
  std::vector<std::string> log;
  Duration delay{};
  ModbusMishap mishap = ModbusMishap::none;
  bool silent = false;
};

std::string raw(std::initializer_list<int> bytes) {
  std::string text;
  for (const int byte : bytes) text += static_cast<char>(byte);
  return text;
}

class ModbusHostTest : public Transport {
 protected:
  Registers registers_;
  // MODBUS Messaging on TCP/IP Implementation Guide V1.0b, 3.1.3: transaction 0x1501, unit 1, read
  // register 4.
  const std::string request_ = raw({0x15, 0x01, 0, 0, 0, 6, 1, 3, 0, 4, 0, 1});
  const std::string reply_ = raw({0x15, 0x01, 0, 0, 0, 5, 1, 3, 2, 0, 4});
};

TEST_F(ModbusHostTest, AnswersWithTheRequestsTransactionAndUnit) {
  const ModbusTcpHost host{clock_, registers_};
  Program program{connect_to(host.port())};
  program.write(request_.substr(0, 7));
  wait(30ms);
  program.write(request_.substr(7));
  EXPECT_EQ(read(program, reply_.size()), reply_);
  EXPECT_THAT(registers_.log, ElementsAre("opened", "1: 03 00 04 00 01"));
}

TEST_F(ModbusHostTest, ServesSeveralClientsAndIsOpenWhileItHasOne) {
  const ModbusTcpHost host{clock_, registers_};
  Program first{connect_to(host.port())};
  Program second{connect_to(host.port())};
  second.write(request_);
  EXPECT_EQ(read(second, reply_.size()), reply_);
  first.write(request_ + request_);
  EXPECT_EQ(read(first, 2 * reply_.size()), reply_ + reply_);
  first.close();
  wait(50ms);
  EXPECT_EQ(registers_.log.back(), "1: 03 00 04 00 01");
  second.close();
  wait(50ms);
  EXPECT_EQ(registers_.log.front(), "opened");
  EXPECT_EQ(registers_.log.back(), "closed");
  EXPECT_EQ(registers_.log.size(), 5U);
}

TEST_F(ModbusHostTest, SendsAReplyWhenItIsDue) {
  const ModbusTcpHost host{clock_, registers_};
  registers_.delay = 80ms;
  Program program{connect_to(host.port())};
  program.write(request_);
  const Instant begin = reactor_.now();
  EXPECT_EQ(read(program, reply_.size()), reply_);
  EXPECT_GE(reactor_.now() - begin, 80ms);
}

TEST_F(ModbusHostTest, DoesTheMishapThatTheDeviceAsksFor) {
  const ModbusTcpHost host{clock_, registers_};
  Program program{connect_to(host.port())};
  registers_.mishap = ModbusMishap::wrong_transaction;
  program.write(request_);
  const std::string strange = read(program, reply_.size());
  EXPECT_NE(strange.substr(0, 2), reply_.substr(0, 2));
  EXPECT_EQ(strange.substr(2), reply_.substr(2));
  registers_.mishap = ModbusMishap::cut_short;
  program.write(request_);
  wait(50ms);
  EXPECT_LT(program.read().size(), reply_.size());
  registers_.mishap = ModbusMishap::reset;
  program.write(request_);
  EXPECT_EQ(read(program, 1), "");
  EXPECT_TRUE(program.reset());
}

TEST_F(ModbusHostTest, SaysNothingWhereTheDeviceDoesNotAnswer) {
  const ModbusTcpHost host{clock_, registers_};
  registers_.silent = true;
  Program program{connect_to(host.port())};
  program.write(request_);
  wait(50ms);
  EXPECT_EQ(program.read(), "");
  EXPECT_FALSE(program.gone());
}

TEST_F(ModbusHostTest, EndsAConnectionThatDoesNotSpeakModbus) {
  const ModbusTcpHost host{clock_, registers_};
  Program program{connect_to(host.port())};
  program.write("GET / HTTP/1.1\r\n\r\n");
  (void)read(program, 1);
  EXPECT_TRUE(program.gone());
  EXPECT_THAT(registers_.log, testing::Not(testing::Contains(testing::HasSubstr(":"))));
}

class ModbusRtuTest : public ModbusHostTest {
 protected:
  [[nodiscard]] Descriptor open_port() const {
    return Descriptor{::open(host_.path().c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC)};
  }
  ModbusRtuHost host_{clock_, registers_, {19200, 1}};
  // Unit 1, function 3, register 2782, two registers: CRC A7 E9 (Watlow's example, facts file 6).
  const std::string golden_ = raw({0x01, 0x03, 0x0A, 0xDE, 0x00, 0x02, 0xA7, 0xE9});
};

TEST_F(ModbusRtuTest, AnswersAFrameOnceThePauseAfterItIsOver) {
  Program program{open_port()};
  program.write(golden_);
  const std::string reply = read(program, 7);
  EXPECT_EQ(reply.substr(0, 5), raw({1, 3, 2, 0x0A, 0xDE}));
  EXPECT_EQ(reply.size(), 7U);
  EXPECT_THAT(registers_.log, ElementsAre("opened", "1: 03 0A DE 00 02"));
}

TEST_F(ModbusRtuTest, DoesNotAnswerAFrameWithAWrongCheckAndHearsTheNext) {
  Program program{open_port()};
  std::string wrong = golden_;
  wrong.back() = 0;
  program.write(wrong);
  wait(50ms);
  EXPECT_EQ(program.read(), "");
  program.write("xy");
  wait(50ms);
  program.write(golden_);
  EXPECT_EQ(read(program, 7).size(), 7U);
  EXPECT_THAT(registers_.log, ElementsAre("opened", "1: 03 0A DE 00 02"));
}

}  // namespace
}  // namespace meterbench::virtual_lab
