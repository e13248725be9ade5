#include "drivers/virtual_lab/meter/firmware/kept_list.h"

#include <gtest/gtest.h>

namespace meterbench::firmware {
namespace {

using List = KeptList<int, 4>;

TEST(KeptList, KeepsTheNewest) {
  List list{};
  for (int n = 1; n <= 3; ++n) keep(list, n);
  EXPECT_EQ(list.count, 3U);
  EXPECT_EQ(entry_of_age(list, 0), 3);
  EXPECT_EQ(entry_of_age(list, 2), 1);
  for (int n = 4; n <= 6; ++n) keep(list, n);
  EXPECT_EQ(list.count, 4U);
  EXPECT_EQ(list.last, 1U);
  for (std::uint32_t age = 0; age < 4; ++age) EXPECT_EQ(entry_of_age(list, age), 6 - static_cast<int>(age));
}

TEST(KeptList, KnowsWhatIsUnread) {
  List list{};
  for (int n = 0; n < 6; ++n) keep(list, n);
  EXPECT_EQ(list.unread, 4U) << "the others are gone";
  EXPECT_FALSE(mark_read(list, 5));
  EXPECT_TRUE(mark_read(list, 3));
  EXPECT_EQ(list.unread, 1U);
  keep(list, 6);
  EXPECT_EQ(list.unread, 2U);
  clear(list);
  EXPECT_EQ(list.count + list.unread, 0U);
  keep(list, 7);
  EXPECT_EQ(list.last, 0U);
  EXPECT_EQ(entry_of_age(list, 0), 7);
}

}  // namespace
}  // namespace meterbench::firmware
