#include "tests/campaign/parallel.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include <fmt/format.h>

namespace meterbench::campaign {

std::vector<nlohmann::json> run_all(std::uint64_t count, unsigned jobs,
                                    const std::function<nlohmann::json(std::uint64_t, StopSignal&)>& part) {
  std::vector<int> pipes;
  std::vector<pid_t> children;
  std::fflush(nullptr);
  for (unsigned job = 0; job < jobs; ++job) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::runtime_error{"no pipe"};
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error{"no process"};
    if (child == 0) {
      ::close(ends[0]);
      std::FILE* out = ::fdopen(ends[1], "w");
      StopSignal stop;
      int code = 0;
      try {
        for (std::uint64_t n = job; n < count; n += jobs) {
          fmt::print(out, "{}\n", part(n, stop).dump());
          std::fflush(out);
        }
      } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        code = 2;
      }
      std::fclose(out);
      ::_exit(code);
    }
    ::close(ends[1]);
    pipes.push_back(ends[0]);
    children.push_back(child);
  }
  std::vector<nlohmann::json> all;
  for (const int pipe : pipes) {
    std::FILE* in = ::fdopen(pipe, "r");
    char* line = nullptr;
    std::size_t size = 0;
    while (::getline(&line, &size, in) > 0) all.push_back(nlohmann::json::parse(line));
    std::free(line);
    std::fclose(in);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    if (status != 0) throw std::runtime_error{"a part of the campaign failed"};
  }
  return all;
}

}  // namespace meterbench::campaign
