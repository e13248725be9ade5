#include "drivers/protocol/c1218/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "drivers/protocol/c1218/services.h"

namespace meterbench::c1218 {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// optical-port.md 2.3
constexpr Duration kInterCharacter = milliseconds{500};
constexpr Duration kAcknowledgeTimeOut = seconds{2};
constexpr unsigned kRetries = 3;
constexpr Duration kBusyPause = seconds{2};
constexpr unsigned kBusyTimes = 20;

}  // namespace

Duration Client::wire_time(std::size_t bytes) const {
  return from_seconds(10 * static_cast<double>(bytes) / settings_.baud);
}

void Client::restart() { *this = Client{settings_}; }

void Client::start(Instant now, Bytes request, Duration patience) {
  if (phase_ != Phase::idle || answer_) throw std::logic_error{"C12.18: a request is under way"};
  failed_ = false;
  request_ = std::move(request);
  patience_ = patience;
  busy_ = 0;
  send_request(now);
}

void Client::send_request(Instant now) {
  packets_ = encode_message(request_, packet_size_, toggle_);
  next_packet_ = 0;
  packet_retries_ = damaged_ = begun_times_ = 0;
  asked_.reset();
  taken_off_.reset();
  acknowledged_ = false;
  answered_.reset();
  message_.clear();
  expected_.reset();
  phase_ = Phase::acknowledge;
  put_packet(now);
}

void Client::put_packet(Instant now) {
  packet_due_ = true;
  sent_.reset();
  due_ = std::max({now, heard_ + settings_.turn_around, due_.value_or(now)});
}

void Client::put_control(Instant now, std::uint8_t control) {
  control_ = control;
  due_ = now + settings_.turn_around;
}

Bytes Client::take_output(Instant now) {
  Bytes output;
  if (!due_ || now < *due_) return output;
  due_.reset();
  if (packet_due_) output = packets_[next_packet_];
  if (control_) output.insert(output.begin(), *control_);
  control_.reset();
  if (packet_due_) {
    sent_ = now + wire_time(output.size());
    if (next_packet_ + 1 == packets_.size() && !asked_) asked_ = sent_;
  }
  packet_on_wire_ |= packet_due_;
  packet_due_ = false;
  ++on_wire_;
  if (echo_) expected_echo_.insert(expected_echo_.end(), output.begin(), output.end());
  return output;
}

void Client::on_sent(Instant now) {
  if (on_wire_ > 0) --on_wire_;
  if (on_wire_ > 0 || !std::exchange(packet_on_wire_, false)) return;
  if (!taken_off_) taken_off_ = now;
  if (!sent_ || now <= *sent_) return;
  if (asked_ == sent_) asked_ = now;
  sent_ = now;
}

std::optional<Answer> Client::take_answer() { return std::exchange(answer_, std::nullopt); }

std::optional<Instant> Client::next_deadline() const {
  std::optional<Instant> next = due_;
  const auto also = [&](Instant when) { next = std::min(next.value_or(when), when); };
  if (collector_.underway())
    also(heard_ + kInterCharacter);
  else if (phase_ == Phase::acknowledge && sent_)
    also(*sent_ + kAcknowledgeTimeOut);
  else if (phase_ == Phase::response)
    also(response_by_);
  else if (phase_ == Phase::pause)
    also(resume_);
  return next;
}

void Client::on_time(Instant now) {
  if (collector_.underway()) {
    if (now >= heard_ + kInterCharacter) {
      collector_.drop();
      ask_again(now, "the packet stopped in the middle");
    }
  } else if (phase_ == Phase::acknowledge) {
    if (sent_ && now >= *sent_ + kAcknowledgeTimeOut) send_again(now, Errc::timeout, "no acknowledge");
  } else if (phase_ == Phase::response) {
    if (now >= response_by_) fail(Errc::timeout, "acknowledged, but no response");
  } else if (phase_ == Phase::pause && now >= resume_) {
    send_request(now);
  }
}

void Client::on_bytes(Instant now, ByteView bytes) {
  for (const std::uint8_t byte : bytes) {
    if (failed_) return;
    if (is_echo(byte)) continue;
    take(now, byte);
    heard_ = now;
    if (due_ && packet_due_) due_ = std::max(*due_, now + settings_.turn_around);
  }
}

/// Drops exactly what was sent; from the first byte that differs all is the meter's.
bool Client::is_echo(std::uint8_t byte) {
  if (expected_echo_.empty()) return false;
  const bool echo = expected_echo_.front() == byte;
  if (echo)
    expected_echo_.pop_front();
  else
    expected_echo_.clear();
  return echo;
}

void Client::take(Instant now, std::uint8_t byte) {
  if (collector_.underway() || byte == kStart) {  // a start byte is never swallowed
    if (!collector_.underway()) begun_ = now;
    switch (collector_.add(byte, most_data())) {
      case PacketCollector::State::idle:
      case PacketCollector::State::underway: return;
      case PacketCollector::State::whole: return take_packet(now);
      case PacketCollector::State::damaged: return ask_again(now, "the packet's check is wrong");
      case PacketCollector::State::too_long: return ask_again(now, "the packet is longer than agreed");
    }
  }
  if (phase_ != Phase::acknowledge) return;  // noise
  if (is_stale(now)) return;
  if (byte == kAcknowledge) {  // of an earlier sending, where the next one is due already
    acknowledged_ = true;
    return packet_taken(now);
  }
  if (packet_due_) return;
  if (byte == kRefuse) return send_again(now, Errc::garbled, "the meter refuses the packet (NAK)");
  if (on_wire_ == 0) send_again(now, Errc::garbled, fmt::format("{:02X} instead of an acknowledge", byte));
}

/// The line goes one way at a time: what begins before our packet has been taken off our hands is no answer
/// to it, but belongs to something that was given up.
bool Client::is_stale(Instant begun) const {
  return phase_ == Phase::acknowledge && (!taken_off_ || begun < *taken_off_);
}

void Client::packet_taken(Instant now) {
  packet_due_ = false;
  taken_off_.reset();
  if (!control_) due_.reset();
  packet_retries_ = 0;
  if (++next_packet_ < packets_.size()) return put_packet(now);
  phase_ = Phase::response;
  response_by_ = now + patience_;
}

void Client::take_packet(Instant now) {
  // No meter says what we have just said.
  const bool asking = phase_ == Phase::acknowledge || phase_ == Phase::response;
  if (asking && settings_.echo == Echo::detect &&
      collector_.raw() == packets_[std::min(next_packet_, packets_.size() - 1)]) {
    echo_ = true;
    return;
  }
  if (is_stale(begun_)) return;
  const Packet packet = collector_.packet();
  const Mark mark{packet.identity, packet.toggle, collector_.check()};
  const bool repeated = last_ == mark && now < last_at_ + kTraffic;
  if (repeated || phase_ == Phase::idle || phase_ == Phase::pause) {
    last_at_ = now;
    return put_control(now, kAcknowledge);  // our acknowledge of it was lost
  }
  // A response in place of the acknowledge counts as both.
  if (phase_ == Phase::acknowledge) {
    next_packet_ = packets_.size() - 1;
    packet_taken(now);
  }
  take_part(now, packet);
  if (phase_ != Phase::response || control_ != kAcknowledge) return;
  last_ = mark;
  last_at_ = now;
  if (packet.sequence == 0) take_message(now);
}

void Client::take_part(Instant now, const Packet& packet) {
  const bool begins = !packet.multi || packet.first;
  if (begins ? !packet.multi && packet.sequence != 0 : packet.sequence != expected_)
    return ask_again(now, "the packet is out of sequence");
  if (begins) {
    if (begun_times_++ > kRetries) return fail(Errc::garbled, "the response begins again and again");
    message_.clear();
    answered_ = begun_;
  }
  message_.insert(message_.end(), packet.data.begin(), packet.data.end());
  expected_.reset();
  if (packet.sequence > 0) expected_ = static_cast<std::uint8_t>(packet.sequence - 1);
  response_by_ = now + kTraffic;
  put_control(now, kAcknowledge);
}

void Client::take_message(Instant now) {
  if (message_.empty()) return fail(Errc::garbled, "an empty response");
  const auto code = static_cast<Code>(message_.front());
  if ((code == Code::busy || code == Code::not_ready) && busy_ < kBusyTimes) {
    ++busy_;
    phase_ = Phase::pause;
    resume_ = now + kBusyPause;
    return;
  }
  phase_ = Phase::idle;
  answer_ = Response{.code = message_.front(),
                     .data = {message_.begin() + 1, message_.end()},
                     .asked = asked_.value_or(*answered_),
                     .answered = *answered_,
                     .acknowledged = acknowledged_};
  message_.clear();
}

void Client::send_again(Instant now, Errc code, const std::string& why) {
  if (packet_retries_ == kRetries) return fail(code, fmt::format("{}; sent {} times", why, kRetries + 1));
  ++packet_retries_;
  ++retries_;
  put_packet(now);
}

void Client::ask_again(Instant now, const std::string& why) {
  if (damaged_ == kRetries && phase_ != Phase::idle)
    return fail(Errc::garbled, fmt::format("{}; asked for {} times", why, kRetries + 1));
  ++damaged_;
  ++retries_;
  response_by_ = now + kTraffic;
  put_control(now, kRefuse);
}

/// After a failure no byte is written.
void Client::fail(Errc code, std::string why) {
  phase_ = Phase::idle;
  failed_ = true;
  packet_due_ = false;
  control_.reset();
  due_.reset();
  answer_ = tl::unexpected{LinkFailure{code, std::move(why)}};
}

}  // namespace meterbench::c1218
