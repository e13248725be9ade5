#include "drivers/keysight_53230a/usbtmc_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace meterbench::keysight_53230a {
namespace {

using usbtmc::Status;

constexpr Duration kOpenPatience = std::chrono::seconds{5};
constexpr Duration kBusyPause = std::chrono::milliseconds{50};
constexpr Duration kLeastPatience = std::chrono::milliseconds{1};

/// Room for an answer of `payload` bytes: whole packets, and one more so that a packet of no bytes which ends
/// a transfer of whole packets has its place too.
std::size_t room(std::size_t payload, std::size_t packet) {
  const std::size_t bytes = usbtmc::kHeaderBytes + payload + usbtmc::kAlignment;
  return (bytes / packet + 2) * packet;
}

}  // namespace

UsbtmcSession::UsbtmcSession(UsbLink& link, const Settings& settings) : link_{link}, settings_{settings} {}

UsbtmcSession::~UsbtmcSession() {
  if (call_) call_->over = true;
  if (recovery_) recovery_->forget();
  link_.close();
}

// --- Calls ---

template <class T>
UsbtmcSession::CallPtr UsbtmcSession::start(std::string text, Duration patience, const Done<T>& done) {
  if (call_ || recovery_) throw std::logic_error{"USBTMC: one call at a time"};
  const Instant now = link_.reactor().now();
  call_ = std::make_shared<Call>(Call{std::move(text), now, now + patience,
                                      [done](Fault fault) { done(tl::unexpected<Fault>{std::move(fault)}); },
                                      false});
  return call_;
}

template <class T>
UsbtmcSession::CallPtr UsbtmcSession::begin(std::string text, Duration patience, const Done<T>& done) {
  if (is_open()) return start(std::move(text), patience, done);
  done(fault(Errc::disconnected, link_.device(), std::move(text), "the link is closed"));
  return nullptr;
}

void UsbtmcSession::end(const CallPtr& call) {
  call->over = true;
  call_.reset();
}

Duration UsbtmcSession::left(const CallPtr& call) const {
  return std::max(call->deadline - link_.reactor().now(), kLeastPatience);
}

void UsbtmcSession::fail(const CallPtr& call, Errc code, std::string detail, Direction direction) {
  fail(call, Fault{code, link_.device(), call->text, std::move(detail), link_.reactor().now() - call->begin},
       direction);
}

void UsbtmcSession::fail(const CallPtr& call, Fault fault, Direction direction) {
  end(call);
  const auto tell = [this, call](Fault born) {
    ready_ = false;
    link_.close();
    call->fail(std::move(born));
  };
  if (direction == Direction::none || !link_.is_open()) return tell(std::move(fault));
  const bool halted = fault.code == Errc::refused;
  const auto aborted = [this, tell, fault = std::move(fault)](const Result<void>& abort) mutable {
    if (!abort) fault.detail += "; the transfer could not be aborted: " + abort.error().detail;
    recovery_.reset();
    tell(std::move(fault));
    recovered();
  };
  if (direction == Direction::in)
    recovery()->start_abort_in(tags_.latest(), halted, aborted);
  else
    recovery()->start_abort_out(tags_.latest(), aborted);
}

std::shared_ptr<UsbtmcRecovery> UsbtmcSession::recovery() {
  recovery_ =
      std::make_shared<UsbtmcRecovery>(link_, endpoints_, room(settings_.most_in, endpoints_.bulk_packet));
  return recovery_;
}

void UsbtmcSession::recovered() {
  for (const Done<void>& done : std::exchange(clear_waiters_, {})) done({});
}

// --- Opening and clearing ---

void UsbtmcSession::start_open(Done<void> done) {
  if (is_open()) return done({});
  const CallPtr call = start("open", kOpenPatience, done);
  ready_ = false;
  if (auto opened = link_.open(); !opened) return fail(call, std::move(opened).error(), Direction::none);
  const UsbDescription* const description = link_.description();
  const auto endpoints = description ? usbtmc_endpoints(*description) : std::nullopt;
  if (!endpoints)
    return fail(call, Errc::refused, "the device has no test and measurement interface", Direction::none);
  endpoints_ = *endpoints;
  start_class_request(link_, "capabilities", usbtmc::get_capabilities(endpoints_.interface),
                      [this, call, done = std::move(done)](Result<Bytes> answer) {
                        if (call->over) return;
                        if (!answer) return fail(call, std::move(answer).error(), Direction::none);
                        const auto capabilities = usbtmc::decode_capabilities(*answer);
                        if (!capabilities)
                          return fail(call, Errc::garbled, "capabilities: " + no_answer(*answer),
                                      Direction::none);
                        capabilities_ = *capabilities;
                        clear_at_open(call, done);
                      });
}

void UsbtmcSession::clear_at_open(const CallPtr& call, const Done<void>& done) {
  recovery()->start_clear([this, call, done](Result<void> cleared) {
    recovery_.reset();
    if (!cleared) {
      fail(call, std::move(cleared).error(), Direction::none);
    } else {
      end(call);
      ready_ = true;
      done({});
    }
    recovered();
  });
}

void UsbtmcSession::start_clear(Done<void> done) {
  if (recovery_) return clear_waiters_.push_back(std::move(done));
  if (!link_.is_open()) return done({});
  const CallPtr interrupted = call_;
  if (interrupted) end(interrupted);
  link_.cancel_bulk_in(endpoints_.bulk_in);
  if (endpoints_.interrupt_in) link_.cancel_bulk_in(*endpoints_.interrupt_in);
  recovery()->start_clear([this, done = std::move(done)](Result<void> cleared) {
    recovery_.reset();
    if (!cleared) {
      ready_ = false;
      link_.close();
    }
    done(std::move(cleared));
    recovered();
  });
  if (interrupted)
    interrupted->fail({Errc::stopped, link_.device(), interrupted->text, "the instrument was cleared",
                       link_.reactor().now() - interrupted->begin});
}

// --- Messages ---

void UsbtmcSession::start_write(std::string text, Bytes message, Duration patience, Done<void> done) {
  const CallPtr call = begin(std::move(text), patience, done);
  if (!call) return;
  send(call, std::make_shared<const Bytes>(std::move(message)), 0, [this, call, done = std::move(done)] {
    end(call);
    done({});
  });
}

void UsbtmcSession::start_read(std::string text, Duration patience, Done<Bytes> done) {
  if (const CallPtr call = begin(std::move(text), patience, done))
    request(call, std::make_shared<Bytes>(), done);
}

void UsbtmcSession::start_query(std::string text, Bytes message, Duration patience, Done<Bytes> done) {
  const CallPtr call = begin(std::move(text), patience, done);
  if (!call) return;
  send(call, std::make_shared<const Bytes>(std::move(message)), 0,
       [this, call, done = std::move(done)] { request(call, std::make_shared<Bytes>(), done); });
}

void UsbtmcSession::send(const CallPtr& call, std::shared_ptr<const Bytes> message, std::size_t at,
                         Then then) {
  const std::size_t size = std::min(settings_.most_out, message->size() - at);
  const std::size_t next = at + size;
  const bool end = next == message->size();
  const ByteView part = ByteView{*message}.subspan(at, size);
  link_.start_bulk_out(call->text, endpoints_.bulk_out, usbtmc::message_out(tags_.next(), part, end),
                       left(call),
                       [this, call, message, next, end, then = std::move(then)](Result<void> sent) {
                         if (call->over) return;
                         if (!sent) return fail(call, std::move(sent).error(), Direction::out);
                         if (end) return then();
                         send(call, message, next, then);
                       });
}

void UsbtmcSession::request(const CallPtr& call, std::shared_ptr<Bytes> answer, const Done<Bytes>& done) {
  const auto most = static_cast<std::uint32_t>(settings_.most_in);
  link_.start_bulk_out(call->text, endpoints_.bulk_out, usbtmc::request_in(tags_.next(), most), left(call),
                       [this, call, answer = std::move(answer), done](Result<void> sent) {
                         if (call->over) return;
                         if (!sent) return fail(call, std::move(sent).error(), Direction::out);
                         listen(call, answer, false, done);
                       });
}

void UsbtmcSession::listen(const CallPtr& call, std::shared_ptr<Bytes> answer, bool empty_seen,
                           const Done<Bytes>& done) {
  const std::size_t most = room(settings_.most_in, endpoints_.bulk_packet);
  receive(link_, call->text, endpoints_.bulk_in, most, left(call),
          [this, call, answer = std::move(answer), empty_seen, done](Result<Bytes> transfer) {
            if (call->over) return;
            if (!transfer) return fail(call, std::move(transfer).error(), Direction::in);
            // Some instruments begin with a packet of no bytes.
            if (transfer->empty() && !empty_seen) return listen(call, answer, true, done);
            const auto part = usbtmc::decode_answer(*transfer, tags_.latest(),
                                                    static_cast<std::uint32_t>(settings_.most_in));
            if (!part) return fail(call, Errc::garbled, part.error(), Direction::in);
            if (part->payload.empty() && !part->end)
              return fail(call, Errc::garbled, "an empty part of an answer", Direction::in);
            answer->insert(answer->end(), part->payload.begin(), part->payload.end());
            if (answer->size() > settings_.longest_answer)
              return fail(call, Errc::garbled, fmt::format("more than {} bytes", settings_.longest_answer),
                          Direction::in);
            if (!part->end) return request(call, answer, done);
            end(call);
            done(std::move(*answer));
          });
}

// --- Status byte ---

void UsbtmcSession::start_status_byte(Duration patience, Done<std::uint8_t> done) {
  if (const CallPtr call = begin("status byte", patience, done)) ask_status_byte(call, done);
}

void UsbtmcSession::ask_status_byte(const CallPtr& call, const Done<std::uint8_t>& done) {
  const std::uint8_t tag = status_tags_.next();
  start_class_request(link_, call->text, usbtmc::read_status_byte(tag, endpoints_.interface),
                      [this, call, tag, done](Result<Bytes> bytes) {
                        if (call->over) return;
                        if (!bytes) return fail(call, std::move(bytes).error(), Direction::none);
                        const auto answer = usbtmc::decode_status_byte(*bytes);
                        if (!answer || answer->tag != tag)
                          return fail(call, Errc::garbled, no_answer(*bytes), Direction::none);
                        if (answer->status == Status::success && endpoints_.interrupt_in)
                          return listen_for_status(call, tag, done);
                        if (answer->status == Status::success) {
                          end(call);
                          return done(answer->byte);
                        }
                        if (answer->status != Status::interrupt_in_busy || !endpoints_.interrupt_in ||
                            link_.reactor().now() >= call->deadline)
                          return fail(call, Errc::refused, to_text(answer->status), Direction::none);
                        // An older notification has not been fetched yet: make room and ask once more.
                        receive(link_, call->text, *endpoints_.interrupt_in, endpoints_.interrupt_packet,
                                kBusyPause, [this, call, done](const Result<Bytes>& older) {
                                  if (call->over) return;
                                  if (!older && older.error().code != Errc::timeout)
                                    return fail(call, older.error(), Direction::none);
                                  ask_status_byte(call, done);
                                });
                      });
}

void UsbtmcSession::listen_for_status(const CallPtr& call, std::uint8_t tag, const Done<std::uint8_t>& done) {
  receive(link_, call->text, *endpoints_.interrupt_in, endpoints_.interrupt_packet, left(call),
          [this, call, tag, done](Result<Bytes> packet) {
            if (call->over) return;
            if (!packet) return fail(call, std::move(packet).error(), Direction::none);
            const auto notification = usbtmc::decode_notification(*packet);
            if (!notification) return fail(call, Errc::garbled, no_answer(*packet), Direction::none);
            if (notification->tag == tag) {
              end(call);
              return done(notification->status_byte);
            }
            // A service request, or the answer to a question that was given up.
            if (link_.reactor().now() >= call->deadline)
              return fail(call, Errc::timeout, "nothing but service requests", Direction::none);
            listen_for_status(call, tag, done);
          });
}

}  // namespace meterbench::keysight_53230a
