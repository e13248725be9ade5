#include "drivers/virtual_lab/meter/firmware/mul_div.h"

#include <gtest/gtest.h>

#include <random>

namespace meterbench::firmware {
namespace {

__extension__ using Wide = unsigned __int128;  // which the host has

TEST(MulDiv, IsTheQuotientOfTheWholeProduct) {
  std::mt19937_64 random{1};
  const auto draw = [&] { return random() >> (random() % 64); };  // of every length
  int fitted = 0;
  for (int n = 0; n < 100'000; ++n) {
    const std::uint64_t value = draw(), factor = draw(), divisor = draw() | 1U, added = draw();
    const Wide quotient = (Wide{value} * factor + added) / divisor;
    const bool fits = quotient <= ~std::uint64_t{0};
    fitted += fits ? 1 : 0;
    ASSERT_EQ(mul_div(value, factor, divisor, added),
              fits ? static_cast<std::uint64_t>(quotient) : ~std::uint64_t{0})
        << value << " * " << factor << " + " << added << " / " << divisor;
  }
  EXPECT_GT(fitted, 10'000);
}

TEST(MulDiv, GoesToTheNearestWhole) {
  EXPECT_EQ(mul_div_nearest(5, 1, 2), 3U);
  EXPECT_EQ(mul_div_nearest(7, 1, 5), 1U);
  EXPECT_EQ(mul_div_nearest(8, 1, 5), 2U);
}

}  // namespace
}  // namespace meterbench::firmware
