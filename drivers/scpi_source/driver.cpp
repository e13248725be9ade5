#include "drivers/scpi_source/driver.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "bench/core/quantity_text.h"
#include "drivers/protocol/scpi/framing.h"

namespace meterbench::scpi_source {

namespace {

/// A queue that has not run empty after so many entries fills faster than it is read.
constexpr std::size_t kMostErrors = 50;
/// A source that has hung up its parser may listen again on a new connection: once more, and no oftener.
constexpr int kOffAttempts = 2;

/// Maker, model, serial number and firmware (IEEE 488.2, 10.14). Of other queries nothing is known.
bool is_identity(const std::string& query, const std::string& answer) {
  return query == "*IDN?" ? std::ranges::count(answer, ',') == 3 : !answer.empty();
}

}  // namespace

ScpiSource::ScpiSource(ByteLink& link, Profile profile)
    : Operations{link.reactor(), link.device()}, link_{link}, profile_{std::move(profile)} {}

ScpiSource::~ScpiSource() { abandon(); }

// --- Operations ---

template <class T>
ScpiSource::Op ScpiSource::begin_set_up(std::string text, const Done<T>& done) {
  return begin_alone(std::move(text), done, off_waiters_.empty() ? "" : "the output is being switched off");
}

void ScpiSource::fail_garbled(const Op& op, std::string command, const std::string& answer) {
  // Over before the link closes, so that it is told why and not only that the link is closed.
  end(op);
  link_.close();
  fail(op, Errc::garbled, std::move(command), fmt::format("'{}' is no answer to this", answer));
}

// --- Steps ---

void ScpiSource::send(const Op& op, const std::string& command, Then then) {
  link_.start_exchange({command, to_bytes(command + '\n'), {}, profile_.reply_timeout},
                       [this, op, then = std::move(then)](const Result<Bytes>& sent) {
                         if (!op->goes_on()) return;
                         if (!sent) return fail(op, sent.error());
                         then();
                       });
}

void ScpiSource::ask(const Op& op, const std::string& query, std::string text,
                     std::function<void(std::string)> then) {
  const auto reply_end = [longest = profile_.longest_reply](ByteView received) {
    return scpi::reply_end(received, longest);
  };
  link_.start_exchange({std::move(text), to_bytes(query + '\n'), reply_end, profile_.reply_timeout},
                       [this, op, then = std::move(then)](const Result<Bytes>& reply) {
                         if (!op->goes_on()) return;
                         if (!reply) return fail(op, reply.error());
                         then(scpi::line_text(*reply));
                       });
}

void ScpiSource::ask_state(const Op& op, std::function<void(SourceStatus)> then) {
  ask(op, profile_.output_state, profile_.output_state,
      [this, op, then = std::move(then)](const std::string& answer) {
        const StateReplies& states = profile_.states;
        if (answer == states.off) return then({OutputState::off, {}});
        if (answer == states.on) return then({OutputState::on, {}});
        if (!states.ramp.empty() && answer == states.ramp) return then({OutputState::ramp, {}});
        if (!states.trip.empty() && answer.starts_with(states.trip))
          return then({OutputState::trip, std::string{scpi::unquoted(scpi::trimmed(
                                              std::string_view{answer}.substr(states.trip.size())))}});
        fail_garbled(op, profile_.output_state, answer);
      });
}

void ScpiSource::tell(const Op& op, const std::string& command, Then then) {
  send(op, command, [this, op, command, then = std::move(then)] { collect_errors(op, command, {}, then); });
}

void ScpiSource::collect_errors(const Op& op, const std::string& command, std::vector<std::string> found,
                                Then then) {
  const std::string text = fmt::format("{} after {}", profile_.error_query, command);
  ask(op, profile_.error_query, text,
      [this, op, command, text, found = std::move(found),
       then = std::move(then)](const std::string& answer) mutable {
        const auto entry = scpi::parse_error_entry(answer);
        if (!entry) return fail_garbled(op, text, answer);
        if (entry->number == 0 && found.empty()) return then();
        if (entry->number != 0) found.push_back(answer);
        if (entry->number == 0 || found.size() == kMostErrors)
          return fail(op, Errc::refused, command, fmt::format("{}", fmt::join(found, "; ")));
        collect_errors(op, command, std::move(found), std::move(then));
      });
}

void ScpiSource::tell_all(const Op& op, std::vector<Setting> settings, Then then, std::size_t next) {
  if (next == settings.size()) return then();
  const Setting setting = settings[next];
  const auto go_on = [this, op, settings = std::move(settings), then = std::move(then), next] {
    tell_all(op, settings, then, next + 1);
  };
  tell(op, setting.command, [this, op, setting, go_on] {
    if (setting.read.empty()) return go_on();
    ask(op, setting.read, setting.read, [this, op, setting, go_on](const std::string& answer) {
      if (answer == setting.answer) return go_on();
      fail(op, Errc::implausible, setting.read, fmt::format("it reads {} after {}", answer, setting.command));
    });
  });
}

void ScpiSource::later(const Op& op, Then then) {
  link_.reactor().after(profile_.poll_interval, [op, then = std::move(then)] {
    if (op->goes_on()) then();
  });
}

Result<void> ScpiSource::open_link() {
  if (link_.is_open()) return {};
  connection_ = {};
  return link_.open();
}

void ScpiSource::connect(const Op& op, Then then) {
  if (auto opened = open_link(); !opened) return fail(op, opened.error());
  const auto restore_limits = [this, op, then = std::move(then)] {
    if (!limits_ || connection_.limits) return then();
    set_limits(op, *limits_, then);
  };
  if (connection_.off) return restore_limits();
  switch_off(op, link_.reactor().now() + profile_.off_deadline, restore_limits);
}

/// The answer is read back after each command, so this needs no look into the error queue.
void ScpiSource::switch_off(const Op& op, Instant deadline, Then then) {
  send(op, profile_.output_off, [this, op, deadline, then = std::move(then)] {
    ask_state(op, [this, op, deadline, then](const SourceStatus& status) {
      // A trip has taken the output away too.
      if (status.output == OutputState::off || status.output == OutputState::trip) {
        connection_.off = true;
        return then();
      }
      if (link_.reactor().now() + profile_.poll_interval > deadline)
        return fail(op, Errc::refused, profile_.output_off,
                    fmt::format("the output is still {}", to_text(status.output)));
      later(op, [this, op, deadline, then] { switch_off(op, deadline, then); });
    });
  });
}

void ScpiSource::set_limits(const Op& op, const SourceLimits& limits, Then then) {
  set_limit(op, profile_.voltage_limit, voltage_values(limits.voltage),
            voltage_values(Voltage{profile_.voltage_limit.within}),
            [this, op, limits, then = std::move(then)] {
              set_limit(op, profile_.current_limit, current_values(limits.current),
                        current_values(Current{profile_.current_limit.within}), [this, limits, then] {
                          limits_ = limits;
                          connection_.limits = true;
                          then();
                        });
            });
}

void ScpiSource::set_limit(const Op& op, const LimitCommands& commands, const NamedValues& limit,
                           const NamedValues& within, Then then) {
  const std::string unit = commands.set.names().front();
  const double wanted = value_of(limit, unit);
  const double tolerance = value_of(within, unit);
  tell(op, commands.set.filled(limit),
       [this, op, read = commands.read, wanted, tolerance, then = std::move(then)] {
         ask(op, read, read, [this, op, read, wanted, tolerance, then](const std::string& answer) {
           const auto value = parse_number(answer);
           if (!value) return fail_garbled(op, read, answer);
           if (!(std::abs(*value - wanted) <= tolerance))
             return fail(
                 op, Errc::implausible, read,
                 fmt::format("the limit reads {} after it was set to {}", answer, number_text(wanted)));
           then();
         });
       });
}

void ScpiSource::await_on(const Op& op, Instant deadline, Then then) {
  ask_state(op, [this, op, deadline, then = std::move(then)](const SourceStatus& status) {
    switch (status.output) {
      case OutputState::on: return then();
      case OutputState::trip: return fail(op, Errc::tripped, op->text, status.reason);
      case OutputState::off: return fail(op, Errc::tripped, op->text, "the output went off by itself");
      case OutputState::ramp: break;
    }
    if (link_.reactor().now() + profile_.poll_interval > deadline)
      return fail(op, Errc::timeout, op->text, "the output has not settled");
    later(op, [this, op, deadline, then] { await_on(op, deadline, then); });
  });
}

void ScpiSource::await_end_of_dip(const Op& op, Instant deadline, Then then) {
  const DipCommands& dips = *profile_.dips;
  ask(op, dips.state, dips.state, [this, op, deadline, then = std::move(then)](const std::string& answer) {
    if (answer == profile_.dips->over) return then();
    if (link_.reactor().now() + profile_.poll_interval > deadline)
      return fail(op, Errc::timeout, op->text,
                  fmt::format("{} still answers {}", profile_.dips->state, answer));
    later(op, [this, op, deadline, then] { await_end_of_dip(op, deadline, then); });
  });
}

// --- What a station asks for ---

void ScpiSource::start_identify(Done<std::string> done) {
  const Op op = begin_set_up("identify", done);
  if (!op) return;
  connect(op, [this, op, done = std::move(done)] {
    ask(op, profile_.identify, profile_.identify, [this, op, done](std::string answer) {
      if (!is_identity(profile_.identify, answer)) return fail_garbled(op, profile_.identify, answer);
      end(op);
      done(std::move(answer));
    });
  });
}

void ScpiSource::do_set_limits(const SourceLimits& limits, Done<void> done) {
  const Op op = begin_set_up("set limits", done);
  if (!op) return;
  limits_.reset();
  connect(op, [this, op, limits, done = std::move(done)] {
    send(op, profile_.clear, [this, op, limits, done] {
      set_limits(op, limits, [this, op, done] {
        end(op);
        done({});
      });
    });
  });
}

ScpiSource::Setting ScpiSource::setting(const WaveformCommand& command, const NamedValues& values) {
  return {command.set.filled(values), command.read.filled(values), command.answer.filled(values)};
}

std::vector<ScpiSource::Setting> ScpiSource::load_settings(const LoadPoint& point) const {
  std::vector<Setting> settings;
  const auto circuits = static_cast<std::size_t>(profile_.capabilities.circuits);
  for (const CommandTemplate& line : profile_.load_point)
    for (std::size_t i = 0; i < (line.has("circuit") ? circuits : 1); ++i)
      settings.push_back({line.filled(load_values(point, i))});
  if (profile_.harmonics) add_harmonics(point, settings);
  if (profile_.burst) settings.push_back(setting(*profile_.burst, burst_values(point.waveform.burst)));
  if (!profile_.apply.empty()) settings.push_back({profile_.apply});
  return settings;
}

void ScpiSource::add_harmonics(const LoadPoint& point, std::vector<Setting>& settings) const {
  const HarmonicCommands& commands = *profile_.harmonics;
  const auto add = [&](const WaveformCommand& command, const NamedValues& values) {
    if (value_of(values, "percent") != 0) settings.push_back(setting(command, values));  // others are cleared
  };
  settings.push_back({commands.clear});
  for (const int order : point.waveform.orders())
    for (std::size_t i = 0; i < static_cast<std::size_t>(profile_.capabilities.circuits); ++i) {
      if (order == 0 && commands.direct_current)
        add(*commands.direct_current, direct_current_values(point, i));
      if (order < 2) continue;  // the fundamental is part of the load point
      add(commands.voltage, voltage_harmonic_values(point, order, i));
      add(commands.current, current_harmonic_values(point, order, i));
    }
}

void ScpiSource::do_apply(const LoadPoint& point, Done<void> done) {
  const Op op = begin_set_up("apply load point", done);
  if (!op) return;
  connect(op, [this, op, point, done = std::move(done)] {
    ask_state(op, [this, op, point, done](const SourceStatus& status) {
      if (status.output == OutputState::trip) return fail(op, Errc::tripped, op->text, status.reason);
      std::vector<Setting> settings = load_settings(point);
      if (status.output == OutputState::off) settings.push_back({profile_.output_on});
      // What an earlier command left in the error queue is not charged to this set-up.
      send(op, profile_.clear, [this, op, settings = std::move(settings), done] {
        tell_all(op, settings, [this, op, done] {
          await_on(op, link_.reactor().now() + profile_.settle_deadline, [this, op, done] {
            end(op);
            done({});
          });
        });
      });
    });
  });
}

void ScpiSource::do_dip(const VoltageDip& dip, Done<void> done) {
  const Op op = begin_set_up("dip", done);
  if (!op) return;
  if (!link_.is_open()) return fail(op, Errc::disconnected, op->text, "nothing stands there any more");
  send(op, profile_.clear, [this, op, dip, done = std::move(done)] {
    tell(op, profile_.dips->start.filled(dip_values(dip)), [this, op, dip, done] {
      const Instant now = link_.reactor().now();
      await_end_of_dip(op, now + to_duration(dip.length()) + profile_.settle_deadline, [this, op, done] {
        // What has tripped or gone off meanwhile has no dips either.
        await_on(op, link_.reactor().now() + profile_.settle_deadline, [this, op, done] {
          end(op);
          done({});
        });
      });
    });
  });
}

void ScpiSource::start_status(Done<SourceStatus> done) {
  const Op op = begin("status", [done](Fault born) { done(tl::unexpected{std::move(born)}); });
  ask_state(op, [this, op, done = std::move(done)](SourceStatus status) {
    end(op);
    done(std::move(status));
  });
}

void ScpiSource::start_off(Done<void> done) {
  off_waiters_.push_back(std::move(done));
  if (off_waiters_.size() > 1) return;  // they will hear together
  const Op interrupted = alone();
  if (interrupted) end(interrupted);
  try_off(kOffAttempts);
  if (interrupted)
    fail(interrupted, Errc::stopped, interrupted->text, "the output was switched off meanwhile");
}

void ScpiSource::try_off(int attempts) {
  if (auto opened = open_link(); !opened) return finish_off(opened);
  const Op op = begin("output off", [this, attempts](Fault born) {
    if (attempts > 1 && !link_.is_open()) return try_off(attempts - 1);
    finish_off(tl::unexpected{std::move(born)});
  });
  switch_off(op, link_.reactor().now() + profile_.off_deadline, [this, op] {
    end(op);
    finish_off({});
  });
}

void ScpiSource::finish_off(const Result<void>& result) {
  const auto waiters = std::exchange(off_waiters_, {});
  for (const Done<void>& done : waiters) done(result);
}

}  // namespace meterbench::scpi_source
