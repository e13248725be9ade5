#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "drivers/keysight_53230a/simulator_input.h"
#include "drivers/protocol/scpi/framing.h"
#include "drivers/virtual_lab/world/simulator.h"

namespace meterbench::keysight_53230a {

/// An entry of the error queue; 0: none.
struct ScpiError {
  int number = 0;
  std::string_view text;
};

/// What is behind the interface of the simulated counter: its commands, its status and its measurements.
class SimulatedInstrument {
 public:
  SimulatedInstrument(virtual_lab::World& world, const virtual_lab::SimulatorSettings& settings);
  SimulatedInstrument(const SimulatedInstrument&) = delete;  // the table of commands points into it
  SimulatedInstrument& operator=(const SimulatedInstrument&) = delete;

  /// Its measurement, and the commands that have waited for it, up to `now`.
  void bring_to(Instant now);
  /// A whole program message: one command a line.
  void take(Instant now, std::string_view program);
  /// What is left of the answer that is ready at `now`, or null.
  [[nodiscard]] const Bytes* answer(Instant now) const;
  void fetched(std::size_t bytes);
  /// Input, output and measurement are gone, settings stay.
  void clear();
  [[nodiscard]] std::uint8_t status_byte() const;
  /// Which bits of the status byte ask for service.
  [[nodiscard]] std::uint8_t service_enable() const { return service_enable_; }
  [[nodiscard]] std::optional<Instant> next_event() const;
  /// False: no failure of the instrument itself.
  bool strike(std::string_view failure);

 private:
  using Parameters = std::vector<std::string>;
  /// One row of the table. Without `set` or `query` there is no such form.
  struct Row {
    std::function<ScpiError(const Parameters&)> set;
    std::function<std::string()> query;
    std::size_t least_parameters = 0;
    std::size_t most_parameters = 0;
  };
  enum class Function { total, timestamps };
  struct Measurement {
    Instant begin;
    std::optional<Instant> end;  ///< of the gate, or when the time-out strikes
    Instant asked;               ///< edges up to here are in
    std::uint64_t total = 0;
    std::vector<Instant> edges;
  };

  void add_common_commands();
  void add_input_commands();
  void add_measurement_commands();
  void add_action(const std::string& header, std::function<void()> act);
  void add_byte(const std::string& header, std::uint8_t& byte);
  void add_choice(const std::string& header, std::vector<std::string> names,
                  std::function<void(std::size_t)> set, std::function<std::size_t()> get);
  void add_number(const std::string& header, double& value, std::function<bool(double)> in_range);
  [[nodiscard]] static std::string normal_header(std::string header);
  [[nodiscard]] bool waits(const std::string& line) const;
  void carry_out_all();
  [[nodiscard]] ScpiError carry_out(const std::string& line);
  void push_error(const ScpiError& error);
  void reply(std::string text);

  [[nodiscard]] ScpiError configure(Function function, const Parameters& parameters);
  [[nodiscard]] ScpiError initiate();
  void gather(Instant until);
  void finish();
  [[nodiscard]] std::string timestamps_text();
  [[nodiscard]] double clock() const;

  virtual_lab::World& world_;
  virtual_lab::Noise jitter_;
  double jitter_s_;
  double time_base_error_;
  Duration io_time_;
  std::vector<SimulatedInput> inputs_;
  std::map<std::string, Row> rows_;
  Instant now_{};

  // Status.
  std::deque<scpi::ErrorEntry> errors_;
  std::uint8_t event_status_;  // *ESR
  std::uint8_t event_enable_ = 0;
  std::uint8_t service_enable_ = 0;
  unsigned questionable_condition_ = 0;
  unsigned questionable_event_ = 0;
  bool complete_asked_ = false;  // *OPC

  // Settings.
  Function function_ = Function::total;
  std::size_t channel_ = 0;
  double gate_s_ = 0.1;
  std::uint64_t count_ = 100;
  double timeout_s_;
  double stamp_rate_ = 1e6;
  bool external_time_base_ = false;

  std::deque<std::string> program_;
  std::optional<Measurement> running_;
  std::string reading_;  // of the last measurement; empty: none
  std::uint64_t stamps_given_ = 0;
  Bytes answer_;
  Instant answer_ready_{};

  // What the script has done.
  bool silent_ = false;
  bool garble_next_ = false;
  bool refuse_next_ = false;
  bool time_out_next_ = false;
  bool divide_next_ = false;
  bool roll_over_next_ = false;
};

}  // namespace meterbench::keysight_53230a
