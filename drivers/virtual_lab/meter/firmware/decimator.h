// A sum over time that stops what swings. Freestanding.
#pragma once

#include <cstdint>

namespace meterbench::firmware {

/// Second-order cascaded integrator and comb, decimating by one block of `kLength` values. Its weights are a
/// triangle over two blocks: each value counts with the same total weight kLength², so that nothing is lost,
/// and whatever has a whole number of periods in a block is stopped. Wraps on purpose: the comb undoes what
/// the integrators overflow (Hogenauer 1981), as long as a block's own sum fits.
template <std::uint32_t kLength>
class Decimator {
 public:
  void add(std::int64_t value) {
    first_ += static_cast<std::uint64_t>(value);
    second_ += first_;
  }

  /// Ends a block: the weighted sum of it and the one before.
  [[nodiscard]] std::int64_t block() {
    const std::uint64_t sum = second_ - 2 * one_before_ + two_before_;
    two_before_ = one_before_;
    one_before_ = second_;
    return static_cast<std::int64_t>(sum);
  }

  /// Whether it is as after two blocks of 0 and `in_block` values of 0: each block of 0 then gives 0. Without
  /// input the first sum stands, and the second grows by it with every value.
  [[nodiscard]] bool empty(std::uint32_t in_block) const {
    return second_ - one_before_ == in_block * first_ && one_before_ - two_before_ == kLength * first_;
  }

  /// Empty: takes `count` values of 0, after which `in_block` are in the block.
  void pass(std::uint64_t count, std::uint32_t in_block) {
    second_ += count * first_;
    one_before_ = second_ - in_block * first_;
    two_before_ = one_before_ - kLength * first_;
  }

 private:
  std::uint64_t first_ = 0;
  std::uint64_t second_ = 0;
  std::uint64_t one_before_ = 0;
  std::uint64_t two_before_ = 0;
};

}  // namespace meterbench::firmware
