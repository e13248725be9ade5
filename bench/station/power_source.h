#pragma once

#include <string>

#include "bench/core/reactor.h"
#include "bench/model/capabilities.h"
#include "bench/model/load_point.h"
#include "bench/model/voltage_dip.h"

namespace meterbench {

enum class OutputState { off, ramp, on, trip };
[[nodiscard]] std::string_view to_text(OutputState state);

struct SourceStatus {
  OutputState output = OutputState::off;
  std::string reason;  ///< of a trip
};

/// A programmable phantom-load source: independent voltages and currents, no real load.
class PowerSource {
 public:
  virtual ~PowerSource() = default;

  [[nodiscard]] virtual SourceCapabilities capabilities() const = 0;

  /// Manufacturer, model, serial number and firmware as the instrument tells them.
  virtual void start_identify(Done<std::string> done) = 0;

  /// Sets the hardware limits and reads them back. Must come before the first apply(). Wider limits than
  /// the capabilities are out_of_range.
  void start_set_limits(const SourceLimits& limits, Done<void> done);

  /// Drives the output to `point` and reports once the source says that it stands there. A point beyond
  /// the limits set, with all its harmonics (or NaN), or a waveform beyond the capabilities is out_of_range
  /// before a byte leaves. Without limits set: refused.
  void start_apply(const LoadPoint& point, Done<void> done);

  /// Lets the voltages that stand there dip and reports once that is over and they stand there again. A
  /// source without dips, a voltage beyond the limits set, and what has no length are out_of_range before a
  /// byte leaves; before apply(): refused.
  void start_dip(const VoltageDip& dip, Done<void> done);

  /// Output off in any state, any number of times, confirmed by reading the state back. Opens the link
  /// first when it is closed.
  virtual void start_off(Done<void> done) = 0;

  virtual void start_status(Done<SourceStatus> done) = 0;

 private:
  virtual void do_set_limits(const SourceLimits& limits, Done<void> done) = 0;
  virtual void do_apply(const LoadPoint& point, Done<void> done) = 0;
  /// Of a source that has them.
  virtual void do_dip(const VoltageDip& dip, Done<void> done);

  SourceLimits limits_{};  // zero: none set
  Voltage highest_{};      // rms of any circuit, of what was applied last; zero: nothing was
};

}  // namespace meterbench
