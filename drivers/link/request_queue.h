#pragma once

#include <deque>
#include <functional>
#include <string>
#include <utility>

#include "bench/core/reactor.h"

namespace meterbench {

/// The requests of one link: one is on the wire, the others wait; each is answered once. A request that fails
/// shuts the line before anyone hears of it, is told first, and takes all that wait along. `Request` has a
/// `text` for people and a `timeout`.
template <class Request, class Reply>
class RequestQueue {
 public:
  /// What the link does for its queue.
  struct Line {
    std::function<void(const Request&)> send;
    std::function<void()> shut;            ///< nothing goes out or comes in any more; harmless when shut
    std::function<std::string()> silence;  ///< what to say of a request whose time is over
  };

  RequestQueue(Reactor& reactor, std::string device, Line line)
      : reactor_{reactor}, device_{std::move(device)}, line_{std::move(line)} {}

  void push(Request request, Done<Reply> done) {
    pending_.push_back({std::move(request), std::move(done), {}, {}});
    if (!on_wire_) send_next();
  }

  [[nodiscard]] bool empty() const { return pending_.empty(); }
  /// What is on the wire, or nothing.
  [[nodiscard]] const Request* on_wire() const { return on_wire_ ? &pending_.front().request : nullptr; }
  /// A number of the request on the wire, by which late callbacks of an earlier one are told.
  [[nodiscard]] std::uint64_t serial() const { return serial_; }
  [[nodiscard]] bool is_on_wire(std::uint64_t serial) const { return on_wire_ && serial == serial_; }

  /// Ends the request on the wire and sends the next.
  void finish(Result<Reply> result) {
    const Pending front = take_front();
    front.done(std::move(result));
    if (!on_wire_) send_next();  // unless done() has sent something already
  }
  /// The device's refusal: the link stays open.
  void refuse(std::string detail) { finish(front_fault(Errc::refused, std::move(detail))); }
  /// Ends the request on the wire, shuts the line and ends all others as disconnected.
  void fail(Errc code, std::string detail) {
    const auto born = front_fault(code, std::move(detail));
    const Pending front = take_front();
    const auto waiting = shut();
    front.done(born);
    tell(waiting, "the link was closed after a failed request");
  }
  /// Shuts the line and ends everything as disconnected.
  void drop(const std::string& why) { tell(shut(), why); }

 private:
  struct Pending {
    Request request;
    Done<Reply> done;
    Instant begin{};
    Reactor::TimerId timer{};
  };

  void send_next() {
    if (pending_.empty()) return;
    on_wire_ = true;
    const std::uint64_t serial = ++serial_;
    Pending& front = pending_.front();
    front.begin = reactor_.now();
    front.timer = reactor_.after(front.request.timeout, [this, serial] {
      if (is_on_wire(serial)) fail(Errc::timeout, line_.silence());
    });
    line_.send(front.request);
  }
  [[nodiscard]] tl::unexpected<Fault> front_fault(Errc code, std::string detail) const {
    const Pending& front = pending_.front();
    return fault(code, device_, front.request.text, std::move(detail), reactor_.now() - front.begin);
  }
  [[nodiscard]] Pending take_front() {
    Pending front = std::move(pending_.front());
    pending_.pop_front();
    on_wire_ = false;
    reactor_.cancel(front.timer);
    return front;
  }
  /// Answers what was on the wire and waiting, untold.
  [[nodiscard]] std::deque<Pending> shut() {
    line_.shut();
    if (on_wire_) reactor_.cancel(pending_.front().timer);
    on_wire_ = false;
    return std::exchange(pending_, {});
  }
  void tell(const std::deque<Pending>& waiting, const std::string& why) const {
    for (const Pending& pending : waiting)
      pending.done(fault(Errc::disconnected, device_, pending.request.text, why));
  }

  Reactor& reactor_;
  std::string device_;
  Line line_;
  std::deque<Pending> pending_;  // front: on the wire when on_wire_
  bool on_wire_ = false;
  std::uint64_t serial_ = 0;
};

}  // namespace meterbench
