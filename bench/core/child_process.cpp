#include "bench/core/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace meterbench {
namespace {

/// Our environment with `more` in it, as `NAME=value`.
std::vector<std::string> merged(const ChildProcess::Environment& more) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    bool replaced = false;
    for (const auto& [name, value] : more) replaced = replaced || text.starts_with(name + "=");
    if (!replaced) result.emplace_back(text);
  }
  for (const auto& [name, value] : more) result.push_back(name + "=" + value);
  return result;
}

/// For exec(3), which takes pointers to characters that it does not change.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// In the child, where after fork(2) only async-signal-safe calls are allowed.
[[noreturn]] void become(char* const* arguments, char* const* environment, pid_t parent, int failure) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);  // it died before we asked
  // What we ignore a program of its own does not expect ignored.
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  ::sigaction(SIGPIPE, &usual, nullptr);
  ::execvpe(arguments[0], arguments, environment);
  const int error = errno;
  (void)!::write(failure, &error, sizeof error);
  ::_exit(127);
}

}  // namespace

ChildProcess::ChildProcess(Reactor& reactor, const std::vector<std::string>& command, const Environment& more,
                           std::function<void(int)> ended)
    : reactor_{reactor}, ended_{std::move(ended)} {
  if (command.empty()) throw std::invalid_argument{"a child process without a program"};
  std::vector<std::string> words = command;
  std::vector<std::string> variables = merged(more);
  const std::vector<char*> arguments = pointers(words);
  const std::vector<char*> environment = pointers(variables);
  std::array<int, 2> failure{};
  if (::pipe2(failure.data(), O_CLOEXEC) != 0)
    throw std::system_error{errno, std::generic_category(), "pipe"};
  const pid_t self = ::getpid();
  id_ = ::fork();
  if (id_ == 0) become(arguments.data(), environment.data(), self, failure[1]);
  int error = id_ < 0 ? errno : 0;
  ::close(failure[1]);
  // Ends without a byte when the program runs.
  if (id_ > 0 && ::read(failure[0], &error, sizeof error) > 0) (void)collect();
  ::close(failure[0]);
  if (error != 0) throw std::system_error{error, std::generic_category(), command.front()};

  process_ = static_cast<int>(::syscall(SYS_pidfd_open, id_, 0));
  if (process_ < 0) {
    const int why = errno;
    ::kill(id_, SIGKILL);
    (void)collect();
    throw std::system_error{why, std::generic_category(), "pidfd_open"};
  }
  reactor_.watch(process_, POLLIN, [this](short) {
    reactor_.unwatch(process_);
    ended_(collect());
  });
}

ChildProcess::~ChildProcess() {
  if (process_ >= 0) {
    reactor_.unwatch(process_);
    ::close(process_);
  }
  if (id_ < 0) return;
  ::kill(id_, SIGKILL);
  (void)collect();
}

void ChildProcess::terminate() {
  if (id_ > 0) ::kill(id_, SIGTERM);
}

int ChildProcess::collect() {
  int status = 0;
  while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) continue;
  id_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace meterbench
