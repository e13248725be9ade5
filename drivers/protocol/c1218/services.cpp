#include "drivers/protocol/c1218/services.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>

namespace meterbench::c1218 {
namespace {

constexpr std::array<std::string_view, 0x13> kCodes{
    "ok: acknowledge",
    "err: error",
    "sns: service not supported",
    "isc: insufficient security clearance",
    "onp: operation not possible",
    "iar: inappropriate action requested",
    "bsy: device busy",
    "dnr: data not ready",
    "dlk: data locked",
    "rno: renegotiate request",
    "isss: invalid service sequence state",
    "sme: of C12.22 only",
    "uat: of C12.22 only",
    "nett: of C12.22 only",
    "netr: of C12.22 only",
    "rqtl: of C12.22 only",
    "rstl: of C12.22 only",
    "sgnp: of C12.22 only",
    "sgerr: of C12.22 only",
};

constexpr std::size_t kLongestRequest = 1 + 20;  // Security; writes grow
constexpr std::size_t kMostTableData = 0xFFFF;

Bytes request_of(std::uint8_t service) {
  Bytes request;
  request.reserve(kLongestRequest);
  request.push_back(service);
  return request;
}

void append_big(Bytes& bytes, std::uint32_t value, unsigned count) {
  while (count-- > 0) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * count)));
}

void append_filled(Bytes& bytes, std::string_view text, std::size_t size, char filler) {
  if (text.size() > size) throw std::logic_error{fmt::format("'{}' has more than {} bytes", text, size)};
  for (std::size_t n = 0; n < size; ++n)
    bytes.push_back(static_cast<std::uint8_t>(n < text.size() ? text[n] : filler));
}

unsigned sum_of(ByteView bytes) { return std::accumulate(bytes.begin(), bytes.end(), 0U); }

/// Count, data, and what makes their sum 0 (optical-port.md 3.2).
void append_table_data(Bytes& bytes, ByteView content) {
  if (content.size() > kMostTableData) throw std::logic_error{"more table data than a count can tell"};
  append_big(bytes, static_cast<std::uint32_t>(content.size()), 2);
  bytes.insert(bytes.end(), content.begin(), content.end());
  bytes.push_back(static_cast<std::uint8_t>(0U - sum_of(content)));
}

std::size_t big16(ByteView bytes) { return std::size_t{bytes[0]} << 8U | bytes[1]; }

}  // namespace

std::string code_text(std::uint8_t code) {
  return fmt::format("{} ({:02X})", code < kCodes.size() ? kCodes[code] : "a code that no document tells",
                     code);
}

Bytes identify() { return {0x20}; }
Bytes terminate() { return {0x21}; }
Bytes log_off() { return {0x52}; }

Bytes negotiate(std::uint16_t packet_size, std::uint8_t packets, ByteView bauds) {
  if (bauds.size() > 11) throw std::logic_error{"more baud codes than Negotiate has room for"};
  Bytes request = request_of(static_cast<std::uint8_t>(0x60 + bauds.size()));
  append_big(request, packet_size, 2);
  request.push_back(packets);
  for (const std::uint8_t baud : bauds) request.push_back(baud);
  return request;
}

Bytes log_on(std::uint16_t user_id, std::string_view user) {
  Bytes request = request_of(0x50);
  append_big(request, user_id, 2);
  append_filled(request, user, 10, ' ');
  return request;
}

Bytes security(std::string_view password, char filler) {
  Bytes request = request_of(0x51);
  append_filled(request, password, 20, filler);
  return request;
}

Bytes full_read(std::uint16_t table) {
  Bytes request = request_of(0x30);
  append_big(request, table, 2);
  return request;
}

Bytes offset_read(std::uint16_t table, std::uint32_t offset, std::uint16_t count) {
  Bytes request = request_of(0x3F);
  append_big(request, table, 2);
  append_big(request, offset, 3);
  append_big(request, count, 2);
  return request;
}

Bytes full_write(std::uint16_t table, ByteView content) {
  Bytes request = request_of(0x40);
  append_big(request, table, 2);
  append_table_data(request, content);
  return request;
}

Bytes offset_write(std::uint16_t table, std::uint32_t offset, ByteView content) {
  Bytes request = request_of(0x4F);
  append_big(request, table, 2);
  append_big(request, offset, 3);
  append_table_data(request, content);
  return request;
}

tl::expected<Identity, std::string> parse_identity(ByteView response) {
  if (response.size() < 3) return tl::unexpected<std::string>{"no identity: " + hex_text(response)};
  return Identity{response[0], response[1], response[2]};  // features may follow
}

tl::expected<Agreement, std::string> parse_agreement(ByteView response) {
  if (response.size() != 4) return tl::unexpected<std::string>{"no agreement: " + hex_text(response)};
  return Agreement{static_cast<std::uint16_t>(big16(response)), response[2], response[3]};
}

tl::expected<Bytes, std::string> parse_table_data(ByteView response) {
  if (response.size() < 3) return tl::unexpected<std::string>{"no table data: " + hex_text(response)};
  const std::size_t count = big16(response);
  if (response.size() != count + 3)
    return tl::unexpected{
        fmt::format("{} bytes of table data where {} are announced", response.size() - 3, count)};
  const ByteView data = response.subspan(2, count);
  const unsigned sum = sum_of(data) + response.back();
  if ((sum & 0xFFU) != 0)
    return tl::unexpected{
        fmt::format("wrong table checksum {:02X}, the sum is {:02X}h off", response.back(), sum & 0xFFU)};
  return Bytes{data.begin(), data.end()};
}

std::string table_name(std::uint16_t table) {
  constexpr std::uint16_t kManufacturer = 2048, kPending = 4096;
  const bool maker = (table & kManufacturer) != 0;
  return fmt::format("{}T-{:02}{}", maker ? 'M' : 'S', table % kManufacturer,
                     (table & kPending) != 0 ? " pending" : "");
}

}  // namespace meterbench::c1218
