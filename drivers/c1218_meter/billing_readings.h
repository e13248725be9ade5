// Registers with tiers and demands, those of earlier periods, and present values.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "bench/station/meter_readings.h"
#include "drivers/c1218_meter/table_set.h"

namespace meterbench::c1218_meter {

[[nodiscard]] Missing missing_for_billing(const Tables& tables);
[[nodiscard]] Missing missing_for_present(const Tables& tables);

/// From tables of which none is missing; or a sentence why they mean nothing. What counts neither active
/// energy nor active power of the whole meter is left out, and so is what no document describes.
[[nodiscard]] tl::expected<MeterBilling, std::string> billing_from(const Tables& tables);
[[nodiscard]] tl::expected<MeterPresent, std::string> present_from(const Tables& tables);

}  // namespace meterbench::c1218_meter
