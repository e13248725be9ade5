// What every byte link does, over a transport that the test moves by hand. Exchanges in time stand in
// memory_link_test.cpp.
#include "drivers/link/byte_link.h"

#include <gtest/gtest.h>

#include "bench/core/simulated_reactor.h"

namespace meterbench {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

class HandMovedLink final : public ByteLink {
 public:
  using ByteLink::ByteLink;
  using ByteLink::lost;
  ~HandMovedLink() override { close(); }
  void hear(std::string_view text) { received(to_bytes(text)); }
  /// The oldest write has left.
  void leave() {
    const auto sent = std::move(leaving.front());
    leaving.erase(leaving.begin());
    sent();
  }

  Lines written;
  std::vector<std::function<void()>> leaving;

 private:
  Result<void> do_open() override { return {}; }
  void do_close() override { leaving.clear(); }
  void do_write(ByteView bytes, std::function<void()> sent) override {
    written.push_back(to_string(bytes));
    leaving.push_back(std::move(sent));
  }
};

tl::expected<std::optional<std::size_t>, std::string> any_reply(ByteView received) { return received.size(); }

class Stream : public testing::Test {
 protected:
  Stream() { EXPECT_TRUE(link_.open()); }
  void start() {
    link_.start_stream([this](ByteView bytes) { log_.push_back(to_string(bytes)); },
                       [this](const Fault& fault) { log_.push_back(fault.text()); });
  }
  void exchange(const std::string& text) {
    link_.start_exchange({text, to_bytes(text), any_reply, 1s}, [this, text](const Result<Bytes>& reply) {
      log_.push_back(text + "→" + (reply ? to_string(*reply) : reply.error().text()));
    });
  }

  Lines log_;  // outlives the link, which reports when it closes
  StopSignal stop_;
  SimulatedReactor reactor_{stop_, {}};
  HandMovedLink link_{reactor_, "meter"};
};

TEST_F(Stream, HearsBytesAsTheyCome) {
  start();
  link_.hear("a");
  link_.hear("bc");
  EXPECT_EQ(log_, (Lines{"a", "bc"}));
}

TEST_F(Stream, WritesAtOnceHoweverMuchIsOnItsWay) {
  start();
  int left = 0;
  link_.stream_out(to_bytes("a"), [&] { ++left; });
  link_.stream_out(to_bytes("b"), [&] { ++left; });
  EXPECT_EQ(link_.written, (Lines{"a", "b"}));
  EXPECT_EQ(left, 0);
  link_.leave();
  EXPECT_EQ(left, 1);
  link_.leave();
  EXPECT_EQ(left, 2);
}

TEST_F(Stream, EndsOnceWithTheCauseWhenTheLinkIsLost) {
  start();
  link_.lost("cable pulled");
  EXPECT_FALSE(link_.is_open());
  EXPECT_EQ(log_, (Lines{"meter: stream: cable pulled (disconnected)"}));
  link_.close();
  link_.hear("late");
  EXPECT_EQ(log_.size(), 1U);
}

TEST_F(Stream, EndsWhenTheLinkIsClosed) {
  start();
  link_.close();
  EXPECT_EQ(log_, (Lines{"meter: stream: the link was closed (disconnected)"}));
}

TEST_F(Stream, IsOverAtOnceOnAClosedLink) {
  link_.close();
  start();
  EXPECT_EQ(log_, (Lines{"meter: stream: the link is closed (disconnected)"}));
  EXPECT_THROW(link_.stream_out(to_bytes("a"), [] {}), std::logic_error);
}

TEST_F(Stream, EndsWithoutAWordWhereItsUserEndsIt) {
  start();
  link_.end_stream();
  link_.hear("nobody listens");
  EXPECT_TRUE(link_.is_open());
  EXPECT_EQ(log_, Lines{});
  exchange("q");
  link_.leave();
  link_.hear("reply");
  EXPECT_EQ(log_, (Lines{"q→reply"})) << "and the link is free for exchanges";
}

TEST_F(Stream, TellsNothingOfAWriteThatOutlivedIt) {
  start();
  link_.stream_out(to_bytes("a"), [] { ADD_FAILURE() << "the stream had ended"; });
  link_.end_stream();
  start();
  link_.leave();
}

TEST_F(Stream, AndExchangesExcludeEachOther) {
  start();
  EXPECT_THROW(exchange("q"), std::logic_error);
  EXPECT_THROW(start(), std::logic_error);
  link_.end_stream();
  EXPECT_THROW(link_.stream_out(to_bytes("a"), [] {}), std::logic_error);
  exchange("q");
  EXPECT_THROW(start(), std::logic_error);
}

TEST_F(Stream, MayBeEndedByWhoHearsIt) {
  link_.start_stream(
      [this](ByteView bytes) {
        log_.push_back(to_string(bytes));
        link_.end_stream();
      },
      [](const Fault&) { ADD_FAILURE(); });
  link_.hear("a");
  link_.hear("b");
  EXPECT_EQ(log_, (Lines{"a"}));
}

TEST_F(Stream, LetsItsEndReopenTheLinkAndStartAnother) {
  link_.start_stream([](ByteView) {},
                     [this](const Fault&) {
                       ASSERT_TRUE(link_.open());
                       start();
                     });
  link_.lost("cable pulled");
  EXPECT_TRUE(link_.is_open());
  link_.hear("a");
  EXPECT_EQ(log_, (Lines{"a"}));
}

TEST_F(Stream, LeavesTheBytesBeforeItToNobody) {
  exchange("q");
  link_.leave();
  link_.hear("reply");
  link_.hear("more");
  start();
  link_.hear("a");
  EXPECT_EQ(log_, (Lines{"q→reply", "a"}));
}

TEST(Exchange, TakesAReplyThatCameBeforeItsRequestWasSaidToHaveLeft) {
  StopSignal stop;
  SimulatedReactor reactor{stop, {}};
  HandMovedLink link{reactor, "source"};
  ASSERT_TRUE(link.open());
  std::string reply;
  link.start_exchange({"q", to_bytes("q"), any_reply, 1s},
                      [&](const Result<Bytes>& r) { reply = to_string(*r); });
  link.hear("reply");
  EXPECT_EQ(reply, "");
  link.leave();
  EXPECT_EQ(reply, "reply");
}

TEST(Exchange, IsNotDoneByTheBytesOfAnEarlierOneThatLeaveLate) {
  StopSignal stop;
  SimulatedReactor reactor{stop, {}};
  Lines log;
  HandMovedLink link{reactor, "source"};
  ASSERT_TRUE(link.open());
  const auto note = [&](const Result<Bytes>& r) { log.push_back(r ? "done" : r.error().text()); };
  link.start_exchange({"a", to_bytes("a"), {}, 1s}, note);
  const auto late = std::move(link.leaving.front());
  link.close();
  ASSERT_TRUE(link.open());
  link.start_exchange({"b", to_bytes("b"), {}, 1s}, note);
  late();
  EXPECT_EQ(log, (Lines{"source: a: the link was closed (disconnected)"}));
  link.leaving.back()();
  EXPECT_EQ(log.back(), "done");
}

}  // namespace
}  // namespace meterbench
