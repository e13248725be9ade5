#include "bench/core/descriptor_watches.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

namespace meterbench {

void DescriptorWatches::add(int descriptor, short events, std::function<void(short)> ready) {
  watches_.insert_or_assign(descriptor, Watch{events, std::move(ready)});
}

void DescriptorWatches::poll(std::optional<Duration> limit, int wake) {
  std::vector<pollfd> polled;
  if (wake >= 0) polled.push_back({wake, POLLIN, 0});
  for (const auto& [descriptor, watch] : watches_) polled.push_back({descriptor, watch.events, 0});
  timespec time{};
  if (limit) {
    const Duration left = std::max(*limit, Duration::zero());
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(left);
    time = {whole.count(), (left - whole).count()};
  }
  if (::ppoll(polled.data(), polled.size(), limit ? &time : nullptr, nullptr) < 0) {
    if (errno == EINTR) return;
    throw std::system_error{errno, std::generic_category(), "ppoll"};
  }
  for (const pollfd& entry : polled) {
    if (entry.revents == 0) continue;
    // Looked up anew: an earlier callback may have taken this watch away.
    const auto found = watches_.find(entry.fd);
    if (found == watches_.end()) continue;
    const auto ready = found->second.ready;  // a copy: it may replace itself
    ready(entry.revents);
  }
}

}  // namespace meterbench
