// Who the meters of a run are and how they are configured, before and after.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/ledger/ledger.h"
#include "bench/planner/plan.h"
#include "bench/runner/finding.h"
#include "bench/station/station.h"

namespace meterbench {

/// `configuration table 6 differs; firmware 5.34 became 5.35`; nothing where both are equal.
[[nodiscard]] std::optional<std::string> change_between(const MeterState& before, const MeterState& after);

class MeterStates {
 public:
  /// `positions`: indexes of Station::positions.
  MeterStates(Station& station, const Plan& plan, const std::vector<std::size_t>& positions)
      : station_{station}, plan_{plan}, positions_{positions} {}

  /// Asks all meters at once: `meter` with what one told and its tables, `optical_port` of one that did not.
  /// A Kt unlike the configured one by more than 1e-6 of it is implausible, and so is a certified standard of
  /// another serial number than its certificate. Also notes who they are in Station::instruments. Waits.
  [[nodiscard]] Result<std::vector<Finding>> read_before();
  /// One row a position, for the record.
  [[nodiscard]] std::vector<MeterRow> rows() const;
  /// Why decisions on a meter are unverified: it did not tell its Kt, or as a certified standard who it is.
  [[nodiscard]] std::vector<std::string> doubts(const std::string& position) const;

  /// `meter_after` with the tables of each meter that answers, `void` for one that is not as it was, `doubt`
  /// where nobody can tell. Waits; after a stop
  /// request nothing is read.
  [[nodiscard]] std::vector<Finding> read_after();
  /// `void` for each meter that is not as an earlier part of the run has recorded it.
  [[nodiscard]] std::vector<Finding> compare_with(const std::vector<MeterRow>& earlier) const;

 private:
  Station& station_;
  const Plan& plan_;
  const std::vector<std::size_t>& positions_;
  std::map<std::string, MeterState> before_;  // of those that answered
};

}  // namespace meterbench
