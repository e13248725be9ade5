// Demand: the energy of an interval over its length. An interval is as many subintervals on end as the
// configuration says, one of them in block mode; each of them ends one. What begins late or is cut short
// gives no demand, nor does any interval that it is part of (Measurement Canada E-34). Freestanding.
#pragma once

#include <cstdint>

#include "drivers/virtual_lab/meter/firmware/meter_data.h"

namespace meterbench::firmware {

class Demand {
 public:
  static constexpr std::uint32_t kMostSubintervals = 15;
  static constexpr std::int32_t kThousand = 1000;

  /// Subintervals of so many seconds, so many of them to an interval: 1 … kMostSubintervals. None is under
  /// way: restart() begins.
  /// `gain_permille`: of what is formed, beside the energy.
  Demand(std::uint32_t seconds, std::uint32_t subintervals, std::int8_t gain_permille = 0)
      : length_{seconds},
        subintervals_{subintervals},
        parts_{static_cast<std::uint32_t>(kThousand + gain_permille)} {}

  /// Whatever was under way is cut short. The next subinterval ends in `seconds`, and is `whole` or the rest
  /// of one.
  void restart(std::uint32_t seconds, bool whole);
  /// No demand is formed for so many seconds: cold-load pickup.
  void hold(std::uint32_t seconds);
  /// Another tier is in force from now on: an interval over both is of neither.
  void tier_changed();
  /// A demand reset: the subintervals that have ended take no part in later demands. The one under way goes
  /// on, so that no reset makes an interval shorter, and none is lost (type-approval.md 8).
  void forget_ended() { whole_ = tier_whole_ = 0; }

  void add(std::uint32_t flow, std::uint64_t quanta) { now_.quanta[flow] += quanta; }

  struct Energy {
    std::uint64_t quanta[kFlows]{};
    friend bool operator==(const Energy&, const Energy&) = default;
  };
  struct Formed {
    bool demand{};    ///< a whole interval has ended
    bool one_tier{};  ///< and the tier that is in force was throughout
    Energy energy{};
  };
  /// A second has ended.
  [[nodiscard]] Formed end_second();

  [[nodiscard]] std::uint32_t subinterval_seconds() const { return length_; }
  [[nodiscard]] std::uint32_t interval_seconds() const { return length_ * subintervals_; }
  [[nodiscard]] std::uint32_t seconds_left() const { return left_; }
  /// Of the interval under way.
  [[nodiscard]] Energy so_far() const;

 private:
  [[nodiscard]] Energy sum(std::uint32_t ended) const;
  [[nodiscard]] Energy told(Energy energy) const;

  std::uint32_t length_;
  std::uint32_t subintervals_;
  std::uint32_t parts_;     // of a thousand of the energy
  std::uint32_t left_ = 0;  // seconds of the one under way
  std::uint32_t held_ = 0;  // seconds
  bool now_whole_ = false;
  bool now_in_one_tier_ = false;
  Energy now_;
  Energy ended_[kMostSubintervals];
  std::uint32_t next_ = 0;        // place of the one under way in ended_
  std::uint32_t whole_ = 0;       // ended whole, on end
  std::uint32_t tier_whole_ = 0;  // and in the tier in force
};

}  // namespace meterbench::firmware
