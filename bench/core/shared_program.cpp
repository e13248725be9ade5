#include "bench/core/shared_program.h"

#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>
#include <thread>

#include "bench/core/spawn.h"

namespace meterbench {
namespace {

[[noreturn]] void fail(const char* call) { throw std::system_error{errno, std::generic_category(), call}; }

std::int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string path_of(int descriptor) { return "/proc/self/fd/" + std::to_string(descriptor); }

/// Both ends of a line; the second is for the child.
std::array<int, 2> socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) fail("socketpair");
  return ends;
}

}  // namespace

SharedMemory::SharedMemory(std::size_t bytes)
    : bytes_{bytes}, descriptor_{::memfd_create("meterbench", MFD_CLOEXEC)} {
  if (descriptor_ < 0) fail("memfd_create");
  data_ = ::ftruncate(descriptor_, static_cast<off_t>(bytes)) == 0
              ? ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0)
              : MAP_FAILED;
  if (data_ != MAP_FAILED) return;
  const int why = errno;
  ::close(descriptor_);
  throw std::system_error{why, std::generic_category(), "shared memory"};
}

SharedMemory::~SharedMemory() {
  ::munmap(data_, bytes_);
  ::close(descriptor_);
}

SharedProgram::SharedProgram(const SharedMemory& memory,
                             const std::function<std::vector<std::string>(const Ends&)>& command,
                             const std::vector<int>& inherited)
    : words_{::memfd_create("standard error", MFD_CLOEXEC)} {
  if (words_ < 0) fail("memfd_create");
  const auto [our_wake, its_wake] = socket_pair();
  const auto [our_control, its_control] = socket_pair();
  wake_ = our_wake;
  control_ = our_control;
  const auto close_all = [&](std::initializer_list<int> descriptors) {
    for (const int descriptor : descriptors) ::close(descriptor);
  };
  try {
    std::vector<int> all = inherited;
    all.insert(all.end(), {memory.descriptor(), its_wake, its_control});
    id_ = spawn({.command = command({path_of(memory.descriptor()), its_wake, its_control}),
                 .more = {},
                 .death_signal = SIGKILL,
                 .inherited = all,
                 .standard_error = words_,
                 .own_group = true});
    process_ = process_descriptor(id_);
  } catch (...) {
    close_all({its_wake, its_control, wake_, control_, words_});
    throw;
  }
  close_all({its_wake, its_control});
}

SharedProgram::~SharedProgram() {
  if (!exit_code_) {
    ::kill(id_, SIGKILL);
    (void)collect(id_);
  }
  for (const int descriptor : {wake_, control_, words_, process_}) ::close(descriptor);
}

void SharedProgram::wake() const {
  const char any = 0;
  (void)!::send(wake_, &any, sizeof any, MSG_DONTWAIT | MSG_NOSIGNAL);
}

std::optional<std::string> SharedProgram::ask(std::string_view question, Duration longest) {
  if (::send(control_, question.data(), question.size(), MSG_DONTWAIT | MSG_NOSIGNAL) !=
      static_cast<ssize_t>(question.size()))
    return std::nullopt;
  const std::int64_t end = steady_ns() + longest.count();
  while (true) {
    if (const auto length = heard_.find('\n'); length != std::string::npos) {
      std::string line = heard_.substr(0, length);
      heard_.erase(0, length + 1);
      return line;
    }
    const std::int64_t left = end - steady_ns();
    if (left <= 0) return std::nullopt;
    pollfd readable{control_, POLLIN, 0};
    if (::poll(&readable, 1, static_cast<int>(left / 1'000'000 + 1)) <= 0) continue;
    std::array<char, 4096> some{};
    const ssize_t count = ::read(control_, some.data(), some.size());
    if (count <= 0) return std::nullopt;
    heard_.append(some.data(), static_cast<std::size_t>(count));
  }
}

std::optional<int> SharedProgram::exit_code() {
  if (exit_code_) return exit_code_;
  pollfd ended{process_, POLLIN, 0};
  if (::poll(&ended, 1, 0) == 1) exit_code_ = collect(id_);
  return exit_code_;
}

std::int64_t SharedProgram::processor_time() const {
  clockid_t clock{};
  timespec time{};
  if (exit_code_ || ::clock_getcpuclockid(id_, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::string SharedProgram::last_words() const {
  std::string text(4096, '\0');
  const off_t size = ::lseek(words_, 0, SEEK_END);
  const off_t from = std::max<off_t>(size - static_cast<off_t>(text.size()), 0);
  const ssize_t count = ::pread(words_, text.data(), text.size(), from);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return text;
}

SharedProgram::Patience::Patience(SharedProgram& program, Duration longest)
    : program_{program}, longest_{longest}, began_{steady_ns()}, worked_{program.processor_time()} {}

std::optional<SharedProgram::Waited> SharedProgram::Patience::wait() {
  constexpr std::uint32_t kLooksBetween = 64;
  constexpr std::int64_t kGivesWay = 2'000'000;  // ns
  if (++waits_ % kLooksBetween != 0) {
    ::sched_yield();
    return std::nullopt;
  }
  const std::int64_t waited = steady_ns() - began_;
  if (waited < kGivesWay) return std::nullopt;
  if (program_.exit_code()) return Waited::ended;
  if (waited > longest_.count() && program_.processor_time() - worked_ > longest_.count())
    return Waited::too_long;
  if (waited > kMostWaits * longest_.count()) return Waited::too_long;
  waits_ = kLooksBetween - 1;  // from now on each time
  std::this_thread::sleep_for(std::chrono::microseconds{100});
  return std::nullopt;
}

}  // namespace meterbench
