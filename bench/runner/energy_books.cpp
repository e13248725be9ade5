#include "bench/runner/energy_books.h"

#include <algorithm>
#include <utility>

#include "bench/runner/identify.h"

namespace meterbench {
namespace {

EnergyAccount account_of(const MeterRegisters& before, const MeterRegisters& after, std::uint64_t pulses,
                         ActiveEnergy kt) {
  EnergyAccount account{.led_pulses = pulses, .kt = kt, .step = after.step};
  const auto add = [&](const auto& from, const auto& to) {
    if (!from || !to) return;
    account.registered = account.registered + (*to - *from);
    ++account.registers;
  };
  add(before.delivered, after.delivered);
  add(before.received, after.received);
  return account;
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

void EnergyBooks::enter(const LoadPeriod& period) {
  behind_ = true;
  for (std::size_t place = 0; place < accounts_.size(); ++place) {
    Account& account = accounts_[place];
    account.loaded = true;
    account.since_first += period.pulses(place);
    account.since_last += period.pulses(place);
    if (!period.counts(place)) account.uncounted = "its LED is not counted while the load comes and goes";
  }
}

void EnergyBooks::break_off() {
  for (Account& account : accounts_) {
    account.loaded = true;
    account.first = account.last = std::nullopt;
    account.since_first = account.since_last = 0;
    account.uncounted = "its LED was not counted to the end of a load";
  }
}

ActiveEnergy EnergyBooks::missing_energy(const std::string& position, Ratio resolution,
                                         const LoadPeriod* open) const {
  for (std::size_t place = 0; place < accounts_.size(); ++place) {
    const Account& account = accounts_[place];
    const std::uint64_t pulses = account.since_first + (open ? open->pulses(place) : 0);
    const bool counted = account.uncounted.empty() && (!open || open->counts(place));
    if (name(place) != position || pulses == 0 || !counted || !account.first || !account.unread.empty() ||
        account.disagrees)
      continue;
    const auto so_far = reconcile(account_of(*account.first, *account.first, pulses, account.kt));
    return std::max(ActiveEnergy{}, so_far.tolerance / resolution.value() - so_far.by_led);
  }
  return {};
}

std::vector<Finding> EnergyBooks::read() {
  std::vector<Finding> findings;
  const auto answers = read_meter_registers(station_, positions_);
  if (station_.reactor.stop().requested()) return findings;
  behind_ = false;
  for (std::size_t place = 0; place < accounts_.size(); ++place) {
    Account& account = accounts_[place];
    const auto answer = answers.find(name(place));
    if (answer == answers.end()) {
      account.unread = "it has no optical port";
    } else if (!answer->second) {
      account.unread = answer->second.error().text();
      if (!std::exchange(account.silent, true))
        findings.push_back({name(place), "optical_port", account.unread});
    } else if (const auto wrong = enter(account, *answer->second); wrong && !account.disagrees) {
      account.disagrees = true;
      findings.push_back({name(place), "led_register", "LED and registers disagree: " + *wrong});
    }
  }
  return findings;
}

std::optional<std::string> EnergyBooks::enter(Account& account, const MeterRegisters& now) {
  account.unread = now.delivered || now.received ? "" : "it has no register of energy";
  std::optional<std::string> wrong;
  if (!account.first) {
    if (account.loaded && account.uncounted.empty())
      account.uncounted = "its registers were not read before the first load";
    account.first = now;
    account.since_first = 0;
  } else if (account.unread.empty() && account.uncounted.empty()) {
    for (const auto& [before, pulses] :
         {std::pair{&account.last, account.since_last}, std::pair{&account.first, account.since_first}})
      if (const auto seen = reconcile(account_of(**before, now, pulses, account.kt)); !seen.agrees())
        wrong = seen.text();
  }
  account.last = now;
  account.since_last = 0;
  return wrong;
}

std::vector<Finding> EnergyBooks::close() const {
  std::vector<Finding> findings;
  for (std::size_t place = 0; place < accounts_.size(); ++place) {
    const Account& account = accounts_[place];
    if (!account.loaded || account.disagrees) continue;
    if (const std::string& why = account.uncounted.empty() ? account.unread : account.uncounted; !why.empty())
      findings.push_back({name(place), "unreconciled", why});
    else if (account.since_last > 0 || !account.first)
      findings.push_back({name(place), "unreconciled", "its registers were not read after the last load"});
    else
      findings.push_back(
          {name(place), "reconciled",
           reconcile(account_of(*account.first, *account.last, account.since_first, account.kt)).text()});
  }
  return findings;
}

}  // namespace meterbench
