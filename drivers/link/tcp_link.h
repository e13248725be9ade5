#pragma once

#include "drivers/link/descriptor_link.h"
#include "drivers/link/tcp_connection.h"

namespace meterbench {

/// Bytes over a TCP connection.
class TcpLink final : public DescriptorLink {
 public:
  TcpLink(Reactor& reactor, std::string device, const TcpPeer& peer, Duration connect_limit = kConnectLimit)
      : DescriptorLink{reactor, std::move(device), peer.text()}, tcp_{peer}, connect_limit_{connect_limit} {}

 private:
  Result<Descriptor> connect() override { return connect_tcp(device(), tcp_, connect_limit_); }
  ssize_t put(int descriptor, ByteView bytes) const override;

  TcpPeer tcp_;
  Duration connect_limit_;
};

}  // namespace meterbench
