#include "drivers/virtual_lab/meter/firmware/energy_registers.h"

#include <gtest/gtest.h>

namespace meterbench::firmware {
namespace {

CalibrationRecord record(std::uint16_t options, std::int32_t gain_ppm) {
  CalibrationRecord calibration{};
  calibration.register_options = options;
  calibration.register_gain_ppm = gain_ppm;
  return calibration;
}

/// What the registers are told of ten thousand blocks of 123 quanta delivered and of 45 received.
EnergyRests told(const CalibrationRecord& calibration) {
  RegisterInput input{calibration};
  EnergyRests sum{};
  for (int n = 0; n < 10'000; ++n)
    for (const std::int64_t net : {123, -45}) {
      const RegisterInput::Energy energy = input.take(net);
      sum.total[energy.flow] += energy.quanta;
    }
  return sum;
}

TEST(RegisterInput, TellsAllOfTheEnergyByItsDirection) {
  const EnergyRests sum = told(record(0, 0));
  EXPECT_EQ(sum.total[kDelivered], 1'230'000U);
  EXPECT_EQ(sum.total[kReceived], 450'000U);
}

TEST(RegisterInput, OfADefectiveMeterIsOffByItsGain) {
  const EnergyRests more = told(record(0, 1'500));  // 0.15 %
  EXPECT_EQ(more.total[kDelivered], 1'231'845U);
  EXPECT_EQ(more.total[kReceived], 450'675U);
  const EnergyRests less = told(record(0, -500'000));
  EXPECT_EQ(less.total[kDelivered], 615'000U);
  EXPECT_EQ(less.total[kReceived], 225'000U);
}

TEST(RegisterInput, OfADefectiveMeterLosesWhatIsReceived) {
  const EnergyRests sum = told(record(kDetent, 0));
  EXPECT_EQ(sum.total[kDelivered], 1'230'000U);
  EXPECT_EQ(sum.total[kReceived], 0U);
}

TEST(RegisterInput, OfADefectiveMeterSwapsTheDirections) {
  const EnergyRests sum = told(record(kDirectionSwapped, 0));
  EXPECT_EQ(sum.total[kDelivered], 450'000U);
  EXPECT_EQ(sum.total[kReceived], 1'230'000U);
  const EnergyRests both = told(record(kDirectionSwapped | kDetent, 0));
  EXPECT_EQ(both.total[kDelivered], 0U);
  EXPECT_EQ(both.total[kReceived], 1'230'000U);
}

TEST(EnergyRegisters, TellWholePulsesAndKeepTheRest) {
  RegisterSet registers = empty_registers();
  EnergyRests rests{};
  constexpr std::uint64_t kKt = 1000;
  for (int n = 0; n < 70; ++n) add_energy(registers, rests, {kDelivered, 333}, n < 40 ? 1 : 2, kKt);
  add_energy(registers, rests, {kReceived, 5'999}, 2, kKt);
  EXPECT_EQ(registers.total.pulses[kDelivered], 23U);  // 23,310 quanta
  EXPECT_EQ(rests.total[kDelivered], 310U);
  EXPECT_EQ(registers.tier[1].pulses[kDelivered], 13U);  // 13,320
  EXPECT_EQ(registers.tier[2].pulses[kDelivered], 9U);   // 9,990
  EXPECT_EQ(rests.tier[2][kDelivered], 990U);
  EXPECT_EQ(registers.tier[0].pulses[kDelivered], 0U);
  EXPECT_EQ(registers.total.pulses[kReceived], 5U);
  EXPECT_EQ(registers.tier[2].pulses[kReceived], 5U);
}

// The sums of optical-port.md 6.9: 19,359 and then 4,990 W make 24,349, the next 5,321 W is added to that.
TEST(EnergyRegisters, AddTheMaximumToTheSumAtAReset) {
  RegisterSet registers = empty_registers();
  registers.demand_resets = 2;
  registers.total.peak[kDelivered].cumulative_watts = 19'359;
  note_demand(registers.total.peak[kDelivered], 4'990, 100);
  note_demand(registers.tier[3].peak[kReceived], 7, 200);
  end_period(registers);
  EXPECT_EQ(registers.demand_resets, 3);
  EXPECT_EQ(registers.total.peak[kDelivered], (PeakDemand{0, kNoTime, 24'349}));
  EXPECT_EQ(registers.tier[3].peak[kReceived], (PeakDemand{0, kNoTime, 7}));
  note_demand(registers.total.peak[kDelivered], 5'321, 300);
  EXPECT_EQ(registers.total.peak[kDelivered], (PeakDemand{5'321, 300, 24'349}));
  end_period(registers);
  EXPECT_EQ(registers.total.peak[kDelivered].cumulative_watts, 29'670U);
}

TEST(EnergyRegisters, KeepTheFirstOfEqualMaxima) {
  PeakDemand peak{0, kNoTime, 0};
  note_demand(peak, 0, 50);
  EXPECT_EQ(peak.at, kNoTime) << "0 is no maximum";
  note_demand(peak, 10, 100);
  note_demand(peak, 10, 200);
  note_demand(peak, 9, 300);
  EXPECT_EQ(peak, (PeakDemand{10, 100, 0}));
}

}  // namespace
}  // namespace meterbench::firmware
