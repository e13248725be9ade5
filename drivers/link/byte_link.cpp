#include "drivers/link/byte_link.h"

#include <stdexcept>
#include <utility>

namespace meterbench {

ByteLink::ByteLink(Reactor& reactor, std::string device)
    : reactor_{reactor},
      device_{std::move(device)},
      queue_{reactor_,
             device_,
             {[this](const Request& request) { send(request); }, [this] { shut(); },
              [this] {
                return received_.empty() ? "no answer"
                                         : "answer cut off: '" + printable_text(received_) + "'";
              }}} {}

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
  queue_.push(std::move(request), std::move(done));
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

void ByteLink::send(const Request& request) {
  // What is left of an earlier exchange is no reply to this one.
  received_.clear();
  sent_ = false;
  do_write(request.bytes, [this, serial = queue_.serial()] {
    if (!queue_.is_on_wire(serial)) return;
    sent_ = true;
    if (!queue_.on_wire()->reply_end)
      queue_.finish(Bytes{});
    else
      look_for_reply();
  });
}

void ByteLink::received(ByteView bytes) {
  if (const auto stream = stream_) return stream->hear(bytes);
  if (queue_.on_wire() == nullptr) return;  // nobody asked
  received_.insert(received_.end(), bytes.begin(), bytes.end());
  look_for_reply();
}

void ByteLink::look_for_reply() {
  const Request& request = *queue_.on_wire();
  if (!sent_ || !request.reply_end || received_.empty()) return;
  const auto end = request.reply_end(received_);
  if (!end) return queue_.fail(Errc::garbled, end.error() + ": '" + printable_text(received_) + "'");
  if (!end->has_value()) return;
  queue_.finish(Bytes{received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(**end)});
}

void ByteLink::lost(std::string why) {
  if (queue_.on_wire() != nullptr)
    queue_.fail(Errc::disconnected, std::move(why));
  else
    drop(why);
}

void ByteLink::drop(const std::string& why) {
  const auto stream = std::exchange(stream_, nullptr);
  queue_.drop(why);  // shuts the link
  if (stream) stream->over(Fault{Errc::disconnected, device_, "stream", why, {}});
}

void ByteLink::shut() {
  if (!open_) return;
  open_ = false;
  do_close();
}

}  // namespace meterbench
