// A way for people to say a word to a program at work: a Unix stream socket that takes a line and answers
// one.
#pragma once

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

#include "bench/core/fault.h"

namespace meterbench {

class CommandSocket {
 public:
  /// The line (without line feed) that answers `command` of `user`, the name of whoever asks. Called on the
  /// socket's own thread, one at a time; must not throw.
  using Answer = std::function<std::string(const std::string& command, const std::string& user)>;

  /// Another program listens there, or no socket can be made there; what() names the path and the cause.
  struct Unavailable : std::runtime_error {
    using std::runtime_error::runtime_error;
  };

  /// Listens at `path` for its owner alone. What a program that was killed has left there is replaced; a
  /// socket that somebody listens at, and any other file, is not touched: Unavailable.
  CommandSocket(std::filesystem::path path, Answer answer);
  /// Nobody is answered any more, and the file is gone.
  ~CommandSocket();
  CommandSocket(const CommandSocket&) = delete;
  CommandSocket& operator=(const CommandSocket&) = delete;

 private:
  void serve();
  void talk_to(int client) const;

  std::filesystem::path path_;
  Answer answer_;
  int listening_ = -1;
  int wake_ = -1;  // eventfd: readable when the thread must end
  std::thread thread_;
};

/// Says `command` at `path` and waits for the answer, at most 5 s. disconnected: nobody listens there.
[[nodiscard]] Result<std::string> ask_command_socket(const std::filesystem::path& path,
                                                     const std::string& command);

}  // namespace meterbench
