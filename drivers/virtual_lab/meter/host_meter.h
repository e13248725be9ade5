#pragma once

#include <functional>
#include <memory>

#include "bench/model/meter_type.h"
#include "drivers/virtual_lab/meter/firmware/firmware.h"
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
  };
  /// The test LED lights at the instant given of the world, not before the segment at hand begins.
  using OnLed = std::function<void(Instant)>;

  HostMeter(const MeterType& type, const Imperfections& imperfections, OnLed on_led);

  void on_segment(const Segment& segment) override;

  void set_body_temperature(Temperature temperature) { body_temperature_ = temperature; }

  /// Registers since power-up.
  [[nodiscard]] ActiveEnergy delivered() const;
  [[nodiscard]] ActiveEnergy received() const;
  /// Samples converted since power-up.
  [[nodiscard]] std::uint64_t samples() const { return converted_; }

 private:
  void convert(const Terminals& terminals, std::uint64_t until);
  void take_led_edges();
  [[nodiscard]] Phasor current_factor(Frequency frequency) const;

  MeterType type_;
  Imperfections imperfections_;
  OnLed on_led_;
  double sample_rate_;  // Hz of true time
  Temperature body_temperature_{23};
  std::uint64_t converted_ = 0;
  Phasor carrier_{1.0};  // of the next sample; the phase goes on when the frequency changes
  std::unique_ptr<firmware::Board> board_;
  firmware::MeterFirmware firmware_;
};

}  // namespace meterbench::virtual_lab
