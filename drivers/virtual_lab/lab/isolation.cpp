#include "drivers/virtual_lab/lab/isolation.h"

#include <numbers>

namespace meterbench::virtual_lab {

namespace {

constexpr double kRadiansPerArcmin = std::numbers::pi / 180 / 60;

}  // namespace

Isolation::Isolation(const Settings& settings, Observer& socket) : settings_{settings}, socket_{socket} {}

void Isolation::on_segment(const Segment& segment) {
  if (settings_.gain_percent == 0 && settings_.phase_error_arcmin == 0 &&
      settings_.circuit_difference_percent == 0)
    return socket_.on_segment(segment);
  Segment arrives = segment;  // all errors of the power are put on the currents
  turn_currents(arrives.terminals, 1 + settings_.gain_percent / 100,
                Angle{settings_.phase_error_arcmin * kRadiansPerArcmin});
  part_currents(arrives.terminals, settings_.circuit_difference_percent / 100);
  socket_.on_segment(arrives);
}

}  // namespace meterbench::virtual_lab
