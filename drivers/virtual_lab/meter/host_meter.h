#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "bench/core/bytes.h"
#include "bench/model/meter_type.h"
#include "drivers/virtual_lab/meter/firmware/firmware.h"
#include "drivers/virtual_lab/meter/sample_clock.h"
#include "drivers/virtual_lab/world/thermal_body.h"
#include "drivers/virtual_lab/world/world.h"

namespace meterbench::virtual_lab {

/// One meter in the world: front end and converter feed the firmware, which runs in this process.
class HostMeter final : public Observer {
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
    bool sealed = false;  ///< as it leaves an inspector: programming and a cold start are refused
    // Defects.
    std::uint64_t lost_one_in = 0;     ///< that many LED pulses, one is not given; 0: none is lost
    std::uint64_t doubled_one_in = 0;  ///< that many LED pulses, one is followed by another; 0: none is
    double register_gain_percent = 0;  ///< of the registers that the optical port tells against the LED
    bool register_direction_swapped = false;  ///< they tell delivered energy as received and the reverse
    bool detent = false;                      ///< received energy reaches none of them; the LED tells of it
  };
  static constexpr double kTurnover = 25;  ///< °C
  /// What is done while nothing stands on its terminals, its filters have run empty and nobody talks to it:
  /// samples of 0 would then change nothing but the time.
  enum class Idle { skip, simulate };
  /// A pulse of the test LED begins at the instant given of the world, not before the segment at hand begins.
  using OnLed = std::function<void(Instant)>;

  /// `position`: where it stands, for its serial number. `starts`: the time of its clock at first; before
  /// 2000 nobody has set it.
  HostMeter(const MeterType& type, const Imperfections& imperfections, OnLed on_led,
            std::string_view position = "A", Idle idle = Idle::skip, UtcTime starts = {});

  void on_segment(const Segment& segment) override;

  /// Of its body, which follows the air.
  [[nodiscard]] Temperature body() const { return body_.temperature(); }
  /// What its display shows, UTF-8.
  [[nodiscard]] std::string display() const;

  /// Its switches, by their bit on the board.
  enum class Switch : std::uint32_t { display_scroll = 0, demand_reset = 1, test_mode = 2, disconnect = 3 };
  void press(Switch which, bool pressed);
  [[nodiscard]] bool pressed(Switch which) const;

  /// Its supply fails, or comes back. It lives on for 100 ms (made); dead it meters nothing, is dark and
  /// silent, and then begins with a reset. Its clock goes on, to the second.
  void set_supply(bool on);

  /// What its tables tell.
  [[nodiscard]] const firmware::MeterData& data() const { return firmware_->data(); }

  /// Registers since power-up.
  [[nodiscard]] ActiveEnergy delivered() const;
  [[nodiscard]] ActiveEnergy received() const;
  /// What it sees on its terminals, in the last whole second of its clock.
  [[nodiscard]] const firmware::PresentValues& present() const { return firmware_->data().present; }
  /// Samples converted since power-up.
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
  void power_up();
  [[nodiscard]] double sample_rate() const;
  void run_firmware();
  void pass_rest(std::uint64_t until);
  void convert(const Terminals& terminals, std::uint64_t until);
  /// Takes all samples before `until`, each as `next()` gives it.
  template <class Next>
  void take_samples(std::uint64_t until, Next next);
  [[nodiscard]] Tone tone(Frequency frequency, int order, const Phasors& voltage,
                          const Phasors& current) const;
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
  static constexpr std::uint64_t kLives = ~std::uint64_t{0};
  std::uint64_t converted_ = 0;  // samples, also those of a dead meter
  std::uint64_t began_ = 0;      // sample 0 of the board
  std::uint64_t dies_at_ = kLives;
  std::uint64_t lit_ = 0;  // LED pulses, whether given or lost
  // e^jωt of the next sample. The phase goes on when the frequency changes, and stands while there is
  // nothing.
  Phasor carrier_{0.0, 1.0};
  std::unique_ptr<firmware::Board> board_;
  std::optional<firmware::MeterFirmware> firmware_;  // since the last reset of the board
  Bytes said_;                                       // by the port, not taken yet
};

}  // namespace meterbench::virtual_lab
