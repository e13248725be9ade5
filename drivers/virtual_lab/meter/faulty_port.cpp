#include "drivers/virtual_lab/meter/faulty_port.h"

#include <algorithm>
#include <utility>

#include "drivers/virtual_lab/meter/firmware/packet_check.h"

namespace meterbench::virtual_lab {

namespace {

constexpr std::uint8_t kStart = 0xEE, kAcknowledge = 0x06, kRefuse = 0x15;
constexpr std::size_t kHeader = 6, kOverhead = 8;
constexpr std::uint8_t kToggle = 0x20;
constexpr std::uint8_t kIdentify = 0x20, kTerminate = 0x21, kNegotiate = 0x60, kNegotiateLast = 0x6B;
constexpr std::uint8_t kNotSupported = 0x02, kBusy = 0x06, kInvalidState = 0x0A;
constexpr std::uint8_t kOtherIdentity = 0x05;
constexpr std::uint8_t kSmallPacket = 32;
/// A request that stops in the middle is passed on as it is.
constexpr Duration kPatience = std::chrono::milliseconds{100};

/// Length of the packet that begins `bytes`; 0 as long as its header is not whole.
std::size_t packet_size(ByteView bytes) {
  return bytes.size() < kHeader ? 0 : kOverhead + (std::size_t{bytes[4]} << 8U | bytes[5]);
}

void renew_check(Bytes& packet) {
  firmware::PacketCheck check;
  for (std::size_t n = 0; n + 2 < packet.size(); ++n) check.add(packet[n]);
  packet[packet.size() - 2] = static_cast<std::uint8_t>(check.value());
  packet[packet.size() - 1] = static_cast<std::uint8_t>(check.value() >> 8U);
}

/// A response in one packet that holds table data.
bool holds_table(const Bytes& packet) {
  return packet[2] < 0x80 && packet.size() >= kOverhead + 5 && packet[6] == 0;
}

bool asks_for_nameplate(const Bytes& packet) {
  constexpr std::uint8_t kFullRead[] = {0x30, 0, 2};
  return std::ranges::equal(ByteView{packet}.subspan(kHeader, packet.size() - kOverhead), kFullRead);
}

/// A response with ST-02: code and count stand before it, its checksum behind.
void change_nameplate(Bytes& packet) {
  constexpr std::size_t kContent = kHeader + 3, kSize = 33, kLastOfForm = 17;
  if (packet.size() != kContent + kSize + 3) return;
  constexpr std::uint8_t kOther = '*';
  std::uint8_t& character = packet[kContent + kLastOfForm];
  std::uint8_t& checksum = packet[kContent + kSize];
  checksum = static_cast<std::uint8_t>(checksum + character - kOther);
  character = kOther;
}

void append(Bytes& to, ByteView bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

}  // namespace

const std::vector<std::string>& FaultyPort::faults() {
  static const std::vector<std::string> all{
      "nak",         "bad_crc",        "drop_ack",          "response_twice", "slow_answer",
      "late_answer", "bad_checksum",   "short_table",       "junk",           "cut_packet",
      "busy",        "early_time_out", "refuse_negotiate",  "small_packets",  "echo",
      "identity_05", "swapped_crc",    "changed_nameplate", "silent"};
  return all;
}

void FaultyPort::opened(Instant now) {
  collected_.clear();
  held_.clear();
  port_.opened(now);
}

void FaultyPort::closed(Instant now) { port_.closed(now); }

void FaultyPort::take_due(Instant now) {
  while (const auto fault = script_.due(now)) arm(*fault);
}

void FaultyPort::arm(const std::string& fault) {
  if (fault == "busy")
    busy_left_ = 2;
  else if (fault == "early_time_out")
    in_base_ = true;
  else
    armed_.insert(fault);
}

void FaultyPort::on_bytes(Instant now, ByteView bytes, Bytes& reply) {
  take_due(now);
  if (armed("silent")) return;
  Bytes forward, own;
  for (const std::uint8_t byte : bytes) {
    if (collected_.empty() && byte != kStart) {
      forward.push_back(byte);
      continue;
    }
    collected_.push_back(byte);
    heard_ = now;
    if (collected_.size() == packet_size(collected_))
      take_request(std::exchange(collected_, {}), forward, own);
  }
  if (armed("echo")) append(reply, bytes);
  append(reply, own);
  Bytes said;
  port_.on_bytes(now, forward, said);
  pass_on(now, said, reply);
}

void FaultyPort::take_request(Bytes packet, Bytes& forward, Bytes& reply) {
  if (packet != last_request_) {
    last_request_ = packet;
    if (const auto fault = script_.on_command()) arm(*fault);
    nameplate_asked_ = asks_for_nameplate(packet);
  }
  if (armed("silent")) return;
  if (spend("nak")) {
    reply.push_back(kRefuse);
    return;
  }
  const std::uint8_t service = packet.size() > kOverhead ? packet[kHeader] : 0;
  if (const auto code = own_answer(service)) return answer_as_meter(*code, reply);
  if (service >= kNegotiate && service <= kNegotiateLast && packet.size() > kOverhead + 2 &&
      spend("small_packets")) {
    packet[kHeader + 1] = 0;
    packet[kHeader + 2] = kSmallPacket;
    renew_check(packet);
  }
  append(forward, packet);
}

std::optional<std::uint8_t> FaultyPort::own_answer(std::uint8_t service) {
  if (busy_left_ > 0) {
    --busy_left_;
    return kBusy;
  }
  if (in_base_ && service != kIdentify && service != kTerminate) return kInvalidState;
  if (service == kIdentify) in_base_ = false;
  if (service >= kNegotiate && service <= kNegotiateLast && spend("refuse_negotiate")) return kNotSupported;
  return std::nullopt;
}

void FaultyPort::answer_as_meter(std::uint8_t code, Bytes& reply) {
  toggle_ ^= kToggle;
  Bytes packet{kStart, 0, toggle_, 0, 0, 1, code, 0, 0};
  renew_check(packet);
  reply.push_back(kAcknowledge);
  append(reply, packet);
}

void FaultyPort::on_time(Instant now, Bytes& reply) {
  take_due(now);
  Bytes said;
  if (!collected_.empty() && now >= heard_ + kPatience)
    port_.on_bytes(now, std::exchange(collected_, {}), said);
  port_.on_time(now, said);
  pass_on(now, said, reply);
  if (!held_.empty() && now >= held_until_) append(reply, std::exchange(held_, {}));
}

std::optional<Instant> FaultyPort::next_event() const {
  std::optional<Instant> next = port_.next_event();
  const auto also = [&](Instant when) { next = std::min(next.value_or(when), when); };
  if (!collected_.empty()) also(heard_ + kPatience);
  if (!held_.empty()) also(held_until_);
  return next;
}

/// The meter hands over whole acknowledges and packets.
void FaultyPort::pass_on(Instant now, ByteView said, Bytes& reply) {
  if (armed("silent")) return;
  if (!held_.empty()) return;  // nobody hears what comes behind a late answer
  while (!said.empty()) {
    const std::size_t size = said[0] == kStart ? packet_size(said) : 1;
    const ByteView item = said.first(size == 0 ? said.size() : std::min(size, said.size()));
    said = said.subspan(item.size());
    if (item[0] != kStart) {
      if (item[0] != kAcknowledge || !spend("drop_ack")) append(reply, item);
      continue;
    }
    toggle_ = item[2] & kToggle;
    Bytes packet = distorted({item.begin(), item.end()});
    const bool slow = spend("slow_answer");
    if (slow || spend("late_answer")) {
      held_ = std::move(packet);
      held_until_ = now + (slow ? std::chrono::milliseconds{1200} : std::chrono::milliseconds{7000});
      return;
    }
    append(reply, packet);
  }
}

Bytes FaultyPort::distorted(Bytes packet) {
  if (armed("identity_05")) packet[1] = kOtherIdentity;
  if (armed("changed_nameplate") && nameplate_asked_ && holds_table(packet)) change_nameplate(packet);
  if (holds_table(packet) && spend("bad_checksum")) packet[packet.size() - 3] ^= 0x01U;
  if (holds_table(packet) && spend("short_table")) {
    // Its last byte goes; the sum with the checksum stays 0.
    const std::size_t last = packet.size() - 4;
    packet[last + 1] = static_cast<std::uint8_t>(packet[last + 1] + packet[last]);
    packet.erase(packet.begin() + static_cast<std::ptrdiff_t>(last));
    for (const std::size_t low : {std::size_t{5}, std::size_t{8}})  // length and count, both above 0
      if (packet[low]-- == 0) --packet[low - 1];
  }
  renew_check(packet);
  if (armed("swapped_crc")) std::swap(packet[packet.size() - 2], packet[packet.size() - 1]);
  if (spend("bad_crc")) packet.back() ^= 0x01U;
  if (spend("cut_packet")) packet.resize(packet.size() / 2);
  Bytes heard;
  if (spend("junk")) heard = {0x55, 0xAA};
  append(heard, packet);
  if (spend("response_twice")) append(heard, packet);
  return heard;
}

}  // namespace meterbench::virtual_lab
