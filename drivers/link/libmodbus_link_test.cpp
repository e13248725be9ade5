// The real libmodbus on real transports, against a libmodbus server and against a device that misbehaves.
#include "drivers/link/libmodbus_link.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <modbus/modbus.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <sys/socket.h>

#include <array>
#include <thread>

#include "bench/core/real_reactor.h"

namespace meterbench {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Values = std::vector<std::uint16_t>;
using Lines = std::vector<std::string>;

/// Listens on a free port of the loopback.
struct Listener {
  Listener() : socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(socket.get(), generic, size), 0);
    EXPECT_EQ(::listen(socket.get(), 5), 0);
    EXPECT_EQ(::getsockname(socket.get(), generic, &size), 0);
    port = ntohs(address.sin_port);
  }
  [[nodiscard]] Descriptor accept() const { return Descriptor{::accept(socket.get(), nullptr, nullptr)}; }

  Descriptor socket;
  std::uint16_t port = 0;
};

/// Notes what becomes of requests.
class Outcomes {
 public:
  explicit Outcomes(Reactor& reactor) : reactor_{reactor} {}
  void start(ModbusLink& link, ModbusLink::Request request) {
    ++asked_;
    link.start(std::move(request), [this](const Result<Values>& values) {
      lines.push_back(values ? fmt::format("{}", fmt::join(*values, " ")) : values.error().text());
    });
  }
  /// Reads the set point of an F4T.
  void read(ModbusLink& link, Duration timeout = 2s) {
    start(link, {"read", ModbusFunction::read_holding_registers, 2782, 2, {}, timeout});
  }
  /// Until all are known.
  [[nodiscard]] bool wait() {
    return reactor_.run_until([this] { return lines.size() == asked_; }, reactor_.now() + 5s) ==
           Reactor::Waited::done;
  }
  Lines lines;

 private:
  Reactor& reactor_;
  std::size_t asked_ = 0;
};

// --- a libmodbus server ---

class AgainstLibmodbus : public testing::Test {
 protected:
  AgainstLibmodbus() {
    server_ = std::thread{[this] { serve(); }};
    EXPECT_TRUE(link_.open());
  }
  ~AgainstLibmodbus() override {
    link_.close();
    server_.join();
  }
  /// One connection with 10 of everything, registers 0 to 9 holding 100 to 109; any other address is refused.
  void serve() {
    const Descriptor client = listener_.accept();
    modbus_t* const context = ::modbus_new_tcp(nullptr, 0);
    ::modbus_set_socket(context, client.get());
    modbus_mapping_t* const mapping = ::modbus_mapping_new(10, 10, 10, 10);
    for (int i = 0; i < 10; ++i) {
      mapping->tab_registers[i] = static_cast<std::uint16_t>(100 + i);
      mapping->tab_input_registers[i] = static_cast<std::uint16_t>(200 + i);
      mapping->tab_input_bits[i] = static_cast<std::uint8_t>(i % 2);
    }
    std::array<std::uint8_t, MODBUS_TCP_MAX_ADU_LENGTH> request{};
    for (int length = 0; length >= 0;) {
      length = ::modbus_receive(context, request.data());
      if (length > 0) ::modbus_reply(context, request.data(), length, mapping);
    }
    ::modbus_mapping_free(mapping);
    ::modbus_free(context);
  }

  StopSignal stop_;
  RealReactor reactor_{stop_};
  Outcomes outcomes_{reactor_};
  Listener listener_;
  std::thread server_;
  ModbusTcpLink link_{reactor_, "chamber", {"127.0.0.1", listener_.port}, 1};
};

TEST_F(AgainstLibmodbus, ReadsAndWritesRegistersAndBits) {
  const auto read = [&](ModbusFunction function, std::uint16_t address, std::uint16_t count) {
    outcomes_.start(link_, {"read", function, address, count, {}, 2s});
  };
  const auto write = [&](ModbusFunction function, std::uint16_t address, Values values) {
    outcomes_.start(link_, {"write", function, address, 0, std::move(values), 2s});
  };
  read(ModbusFunction::read_holding_registers, 8, 2);
  read(ModbusFunction::read_input_registers, 0, 3);
  read(ModbusFunction::read_discrete_inputs, 0, 10);
  write(ModbusFunction::write_register, 1, {0xFE70});
  write(ModbusFunction::write_registers, 2, {7, 8});
  read(ModbusFunction::read_holding_registers, 0, 5);
  write(ModbusFunction::write_coil, 9, {1});
  write(ModbusFunction::write_coils, 0, {1, 1, 0, 1});
  read(ModbusFunction::read_coils, 0, 10);
  ASSERT_TRUE(outcomes_.wait());
  EXPECT_EQ(outcomes_.lines, (Lines{"108 109", "200 201 202", "0 1 0 1 0 1 0 1 0 1", "", "",
                                    "100 65136 7 8 104", "", "", "1 1 0 1 0 0 0 0 0 1"}));
}

TEST_F(AgainstLibmodbus, TellsAnExceptionAsRefusedAndStaysOpen) {
  outcomes_.start(link_, {"read", ModbusFunction::read_holding_registers, 9, 2, {}, 2s});
  outcomes_.start(link_, {"read", ModbusFunction::read_holding_registers, 9, 1, {}, 2s});
  ASSERT_TRUE(outcomes_.wait());
  EXPECT_THAT(outcomes_.lines[0], StartsWith("chamber: read: exception 2: Illegal data address (refused"));
  EXPECT_EQ(outcomes_.lines[1], "109");
  EXPECT_TRUE(link_.is_open());
}

TEST_F(AgainstLibmodbus, ThrowsOnARequestThatNoFrameCarries) {
  EXPECT_THROW(
      link_.start({"read", ModbusFunction::read_holding_registers, 0, 126, {}, 2s}, [](const auto&) {}),
      std::invalid_argument);
}

// --- a device that does as the test says ---

const char* const kRead1 = "00 01 00 00 00 06 01 03 0A DE 00 02";
const char* const kRead2 = "00 02 00 00 00 06 01 03 0A DE 00 02";
const Bytes kAnswer1{0x00, 0x01, 0x00, 0x00, 0x00, 0x07, 0x01, 0x03, 0x04, 0x00, 0x00, 0x41, 0xB8};
const Bytes kAnswer2{0x00, 0x02, 0x00, 0x00, 0x00, 0x07, 0x01, 0x03, 0x04, 0x00, 0x00, 0x42, 0x54};

/// Accepts connections and notes requests, on the reactor; the test answers by hand or by `answer`.
class TcpDevice {
 public:
  explicit TcpDevice(Reactor& reactor) : reactor_{reactor} {
    reactor_.watch(listener.socket.get(), POLLIN, [this](short) { accept(); });
  }
  ~TcpDevice() {
    reactor_.unwatch(listener.socket.get());
    hang_up();
  }
  void say(ByteView bytes) {
    ASSERT_EQ(::send(connection.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  /// Drops the connection with a reset.
  void reset() {
    const linger now{1, 0};
    ::setsockopt(connection.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    hang_up();
  }
  void hang_up() {
    reactor_.unwatch(connection.get());
    connection.close();
  }

  Listener listener;
  Descriptor connection, earlier;
  Lines requests;
  std::function<void()> answer = [] {};

 private:
  void accept() {
    reactor_.unwatch(connection.get());
    earlier = std::move(connection);
    connection = listener.accept();
    reactor_.watch(connection.get(), POLLIN, [this](short) { hear(); });
  }
  void hear() {
    std::array<std::uint8_t, 300> buffer;
    const ssize_t count = ::recv(connection.get(), buffer.data(), buffer.size(), 0);
    if (count <= 0) return reactor_.unwatch(connection.get());
    requests.push_back(hex_text({buffer.data(), static_cast<std::size_t>(count)}));
    answer();
  }
  Reactor& reactor_;
};

class ModbusTcp : public testing::Test {
 protected:
  ModbusTcp() { EXPECT_TRUE(link_.open()); }
  /// Asks once, and once more behind it; gives what becomes of the first.
  std::string ask(Duration timeout = 2s) {
    outcomes_.read(link_, timeout);
    outcomes_.read(link_, timeout);
    EXPECT_TRUE(outcomes_.wait());
    return outcomes_.lines.empty() ? "" : outcomes_.lines.front();
  }
  /// After a failure: closed, the waiting request ended, and a new connection works and starts afresh.
  void expect_recovery() {
    EXPECT_FALSE(link_.is_open());
    ASSERT_EQ(outcomes_.lines.size(), 2U);
    EXPECT_EQ(outcomes_.lines[1], "chamber: read: the link was closed after a failed request (disconnected)");
    ASSERT_TRUE(link_.open());
    device_.requests.clear();
    device_.answer = [this] { device_.say(kAnswer1); };
    outcomes_.read(link_);
    ASSERT_TRUE(outcomes_.wait());
    EXPECT_EQ(device_.requests, (Lines{kRead1}));
    EXPECT_EQ(outcomes_.lines.back(), "0 16824");
  }

  StopSignal stop_;
  RealReactor reactor_{stop_};
  Outcomes outcomes_{reactor_};
  TcpDevice device_{reactor_};
  ModbusTcpLink link_{reactor_, "chamber", {"127.0.0.1", device_.listener.port}, 1};
};

TEST_F(ModbusTcp, SendsTheFramesOfTheFactsOneAtATime) {
  device_.answer = [this] { device_.say(device_.requests.size() == 1 ? kAnswer1 : kAnswer2); };
  ask();
  EXPECT_EQ(device_.requests, (Lines{kRead1, kRead2}));
  EXPECT_EQ(outcomes_.lines, (Lines{"0 16824", "0 16980"}));  // 23.0 and 53.0, low word first
}

TEST_F(ModbusTcp, TakesAnAnswerThatComesInPortions) {
  device_.answer = [this] {
    const bool first = device_.requests.size() == 1;
    device_.say(ByteView{first ? kAnswer1 : kAnswer2}.first(3));
    reactor_.after(2ms, [this, first] { device_.say(ByteView{first ? kAnswer1 : kAnswer2}.subspan(3)); });
  };
  ask();
  EXPECT_EQ(outcomes_.lines, (Lines{"0 16824", "0 16980"}));
}

TEST_F(ModbusTcp, ClosesOnTheAnswerOfAnotherTransaction) {
  device_.answer = [this] { device_.say(kAnswer2); };
  EXPECT_THAT(ask(), StartsWith("chamber: read: the answer of transaction 2, not 1 (garbled"));
  expect_recovery();
}

TEST_F(ModbusTcp, ClosesOnTheAnswerOfAnotherUnit) {
  device_.answer = [this] {
    Bytes other = kAnswer1;
    other[6] = 2;
    device_.say(other);
  };
  EXPECT_THAT(ask(), StartsWith("chamber: read: unit 2 answered, not 1 (garbled"));
  expect_recovery();
}

TEST_F(ModbusTcp, ClosesOnAnAnswerThatIsCutOff) {
  device_.answer = [this] { device_.say(ByteView{kAnswer1}.first(6)); };
  EXPECT_THAT(ask(20ms), StartsWith("chamber: read: no answer (timeout after 0."));
  expect_recovery();
}

TEST_F(ModbusTcp, ClosesOnBytesThatAreNoModbus) {
  device_.answer = [this] { device_.say(to_bytes("HTTP/1.0 400 Bad")); };
  EXPECT_THAT(ask(), HasSubstr("(garbled"));
  expect_recovery();
}

TEST_F(ModbusTcp, ClosesOnAWrongLengthInTheHeader) {
  device_.answer = [this] {
    Bytes longer = kAnswer1;
    longer[5] = 8;
    device_.say(longer);
  };
  EXPECT_THAT(ask(), StartsWith("chamber: read: no frame of Modbus TCP: '00 01 00 00 00 08"));
  expect_recovery();
}

TEST_F(ModbusTcp, ClosesWhenThePeerResetsTheConnection) {
  device_.answer = [this] { device_.reset(); };
  EXPECT_THAT(ask(), StartsWith("chamber: read: Connection reset by peer (disconnected"));
  expect_recovery();
}

TEST_F(ModbusTcp, ClosesWhenThePeerHangsUpWithinAnAnswer) {
  device_.answer = [this] {
    device_.say(ByteView{kAnswer1}.first(6));
    device_.hang_up();
  };
  EXPECT_THAT(ask(), StartsWith("chamber: read: Connection reset by peer (disconnected"));
  expect_recovery();
}

TEST_F(ModbusTcp, ClosesOnATimeOutAndNeverTakesTheLateAnswer) {
  EXPECT_THAT(ask(50ms), StartsWith("chamber: read: no answer (timeout after 0."));
  EXPECT_EQ(device_.requests, (Lines{kRead1})) << "nothing more was written";
  ASSERT_TRUE(link_.open());
  device_.requests.clear();
  device_.answer = [this] {
    static_cast<void>(::send(device_.earlier.get(), kAnswer1.data(), kAnswer1.size(), MSG_NOSIGNAL));
    Bytes right = kAnswer2;
    right[1] = 1;
    device_.say(right);
  };
  outcomes_.read(link_);
  ASSERT_TRUE(outcomes_.wait());
  EXPECT_EQ(outcomes_.lines.back(), "0 16980");
}

TEST_F(ModbusTcp, TellsASecondAnswerToOneRequestFromThatOfTheNext) {
  device_.answer = [this] {
    if (device_.requests.size() > 1) return;
    device_.say(kAnswer1);
    device_.say(kAnswer1);
  };
  outcomes_.read(link_);
  outcomes_.read(link_);
  ASSERT_TRUE(outcomes_.wait());
  EXPECT_EQ(outcomes_.lines[0], "0 16824");
  EXPECT_THAT(outcomes_.lines[1], StartsWith("chamber: read: the answer of transaction 1, not 2 (garbled"));
}

TEST_F(ModbusTcp, IsClosedAtOnceInTheMiddleOfACall) {
  outcomes_.read(link_, 60s);
  reactor_.run_until([&] { return !device_.requests.empty(); }, reactor_.now() + 2s);
  const Instant begin = reactor_.now();
  link_.close();
  EXPECT_LT(reactor_.now() - begin, 2s);
  EXPECT_EQ(outcomes_.lines, (Lines{"chamber: read: the link was closed (disconnected)"}));
  ASSERT_TRUE(link_.open());
  device_.answer = [this] { device_.say(kAnswer1); };
  outcomes_.read(link_);
  ASSERT_TRUE(outcomes_.wait());
  EXPECT_EQ(outcomes_.lines.back(), "0 16824");
}

TEST_F(ModbusTcp, IsClosedAtOnceInTheMiddleOfAnAnswer) {
  device_.answer = [this] { device_.say(ByteView{kAnswer1}.first(6)); };
  outcomes_.read(link_, 60s);
  reactor_.run_until([&] { return !device_.requests.empty(); }, reactor_.now() + 2s);
  reactor_.wait_until(reactor_.now() + 2ms);
  const Instant begin = reactor_.now();
  link_.close();
  EXPECT_LT(reactor_.now() - begin, 2s);
}

TEST_F(ModbusTcp, LetsAStopCutAWaitShort) {
  stop_.request();
  const auto values = await<Values>(reactor_, "chamber", "read", 60s, [&](Done<Values> done) {
    link_.start({"read", ModbusFunction::read_holding_registers, 2782, 2, {}, 60s}, std::move(done));
  });
  ASSERT_FALSE(values);
  EXPECT_EQ(values.error().code, Errc::stopped);
}

TEST_F(ModbusTcp, LetsADoneCallbackCloseReopenAndAskAgain) {
  device_.answer = [this] { device_.say(kAnswer1); };
  int answers = 0;
  std::function<void(const Result<Values>&)> again = [&](const Result<Values>& values) {
    if (!values) return;
    ++answers;
    link_.close();
    ASSERT_TRUE(link_.open());
    if (answers < 3) link_.start({"read", ModbusFunction::read_holding_registers, 2782, 2, {}, 2s}, again);
  };
  link_.start({"read", ModbusFunction::read_holding_registers, 2782, 2, {}, 2s}, again);
  reactor_.run_until([&] { return answers == 3; }, reactor_.now() + 2s);
  EXPECT_EQ(answers, 3);
}

TEST_F(ModbusTcp, AnswersAtOnceThatItIsClosed) {
  link_.close();
  outcomes_.read(link_);
  EXPECT_EQ(outcomes_.lines, (Lines{"chamber: read: the link is closed (disconnected)"}));
}

TEST(ModbusTcpLife, MayEndInTheMiddleOfACall) {
  StopSignal stop;
  RealReactor reactor{stop};
  Outcomes outcomes{reactor};
  const Listener listener;
  {
    ModbusTcpLink link{reactor, "chamber", {"127.0.0.1", listener.port}, 1};
    ASSERT_TRUE(link.open());
    outcomes.read(link, 60s);
  }
  EXPECT_EQ(outcomes.lines, (Lines{"chamber: read: the link was closed (disconnected)"}));
  reactor.wait_until(reactor.now() + 1ms);
}

TEST(ModbusTcpLife, SaysThatNobodyListens) {
  StopSignal stop;
  RealReactor reactor{stop};
  std::uint16_t port = Listener{}.port;  // closed again
  ModbusTcpLink link{reactor, "chamber", {"127.0.0.1", port}, 1};
  const auto opened = link.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().text(),
            fmt::format("chamber: open: TCP 127.0.0.1:{}: Connection refused (disconnected)", port));
  EXPECT_FALSE(link.is_open());
}

TEST(TwoModbusLinks, MayReopenEachOtherWhileBothHaveAnAnswer) {
  StopSignal stop;
  RealReactor reactor{stop};
  Outcomes outcomes{reactor};
  const Listener listener;
  ModbusTcpLink first{reactor, "chamber", {"127.0.0.1", listener.port}, 1};
  ModbusTcpLink second{reactor, "interlock", {"127.0.0.1", listener.port}, 1};
  std::vector<Descriptor> peers;
  for (ModbusTcpLink* const link : {&first, &second}) {
    ASSERT_TRUE(link->open());
    peers.push_back(listener.accept());
  }
  bool reopened = false;
  first.start({"read", ModbusFunction::read_holding_registers, 2782, 2, {}, 2s}, [&](const auto&) {
    second.close();
    reopened = second.open().has_value();
    outcomes.read(second, 20ms);
  });
  outcomes.read(second);
  for (const Descriptor& peer : peers)
    ASSERT_EQ(::send(peer.get(), kAnswer1.data(), kAnswer1.size(), 0), static_cast<ssize_t>(kAnswer1.size()));
  std::this_thread::sleep_for(10ms);  // so that one poll(2) tells of both answers
  reactor.run_until([&] { return reopened; }, reactor.now() + 2s);
  ASSERT_TRUE(outcomes.wait());
  EXPECT_THAT(outcomes.lines.back(), StartsWith("interlock: read: no answer (timeout after 0."));
}

// --- a serial line ---

const Bytes kRtuAnswer{0x01, 0x03, 0x02, 0x00, 0xE7, 0xF8, 0x0E};  // 231

class ModbusRtu : public testing::Test {
 protected:
  ModbusRtu() {
    int master = -1;
    int slave = -1;
    std::array<char, 64> name{};
    EXPECT_EQ(::openpty(&master, &slave, name.data(), nullptr, nullptr), 0);
    master_ = Descriptor{master};
    kept_ = Descriptor{slave};  // else the master reads an error between two openings
    path_ = name.data();
    link_.emplace(reactor_, "chamber", path_, SerialSettings{}, 1);
    reactor_.watch(master, POLLIN, [this](short) { hear(); });
    EXPECT_TRUE(link_->open());
  }
  ~ModbusRtu() override { reactor_.unwatch(master_.get()); }
  void hear() {
    std::array<std::uint8_t, 300> buffer;
    const ssize_t count = ::read(master_.get(), buffer.data(), buffer.size());
    if (count <= 0) return reactor_.unwatch(master_.get());
    requests_.push_back(hex_text({buffer.data(), static_cast<std::size_t>(count)}));
    answer_();
  }
  void say(ByteView bytes) {
    ASSERT_EQ(::write(master_.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  std::string ask(Duration timeout = 2s) {
    outcomes_.start(*link_, {"read", ModbusFunction::read_holding_registers, 100, 1, {}, timeout});
    EXPECT_TRUE(outcomes_.wait());
    return outcomes_.lines.empty() ? "" : outcomes_.lines.back();
  }
  void expect_recovery() {
    EXPECT_FALSE(link_->is_open());
    ASSERT_TRUE(link_->open());
    answer_ = [this] { say(kRtuAnswer); };
    EXPECT_EQ(ask(), "231");
  }

  StopSignal stop_;
  RealReactor reactor_{stop_};
  Outcomes outcomes_{reactor_};
  Descriptor master_, kept_;
  std::string path_;
  Lines requests_;
  std::function<void()> answer_ = [] {};
  std::optional<ModbusRtuLink> link_;
};

TEST_F(ModbusRtu, SendsTheFramesOfTheFacts) {
  answer_ = [this] { say(kRtuAnswer); };
  EXPECT_EQ(ask(), "231");
  EXPECT_EQ(ask(), "231");
  EXPECT_EQ(requests_, (Lines{"01 03 00 64 00 01 C5 D5", "01 03 00 64 00 01 C5 D5"}));
}

TEST_F(ModbusRtu, TellsAnExceptionAsRefusedAndStaysOpen) {
  answer_ = [this] { say(Bytes{0x01, 0x83, 0x02, 0xC0, 0xF1}); };
  EXPECT_THAT(ask(), StartsWith("chamber: read: exception 2: Illegal data address (refused"));
  EXPECT_TRUE(link_->is_open());
}

TEST_F(ModbusRtu, ClosesOnAWrongCheck) {
  answer_ = [this] {
    Bytes bad = kRtuAnswer;
    bad[6] ^= 0x01U;
    say(bad);
  };
  EXPECT_THAT(ask(), StartsWith("chamber: read: Invalid CRC (garbled"));
  expect_recovery();
}

TEST_F(ModbusRtu, ClosesOnTheAnswerOfAnotherUnit) {
  answer_ = [this] { say(Bytes{0x02, 0x03, 0x02, 0x00, 0xE7, 0xBC, 0x0E}); };
  EXPECT_THAT(ask(), StartsWith("chamber: read: unit 2 answered, not 1 (garbled"));
  expect_recovery();
}

TEST_F(ModbusRtu, ClosesOnAnAnswerThatIsCutOff) {
  answer_ = [this] { say(ByteView{kRtuAnswer}.first(3)); };
  EXPECT_THAT(ask(), StartsWith("chamber: read: answer cut off (timeout after 0."));
  expect_recovery();
}

TEST_F(ModbusRtu, ClosesOnSilenceAndDoesNotTakeTheLateAnswer) {
  EXPECT_THAT(ask(50ms), StartsWith("chamber: read: no answer (timeout after 0."));
  say(Bytes{0x01, 0x03, 0x02, 0x00, 0x00, 0xB8, 0x44});  // 0: late
  expect_recovery();
}

TEST_F(ModbusRtu, DiscardsWhatCameUnasked) {
  say(Bytes{0x00, 0xFF, 0x01});
  reactor_.wait_until(reactor_.now() + 1ms);
  answer_ = [this] { say(kRtuAnswer); };
  EXPECT_EQ(ask(), "231");
}

TEST_F(ModbusRtu, IsLostWhenItIsUnpluggedWithinAnAnswer) {
  answer_ = [this] {
    say(ByteView{kRtuAnswer}.first(3));
    reactor_.unwatch(master_.get());
    master_.close();
  };
  EXPECT_THAT(ask(), HasSubstr("(disconnected"));
  EXPECT_FALSE(link_->is_open());
}

TEST_F(ModbusRtu, IsClosedAtOnceInTheMiddleOfACall) {
  outcomes_.start(*link_, {"read", ModbusFunction::read_holding_registers, 100, 1, {}, 60s});
  reactor_.run_until([&] { return !requests_.empty(); }, reactor_.now() + 2s);
  const Instant begin = reactor_.now();
  link_->close();
  EXPECT_LT(reactor_.now() - begin, 2s);
  expect_recovery();
}

TEST_F(ModbusRtu, KeepsThePauseThatTheDeviceWants) {
  link_->close();
  ModbusRtuLink slow{reactor_, "chamber", path_, {}, 1, 30ms};
  ASSERT_TRUE(slow.open());
  answer_ = [this] { say(kRtuAnswer); };
  const Instant begin = reactor_.now();
  for (int i = 0; i < 2; ++i)
    outcomes_.start(slow, {"read", ModbusFunction::read_holding_registers, 100, 1, {}, 2s});
  ASSERT_TRUE(outcomes_.wait());
  EXPECT_GE(reactor_.now() - begin, 60ms);
  EXPECT_EQ(outcomes_.lines, (Lines{"231", "231"}));
}

TEST_F(ModbusRtu, HasThePortForItselfAndGivesItBack) {
  ModbusRtuLink second{reactor_, "interlock", path_, {}, 1};
  const auto opened = second.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().text(),
            "interlock: open: " + path_ + ": in use by another program (disconnected)");
  link_->close();
  EXPECT_TRUE(second.open());
}

}  // namespace
}  // namespace meterbench
