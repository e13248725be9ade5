// From energy to what is billed: registers by direction and tier, demand, clock, modes, logs, and what keeps
// them over a power cut; switches and display beside them. Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/billing_state.h"
#include "drivers/virtual_lab/meter/firmware/billing_store.h"
#include "drivers/virtual_lab/meter/firmware/board.h"
#include "drivers/virtual_lab/meter/firmware/calibration_record.h"
#include "drivers/virtual_lab/meter/firmware/configuration_record.h"
#include "drivers/virtual_lab/meter/firmware/demand.h"
#include "drivers/virtual_lab/meter/firmware/display.h"
#include "drivers/virtual_lab/meter/firmware/identity_record.h"
#include "drivers/virtual_lab/meter/firmware/meter_clock.h"
#include "drivers/virtual_lab/meter/firmware/meter_functions.h"
#include "drivers/virtual_lab/meter/firmware/switch_panel.h"

namespace meterbench::firmware {

/// Does its work at the ends of blocks, which lie at multiples of kBlock samples: intervals, tiers and all
/// else that the clock brings begin with the first block that ends at their second or after it.
///
/// No interval cut short gives a demand. It is cut by a power cut, by each setting of the clock, by either
/// change of the mode, by clear_data(), by a warm and a cold start and by other configuration; for the demand
/// of a tier also by a change of the tier. A demand reset cuts none.
class Billing final : public MeterFunctions {
 public:
  /// Test mode ends by itself after so long, made.
  static constexpr std::uint32_t kMostSecondsOfTest = 4 * 3600;

  /// A reset of the board. Without a valid calibration nothing is registered; without a valid configuration
  /// the meter goes by 15-minute blocks on its crystal. Test mode and intervals do not outlast a reset.
  Billing(Board& board, const CalibrationRecord& calibration, const IdentityRecord& identity,
          const ConfigurationRecord& configuration);

  [[nodiscard]] const MeterData& data() const { return state_.data; }

  /// So many quanta have come with the block that ends at `sample`; delivered is positive.
  void on_block(std::int64_t quanta, std::uint64_t sample);
  /// Time has come to `sample`, and the blocks until then that on_block() did not tell of brought no energy.
  /// To go there in one step or in many comes to the same.
  void on_time(std::uint64_t sample);
  /// The end of the next block at which anything may change but the time below a second. Whoever steps
  /// further at once has to leave room in the ring of EEPROM writes: each hour is saved.
  [[nodiscard]] std::uint64_t next_event_sample() const;

  /// So many periods of the voltage have begun since the last call, for the line clock.
  void on_line_periods(std::uint32_t periods) { line_periods_ += periods; }
  /// All but what is said about demand, which is kept here.
  void on_present(const PresentValues& values);
  void on_switches(std::uint32_t word) { panel_.see_switches(word); }
  void on_cover(bool open) { panel_.see_cover(open); }
  /// The supply fails: all that survives goes into the ring of EEPROM writes now.
  void on_power_fail();
  /// It has come back without a reset. (A reset by power-on does the same.)
  void on_power_return();

  ProcedureResult cold_start(std::uint16_t user) override;
  ProcedureResult warm_start(std::uint16_t user) override;
  ProcedureResult clear_data(std::uint16_t user) override;
  ProcedureResult reset_list(ReadList list, std::uint16_t user) override;
  ProcedureResult mark_read(ReadList list, std::uint16_t entries) override;
  ProcedureResult change_mode(Mode mode, std::uint16_t user) override;
  ProcedureResult clear_status(std::uint16_t user) override;
  /// In test mode it clears the maxima of the test and begins a new interval; nothing is kept, counted or
  /// logged. Else it is `timing` while the last one excludes it.
  ProcedureResult demand_reset(std::uint16_t user) override;
  /// `conflict` in test mode.
  ProcedureResult self_read(std::uint16_t user) override;
  /// To the end of the last block.
  ProcedureResult set_clock(LocalTime time, std::uint16_t user) override;
  ProcedureResult switch_relay(bool closed, std::uint16_t user) override;
  void log(EventCode code, std::uint16_t user, std::uint16_t argument) override;

  /// From now on programming is refused, until the cover is off and the switches say otherwise.
  ProcedureResult seal(std::uint16_t user);
  /// The configuration has been changed.
  void configure(const ConfigurationRecord& configuration);

 private:
  [[nodiscard]] BillingStore::Found load();
  void set_up();
  void power_up(bool failed);
  void end_block();
  void end_second(LocalTime now);
  void end_interval(const Demand::Formed& formed);
  void answer_switches(std::uint32_t requests);
  void restart_demand();
  void follow_tiers();
  void leave_test_mode(std::uint16_t user);
  void unseal();
  void tell_demand();
  void save();
  [[nodiscard]] std::uint64_t blocks_to_event() const;
  [[nodiscard]] std::uint32_t watts(std::uint64_t quanta) const;

  Board& board_;
  RegisterInput input_;
  bool calibrated_;
  std::uint64_t kt_;  // quanta
  std::int8_t demand_gain_permille_;
  std::uint64_t kt_nanowatthours_;
  ConfigurationRecord configuration_;
  std::uint16_t program_status_ = 0;  // what the configuration has against it, of the bits of ST-03
  BillingStore store_;
  BillingState state_;
  MeterClock clock_;
  Demand demand_;
  SwitchPanel panel_;
  Display display_;
  std::uint64_t at_ = 0;  // end of the last block, samples
  std::uint32_t line_periods_ = 0;
  std::uint32_t test_left_ = 0;  // s
  bool supplied_ = true;
};

}  // namespace meterbench::firmware
