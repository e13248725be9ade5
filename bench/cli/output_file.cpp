#include "bench/cli/output_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

namespace meterbench {

void write_out(const std::string& text, const std::string& file) {
  if (file.empty() || file == "-") {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return;
  }
  std::ofstream out{file, std::ios::binary};
  out << text;
  out.close();
  if (!out) throw std::runtime_error{fmt::format("{}: cannot be written: {}", file, std::strerror(errno))};
}

}  // namespace meterbench
