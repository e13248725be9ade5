#include "drivers/zera_mt786/driver.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace meterbench::zera_mt786 {

using namespace std::chrono_literals;

namespace {

// Known clients wait so long for a switch on, a switch off and a status.
constexpr Duration kSwitchOn = 15s;
constexpr Duration kSwitchOff = 5s;
constexpr Duration kStatus = 2500ms;
/// Of all other answers (`made`): through a bench's bus a reading takes up to 3 s.
constexpr Duration kAnswer = 5s;

/// The reference must read the set point so long after the switching, and nothing so long after all off.
constexpr Duration kStandsWithin = 15s;
constexpr Duration kDarkWithin = 5s;
/// Between two readings on the way there. The reference reads means over 1 s.
constexpr Duration kPoll = 500ms;
/// Between two looks while energised; the status must be seen every 2.5 s at least.
constexpr Duration kWatch = 1s;
/// What has hung up or lost step may listen again on a new connection: once more, and no oftener.
constexpr int kOffAttempts = 2;

}  // namespace

Mt786Source::Mt786Source(ByteLink& link) : Operations{link.reactor(), link.device()}, link_{link} {}

Mt786Source::~Mt786Source() {
  abandon();
  if (next_look_) link_.reactor().cancel(*next_look_);
}

// --- Operations ---

template <class T>
Mt786Source::Op Mt786Source::begin_set_up(std::string text, const Done<T>& done) {
  return begin_alone(std::move(text), done, switching_off_ ? "the output is being switched off" : "");
}

void Mt786Source::fail_garbled(const Op& op, std::string command, const Lines& answer) {
  // Over before the link closes, so that it is told why and not only that the link is closed.
  end(op);
  link_.close();
  fail(op, Errc::garbled, std::move(command),
       fmt::format("'{}' is no answer to this",
                   printable_text(to_bytes(fmt::format("{}", fmt::join(answer, " "))))));
}

// --- Steps ---

void Mt786Source::exchange(const Exchange& what, Done<Lines> done) {
  const auto reply_end =
      [ending = what.ending,
       refusals = what.rest == Rest::flush ? zera_serial::Refusals::pass : zera_serial::Refusals::end](
          ByteView received) { return zera_serial::answer_end(received, ending, refusals); };
  const Instant begin = link_.reactor().now();
  Bytes sent = zera_serial::line_bytes(what.command);
  if (what.rest == Rest::flush) sent.insert(sent.begin(), zera_serial::kCr);
  link_.start_exchange(
      {what.command, std::move(sent), reply_end, what.timeout},
      [this, alive = alive(), what, begin, done = std::move(done)](const Result<Bytes>& reply) {
        if (!*alive) return;
        if (!reply) return done(tl::unexpected{reply.error()});
        Lines lines = zera_serial::lines_of(*reply);
        for (const std::string& line : lines)
          if (const auto status = parse_status(line); status && *alive) note(*status);
        if (!*alive) return;  // who heard of a trip has let go of the source
        if (!zera_serial::ends_answer(lines.back(), what.ending))
          return done(fault(Errc::refused, link_.device(), what.command,
                            fmt::format("answered '{}'", printable_text(to_bytes(lines.back()))),
                            link_.reactor().now() - begin));
        done(std::move(lines));
      });
}

void Mt786Source::ask(const Op& op, const Exchange& what, std::function<void(Lines)> then) {
  exchange(what, [this, op, then = std::move(then)](Result<Lines> answer) {
    if (!op->goes_on()) return;
    if (!answer) return fail(op, answer.error());
    then(std::move(*answer));
  });
}

void Mt786Source::tell_all(const Op& op, std::vector<Exchange> commands, Then then, std::size_t next) {
  if (next == commands.size()) return then();
  const Exchange command = commands[next];
  ask(op, command, [this, op, commands = std::move(commands), then = std::move(then), next](const Lines&) {
    tell_all(op, commands, then, next + 1);
  });
}

void Mt786Source::ask_status(const Op& op, std::function<void(StatusWord)> then) {
  ask(op, {"SSM", {"SSM", true}, kStatus}, [this, op, then = std::move(then)](const Lines& answer) {
    const auto status = parse_status(answer.back());
    if (!status) return fail_garbled(op, "SSM", {answer.back()});
    then(*status);
  });
}

void Mt786Source::ask_amplitudes(const Op& op, std::function<void(Channels)> then) {
  const std::string command{kAskAmplitudes};
  ask(op, {command, {"AMEACK"}, kAnswer}, [this, op, command, then = std::move(then)](const Lines& answer) {
    const auto read = parse_amplitudes(answer);
    if (!read) return fail_garbled(op, command, answer);
    then(*read);
  });
}

void Mt786Source::later(const Op& op, Duration delay, Then then) {
  link_.reactor().after(delay, [op, then = std::move(then)] {
    if (op->goes_on()) then();
  });
}

Result<void> Mt786Source::open_link() {
  if (link_.is_open()) return {};
  connection_ = {};
  return link_.open();
}

void Mt786Source::connect(const Op& op, Then then) {
  if (auto opened = open_link(); !opened) return fail(op, opened.error());
  if (connection_.off) return then();
  switch_off(op, std::move(then));
}

/// SOKUI alone is no proof, it may be the late answer to an earlier switching: the reference must read
/// nothing.
void Mt786Source::switch_off(const Op& op, Then then) {
  const auto prove = [this, op, then = std::move(then)] {
    connection_.integration = true;
    await_dark(op, link_.reactor().now() + kDarkWithin, then);
  };
  ask(op, {std::string{kAllOff}, {"SOKUI"}, kSwitchOff, Rest::flush}, [this, op, prove](const Lines&) {
    if (connection_.integration) return prove();
    tell_all(op, {{"ATI01", {"ATIACK"}, kAnswer}}, prove);
  });
}

void Mt786Source::await_dark(const Op& op, Instant deadline, Then then) {
  ask_amplitudes(op, [this, op, deadline, then = std::move(then)](const Channels& read) {
    if (dark(read)) {
      connection_.off = true;
      energised_.reset();
      return then();
    }
    if (link_.reactor().now() + kPoll > deadline)
      return fail(op, Errc::refused, std::string{kAllOff},
                  fmt::format("the output is still on: {}", difference({}, read)));
    later(op, kPoll, [this, op, deadline, then] { await_dark(op, deadline, then); });
  });
}

/// Fixed ranges would cut the readings off that prove a set-up.
void Mt786Source::prepare(const Op& op, Then then) {
  if (connection_.ranges) return then();
  tell_all(op, {{"AAMAAA", {"AAMACK"}, kAnswer}}, [this, then = std::move(then)] {
    connection_.ranges = true;
    then();
  });
}

void Mt786Source::switch_on(const Op& op, const SetPoint& point, Then then) {
  switching_on_ = true;
  energised_ = point.told;
  watch();
  exchange({point.switching, {"SOKUI"}, kSwitchOn},
           [this, op, then = std::move(then)](const Result<Lines>& answer) {
             switching_on_ = false;
             if (!op->goes_on()) return;
             if (!answer) return fail(op, answer.error());
             then();
           });
}

void Mt786Source::await_standing(const Op& op, Instant deadline, std::optional<Channels> before, Then then) {
  ask_status(op, [this, op, deadline, before, then = std::move(then)](const StatusWord&) {
    ask_amplitudes(op, [this, op, deadline, before, then](const Channels& read) {
      const std::string missing = difference(*energised_, read);
      if (missing.empty() && before && steady(*before, read)) return then();
      if (link_.reactor().now() + kPoll > deadline)
        return fail(op, Errc::timeout, op->text,
                    "the output has not settled" + (missing.empty() ? missing : ": " + missing));
      later(op, kPoll, [this, op, deadline, read, then] { await_standing(op, deadline, read, then); });
    });
  });
}

// --- Watching ---

void Mt786Source::note(const StatusWord& status) {
  status_seen_ = link_.reactor().now();
  if (!status.clean() && energised_ && !switching_off_) trip(status.text());
}

void Mt786Source::trip(std::string reason) {
  trip_ = std::move(reason);
  const Op interrupted = alone();
  if (interrupted) end(interrupted);
  begin_off();
  if (interrupted) fail(interrupted, Errc::tripped, interrupted->text, trip_);
}

void Mt786Source::watch() {
  if (looking_) return;
  looking_ = true;
  next_look_ = link_.reactor().after(kWatch, [this] {
    next_look_.reset();
    look();
  });
}

/// Goes on while something is energised on an open link; a lost one shows to whoever asks for the state.
void Mt786Source::look() {
  looking_ = false;
  if (!energised_ || !link_.is_open()) return;
  const bool just_seen = alone() && link_.reactor().now() < status_seen_ + kWatch;
  if (switching_on_ || switching_off_ || just_seen) return watch();
  looking_ = true;
  const auto again = [this] {
    looking_ = false;
    watch();
  };
  const Op op = begin("watch", [again](const Fault&) { again(); });
  ask_status(op, [this, op, again](const StatusWord&) {
    if (alone() || switching_off_) return again();  // which looks at the amplitudes itself
    ask_amplitudes(op, [this, again](const Channels& read) {
      if (!alone() && !switching_off_ && energised_)
        if (const std::string lost = gone(*energised_, read); !lost.empty())
          trip("the output went off by itself: " + lost);
      again();
    });
  });
}

// --- What a station asks for ---

void Mt786Source::start_identify(Done<std::string> done) {
  const Op op = begin_set_up("identify", done);
  if (!op) return;
  connect(op, [this, op, done = std::move(done)] {
    ask(op, {"AAV", {"AAVACK"}, kAnswer}, [this, op, done](const Lines& answer) {
      // `MT793V05.52`: the model, the last V, the version.
      const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
      const auto line = std::ranges::find_if(answer, [&](const std::string& text) {
        return text.starts_with("MT") && text.find('V') != text.npos && std::ranges::all_of(text, printable);
      });
      if (line == answer.end()) return fail_garbled(op, "AAV", answer);
      const std::size_t last_v = line->rfind('V');
      end(op);
      done(fmt::format("ZERA,{},serial number not told,{}", line->substr(0, last_v),
                       line->substr(last_v + 1)));
    });
  });
}

void Mt786Source::do_set_limits(const SourceLimits&, Done<void> done) {
  const Op op = begin_set_up("set limits", done);
  if (!op) return;
  connect(op, [this, op, done = std::move(done)] {
    end(op);
    done({});
  });
}

void Mt786Source::do_apply(const LoadPoint& load, Done<void> done) {
  const Op op = begin_set_up("apply load point", done);
  if (!op) return;
  if (!trip_.empty()) return fail(op, Errc::tripped, op->text, trip_ + "; switch off first");
  const auto point = set_point(load);
  if (!point) return fail(op, Errc::out_of_range, op->text, point.error());
  const auto set_up = [this, op, point = *point, done = std::move(done)] {
    tell_all(op,
             {{point.frequency, {"SOKFR"}, kAnswer},
              {point.voltages, {"SOKUP"}, kAnswer},
              {point.currents, {"SOKIP"}, kAnswer}},
             [this, op, point, done] {
               switch_on(op, point, [this, op, done] {
                 await_standing(op, link_.reactor().now() + kStandsWithin, {}, [this, op, done] {
                   end(op);
                   done({});
                 });
               });
             });
  };
  connect(op, [this, op, set_up] {
    ask_status(op, [this, op, set_up](const StatusWord& status) {
      if (!status.clean()) return fail(op, Errc::tripped, op->text, status.text());
      prepare(op, set_up);
    });
  });
}

void Mt786Source::start_status(Done<SourceStatus> done) {
  if (!trip_.empty()) return done(SourceStatus{OutputState::trip, trip_});
  // The link is checked by the switching itself.
  if (switching_on_) return done(SourceStatus{OutputState::ramp, {}});
  const Op op = begin("status", [done](Fault born) { done(tl::unexpected{std::move(born)}); });
  ask_status(op, [this, op, done = std::move(done)](const StatusWord& status) {
    end(op);
    if (!trip_.empty()) return done(SourceStatus{OutputState::trip, trip_});
    if (!status.clean()) return done(SourceStatus{OutputState::trip, status.text()});
    if (!energised_) return done(SourceStatus{OutputState::off, {}});
    done(SourceStatus{alone() ? OutputState::ramp : OutputState::on, {}});
  });
}

void Mt786Source::start_off(Done<void> done) {
  off_waiters_.push_back(std::move(done));
  if (switching_off_) return;  // they will hear together
  const Op interrupted = alone();
  if (interrupted) end(interrupted);
  switching_off_ = true;
  // All off must not wait behind a switch on, which may take 15 s to be answered.
  if (switching_on_) link_.close();
  begin_off();
  if (interrupted)
    fail(interrupted, Errc::stopped, interrupted->text, "the output was switched off meanwhile");
}

void Mt786Source::begin_off() {
  switching_off_ = true;
  try_off(kOffAttempts);
}

void Mt786Source::try_off(int attempts) {
  if (auto opened = open_link(); !opened) return finish_off(opened);
  const Op op = begin("output off", [this, attempts](Fault born) {
    if (attempts > 1) {
      link_.close();
      return try_off(attempts - 1);
    }
    finish_off(tl::unexpected{std::move(born)});
  });
  switch_off(op, [this, op] {
    end(op);
    finish_off({});
  });
}

void Mt786Source::finish_off(const Result<void>& result) {
  switching_off_ = false;
  const auto waiters = std::exchange(off_waiters_, {});
  // A trip that nobody has asked to switch off yet stays told.
  if (result && !waiters.empty()) trip_.clear();
  for (const Done<void>& done : waiters) done(result);
}

}  // namespace meterbench::zera_mt786
