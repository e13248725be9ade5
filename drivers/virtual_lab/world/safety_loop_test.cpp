#include "drivers/virtual_lab/world/safety_loop.h"

#include <gtest/gtest.h>

namespace meterbench::virtual_lab {
namespace {

class SafetyLoopTest : public ::testing::Test {
 protected:
  void energise() { source_.apply(now_, {.voltage = {Phasor{120}}}); }
  Instant now_ = instant_at(1);
  SourceOutput source_{1, {}};
  SafetyLoop loop_{source_};
};

TEST_F(SafetyLoopTest, IsClosedWhereThereIsNoInterlock) {
  energise();
  EXPECT_TRUE(source_.energised());
  EXPECT_TRUE(loop_.relay_closed());
}

TEST_F(SafetyLoopTest, TakesTheOutputAwayWithTheRelay) {
  energise();
  loop_.set_relay(now_, false);
  EXPECT_FALSE(source_.energised());
  energise();
  EXPECT_FALSE(source_.energised()) << "nothing can be switched on while it is open";
  loop_.set_relay(now_, true);
  EXPECT_FALSE(source_.energised()) << "closing it switches nothing on";
  energise();
  EXPECT_TRUE(source_.energised());
}

TEST_F(SafetyLoopTest, APressedEmergencyStopOpensTheEnableWhateverTheRelayDoes) {
  energise();
  loop_.set_emergency_stop(now_, false);
  EXPECT_FALSE(source_.energised());
  EXPECT_TRUE(loop_.relay_closed());
  loop_.set_relay(now_, true);
  EXPECT_FALSE(source_.enabled());
  loop_.set_emergency_stop(now_, true);
  EXPECT_TRUE(source_.enabled());
}

}  // namespace
}  // namespace meterbench::virtual_lab
