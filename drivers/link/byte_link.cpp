#include "drivers/link/byte_link.h"

#include <stdexcept>
#include <utility>

namespace meterbench {

ByteLink::~ByteLink() = default;

Result<void> ByteLink::open() {
  if (open_) return {};
  auto opened = do_open();
  open_ = opened.has_value();
  return opened;
}

void ByteLink::close() { drop("the link was closed"); }

void ByteLink::start_exchange(Request request, Done<Bytes> done) {
  if (!open_) {
    done(fault(Errc::disconnected, device_, request.text, "the link is closed"));
    return;
  }
  if (stream_) throw std::logic_error{device_ + ": an exchange within a stream"};
  queue_.push_back({std::move(request), std::move(done), {}, {}, false});
  if (!on_wire_) send_next();
}

void ByteLink::start_stream(std::function<void(ByteView)> hear, std::function<void(Fault)> over) {
  if (!open_) {
    over(Fault{Errc::disconnected, device_, "stream", "the link is closed", {}});
    return;
  }
  if (stream_ || !queue_.empty()) throw std::logic_error{device_ + ": the link is in use"};
  stream_ = std::make_shared<Stream>(Stream{std::move(hear), std::move(over)});
}

void ByteLink::stream_out(ByteView bytes, std::function<void()> sent) {
  if (!stream_) throw std::logic_error{device_ + ": there is no stream"};
  do_write(bytes, [stream = std::weak_ptr{stream_}, sent = std::move(sent)] {
    if (!stream.expired()) sent();
  });
}

void ByteLink::end_stream() { stream_.reset(); }

void ByteLink::send_next() {
  if (queue_.empty() || !open_) return;
  on_wire_ = true;
  // What is left of an earlier exchange is no reply to this one.
  received_.clear();
  const std::uint64_t serial = ++serial_;
  Pending& front = queue_.front();
  front.begin = reactor_.now();
  front.timer = reactor_.after(front.request.timeout, [this, serial] {
    if (on_wire_ && serial == serial_)
      fail(Errc::timeout,
           received_.empty() ? "no answer" : "answer cut off: '" + printable_text(received_) + "'");
  });
  do_write(front.request.bytes, [this, serial] {
    if (!on_wire_ || serial != serial_) return;
    queue_.front().sent = true;
    if (!queue_.front().request.reply_end)
      finish(Bytes{});
    else
      look_for_reply();
  });
}

void ByteLink::received(ByteView bytes) {
  if (const auto stream = stream_) return stream->hear(bytes);
  if (!on_wire_) return;  // nobody asked
  received_.insert(received_.end(), bytes.begin(), bytes.end());
  look_for_reply();
}

void ByteLink::look_for_reply() {
  const Pending& front = queue_.front();
  if (!front.sent || !front.request.reply_end || received_.empty()) return;
  const auto end = front.request.reply_end(received_);
  if (!end) return fail(Errc::garbled, end.error() + ": '" + printable_text(received_) + "'");
  if (!end->has_value()) return;
  finish(Bytes{received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(**end)});
}

void ByteLink::finish(Result<Bytes> result) {
  Pending front = std::move(queue_.front());
  queue_.pop_front();
  on_wire_ = false;
  reactor_.cancel(front.timer);
  front.done(std::move(result));
  if (!on_wire_) send_next();  // unless done() has sent something already
}

void ByteLink::fail(Errc code, std::string detail) {
  Pending front = std::move(queue_.front());
  queue_.pop_front();
  on_wire_ = false;
  reactor_.cancel(front.timer);
  const Duration elapsed = reactor_.now() - front.begin;
  // Closed before anyone hears of it: after a time-out no byte is written. The cause is told first.
  const auto waiting = shut();
  front.done(fault(code, device_, front.request.text, std::move(detail), elapsed));
  disconnect(waiting, "the link was closed after a failed request");
}

void ByteLink::lost(std::string why) {
  if (on_wire_)
    fail(Errc::disconnected, std::move(why));
  else
    drop(why);
}

void ByteLink::drop(const std::string& why) { disconnect(shut(), why); }

std::deque<ByteLink::Pending> ByteLink::shut() {
  if (open_) {
    open_ = false;
    do_close();
  }
  if (on_wire_) reactor_.cancel(queue_.front().timer);
  on_wire_ = false;
  return std::exchange(queue_, {});
}

void ByteLink::disconnect(const std::deque<Pending>& waiting, const std::string& why) {
  if (const auto stream = std::exchange(stream_, nullptr))
    stream->over(Fault{Errc::disconnected, device_, "stream", why, {}});
  for (const Pending& pending : waiting)
    pending.done(fault(Errc::disconnected, device_, pending.request.text, why));
}

}  // namespace meterbench
