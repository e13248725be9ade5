#include "bench/runner/energy_books.h"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "bench/runner/identify.h"

namespace meterbench {
namespace {

std::size_t index(EnergyFlow flow) { return static_cast<std::size_t>(flow); }

const std::optional<ActiveEnergy>& reading(const MeterRegisters& registers, EnergyFlow flow) {
  return flow == EnergyFlow::delivered ? registers.delivered : registers.received;
}

}  // namespace

EnergyBooks::EnergyBooks(Station& station, const Plan& plan, const std::vector<std::size_t>& positions)
    : station_{station}, positions_{positions}, accounts_(positions.size()) {
  for (std::size_t place = 0; place < positions.size(); ++place)
    accounts_[place].kt = plan.meters.at(name(place)).kt;
}

const std::string& EnergyBooks::name(std::size_t place) const {
  return station_.positions[positions_[place]].name;
}

const EnergyBooks::Account& EnergyBooks::of(const std::string& position) const {
  for (std::size_t place = 0; place < accounts_.size(); ++place)
    if (name(place) == position) return accounts_[place];
  throw std::out_of_range{"position " + position + " is not in use"};
}

void EnergyBooks::Stretch::add(std::uint64_t pulses, EnergyFlow of) {
  Tally& tally = tallies[index(of)];
  tally.pulses += pulses;
  if (flow != of) ++tally.stretches;
  flow = of;
}

void EnergyBooks::enter(const LoadPeriod& period, const std::vector<EnergyFlow>& flows) {
  behind_ = true;
  for (std::size_t place = 0; place < accounts_.size(); ++place) {
    Account& account = accounts_[place];
    if (!period.counts(place))
      begin_anew(account, "its LED is not counted while the load comes and goes");
    else if (account.since_first) {
      account.since_first->add(period.pulses(place), flows[place]);
      account.since_last->add(period.pulses(place), flows[place]);
    }
  }
}

void EnergyBooks::break_off() {
  behind_ = true;
  for (Account& account : accounts_) begin_anew(account, "its LED was not counted to the end of a load");
}

void EnergyBooks::begin_anew(Account& account, std::string why) {
  account.since_first = account.since_last = account.before_last = std::nullopt;
  account.why_none = std::move(why);
}

std::vector<Finding> EnergyBooks::read() {
  std::vector<Finding> findings;
  const auto answers = read_meter_registers(station_, positions_);
  if (station_.reactor.stopped()) return findings;
  behind_ = false;
  for (std::size_t place = 0; place < accounts_.size(); ++place) {
    Account& account = accounts_[place];
    const auto answer = answers.find(name(place));
    if (answer == answers.end()) {
      account.why_none = "it has no optical port";
    } else if (!answer->second) {
      account.now.reset();
      account.why_none = answer->second.error().text();
      if (!std::exchange(account.silent, true))
        findings.push_back({name(place), "optical_port", account.why_none});
    } else if (const auto wrong = enter(account, *answer->second); wrong && !account.disagrees) {
      account.disagrees = true;
      findings.push_back({name(place), "led_register", "LED and register disagree: " + *wrong});
    }
  }
  return findings;
}

std::optional<std::string> EnergyBooks::enter(Account& account, const MeterRegisters& now) {
  account.now = now;
  std::optional<std::string> wrong;
  if (!account.since_first) {
    account.since_first = Stretch{now, {}, {}};
  } else {
    for (const EnergyFlow flow : {EnergyFlow::delivered, EnergyFlow::received})
      for (const auto* stretch : {&account.since_last, &account.since_first})
        if (const auto seen = compare(account, **stretch, flow); seen && !seen->agrees())
          wrong = fmt::format("{}: {}", to_text(flow), seen->text());
  }
  account.before_last = std::exchange(account.since_last, Stretch{now, {}, {}});
  return wrong;
}

tl::expected<Reconciliation, std::string> EnergyBooks::compare(const Account& account, const Stretch& stretch,
                                                               EnergyFlow flow) {
  const auto& before = reading(stretch.from, flow);
  const auto& after = reading(*account.now, flow);
  if (!before || !after) return tl::unexpected{fmt::format("it has no register of {} energy", to_text(flow))};
  const Tally& tally = stretch.tallies[index(flow)];
  const Tally& balanced = stretch.tallies[index(EnergyFlow::balanced)];
  return reconcile({.led_pulses = tally.pulses,
                    .kt = account.kt,
                    .stretches = tally.stretches,
                    .either_way = balanced.pulses + balanced.stretches,
                    .registered = *after - *before,
                    .step = account.now->step});
}

tl::expected<Reconciliation, std::string> EnergyBooks::account(const std::string& position,
                                                               EnergyFlow flow) const {
  const Account& account = of(position);
  if (behind_) return tl::unexpected{std::string{"its registers were not read after the last load"}};
  if (!account.since_first || !account.now) return tl::unexpected{account.why_none};
  return compare(account, *account.since_first, flow);
}

tl::expected<Reconciliation, std::string> EnergyBooks::last(const std::string& position,
                                                            EnergyFlow flow) const {
  const Account& account = of(position);
  if (behind_) return tl::unexpected{std::string{"its registers were not read after the last load"}};
  if (!account.before_last || !account.now) return tl::unexpected{account.why_none};
  auto seen = compare(account, *account.before_last, flow);
  if (seen && seen->account.led_pulses == 0) return tl::unexpected{std::string{"no LED pulse was counted"}};
  return seen;
}

}  // namespace meterbench
