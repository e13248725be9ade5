#include "drivers/protocol/usbtmc/framing.h"

#include <fmt/format.h>

namespace meterbench::usbtmc {
namespace {

constexpr std::uint8_t kEnd = 0x01;                // bit of byte 8 of a message
constexpr std::uint8_t kTermCharEnabled = 0x02;    // bit of byte 8 of a request
constexpr std::uint8_t kNotifies = 0x80;           // bit of the first byte of a notification
constexpr std::uint8_t kServiceRequestTag = 0x01;  // 81h without that bit
constexpr std::size_t kCapabilityBytes = 24;
constexpr std::size_t kStatusByteBytes = 3;

std::uint8_t inverse(std::uint8_t tag) { return static_cast<std::uint8_t>(~tag); }

/// Header and payload, filled up.
Bytes transfer(const Header& header, ByteView payload) {
  Bytes bytes = encode(header);
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  bytes.resize((bytes.size() + kAlignment - 1) / kAlignment * kAlignment, 0);
  return bytes;
}

bool bit(std::uint8_t byte, unsigned number) { return (byte >> number & 1U) != 0; }

std::uint8_t bits(std::initializer_list<bool> from_bit_0) {
  unsigned byte = 0;
  unsigned weight = 1;
  for (const bool set : from_bit_0) {
    if (set) byte |= weight;
    weight <<= 1U;
  }
  return static_cast<std::uint8_t>(byte);
}

}  // namespace

Bytes encode(const Header& header) {
  Bytes bytes{static_cast<std::uint8_t>(header.id), header.tag, inverse(header.tag), 0};
  for (unsigned shift = 0; shift < 32; shift += 8)
    bytes.push_back(static_cast<std::uint8_t>(header.size >> shift));
  const bool terminated = header.term_char != 0;
  bytes.push_back(static_cast<std::uint8_t>((header.end ? kEnd : 0U) | (terminated ? kTermCharEnabled : 0U)));
  bytes.push_back(header.term_char);
  bytes.resize(kHeaderBytes, 0);
  return bytes;
}

Bytes message_out(std::uint8_t tag, ByteView payload, bool end) {
  return transfer({MessageId::message_out, tag, static_cast<std::uint32_t>(payload.size()), end, 0}, payload);
}

Bytes request_in(std::uint8_t tag, std::uint32_t most) {
  return encode({MessageId::request_in, tag, most, false, 0});
}

Bytes trigger(std::uint8_t tag) { return encode({MessageId::trigger, tag, 0, false, 0}); }

Bytes message_in(std::uint8_t tag, ByteView payload, bool end) {
  return transfer({MessageId::message_in, tag, static_cast<std::uint32_t>(payload.size()), end, 0}, payload);
}

tl::expected<Header, std::string> decode_header(ByteView transfer) {
  if (transfer.size() < kHeaderBytes)
    return tl::unexpected{fmt::format("{} bytes hold no header", transfer.size())};
  const std::uint8_t tag = transfer[1];
  if (tag == 0 || transfer[2] != inverse(tag))
    return tl::unexpected{fmt::format("tag {:02X} with inverse {:02X}", tag, transfer[2])};
  Header header{.id = static_cast<MessageId>(transfer[0]), .tag = tag};
  for (unsigned i = 0; i < 4; ++i) header.size |= std::uint32_t{transfer[4 + i]} << (8 * i);
  header.end = (transfer[8] & kEnd) != 0;
  if ((transfer[8] & kTermCharEnabled) != 0) header.term_char = transfer[9];
  return header;
}

tl::expected<Part, std::string> decode_answer(ByteView transfer, std::uint8_t tag, std::uint32_t most) {
  const auto header = decode_header(transfer);
  if (!header) return tl::unexpected{header.error()};
  if (header->id != MessageId::message_in)
    return tl::unexpected{fmt::format("message {} is no answer", static_cast<unsigned>(header->id))};
  if (header->tag != tag)
    return tl::unexpected{fmt::format("an answer to request {}, not to {}", header->tag, tag)};
  const ByteView rest = transfer.subspan(kHeaderBytes);
  if (header->size > most)
    return tl::unexpected{fmt::format("{} bytes are announced, {} were asked for", header->size, most)};
  if (header->size > rest.size())
    return tl::unexpected{fmt::format("{} bytes are announced, {} came", header->size, rest.size())};
  if (rest.size() - header->size >= kAlignment)
    return tl::unexpected{fmt::format("{} bytes came, {} are announced", rest.size(), header->size)};
  const ByteView payload = rest.first(header->size);
  return Part{{payload.begin(), payload.end()}, header->end};
}

Control initiate_abort_bulk_out(std::uint8_t tag, std::uint8_t endpoint) {
  return {kToEndpoint, Request::initiate_abort_bulk_out, tag, endpoint, 2};
}
Control check_abort_bulk_out(std::uint8_t endpoint) {
  return {kToEndpoint, Request::check_abort_bulk_out, 0, endpoint, 8};
}
Control initiate_abort_bulk_in(std::uint8_t tag, std::uint8_t endpoint) {
  return {kToEndpoint, Request::initiate_abort_bulk_in, tag, endpoint, 2};
}
Control check_abort_bulk_in(std::uint8_t endpoint) {
  return {kToEndpoint, Request::check_abort_bulk_in, 0, endpoint, 8};
}
Control initiate_clear(std::uint8_t interface) {
  return {kToInterface, Request::initiate_clear, 0, interface, 1};
}
Control check_clear(std::uint8_t interface) { return {kToInterface, Request::check_clear, 0, interface, 2}; }
Control get_capabilities(std::uint8_t interface) {
  return {kToInterface, Request::get_capabilities, 0, interface, kCapabilityBytes};
}
Control read_status_byte(std::uint8_t tag, std::uint8_t interface) {
  return {kToInterface, Request::read_status_byte, tag, interface, kStatusByteBytes};
}

std::string to_text(Status status) {
  switch (status) {
    case Status::success: return "success";
    case Status::pending: return "pending";
    case Status::interrupt_in_busy: return "interrupt endpoint busy";
    case Status::failed: return "failed";
    case Status::not_in_progress: return "no transfer in progress";
    case Status::split_not_in_progress: return "no split transaction in progress";
    case Status::split_in_progress: return "split transaction in progress";
  }
  return fmt::format("status {:02X}", static_cast<unsigned>(status));
}

Bytes encode_initiated(Status status, std::optional<std::uint8_t> tag) {
  Bytes answer{static_cast<std::uint8_t>(status)};
  if (tag) answer.push_back(*tag);
  return answer;
}

std::optional<Status> decode_initiated(ByteView answer, const Control& request) {
  if (answer.size() != request.length) return std::nullopt;
  return static_cast<Status>(answer[0]);
}

Bytes encode_progress(const Progress& progress, const Control& request, std::uint32_t transferred) {
  Bytes answer{static_cast<std::uint8_t>(progress.status), bits({progress.data_waiting}), 0, 0};
  for (unsigned shift = 0; shift < 32; shift += 8)
    answer.push_back(static_cast<std::uint8_t>(transferred >> shift));
  answer.resize(request.length);
  return answer;
}

std::optional<Progress> decode_progress(ByteView answer, const Control& request) {
  if (answer.size() != request.length) return std::nullopt;
  return Progress{static_cast<Status>(answer[0]), bit(answer[1], 0)};
}

Bytes encode_capabilities(const Capabilities& c) {
  Bytes answer(kCapabilityBytes, 0);
  answer[0] = static_cast<std::uint8_t>(Status::success);
  answer[3] = 0x01;  // version 1.00 of USBTMC
  answer[4] = bits({c.listen_only, c.talk_only, c.indicator_pulse});
  answer[5] = bits({c.term_char});
  answer[13] = 0x01;  // version 1.00 of USB488
  answer[14] = bits({c.trigger, c.remote_enable, c.ieee_488_2});
  answer[15] = bits({c.device_trigger, c.remote_local, c.service_request, c.scpi});
  return answer;
}

std::optional<Capabilities> decode_capabilities(ByteView answer) {
  if (answer.size() != kCapabilityBytes || static_cast<Status>(answer[0]) != Status::success)
    return std::nullopt;
  return Capabilities{.listen_only = bit(answer[4], 0),
                      .talk_only = bit(answer[4], 1),
                      .indicator_pulse = bit(answer[4], 2),
                      .term_char = bit(answer[5], 0),
                      .trigger = bit(answer[14], 0),
                      .remote_enable = bit(answer[14], 1),
                      .ieee_488_2 = bit(answer[14], 2),
                      .device_trigger = bit(answer[15], 0),
                      .remote_local = bit(answer[15], 1),
                      .service_request = bit(answer[15], 2),
                      .scpi = bit(answer[15], 3)};
}

Bytes encode_status_byte(const StatusByteAnswer& answer) {
  return {static_cast<std::uint8_t>(answer.status), answer.tag, answer.byte};
}

std::optional<StatusByteAnswer> decode_status_byte(ByteView answer) {
  if (answer.size() != kStatusByteBytes) return std::nullopt;
  return StatusByteAnswer{static_cast<Status>(answer[0]), answer[1], answer[2]};
}

Bytes encode_notification(const Notification& notification) {
  return {static_cast<std::uint8_t>(notification.tag | kNotifies), notification.status_byte};
}

std::optional<Notification> decode_notification(ByteView packet) {
  if (packet.size() < 2 || packet[0] < (kNotifies | kServiceRequestTag)) return std::nullopt;
  return Notification{static_cast<std::uint8_t>(packet[0] & ~kNotifies), packet[1]};
}

}  // namespace meterbench::usbtmc
