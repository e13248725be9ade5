// The runs that a gate compares: found in a ledger, and carried out where they are missing.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "bench/cli/run_session.h"
#include "bench/gate/gate.h"

namespace meterbench {

/// What a person asks for: `5.33`.
struct GateSide {
  std::string name;
  std::string firmware{};          ///< as runs record it; empty: these runs are meant and no others
  std::vector<RunSummary> runs{};  ///< one a day, oldest first
};

class GateRuns {
 public:
  /// `pack`: a scenario that has a gate's rule, prepared for the bench and the meter. `jobs` runs at a time.
  GateRuns(const PreparedRun& pack, std::string ledger, std::size_t jobs, StopSignal& stop);

  /// `name`: a tag; ids of runs, or what they begin with, separated by commas; a firmware as --firmware has
  /// it; a version that meters have told. Only runs of this pack, station, lab and meter count. Throws
  /// InputError where it is nothing of that, and where a run that is named by its id does not count.
  [[nodiscard]] GateSide find(const std::string& name) const;

  /// Runs of one firmware cannot count on both sides: the older ones are the baseline's.
  void part(GateSide& baseline, GateSide& candidate) const;

  /// Carries out what is missing, on days that no run has had yet. False where that was stopped. Throws
  /// InputError where runs are missing that this program cannot carry out, std::runtime_error where one
  /// failed.
  [[nodiscard]] bool complete(GateSide& baseline, GateSide& candidate) const;

  /// Other releases whose runs began after the baseline's and before the candidate's, oldest first.
  [[nodiscard]] std::vector<gate::Release> between(const GateSide& baseline, const GateSide& candidate) const;

  [[nodiscard]] gate::Release read(const GateSide& side) const;

 private:
  [[nodiscard]] std::vector<RunSummary> all() const;
  /// Why a run does not count; empty: it does.
  [[nodiscard]] std::string unfit(const RunSummary& summary) const;
  [[nodiscard]] std::vector<RunSummary> fit(std::vector<RunSummary> runs) const;
  [[nodiscard]] std::vector<RunSummary> of_firmware(const std::string& firmware) const;
  [[nodiscard]] std::string recorded_firmware(const std::string& name) const;
  [[nodiscard]] bool carry_out(const std::vector<std::pair<std::string, std::uint64_t>>& missing) const;

  const PreparedRun& pack_;
  RunRecord head_;  ///< of a run of the pack
  std::string ledger_;
  std::size_t jobs_;
  StopSignal& stop_;
};

}  // namespace meterbench
