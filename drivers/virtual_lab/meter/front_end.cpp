#include "drivers/virtual_lab/meter/front_end.h"

#include <cmath>
#include <numbers>

namespace meterbench::virtual_lab::front_end {

double amperes_per_count(const MeterType& type) { return type.class_amperes.value() * 250e-9; }

std::complex<double> current_response(Frequency frequency) {
  constexpr double kLagAt60Hz = 12.0 / 60 * std::numbers::pi / 180;
  const double relative = frequency.value() / 60 * std::tan(kLagAt60Hz);
  return 1.0 / std::complex{1.0, relative};
}

}  // namespace meterbench::virtual_lab::front_end
