#include "bench/cli/doctor.h"

#include <chrono>

#include <fmt/format.h>

#include "bench/core/quantity_text.h"
#include "bench/runner/identify.h"
#include "bench/runner/interim_checks.h"

namespace meterbench {
namespace {

using Grade = Diagnosis::Grade;

constexpr Duration kPatience = std::chrono::seconds{30};
/// A certificate that ends within this time should be on its way to be renewed.
constexpr auto kSoon = std::chrono::days{30};

// What a photodiode should see, of its range; made.
constexpr Ratio kFaint{0.20};
constexpr Ratio kGlaring{0.95};
/// Ambient light this strong against the LED makes edges of its own; made.
constexpr double kMostFlicker = 0.5;

std::string date_text(UtcTime time) { return utc_text(time).substr(0, 10); }

std::string remedy_for(const Fault& fault) {
  switch (fault.code) {
    case Errc::disconnected:
      return "check power, cable and address in the station file; `meterbench discover` lists what is "
             "attached";
    case Errc::timeout:
      return "check that this instrument stands at the address, its line speed, and that it is in remote "
             "mode";
    case Errc::garbled: return "check line speed and stop bits, and that no other program uses the link";
    case Errc::refused: return "look at the instrument's own display; reset it if its set-up is unknown";
    case Errc::tripped: return "find what tripped the source before it is used again";
    case Errc::implausible: return "check wiring and set-up of the instrument against the station file";
    case Errc::out_of_range: return "check the station file against the instrument's ranges";
    case Errc::stopped: return "";
  }
  return "";
}

Diagnosis judge(const CheckStanding& standing) {
  const InterimCheck& wanted = standing.wanted;
  const std::string subject = fmt::format("{} check", to_text(wanted.kind));
  if (standing.doubt)
    return {
        Grade::unfit, subject, *standing.doubt,
        fmt::format("meterbench run check/{}, with a certified standard in a meter's place; until then {}",
                    to_text(wanted.kind), wanted.refuse ? "no run starts" : "every decision is unverified")};
  const UtcTime due = *standing.last + std::chrono::duration_cast<UtcTime::duration>(
                                           std::chrono::duration<double>{wanted.every.value()});
  return {Grade::fit, subject,
          fmt::format("the last one, of {}, stands until {}", date_text(*standing.last), date_text(due)), ""};
}

class Examination {
 public:
  Examination(Station& station, const StationFile& file, const std::set<std::string>& occupied)
      : station_{station}, file_{file}, occupied_{occupied} {}

  std::vector<Diagnosis> run(const std::optional<Plan>& plan) {
    examine_source();
    identify("reference", *station_.reference);
    for (const CounterBox& box : station_.counters) identify(box.role, *box.counter);
    examine_certificates();
    if (plan) examine_reach(*plan);
    if (station_.interlock) examine_interlock();
    if (station_.chamber) examine_chamber();
    if (station_.photodiode) examine_pickups();
    for (auto& [position, meter] : station_.meters) examine_optical_port(position, *meter);
    return std::move(findings_);
  }

 private:
  void fit(std::string subject, std::string text) {
    add(Grade::fit, std::move(subject), std::move(text), "");
  }
  void add(Grade grade, std::string subject, std::string text, std::string remedy) {
    findings_.push_back({grade, std::move(subject), std::move(text), std::move(remedy)});
  }
  void unfit(std::string subject, const Fault& fault) {
    add(Grade::unfit, std::move(subject), fault.text(), remedy_for(fault));
  }

  template <class T, class Start>
  Result<T> ask(const std::string& subject, const char* command, Start start,
                Reactor::Stoppable stoppable = Reactor::Stoppable::yes) {
    return await<T>(station_.reactor, subject, command, kPatience, start, stoppable);
  }

  template <class Instrument>
  bool identify(const std::string& role, Instrument& instrument) {
    const auto identity =
        ask<std::string>(role, "identify", [&](auto done) { instrument.start_identify(std::move(done)); });
    if (identity)
      fit(role, *identity);
    else
      unfit(role, identity.error());
    return identity.has_value();
  }

  void examine_source() {
    const auto off = ask<void>(
        "source", "off", [&](auto done) { station_.source->start_off(std::move(done)); },
        Reactor::Stoppable::no);
    if (!off) return unfit("source", off.error());
    source_is_off_ = true;
    if (!identify("source", *station_.source)) return;
    const SourceCapabilities can = station_.source->capabilities();
    fit("source", fmt::format("is off; {} circuits up to {} and {}", can.circuits,
                              to_text(can.maximum_voltage), to_text(can.maximum_current)));
    if (file_.limits.voltage > can.maximum_voltage || file_.limits.current > can.maximum_current)
      add(Grade::remark, "source", "the station's limits are wider than the source's own",
          "lower 'limits' in the station file to what the source has");
  }

  void examine_certificates() {
    for (const auto& [role, instrument] : file_.instruments)
      if (instrument.calibration) examine_certificate(role, *instrument.calibration);
    std::set<std::string> seen;
    for (const PositionEntry& position : file_.positions)
      if (position.isolation && seen.insert(position.isolation->certificate).second)
        examine_certificate("isolation " + position.name, *position.isolation);
  }

  void examine_certificate(const std::string& subject, const Calibration& c) {
    const UtcTime now = station_.reactor.utc();
    const std::string due = date_text(c.due);
    if (auto invalid = c.invalid(now))
      add(Grade::unfit, subject, *std::move(invalid),
          now < c.issued ? "check the date of this machine and of the certificate"
                         : "have it calibrated; until then every decision is unverified");
    else if (c.due - now < kSoon)
      add(Grade::remark, subject, fmt::format("certificate {} ends {}", c.certificate, due),
          "send it for calibration in time");
    else
      fit(subject, fmt::format("certificate {} is valid to {}", c.certificate, due));
  }

  void examine_reach(const Plan& plan) {
    if (plan.unreachable.empty())
      fit("ranges",
          fmt::format("all {} points of {} can be reached", plan.points.size(), plan.scenario.name));
    for (const UnreachablePoint& point : plan.unreachable)
      add(Grade::unfit, "ranges", fmt::format("{}: {}", point.description, point.reason),
          "take another station, or leave the point out of the scenario");
  }

  /// The whole loop, only with the source confirmed off: read, close the relay, read, open it.
  void examine_interlock() {
    if (!identify("interlock", *station_.interlock)) return;
    Interlock& interlock = *station_.interlock;
    const auto read =
        ask<InterlockState>("interlock", "read", [&](auto done) { interlock.start_read(std::move(done)); });
    if (!read) return unfit("interlock", read.error());
    if (!read->hindrance().empty())
      return add(Grade::unfit, "interlock", std::string{read->hindrance()},
                 "make the bench safe; then look again");
    if (!source_is_off_)
      return add(Grade::remark, "interlock", "its relay was not tried: the source is not confirmed off",
                 "bring the source to answer first");
    const auto armed = ask<void>("interlock", "arm", [&](auto done) {
      interlock.start_arm(station_.interlock_timing.watchdog, std::move(done));
    });
    if (!armed) unfit("interlock", armed.error());
    const auto disarmed = ask<void>(
        "interlock", "disarm", [&](auto done) { interlock.start_disarm(std::move(done)); },
        Reactor::Stoppable::no);
    if (!disarmed) unfit("interlock", disarmed.error());
    if (armed && disarmed)
      fit("interlock", "emergency stop, door and seats are closed; the relay closed and opened, read back");
  }

  void examine_chamber() {
    if (!identify("chamber", *station_.chamber)) return;
    const auto reading = ask<ChamberReading>(
        "chamber", "read", [&](auto done) { station_.chamber->start_read(std::move(done)); });
    if (!reading && occupied_.empty())
      return add(Grade::remark, "chamber", reading.error().text(),
                 "name the meters with --meter; without one the sensor of its body is open");
    if (!reading) return unfit("chamber", reading.error());
    if (file_.chamber && file_.chamber->body_sensor && !reading->body)
      return add(Grade::unfit, "chamber", "there is no reading of the meter's body",
                 "connect the second sensor, or say body_sensor: false in the station file");
    fit("chamber", fmt::format("air {:.1f} °C{}", reading->air.value(),
                               reading->body ? fmt::format(", body {:.1f} °C", reading->body->value()) : ""));
  }

  void examine_pickups() {
    if (!identify("pickups", *station_.photodiode)) return;
    if (occupied_.empty())
      add(Grade::remark, "pickups", "no light level was read", "name the meters with --meter");
    for (const Position& position : station_.positions) {
      if (!occupied_.contains(position.name)) continue;
      const std::string subject = "pickup " + position.name;
      const auto reading = ask<PickupReading>(subject, "read", [&](auto done) {
        station_.photodiode->start_read(position.name, std::move(done));
      });
      if (!reading)
        unfit(subject, reading.error());
      else
        judge(subject, *reading);
    }
  }

  void judge(const std::string& subject, const PickupReading& seen) {
    const std::string level =
        fmt::format("light level {:.0f} %, flicker {:.0f} %", percent(seen.level), percent(seen.flicker));
    if (seen.level < kFaint)
      add(Grade::unfit, subject, level + ": the LED is faint or not there",
          "centre the pickup on the test LED; it must not see the LED of the optical port");
    else if (seen.level > kGlaring)
      add(Grade::unfit, subject, level + ": the photodiode is at the end of its range",
          "shade the pickup from daylight, or take it further away");
    else if (seen.flicker > seen.level * kMostFlicker)
      add(Grade::unfit, subject, level + ": ambient light makes edges of its own",
          "shade the pickup from lamps");
    else
      fit(subject, level);
  }

  void examine_optical_port(const std::string& position, Meter& meter) {
    const std::string subject = "optical port " + position;
    const auto echo =
        ask<bool>(subject, "look for an echo", [&](auto done) { meter.start_probe_echo(std::move(done)); });
    const auto identity =
        ask<MeterIdentity>(subject, "identify", [&](auto done) { meter.start_identify(std::move(done)); });
    if (!identity)
      return add(
          Grade::remark, subject, identity.error().text(),
          "the source is off: is the meter powered? Else check that the probe sits the right way round");
    fit(subject, fmt::format("{} {}, firmware {}, serial number {}", identity->manufacturer, identity->model,
                             identity->firmware, identity->serial_number));
    if (echo && *echo)
      add(Grade::remark, subject, "the probe hears what it sends",
          "nothing: the echo is dropped; light reflected in the ring can be shaded");
  }

  Station& station_;
  const StationFile& file_;
  const std::set<std::string>& occupied_;
  bool source_is_off_ = false;
  std::vector<Diagnosis> findings_;
};

}  // namespace

std::string_view to_text(Diagnosis::Grade grade) {
  switch (grade) {
    case Grade::fit: return "fit";
    case Grade::remark: return "remark";
    case Grade::unfit: return "unfit";
  }
  return "unknown";
}

std::vector<Diagnosis> examine_checks(Station& station, const std::string& ledger, const RunRecord& run) {
  if (station.interim_checks.empty()) return {};
  // A check counts for the reference that stands here now.
  if (const auto known = identify_instruments(station); !known)
    return {{Grade::remark, "interim checks", "they were not looked for: " + known.error().text(),
             "bring all instruments to answer first"}};
  try {
    std::vector<Diagnosis> findings;
    for (const CheckStanding& standing : interim_standings(Ledger{ledger, Ledger::Mode::read}, station, run))
      findings.push_back(judge(standing));
    return findings;
  } catch (const LedgerError& e) {
    return {{Grade::unfit, "interim checks", e.what(),
             "name the ledger of this bench with --ledger, or carry the checks out: scenarios/check"}};
  }
}

std::vector<Diagnosis> examine(Station& station, const StationFile& file,
                               const std::set<std::string>& occupied, const std::optional<Plan>& plan) {
  return Examination{station, file, occupied}.run(plan);
}

}  // namespace meterbench
