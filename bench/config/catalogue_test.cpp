#include "bench/config/catalogue.h"

#include <gtest/gtest.h>

namespace meterbench {
namespace {

TEST(Catalogue, FindsByNameOrByPathAndNamesTheNearest) {
  const Catalogue catalogue{BENCH_SOURCE_DIR};
  EXPECT_EQ(catalogue.find("stations", "virtual").value(),
            std::filesystem::path{BENCH_SOURCE_DIR} / "config/stations/virtual.yaml");
  const auto path = catalogue.root() / "config/limits/bench.yaml";
  EXPECT_EQ(catalogue.find("stations", path.string()).value(), path);
  EXPECT_EQ(catalogue.find("meters", "focus-ax-2s-cl20").error(),
            "config/meters: 'focus-ax-2s-cl20' is not known; allowed: certified-standard-1s, "
            "certified-standard-2s, focus-ax-1s-cl100, focus-ax-2s-cl200, "
            "focus-ax-3s-cl10, focus-ax-3s-cl20, focus-ax-4s-cl20, "
            "focus-ax-sd-2s-cl200; did you mean 'focus-ax-2s-cl200'?");
  EXPECT_EQ(catalogue.find("meters", "nowhere/x.yaml").error(), "there is no file nowhere/x.yaml");
  EXPECT_TRUE(Catalogue{"/nowhere"}.names("meters").empty());
  EXPECT_FALSE(Catalogue{"/nowhere"}.find("meters", "x"));
}

}  // namespace
}  // namespace meterbench
