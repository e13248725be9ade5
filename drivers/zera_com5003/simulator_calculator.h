// The error calculator of a simulated COM5003: instruments.md 4.3.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "bench/core/time.h"

namespace meterbench::zera_com5003 {

class ErrorTest {
 public:
  static constexpr std::uint64_t kMostPulses = std::numeric_limits<std::uint32_t>::max();

  // Settings, for the instrument's commands; they may change while no test runs.
  std::string unit = "I/kWh";  ///< or `Wh/I`
  double dut_constant = 10000;
  std::uint64_t pulses = 10;  ///< MRATE
  bool continuous = false;
  double upper_limit = 10;
  double lower_limit = -10;
  std::string result_unit = "%";  ///< or `ppm`

  /// imp/kWh. Another one ends a running test.
  void set_reference_constant(double constant);
  [[nodiscard]] double reference_constant() const { return reference_constant_; }
  /// Reference pulses at error 0.
  [[nodiscard]] std::uint64_t target() const;

  void start(Instant now);
  void abort();
  [[nodiscard]] bool running() const { return running_; }

  /// The meter's LED has lit when the reference had given `reference_count` pulses.
  void on_edge(std::uint64_t reference_count);
  /// The calculator counts no reference pulses in the test that runs or comes next.
  void lose_reference() { reference_lost_ = true; }

  /// Status and progress are looked at once a second while a test runs.
  void refresh(Instant now);

  [[nodiscard]] unsigned status() const { return status_; }
  [[nodiscard]] double progress() const { return progress_; }
  [[nodiscard]] std::uint64_t pulses_shown() const { return pulses_shown_; }
  [[nodiscard]] double result() const { return result_; }
  [[nodiscard]] int rating() const { return rating_; }
  [[nodiscard]] unsigned results() const { return results_; }
  /// kWh of the last result.
  [[nodiscard]] double final_energy() const;

 private:
  void finish(std::uint64_t reference_count);

  double reference_constant_ = 0;
  bool running_ = false;
  bool reference_lost_ = false;
  std::optional<std::uint64_t> first_;  // reference count at the edge that opened
  std::uint64_t seen_ = 0;              // LED pulses since then
  std::uint64_t counted_ = 0;           // reference pulses of the last result
  Instant next_refresh_{};
  unsigned status_ = 0;
  double progress_ = 0;  // %
  std::uint64_t pulses_shown_ = 0;
  double result_ = 0;
  int rating_ = -1;
  unsigned results_ = 0;
};

}  // namespace meterbench::zera_com5003
