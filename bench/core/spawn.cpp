#include "bench/core/spawn.h"

#include <fcntl.h>
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
std::vector<std::string> merged(const Environment& more) {
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
[[noreturn]] void become(char* const* arguments, char* const* environment, const Spawned& child, pid_t parent,
                         int failure) {
  ::prctl(PR_SET_PDEATHSIG, child.death_signal);
  if (::getppid() != parent) ::_exit(127);  // it died before we asked
  // What we ignore a program of its own does not expect ignored.
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  ::sigaction(SIGPIPE, &usual, nullptr);
  if (child.own_group) ::setpgid(0, 0);
  for (const int descriptor : child.inherited) ::fcntl(descriptor, F_SETFD, 0);
  if (child.standard_error >= 0) ::dup2(child.standard_error, STDERR_FILENO);
  ::execvpe(arguments[0], arguments, environment);
  const int error = errno;
  (void)!::write(failure, &error, sizeof error);
  ::_exit(127);
}

}  // namespace

pid_t spawn(const Spawned& child) {
  if (child.command.empty()) throw std::invalid_argument{"a child process without a program"};
  std::vector<std::string> words = child.command;
  std::vector<std::string> variables = merged(child.more);
  const std::vector<char*> arguments = pointers(words);
  const std::vector<char*> environment = pointers(variables);
  std::array<int, 2> failure{};
  if (::pipe2(failure.data(), O_CLOEXEC) != 0)
    throw std::system_error{errno, std::generic_category(), "pipe"};
  const pid_t self = ::getpid();
  const pid_t id = ::fork();
  if (id == 0) become(arguments.data(), environment.data(), child, self, failure[1]);
  int error = id < 0 ? errno : 0;
  ::close(failure[1]);
  // Ends without a byte when the program runs.
  if (id > 0) {
    ssize_t count = 0;
    while ((count = ::read(failure[0], &error, sizeof error)) < 0 && errno == EINTR) continue;
    if (count > 0) (void)collect(id);
  }
  ::close(failure[0]);
  if (error != 0) throw std::system_error{error, std::generic_category(), child.command.front()};
  return id;
}

int collect(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int process_descriptor(pid_t child) {
  const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  if (descriptor >= 0) return descriptor;
  const int why = errno;
  ::kill(child, SIGKILL);
  (void)collect(child);
  throw std::system_error{why, std::generic_category(), "pidfd_open"};
}

}  // namespace meterbench
