#pragma once

#include <string>

#include "bench/ledger/ledger.h"
#include "bench/planner/plan.h"
#include "bench/station/chamber.h"

namespace meterbench {

/// Hears how a run goes, on the bench thread, between waits. Must not throw.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void run_started(const std::string& /*run_id*/, const Plan& /*plan*/) {}
  /// Now and then while the meters are brought to a temperature; `elapsed` since that began.
  virtual void soaking(const PlannedSoak& /*soak*/, const ChamberReading& /*now*/, Seconds /*elapsed*/) {}
  virtual void point_started(std::size_t /*index*/, const PlannedPoint& /*point*/) {}
  /// `edges` of the slowest position out of those that the point needs.
  virtual void counting(std::size_t /*index*/, std::uint64_t /*edges*/, std::uint64_t /*needed*/) {}
  /// A load is about to be held for nothing but the registers: `445 s more at 200 A delivered, …`
  virtual void holding_for_registers(const std::string& /*what*/) {}
  virtual void point_ended(std::size_t /*index*/, const PointRecord& /*record*/) {}
};

}  // namespace meterbench
