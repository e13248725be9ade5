#pragma once

#include "drivers/virtual_lab/world/world.h"

namespace meterbench::virtual_lab {

/// What lies between the terminals and a socket: the burden of the meters beside it, and the isolating
/// transformers that let many meters in series have their voltages in parallel. No part of any meter's error.
class Isolation final : public Observer {
 public:
  struct Settings {
    double gain_percent = 0;  ///< of the power that arrives; positive: more than stands on the terminals
    /// Positive: the current arrives with less lag. A time: n times as large an angle at order n.
    double phase_error_arcmin = 0;
    /// Positive: more of the first current arrives and less of the second. In series they make up for each
    /// other.
    double circuit_difference_percent = 0;
  };

  /// `socket` sees what arrives; it must outlive this.
  Isolation(const Settings& settings, Observer& socket);

  void on_segment(const Segment& segment) override;

 private:
  Settings settings_;
  Observer& socket_;
};

}  // namespace meterbench::virtual_lab
