// A meter's mode and status, its clock, its logs and what it records in intervals.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "bench/core/clock.h"
#include "bench/station/meter_readings.h"
#include "drivers/c1218_meter/table_set.h"

namespace meterbench::c1218_meter {

[[nodiscard]] Missing missing_for_status(const Tables& tables);
[[nodiscard]] Missing missing_for_clock(const Tables& tables);
[[nodiscard]] Missing missing_for_log(const Tables& tables);
[[nodiscard]] Missing missing_for_profile(const Tables& tables);

/// From tables of which none is missing; or a sentence why they mean nothing.
[[nodiscard]] tl::expected<MeterStatus, std::string> status_from(const Tables& tables);
/// `bench`: whose clock the reading's instants were taken from.
[[nodiscard]] tl::expected<MeterClock, std::string> clock_from(const Tables& tables, const Clock& bench);
[[nodiscard]] tl::expected<MeterLog, std::string> log_from(const Tables& tables);
[[nodiscard]] tl::expected<MeterProfile, std::string> profile_from(const Tables& tables);

}  // namespace meterbench::c1218_meter
