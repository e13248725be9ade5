#pragma once

#include <optional>
#include <string>

#include "bench/core/quantity.h"
#include "bench/core/reactor.h"
#include "bench/model/capabilities.h"

namespace meterbench {

/// What a chamber tells of itself.
struct ChamberReading {
  Temperature air{};
  std::optional<Temperature> body;  ///< of the meter's body, where a sensor is on it
  Temperature set_point{};
  bool running = false;
};

/// A temperature chamber with the meters in it.
class Chamber {
 public:
  virtual ~Chamber() = default;

  /// Also makes sure that the controller speaks the driver's units and word order, or refuses.
  virtual void start_identify(Done<std::string> done) = 0;

  /// Conditions towards `target`; done once the controller has the new set point, read back. Beyond the
  /// controller's own limits: out_of_range, nothing is written.
  virtual void start_condition(Temperature target, Done<void> done) = 0;
  virtual void start_read(Done<ChamberReading> done) = 0;
  /// No heating or cooling. A chamber may be left so by day and night.
  virtual void start_stop(Done<void> done) = 0;
};

}  // namespace meterbench
