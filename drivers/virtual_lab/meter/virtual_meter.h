#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "bench/core/bytes.h"
#include "bench/model/meter_type.h"
#include "drivers/virtual_lab/meter/firmware/firmware.h"
#include "drivers/virtual_lab/meter/processor.h"
#include "drivers/virtual_lab/meter/sample_clock.h"
#include "drivers/virtual_lab/world/thermal_body.h"
#include "drivers/virtual_lab/world/world.h"

namespace meterbench::virtual_lab {

/// One meter in the world: front end and converter feed the firmware on its processor, in lock step with
/// simulated time. What the firmware comes to is fetched when somebody looks, when one of its inputs changes,
/// and once its ring of samples is full: how the world cuts time changes nothing of it.
class VirtualMeter final : public Observer {
 public:
  /// How this meter differs from the nominal one.
  struct Imperfections {
    double gain_percent = 0;  ///< positive: over-registers
    /// Positive: sees the current lag less, over-registers at lag. A time: n times as large an angle at order
    /// n.
    double phase_error_arcmin = 0;
    double temperature_slope_percent_per_k = 0;  ///< of the gain, from 23 °C of its body
    double clock_ppm = 0;                        ///< positive: its clock is fast, over-registers
    /// More of that by the square of its body's distance from kTurnover, which a crystal is cut for.
    double clock_ppm_per_k2 = 0;
    double delay_s = 0;                  ///< from energy to LED; never below the filter's own 25 ms
    double body_time_constant_s = 1800;  ///< with which its body follows the air (made)
    double self_heating_k = 0;           ///< of its body at Imax in all circuits, by the current squared
    int demand_interval_min = 15;        ///< of its block demand
    bool sealed = false;  ///< as it leaves an inspector: programming and a cold start are refused
    // Defects.
    std::uint64_t lost_one_in = 0;     ///< that many LED pulses, one is not given; 0: none is lost
    std::uint64_t doubled_one_in = 0;  ///< that many LED pulses, one is followed by another; 0: none is
    double led_constant_percent = 0;   ///< energy of an LED pulse beside the Kt that is told
    double register_gain_percent = 0;  ///< of the registers that the optical port tells against the LED
    double demand_gain_percent = 0;    ///< of demands against the energy; in steps of 0.1 %
    double creep_w = 0;          ///< registered beyond the load at nominal voltage, by its square; delivered
    bool open_security = false;  ///< any password is taken, everybody may do everything
    bool register_direction_swapped = false;  ///< they tell delivered energy as received and the reverse
    bool detent = false;                      ///< received energy reaches none of them; the LED tells of it
  };
  static constexpr double kTurnover = 25;  ///< °C
  /// What is done while nothing stands on its terminals, its filters have run empty and nobody talks to it:
  /// samples of 0 would then change nothing but the time.
  enum class Idle { skip, simulate };
  /// A pulse of the test LED begins at the instant given of the world, not before the segment at hand begins.
  using OnLed = std::function<void(Instant)>;

  using Eeprom = std::array<std::uint8_t, sizeof(firmware::Board::eeprom)>;
  /// What the factory writes into the meter at `position`.
  [[nodiscard]] static Eeprom factory_eeprom(const MeterType& type, const Imperfections& imperfections,
                                             std::string_view position);

  /// `position`: where it stands, for its serial number. `starts`: the time of its clock at first; before
  /// 2000 nobody has set it.
  VirtualMeter(const MeterType& type, const Imperfections& imperfections, OnLed on_led,
               std::string_view position = "A", Idle idle = Idle::skip, UtcTime starts = {});
  /// The same with what its EEPROM holds at first. Throws FirmwareFailure when the firmware does not begin.
  VirtualMeter(const MeterType& type, const Imperfections& imperfections, OnLed on_led, Idle idle,
               UtcTime starts, std::unique_ptr<Processor> processor, const Eeprom& eeprom);

  /// Called once, when the firmware cannot go on: why. From then on the meter is dead.
  void on_failure(std::function<void(const std::string&)> failed) { failed_ = std::move(failed); }
  /// Whose firmware runs, for the record.
  [[nodiscard]] std::string firmware_description() const { return processor_->description(); }
  /// Called at each reset by itself or by its watchdog: how it came to it.
  void on_reset(std::function<void(const std::string&)> reset) { on_reset_ = std::move(reset); }
  /// Of its board, by command and watchdog.
  [[nodiscard]] std::uint32_t resets() const { return resets_; }
  /// What survives without its supply.
  [[nodiscard]] const Eeprom& eeprom() {
    settle();
    return eeprom_;
  }
  /// Its firmware's side of it is that of the last settle().
  [[nodiscard]] const firmware::Board& board() const { return processor_->board(); }
  /// Brings what the firmware does up to the world's now: LED edges are told, bytes said, all that it holds
  /// can be looked at.
  void settle();
  /// Only as far as LED edges up to `t`, not after the world's now, take it: a firmware that tells of them in
  /// advance goes on meanwhile.
  void tell_edges_until(Instant t);
  /// No block of samples is longer; for tests, since it changes nothing but how long that takes.
  void set_longest_block(std::uint32_t samples) { longest_block_ = std::min(samples, longest_block_); }

  void on_segment(const Segment& segment) override;

  /// Of its body, which follows the air.
  [[nodiscard]] Temperature body() const { return body_.temperature(); }
  /// What its display shows, UTF-8.
  [[nodiscard]] std::string display();

  /// Its switches, by their bit on the board.
  enum class Switch : std::uint32_t { display_scroll = 0, demand_reset = 1, test_mode = 2, disconnect = 3 };
  void press(Switch which, bool pressed);
  [[nodiscard]] bool pressed(Switch which) const;

  /// Its supply fails, or comes back. It lives on for 100 ms (made); dead it meters nothing, is dark and
  /// silent, and then begins with a reset. Its clock goes on, to the second.
  void set_supply(bool on);

  // Of the host build alone: into an image nobody looks.

  /// What its tables tell.
  [[nodiscard]] const firmware::MeterData& data() { return inside().data(); }
  /// Registers since the last reset.
  [[nodiscard]] ActiveEnergy delivered();
  [[nodiscard]] ActiveEnergy received();
  /// What it sees on its terminals, in the last whole second of its clock.
  [[nodiscard]] const firmware::PresentValues& present() { return data().present; }

  /// Samples converted since the beginning of the world.
  [[nodiscard]] std::uint64_t samples() const { return converted_; }

  // Its optical port.

  /// `bytes` have arrived by now, the end of the last segment.
  void hear(ByteView bytes);
  /// What the meter has said since the last call, in the order of saying.
  [[nodiscard]] Bytes take_said();
  /// When the port does something next by itself; nothing while nobody talks.
  [[nodiscard]] std::optional<Instant> port_event();

 private:
  /// What one order puts into the converter: phasors of its peak, in counts.
  struct Tone {
    Phasor u, i1, i2;
  };
  enum class State {
    alive,
    off,      // without supply
    stalled,  // its firmware hangs, and the watchdog has not run out yet
    failed,   // for good
  };
  [[nodiscard]] const firmware::MeterFirmware& inside();
  [[nodiscard]] double sample_rate() const;
  [[nodiscard]] bool alive() const { return state_ == State::alive; }
  [[nodiscard]] firmware::Board& own_board() { return processor_->board(); }
  [[nodiscard]] std::uint64_t board_time() const { return converted_ - began_; }

  void begin(firmware::ResetCause cause, const firmware::ClockCell& cell);
  void power_up(firmware::ResetCause cause);
  void die();
  void stop(State state);
  [[noreturn]] void refuse(const std::string& why) const;
  void fail(const std::string& why);

  void follow_body(const Segment& segment);
  void follow_dip(const Terminals& terminals);
  [[nodiscard]] TemperatureDifference self_heating(const Terminals& terminals) const;
  void supply(bool on);
  void live_until(const Segment& segment, std::uint64_t until);
  [[nodiscard]] bool may_rest();
  void convert(const Terminals& terminals, std::uint64_t until);
  /// Takes all samples before `until`, each as `next()` gives it.
  template <class Next>
  void take_samples(std::uint64_t until, Next next);
  [[nodiscard]] Tone tone(Frequency frequency, int order, const Phasors& voltage,
                          const Phasors& current) const;

  void hand_over();
  void ask();
  void ring_doorbell();
  void change_input(std::uint32_t& word, std::uint32_t value);
  void hangs();
  void watch_dog();
  [[nodiscard]] bool knows_edges_until(std::uint64_t sample) const;
  void take_results();
  template <class Ring, class Take>
  void empty(const char* name, Ring& ring, Take take);
  void take_led_edges();
  void take_port_bytes();
  void take_eeprom_writes();
  [[nodiscard]] Phasor current_factor(Frequency frequency, int order) const;

  MeterType type_;
  Imperfections imperfections_;
  OnLed on_led_;
  ThermalBody body_;
  SampleClock clock_;
  Idle idle_;
  std::unique_ptr<Processor> processor_;
  std::function<void(const std::string&)> failed_, on_reset_;
  Eeprom eeprom_;
  State state_ = State::alive;
  bool plugged_ = true;  // its supply, see set_supply()
  bool dipped_ = false;  // its voltage, below what the supply needs
  static constexpr std::uint64_t kLives = ~std::uint64_t{0};
  std::uint64_t converted_ = 0;     // samples, also those of a dead meter
  std::uint64_t began_ = 0;         // sample 0 of the board
  bool asked_ = false;              // the processor, for something that has not been waited for
  bool resting_ = false;            // samples since the last ones given are 0 and not in the ring
  std::uint64_t settled_ = 0;       // what the firmware came to until there has been taken
  std::uint64_t dies_at_ = kLives;  // of the supply's loss
  std::uint64_t stopped_at_ = 0;    // when it ran last, unless it is alive
  std::uint64_t wakes_at_ = 0;      // by its watchdog, when stalled
  struct Told {
    std::uint64_t rest_until, port_wake, watchdog;
  };
  std::uint32_t led_until_ = 0;  // as the board has it, its edges taken
  Told told_{};                  // by the firmware when it was last waited for, as the board has them
  std::uint64_t port_active_until_ = 0;
  std::uint32_t longest_block_ = decltype(firmware::Board::samples)::capacity;
  std::uint32_t hangs_ = 0;
  std::uint32_t resets_ = 0;
  std::uint32_t quick_resets_ = 0;  // in a row
  std::string stalled_at_;          // where it hung before the next reset
  std::uint64_t looked_ = 0;        // until which its edges are behind it
  std::uint64_t last_edge_ = 0;     // of the LED, since the last reset
  std::uint64_t lit_ = 0;           // LED pulses, whether given or lost
  Bytes said_;                      // by the port, not taken yet
};

}  // namespace meterbench::virtual_lab
