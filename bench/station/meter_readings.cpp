#include "bench/station/meter_readings.h"

#include <fmt/format.h>

#include <algorithm>

namespace meterbench {

std::string to_text(MeterTime time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss of_day{time - day};
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     of_day.hours().count(), of_day.minutes().count(), of_day.seconds().count());
}

std::string_view to_text(RegisterFlow flow) {
  switch (flow) {
    case RegisterFlow::delivered: return "delivered";
    case RegisterFlow::received: return "received";
    case RegisterFlow::net: break;
  }
  return "net";
}

std::optional<ActiveEnergy> RegisterSet::energy(RegisterFlow flow, int tier) const {
  const auto found = std::ranges::find_if(
      energies, [&](const EnergyRegister& one) { return one.flow == flow && one.tier == tier; });
  return found == energies.end() ? std::nullopt : std::optional{found->energy};
}

const DemandRegister* RegisterSet::demand(RegisterFlow flow, int tier) const {
  const auto found = std::ranges::find_if(demands, [&](const DemandRegister& one) {
    return one.flow == flow && one.tier == tier && one.maximum && one.occurrence == 1;
  });
  return found == demands.end() ? nullptr : &*found;
}

std::optional<MeterClock::Difference> MeterClock::difference(std::chrono::minutes zone) const {
  using namespace std::chrono;
  constexpr double kResolution = 1;  // s
  if (!time) return std::nullopt;
  const double interval = duration<double>(answered_utc - asked_utc).count();
  const local_time<milliseconds> asked_local{asked_utc.time_since_epoch() + zone};
  const double from_asked = duration<double>(*time - asked_local).count();
  return Difference{.value = Seconds{from_asked + kResolution / 2 - interval / 2},
                    .half_width = Seconds{(interval + kResolution) / 2}};
}

}  // namespace meterbench
