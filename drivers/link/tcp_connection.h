#pragma once

#include <string>

#include "bench/core/fault.h"
#include "drivers/link/descriptor.h"

namespace meterbench {

/// Where a device listens. `host` is a name or a numeric address, IPv6 without brackets.
struct TcpPeer {
  std::string host;
  std::uint16_t port = 0;

  /// `TCP 10.0.0.5:5025`
  [[nodiscard]] std::string text() const;
};

/// A device on the bench's own network answers within milliseconds or not at all.
inline constexpr Duration kConnectLimit = std::chrono::seconds{3};

/// A connected, non-blocking socket that sends without delay (no Nagle) and notices by keep-alive that its
/// peer is gone without a word. Blocks for at most `limit`, and for as long as the system takes to look up a
/// name. Fault::disconnected when there is no connection.
[[nodiscard]] Result<Descriptor> connect_tcp(const std::string& device, const TcpPeer& peer,
                                             Duration limit = kConnectLimit);

}  // namespace meterbench
