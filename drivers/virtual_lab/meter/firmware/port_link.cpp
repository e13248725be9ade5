#include "drivers/virtual_lab/meter/firmware/port_link.h"

#include "drivers/virtual_lab/meter/firmware/packet_check.h"

namespace meterbench::firmware {

namespace {

constexpr std::uint8_t kStart = 0xEE;
constexpr std::uint8_t kAcknowledge = 0x06;
constexpr std::uint8_t kRefuse = 0x15;
constexpr std::uint8_t kIdentify = 0x20;  // the one service that the link has to know

constexpr std::uint8_t kMulti = 0x80;
constexpr std::uint8_t kFirst = 0x40;
constexpr std::uint8_t kToggle = 0x20;

constexpr std::uint64_t kCharacter = 10 * kSampleRate / 9600;  // 10 bits at 9,600 Bd: just 4 samples
static_assert(kCharacter * 9600 == std::uint64_t{10} * kSampleRate);
constexpr std::uint64_t kTurnAround = 4;                    // 1.04 ms
constexpr std::uint64_t kInterCharacter = kSampleRate / 2;  // 500 ms
constexpr std::uint64_t kResponseTimeOut = std::uint64_t{2} * kSampleRate;
constexpr std::uint32_t kRetries = 3;

constexpr std::uint64_t earlier(std::uint64_t a, std::uint64_t b) { return a < b ? a : b; }

}  // namespace

PortLink::Event PortLink::proceed(std::uint64_t now) {
  UartByte in;
  while (board_.uart_in.read != shared(board_.uart_in.written) &&
         board_.uart_in.slot(board_.uart_in.read).sample <= now && pop(board_.uart_in, in)) {
    const Event event = take(static_cast<std::uint8_t>(in.byte), now);
    if (event != Event::none) return event;
  }
  if (have_ != 0 && now >= heard_ + kInterCharacter) {
    have_ = 0;
    answer(kRefuse, now);
  }
  if (due_ <= now) transmit(now);
  if (have_ != 0 || due_ != kNever) return Event::none;
  if (awaits_acknowledge()) return now >= sent_ + kResponseTimeOut ? repeat(now) : Event::none;
  if (watched_ && now >= traffic_ + silence_) {
    reset();
    return Event::lost;
  }
  return Event::none;
}

std::uint64_t PortLink::wake() {
  std::uint64_t next = due_;
  if (board_.uart_in.read != shared(board_.uart_in.written))
    next = earlier(next, board_.uart_in.slot(board_.uart_in.read).sample);
  if (have_ != 0) return earlier(next, heard_ + kInterCharacter);
  if (due_ != kNever) return next;
  if (awaits_acknowledge()) return earlier(next, sent_ + kResponseTimeOut);
  return watched_ ? earlier(next, traffic_ + silence_) : next;
}

PortLink::Event PortLink::take(std::uint8_t byte, std::uint64_t now) {
  if (have_ != 0) return collect(byte, now);
  if (byte == kStart) {  // even where an acknowledge is due: it is never swallowed
    packet_[0] = byte;
    have_ = 1;
    heard_ = now;
    return Event::none;
  }
  if (!awaits_acknowledge()) return Event::none;
  if (byte == kAcknowledge) return acknowledged(now);
  // What comes while our own packet is on the line is its reflection, or noise.
  return now < sent_ && byte != kRefuse ? Event::none : repeat(now);
}

PortLink::Event PortLink::collect(std::uint8_t byte, std::uint64_t now) {
  packet_[have_++] = byte;
  heard_ = now;
  if (have_ < kHeader) return Event::none;
  const std::uint32_t length = std::uint32_t{packet_[4]} << 8U | packet_[5];
  const bool too_long = length > sizes_.packet - kOverhead;
  if (!too_long && have_ < kOverhead + length) return Event::none;
  const std::uint32_t checked = have_ - 2;
  have_ = 0;
  if (too_long) {
    answer(kRefuse, now);
    return Event::none;
  }
  PacketCheck check;
  for (std::uint32_t n = 0; n < checked; ++n) check.add(packet_[n]);
  const auto stated = static_cast<std::uint16_t>(packet_[checked] | packet_[checked + 1] << 8U);
  if (stated != check.value()) {
    answer(kRefuse, now);
    return Event::none;
  }
  return accept({packet_[1], (packet_[2] & kToggle) != 0, stated}, length, now);
}

PortLink::Event PortLink::accept(const Mark& mark, std::uint32_t length, std::uint64_t now) {
  // Identify is always answered: a client that was cut off begins again with the very same packet.
  const bool identify = length == 1 && packet_[kHeader] == kIdentify;
  if (remembered_ && mark == last_ && !identify) {
    traffic_ = now;
    answer(kAcknowledge, now);
    return awaits_acknowledge() ? repeat(now) : Event::none;  // its sender has not heard the response
  }
  const bool part = (packet_[2] & kMulti) != 0;
  const bool begins = !part || (packet_[2] & kFirst) != 0;
  const std::uint32_t sequence = packet_[3];
  if (part ? !begins && sequence != expected_ : sequence != 0) {
    answer(kRefuse, now);
    return Event::none;
  }
  traffic_ = now;
  silence_ = kTrafficTimeOut;
  answer(kAcknowledge, now);
  last_ = mark;
  remembered_ = true;
  // The client has gone on: its acknowledge of the response got lost.
  sending_ = packet_due_ = false;
  if (begins) request_.clear();
  request_.add(packet_ + kHeader, length);
  expected_ = sequence == 0 ? kNone : sequence - 1;
  return sequence == 0 ? Event::request : Event::none;
}

PortLink::Event PortLink::acknowledged(std::uint64_t now) {
  traffic_ = now;
  retries_ = 0;
  cursor_ += sizes_.packet - kOverhead;
  if (cursor_ >= response_.size()) {
    sending_ = false;
    return Event::delivered;
  }
  toggle_ = !toggle_;
  put_packet(now);
  return Event::none;
}

PortLink::Event PortLink::repeat(std::uint64_t now) {
  if (++retries_ > kRetries) {
    reset();
    return Event::lost;
  }
  put_packet(now);
  return Event::none;
}

void PortLink::send(std::uint64_t now) {
  cursor_ = 0;
  retries_ = 0;
  sending_ = true;
  toggle_ = !toggle_;
  put_packet(now);
}

void PortLink::answer(std::uint8_t control, std::uint64_t now) {
  answer_ = control;
  due_ = now + kTurnAround;
}

void PortLink::put_packet(std::uint64_t now) {
  packet_due_ = true;
  due_ = now + kTurnAround;
}

void PortLink::transmit(std::uint64_t now) {
  due_ = kNever;
  sent_ = now;
  if (answer_ != 0) put(answer_);
  answer_ = 0;
  if (!packet_due_) return;
  packet_due_ = false;

  const std::uint32_t most = sizes_.packet - kOverhead;
  const std::uint32_t left = response_.size() - cursor_;
  const std::uint32_t length = left < most ? left : most;
  const std::uint32_t following = (left - length + most - 1) / most;
  const bool multi = response_.size() > most;
  const auto control = static_cast<std::uint8_t>(
      (multi ? kMulti : 0U) | (multi && cursor_ == 0 ? kFirst : 0U) | (toggle_ ? kToggle : 0U));
  const std::uint8_t header[kHeader] = {kStart,
                                        0,
                                        control,
                                        static_cast<std::uint8_t>(following),
                                        static_cast<std::uint8_t>(length >> 8U),
                                        static_cast<std::uint8_t>(length)};
  PacketCheck check;
  const auto put_checked = [&](std::uint8_t byte) {
    check.add(byte);
    put(byte);
  };
  for (const std::uint8_t byte : header) put_checked(byte);
  for (std::uint32_t n = 0; n < length; ++n) put_checked(response_[cursor_ + n]);
  const std::uint16_t value = check.value();
  put(static_cast<std::uint8_t>(value));
  put(static_cast<std::uint8_t>(value >> 8U));
}

// Handed over at once; the line takes its time. A ring that nobody empties loses bytes as a broken line does.
void PortLink::put(std::uint8_t byte) {
  static_cast<void>(push(board_.uart_out, UartByte{sent_, byte, 0}));
  sent_ += kCharacter;
}

void PortLink::reset() {
  sizes_ = kDefault;
  have_ = 0;
  remembered_ = false;
  expected_ = kNone;
  sending_ = packet_due_ = false;
  toggle_ = true;
  retries_ = 0;
  if (answer_ == 0) due_ = kNever;
  watched_ = false;
  silence_ = kTrafficTimeOut;
}

}  // namespace meterbench::firmware
