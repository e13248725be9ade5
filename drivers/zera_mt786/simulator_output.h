// The generator and amplifiers of the simulated MT786: stored values, switching, status word.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "drivers/virtual_lab/world/source_output.h"
#include "drivers/zera_mt786/simulator_answer.h"

namespace meterbench::zera_mt786 {

class OutputPart {
 public:
  struct Timing {
    Duration on;   ///< from a SUI that switches anything on to its SOKUI
    Duration off;  ///< likewise for all off
  };

  /// `stage` must outlive the part.
  OutputPart(virtual_lab::SourceOutput& stage, const Timing& timing) : stage_{stage}, timing_{timing} {}

  /// Nothing when the command belongs to another part.
  [[nodiscard]] std::optional<Answer> take(Instant now, const std::string& line);

  /// `SSM` and 22 digits.
  [[nodiscard]] std::string status_line() const;

  /// Takes the output away and shows why until the next all off; false when that is no fault of the output.
  bool strike(Instant now, const std::string& fault);
  /// The next command that sets values is refused as out of range.
  void refuse_next_value() { refuse_next_value_ = true; }
  /// The next switching is acknowledged but does not happen.
  void skip_next_switching() { skip_next_switching_ = true; }

  /// A dosage is over: the currents go, the voltages by the second letter of SUP.
  void end_dosage(Instant now);
  void power_cycle(Instant now);

 private:
  struct Phase {
    double value = 0;
    double degrees = 0;  ///< DIN sense
  };
  using Phases = std::array<Phase, 3>;  ///< R, S, T; nothing is wired to T
  struct Stored {
    double frequency_hz = 50;
    Phases voltage{};
    Phases current{};
    bool voltage_stays = true;  ///< after a dosage
  };

  [[nodiscard]] bool store_frequency(const std::string& line);
  [[nodiscard]] bool store_voltages(const std::string& line);
  [[nodiscard]] bool store_currents(const std::string& line);
  [[nodiscard]] Answer switch_channels(Instant now, const std::string& line);
  [[nodiscard]] bool healthy() const;

  virtual_lab::SourceOutput& stage_;
  Timing timing_;
  Stored stored_;
  virtual_lab::Terminals active_{};
  std::array<unsigned, 22> faults_{};  ///< digits of the status word
  bool refuse_next_value_ = false;
  bool skip_next_switching_ = false;
};

}  // namespace meterbench::zera_mt786
