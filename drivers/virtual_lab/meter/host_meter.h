#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "bench/core/bytes.h"
#include "bench/model/meter_type.h"
#include "drivers/virtual_lab/meter/firmware/firmware.h"
#include "drivers/virtual_lab/world/thermal_body.h"
#include "drivers/virtual_lab/world/world.h"

namespace meterbench::virtual_lab {

/// One meter in the world: front end and converter feed the firmware, which runs in this process.
class HostMeter final : public Observer {
 public:
  /// How this meter differs from the nominal one.
  struct Imperfections {
    double gain_percent = 0;        ///< positive: over-registers
    double phase_error_arcmin = 0;  ///< positive: sees the current lag less, over-registers at lag
    double temperature_slope_percent_per_k = 0;  ///< of the gain, from 23 °C of its body
    double clock_ppm = 0;                        ///< positive: its clock is fast, over-registers
    double delay_s = 0;                          ///< from energy to LED; never below the filter's own 25 ms
    double body_time_constant_s = 1800;          ///< with which its body follows the air (made)
  };
  /// The test LED lights at the instant given of the world, not before the segment at hand begins.
  using OnLed = std::function<void(Instant)>;

  /// `position`: where it stands, for its serial number.
  HostMeter(const MeterType& type, const Imperfections& imperfections, OnLed on_led,
            std::string_view position = "A");

  void on_segment(const Segment& segment) override;

  /// Of its body, which follows the air.
  [[nodiscard]] Temperature body() const { return body_.temperature(); }
  /// What its display shows, UTF-8.
  [[nodiscard]] std::string display() const;

  /// Its switches, by their bit on the board.
  enum class Switch : std::uint32_t { display_scroll = 0, demand_reset = 1, test_mode = 2, disconnect = 3 };
  void press(Switch which, bool pressed);
  [[nodiscard]] bool pressed(Switch which) const;

  /// Registers since power-up.
  [[nodiscard]] ActiveEnergy delivered() const;
  [[nodiscard]] ActiveEnergy received() const;
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
  void run_firmware();
  void convert(const Terminals& terminals, std::uint64_t until);
  void take_led_edges();
  void take_port_bytes();
  [[nodiscard]] Phasor current_factor(Frequency frequency) const;

  MeterType type_;
  Imperfections imperfections_;
  OnLed on_led_;
  double sample_rate_;  // Hz of true time
  ThermalBody body_;
  std::uint64_t converted_ = 0;
  Phasor carrier_{1.0};  // of the next sample; the phase goes on when the frequency changes
  std::unique_ptr<firmware::Board> board_;
  firmware::MeterFirmware firmware_;
  Bytes said_;  // by the port, not taken yet
};

}  // namespace meterbench::virtual_lab
