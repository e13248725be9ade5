// What all readings of a meter's tables begin with.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "drivers/c1218_meter/session.h"
#include "drivers/protocol/c1219/general_tables.h"
#include "drivers/protocol/c1219/scaling.h"

namespace meterbench::c1218_meter {

/// Code of the virtual meter's maker: what a manufacturer's table, procedure or event means, the maker says.
inline constexpr std::string_view kOwnMaker = "MTBN";

/// Which tables are still missing, ST-00 first: it tells what else there is.
using Missing = tl::expected<std::vector<std::uint16_t>, Obstacle>;
/// `needed` and those `useful` ones that the meter has. `own`: useful where its maker is ours.
[[nodiscard]] Missing missing(const Tables& tables, const std::vector<std::uint16_t>& needed,
                              std::vector<std::uint16_t> useful, const std::vector<std::uint16_t>& own = {});
/// Tables that describe what the registers count, for missing().
inline constexpr std::uint16_t kActualSources = 11, kUnits = 12, kConstants = 15, kSources = 16;

/// Empty where it was not read.
[[nodiscard]] ByteView content(const Tables& tables, std::uint16_t table);
[[nodiscard]] c1219::Decoded<c1219::GeneralConfiguration> configuration_of(const Tables& tables);
[[nodiscard]] c1219::Decoded<std::vector<c1219::Source>> sources_of(const Tables& tables,
                                                                    const c1219::Formats& formats);

}  // namespace meterbench::c1218_meter
