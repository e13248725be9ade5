#pragma once

namespace meterbench::gate {

/// t that Student's t at `degrees_of_freedom` > 0 exceeds with probability `p`, 0 < p < 1.
[[nodiscard]] double student_exceeded(double p, double degrees_of_freedom);

/// P(|T| ≥ |t|).
[[nodiscard]] double student_two_sided(double t, double degrees_of_freedom);

}  // namespace meterbench::gate
