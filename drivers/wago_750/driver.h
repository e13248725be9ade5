#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bench/station/interlock.h"
#include "bench/station/meter_controls.h"
#include "drivers/link/modbus_link.h"
#include "drivers/link/modbus_sequence.h"

namespace meterbench::wago_750 {

/// What is connected where; inputs and outputs count from 0. A closed contact reads 1.
struct WagoWiring {
  int emergency_stop = 0;  ///< inputs
  int door = 1;
  int seated = 2;
  int relay = 0;                                                 ///< outputs
  std::map<std::pair<std::string, MeterSwitch>, int> fingers{};  ///< by position and switch
};

/// A WAGO coupler of the class 750-352: enables the source by a relay, watches the safety loop and presses
/// the switches of meters. What is known of it stands in quirks.md.
///
/// Its watchdog is triggered by start_trigger() alone: no other request keeps the outputs up. After a lost
/// link nothing is triggered until start_arm() has begun from an open relay again.
class Wago750 final : public Interlock, public MeterControls {
 public:
  /// Throws std::invalid_argument when the wiring uses an output twice, or one that a coupler cannot have.
  /// `timeout`: of one request; several must fit between two triggers. `link` must outlive the driver, which
  /// closes it.
  Wago750(ModbusLink& link, WagoWiring wiring, Duration timeout = std::chrono::milliseconds{100});
  ~Wago750() override;

  void start_identify(Done<std::string> done) override;
  void start_arm(Duration limit, Done<void> done) override;
  void start_trigger(Done<InterlockState> done) override;
  void start_read(Done<InterlockState> done) override;
  void start_disarm(Done<void> done) override;
  void start_press(const std::string& position, MeterSwitch which, Duration duration,
                   Done<void> done) override;

 private:
  using Request = ModbusLink::Request;
  using Requests = std::vector<Request>;
  using OnValues = std::function<void(const ModbusValues&)>;

  [[nodiscard]] Request read_registers(std::string text, std::uint16_t address,
                                       std::uint16_t count = 1) const;
  [[nodiscard]] Request write_register(std::string text, std::uint16_t address, std::uint16_t value) const;
  [[nodiscard]] Request switch_output(std::string text, int output, bool on) const;
  [[nodiscard]] Request read_inputs() const;
  [[nodiscard]] Request read_outputs() const;
  [[nodiscard]] Request read_state() const;

  [[nodiscard]] Result<void> open_link();
  /// Faults go to `done`, values to `then`.
  template <class T>
  void ask(Requests requests, const Done<T>& done, OnValues then);

  // The steps of start_arm(). `round`: another disarm ends it.
  void prepare_watchdog(std::uint16_t ticks, std::uint64_t round, Done<void> done);
  void close_relay(std::uint16_t last_trigger, std::uint64_t round, Done<void> done);

  void try_disarm(int attempts, Done<void> done);
  void open_relay(Done<void> done);
  void release(int output, const std::string& text, Done<void> done);

  [[nodiscard]] InterlockState state_of(const std::vector<std::uint16_t>& inputs,
                                        const std::vector<std::uint16_t>& outputs,
                                        std::uint16_t watchdog) const;
  [[nodiscard]] std::uint16_t next_trigger();
  [[nodiscard]] tl::unexpected<Fault> born(Errc code, std::string command, std::string detail) const;
  [[nodiscard]] tl::unexpected<Fault> disarmed_meanwhile(std::string command) const;

  ModbusLink& link_;
  WagoWiring wiring_;
  Duration timeout_;
  std::uint16_t input_count_;  // that must be read to see all that is wired
  std::uint16_t output_count_;
  bool armed_ = false;
  std::uint64_t round_ = 0;    // counts disarmings
  std::uint16_t trigger_ = 0;  // the value last written
  std::set<int> pressed_;      // outputs under way
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace meterbench::wago_750
