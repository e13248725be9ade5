#include "drivers/virtual_lab/meter/firmware/energy_registers.h"

#include "drivers/virtual_lab/meter/firmware/defect.h"

namespace meterbench::firmware {

// A block has at most 2^39 quanta, a million is below 2^20.
RegisterInput::Energy RegisterInput::take(std::int64_t net) {
  const std::uint32_t flow = net < 0 ? kReceived : kDelivered;
  if (flow == kReceived && detent_) return {};
  auto size = static_cast<std::uint64_t>(net < 0 ? -net : net);
  if (kDefect == Defect::register_slips) size -= size / 50;
  const std::uint64_t scaled = size * parts_ + remainder_[flow];
  remainder_[flow] = scaled % kMillion;
  return {swapped_ ? kReceived - flow : flow, scaled / kMillion};
}

namespace {

void add_pulses(std::uint64_t& pulses, std::uint64_t& rest, std::uint64_t quanta, std::uint64_t kt) {
  rest += quanta;
  if (rest < kt) return;
  pulses += rest / kt;
  rest %= kt;
}

void end_period(RegisterBlock& block) {
  for (PeakDemand& peak : block.peak) peak = {0, kNoTime, peak.cumulative_watts + peak.watts};
}

}  // namespace

void add_energy(RegisterSet& registers, EnergyRests& rests, const RegisterInput::Energy& energy,
                std::uint8_t tier, std::uint64_t kt) {
  const std::uint32_t flow = energy.flow;
  add_pulses(registers.total.pulses[flow], rests.total[flow], energy.quanta, kt);
  add_pulses(registers.tier[tier].pulses[flow], rests.tier[tier][flow], energy.quanta, kt);
}

RegisterSet empty_registers() {
  RegisterSet registers{};
  for (PeakDemand& peak : registers.total.peak) peak.at = kNoTime;
  for (RegisterBlock& block : registers.tier)
    for (PeakDemand& peak : block.peak) peak.at = kNoTime;
  return registers;
}

void note_demand(PeakDemand& peak, std::uint32_t watts, LocalTime at) {
  if (watts <= peak.watts) return;
  peak.watts = watts;
  peak.at = at;
}

void end_period(RegisterSet& registers) {
  ++registers.demand_resets;
  end_period(registers.total);
  for (RegisterBlock& block : registers.tier) end_period(block);
}

}  // namespace meterbench::firmware
