#include "bench/core/wall_alarm.h"

#include <gtest/gtest.h>

#include "bench/core/real_reactor.h"
#include "bench/core/simulated_reactor.h"

namespace meterbench {
namespace {

TEST(WallAlarm, RingsWhileSimulatedTimeStandsStill) {
  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  int rings = 0;
  const WallAlarm alarm{reactor, std::chrono::milliseconds{20}, [&] { ++rings; }};
  EXPECT_EQ(reactor.run_until_told([&] { return rings > 0; }), Reactor::Waited::done);
  EXPECT_EQ(reactor.now(), Instant{});
}

TEST(WallAlarm, RingsOnceInRealTime) {
  StopSignal stop;
  RealReactor reactor{stop};
  int rings = 0;
  const WallAlarm alarm{reactor, std::chrono::milliseconds{5}, [&] { ++rings; }};
  static_cast<void>(reactor.wait_until(reactor.now() + std::chrono::milliseconds{50}));
  EXPECT_EQ(rings, 1);
}

TEST(WallAlarm, DoesNotRingOnceItIsGone) {
  StopSignal stop;
  RealReactor reactor{stop};
  int rings = 0;
  {
    const WallAlarm alarm{reactor, std::chrono::milliseconds{5}, [&] { ++rings; }};
  }
  static_cast<void>(reactor.wait_until(reactor.now() + std::chrono::milliseconds{20}));
  EXPECT_EQ(rings, 0);
}

}  // namespace
}  // namespace meterbench
