// Keeps account of what LEDs and registers tell over the whole energised time of a run.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/measurement/reconciliation.h"
#include "bench/model/energy_flow.h"
#include "bench/planner/plan.h"
#include "bench/runner/finding.h"
#include "bench/runner/load_period.h"
#include "bench/station/station.h"

namespace meterbench {

/// LED against register at each position; or why they cannot be compared.
using RegisterComparisons = std::map<std::string, tl::expected<Reconciliation, std::string>>;

/// One account for each register of each meter. Between two readings of the registers any number of load
/// periods may lie. Each reading is held against the pulses since the one before and, where the resolution is
/// finer, since the first. Where not all pulses of a load were counted the account begins anew with the next
/// reading.
class EnergyBooks {
 public:
  /// `positions`: indexes of Station::positions.
  EnergyBooks(Station& station, const Plan& plan, const std::vector<std::size_t>& positions);

  /// The pulses of a period that was counted to its end. `flows`: of the energy of each place in it.
  void enter(const LoadPeriod& period, const std::vector<EnergyFlow>& flows);
  /// A load was on of which not all pulses were counted.
  void break_off();

  /// Whether a load was on since the last reading.
  [[nodiscard]] bool is_behind() const { return behind_; }

  /// Reads the registers of all meters at once, the load off. A meter whose LED and registers do not agree:
  /// `led_register`, once. One whose port is silent: `optical_port`, once. Waits; after a stop request
  /// nothing is read.
  [[nodiscard]] std::vector<Finding> read();

  /// LED and register of that flow, not `balanced`, as far as they were read; or why they cannot be compared.
  [[nodiscard]] tl::expected<Reconciliation, std::string> account(const std::string& position,
                                                                  EnergyFlow flow) const;
  /// The same between the last two readings.
  [[nodiscard]] tl::expected<Reconciliation, std::string> last(const std::string& position,
                                                               EnergyFlow flow) const;
  /// Whether a `led_register` was found.
  [[nodiscard]] bool disagrees(const std::string& position) const { return of(position).disagrees; }

 private:
  struct Tally {
    std::uint64_t pulses = 0;
    std::uint64_t stretches = 0;
  };
  /// From one reading on.
  struct Stretch {
    MeterRegisters from;
    std::array<Tally, kEnergyFlows.size()> tallies{};
    std::optional<EnergyFlow> flow;  // of the last load
    void add(std::uint64_t pulses, EnergyFlow of);
  };
  struct Account {
    ActiveEnergy kt{};
    std::optional<Stretch> since_first, since_last;
    std::optional<Stretch> before_last;  // that the last reading has ended
    std::optional<MeterRegisters> now;
    std::string why_none = "its registers were not read";
    bool silent = false, disagrees = false;  // told
  };
  [[nodiscard]] static tl::expected<Reconciliation, std::string> compare(const Account& account,
                                                                         const Stretch& stretch,
                                                                         EnergyFlow flow);
  /// What does not agree.
  [[nodiscard]] static std::optional<std::string> enter(Account& account, const MeterRegisters& now);
  static void begin_anew(Account& account, std::string why);
  [[nodiscard]] const Account& of(const std::string& position) const;
  [[nodiscard]] const std::string& name(std::size_t place) const;

  Station& station_;
  const std::vector<std::size_t>& positions_;
  std::vector<Account> accounts_;  // by place
  bool behind_ = false;
};

}  // namespace meterbench
