#pragma once

#include <array>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "bench/model/capabilities.h"
#include "bench/model/load_point.h"

namespace meterbench::zera_mt786 {

/// Voltages and currents of the phases R, S and T: as told, or as the built-in reference reads them.
struct Channels {
  std::array<double, 3> voltage_v{};
  std::array<double, 3> current_a{};
};

/// A load point in the words of the instrument.
struct SetPoint {
  std::string frequency;
  std::string voltages;
  std::string currents;
  std::string switching;  ///< makes active what the others have stored
  Channels told;          ///< rounded to the instrument's steps; 0: switched off
};

/// Every channel off, the auxiliary ones too.
inline constexpr std::string_view kAllOff = "SUIAAAAAAAAA";

[[nodiscard]] SourceCapabilities source_capabilities();

/// Circuit 1 is phase R, circuit 2 phase S; phase T stays off. A sentence for a person where the instrument
/// cannot give what is wanted: below its ranges, or between its steps by more than 0.5 %.
[[nodiscard]] tl::expected<SetPoint, std::string> set_point(const LoadPoint& point);

}  // namespace meterbench::zera_mt786
