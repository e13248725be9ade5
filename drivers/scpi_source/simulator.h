// The far end of a SCPI source: commands.md on top of the world's source.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/far_end/far_end.h"
#include "drivers/protocol/scpi/framing.h"
#include "drivers/scpi_source/simulator_errors.h"
#include "drivers/virtual_lab/world/simulator.h"

namespace meterbench::scpi_source {

class Simulator final : public FarEnd {
 public:
  /// Clause 1.2: characters of a line.
  static constexpr std::size_t kLongestLine = 255;
  /// Clause 2: the highest order of a harmonic.
  static constexpr std::size_t kHighestHarmonic = 31;

  /// `output` must outlive the simulator.
  Simulator(virtual_lab::SourceOutput& output, std::vector<virtual_lab::ScriptedFault> faults);
  Simulator(const Simulator&) = delete;  // the table of commands points into it
  Simulator& operator=(const Simulator&) = delete;

  void opened(Instant now) override;
  void on_bytes(Instant now, ByteView bytes, Bytes& reply) override;
  void on_time(Instant now, Bytes& reply) override;
  [[nodiscard]] std::optional<Instant> next_event() const override { return script_.next(); }
  void closed(Instant now) override;

 private:
  struct Harmonic {
    double percent = 0;  // of the fundamental
    double phase_deg = 0;
  };
  struct Channel {
    double rms = 0;  // of the fundamental, V or A
    double phase_deg = 0;
    std::array<Harmonic, kHighestHarmonic + 1> harmonics{};  // by order
    double direct_percent = 0;                               // of the fundamental; a current's alone

    [[nodiscard]] virtual_lab::Phasor phasor(std::size_t order) const;
    [[nodiscard]] double total_rms() const;
    [[nodiscard]] double peak() const;
  };
  struct Circuit {
    Channel voltage;
    Channel current;
  };
  struct Values {
    double frequency_hz = 60;
    int burst_on = 0, burst_off = 0;  // periods
    std::array<Circuit, LoadPoint::kCircuits> circuits{};

    /// The highest order that any channel has; 1 for a sine.
    [[nodiscard]] std::size_t highest_order() const;
    [[nodiscard]] bool has_direct_current() const;
  };
  enum class Output { off, energised, trip };

  /// One row of the table of clause 2. Without `set` or `query` there is no such form.
  struct Row {
    std::size_t parameters = 0;
    std::function<ScpiError(const std::vector<std::string>& parameters)> set;
    std::function<std::string()> query;
  };

  void add_commands();
  void add_channel(const std::string& header, Channel& channel, const double& limit);
  void add_harmonic(const std::string& header, Harmonic& harmonic);
  void add_number(const std::string& header, double& value, std::function<bool(double)> in_range);
  void add_burst();
  void add_dip();
  void add_limit(const std::string& header, double& limit, double most);
  void take_line(const std::string& line, Bytes& reply);
  /// The answer of a query, empty for a command.
  [[nodiscard]] ScpiError carry_out(const std::string& line, std::string& answer);
  void strike(const std::string& what);
  void trip(std::string_view reason);
  void notice_enable();
  void reset();
  [[nodiscard]] ScpiError take_set_point();
  [[nodiscard]] ScpiError switch_output(const std::string& state);
  [[nodiscard]] std::string output_state() const;
  void drive();

  virtual_lab::SourceOutput& power_stage_;
  virtual_lab::FaultScript script_;
  std::map<std::string, Row> rows_;
  scpi::LineCollector lines_{kLongestLine};
  ErrorQueue errors_;
  Instant now_{};

  double voltage_limit_v_ = 0;
  double current_limit_a_ = 0;
  Values stored_;
  std::optional<Values> set_point_;
  Output output_ = Output::off;
  std::string trip_reason_;

  bool silent_ = false;
  bool garble_next_ = false;
  bool refuse_next_ = false;
};

/// The row of this simulator in the table of a lab. The keys about the output are the world's: a lab makes
/// its SourceOutput from them.
[[nodiscard]] virtual_lab::SimulatorModel simulator_model();

}  // namespace meterbench::scpi_source
