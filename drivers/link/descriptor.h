#pragma once

#include <unistd.h>

#include <string>
#include <system_error>
#include <utility>

namespace meterbench {

/// An open file descriptor, or none; closed with its owner.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_{number} {}
  Descriptor(Descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      close();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  ~Descriptor() { close(); }

  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] explicit operator bool() const { return number_ >= 0; }
  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_ = -1;
};

/// errno's text: `Connection refused`. Thread-safe.
[[nodiscard]] inline std::string system_text(int error) { return std::generic_category().message(error); }

}  // namespace meterbench
