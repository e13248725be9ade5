// What a stored run says of one release, point by point.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/core/time.h"
#include "bench/ledger/ledger.h"
#include "bench/model/verdict.h"

namespace meterbench::gate {

/// What the same point of two runs has in common, whatever its number in the plan: position, test, label,
/// kind of result and all of its load. `repetition` tells points alike apart.
struct PointKey {
  std::string position;
  std::string step;
  std::string label;
  std::string result;  ///< as PointRecord has it
  double temperature_c = 0;
  double voltage_v = 0;
  double current_a = 0;
  std::string power_factor;
  std::string direction;
  std::string circuit;  ///< with service, legs and their voltages where they are not the usual ones
  std::string waveform;
  double frequency_hz = 0;
  int repetition = 0;

  friend auto operator<=>(const PointKey&, const PointKey&) = default;
  /// `load-performance, 240 V, 30 A, PF 0.5 lag, delivered, 23 °C`
  [[nodiscard]] std::string text() const;
};

struct GateResult {
  std::optional<double> error_percent;  ///< nothing: the decision tells
  /// What each result has of its own: standard uncertainty of all that no other result shares.
  double own_u_percent = 0;
  double limit_lower_percent = 0, limit_upper_percent = 0;
  Decision decision = Decision::inconclusive;
  std::string told;    ///< what the meter, or the bench, said of it
  double tan_phi = 0;  ///< positive: inductive
};

struct StoredRun {
  std::string run_id;
  UtcTime started{};
  std::optional<std::uint64_t> seed;  ///< of a virtual lab
  std::string firmware;
  bool simulated = true;
  std::map<PointKey, GateResult> results{};
  /// Why no pass at a position stands, whatever its points say (events `void` and `no_pass`); the others are
  /// not named.
  std::map<std::string, std::string> overruled{};
  /// Size of each table of the meter's configuration by number, by position.
  std::map<std::string, std::map<std::uint16_t, std::size_t>> tables{};
};

/// The last attempts at `points`, which are in the order of writing; `events` are those of the run.
[[nodiscard]] StoredRun stored_run(const RunSummary& summary, std::vector<PointRecord> points,
                                   const std::vector<EventRow>& events);
/// Of a run that has come to its end. Throws LedgerError.
[[nodiscard]] StoredRun read_run(const Ledger& ledger, const RunSummary& summary);

}  // namespace meterbench::gate
