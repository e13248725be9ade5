#include "bench/core/child_process.h"

#include <poll.h>
#include <unistd.h>

#include <csignal>

namespace meterbench {

ChildProcess::ChildProcess(Reactor& reactor, const std::vector<std::string>& command, const Environment& more,
                           std::function<void(int)> ended)
    : reactor_{reactor},
      ended_{std::move(ended)},
      id_{spawn({.command = command, .more = more, .death_signal = SIGTERM})},
      process_{process_descriptor(id_)} {
  reactor_.watch(process_, POLLIN, [this](short) {
    reactor_.unwatch(process_);
    ended_(collect(std::exchange(id_, -1)));
  });
}

ChildProcess::~ChildProcess() {
  reactor_.unwatch(process_);
  ::close(process_);
  if (id_ < 0) return;
  ::kill(id_, SIGKILL);
  (void)collect(id_);
}

void ChildProcess::terminate() {
  if (id_ > 0) ::kill(id_, SIGTERM);
}

}  // namespace meterbench
