#include "drivers/c1218_meter/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "drivers/protocol/c1218/services.h"
#include "drivers/protocol/c1219/general_tables.h"

namespace meterbench::c1218_meter {
namespace {

using c1218::Code;
using c1218::Response;

/// How often Identify is said at most: the first answer may belong to a session that somebody left.
constexpr int kIdentifyTimes = 3;
/// For the answer to a write, which may begin long work (optical-port.md 2.3).
constexpr Duration kWritePatience = std::chrono::seconds{20};
/// Of a table that is read in slices: more than the load profile of any meter (made).
constexpr std::size_t kLongestTable = 1U << 20U;
/// Code, count and checksum around table data.
constexpr std::size_t kAroundData = 4;

bool is(const Response& response, Code code) { return response.code == static_cast<std::uint8_t>(code); }

}  // namespace

Session::Session(ByteLink& link, Options options)
    : link_{link},
      options_{std::move(options)},
      client_{{.turn_around = options_.turn_around, .echo = options_.echo}} {
  if (options_.access.user_name.size() > PortAccess::kLongestName)
    throw std::invalid_argument{"a user name has at most 10 bytes: " + options_.access.user_name};
  if (options_.access.password.size() > PortAccess::kLongestPassword)
    throw std::invalid_argument{"a password has at most 20 bytes"};
}

Session::~Session() {
  for (const auto& timer : {timer_, pause_})
    if (timer) link_.reactor().cancel(*timer);
  if (done_) link_.end_stream();
}

void Session::start(Choose choose, Done<Tables> done, std::optional<std::string> password) {
  if (done_) throw std::logic_error{link_.device() + ": a session is under way"};
  if (auto opened = link_.open(); !opened) return done(tl::unexpected{std::move(opened).error()});
  choose_ = std::move(choose);
  done_ = std::move(done);
  password_ = password ? *std::move(password) : options_.access.password;
  tables_.clear();
  wanted_.clear();
  fault_.reset();
  unsent_ = 0;
  again_.reset();
  renegotiated_ = false;
  link_.start_stream(
      [this](ByteView bytes) {
        client_.on_bytes(now(), bytes);
        pump();
      },
      [this](const Fault& lost) {
        note_failure(lost.code, lost.detail);
        client_.restart();  // nothing can be said any more
        unsent_ = 0;
        over();
      });
  begin_session();
}

void Session::begin_session() {
  retries_ += client_.retries();
  client_.restart();
  packets_ = 1;
  logged_on_ = over_ = false;
  identify(1);
}

void Session::ask(std::string text, Bytes request, Handler then, Duration patience) {
  ask({std::move(text), std::move(request), std::move(then), patience});
}

void Session::ask(Request request) {
  request_ = std::move(request);
  begun_ = now();
  client_.start(begun_, request_.bytes, request_.patience);
  pump();
}

/// A meter that wants to negotiate anew gets its new session, once, and the same question in it.
void Session::take(const Response& response) {
  Request asked = std::move(request_);
  request_.text = asked.text;
  if (is(response, Code::renegotiate) && logged_on_ && !std::exchange(renegotiated_, true)) {
    again_ = std::move(asked);
    return log_off();
  }
  asked.then(response);
}

/// Says what is due, hands on what has come, and waits for what comes next.
void Session::pump() {
  if (pumping_) return;
  pumping_ = true;
  while (done_) {
    if (const Bytes output = client_.take_output(now()); !output.empty()) {
      ++unsent_;
      link_.stream_out(output, [this] {
        if (unsent_ > 0) --unsent_;
        client_.on_sent(now());
        pump();
      });
      continue;
    }
    if (const auto answer = client_.take_answer()) {
      if (*answer)
        take(**answer);
      else
        broken(answer->error().code, answer->error().detail);
      continue;
    }
    if (!over_ || !client_.quiet() || unsent_ > 0) break;
    if (again_ && link_.is_open()) {
      begin_session();
      continue;
    }
    link_.end_stream();
    const auto done = std::exchange(done_, nullptr);
    pumping_ = false;
    arm();
    return fault_ ? done(tl::unexpected{*fault_}) : done(std::move(tables_));
  }
  pumping_ = false;
  arm();
}

void Session::arm() {
  if (timer_) link_.reactor().cancel(*timer_);
  timer_.reset();
  const auto deadline = done_ ? client_.next_deadline() : std::nullopt;
  if (!deadline) return;
  timer_ = link_.reactor().at(*deadline, [this] {
    timer_.reset();
    client_.on_time(now());
    pump();
  });
}

void Session::identify(int attempt) {
  ask("Identify", c1218::identify(), [this, attempt](const Response& response) {
    // Identify is always answered, so that it may be repeated: an answer that came in place of the
    // acknowledge may be one to somebody who is gone.
    const auto identity = c1218::parse_identity(response.data);
    const bool sure = response.acknowledged && is(response, Code::ok) && identity;
    if (!sure && attempt < kIdentifyTimes) return identify(attempt + 1);
    if (!is(response, Code::ok)) {
      fault_ = fault_of(Errc::refused, c1218::code_text(response.code));
      return over();
    }
    if (!identity) return give_up(Errc::garbled, identity.error());
    negotiate();
  });
}

void Session::negotiate() {
  if (!options_.negotiate) return log_on();
  const auto& [size, packets] = *options_.negotiate;
  ask("Negotiate", c1218::negotiate(size, packets, Bytes{c1218::kBaud9600}),
      [this](const Response& response) {
        if (!is(response, Code::ok)) return log_on();  // it keeps to the defaults
        const auto agreed = c1218::parse_agreement(response.data);
        if (!agreed) return give_up(Errc::garbled, agreed.error());
        if (agreed->packet_size < c1218::kLeastPacket || agreed->packets == 0)
          return give_up(Errc::refused, fmt::format("{} packets of {} bytes are too few", agreed->packets,
                                                    agreed->packet_size));
        if (agreed->baud != c1218::kBaud9600 && agreed->baud != c1218::kBaudExternal)
          return give_up(Errc::refused,
                         fmt::format("it goes to baud code {}, the link stays at 9600 Bd", agreed->baud));
        client_.agree(agreed->packet_size);
        packets_ = agreed->packets;
        log_on();
      });
}

void Session::log_on() {
  ask("Logon", c1218::log_on(options_.access.user_id, options_.access.user_name),
      [this](const Response& response) {
        if (!accepted(response)) return;
        logged_on_ = true;
        secure();
      });
}

void Session::secure() {
  if (password_.empty()) return begin();
  ask("Security", c1218::security(password_, options_.access.filler), [this](const Response& response) {
    if (is(response, Code::ok)) return begin();
    give_up(Errc::refused, "the meter refuses the password: " + c1218::code_text(response.code));
  });
}

void Session::begin() {
  if (again_) return ask(*std::exchange(again_, std::nullopt));
  choose();
}

void Session::choose() {
  const auto next = choose_(tables_);
  if (!next) return give_up(next.error().code, next.error().detail);
  std::visit([this](const auto& step) { carry_out(step); }, *next);
}

void Session::carry_out(const ReadTables& step) {
  wanted_.assign(step.tables.begin(), step.tables.end());
  read_next();
}

void Session::carry_out(const WriteTable& step) {
  ask(
      "Full write " + c1218::table_name(step.table), c1218::full_write(step.table, step.content),
      [this](const Response& response) {
        if (accepted(response)) choose();
      },
      kWritePatience);
}

void Session::carry_out(const Pause& step) {
  pause_ = link_.reactor().after(step.duration, [this] {
    pause_.reset();
    choose();
  });
}

void Session::read_next() {
  if (wanted_.empty()) return choose();
  const std::uint16_t table = wanted_.front();
  wanted_.pop_front();
  ask("Full read " + c1218::table_name(table), c1218::full_read(table),
      [this, table](const Response& response) {
        // Not possible: not there, or too long for the packets agreed.
        if (is(response, Code::not_possible) && may_slice()) return begin_slices(table, response.code);
        if (!accepted(response)) return;
        auto content = c1218::parse_table_data(response.data);
        if (!content) return give_up(Errc::garbled, content.error());
        tables_[table] = {std::move(*content), response.asked, response.answered};
        read_next();
      });
}

/// Unless ST-00, where it was read, says that the meter has no reads by offset.
bool Session::may_slice() const {
  const auto st00 = tables_.find(0);
  if (st00 == tables_.end()) return true;
  const auto configuration = c1219::decode_st00(st00->second.content);
  return !configuration || configuration->has_offset_access();
}

void Session::begin_slices(std::uint16_t table, std::uint8_t refusal) {
  const std::size_t room = packets_ * (client_.packet_size() - c1218::kOverhead) - kAroundData;
  slices_ = {
      table,
      static_cast<std::uint16_t>(std::min<std::size_t>(room, std::numeric_limits<std::uint16_t>::max())),
      fault_of(Errc::refused, c1218::code_text(refusal)),
      {}};
  read_slice();
}

void Session::read_slice() {
  ask(fmt::format("Offset read {}, {} bytes from {}", c1218::table_name(slices_.table), slices_.count,
                  slices_.read.content.size()),
      c1218::offset_read(slices_.table, static_cast<std::uint32_t>(slices_.read.content.size()),
                         slices_.count),
      [this](const Response& response) { take_slice(response); });
}

/// How long the table is shows in what is refused beyond its end: the slices are halved down to one byte.
void Session::take_slice(const Response& response) {
  Table& read = slices_.read;
  if (is(response, Code::inappropriate) && slices_.count > 1) {
    slices_.count /= 2;
    return read_slice();
  }
  const bool ended = is(response, Code::inappropriate) && !read.content.empty();
  if (!ended && !is(response, Code::ok)) {
    if (!read.content.empty()) return give_up(Errc::refused, c1218::code_text(response.code));
    fault_ = slices_.refusal;  // slices do not work either
    return log_off();
  }
  if (!ended) {
    const auto slice = c1218::parse_table_data(response.data);
    if (!slice) return give_up(Errc::garbled, slice.error());
    if (slice->size() > slices_.count) return give_up(Errc::garbled, "more bytes than were asked for");
    if (read.content.empty()) read.asked = response.asked;
    read.answered = response.answered;
    read.content.insert(read.content.end(), slice->begin(), slice->end());
    if (read.content.size() > kLongestTable) return give_up(Errc::garbled, "the table has no end");
    if (slice->size() == slices_.count) return read_slice();
  }
  tables_[slices_.table] = std::move(read);
  read_next();
}

void Session::log_off() {
  if (!std::exchange(logged_on_, false)) return terminate();
  ask("Logoff", c1218::log_off(), [this](const Response&) { terminate(); });
}

void Session::terminate() {
  ask("Terminate", c1218::terminate(), [this](const Response&) { over(); });
}

bool Session::accepted(const Response& response) {
  if (is(response, Code::ok)) return true;
  give_up(Errc::refused, c1218::code_text(response.code));
  return false;
}

/// The meter is there, but will not go on: the session is ended as it should be.
void Session::give_up(Errc code, std::string detail) {
  fault_ = fault_of(code, std::move(detail));
  log_off();
}

/// After a failure of the link no byte is written.
void Session::broken(Errc code, std::string detail) {
  note_failure(code, std::move(detail));
  link_.end_stream();
  unsent_ = 0;
  link_.close();
  over();
}

/// What was read stays good when only the farewell fails.
void Session::note_failure(Errc code, std::string detail) {
  const bool farewell = !again_ && (request_.text == "Logoff" || request_.text == "Terminate");
  if (!fault_ && !farewell) fault_ = fault_of(code, std::move(detail));
}

void Session::over() {
  over_ = true;
  if (pause_) link_.reactor().cancel(*pause_);
  pause_.reset();
  pump();
}

Fault Session::fault_of(Errc code, std::string detail) const {
  return {code, link_.device(), request_.text, std::move(detail), now() - begun_};
}

}  // namespace meterbench::c1218_meter
