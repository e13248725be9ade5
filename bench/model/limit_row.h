// Rows of a file of limits: what they ask for and where they hold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/model/interval.h"
#include "bench/model/limit.h"
#include "bench/model/meter_type.h"
#include "bench/model/named_current.h"

namespace meterbench {

/// What a row asks for: a percentage, one for each kelvin between two temperatures, that a meter gives no
/// more than so many LED pulses, or that it starts.
enum class LimitKind { percent, percent_per_kelvin, pulses, starts };

struct LimitRow {
  Limit limit;  ///< `terms` in words as below; of `percent_per_kelvin` the figure of one kelvin
  LimitKind kind = LimitKind::percent;
  std::uint64_t pulses = 0;  ///< of LimitKind::pulses: at most
  // Conditions besides the limit's test and power factor; the row holds where all of them do.
  Interval<PowerFactor> power_factors{};  ///< where `limit` has no power factor, by the angle
  Interval<CurrentShare> current{};
  Interval<Temperature> temperature{};
  std::optional<Ratio> voltage{};  ///< of the meter's nominal voltage
  std::optional<LineConnection> connection{};
};

/// `10 % of Ib ≤ I < 20 % of Ib, 5 °C ≤ T ≤ 30 °C, direct`: the conditions besides test and power factor.
[[nodiscard]] std::string conditions_text(const LimitRow& row);

/// How the loads lie to each other for which two rows of one file hold; rows of other tests or kinds are
/// disjoint.
[[nodiscard]] Relation relation(const LimitRow& a, const LimitRow& b);

/// Of which result the limit is asked for.
struct LimitQuestion {
  std::string_view test;
  LimitKind kind = LimitKind::percent;
  PowerFactor power_factor;
  Current current{};
  Voltage voltage{};
  Temperature temperature{};
};

/// The most particular row that holds for that meter; null when there is none. No two rows may be
/// Relation::crossing or Relation::same, as load_limits_file() makes sure.
[[nodiscard]] const LimitRow* find_limit(const std::vector<LimitRow>& rows, const LimitQuestion& asked,
                                         const MeterType& meter);

/// Whether some row could hold for some meter at some load with that power factor.
[[nodiscard]] bool may_hold(const std::vector<LimitRow>& rows, std::string_view test, LimitKind kind,
                            const PowerFactor& power_factor);

/// The limit of a row per kelvin for two results that far apart.
[[nodiscard]] Limit over(const LimitRow& row, TemperatureDifference apart);

}  // namespace meterbench
