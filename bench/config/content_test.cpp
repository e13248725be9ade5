#include "bench/config/content.h"

#include <gtest/gtest.h>

namespace meterbench {
namespace {

std::string content_of(const std::string& yaml) {
  Mistakes mistakes;
  const auto node = read_yaml_text(yaml, "file.yaml", mistakes);
  if (!node || !mistakes.empty()) throw std::invalid_argument{mistakes.text()};
  return content_text(*node);
}

TEST(Content, IsOneFormOfWhatIsSaid) {
  EXPECT_EQ(content_of("b: [1.50, x y]\na: {c: 30 min, d: }  # why\n"),
            R"({"a":{"c":"1800 s","d":null},"b":["1.5","x y"]})");
}

TEST(Content, DoesNotShowHowItIsWritten) {
  const std::string content = content_of("current: [2.5 A, 25 %]\npower_factor: 1\ntitle: Sweep\n");
  EXPECT_EQ(content_of("title: 'Sweep'\ncurrent:\n  - 2500 mA\n  - 25.0%  # of Imax\npower_factor: [1.0]\n"),
            content);
  EXPECT_EQ(content_of(R"({"title": "Sweep", "current": ["2.5 A", "25 %"], "power_factor": 1})"), content);
}

TEST(Content, ShowsEveryDifference) {
  const std::string content = content_of("current: [2 A, 3 A]\n");
  for (const char* other : {"current: [3 A, 2 A]\n", "current: [2 V, 3 V]\n", "currents: [2 A, 3 A]\n",
                            "current: [2 A, 3.0000001 A]\n", "current: 2 A\n"})
    EXPECT_NE(content_of(other), content) << other;
}

TEST(JsonText, IsWhatAProgramTakes) {
  Mistakes mistakes;
  const auto node = read_yaml_text("a: 1.50\nb: [x]\nc: true\nd: 0.2 T\ne:\n", "f", mistakes);
  EXPECT_EQ(json_text(*node), R"({"a":1.5,"b":["x"],"c":true,"d":"0.2 T","e":null})");
}

}  // namespace
}  // namespace meterbench
