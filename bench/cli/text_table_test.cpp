#include "bench/cli/text_table.h"

#include <gtest/gtest.h>

namespace meterbench {
namespace {

TEST(TextTable, ColumnsAreCountedInCharactersNotBytes) {
  const TextTable table{{{"limit", 7, true}, {"decision", 0, false}}};
  EXPECT_EQ(table.header(), "  limit  decision");
  EXPECT_EQ(table.row({"±0.5 %", "pass"}), " ±0.5 %  pass");
}

TEST(TextTable, ALongCellPushesOnAndNothingIsCut) {
  const TextTable table{{{"a", 2, false}, {"b", 0, false}}};
  EXPECT_EQ(table.row({"longer", "x"}), "longer  x");
}

}  // namespace
}  // namespace meterbench
