#include "bench/planner/burden.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/planner/sample_bench.h"

namespace meterbench {
namespace {

using namespace sample;
using ::testing::HasSubstr;

/// 4 VA at nominal voltage, 0.5 mΩ.
MeterType burdening(MeterType meter) {
  meter.voltage_burden = ApparentPower{4};
  meter.current_impedance = Resistance{0.0005};
  return meter;
}

LoadPoint load(Form form, double volts, double amperes, Connection connection = {}) {
  return make_load_point(form, Voltage{volts}, Frequency{60}, Current{amperes}, kUnity, Direction::delivered,
                         connection);
}

TEST(Burden, OfATwoWireMeterIsOnCircuitOneAlone) {
  const Burden b = burden_of(at_a(burdening(meter_1s())), Resistance{0.005}, load(Form::s1, 120, 100));
  EXPECT_NEAR(b.voltage_power[0].value(), 4, 1e-12);
  EXPECT_EQ(b.voltage_power[1].value(), 0);
  EXPECT_NEAR(b.across_current[0].value(), 0.55, 1e-12);  // 100 A · 5.5 mΩ
  EXPECT_EQ(b.across_current[1].value(), 0);
}

TEST(Burden, BetweenTheLegsIsSharedByTheirVoltages) {
  const Meters meter = at_a(burdening(meter_2s()));
  const Burden even = burden_of(meter, Resistance{}, load(Form::s2, 240, 200));
  EXPECT_NEAR(even.voltage_power[0].value(), 2, 1e-12);
  EXPECT_NEAR(even.voltage_power[1].value(), 2, 1e-12);
  EXPECT_NEAR(even.across_current[1].value(), 0.1, 1e-12);
  Connection split;
  split.leg_1_voltage = Ratio{0.75};
  EXPECT_NEAR(burden_of(meter, Resistance{}, load(Form::s2, 240, 1, split)).voltage_power[0].value(), 3,
              1e-12);
  // On the network V12 is 240·√3/2, so the coil takes 3 VA, and each leg gives it 120/207.85 of that.
  Connection network;
  network.service = Service::network;
  EXPECT_NEAR(burden_of(meter, Resistance{}, load(Form::s2, 240, 1, network)).voltage_power[0].value(),
              3 * 120 / 207.8460969, 1e-9);
}

TEST(Burden, GrowsWithTheSquareOfTheVoltageAndWithEachMeter) {
  const Meters three{
      {"A", burdening(meter_3s())}, {"B", burdening(meter_3s())}, {"C", burdening(meter_1s())}};
  const Burden b = burden_of(three, Resistance{0.005}, load(Form::s3, 144, 10));
  EXPECT_NEAR(b.voltage_power[0].value(), 3 * 4 * 1.44, 1e-12);
  EXPECT_NEAR(b.across_current[0].value(), 10 * 0.0065, 1e-12);
}

TEST(PlanBurden, BeyondTheSourceIsToldWithBothFigures) {
  const Meters three{
      {"A", burdening(meter_2s())}, {"B", burdening(meter_2s())}, {"C", burdening(meter_2s())}};
  PlanningStation station = bench();
  station.wiring = Resistance{0.005};
  station.source.compliance = Voltage{1.25};  // 200 A · 6.5 mΩ = 1.3 V
  const Scenario scenario = scenario_of({step_at({Current{50}, Current{200}})});
  const Plan plan = plan_of(scenario, three, station);
  EXPECT_EQ(plan.points.size(), 1U);
  ASSERT_EQ(plan.unreachable.size(), 1U);
  EXPECT_EQ(plan.unreachable[0].reason,
            "the current circuits of 3 meters and their wiring need 1.3 V across channel 1 at 200 A; the "
            "source gives 1.25 V");
  station.source.compliance = Voltage{1.3 + 1e-9};
  EXPECT_EQ(plan_of(scenario, three, station).points.size(), 2U);

  station.source.voltage_power = ApparentPower{5};
  EXPECT_THAT(mistakes_of(scenario, station, bench_limits(), three),
              HasSubstr("the voltage circuits of 3 meters take 6 VA of channel 1; the source gives 5 VA"));
}

TEST(PlanBurden, OfMetersThatAreNotMeasuredHereCountsToo) {
  // B asks for 20 A only; at 200 A it would be overloaded, at 10 A it stands in the way.
  MeterType heavy = burdening(meter_2s());
  heavy.current_impedance = Resistance{0.2};
  PlanningStation station = bench();
  station.source.compliance = Voltage{1};
  const Plan plan = plan_of(scenario_of({step_at({Ratio{0.01}, Ratio{0.05}})}),
                            {{"A", burdening(meter_2s())}, {"B", heavy}}, station);
  EXPECT_EQ(plan.points.size(), 1U);  // 2 A · 0.2005 Ω = 0.4 V; 10 A: 2 V
}

}  // namespace
}  // namespace meterbench
