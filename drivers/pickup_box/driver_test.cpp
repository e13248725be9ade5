// Against lines of protocol.md.
#include "drivers/pickup_box/driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "bench/core/simulated_reactor.h"
#include "drivers/link/memory_link.h"
#include "tests/support/breakable_link.h"
#include "tests/support/scripted_far_end.h"

namespace meterbench::pickup_box {
namespace {

using ::testing::HasSubstr;
using Lines = std::vector<std::pair<std::string, std::string>>;

class PickupBoxDriver : public testing::Test {
 protected:
  void use(const ScriptedFarEnd::Script& script) {
    box.reset();
    far_end = std::make_unique<ScriptedFarEnd>(script);
    link = std::make_unique<MemoryLink>(reactor, "pickups", *far_end, WireTime::serial(115200, 1));
    box = std::make_unique<PickupBox>(*link);
  }
  void use(const Lines& lines) { use(lf_script(lines)); }
  template <class T, class Start>
  Result<T> finish(Start start) {
    return await<T>(reactor, "pickups", "test", std::chrono::minutes{1}, start);
  }
  Result<PickupReading> read(const std::string& position = "A") {
    return finish<PickupReading>([&](auto done) { box->start_read(position, std::move(done)); });
  }
  Result<void> debounce(double seconds) {
    return finish<void>([&](auto done) { box->start_set_debounce("A", Seconds{seconds}, std::move(done)); });
  }
  Result<std::string> display() {
    return finish<std::string>([&](auto done) { box->start_read_display("A", std::move(done)); });
  }
  static void expect_fault(const auto& result, Errc code, const std::string& words) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code) << result.error().text();
    EXPECT_THAT(result.error().text(), HasSubstr(words));
  }

  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  std::unique_ptr<ScriptedFarEnd> far_end;
  std::unique_ptr<ByteLink> link;
  std::unique_ptr<PickupBox> box;
};

TEST_F(PickupBoxDriver, IdentifiesTheBox) {
  use({{"1 IDN*52", "1 OK Meterbench pickup box,1.0*7E"}});
  const auto identity = finish<std::string>([&](auto done) { box->start_identify(std::move(done)); });
  ASSERT_TRUE(identity) << identity.error().text();
  EXPECT_EQ(*identity, "Meterbench pickup box,1.0");
}

TEST_F(PickupBoxDriver, ReadsLevelFlickerPolarityAndDebounce) {
  use({{"1 LIGHT A*2E", "1 OK 61.3 2.0 + 500*3D"}});
  const auto reading = read();
  ASSERT_TRUE(reading) << reading.error().text();
  EXPECT_DOUBLE_EQ(percent(reading->level), 61.3);
  EXPECT_DOUBLE_EQ(percent(reading->flicker), 2);
  EXPECT_FALSE(reading->inverted);
  EXPECT_DOUBLE_EQ(reading->debounce.value(), 500e-6);
}

TEST_F(PickupBoxDriver, KnowsAnLedThatGoesDarkForAPulse) {
  use({{"1 LIGHT A*2E", "1 OK 61.3 2.0 - 0*3E"}});
  EXPECT_TRUE(read()->inverted);
}

TEST_F(PickupBoxDriver, WhatIsNoReadingIsGarbled) {
  for (const char* answer :
       {"1 OK*15", "1 OK 61.3 2.0 0*33", "1 OK 161.3 2.0 + 500*0C", "1 OK x 2.0 + 500*5F"}) {
    use({{"1 LIGHT A*2E", answer}});
    expect_fault(read(), Errc::garbled, "no reading");
  }
  use({{"1 LIGHT A*2E", "1 YES*5E"}});
  expect_fault(read(), Errc::garbled, "neither OK nor ERR");
}

TEST_F(PickupBoxDriver, AnErrorIsARefusalWithItsWords) {
  use({{"1 LIGHT A*2E", "1 ERR 2 no such position*73"}});
  expect_fault(read(), Errc::refused, "2 no such position");
  EXPECT_TRUE(link->is_open());
}

TEST_F(PickupBoxDriver, SetsTheDebounceAndReadsItBack) {
  use({{"1 DEBOUNCE A 500*74", "1 OK 500*00"}, {"2 LIGHT A*2D", "2 OK 61.3 2.0 + 500*3E"}});
  const auto done = debounce(500e-6);
  EXPECT_TRUE(done) << done.error().text();
}

TEST_F(PickupBoxDriver, ADebounceThatTheBoxDoesNotKeepIsRefused) {
  use({{"1 DEBOUNCE A 0*71", "1 OK 0*05"}, {"2 LIGHT A*2D", "2 OK 61.3 2.0 + 500*3E"}});
  expect_fault(debounce(0), Errc::refused, "keeps 500");
}

TEST_F(PickupBoxDriver, SetsNoDebounceThatCannotBe) {
  use(Lines{});
  for (const double seconds : {-1e-6, 0.100001, std::numeric_limits<double>::quiet_NaN()})
    expect_fault(debounce(seconds), Errc::out_of_range, "0 … 0.1 s");
}

TEST_F(PickupBoxDriver, ReadsTheDisplayAlsoWhenItIsDark) {
  use({{"1 TEXT A*6D", "1 OK 0012.34 kWh →*BD"}});
  EXPECT_EQ(display(), "0012.34 kWh →");
  use({{"1 TEXT A*6D", "1 OK*15"}});
  EXPECT_EQ(display(), "");
}

TEST_F(PickupBoxDriver, ASilentBoxIsATimeOutAndTheNextQuestionConnectsAgain) {
  use({{"1 LIGHT A*2E", ""}, {"2 LIGHT A*2D", "2 OK 61.3 2.0 + 500*3E"}});
  expect_fault(read(), Errc::timeout, "LIGHT A");
  EXPECT_NEAR(in_seconds(reactor.now()), 0.5, 1e-9);
  EXPECT_FALSE(link->is_open());
  EXPECT_TRUE(read());
  EXPECT_EQ(far_end->openings(), 2);
}

TEST_F(PickupBoxDriver, HalfAnAnswerIsATimeOut) {
  use(ScriptedFarEnd::Script{{to_bytes("1 LIGHT A*2E\n"), to_bytes("1 OK 61.3"), {}}});
  expect_fault(read(), Errc::timeout, "cut off");
}

TEST_F(PickupBoxDriver, ADamagedAnswerIsGarbled) {
  use({{"1 LIGHT A*2E", "1 OK 61.4 2.0 + 500*3D"}});
  expect_fault(read(), Errc::garbled, "checksum");
  EXPECT_FALSE(link->is_open());
}

TEST_F(PickupBoxDriver, TheAnswerToAnEarlierQuestionIsNotTaken) {
  use({{"1 LIGHT A*2E", "1 OK 61.3 2.0 + 500*3D"}, {"2 LIGHT A*2D", "1 OK 61.3 2.0 + 500*3D"}});
  EXPECT_TRUE(read());
  expect_fault(read(), Errc::garbled, "another message");
}

TEST_F(PickupBoxDriver, ALostLinkIsAFault) {
  box.reset();
  far_end = std::make_unique<ScriptedFarEnd>(
      lf_script({{"1 DEBOUNCE A 500*74", "1 OK 500*00"}, {"2 LIGHT A*2D", ""}}));
  auto breakable = std::make_unique<BreakableLink>(reactor, "pickups", *far_end);
  breakable->break_after(2);
  BreakableLink& wire = *breakable;
  link = std::move(breakable);
  box = std::make_unique<PickupBox>(*link);
  expect_fault(debounce(500e-6), Errc::disconnected, "reset by peer");
  wire.set_absent(true);
  expect_fault(read(), Errc::disconnected, "nobody");
}

}  // namespace
}  // namespace meterbench::pickup_box
