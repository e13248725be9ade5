// Bytes in a fixed place: requests, responses, tables. Freestanding.
#pragma once

#include <cstdint>

namespace meterbench::firmware {

/// Counts what is added beyond its capacity but does not keep it: a reader looks at size() first.
template <std::uint32_t kCapacity>
class ByteBuffer {
 public:
  static constexpr std::uint32_t capacity = kCapacity;

  void clear() { size_ = 0; }
  [[nodiscard]] std::uint32_t size() const { return size_; }
  /// `at` is below size() and the capacity.
  [[nodiscard]] std::uint8_t operator[](std::uint32_t at) const { return bytes_[at]; }

  /// The bytes from `at` on, which is at most the capacity.
  [[nodiscard]] const std::uint8_t* from(std::uint32_t at) const { return bytes_ + at; }

  void add(std::uint8_t byte) {
    const std::uint32_t at = size_++;
    if (at < kCapacity) bytes_[at] = byte;
  }
  template <class Byte>
  void add(const Byte* bytes, std::uint32_t count) {
    for (std::uint32_t n = 0; n < count; ++n) add(static_cast<std::uint8_t>(bytes[n]));
  }
  /// The low `count` bytes of `value`, the lowest first.
  void add_little(std::uint64_t value, unsigned count) {
    for (unsigned n = 0; n < count; ++n) add(static_cast<std::uint8_t>(value >> (8 * n)));
  }
  /// The low `count` bytes of `value`, the highest first.
  void add_big(std::uint64_t value, unsigned count) {
    while (count-- > 0) add(static_cast<std::uint8_t>(value >> (8 * count)));
  }
  /// In the place of what is there from `at` on, all of it below size() and the capacity.
  void replace(std::uint32_t at, const std::uint8_t* bytes, std::uint32_t count) {
    for (std::uint32_t n = 0; n < count; ++n) bytes_[at + n] = bytes[n];
  }
  /// Big-endian number of `count` bytes from `at` on.
  [[nodiscard]] std::uint32_t big(std::uint32_t at, unsigned count) const {
    std::uint32_t value = 0;
    for (unsigned n = 0; n < count; ++n) value = value << 8U | bytes_[at + n];
    return value;
  }

 private:
  std::uint8_t bytes_[kCapacity]{};
  std::uint32_t size_ = 0;
};

}  // namespace meterbench::firmware
