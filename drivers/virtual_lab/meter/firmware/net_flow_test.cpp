#include "drivers/virtual_lab/meter/firmware/net_flow.h"

#include <gtest/gtest.h>

namespace meterbench::firmware {
namespace {

constexpr std::uint64_t kBound = 100;

TEST(NetFlow, IsTheEnergyOfASteadyLoadOfEitherDirection) {
  NetFlow flow{kBound};
  for (int n = 0; n < 5; ++n) EXPECT_EQ(flow.taken(7), 7U);
  EXPECT_EQ(flow.taken(0), 0U);
  EXPECT_EQ(flow.taken(-1000), 1000U);
  for (int n = 0; n < 5; ++n) EXPECT_EQ(flow.taken(-7), 7U);
}

TEST(NetFlow, LosesNothingWhereTheDirectionChangesSlowly) {
  NetFlow flow{kBound};
  std::uint64_t sum = flow.taken(50);
  for (int n = 0; n < 10; ++n) EXPECT_EQ(flow.taken(-10), 0U) << "held";
  EXPECT_EQ(flow.taken(-10), 110U) << "all at once";
  EXPECT_EQ(flow.taken(-10), 10U);
  sum += 120;
  for (int n = 0; n < 20; ++n) sum += flow.taken(10);
  EXPECT_EQ(sum, 50U + 120U + 200U);
}

TEST(NetFlow, OfWhatGoesBackAndForthIsItsMean) {
  for (const int sign : {1, -1}) {
    NetFlow flow{kBound};
    static_cast<void>(flow.taken(sign * 1000));
    std::uint64_t sum = 0;
    for (int n = 0; n < 1000; ++n) sum += flow.taken(sign * (n % 2 == 0 ? -60 : 61));
    EXPECT_EQ(sum, 500U);
  }
}

}  // namespace
}  // namespace meterbench::firmware
