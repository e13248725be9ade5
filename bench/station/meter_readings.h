// What a meter tells of what it measures, of its clock and of what happened to it, in the terms of the field.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bench/core/bytes.h"
#include "bench/core/quantity.h"
#include "bench/core/time.h"

namespace meterbench {

/// Local time of a meter, whatever its zone.
using MeterTime = std::chrono::local_seconds;
/// `2024-06-15 13:45:30`
[[nodiscard]] std::string to_text(MeterTime time);

/// Which way what a register counts goes; `net` is delivered less received.
enum class RegisterFlow { delivered, received, net };
[[nodiscard]] std::string_view to_text(RegisterFlow flow);

/// A dial reading. `tier`: 0 of all tiers together, 1 … of that tier alone; so below.
struct EnergyRegister {
  RegisterFlow flow{};
  int tier = 0;
  ActiveEnergy energy{};
  ActiveEnergy step{};  ///< the register's own resolution
};

struct DemandRegister {
  RegisterFlow flow{};
  int tier = 0;
  int occurrence = 1;  ///< where the meter keeps several extremes
  bool maximum = true;
  ActivePower extreme{};
  std::optional<MeterTime> at{};  ///< end of its interval
  std::optional<ActivePower> cumulative{};
  std::optional<ActivePower> continuous_cumulative{};
};

/// The registers at one moment.
struct RegisterSet {
  std::optional<MeterTime> ended{};  ///< nothing for those that go on
  std::optional<unsigned> sequence{};
  std::optional<unsigned> demand_resets{};
  std::vector<EnergyRegister> energies{};
  std::vector<DemandRegister> demands{};

  /// The register of that flow and tier, where there is one.
  [[nodiscard]] std::optional<ActiveEnergy> energy(RegisterFlow flow, int tier = 0) const;
  [[nodiscard]] const DemandRegister* demand(RegisterFlow flow, int tier = 0) const;
};

/// How a demand is formed. An interval is `subintervals` times `subinterval` long; 1: block demand.
struct DemandInterval {
  std::chrono::minutes subinterval{};
  int subintervals = 1;

  friend bool operator==(const DemandInterval&, const DemandInterval&) = default;
};

struct MeterBilling {
  RegisterSet present{};
  std::optional<RegisterSet> before_reset{};  ///< as the last demand reset found them
  std::optional<RegisterSet> last_season{};
  std::vector<RegisterSet> self_reads{};  ///< oldest first
  std::vector<DemandInterval> intervals{};
  Instant asked{};     ///< for the present ones: the last byte of the request has left
  Instant answered{};  ///< the first byte of the reply is there
};

/// Power factor is a Ratio.
using PresentQuantity =
    std::variant<Voltage, Current, ActivePower, ReactivePower, ApparentPower, Frequency, Ratio>;
struct PresentValue {
  PresentQuantity value{};
  std::string line{};                  ///< `A-N`; empty: of the whole
  std::optional<RegisterFlow> flow{};  ///< of a power that goes one way
  bool demand = false;                 ///< the mean over an interval that has ended
};
struct PresentDemand {
  RegisterFlow flow{};
  ActivePower value{};                              ///< of the interval under way
  std::optional<std::chrono::seconds> remaining{};  ///< of that interval
};
struct MeterPresent {
  std::vector<PresentDemand> demands{};
  std::vector<PresentValue> values{};
  Instant asked{}, answered{};
};

/// The meter's clock against that of the bench.
struct MeterClock {
  std::optional<MeterTime> time{};  ///< nothing where it was never set
  bool utc = false;                 ///< the meter says that its time is that of Greenwich
  bool daylight_saving = false;     ///< in force, as the meter says
  Instant asked{}, answered{};
  UtcTime asked_utc{}, answered_utc{};  ///< the bench's labels of these

  struct Difference {
    Seconds value{};
    Seconds half_width{};
  };
  /// Meter less bench, whose local time is `zone` ahead of UTC. The reading was taken at some instant between
  /// the two, and a clock that shows t is somewhere between t and t + 1 s.
  [[nodiscard]] std::optional<Difference> difference(std::chrono::minutes zone) const;
};

struct MeterStatus {
  std::string mode{};                ///< `metering`, `test mode`
  std::vector<std::string> flags{};  ///< those that are set, in words
  Bytes manufacturer{};              ///< what its maker adds
  // Nothing where the meter does not tell.
  std::optional<bool> disconnect_closed{};  ///< also of a meter without one
  std::optional<bool> sealed{};
};

struct MeterEvent {
  std::optional<MeterTime> time{};
  std::optional<unsigned> number{};
  unsigned user = 0;
  unsigned code = 0;  ///< as in ANSI C12.19; the manufacturer's have 2048 added
  std::string text{};
  Bytes argument{};
};
struct MeterLog {
  std::vector<MeterEvent> events{};   ///< oldest first
  std::vector<MeterEvent> history{};  ///< what was done to the meter, oldest first
  bool events_lost = false;           ///< more than its list holds
};

/// What a meter records in intervals; empty where it has no such tables.
struct ProfileSet {
  int number = 1;
  unsigned blocks = 0, valid_blocks = 0;
  unsigned intervals = 0;  ///< of a block
  unsigned channels = 0;
  std::chrono::minutes interval{};
  bool active = false;
};
using MeterProfile = std::vector<ProfileSet>;

}  // namespace meterbench
