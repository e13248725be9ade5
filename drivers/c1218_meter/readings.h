// What a meter's tables come to.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "bench/station/meter.h"
#include "drivers/c1218_meter/session.h"

namespace meterbench::c1218_meter {

/// Which tables are still missing, ST-00 first: it tells what else there is.
using Missing = tl::expected<std::vector<std::uint16_t>, std::string>;
[[nodiscard]] Missing missing_for_identity(const Tables& tables);
[[nodiscard]] Missing missing_for_registers(const Tables& tables);

/// From tables of which none is missing; or a sentence why they mean nothing.
[[nodiscard]] tl::expected<MeterIdentity, std::string> identity_from(const Tables& tables);
[[nodiscard]] tl::expected<MeterRegisters, std::string> registers_from(const Tables& tables);

}  // namespace meterbench::c1218_meter
