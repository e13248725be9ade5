// What a meter's tables come to.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "bench/station/meter.h"
#include "drivers/c1218_meter/session.h"

namespace meterbench::c1218_meter {

/// Code of the virtual meter's maker: what a manufacturer's table or procedure means, the maker says.
inline constexpr std::string_view kOwnMaker = "MTBN";

/// Which tables are still missing, ST-00 first: it tells what else there is.
using Missing = tl::expected<std::vector<std::uint16_t>, std::string>;
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
