#include "bench/model/energy_flow.h"

#include <gtest/gtest.h>

namespace meterbench {
namespace {

LoadPoint load(double pf, Direction direction, const Connection& connection = {}) {
  return make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{50}, PowerFactor{pf, false},
                         direction, connection);
}

TEST(EnergyFlow, IsThatOfThePower) {
  EXPECT_EQ(energy_flow(Form::s2, load(1, Direction::delivered)), EnergyFlow::delivered);
  EXPECT_EQ(energy_flow(Form::s2, load(0.25, Direction::delivered)), EnergyFlow::delivered);
  EXPECT_EQ(energy_flow(Form::s2, load(0.5, Direction::received)), EnergyFlow::received);
}

TEST(EnergyFlow, OfOpposedCoilsIsBalanced) {
  EXPECT_EQ(energy_flow(Form::s2, load(1, Direction::delivered, {Circuit::opposed})), EnergyFlow::balanced);
}

TEST(EnergyFlow, OfLegsAgainstEachOtherFollowsTheNet) {
  const auto legs = [](double share) {
    Connection connection{Circuit::legs};
    connection.leg_2 = {Ratio{share}, PowerFactor{1}, Direction::received};
    return load(1, Direction::delivered, connection);
  };
  EXPECT_EQ(energy_flow(Form::s2, legs(0.5)), EnergyFlow::delivered);
  EXPECT_EQ(energy_flow(Form::s2, legs(1.5)), EnergyFlow::received);
  EXPECT_EQ(energy_flow(Form::s2, legs(1)), EnergyFlow::balanced);
}

}  // namespace
}  // namespace meterbench
