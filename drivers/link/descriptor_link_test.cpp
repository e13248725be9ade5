#include "drivers/link/descriptor_link.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "bench/core/real_reactor.h"

namespace meterbench {
namespace {

using namespace std::chrono_literals;

/// One end of a socket pair; the test has the other.
class PairLink final : public DescriptorLink {
 public:
  explicit PairLink(Reactor& reactor) : DescriptorLink{reactor, "source", "the pair"} {}

  Descriptor far;
  int left = 0;

 private:
  Result<Descriptor> connect() override {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    far = Descriptor{ends[1]};
    return Descriptor{ends[0]};
  }
  void leave(int) override { ++left; }
  ssize_t put(int descriptor, ByteView bytes) const override {
    return ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
};

class Wire : public testing::Test {
 protected:
  Wire() {
    EXPECT_TRUE(link_.open());
    link_.start_stream([this](ByteView bytes) { heard_ += to_string(bytes); },
                       [this](const Fault& fault) { over_ = fault.text(); });
  }
  void write_far(const std::string& text) {
    ASSERT_EQ(::write(link_.far.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  bool wait(const std::function<bool()>& done) {
    return reactor_.run_until(done, reactor_.now() + 2s) == Reactor::Waited::done;
  }

  std::string heard_, over_;  // outlive the link, which reports when it closes
  StopSignal stop_;
  RealReactor reactor_{stop_};
  PairLink link_{reactor_};
};

TEST_F(Wire, CarriesMoreThanTheKernelTakesAtOnce) {
  const Bytes many(3'000'000, 0x55);
  bool sent = false;
  link_.stream_out(many, [&] { sent = true; });
  std::size_t arrived = 0;
  reactor_.watch(link_.far.get(), POLLIN, [&](short) {
    Bytes buffer(65536);
    arrived +=
        static_cast<std::size_t>(std::max<ssize_t>(::read(link_.far.get(), buffer.data(), buffer.size()), 0));
    EXPECT_FALSE(sent && arrived < many.size() / 2) << "the kernel cannot have all of it";
  });
  EXPECT_TRUE(wait([&] { return arrived == many.size() && sent; })) << arrived;
  reactor_.unwatch(link_.far.get());
}

TEST_F(Wire, TellsOfEachWriteInTurn) {
  std::string order;
  link_.stream_out(to_bytes("a"), [&] { order += "a"; });
  link_.stream_out(to_bytes("b"), [&] { order += "b"; });
  EXPECT_EQ(order, "") << "from within a wait only";
  ASSERT_TRUE(wait([&] { return order == "ab"; })) << order;
  std::array<char, 8> buffer{};
  EXPECT_EQ(::read(link_.far.get(), buffer.data(), buffer.size()), 2);
}

TEST_F(Wire, IsReadToItsLastByteBeforeTheOtherEndIsToldToBeGone) {
  write_far(std::string(10'000, 'x'));
  link_.far.close();
  ASSERT_TRUE(wait([&] { return !over_.empty(); }));
  EXPECT_EQ(heard_.size(), 10'000U);
  EXPECT_EQ(over_, "source: stream: the pair: the other end is gone (disconnected)");
  EXPECT_FALSE(link_.is_open());
  EXPECT_EQ(link_.left, 1);
}

TEST_F(Wire, IsLostWhenNothingCanBeWritten) {
  ASSERT_EQ(::shutdown(link_.far.get(), SHUT_RD), 0);
  link_.stream_out(to_bytes("a"), [] { ADD_FAILURE() << "it did not leave"; });
  ASSERT_TRUE(wait([&] { return !over_.empty(); }));
  EXPECT_EQ(over_, "source: stream: the pair: Broken pipe (disconnected)");
}

TEST_F(Wire, MayBeClosedAndOpenedAgainFromEachCallback) {
  link_.end_stream();
  int sessions = 0;
  std::function<void()> again = [&] {
    ++sessions;
    link_.close();
    ASSERT_TRUE(link_.open());
    link_.start_stream([&](ByteView) { again(); }, [](const Fault&) {});
    link_.stream_out(to_bytes("more than one write"), [&] { again(); });
    link_.stream_out(to_bytes("is told of"), [&] { again(); });
    write_far("and heard");
  };
  again();
  EXPECT_TRUE(wait([&] { return sessions > 5; }));
  link_.end_stream();
  link_.close();
}

TEST_F(Wire, IsNotDisturbedByWhatWasToldOfAnEarlierDescriptorOfTheSameNumber) {
  PairLink other{reactor_};
  ASSERT_TRUE(other.open());
  // Both are ready in one poll(2): this one hangs up, and the callback of the other opens it anew before.
  PairLink& first = link_;
  bool reopened = false;
  other.start_stream([](ByteView) {}, [](const Fault&) {});
  std::string over;
  first.end_stream();
  first.start_stream(
      [&](ByteView) {
        other.close();
        reopened = static_cast<bool>(other.open());
        other.start_stream([](ByteView) {}, [&](const Fault& fault) { over = fault.text(); });
      },
      [](const Fault&) {});
  write_far("go");
  other.far.close();
  ASSERT_TRUE(wait([&] { return reopened; }));
  reactor_.wait_until(reactor_.now() + 1ms);
  EXPECT_EQ(over, "");
  EXPECT_TRUE(other.is_open());
  other.end_stream();
}

TEST_F(Wire, LeavesNothingOfAnEarlierSessionBehind) {
  link_.stream_out(Bytes(1'000'000), [] { ADD_FAILURE() << "the link was closed"; });
  reactor_.wait_until(reactor_.now() + 1ms);
  link_.close();
  ASSERT_TRUE(link_.open());
  bool sent = false;
  link_.start_stream([](ByteView) {}, [](const Fault&) {});
  link_.stream_out(to_bytes("new"), [&] { sent = true; });
  ASSERT_TRUE(wait([&] { return sent; }));
  std::array<char, 8> buffer{};
  EXPECT_EQ(::read(link_.far.get(), buffer.data(), buffer.size()), 3);
}

}  // namespace
}  // namespace meterbench
