// A link that carries bytes to one instrument: a queue of requests, one on the wire at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "bench/core/bytes.h"
#include "bench/core/reactor.h"
#include "drivers/link/request_queue.h"

namespace meterbench {

/// Looks at all bytes received since the request left: the length of the complete reply, nothing when more
/// must come, or a sentence why these bytes can be no reply. Stateless, so that it can be fuzzed.
using ReplyEnd = std::function<tl::expected<std::optional<std::size_t>, std::string>(ByteView received)>;

/// Not thread-safe: the bench thread alone. Transports derive from it.
class ByteLink {
 public:
  struct Request {
    std::string text;  ///< for people, enters the Fault
    Bytes bytes;
    ReplyEnd reply_end;  ///< empty: no reply is expected, done once the bytes have left
    Duration timeout{};
  };

  ByteLink(Reactor& reactor, std::string device);
  virtual ~ByteLink();
  ByteLink(const ByteLink&) = delete;
  ByteLink& operator=(const ByteLink&) = delete;

  [[nodiscard]] const std::string& device() const { return device_; }
  [[nodiscard]] Reactor& reactor() const { return reactor_; }
  [[nodiscard]] bool is_open() const { return open_; }

  /// Fault::disconnected when the other end is not there. Harmless when open.
  [[nodiscard]] Result<void> open();
  /// Requests on the wire and in the queue end as disconnected.
  void close();

  /// Queues `request`. A time-out, garbled reply or loss closes the link: nothing more is written, and all
  /// that waits ends as disconnected. On a closed link: disconnected at once.
  void start_exchange(Request request, Done<Bytes> done);

  /// For protocols that acknowledge, repeat and time out by themselves (C12.18): from now on all received
  /// bytes go to `hear` as they come, and loss or close() to `over`, once, which ends it. No exchange may be
  /// under way or started meanwhile (std::logic_error). On a closed link `over` is called at once.
  void start_stream(std::function<void(ByteView)> hear, std::function<void(Fault)> over);
  /// Writes at once, only within a stream (std::logic_error otherwise); `sent` when the last byte has left.
  void stream_out(ByteView bytes, std::function<void()> sent);
  /// Ends the stream without a word to `over`; the link stays open.
  void end_stream();

 protected:
  virtual Result<void> do_open() = 0;
  virtual void do_close() = 0;
  /// Sends all of `bytes`; `sent` is called once the last has left.
  virtual void do_write(ByteView bytes, std::function<void()> sent) = 0;

  // For transports.
  void received(ByteView bytes);
  void lost(std::string why);

 private:
  void send(const Request& request);
  void look_for_reply();
  void shut();
  void drop(const std::string& why);

  struct Stream {
    std::function<void(ByteView)> hear;
    std::function<void(Fault)> over;
  };

  Reactor& reactor_;
  std::string device_;
  bool open_ = false;
  std::shared_ptr<Stream> stream_;  // shared: a callback may end it
  RequestQueue<Request, Bytes> queue_;
  bool sent_ = false;  // the request on the wire has left
  Bytes received_;     // since it was sent
};

}  // namespace meterbench
