// Keeps account of what LEDs and registers tell over the whole energised time of a run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/measurement/reconciliation.h"
#include "bench/planner/plan.h"
#include "bench/runner/finding.h"
#include "bench/runner/load_period.h"
#include "bench/station/station.h"

namespace meterbench {

/// Between two readings of the registers any number of load periods may lie. Each reading is held against the
/// pulses since the one before and, where the resolution is finer, since the first.
class EnergyBooks {
 public:
  /// `positions`: indexes of Station::positions.
  EnergyBooks(Station& station, const Plan& plan, const std::vector<std::size_t>& positions);

  /// The pulses of a period that was counted to its end.
  void enter(const LoadPeriod& period);
  /// A load was on of which not all pulses were counted: the account begins anew with the next reading.
  void break_off();

  /// Whether a load was on since the last reading.
  [[nodiscard]] bool is_behind() const { return behind_; }

  /// How much more energy a meter must register until its registers resolve `resolution` of the whole; 0
  /// where they do, and where its account cannot be closed anyway. `open`: the period under way; may be null.
  [[nodiscard]] ActiveEnergy missing_energy(const std::string& position, Ratio resolution,
                                            const LoadPeriod* open) const;

  /// Reads the registers of all meters at once, the load off. A meter whose LED and registers do not agree:
  /// `led_register`, once. One whose port is silent: `optical_port`, once. Waits; after a stop request
  /// nothing is read.
  [[nodiscard]] std::vector<Finding> read();

  /// Of each meter whether its account is closed: `reconciled` with what the registers could resolve, or
  /// `unreconciled` with the reason. Nothing of one that has a `led_register`, or that no load was put on.
  [[nodiscard]] std::vector<Finding> close() const;

 private:
  struct Account {
    ActiveEnergy kt{};
    std::optional<MeterRegisters> first, last;
    std::uint64_t since_first = 0, since_last = 0;  // LED pulses
    bool loaded = false;                            // at any time
    bool silent = false, disagrees = false;         // told
    std::string uncounted;                          // why pulses are missing; empty: none is
    std::string unread;                             // why there was no reading the last time
  };
  /// What does not agree.
  [[nodiscard]] static std::optional<std::string> enter(Account& account, const MeterRegisters& now);
  [[nodiscard]] const std::string& name(std::size_t place) const;

  Station& station_;
  const std::vector<std::size_t>& positions_;
  std::vector<Account> accounts_;  // by place
  bool behind_ = false;
};

}  // namespace meterbench
