#include "drivers/virtual_lab/meter/firmware/optical_server.h"

namespace meterbench::firmware {

namespace {

/// The one that a pending table is to become: its rights count.
std::uint32_t table_of(std::uint32_t number) {
  return number >= kPending && may_be_pending(number - kPending) ? number - kPending : number;
}

}  // namespace

namespace {

enum Service : std::uint8_t {
  kIdentify = 0x20,
  kTerminate = 0x21,
  kFullRead = 0x30,
  kOffsetRead = 0x3F,
  kFullWrite = 0x40,
  kOffsetWrite = 0x4F,
  kLogOn = 0x50,
  kSecurity = 0x51,
  kLogOff = 0x52,
  kNegotiate = 0x60,  // to 6Bh: with so many baud codes
  kNegotiateLast = 0x6B,
  kWait = 0x70,
};

constexpr std::uint8_t kBaud9600 = 6;

constexpr std::uint32_t lesser(std::uint32_t a, std::uint32_t b) { return a < b ? a : b; }

}  // namespace

void OpticalServer::run(std::uint64_t now, const MeterData& data) {
  while (true) {
    switch (link_.proceed(now)) {
      case PortLink::Event::none: return;
      case PortLink::Event::request:
        settle();  // the client has gone on, so that it has the last response
        respond(now, data);
        link_.send(now);
        break;
      case PortLink::Event::delivered: settle(); break;
      case PortLink::Event::lost: go_to_base(); break;
    }
  }
}

void OpticalServer::respond(std::uint64_t now, const MeterData& data) {
  PortLink::Response& response = link_.response();
  response.clear();
  response.add(static_cast<std::uint8_t>(Code::ok));
  Code code = serve(now, data);
  if (code == Code::ok && !link_.fits(response.size())) code = Code::not_possible;
  if (code == Code::ok) return;
  response.clear();
  response.add(static_cast<std::uint8_t>(code));
}

// Which service is legal in which state: optical-port.md 3.3.
OpticalServer::Code OpticalServer::serve(std::uint64_t now, const MeterData& data) {
  if (link_.request().size() == 0) return Code::error;
  const std::uint8_t service = link_.request()[0];
  const auto only_if = [](bool legal, auto serve_it) { return legal ? serve_it() : Code::invalid_state; };
  const bool identified = state_ == State::identified;
  const bool session = state_ == State::session;
  switch (service) {
    case kIdentify: return identify();
    case kTerminate: return terminate();
    case kLogOn: return only_if(identified, [&] { return log_on(); });
    case kSecurity: return only_if(session, [&] { return secure(now); });
    case kLogOff: return only_if(session, [&] { return log_off(); });
    case kWait: return only_if(identified || session, [&] { return wait(); });
    default: break;
  }
  if (service >= kNegotiate && service <= kNegotiateLast)
    return only_if(identified, [&] { return negotiate(); });
  // 0 whole, 1 … 9 by so many indices, E of the default set, F by offset.
  const unsigned group = service & 0xF0U, form = service & 0x0FU;
  const bool of_tables = (group == kFullRead || group == kFullWrite) && (form <= 9 || form >= 0x0E);
  if (!of_tables) return Code::not_supported;
  return only_if(session, [&] { return serve_tables(service, now, data); });
}

OpticalServer::Code OpticalServer::serve_tables(std::uint8_t service, std::uint64_t now,
                                                const MeterData& data) {
  switch (service) {
    case kFullRead: return read_all(data);
    case kOffsetRead: return read_slice(data);
    case kFullWrite: return write_all(data, now);
    case kOffsetWrite: return write_slice(data, now);
    default: return Code::inappropriate;  // an access that ST-00 does not offer
  }
}

OpticalServer::Code OpticalServer::identify() {
  if (link_.request().size() != 1) return Code::error;
  // C12.18, version 1.0, end of the feature list.
  link_.response().add("\0\1\0\0", 4);
  end_session(State::identified);
  link_.watch_traffic();
  agreed_ = PortLink::kDefault;
  after_ = After::sizes;
  return Code::ok;
}

OpticalServer::Code OpticalServer::terminate() {
  if (link_.request().size() != 1) return Code::error;
  after_ = After::base;
  return Code::ok;
}

OpticalServer::Code OpticalServer::log_on() {
  if (link_.request().size() != 13) return Code::error;
  security_.log_on(static_cast<std::uint16_t>(link_.request().big(1, 2)));
  state_ = State::session;
  return Code::ok;
}

OpticalServer::Code OpticalServer::secure(std::uint64_t now) {
  if (link_.request().size() != 1 + kPasswordLength) return Code::error;
  switch (security_.present(link_.request().from(1), now)) {
    case Security::Answer::right: return Code::ok;
    case Security::Answer::locked: return Code::busy;
    case Security::Answer::wrong: break;
  }
  return Code::error;
}

OpticalServer::Code OpticalServer::log_off() {
  if (link_.request().size() != 1) return Code::error;
  end_session(State::identified);
  return Code::ok;
}

OpticalServer::Code OpticalServer::negotiate() {
  const PortLink::Request& request = link_.request();
  if (request.size() != 4U + (request[0] & 0x0FU)) return Code::error;
  const PortLink::Sizes wanted{request.big(1, 2), request.big(3, 1)};
  if (wanted.packet < PortLink::kLeastPacket || wanted.packets == 0) return Code::error;
  agreed_ = {lesser(wanted.packet, PortLink::kMost.packet), lesser(wanted.packets, PortLink::kMost.packets)};
  after_ = After::sizes;
  link_.response().add_big(agreed_.packet, 2);
  link_.response().add_big(agreed_.packets, 1);
  link_.response().add(kBaud9600);  // its only rate, whatever was offered
  return Code::ok;
}

OpticalServer::Code OpticalServer::wait() {
  if (link_.request().size() != 2) return Code::error;
  link_.allow_silence(link_.request()[1]);
  return Code::ok;
}

OpticalServer::Code OpticalServer::read_all(const MeterData& data) {
  if (link_.request().size() != 3) return Code::error;
  const Code code = snapshot(link_.request().big(1, 2), data);
  return code == Code::ok ? give(0, tables_.image().size()) : code;
}

OpticalServer::Code OpticalServer::read_slice(const MeterData& data) {
  const PortLink::Request& request = link_.request();
  if (request.size() != 8) return Code::error;
  const std::uint32_t table = request.big(1, 2);
  const std::uint32_t offset = request.big(3, 3);
  const std::uint32_t count = request.big(6, 2);
  // An image that is held may be of a time with more rights.
  if (!tables_.holds(table) || !security_.may_read(table_of(table))) {
    const Code code = snapshot(table, data);
    if (code != Code::ok) return code;
  }
  const std::uint32_t size = tables_.image().size();
  if (count == 0 || offset > size || count > size - offset) return Code::inappropriate;
  return give(offset, count);
}

OpticalServer::Code OpticalServer::snapshot(std::uint32_t table, const MeterData& data) {
  if (is_table(table_of(table)) && !security_.may_read(table_of(table))) return Code::insufficient_clearance;
  switch (tables_.take(table, data)) {
    case MeterTables::Taken::yes: return Code::ok;
    case MeterTables::Taken::absent: return Code::not_possible;
    case MeterTables::Taken::not_yet: return Code::not_ready;
    case MeterTables::Taken::write_only: return Code::inappropriate;
    case MeterTables::Taken::unreadable: break;
  }
  return Code::error;
}

// Count, data, and what makes their sum 0 (optical-port.md 3.2).
OpticalServer::Code OpticalServer::give(std::uint32_t offset, std::uint32_t count) {
  PortLink::Response& response = link_.response();
  response.add_big(count, 2);
  std::uint8_t sum = 0;
  for (std::uint32_t n = 0; n < count; ++n) {
    response.add(tables_.image()[offset + n]);
    sum = static_cast<std::uint8_t>(sum + tables_.image()[offset + n]);
  }
  response.add(static_cast<std::uint8_t>(-sum));
  return Code::ok;
}

OpticalServer::Code OpticalServer::write_all(const MeterData& data, std::uint64_t now) {
  return write(3, {.bytes = nullptr, .size = 0, .offset = 0, .whole = true}, data, now);
}

OpticalServer::Code OpticalServer::write_slice(const MeterData& data, std::uint64_t now) {
  const PortLink::Request& request = link_.request();
  if (request.size() < 6) return Code::error;
  return write(6, {.bytes = nullptr, .size = 0, .offset = request.big(3, 3), .whole = false}, data, now);
}

// `data_at`: where the table data begins, which is count, data and checksum (optical-port.md 3.2).
OpticalServer::Code OpticalServer::write(std::uint32_t data_at, MeterTables::Content content,
                                         const MeterData& data, std::uint64_t now) {
  const PortLink::Request& request = link_.request();
  if (request.size() < data_at + 3) return Code::error;
  content.size = request.big(data_at, 2);
  const std::uint32_t end = data_at + 2 + content.size;  // where the checksum is
  if (request.size() != end + 1) return Code::error;
  if (request.size() > PortLink::Request::capacity) return Code::inappropriate;  // longer than any table is
  std::uint8_t sum = 0;
  for (std::uint32_t n = data_at + 2; n <= end; ++n) sum = static_cast<std::uint8_t>(sum + request[n]);
  if (sum != 0) return Code::error;
  content.bytes = request.from(data_at + 2);
  const std::uint32_t table = request.big(1, 2);
  if (is_table(table_of(table)) && !security_.may_write(table_of(table))) return Code::insufficient_clearance;
  switch (tables_.put(table, content, data, now)) {
    case MeterTables::Written::yes:
      if (table != kProcedureTable)
        functions_.log(kEventTableWritten, security_.user(), static_cast<std::uint16_t>(table));
      return Code::ok;
    case MeterTables::Written::sealed: return Code::insufficient_clearance;
    case MeterTables::Written::absent: return Code::not_possible;
    case MeterTables::Written::not_so: return Code::inappropriate;
    case MeterTables::Written::busy: return Code::busy;
    case MeterTables::Written::unreadable: break;
  }
  return Code::error;
}

void OpticalServer::settle() {
  const After after = after_;
  after_ = After::nothing;
  if (after == After::sizes) link_.agree(agreed_);
  if (after == After::base) go_to_base();
}

void OpticalServer::go_to_base() {
  link_.reset();
  end_session(State::base);
  after_ = After::nothing;
}

void OpticalServer::end_session(State next) {
  security_.log_off();
  tables_.forget();
  state_ = next;
}

}  // namespace meterbench::firmware
