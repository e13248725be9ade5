// Over a pseudo-terminal: it takes every setting, keeps the baud for its master to see, and has no modem
// lines.
#include "drivers/link/serial_link.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <pty.h>
#include <sys/file.h>
#include <termios.h>

#include <array>
#include <filesystem>

#include "bench/core/real_reactor.h"

namespace meterbench {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

tl::expected<std::optional<std::size_t>, std::string> line_end(ByteView received) {
  for (std::size_t i = 0; i < received.size(); ++i)
    if (received[i] == '\r') return i + 1;
  return std::nullopt;
}

class Serial : public testing::Test {
 protected:
  Serial() {
    int master = -1;
    int slave = -1;
    std::array<char, 64> name{};
    EXPECT_EQ(::openpty(&master, &slave, name.data(), nullptr, nullptr), 0);
    master_ = Descriptor{master};
    kept_ = Descriptor{slave};  // else the master reads an error between two openings
    path_ = name.data();
    link_.emplace(reactor_, "source", path_, SerialSettings{});
  }
  void request(const std::string& text, Duration timeout = 2s) {
    link_->start_exchange({text, to_bytes(text + "\r"), line_end, timeout},
                          [this](const Result<Bytes>& reply) {
                            outcome_ = reply ? printable_text(*reply) : reply.error().text();
                          });
  }
  bool wait() {
    return reactor_.run_until([this] { return !outcome_.empty(); }, reactor_.now() + 2s) ==
           Reactor::Waited::done;
  }
  [[nodiscard]] std::string heard() const {
    std::array<char, 64> buffer{};
    const ssize_t count = ::read(master_.get(), buffer.data(), buffer.size());
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
  }
  void say(std::string_view text) {
    ASSERT_EQ(::write(master_.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  [[nodiscard]] termios line() const {
    termios line{};
    EXPECT_EQ(::tcgetattr(master_.get(), &line), 0);
    return line;
  }

  std::string outcome_;  // outlives the link, which reports when it closes
  StopSignal stop_;
  RealReactor reactor_{stop_};
  Descriptor master_, kept_;
  std::string path_;
  std::optional<SerialLink> link_;
};

TEST_F(Serial, CarriesEveryByteAsItIs) {
  ASSERT_TRUE(link_->open());
  Bytes all;
  for (int value = 0; value < 256; ++value) all.push_back(static_cast<std::uint8_t>(value));
  Bytes heard_here;
  link_->start_stream(
      [&](ByteView bytes) { heard_here.insert(heard_here.end(), bytes.begin(), bytes.end()); },
      [](const Fault&) {});
  bool sent = false;
  link_->stream_out(all, [&] { sent = true; });
  ASSERT_EQ(::write(master_.get(), all.data(), all.size()), 256);
  reactor_.run_until([&] { return sent && heard_here.size() == all.size(); }, reactor_.now() + 2s);
  EXPECT_EQ(heard_here, all);
  Bytes heard_there(512);
  heard_there.resize(static_cast<std::size_t>(::read(master_.get(), heard_there.data(), heard_there.size())));
  EXPECT_EQ(heard_there, all);
  link_->end_stream();
}

TEST_F(Serial, SetsTheBaud) {
  const std::pair<int, speed_t> rates[] = {{300, B300}, {9600, B9600}, {57600, B57600}, {921600, B921600}};
  for (const auto& [baud, code] : rates) {
    SerialLink link{reactor_, "source", path_, {.baud = baud}};
    ASSERT_TRUE(link.open()) << baud;
    const termios seen = line();
    EXPECT_EQ(::cfgetospeed(&seen), code) << baud;
  }
}

TEST_F(Serial, TakesOneAndTwoStopBits) {
  for (const int stop_bits : {1, 2}) {
    SerialLink link{reactor_, "source", path_, {.stop_bits = stop_bits}};
    EXPECT_TRUE(link.open()) << stop_bits;
  }
}

TEST_F(Serial, ToleratesAPortWithoutModemLines) {
  SerialLink link{reactor_, "source", path_, {.dtr = false, .rts = false}};
  EXPECT_TRUE(link.open());
}

TEST_F(Serial, RefusesSettingsThatNoPortHas) {
  EXPECT_THROW((SerialLink{reactor_, "source", path_, {.baud = 9601}}), std::invalid_argument);
  EXPECT_THROW((SerialLink{reactor_, "source", path_, {.stop_bits = 0}}), std::invalid_argument);
}

TEST_F(Serial, HasThePortForItselfWhileItIsOpen) {
  ASSERT_TRUE(link_->open());
  SerialLink second{reactor_, "reference", path_, {}};
  const auto opened = second.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().text(),
            "reference: open: " + path_ + ": in use by another program (disconnected)");
  link_->close();
  EXPECT_TRUE(second.open()) << "free again";
}

TEST_F(Serial, KeepsOutProgramsThatKnowNoLocks) {
  ASSERT_TRUE(link_->open());
  int exclusive = 0;
  ASSERT_EQ(::ioctl(kept_.get(), TIOCGEXCL, &exclusive), 0);
  EXPECT_EQ(exclusive, 1);
  link_->close();
  ASSERT_EQ(::ioctl(kept_.get(), TIOCGEXCL, &exclusive), 0);
  EXPECT_EQ(exclusive, 0);
}

TEST_F(Serial, SaysWhatIsWrongWithAPath) {
  const auto why = [&](const std::string& path) {
    SerialLink link{reactor_, "source", path, {}};
    return link.open().error().text();
  };
  EXPECT_EQ(why("/dev/no-such-port"),
            "source: open: /dev/no-such-port: no such port; `meterbench discover` lists those that there are "
            "(disconnected)");
  EXPECT_THAT(why("/dev/null"), HasSubstr("/dev/null: Inappropriate ioctl for device"));
}

TEST_F(Serial, DiscardsWhatHadArrivedBeforeTheEndOfTheWarmUp) {
  say("noise of another program\r");
  SerialLink link{reactor_, "source", path_, {.warm_up = 20ms}};
  const Instant begin = reactor_.now();
  ASSERT_TRUE(link.open());
  EXPECT_GE(reactor_.now() - begin, 20ms);
  std::string heard_here;
  link.start_stream([&](ByteView bytes) { heard_here += to_string(bytes); }, [](const Fault&) {});
  say("reply\r");
  reactor_.run_until([&] { return heard_here.ends_with("reply\r"); }, reactor_.now() + 2s);
  EXPECT_EQ(heard_here, "reply\r");
}

TEST_F(Serial, LetsBytesLeaveThatAreOnTheirWayWhenItIsClosed) {
  ASSERT_TRUE(link_->open());
  link_->start_exchange({"OFF", to_bytes("OFF\r"), {}, 1s},
                        [&](const Result<Bytes>& r) { outcome_ = r ? "sent" : ""; });
  ASSERT_TRUE(wait());
  link_->close();
  ASSERT_TRUE(link_->open());
  EXPECT_EQ(heard(), "OFF\r") << "a source's off";
}

TEST_F(Serial, IsLostWhenItIsUnpluggedInTheMiddleOfAReply) {
  ASSERT_TRUE(link_->open());
  request("q");
  reactor_.wait_until(reactor_.now() + 1ms);
  say("half");
  reactor_.wait_until(reactor_.now() + 1ms);
  EXPECT_EQ(outcome_, "");
  master_.close();
  ASSERT_TRUE(wait());
  EXPECT_THAT(outcome_, testing::StartsWith("source: q: " + path_ + ": "));
  EXPECT_THAT(outcome_, HasSubstr("(disconnected"));
  EXPECT_FALSE(link_->is_open());
}

TEST_F(Serial, ClosesOnHalfAReplyAndSaysWhatHadArrived) {
  ASSERT_TRUE(link_->open());
  request("q", 30ms);
  say("half");
  ASSERT_TRUE(wait());
  EXPECT_THAT(outcome_, HasSubstr("source: q: answer cut off: 'half' (timeout after 0."));
  EXPECT_FALSE(link_->is_open());
}

TEST_F(Serial, DoesNotTakeALateReplyForThatOfTheNextRequestAfterReopening) {
  ASSERT_TRUE(link_->open());
  request("a", 5ms);
  ASSERT_TRUE(wait());
  EXPECT_THAT(outcome_, HasSubstr("source: a: no answer (timeout after "));
  EXPECT_EQ(heard(), "a\r");
  say("late\r");
  ASSERT_TRUE(link_->open());
  outcome_.clear();
  request("b");
  reactor_.wait_until(reactor_.now() + 1ms);
  EXPECT_EQ(heard(), "b\r");
  EXPECT_EQ(outcome_, "");
  say("2\r");
  ASSERT_TRUE(wait());
  EXPECT_EQ(outcome_, "2\\x0D");
}

}  // namespace
}  // namespace meterbench
