#include "drivers/keysight_53230a/usbtmc_recovery.h"

#include <utility>

namespace meterbench::keysight_53230a {
namespace {

using usbtmc::Status;

constexpr Duration kControlPatience = std::chrono::seconds{2};
/// Of an abort or clear altogether, so that it ends on an instrument that never says that it is done. `made`
constexpr Duration kLimit = std::chrono::seconds{2};
constexpr Duration kCheckInterval = std::chrono::milliseconds{50};
constexpr Duration kDrainPatience = std::chrono::milliseconds{300};
constexpr int kMostDrains = 100;
/// How much later than ours a link's own time-out comes: it must never be first.
constexpr Duration kLater = std::chrono::seconds{5};

}  // namespace

std::string no_answer(ByteView answer) { return "'" + hex_text(answer) + "' is no answer to this"; }

void start_class_request(UsbLink& link, std::string text, const usbtmc::Control& request, Done<Bytes> done) {
  link.start_control(std::move(text),
                     {request.request_type, static_cast<std::uint8_t>(request.request), request.value,
                      request.index, request.length},
                     {}, kControlPatience, std::move(done));
}

void receive(UsbLink& link, std::string text, std::uint8_t endpoint, std::size_t most, Duration patience,
             Done<Bytes> done) {
  struct Waiting {
    Instant begin;
    Reactor::TimerId timer{};
    bool expired = false;
  };
  const auto waiting = std::make_shared<Waiting>(Waiting{link.reactor().now()});
  waiting->timer = link.reactor().after(patience, [&link, waiting, endpoint] {
    waiting->expired = true;
    link.cancel_bulk_in(endpoint);
  });
  link.start_bulk_in(text, endpoint, most, patience + kLater,
                     [&link, text, waiting, done = std::move(done)](Result<Bytes> transfer) {
                       link.reactor().cancel(waiting->timer);
                       if (!transfer && waiting->expired && link.is_open())
                         transfer = fault(Errc::timeout, link.device(), text, "no answer",
                                          link.reactor().now() - waiting->begin);
                       done(std::move(transfer));
                     });
}

UsbtmcRecovery::UsbtmcRecovery(UsbLink& link, const UsbtmcEndpoints& endpoints, std::size_t room)
    : link_{link}, endpoints_{endpoints}, room_{room} {}

void UsbtmcRecovery::start_abort_in(std::uint8_t tag, bool halted, Done<void> done) {
  begin(std::move(done));
  if (!halted) return initiate_abort_in(tag);
  clear_halt(endpoints_.bulk_in, [this, tag] { initiate_abort_in(tag); });
}

void UsbtmcRecovery::initiate_abort_in(std::uint8_t tag) {
  const auto request = usbtmc::initiate_abort_bulk_in(tag, endpoints_.bulk_in);
  ask("abort bulk in", request, [this, tag, request](const Bytes& answer) {
    const auto status = usbtmc::decode_initiated(answer, request);
    if (!status) return fail(Errc::garbled, "abort bulk in", no_answer(answer));
    if (*status == Status::success)
      return drain(0, [this] {
        check("check abort bulk in", usbtmc::check_abort_bulk_in(endpoints_.bulk_in), [this] { finish({}); });
      });
    if (*status == Status::failed) return finish({});  // nothing is under way and nothing is left
    if (*status != Status::not_in_progress) return fail(Errc::refused, "abort bulk in", to_text(*status));
    drain(0, [this, tag] {  // something is left
      if (may_go_on("abort bulk in")) initiate_abort_in(tag);
    });
  });
}

void UsbtmcRecovery::start_abort_out(std::uint8_t tag, Done<void> done) {
  begin(std::move(done));
  const auto request = usbtmc::initiate_abort_bulk_out(tag, endpoints_.bulk_out);
  ask("abort bulk out", request, [this, request](const Bytes& answer) {
    const auto status = usbtmc::decode_initiated(answer, request);
    if (!status) return fail(Errc::garbled, "abort bulk out", no_answer(answer));
    const auto free_endpoint = [this] { clear_halt(endpoints_.bulk_out, [this] { finish({}); }); };
    if (*status != Status::success) return free_endpoint();  // nothing was under way
    check("check abort bulk out", usbtmc::check_abort_bulk_out(endpoints_.bulk_out), free_endpoint);
  });
}

void UsbtmcRecovery::start_clear(Done<void> done) {
  begin(std::move(done));
  const auto request = usbtmc::initiate_clear(endpoints_.interface);
  ask("clear", request, [this, request](const Bytes& answer) {
    const auto status = usbtmc::decode_initiated(answer, request);
    if (!status) return fail(Errc::garbled, "clear", no_answer(answer));
    if (*status != Status::success) return fail(Errc::refused, "clear", to_text(*status));
    check("check clear", usbtmc::check_clear(endpoints_.interface),
          [this] { clear_halt(endpoints_.bulk_out, [this] { finish({}); }); });
  });
}

void UsbtmcRecovery::begin(Done<void> done) {
  begin_ = link_.reactor().now();
  done_ = std::move(done);
}

void UsbtmcRecovery::finish(Result<void> result) {
  if (!std::exchange(over_, true)) done_(std::move(result));
}

void UsbtmcRecovery::fail(Errc code, std::string request, std::string detail) {
  finish(fault(code, link_.device(), std::move(request), std::move(detail), link_.reactor().now() - begin_));
}

bool UsbtmcRecovery::may_go_on(const std::string& request) {
  if (link_.reactor().now() < begin_ + kLimit) return true;
  fail(Errc::timeout, request, "the instrument does not come to an end");
  return false;
}

void UsbtmcRecovery::ask(std::string text, const usbtmc::Control& request,
                         std::function<void(const Bytes&)> then) {
  start_class_request(link_, std::move(text), request,
                      [this, self = shared_from_this(), then = std::move(then)](Result<Bytes> answer) {
                        if (over_) return;
                        if (!answer) return finish(tl::unexpected<Fault>{std::move(answer).error()});
                        then(*answer);
                      });
}

void UsbtmcRecovery::check(std::string text, const usbtmc::Control& request, Then then) {
  ask(text, request, [this, text, request, then = std::move(then)](const Bytes& answer) {
    const auto progress = usbtmc::decode_progress(answer, request);
    if (!progress) return fail(Errc::garbled, text, no_answer(answer));
    if (progress->status == Status::success) return then();
    if (progress->status != Status::pending) return fail(Errc::refused, text, to_text(progress->status));
    if (!may_go_on(text)) return;
    const auto again = [this, text, request, then] { check(text, request, then); };
    if (progress->data_waiting) return drain(0, again);
    link_.reactor().after(kCheckInterval, [this, self = shared_from_this(), again] {
      if (!over_) again();
    });
  });
}

void UsbtmcRecovery::drain(int reads, Then then) {
  if (reads == kMostDrains) return fail(Errc::garbled, "drain", "the instrument does not stop sending");
  receive(link_, "drain", endpoints_.bulk_in, room_, kDrainPatience,
          [this, self = shared_from_this(), reads, then = std::move(then)](const Result<Bytes>& transfer) {
            if (over_) return;
            if (transfer && transfer->size() == room_) return drain(reads + 1, then);
            if (!transfer && transfer.error().code == Errc::refused)
              return clear_halt(endpoints_.bulk_in, then);
            if (!transfer && transfer.error().code != Errc::timeout)
              return finish(tl::unexpected{transfer.error()});
            then();
          });
}

void UsbtmcRecovery::clear_halt(std::uint8_t endpoint, Then then) {
  link_.start_clear_halt("clear halt", endpoint, kControlPatience,
                         [this, self = shared_from_this(), then = std::move(then)](Result<void> cleared) {
                           if (over_) return;
                           if (!cleared) return finish(std::move(cleared));
                           then();
                         });
}

}  // namespace meterbench::keysight_53230a
