#pragma once

#include <sys/types.h>

#include <deque>

#include "drivers/link/byte_link.h"
#include "drivers/link/descriptor.h"

namespace meterbench {

/// Bytes through a non-blocking file descriptor, in real time. The reactor looks at it: what has come is
/// taken as it comes, what is to go is written as the kernel takes it. `sent` means that the kernel has all
/// of it.
class DescriptorLink : public ByteLink {
 public:
  ~DescriptorLink() override;  ///< a class with a leave() of its own calls close() in its destructor

 protected:
  /// `peer` names the other end for people: `TCP 10.0.0.5:5025`, `/dev/ttyUSB0`.
  DescriptorLink(Reactor& reactor, std::string device, std::string peer)
      : ByteLink{reactor, std::move(device)}, peer_{std::move(peer)} {}

  /// A non-blocking descriptor, ready for use.
  [[nodiscard]] virtual Result<Descriptor> connect() = 0;
  /// Called before the descriptor is closed.
  virtual void leave(int /*descriptor*/) {}
  /// As write(2).
  [[nodiscard]] virtual ssize_t put(int descriptor, ByteView bytes) const;

 private:
  struct Outgoing {
    Bytes bytes;
    std::function<void()> sent;
    std::size_t written = 0;
  };

  Result<void> do_open() final;
  void do_close() final;
  void do_write(ByteView bytes, std::function<void()> sent) final;
  void watch(short events);
  void ready(short events);
  void write_out();
  void read_in();

  std::string peer_;
  Descriptor descriptor_;
  std::deque<Outgoing> outgoing_;
  std::uint64_t session_ = 0;  // which opening of the link this is: a callback may close and reopen it
};

}  // namespace meterbench
