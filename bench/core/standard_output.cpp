#include "bench/core/standard_output.h"

#include <poll.h>
#include <unistd.h>

namespace meterbench {

bool reader_is_gone() {
  pollfd output{STDOUT_FILENO, POLLOUT, 0};
  return poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

}  // namespace meterbench
