#include "tests/contract/tampering.h"

#include <type_traits>
#include <utility>
#include <vector>

namespace meterbench::contract {
namespace {

/// Behind a late reply the next one follows at this distance.
constexpr Duration kBehind = std::chrono::milliseconds{2};
/// A reply that is not to come in time.
constexpr Duration kTooLate = std::chrono::hours{1};

void append(Bytes& to, ByteView bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

void damage(Bytes& bytes) {
  if (!bytes.empty()) bytes[bytes.size() / 2] ^= 0xFFU;
}

}  // namespace

std::string_view to_text(Tampering how) {
  switch (how) {
    case Tampering::no_reply: return "no_reply";
    case Tampering::half_reply: return "half_reply";
    case Tampering::garbled: return "garbled";
    case Tampering::late_reply: return "late_reply";
    case Tampering::earlier_reply: return "earlier_reply";
    case Tampering::lost_link: return "lost_link";
  }
  return "unknown";
}

// --- Bytes ---

void TamperedFarEnd::on_bytes(Instant now, ByteView bytes, Bytes& reply) {
  how_ = plot_.next();
  mute_ = false;
  if (!said_.empty()) earlier_ = std::exchange(said_, {});
  const bool late = !late_.empty();
  append(reply, std::exchange(late_, {}));
  Bytes said;
  far_end_.on_bytes(now, bytes, said);
  if (how_ == Tampering::lost_link) lose_link_();
  if (!late) return pass_on(said, reply);
  waiting_ = std::move(said);
  waiting_until_ = now + kBehind;
}

void TamperedFarEnd::on_time(Instant now, Bytes& reply) {
  Bytes said;
  if (now >= waiting_until_) said = std::exchange(waiting_, {});
  far_end_.on_time(now, said);
  pass_on(said, reply);
}

std::optional<Instant> TamperedFarEnd::next_event() const {
  const auto next = far_end_.next_event();
  if (waiting_.empty()) return next;
  return std::min(next.value_or(waiting_until_), waiting_until_);
}

void TamperedFarEnd::closed(Instant now) {
  if (medium_ == Medium::connection) late_.clear();
  how_.reset();
  waiting_.clear();
  said_.clear();
  far_end_.closed(now);
}

void TamperedFarEnd::pass_on(const Bytes& said, Bytes& reply) {
  append(said_, said);
  if (said.empty() || mute_) return;
  if (!how_) return append(reply, said);
  switch (*how_) {
    case Tampering::no_reply:
    case Tampering::lost_link: return;
    case Tampering::late_reply: return append(late_, said);
    case Tampering::half_reply:
      // Of a single byte, as an acknowledge is, there is no half: what follows it is cut.
      mute_ = said.size() > 1;
      return append(reply, ByteView{said}.first((said.size() + 1) / 2));
    case Tampering::garbled: {
      Bytes damaged = said;
      damage(damaged);
      how_.reset();
      return append(reply, damaged);
    }
    case Tampering::earlier_reply: mute_ = true; return append(reply, earlier_);
  }
}

// --- Modbus ---

std::optional<ModbusFarEnd::Reply> TamperedModbusFarEnd::on_request(Instant now, std::uint8_t unit,
                                                                    ByteView pdu) {
  const auto how = plot_.next();
  auto reply = far_end_.on_request(now, unit, pdu);
  if (!reply) return reply;
  const Bytes earlier = std::exchange(earlier_, reply->pdu);
  if (!how) return reply;
  switch (*how) {
    case Tampering::no_reply: return std::nullopt;
    case Tampering::half_reply: reply->mishap = ModbusMishap::cut_short; break;
    case Tampering::garbled: reply->mishap = ModbusMishap::wrong_unit; break;
    case Tampering::late_reply: reply->due = now + kTooLate; break;
    case Tampering::earlier_reply:
      if (earlier.empty()) return std::nullopt;
      reply->pdu = earlier;
      reply->mishap = ModbusMishap::wrong_transaction;
      break;
    case Tampering::lost_link: reply->mishap = ModbusMishap::reset; break;
  }
  return reply;
}

// --- USB ---

Result<void> TamperedUsbLink::open() {
  if (down_) close();
  return link_.open();
}

void TamperedUsbLink::close() {
  down_ = false;
  link_.close();
  end_withheld(std::nullopt, Errc::disconnected, "the link was closed");
}

void TamperedUsbLink::end_withheld(std::optional<int> endpoint, Errc code, const std::string& why) {
  if (endpoint)
    silent_.erase(*endpoint);
  else
    silent_.clear();
  std::vector<Withheld> ended;
  for (auto at = withheld_.begin(); at != withheld_.end();) {
    const bool ends = !endpoint || at->second.endpoint == *endpoint;
    if (ends) {
      reactor().cancel(at->second.timer);
      ended.push_back(std::move(at->second));
    }
    at = ends ? withheld_.erase(at) : std::next(at);
  }
  for (const Withheld& transfer : ended) transfer.fail(code, why);
}

void TamperedUsbLink::withhold(int endpoint, Duration timeout, std::function<void(Errc, std::string)> fail) {
  const std::uint64_t serial = ++serial_;
  const auto timer = reactor().after(timeout, [this, serial] { time_out(serial); });
  withheld_.emplace(serial, Withheld{endpoint, std::move(fail), timer});
}

void TamperedUsbLink::time_out(std::uint64_t serial) {
  const auto entry = withheld_.extract(serial);
  down_ = true;
  const std::weak_ptr<bool> alive = alive_;
  entry.mapped().fail(Errc::timeout, "no data");
  if (!alive.expired() && down_) close();
}

template <class T>
Done<T> TamperedUsbLink::spoilt(const std::string& text, int endpoint, Duration timeout, Done<T> done) {
  const auto how = plot_.next();
  if (!is_open()) {
    done(fault(Errc::disconnected, device(), text, "the link is closed"));
    return nullptr;
  }
  if (how == Tampering::lost_link)
    reactor().after({}, [this, alive = std::weak_ptr{alive_}] {
      if (!alive.expired()) close();
    });
  return [this, how, text, endpoint, timeout, done = std::move(done)](Result<T> result) {
    if (!result) return done(std::move(result));
    const bool withheld = how == Tampering::no_reply || how == Tampering::late_reply;
    if (withheld || silent_.contains(endpoint)) {
      silent_.insert(endpoint);
      const Instant begin = reactor().now();
      return withhold(endpoint, timeout, [this, begin, text, done](Errc code, std::string why) {
        done(fault(code, device(), text, std::move(why), reactor().now() - begin));
      });
    }
    if constexpr (std::is_same_v<T, Bytes>) {
      Bytes earlier = std::exchange(earlier_[endpoint], *result);
      if (how == Tampering::half_reply) result->resize(result->size() / 2);
      if (how == Tampering::garbled) damage(*result);
      if (how == Tampering::earlier_reply) *result = std::move(earlier);
    }
    done(std::move(result));
  };
}

void TamperedUsbLink::start_control(std::string text, const UsbSetup& setup, Bytes data, Duration timeout,
                                    Done<Bytes> done) {
  if (auto told = spoilt(text, kControl, timeout, std::move(done)))
    link_.start_control(std::move(text), setup, std::move(data), timeout, std::move(told));
}

void TamperedUsbLink::start_bulk_out(std::string text, std::uint8_t endpoint, Bytes data, Duration timeout,
                                     Done<void> done) {
  if (auto told = spoilt(text, endpoint, timeout, std::move(done)))
    link_.start_bulk_out(std::move(text), endpoint, std::move(data), timeout, std::move(told));
}

void TamperedUsbLink::start_bulk_in(std::string text, std::uint8_t endpoint, std::size_t most,
                                    Duration timeout, Done<Bytes> done) {
  if (auto told = spoilt(text, endpoint, timeout, std::move(done)))
    link_.start_bulk_in(std::move(text), endpoint, most, timeout, std::move(told));
}

void TamperedUsbLink::cancel_bulk_in(std::uint8_t endpoint) {
  link_.cancel_bulk_in(endpoint);
  end_withheld(endpoint, Errc::stopped, "cancelled");
}

void TamperedUsbLink::start_clear_halt(std::string text, std::uint8_t endpoint, Duration timeout,
                                       Done<void> done) {
  if (auto told = spoilt(text, kControl, timeout, std::move(done)))
    link_.start_clear_halt(std::move(text), endpoint, timeout, std::move(told));
}

}  // namespace meterbench::contract
