#include "drivers/virtual_lab/world/fault_script.h"

#include <gtest/gtest.h>

namespace meterbench::virtual_lab {
namespace {

ScriptedFault at(double seconds, std::string what) {
  return {.at = instant_at(seconds), .command = std::nullopt, .what = std::move(what)};
}
ScriptedFault on(std::uint64_t command, std::string what) {
  return {.at = std::nullopt, .command = command, .what = std::move(what)};
}

TEST(FaultScript, TakesTheFaultOfACommandOnce) {
  FaultScript script{{on(2, "garble"), on(3, "silence")}};
  EXPECT_EQ(script.on_command(), std::nullopt);
  EXPECT_EQ(script.on_command(), "garble");
  EXPECT_EQ(script.on_command(), "silence");
  EXPECT_EQ(script.on_command(), std::nullopt);
}

TEST(FaultScript, TakesTimedFaultsInTheOrderOfTimeAndNotBefore) {
  FaultScript script{{at(20, "second"), at(10, "first"), on(1, "other")}};
  EXPECT_EQ(script.next(), instant_at(10));
  EXPECT_EQ(script.due(instant_at(9.999)), std::nullopt);
  EXPECT_EQ(script.due(instant_at(25)), "first");
  EXPECT_EQ(script.next(), instant_at(20));
  EXPECT_EQ(script.due(instant_at(25)), "second");
  EXPECT_EQ(script.due(instant_at(25)), std::nullopt);
  EXPECT_EQ(script.next(), std::nullopt);
}

}  // namespace
}  // namespace meterbench::virtual_lab
