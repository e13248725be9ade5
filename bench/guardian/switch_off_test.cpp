#include "bench/guardian/switch_off.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_station.h"
#include "tests/support/fake_surroundings.h"

namespace meterbench {
namespace {

using ::testing::HasSubstr;

class SwitchOff : public ::testing::Test {
 protected:
  SwitchOff() { station_->interlock = std::make_unique<testing::FakeInterlock>(reactor_, bench_); }

  /// A load stands on the terminals, the interlock is armed.
  void energise() {
    ASSERT_TRUE(keeper_.arm());
    bench_.on = true;
    bench_.calls.clear();
  }
  static Fault lost(const std::string& device) { return {Errc::disconnected, device, "", "gone", {}}; }

  StopSignal stop_;
  SimulatedReactor reactor_{stop_, UtcTime{}};
  testing::FakeBench bench_;
  std::unique_ptr<Station> station_ = testing::make_fake_station(reactor_, bench_);
  InterlockKeeper keeper_{*station_};
};

TEST_F(SwitchOff, IsDoneByTheSourceAndLeavesTheRelayAlone) {
  energise();
  const LoadOff off = switch_off(*station_, keeper_);
  EXPECT_FALSE(off.source);
  EXPECT_TRUE(off.confirmed());
  EXPECT_FALSE(bench_.on);
  EXPECT_TRUE(bench_.relay_closed);
}

TEST_F(SwitchOff, ASourceThatDoesNotConfirmItIsCutOffByTheRelay) {
  energise();
  bench_.off_fails = lost("source");
  const LoadOff off = switch_off(*station_, keeper_);
  EXPECT_TRUE(off.confirmed());
  EXPECT_TRUE(off.relay_open);
  EXPECT_FALSE(bench_.energised());
  EXPECT_THAT(off.text(), HasSubstr("off by the interlock's relay; source: gone"));
}

TEST_F(SwitchOff, TheRelayComesFirstWhereTheSourcesLinkIsTheLostOne) {
  for (const Errc code : {Errc::disconnected, Errc::timeout}) {
    energise();
    const LoadOff off = switch_off(*station_, keeper_, Fault{code, "source", "", "", {}});
    EXPECT_THAT(bench_.calls, ::testing::ElementsAre("interlock disarm", "source off"));
    EXPECT_TRUE(off.relay_open);
    EXPECT_FALSE(off.source) << "it answered after all";
    EXPECT_EQ(off.text(), "off by the interlock's relay; the source is off too");
  }
}

TEST_F(SwitchOff, AnotherInstrumentsLostLinkLeavesTheRelayAlone) {
  energise();
  const LoadOff off = switch_off(*station_, keeper_, lost("reference"));
  EXPECT_THAT(bench_.calls, ::testing::ElementsAre("source off"));
  EXPECT_TRUE(off.confirmed());
}

TEST_F(SwitchOff, ATripOfTheSourceIsNoLostLink) {
  energise();
  static_cast<void>(switch_off(*station_, keeper_, Fault{Errc::tripped, "source", "", "", {}}));
  EXPECT_THAT(bench_.calls, ::testing::ElementsAre("source off"));
}

TEST_F(SwitchOff, WithSourceAndRelaySilentItSaysThatNobodyKnows) {
  energise();
  bench_.off_fails = lost("source");
  bench_.lost_at["interlock"] = reactor_.now();
  const LoadOff off = switch_off(*station_, keeper_);
  EXPECT_FALSE(off.confirmed());
  EXPECT_THAT(off.text(), HasSubstr("not confirmed off; source: gone"));
  EXPECT_THAT(off.text(), HasSubstr("interlock: the link is gone"));
}

TEST_F(SwitchOff, ARelayThatSticksConfirmsNothing) {
  energise();
  bench_.off_fails = lost("source");
  bench_.relay_sticks = true;
  EXPECT_FALSE(switch_off(*station_, keeper_).confirmed());
}

TEST_F(SwitchOff, WithoutAnInterlockThereIsOnlyTheSource) {
  station_->interlock.reset();
  bench_.has_interlock = false;
  bench_.on = true;
  EXPECT_TRUE(switch_off(*station_, keeper_).confirmed());
  EXPECT_FALSE(bench_.on);
  bench_.off_fails = lost("source");
  const LoadOff off = switch_off(*station_, keeper_);
  EXPECT_FALSE(off.confirmed());
  EXPECT_FALSE(off.relay);
}

TEST_F(SwitchOff, AStopRequestDoesNotCutItShort) {
  energise();
  stop_.request();
  bench_.off_fails = lost("source");
  EXPECT_TRUE(switch_off(*station_, keeper_).relay_open);
}

}  // namespace
}  // namespace meterbench
