#pragma once

#include <cerrno>
#include <string>
#include <system_error>

namespace meterbench::virtual_lab {

/// What a system call answered that a host cannot do without; throws std::system_error when it failed.
inline int checked(int answer, const std::string& what) {
  if (answer < 0) throw std::system_error{errno, std::generic_category(), what};
  return answer;
}

}  // namespace meterbench::virtual_lab
