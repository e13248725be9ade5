// The physics that all simulators share: what the source puts on the terminals, seen by the reference
// standard and by the meters. Time moves in cells of constant amplitude and angle.
#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/core/quantity.h"
#include "bench/core/time.h"
#include "drivers/virtual_lab/world/climate.h"
#include "drivers/virtual_lab/world/light.h"
#include "drivers/virtual_lab/world/pulse_signal.h"
#include "drivers/virtual_lab/world/safety_loop.h"
#include "drivers/virtual_lab/world/source_output.h"

namespace meterbench::virtual_lab {

/// Everything on the terminals between `begin` and `end`: constant amplitudes and angles.
struct Segment {
  Instant begin;
  Instant end;
  std::uint64_t cell;  ///< index of the noise cell that both lie in, or where a long rest begins
  Terminals terminals;
  Temperature air{23};  ///< around the meters
};

/// Who lives on what the terminals carry: meters, the reference's input.
class Observer {
 public:
  virtual ~Observer() = default;
  /// Segments come without gap or overlap, in order.
  virtual void on_segment(const Segment& segment) = 0;
};

class World {
 public:
  /// Length of a noise cell; noise is a function of (seed, component, position, cell).
  static constexpr Duration kCell = std::chrono::milliseconds{20};

  World(std::uint64_t seed, const SourceOutput::Settings& source);

  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] SourceOutput& source() { return source_; }
  [[nodiscard]] Climate& climate() { return climate_; }
  [[nodiscard]] SafetyLoop& safety() { return safety_; }

  /// `observer` must outlive the world's last advance.
  void attach(Observer& observer) { observers_.push_back(&observer); }

  /// Brings everything to `t`; going back is ignored.
  void advance_to(Instant t);
  /// The same where nothing has been energised and nobody looks: at once, as a single segment.
  void rest_until(Instant t);

  /// Signals that can be wired to a counter's input, by name: `reference.pulses`, `led.A`.
  void add_signal(std::string name, PulseSignal& signal) {
    signals_.insert_or_assign(std::move(name), &signal);
  }
  /// Null when there is none of that name.
  [[nodiscard]] PulseSignal* signal(const std::string& name) const;

  /// What a photodiode in front of a meter sees, by position: `A`.
  void add_light(std::string position, Light& light) {
    lights_.insert_or_assign(std::move(position), &light);
  }
  [[nodiscard]] Light* light(const std::string& position) const;
  [[nodiscard]] const std::map<std::string, Light*>& lights() const { return lights_; }

  /// Sensors by name: `body.A`, the body of the meter at position A.
  void add_thermometer(std::string name, std::function<Temperature()> read) {
    thermometers_.insert_or_assign(std::move(name), std::move(read));
  }
  /// Nothing when there is none of that name: an open input.
  [[nodiscard]] std::optional<Temperature> thermometer(const std::string& name) const;

  /// A meter's switches by name: `switch.A.demand_reset`.
  void add_switch(std::string name, std::function<void(bool pressed)> set) {
    switches_.insert_or_assign(std::move(name), std::move(set));
  }
  /// False when there is none of that name.
  bool press(const std::string& name, bool pressed);

  /// Whether a wire of this name leads anywhere: to a signal, a thermometer or a switch.
  [[nodiscard]] bool knows_wire(const std::string& name) const {
    return signals_.contains(name) || thermometers_.contains(name) || switches_.contains(name);
  }

 private:
  /// To `end`; what stands on the terminals and in the air is that of the cell in which it begins.
  void pass_segment(Instant end);

  std::uint64_t seed_;
  Instant now_{};
  SourceOutput source_;
  Climate climate_;
  SafetyLoop safety_;
  std::vector<Observer*> observers_;
  std::map<std::string, PulseSignal*> signals_;
  std::map<std::string, Light*> lights_;
  std::map<std::string, std::function<Temperature()>> thermometers_;
  std::map<std::string, std::function<void(bool)>> switches_;
};

}  // namespace meterbench::virtual_lab
