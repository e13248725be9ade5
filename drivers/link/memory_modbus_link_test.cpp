#include "drivers/link/memory_modbus_link.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>

namespace meterbench {
namespace {

using namespace std::chrono_literals;
using Values = std::vector<std::uint16_t>;
using Lines = std::vector<std::string>;

const char* const kRead = "03 0A DE 00 02";
const Bytes kAnswer{0x03, 0x04, 0x00, 0x00, 0x41, 0xB8};

/// Answers every request alike and notes it.
class Device final : public ModbusFarEnd {
 public:
  explicit Device(Lines& log, std::string name = "") : log_{log}, name_{std::move(name)} {}
  void opened(Instant now) override { note("opened", now); }
  void closed(Instant now) override { note("closed", now); }
  std::optional<Reply> on_request(Instant now, std::uint8_t unit, ByteView pdu) override {
    note(fmt::format("{}: {}", unit, hex_text(pdu)), now);
    if (silent) return std::nullopt;
    return Reply{now + delay, answer, mishap};
  }

  bool silent = false;
  Duration delay{};
  Bytes answer = kAnswer;
  ModbusMishap mishap = ModbusMishap::none;

 private:
  void note(const std::string& what, Instant now) {
    log_.push_back(fmt::format("{}{}@{}", name_, what, now.time_since_epoch() / 1us));
  }
  Lines& log_;
  std::string name_;
};

class InMemory : public testing::Test {
 protected:
  InMemory() { EXPECT_TRUE(link_.open()); }
  void read(ModbusLink& link, Duration timeout = 1s) {
    link.start({"read", ModbusFunction::read_holding_registers, 2782, 2, {}, timeout},
               [this, &link](const Result<Values>& values) {
                 outcome_.push_back(
                     fmt::format("{}: {}@{}", link.device(),
                                 values ? fmt::format("{}", fmt::join(*values, " ")) : values.error().text(),
                                 reactor_.now().time_since_epoch() / 1us));
               });
  }
  void wait(Duration time = 5s) { reactor_.wait_until(reactor_.now() + time); }

  Lines outcome_, log_;  // outlive the links, which report when they close
  StopSignal stop_;
  SimulatedReactor reactor_{stop_, {}};
  Device device_{log_};
  MemoryModbusLink link_{reactor_, "chamber", device_, 1};  // 0.2 ms either way
};

TEST_F(InMemory, ChargesTheWireTimeBothWays) {
  read(link_);
  wait();
  EXPECT_EQ(log_, (Lines{"opened@0", std::string{"1: "} + kRead + "@200"}));
  EXPECT_EQ(outcome_, (Lines{"chamber: 0 16824@400"}));
}

TEST_F(InMemory, ChargesTheDelayOfTheDeviceOnTop) {
  device_.delay = 30ms;
  read(link_);
  read(link_);
  wait();
  EXPECT_EQ(outcome_, (Lines{"chamber: 0 16824@30400", "chamber: 0 16824@60800"}));
}

TEST_F(InMemory, LetsEverythingElseGoOnWhileTheDeviceTakesItsTime) {
  device_.delay = 3s;
  Lines ticks;
  for (int i = 1; i <= 3; ++i)
    reactor_.after(1s * i,
                   [&, i] { ticks.push_back(fmt::format("{} after {} outcomes", i, outcome_.size())); });
  read(link_, 10s);
  wait(10s);
  EXPECT_EQ(ticks, (Lines{"1 after 0 outcomes", "2 after 0 outcomes", "3 after 0 outcomes"}));
  EXPECT_EQ(outcome_, (Lines{"chamber: 0 16824@3000400"}));
}

TEST_F(InMemory, ClosesOnSilenceAtTheDeadline) {
  device_.silent = true;
  read(link_, 500ms);
  read(link_, 500ms);
  wait();
  EXPECT_FALSE(link_.is_open());
  EXPECT_EQ(
      outcome_,
      (Lines{"chamber: chamber: read: no answer (timeout after 0.500 s)@500000",
             "chamber: chamber: read: the link was closed after a failed request (disconnected)@500000"}));
  EXPECT_EQ(log_.back(), "closed@500000");
}

TEST_F(InMemory, DropsAReplyThatComesAfterTheDeadline) {
  device_.delay = 600ms;
  read(link_, 500ms);
  reactor_.wait_until(Instant{550ms});
  ASSERT_TRUE(link_.open());
  device_.delay = 0ms;
  device_.answer[5] = 0xB9;
  read(link_);
  wait();
  EXPECT_EQ(outcome_, (Lines{"chamber: chamber: read: no answer (timeout after 0.500 s)@500000",
                             "chamber: 0 16825@550400"}));
}

TEST_F(InMemory, TakesAReplyThatArrivesAtTheVeryInstantOfItsDeadline) {
  device_.delay = 100ms;
  read(link_, 100ms + 400us);
  wait();
  EXPECT_EQ(outcome_, (Lines{"chamber: 0 16824@100400"}));
}

TEST_F(InMemory, TellsAnExceptionAsRefusedAndStaysOpen) {
  device_.answer = {0x83, 0x02};
  read(link_);
  wait();
  EXPECT_EQ(outcome_,
            (Lines{"chamber: chamber: read: exception 2: Illegal data address (refused after 0.000 s)@400"}));
  EXPECT_TRUE(link_.is_open());
}

TEST_F(InMemory, DoesEveryMishapToTheReply) {
  const std::pair<ModbusMishap, const char*> mishaps[] = {
      {ModbusMishap::wrong_transaction, "the answer of transaction 2, not 1 (garbled after 0.000 s)@400"},
      {ModbusMishap::wrong_unit, "unit 2 answered, not 1 (garbled after 0.000 s)@400"},
      {ModbusMishap::cut_short, "no answer (timeout after 1.000 s)@1000000"},
      {ModbusMishap::bad_check, "no answer (timeout after 1.000 s)@1000000"},
      {ModbusMishap::reset, "Connection reset by peer (disconnected after 0.000 s)@400"},
  };
  for (const auto& [mishap, what] : mishaps) {
    SimulatedReactor reactor{stop_, {}};
    Device device{log_};
    device.mishap = mishap;
    std::string outcome;
    MemoryModbusLink link{reactor, "chamber", device, 1};
    ASSERT_TRUE(link.open());
    link.start({"read", ModbusFunction::read_holding_registers, 2782, 2, {}, 1s},
               [&](const Result<Values>& r) {
                 outcome = fmt::format("{}@{}", r.error().text(), reactor.now().time_since_epoch() / 1us);
               });
    reactor.wait_until(Instant{5s});
    EXPECT_EQ(outcome, std::string{"chamber: read: "} + what);
    EXPECT_FALSE(link.is_open());
    device.mishap = ModbusMishap::none;
    EXPECT_TRUE(link.open());
  }
}

TEST_F(InMemory, WaitsForTheDeadlineWhereADeviceAnswersHalfAReply) {
  for (const Bytes& half : {Bytes{}, Bytes{0x03}, Bytes{0x03, 0x04, 0x00}, Bytes{0x83}}) {
    outcome_.clear();
    device_.answer = half;
    const Instant begin = reactor_.now();
    ASSERT_TRUE(link_.open());
    read(link_, 1s);
    wait();
    ASSERT_EQ(outcome_.size(), 1U);
    EXPECT_EQ(outcome_[0], fmt::format("chamber: chamber: read: no answer (timeout after 1.000 s)@{}",
                                       (begin + 1s).time_since_epoch() / 1us));
  }
}

TEST_F(InMemory, EndsEverythingAsDisconnectedWhenItIsClosed) {
  device_.delay = 1s;
  read(link_);
  read(link_);
  reactor_.wait_until(Instant{100ms});
  link_.close();
  wait();
  EXPECT_EQ(outcome_, (Lines{"chamber: chamber: read: the link was closed (disconnected)@100000",
                             "chamber: chamber: read: the link was closed (disconnected)@100000"}));
  EXPECT_EQ(log_.back(), "closed@100000");
}

TEST_F(InMemory, IsClosedBeforeItsRequestHasArrived) {
  read(link_);
  link_.close();
  wait();
  EXPECT_EQ(log_, (Lines{"opened@0", "closed@0"}));
  ASSERT_TRUE(link_.open());
  read(link_);
  wait();
  EXPECT_EQ(outcome_.back(), "chamber: 0 16824@5000400") << "and time goes on";
}

TEST_F(InMemory, KeepsTwoLinksInTheSameOrderEveryTime) {
  const auto run = [this] {
    StopSignal stop;
    SimulatedReactor reactor{stop, {}};
    Lines log;
    Device chamber{log, "chamber "};
    Device interlock{log, "interlock "};
    MemoryModbusLink first{reactor, "chamber", chamber, 1};
    MemoryModbusLink second{reactor, "interlock", interlock, 1};
    EXPECT_TRUE(first.open() && second.open());
    std::function<void(MemoryModbusLink&)> ask = [&](MemoryModbusLink& link) {
      link.start({"read", ModbusFunction::read_holding_registers, 2782, 2, {}, 1s},
                 [&](const Result<Values>& r) {
                   log.push_back(fmt::format("{} {}", link.device(), r ? "done" : r.error().text()));
                   if (log.size() < 100) ask(link);
                 });
    };
    ask(second);
    ask(first);
    reactor.wait_until(Instant{1s});
    return log;
  };
  const Lines once = run();
  EXPECT_GT(once.size(), 100U);
  EXPECT_EQ(once[2], std::string{"chamber 1: "} + kRead + "@200") << "by the number of the link";
  for (int i = 0; i < 10; ++i) EXPECT_EQ(run(), once);
}

TEST_F(InMemory, LetsAStopCutAWaitShortAndGoesOnAfterwards) {
  device_.silent = true;
  stop_.request();
  const auto values = await<Values>(reactor_, "chamber", "read", 60s, [&](Done<Values> done) {
    link_.start({"read", ModbusFunction::read_holding_registers, 2782, 2, {}, 1s}, std::move(done));
  });
  ASSERT_FALSE(values);
  EXPECT_EQ(values.error().code, Errc::stopped);
  bool done = false;
  reactor_.after(10s, [&] { done = true; });
  reactor_.run_until([&] { return done; }, reactor_.now() + 20s, Reactor::Stoppable::no);
  EXPECT_TRUE(done);
}

TEST_F(InMemory, TellsTheTimeThatTheLibraryTakes) {
  const double before = modbus_seconds();
  device_.delay = 3s;
  read(link_, 10s);
  wait(10s);
  EXPECT_GT(modbus_seconds(), before);
  EXPECT_LT(modbus_seconds(), before + 2) << "the device's own time is simulated";
}

TEST_F(InMemory, AnswersForAnyUnit) {
  MemoryModbusLink link{reactor_, "chamber", device_, 17};
  ASSERT_TRUE(link.open());
  read(link);
  wait();
  EXPECT_EQ(log_.back(), std::string{"17: "} + kRead + "@200");
  EXPECT_EQ(outcome_, (Lines{"chamber: 0 16824@400"}));
}

TEST_F(InMemory, ChargesASerialLineByItsBytes) {
  // 10,000 Bd, 8N1: 1 ms a byte; 12 bytes there, 13 back.
  MemoryModbusLink link{reactor_, "chamber", device_, 1, WireTime::serial(10'000, 1)};
  ASSERT_TRUE(link.open());
  read(link);
  wait();
  EXPECT_EQ(outcome_, (Lines{"chamber: 0 16824@25000"}));
}

}  // namespace
}  // namespace meterbench
