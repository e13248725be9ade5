#pragma once

#include <poll.h>  // POLLIN, POLLOUT and the like, which a watch is given and told

#include <functional>
#include <map>
#include <optional>

#include "bench/core/time.h"

namespace meterbench {

/// The descriptors that a reactor looks at, and one poll(2) over all of them.
class DescriptorWatches {
 public:
  /// One watch a descriptor: a second one replaces the first.
  void add(int descriptor, short events, std::function<void(short)> ready);
  void remove(int descriptor) { watches_.erase(descriptor); }

  /// Waits at most `limit` (none: without end) for a descriptor or, where it is not negative, for `wake`;
  /// calls back those that are ready. Throws std::system_error.
  void poll(std::optional<Duration> limit, int wake);

 private:
  struct Watch {
    short events;
    std::function<void(short)> ready;
  };
  std::map<int, Watch> watches_;
};

}  // namespace meterbench
