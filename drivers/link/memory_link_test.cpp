#include "drivers/link/memory_link.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>

namespace meterbench {
namespace {

using namespace std::chrono_literals;

/// A reply ends with a line feed; a `!` anywhere is no reply.
tl::expected<std::optional<std::size_t>, std::string> line_end(ByteView received) {
  for (std::size_t i = 0; i < received.size(); ++i) {
    if (received[i] == '!') return tl::unexpected{std::string{"no reply of this protocol"}};
    if (received[i] == '\n') return i + 1;
  }
  return std::nullopt;
}

/// Answers each request by a table, after a delay.
class ScriptedFarEnd final : public FarEnd {
 public:
  void opened(Instant now) override { log.push_back("opened@" + at(now)); }
  void closed(Instant now) override { log.push_back("closed@" + at(now)); }
  void on_bytes(Instant now, ByteView bytes, Bytes& reply) override {
    const std::string text = to_string(bytes);
    log.push_back(text + "@" + at(now));
    const auto found = answers.find(text);
    if (found == answers.end()) return;
    if (delay == Duration{})
      reply = to_bytes(found->second);
    else
      due.emplace_back(now + delay, found->second);
  }
  void on_time(Instant, Bytes& reply) override {
    reply = to_bytes(due.front().second);
    due.pop_front();
  }
  [[nodiscard]] std::optional<Instant> next_event() const override {
    return due.empty() ? std::nullopt : std::optional{due.front().first};
  }

  std::map<std::string, std::string> answers;
  Duration delay{};
  std::deque<std::pair<Instant, std::string>> due;
  std::vector<std::string> log;

 private:
  /// Microseconds.
  static std::string at(Instant t) { return std::to_string(t.time_since_epoch() / 1us); }
};

class Link : public testing::Test {
 protected:
  void request(const std::string& text, Duration timeout = 1s, bool reply = true) {
    link_.start_exchange({text, to_bytes(text), reply ? ReplyEnd{line_end} : ReplyEnd{}, timeout},
                         [this, text](Result<Bytes> result) {
                           const auto now = reactor_.now().time_since_epoch() / 1us;
                           outcome_.push_back(text + "→" +
                                              (result ? printable_text(*result) : result.error().text()) +
                                              "@" + std::to_string(now));
                         });
  }
  void wait(Duration time) { reactor_.wait_until(reactor_.now() + time); }

  using Lines = std::vector<std::string>;
  Lines outcome_;  // outlives the link, which reports when it closes
  StopSignal stop_;
  SimulatedReactor reactor_{stop_, {}};
  ScriptedFarEnd far_end_;
  // 10,000 Bd, 8N1: 1 ms a byte.
  MemoryLink link_{reactor_, "source", far_end_, WireTime::serial(10'000, 1)};
};

TEST(WireTime, IsBitsOverBaudOnASerialLine) {
  EXPECT_EQ(WireTime::serial(9600, 1).of(96), 100ms);               // 960 bits
  EXPECT_EQ(WireTime::serial(9600, 2).of(96), 110ms);               // 1056 bits
  EXPECT_EQ(WireTime::serial(9600, 1).of(1), Duration{1'041'667});  // 1.0417 ms
}

TEST(WireTime, IsTheLatencyElsewhere) {
  EXPECT_EQ(WireTime::network().of(1000), 200us);
  EXPECT_EQ(WireTime::usb().of(64), 1ms);
}

TEST_F(Link, ChargesTheWireTimeOfRequestAndReply) {
  far_end_.answers["abcd"] = "ok\n";
  ASSERT_TRUE(link_.open());
  request("abcd");
  wait(1s);
  EXPECT_EQ(far_end_.log, (Lines{"opened@0", "abcd@4000"}));
  EXPECT_EQ(outcome_, (Lines{"abcd→ok\\x0A@7000"}));
}

TEST_F(Link, ChargesTheDelayOfTheFarEndOnTop) {
  far_end_.answers["abcd"] = "ok\n";
  far_end_.delay = 100ms;
  ASSERT_TRUE(link_.open());
  request("abcd");
  wait(1s);
  EXPECT_EQ(outcome_, (Lines{"abcd→ok\\x0A@107000"}));
}

TEST_F(Link, HasOneRequestOnTheWireAndKeepsTheirOrder) {
  far_end_.answers = {{"a", "1\n"}, {"b", "2\n"}, {"c", "3\n"}};
  ASSERT_TRUE(link_.open());
  for (const char* text : {"a", "b", "c"}) request(text);
  wait(1s);
  EXPECT_EQ(far_end_.log, (Lines{"opened@0", "a@1000", "b@4000", "c@7000"}));
  EXPECT_EQ(outcome_, (Lines{"a→1\\x0A@3000", "b→2\\x0A@6000", "c→3\\x0A@9000"}));
}

TEST_F(Link, IsDoneOnceTheBytesHaveLeftWhereNoReplyIsExpected) {
  ASSERT_TRUE(link_.open());
  request("ab", 1s, false);
  wait(1s);
  EXPECT_EQ(outcome_, (Lines{"ab→@2000"}));
}

TEST_F(Link, GivesTheReplyUpToItsEndAndDropsTheRest) {
  far_end_.answers = {{"a", "1\nmore"}, {"b", "2\n"}};
  ASSERT_TRUE(link_.open());
  request("a");
  request("b");
  wait(1s);
  EXPECT_EQ(outcome_, (Lines{"a→1\\x0A@7000", "b→2\\x0A@10000"}));
}

TEST_F(Link, DropsBytesThatNobodyAskedFor) {
  far_end_.answers["a"] = "1\n";
  far_end_.due.emplace_back(Instant{10ms}, "unasked\n");
  ASSERT_TRUE(link_.open());
  wait(50ms);
  request("a");
  wait(1s);
  EXPECT_EQ(outcome_, (Lines{"a→1\\x0A@53000"}));
}

TEST_F(Link, ClosesOnATimeOutAndWritesNothingMore) {
  ASSERT_TRUE(link_.open());
  request("a", 500ms);
  request("b");
  wait(5s);
  EXPECT_FALSE(link_.is_open());
  EXPECT_EQ(far_end_.log, (Lines{"opened@0", "a@1000", "closed@500000"}));
  EXPECT_EQ(outcome_,
            (Lines{"a→source: a: no answer (timeout after 0.500 s)@500000",
                   "b→source: b: the link was closed after a failed request (disconnected)@500000"}));
}

TEST_F(Link, SaysWhatHadArrivedOfAReplyThatWasCutOff) {
  far_end_.answers["a"] = "half";
  ASSERT_TRUE(link_.open());
  request("a", 500ms);
  wait(1s);
  EXPECT_EQ(outcome_, (Lines{"a→source: a: answer cut off: 'half' (timeout after 0.500 s)@500000"}));
}

TEST_F(Link, DoesNotTakeALateReplyForThatOfTheNextRequestAfterReopening) {
  far_end_.answers = {{"a", "late\n"}, {"b", "2\n"}};
  far_end_.delay = 600ms;  // the reply to a is on the wire from 601 to 606 ms
  ASSERT_TRUE(link_.open());
  request("a", 500ms);
  reactor_.wait_until(Instant{603ms});
  ASSERT_FALSE(link_.is_open());
  far_end_.due.clear();  // a device that forgot on closing
  far_end_.delay = Duration{};
  ASSERT_TRUE(link_.open());
  request("b");
  wait(1s);
  EXPECT_EQ(outcome_.back(), "b→2\\x0A@606000");
  EXPECT_EQ(outcome_.size(), 2U);
}

TEST_F(Link, DropsBytesOnTheWireWhenItIsClosedAndReopened) {
  far_end_.answers = {{"a", "long reply to a\n"}, {"b", "2\n"}};
  ASSERT_TRUE(link_.open());
  request("a", 10ms);  // 1 ms there, 16 ms back: too late
  reactor_.wait_until(Instant{12ms});
  ASSERT_TRUE(link_.open());
  request("b");
  wait(1s);
  EXPECT_EQ(outcome_.back(), "b→2\\x0A@15000");
}

TEST_F(Link, TakesAReplyThatArrivesAtTheVeryInstantOfItsDeadline) {
  far_end_.answers["a"] = "1\n";
  ASSERT_TRUE(link_.open());
  request("a", 3ms);
  wait(1s);
  EXPECT_EQ(outcome_, (Lines{"a→1\\x0A@3000"}));
}

TEST_F(Link, ClosesOnAGarbledReply) {
  far_end_.answers["a"] = "1!\n";
  ASSERT_TRUE(link_.open());
  request("a");
  wait(1s);
  EXPECT_FALSE(link_.is_open());
  EXPECT_EQ(outcome_,
            (Lines{"a→source: a: no reply of this protocol: '1!\\x0A' (garbled after 0.004 s)@4000"}));
}

TEST_F(Link, AnswersAtOnceThatItIsClosed) {
  request("a");
  EXPECT_EQ(outcome_, (Lines{"a→source: a: the link is closed (disconnected)@0"}));
}

TEST_F(Link, EndsAllRequestsAsDisconnectedWhenItIsClosed) {
  ASSERT_TRUE(link_.open());
  request("a");
  request("b");
  reactor_.wait_until(Instant{500us});
  link_.close();
  wait(5s);
  EXPECT_EQ(outcome_, (Lines{"a→source: a: the link was closed (disconnected)@500",
                             "b→source: b: the link was closed (disconnected)@500"}));
  EXPECT_EQ(far_end_.log, (Lines{"opened@0", "closed@500"})) << "what had not arrived never does";
}

TEST_F(Link, IsOpenedAndClosedOnceHoweverOftenAsked) {
  ASSERT_TRUE(link_.open());
  ASSERT_TRUE(link_.open());
  link_.close();
  link_.close();
  EXPECT_EQ(far_end_.log, (Lines{"opened@0", "closed@0"}));
}

TEST_F(Link, LetsADoneCallbackSendTheNextRequestOrClose) {
  far_end_.answers = {{"a", "1\n"}, {"b", "2\n"}};
  ASSERT_TRUE(link_.open());
  link_.start_exchange({"a", to_bytes("a"), line_end, 1s}, [this](const Result<Bytes>&) { request("b"); });
  wait(1s);
  EXPECT_EQ(outcome_, (Lines{"b→2\\x0A@6000"}));
  link_.start_exchange({"a", to_bytes("a"), line_end, 1s}, [this](const Result<Bytes>&) { link_.close(); });
  request("b");
  wait(1s);
  EXPECT_EQ(outcome_.back(), "b→source: b: the link was closed (disconnected)@1003000");
}

TEST(LinkLife, LeavesNothingBehindInTheReactor) {
  StopSignal stop;
  SimulatedReactor reactor{stop, {}};
  ScriptedFarEnd far_end;
  far_end.answers["a"] = "1\n";
  int outcomes = 0;
  {
    MemoryLink link{reactor, "source", far_end, WireTime::network()};
    ASSERT_TRUE(link.open());
    link.start_exchange({"a", to_bytes("a"), line_end, 1s}, [&](const Result<Bytes>& r) {
      EXPECT_FALSE(r);
      ++outcomes;
    });
  }
  reactor.wait_until(Instant{2s});
  EXPECT_EQ(outcomes, 1);
}

/// A transport whose other end can go away.
class FragileLink final : public ByteLink {
 public:
  using ByteLink::ByteLink;
  using ByteLink::lost;
  bool there = true;
  int closed = 0;

 private:
  Result<void> do_open() override {
    if (there) return {};
    return fault(Errc::disconnected, device(), "open", "nobody there");
  }
  void do_close() override { ++closed; }
  void do_write(ByteView, std::function<void()> sent) override { sent(); }
};

TEST(LostLink, EndsTheRequestOnTheWireAndAllThatWait) {
  StopSignal stop;
  SimulatedReactor reactor{stop, {}};
  FragileLink link{reactor, "reference"};
  ASSERT_TRUE(link.open());
  std::vector<std::string> outcome;
  for (const char* text : {"a", "b"})
    link.start_exchange({text, to_bytes(text), line_end, 10s},
                        [&](const Result<Bytes>& r) { outcome.push_back(r.error().text()); });
  reactor.wait_until(Instant{1s});
  link.lost("cable pulled");
  EXPECT_FALSE(link.is_open());
  EXPECT_EQ(link.closed, 1);
  EXPECT_EQ(outcome, (std::vector<std::string>{
                         "reference: a: cable pulled (disconnected after 1.000 s)",
                         "reference: b: the link was closed after a failed request (disconnected)"}));
  reactor.wait_until(Instant{60s});
  EXPECT_EQ(outcome.size(), 2U) << "the time-out went with it";
}

TEST(LostLink, CanBeOpenedAgainOnceTheOtherEndIsBack) {
  StopSignal stop;
  SimulatedReactor reactor{stop, {}};
  FragileLink link{reactor, "reference"};
  ASSERT_TRUE(link.open());
  link.lost("cable pulled");
  link.there = false;
  const auto refused = link.open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::disconnected);
  EXPECT_FALSE(link.is_open());
  link.there = true;
  EXPECT_TRUE(link.open());
}

/// Hands out what the test put into each endpoint.
class ScriptedUsb final : public UsbFarEnd {
 public:
  const UsbDescription& description() const override { return about; }
  void opened(Instant) override { ++openings; }
  void closed(Instant) override { ++closings; }
  std::optional<Bytes> control(Instant, const UsbSetup& setup, ByteView data) override {
    if (setup.request == 0xFF) return std::nullopt;
    if (setup.request == 0xFE) gone = true;
    if (setup.request == 1) data_of[0x86].push_back(to_bytes("triggered"));
    last = Bytes(data.begin(), data.end());
    return setup.device_to_host() ? to_bytes("answer") : Bytes{};
  }
  bool bulk_out(Instant, std::uint8_t, ByteView) override { return false; }
  std::optional<Bytes> bulk_in(Instant now, std::uint8_t endpoint, std::size_t most) override {
    ++asked;
    if (ready_at && now < *ready_at) return std::nullopt;
    ready_at.reset();
    auto& queue = data_of[endpoint];
    if (queue.empty()) return std::nullopt;
    Bytes data = std::move(queue.front());
    queue.pop_front();
    EXPECT_LE(data.size(), most);
    return data;
  }
  [[nodiscard]] std::optional<Instant> next_event() const override { return ready_at; }

  UsbDescription about;
  [[nodiscard]] bool unplugged() const override { return gone; }

  bool gone = false;
  int openings = 0, closings = 0;
  Bytes last;
  std::map<std::uint8_t, std::deque<Bytes>> data_of;
  std::optional<Instant> ready_at;  ///< no data before
  int asked = 0;
};

class Usb : public testing::Test {
 protected:
  Usb() { EXPECT_TRUE(link_.open()); }
  auto note(const std::string& name) {
    return [this, name](Result<Bytes> result) {
      outcome_.push_back(name + "→" + (result ? to_string(*result) : result.error().text()) + "@" +
                         std::to_string(reactor_.now().time_since_epoch() / 1ms));
    };
  }
  void control(std::uint8_t request_type, std::uint8_t request, Bytes data = {}) {
    link_.start_control("control", {request_type, request, 0, 0, 0}, std::move(data), 1s, note("control"));
  }
  void bulk(const std::string& name, std::uint8_t endpoint = 0x86, Duration timeout = 1s) {
    link_.start_bulk_in(name, endpoint, 64, timeout, note(name));
  }
  using Lines = std::vector<std::string>;
  Lines outcome_;  // outlives the link, which reports when it closes
  StopSignal stop_;
  SimulatedReactor reactor_{stop_, {}};
  ScriptedUsb far_end_;
  MemoryUsbLink link_{reactor_, "counter", far_end_};
};

TEST_F(Usb, CarriesControlTransfersBothWaysInOneFrameEach) {
  control(0xC0, 2);
  reactor_.wait_until(Instant{10ms});
  control(0x40, 2, to_bytes("in"));
  reactor_.wait_until(Instant{20ms});
  EXPECT_EQ(outcome_, (Lines{"control→answer@1", "control→@11"}));
  EXPECT_EQ(far_end_.last, to_bytes("in"));
}

TEST_F(Usb, ReportsAStallAsRefusedAndStaysOpen) {
  control(0xC0, 0xFF);
  reactor_.wait_until(Instant{10ms});
  EXPECT_EQ(outcome_, (Lines{"control→counter: control: the device stalled the request (refused)@1"}));
  EXPECT_TRUE(link_.is_open());
}

TEST_F(Usb, CompletesBulkTransfersInTheOrderOfSubmission) {
  far_end_.data_of[0x86] = {to_bytes("one"), to_bytes("two"), to_bytes("three")};
  for (const char* name : {"a", "b", "c"}) bulk(name);
  reactor_.wait_until(Instant{10ms});
  EXPECT_EQ(outcome_, (Lines{"a→one@1", "b→two@1", "c→three@1"}));
}

TEST_F(Usb, AsksAgainWhenTheDeviceSaysItMayHaveData) {
  far_end_.ready_at = Instant{50ms};
  far_end_.data_of[0x86] = {to_bytes("one")};
  bulk("a");
  reactor_.wait_until(Instant{100ms});
  EXPECT_EQ(outcome_, (Lines{"a→one@51"}));
  EXPECT_EQ(far_end_.asked, 2) << "when it was submitted and when the device said";
}

TEST_F(Usb, AsksAgainAfterAControlTransfer) {
  bulk("a");
  reactor_.wait_until(Instant{10ms});
  EXPECT_TRUE(outcome_.empty());
  control(0x40, 1);
  reactor_.wait_until(Instant{20ms});
  EXPECT_EQ(outcome_, (Lines{"control→@11", "a→triggered@12"}));
}

TEST_F(Usb, DoesNotLetAnEmptyEndpointHoldUpAnother) {
  far_end_.data_of[0x82] = {to_bytes("other")};
  bulk("a", 0x86);
  bulk("b", 0x82);
  reactor_.wait_until(Instant{10ms});
  EXPECT_EQ(outcome_, (Lines{"b→other@1"}));
}

TEST_F(Usb, EndsCancelledTransfersOfOneEndpointAsStopped) {
  bulk("a", 0x86);
  bulk("b", 0x82);
  reactor_.wait_until(Instant{10ms});
  link_.cancel_bulk_in(0x86);
  EXPECT_EQ(outcome_, (Lines{"a→counter: bulk transfer: cancelled (stopped)@10"}));
  EXPECT_TRUE(link_.is_open());
  far_end_.data_of[0x82] = {to_bytes("still there")};
  control(0x40, 2);
  reactor_.wait_until(Instant{20ms});
  EXPECT_EQ(outcome_.back(), "b→still there@12");
}

TEST_F(Usb, ClosesOnATimeOutAndEndsTheOthersAsDisconnected) {
  bulk("a", 0x86, 100ms);
  bulk("b", 0x82, 1s);
  reactor_.wait_until(Instant{5s});
  EXPECT_FALSE(link_.is_open());
  EXPECT_EQ(far_end_.closings, 1);
  EXPECT_EQ(outcome_, (Lines{"a→counter: a: no data (timeout after 0.100 s)@100",
                             "b→counter: b: the link was closed (disconnected after 0.100 s)@100"}));
}

TEST_F(Usb, TellsNothingOfAnEarlierSessionAfterReopening) {
  far_end_.data_of[0x86] = {to_bytes("old")};
  bulk("a");
  control(0xC0, 2);
  reactor_.wait_until(Instant{500us});  // both on the wire
  link_.close();
  ASSERT_TRUE(link_.open());
  far_end_.data_of[0x86] = {to_bytes("new")};
  bulk("b");
  reactor_.wait_until(Instant{10ms});
  EXPECT_EQ(outcome_.size(), 3U);
  EXPECT_EQ(outcome_.back(), "b→new@1");
  EXPECT_EQ(far_end_.openings, 2);
}

TEST_F(Usb, EndsAllWhenTheDeviceIsUnpluggedAndDoesNotFindItAgain) {
  bulk("a");
  control(0xC0, 0xFE);
  reactor_.wait_until(Instant{10ms});
  EXPECT_EQ(outcome_, (Lines{"control→counter: control: the device was unplugged (disconnected)@1",
                             "a→counter: a: the device was unplugged (disconnected after 0.001 s)@1"}));
  EXPECT_EQ(far_end_.closings, 1);
  EXPECT_EQ(link_.open().error().code, Errc::disconnected);
}

TEST_F(Usb, NoticesAnUnpluggedDeviceInTheMiddleOfABulkTransfer) {
  far_end_.gone = true;
  bulk("a");
  reactor_.wait_until(Instant{10ms});
  EXPECT_EQ(outcome_, (Lines{"a→counter: a: the device was unplugged (disconnected)@0"}));
}

TEST_F(Usb, AnswersAtOnceThatItIsClosed) {
  link_.close();
  control(0xC0, 2);
  bulk("a");
  EXPECT_EQ(outcome_, (Lines{"control→counter: control: the link is closed (disconnected)@0",
                             "a→counter: a: the link is closed (disconnected)@0"}));
}

}  // namespace
}  // namespace meterbench
