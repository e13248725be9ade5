#include "drivers/virtual_lab/meter/firmware/demand.h"

#include "drivers/virtual_lab/meter/firmware/defect.h"

namespace meterbench::firmware {

void Demand::restart(std::uint32_t seconds, bool whole) {
  left_ = seconds;
  if (kDefect == Defect::interval_goes_on) {
    now_whole_ = true;
    return;
  }
  now_whole_ = whole && held_ == 0;
  now_in_one_tier_ = true;
  now_ = {};
  forget_ended();
}

void Demand::hold(std::uint32_t seconds) {
  held_ = seconds;
  if (seconds > 0) now_whole_ = false;
}

void Demand::tier_changed() {
  // At the very beginning of a subinterval all of it is still to come.
  now_in_one_tier_ = left_ == length_ && now_ == Energy{};
  tier_whole_ = 0;
}

Demand::Formed Demand::end_second() {
  if (held_ > 0) --held_;
  if (--left_ > 0) return {};

  const auto one_more = [this](std::uint32_t ended) { return ended < subintervals_ ? ended + 1 : ended; };
  whole_ = now_whole_ ? one_more(whole_) : 0;
  tier_whole_ = now_whole_ && now_in_one_tier_ ? one_more(tier_whole_) : 0;
  ended_[next_] = now_;
  next_ = (next_ + 1) % subintervals_;

  left_ = length_;
  now_whole_ = held_ == 0;
  now_in_one_tier_ = true;
  now_ = {};
  return {whole_ == subintervals_, tier_whole_ == subintervals_, told(sum(subintervals_))};
}

Demand::Energy Demand::so_far() const {
  // The oldest of a full set has no part in the interval that ends next.
  Energy energy = sum(whole_ < subintervals_ ? whole_ : subintervals_ - 1);
  for (std::uint32_t flow = 0; flow < kFlows; ++flow) energy.quanta[flow] += now_.quanta[flow];
  return told(energy);
}

/// What becomes of an energy in demands. Less than 2^53 quanta of an interval leave room for the parts.
Demand::Energy Demand::told(Energy energy) const {
  if (parts_ != kThousand)
    for (std::uint64_t& quanta : energy.quanta) quanta = quanta * parts_ / kThousand;
  return energy;
}

/// Of the last `ended` subintervals that have ended.
Demand::Energy Demand::sum(std::uint32_t ended) const {
  Energy energy;
  for (std::uint32_t back = 1; back <= ended; ++back)
    for (std::uint32_t flow = 0; flow < kFlows; ++flow)
      energy.quanta[flow] += ended_[(next_ + subintervals_ - back) % subintervals_].quanta[flow];
  return energy;
}

}  // namespace meterbench::firmware
