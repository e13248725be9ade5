// How far a run is: told by the bench thread, read by whoever asks.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "bench/planner/plan.h"
#include "bench/station/chamber.h"

namespace meterbench {

class RunProgress {
 public:
  // On the bench thread.
  /// `left`: indexes of the points that are still to be measured. The plan must live until end().
  void begin(const Plan& plan, const std::vector<std::size_t>& left);
  void soak(const PlannedSoak& soak, const ChamberReading& now, Seconds elapsed);
  void point(std::size_t index);
  void edges(std::uint64_t counted, std::uint64_t needed);
  void point_over();
  /// `what` as RunObserver has it.
  void holding_for_registers(const std::string& what);
  void end();

  // From any thread.
  /// `[12/144, 3 h left] 2.5 A, 240 V, PF 0.5 lag, delivered: 3 of 20 LED edges`
  [[nodiscard]] std::string text() const;
  /// `point 012`, `the soak at 53 °C`; empty before the first.
  [[nodiscard]] std::string at_hand() const;
  /// Whether it is under way still.
  [[nodiscard]] bool at_work() const;

 private:
  [[nodiscard]] std::string soak_text() const;
  [[nodiscard]] std::string point_text() const;
  [[nodiscard]] Seconds time_left() const;

  mutable std::mutex mutex_;
  const Plan* plan_ = nullptr;
  std::vector<bool> left_;     // by index of the point
  std::string register_hold_;  // empty: none
  const PlannedSoak* soak_ = nullptr;
  ChamberReading chamber_{};
  Seconds elapsed_{};
  bool measuring_ = false;
  bool point_over_ = false;
  std::size_t index_ = 0;
  std::uint64_t edges_ = 0, needed_ = 0;
};

}  // namespace meterbench
