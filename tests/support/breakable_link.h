// A link that a test can break: after so many requests, and for good or until it is opened again.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "drivers/far_end/far_end.h"
#include "drivers/link/byte_link.h"

namespace meterbench {

/// Carries bytes without delay; the far end's own events do not happen. Must outlive the reactor's last wait.
class BreakableLink final : public ByteLink {
 public:
  BreakableLink(Reactor& reactor, std::string device, FarEnd& far_end)
      : ByteLink{reactor, std::move(device)}, far_end_{far_end} {}
  ~BreakableLink() override { close(); }

  /// The far end is gone once it has received `requests` more requests, before it can answer the last.
  void break_after(std::size_t requests) { left_ = requests; }
  /// While `absent`, nobody is there to be connected to.
  void set_absent(bool absent) { absent_ = absent; }
  [[nodiscard]] std::size_t written() const { return written_; }

 private:
  Result<void> do_open() override {
    if (absent_) return fault(Errc::disconnected, device(), "open", "nobody is there");
    far_end_.opened(reactor().now());
    return {};
  }
  void do_close() override {
    ++session_;
    far_end_.closed(reactor().now());
  }
  void do_write(ByteView bytes, std::function<void()> sent) override {
    reactor().after(
        {}, [this, session = session_, copy = Bytes(bytes.begin(), bytes.end()), sent = std::move(sent)] {
          if (session != session_) return;
          ++written_;
          Bytes reply;
          far_end_.on_bytes(reactor().now(), copy, reply);
          if (left_ && --*left_ == 0) {
            left_.reset();
            return lost("connection reset by peer");
          }
          sent();
          if (session == session_ && !reply.empty())
            reactor().after({}, [this, session, reply = std::move(reply)] {
              if (session == session_) received(reply);
            });
        });
  }

  FarEnd& far_end_;
  std::optional<std::size_t> left_;
  bool absent_ = false;
  std::size_t written_ = 0;
  std::uint64_t session_ = 0;
};

}  // namespace meterbench
