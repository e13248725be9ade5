#include "drivers/c1218_meter/driver.h"

#include <utility>

#include "drivers/c1218_meter/billing_readings.h"
#include "drivers/c1218_meter/readings.h"
#include "drivers/c1218_meter/status_readings.h"

namespace meterbench::c1218_meter {
namespace {

constexpr unsigned kMostPulses = 100;

/// Reads until nothing is missing.
Next reading(Missing missing) {
  if (!missing) return tl::unexpected{std::move(missing).error()};
  if (missing->empty()) return LogOff{};
  return ReadTables{std::move(*missing)};
}

/// Of the time of day: what another program asked before most likely has another number.
std::uint8_t first_sequence(const Clock& clock) {
  return static_cast<std::uint8_t>(
      std::chrono::floor<std::chrono::seconds>(clock.utc()).time_since_epoch().count());
}

}  // namespace

C1218Meter::C1218Meter(ByteLink& link, Options options)
    : link_{link},
      session_{link, std::move(options)},
      echo_{link},
      sequence_{first_sequence(link.reactor())} {}

void C1218Meter::enqueue(Job job) {
  waiting_.push_back(std::move(job));
  if (!busy_) next();
}

void C1218Meter::next() {
  busy_ = !waiting_.empty();
  if (!busy_) return;
  const Job job = std::move(waiting_.front());
  waiting_.pop_front();
  job();
}

void C1218Meter::in_session(Choose choose, Done<Tables> done, std::optional<std::string> password) {
  enqueue([this, choose = std::move(choose), done = std::move(done), password = std::move(password)] {
    session_.start(
        choose,
        [this, done](Result<Tables> tables) {
          done(std::move(tables));
          next();
        },
        password);
  });
}

template <class T, class MissingFor, class Decode>
void C1218Meter::read_as(MissingFor missing, Decode decode, Done<T> done) {
  Choose choose = [missing](const Tables& tables) { return reading(missing(tables)); };
  in_session(std::move(choose), [this, decode, done = std::move(done)](Result<Tables> tables) {
    done(std::move(tables).and_then([&](const Tables& read) -> Result<T> {
      auto decoded = decode(read);
      if (!decoded) return fault(Errc::garbled, link_.device(), "tables", decoded.error());
      return std::move(*decoded);
    }));
  });
}

void C1218Meter::start_probe_echo(Done<bool> done) {
  enqueue([this, done = std::move(done)] {
    echo_.start([this, done](Result<bool> echo) {
      done(std::move(echo));
      next();
    });
  });
}

void C1218Meter::start_identify(Done<MeterIdentity> done) {
  read_as<MeterIdentity>(missing_for_identity, identity_from, std::move(done));
}

void C1218Meter::start_read_state(Done<MeterState> done) {
  read_as<MeterState>(missing_for_state, state_from, std::move(done));
}

void C1218Meter::start_read_registers(Done<MeterRegisters> done) {
  read_as<MeterRegisters>(missing_for_registers, registers_from, std::move(done));
}

void C1218Meter::start_read_tables(std::vector<std::uint16_t> tables,
                                   Done<std::map<std::uint16_t, Bytes>> done) {
  read_tables(std::move(tables), std::nullopt, std::move(done));
}

void C1218Meter::start_read_tables_as(std::string password, std::vector<std::uint16_t> tables,
                                      Done<std::map<std::uint16_t, Bytes>> done) {
  if (password.size() > PortAccess::kLongestPassword)
    return done(fault(Errc::out_of_range, link_.device(), "read tables", "a password has at most 20 bytes"));
  read_tables(std::move(tables), std::move(password), std::move(done));
}

void C1218Meter::read_tables(std::vector<std::uint16_t> tables, std::optional<std::string> password,
                             Done<std::map<std::uint16_t, Bytes>> done) {
  Choose all = [tables = std::move(tables)](const Tables& read) {
    std::vector<std::uint16_t> missing;
    for (const std::uint16_t table : tables)
      if (!read.contains(table)) missing.push_back(table);
    return reading(std::move(missing));
  };
  in_session(
      std::move(all),
      [done = std::move(done)](Result<Tables> tables_read) {
        done(std::move(tables_read).map([](Tables&& read) {
          std::map<std::uint16_t, Bytes> contents;
          for (auto& [number, table] : read) contents.emplace(number, std::move(table.content));
          return contents;
        }));
      },
      std::move(password));
}

void C1218Meter::start_signal(unsigned pulses, Done<void> done) {
  if (pulses == 0 || pulses > kMostPulses)
    return done(fault(Errc::out_of_range, link_.device(), "signal", "a signal has 1 to 100 pulses"));
  run(signal_call(pulses), std::move(done));
}

void C1218Meter::start_procedure(const MeterCommand& command, Done<void> done) {
  run(call_of(command), std::move(done));
}

void C1218Meter::run(ProcedureCall call, Done<void> done) {
  ProcedureRun procedure{std::move(call), ++sequence_};
  Choose choose = [procedure](const Tables& tables) mutable { return procedure.next(tables); };
  in_session(std::move(choose),
             [done = std::move(done)](Result<Tables> read) { done(std::move(read).map([](Tables&&) {})); });
}

void C1218Meter::start_read_status(Done<MeterStatus> done) {
  read_as<MeterStatus>(missing_for_status, status_from, std::move(done));
}

void C1218Meter::start_read_billing(Done<MeterBilling> done) {
  read_as<MeterBilling>(missing_for_billing, billing_from, std::move(done));
}

void C1218Meter::start_read_present(Done<MeterPresent> done) {
  read_as<MeterPresent>(missing_for_present, present_from, std::move(done));
}

void C1218Meter::start_read_clock(Done<MeterClock> done) {
  read_as<MeterClock>(
      missing_for_clock, [this](const Tables& tables) { return clock_from(tables, link_.reactor()); },
      std::move(done));
}

void C1218Meter::start_read_log(Done<MeterLog> done) {
  read_as<MeterLog>(missing_for_log, log_from, std::move(done));
}

void C1218Meter::start_read_profile(Done<MeterProfile> done) {
  read_as<MeterProfile>(missing_for_profile, profile_from, std::move(done));
}

}  // namespace meterbench::c1218_meter
