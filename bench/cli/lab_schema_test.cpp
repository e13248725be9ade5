#include "bench/cli/lab_schema.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "drivers/registry/registry.h"

namespace meterbench {
namespace {

TEST(LabSchema, TheShippedFileIsThatOfTheTables) {
  std::ostringstream shipped;
  shipped << std::ifstream{BENCH_SOURCE_DIR "/config/schemas/lab.schema.json"}.rdbuf();
  EXPECT_EQ(shipped.str(), lab_schema(simulator_models()))
      << "write it anew: meterbench lab schema > config/schemas/lab.schema.json";
}

}  // namespace
}  // namespace meterbench
