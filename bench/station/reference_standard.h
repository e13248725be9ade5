#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "bench/core/reactor.h"
#include "bench/model/capabilities.h"
#include "bench/model/load_point.h"
#include "bench/station/error_calculator.h"

namespace meterbench {

/// What a reference standard measures on one circuit.
struct CircuitReading {
  Voltage voltage{};
  Current current{};
  ActivePower active{};
  ReactivePower reactive{};  ///< positive: inductive, for the delivered direction
};

struct ReferenceReading {
  std::array<CircuitReading, LoadPoint::kCircuits> circuits{};
  ActivePower active{};  ///< by the standard's own definition
  Frequency frequency{};
  bool overloaded = false;  ///< a range is exceeded: the figures are worth nothing
  std::string ranges;       ///< in use: `240V 50A`; empty where the standard does not tell
};

/// A reference standard: measures the load and gives out pulses in proportion to energy.
class ReferenceStandard {
 public:
  virtual ~ReferenceStandard() = default;

  [[nodiscard]] virtual ReferenceDefinition definition() const = 0;
  virtual void start_identify(Done<std::string> done) = 0;
  /// The serial number in an identity that it has told; nothing where the standard does not tell it.
  [[nodiscard]] virtual std::optional<std::string> serial_number_in(const std::string&) const { return {}; }

  /// Makes ready for `point`: fixes the ranges and sets the pulse output. Reports the energy of one output
  /// pulse (c_ref), read back from the instrument.
  virtual void start_prepare(const LoadPoint& point, Done<ActiveEnergy> done) = 0;

  virtual void start_read(Done<ReferenceReading> done) = 0;

  /// Null where the standard has none.
  [[nodiscard]] virtual ErrorCalculator* error_calculator() { return nullptr; }

  /// Hears of each fault that the driver overcame by asking again, so that the record can tell. None: nobody.
  using OnRepeat = std::function<void(const Fault& overcome)>;
  void on_repeat(OnRepeat hear) { hear_repeat_ = std::move(hear); }

 protected:
  void repeated(const Fault& overcome) const {
    if (hear_repeat_) hear_repeat_(overcome);
  }

 private:
  OnRepeat hear_repeat_;
};

}  // namespace meterbench
