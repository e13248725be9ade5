#include "bench/core/command_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <pwd.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

namespace meterbench {
namespace {

/// A command has no more characters; what is longer is no command.
constexpr std::size_t kLongestLine = 256;
constexpr std::size_t kLongestAnswer = 4096;
/// Somebody who connects and says nothing keeps others waiting no longer than that.
constexpr std::chrono::seconds kPatience{2};
constexpr std::chrono::seconds kAnswerLimit{5};

class Descriptor {
 public:
  explicit Descriptor(int number) : number_{number} {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

std::string reason(int error) { return std::generic_category().message(error); }

/// A socket's address holds 107 bytes, a path more: its folder is opened, and the address leads through that.
struct Place {
  explicit Place(const std::filesystem::path& path)
      : folder{::open(path.has_parent_path() ? path.parent_path().c_str() : ".",
                      O_PATH | O_DIRECTORY | O_CLOEXEC)} {
    if (folder.get() < 0) {
      error = errno;
      return;
    }
    const std::string name = fmt::format("/proc/self/fd/{}/{}", folder.get(), path.filename().string());
    if (name.size() >= sizeof address.sun_path) {
      error = ENAMETOOLONG;
      return;
    }
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
  }
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }

  Descriptor folder;
  sockaddr_un address{};
  int error = 0;
};

int new_socket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }

/// 0, or the error of a connection to `place`.
int connect_to(const Place& place, int socket) {
  if (place.error != 0) return place.error;
  return ::connect(socket, place.get(), sizeof place.address) == 0 ? 0 : errno;
}

/// Bytes up to a line feed; nothing when none came within `limit` or the line is longer than `longest`.
/// `wake` ends it too.
std::optional<std::string> read_line(int from, int wake, std::size_t longest,
                                     std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::string line;
  while (line.size() <= longest) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    std::array<pollfd, 2> polled{{{from, POLLIN, 0}, {wake, POLLIN, 0}}};
    const int ready = ::poll(polled.data(), polled.size(), static_cast<int>(std::max<long>(left.count(), 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0 || polled[1].revents != 0) return std::nullopt;
    std::array<char, 256> bytes{};
    const ssize_t count = ::recv(from, bytes.data(), bytes.size(), 0);
    if (count <= 0) return std::nullopt;
    line.append(bytes.data(), static_cast<std::size_t>(count));
    if (const std::size_t end = line.find('\n'); end != std::string::npos) return line.substr(0, end);
  }
  return std::nullopt;
}

void write_line(int to, const std::string& text) {
  const std::string line = text + '\n';
  // Short, and the buffer is empty: it goes at once or nobody is there any more.
  [[maybe_unused]] const auto sent = ::send(to, line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

std::string name_of(uid_t user) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
    return entry.pw_name;
  return fmt::format("user {}", user);
}

std::string peer_of(int client) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(client, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return "somebody";
  return name_of(credentials.uid);
}

/// Makes room for a socket: takes away what is left of a program that is no more.
void clear(const std::filesystem::path& path, const Place& place) {
  struct stat seen {};
  if (::lstat(path.c_str(), &seen) != 0) return;  // nothing there, or what bind will tell
  const auto refuse = [&](const std::string& why) {
    throw CommandSocket::Unavailable{fmt::format("{}: {}", path.string(), why)};
  };
  if (!S_ISSOCK(seen.st_mode)) refuse("is a file that is no socket; it is left alone");
  const Descriptor probe{new_socket()};
  const int error = connect_to(place, probe.get());
  if (error == 0) refuse("another program listens there");
  if (error != ECONNREFUSED) refuse(reason(error));
  ::unlink(path.c_str());
}

}  // namespace

CommandSocket::CommandSocket(std::filesystem::path path, Answer answer)
    : path_{std::filesystem::absolute(path)}, answer_{std::move(answer)} {
  const auto check = [&](bool done, int error) {
    if (!done) throw Unavailable{fmt::format("{}: {}", path_.string(), reason(error))};
  };
  const Place place{path_};
  check(place.error == 0, place.error);
  clear(path_, place);
  Descriptor socket{new_socket()};
  check(socket.get() >= 0, errno);
  // Before it has a name: the file is its owner's alone from the first moment.
  check(::fchmod(socket.get(), S_IRUSR | S_IWUSR) == 0, errno);
  check(::bind(socket.get(), place.get(), sizeof place.address) == 0, errno);
  check(::listen(socket.get(), 8) == 0, errno);
  Descriptor wake{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  check(wake.get() >= 0, errno);
  listening_ = socket.release();
  wake_ = wake.release();
  thread_ = std::thread{[this] { serve(); }};
}

CommandSocket::~CommandSocket() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
  thread_.join();
  ::unlink(path_.c_str());
  ::close(listening_);
  ::close(wake_);
}

void CommandSocket::serve() {
  while (true) {
    std::array<pollfd, 2> polled{{{listening_, POLLIN, 0}, {wake_, POLLIN, 0}}};
    if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) return;
    if (polled[1].revents != 0) return;
    if (polled[0].revents == 0) continue;
    const Descriptor client{::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC)};
    if (client.get() >= 0) talk_to(client.get());
  }
}

void CommandSocket::talk_to(int client) const {
  if (const auto command = read_line(client, wake_, kLongestLine, kPatience))
    write_line(client, answer_(*command, peer_of(client)));
}

Result<std::string> ask_command_socket(const std::filesystem::path& path, const std::string& command) {
  const auto failed = [&](Errc code, const std::string& why) {
    return fault(code, path.string(), command, why);
  };
  const Place place{std::filesystem::absolute(path)};
  const Descriptor socket{new_socket()};
  if (const int error = connect_to(place, socket.get()); error != 0)
    return failed(error == EACCES ? Errc::refused : Errc::disconnected, reason(error));
  write_line(socket.get(), command);
  auto answer = read_line(socket.get(), -1, kLongestAnswer, kAnswerLimit);
  if (!answer) return failed(Errc::timeout, "no answer");
  return *std::move(answer);
}

}  // namespace meterbench
