#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/zera_mt786/set_point.h"

namespace meterbench::zera_mt786 {

/// Asks the built-in reference for the amplitudes alone: a sixth of the wire time of a whole `AME`.
inline constexpr std::string_view kAskAmplitudes = "AME0;1;2;3;4;5";

/// The amplitudes in an answer of lines `index;value`. Unknown indexes and other lines are passed over;
/// nothing when one of the six is missing, is no number or comes twice.
[[nodiscard]] std::optional<Channels> parse_amplitudes(const std::vector<std::string>& lines);

/// Nothing is on: a voltage below 1 V, a current below 5 mA (`made`; open inputs read 0.024 V and 0.09 mA).
[[nodiscard]] bool dark(const Channels& read);

/// Where `read` is not what was told, within 1 %: `U1 reads 0.024 V, told 240 V`; empty when it stands.
[[nodiscard]] std::string difference(const Channels& told, const Channels& read);

/// No channel has moved by more than 0.05 % between two readings.
[[nodiscard]] bool steady(const Channels& before, const Channels& now);

/// A channel that was told to be on reads less than half of it: `U1 reads 0.024 V, told 240 V`; else empty.
[[nodiscard]] std::string gone(const Channels& told, const Channels& read);

}  // namespace meterbench::zera_mt786
