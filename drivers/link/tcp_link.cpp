#include "drivers/link/tcp_link.h"

#include <sys/socket.h>

namespace meterbench {

/// A peer that is gone is an error number, not a signal.
ssize_t TcpLink::put(int descriptor, ByteView bytes) const {
  return ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

}  // namespace meterbench
