// Who a meter is, how it is configured, and its energies.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "bench/station/meter.h"
#include "drivers/c1218_meter/table_set.h"

namespace meterbench::c1218_meter {

[[nodiscard]] Missing missing_for_identity(const Tables& tables);
[[nodiscard]] Missing missing_for_registers(const Tables& tables);
/// All that the meter has of configuration: tables that hold no measured value, no clock and no secret. Of a
/// manufacturer's tables only those whose meaning is known.
[[nodiscard]] Missing missing_for_state(const Tables& tables);

/// From tables of which none is missing; or a sentence why they mean nothing.
[[nodiscard]] tl::expected<MeterIdentity, std::string> identity_from(const Tables& tables);
[[nodiscard]] tl::expected<MeterState, std::string> state_from(const Tables& tables);
[[nodiscard]] tl::expected<MeterRegisters, std::string> registers_from(const Tables& tables);

}  // namespace meterbench::c1218_meter
