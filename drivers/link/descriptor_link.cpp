#include "drivers/link/descriptor_link.h"

#include <poll.h>

#include <array>
#include <cerrno>

namespace meterbench {

DescriptorLink::~DescriptorLink() { close(); }

Result<void> DescriptorLink::do_open() {
  auto connected = connect();
  if (!connected) return tl::unexpected{connected.error()};
  descriptor_ = std::move(*connected);
  ++session_;
  watch(POLLIN);
  return {};
}

void DescriptorLink::do_close() {
  ++session_;
  reactor().unwatch(descriptor_.get());
  outgoing_.clear();
  leave(descriptor_.get());
  descriptor_.close();
}

void DescriptorLink::do_write(ByteView bytes, std::function<void()> sent) {
  outgoing_.push_back({Bytes(bytes.begin(), bytes.end()), std::move(sent)});
  watch(POLLIN | POLLOUT);
}

ssize_t DescriptorLink::put(int descriptor, ByteView bytes) const {
  return ::write(descriptor, bytes.data(), bytes.size());
}

void DescriptorLink::watch(short events) {
  reactor().watch(descriptor_.get(), events, [this](short ready_events) { ready(ready_events); });
}

void DescriptorLink::ready(short events) {
  const auto session = session_;
  if ((events & POLLOUT) != 0) write_out();
  if (session == session_ && (events & (POLLIN | POLLHUP | POLLERR)) != 0) read_in();
}

void DescriptorLink::write_out() {
  const auto session = session_;
  while (session == session_ && !outgoing_.empty()) {
    Outgoing& first = outgoing_.front();
    const ssize_t written = put(descriptor_.get(), ByteView{first.bytes}.subspan(first.written));
    if (written < 0) {
      if (errno == EAGAIN || errno == EINTR) return;
      return lost(peer_ + ": " + system_text(errno));
    }
    first.written += static_cast<std::size_t>(written);
    if (first.written < first.bytes.size()) continue;
    const auto sent = std::move(first.sent);
    outgoing_.pop_front();
    if (outgoing_.empty()) watch(POLLIN);
    sent();
  }
}

void DescriptorLink::read_in() {
  std::array<std::uint8_t, 4096> buffer;
  const ssize_t count = ::read(descriptor_.get(), buffer.data(), buffer.size());
  if (count > 0) return received({buffer.data(), static_cast<std::size_t>(count)});
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  lost(peer_ + ": " + (count == 0 ? "the other end is gone" : system_text(errno)));
}

}  // namespace meterbench
