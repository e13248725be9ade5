#include "bench/cli/inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meterbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::vector<std::pair<std::string, std::string>> seated(const std::string& meters,
                                                        const std::vector<std::string>& positions = {"A", "B",
                                                                                                     "C"}) {
  std::vector<std::pair<std::string, std::string>> result;
  for (const auto& [position, type] : load_meters(Catalogue{BENCH_SOURCE_DIR}, positions, meters))
    result.emplace_back(position, type.id);
  return result;
}

std::string refusal(const std::string& meters, const std::vector<std::string>& positions = {"A", "B", "C"}) {
  try {
    (void)seated(meters, positions);
  } catch (const InputError& e) {
    return e.what();
  }
  return "taken";
}

TEST(Meters, ByANameAloneStandAtTheFirstPosition) {
  EXPECT_THAT(seated("focus-ax-2s-cl200"), ElementsAre(Pair("A", "focus-ax-2s-cl200")));
}

TEST(Meters, OfDifferentTypesStandTogether) {
  EXPECT_THAT(seated("B=focus-ax-4s-cl20,A=focus-ax-2s-cl200"),
              ElementsAre(Pair("A", "focus-ax-2s-cl200"), Pair("B", "focus-ax-4s-cl20")));
}

TEST(Meters, ByAStarStandAtEachPositionThatIsNotNamed) {
  EXPECT_THAT(seated("*=focus-ax-3s-cl10"),
              ElementsAre(Pair("A", "focus-ax-3s-cl10"), Pair("B", "focus-ax-3s-cl10"),
                          Pair("C", "focus-ax-3s-cl10")));
  EXPECT_THAT(seated("*=focus-ax-3s-cl10,B=focus-ax-1s-cl100"),
              ElementsAre(Pair("A", "focus-ax-3s-cl10"), Pair("B", "focus-ax-1s-cl100"),
                          Pair("C", "focus-ax-3s-cl10")));
}

TEST(Meters, OfTwoAndThreeWiresDoNot) {
  EXPECT_THAT(
      refusal("A=focus-ax-1s-cl100,B=focus-ax-2s-cl200"),
      HasSubstr("two-wire and three-wire meters need different loads and cannot be tested together: A is "
                "1S, B is 2S"));
}

TEST(Meters, AreToldApartFromSlips) {
  EXPECT_THAT(refusal(""), HasSubstr("--meter is missing; known meters: "));
  EXPECT_THAT(refusal("Z=focus-ax-2s-cl200"), HasSubstr("position 'Z'"));
  EXPECT_THAT(refusal("A=focus-ax-2s-cl200,A=focus-ax-4s-cl20"), HasSubstr("position A is named twice"));
  EXPECT_THAT(refusal("*=focus-ax-2s-cl200", {}), HasSubstr("* stands for the positions of a station"));
  EXPECT_THAT(refusal("focus-ax-2s-cl20"), HasSubstr("focus-ax-2s-cl200"));
}

}  // namespace
}  // namespace meterbench
