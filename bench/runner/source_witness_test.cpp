#include "bench/runner/source_witness.h"

#include <gtest/gtest.h>

namespace meterbench {
namespace {

constexpr SourceAccuracy kAccuracy{from_percent(0.25)};

/// 2S, 240 V, 50 A: 12 kW in series.
LoadPoint load_of(const Connection& connection, Direction direction = Direction::delivered) {
  return make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{50}, PowerFactor{}, direction,
                         connection);
}

SourceWitness witness(const LoadPoint& load, double seen_w, double whole_w,
                      ReferenceDefinition definition = ReferenceDefinition::two_element) {
  return source_witness(kAccuracy, definition, Form::s2, load, ActivePower{seen_w}, ActivePower{whole_w});
}

TEST(SourceWitnessOf, ALoadInSeriesTellsByHowMuchTheReferenceIsHigherThanTheSourceIsSet) {
  for (const Direction direction : {Direction::delivered, Direction::received})
    for (const double sign : {1.0, -1.0}) {
      const SourceWitness w = witness(load_of({}, direction), sign * 11'970, 12'000);
      EXPECT_NEAR(percent(w.apart), -0.25, 1e-9);
      EXPECT_NEAR(percent(w.accuracy), 0.25, 1e-9);
    }
}

TEST(SourceWitnessOf, ALaggingLoadIsLessAccurateByTheAngle) {
  // 0.1° is 0.001745329 rad; at 0.5 lag tan φ = √3: 0.25 % and 0.3023 %.
  const LoadPoint load =
      make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{50}, {0.5, false}, Direction::delivered);
  const SourceWitness w =
      source_witness({from_percent(0.25), from_degrees(0.1)}, ReferenceDefinition::two_element, Form::s2,
                     load, ActivePower{6000}, ActivePower{6000});
  EXPECT_NEAR(percent(w.accuracy), 0.25 + 0.302299, 1e-6);
}

TEST(SourceWitnessOf, LegsThatCancelInPartIsLessAccurate) {
  const LoadPoint load = load_of({.circuit = Circuit::legs, .leg_2 = {Ratio{0.5}, {}, Direction::received}});
  // 6 kW less 3 kW: three times in the 3 kW that are left.
  const SourceWitness w = witness(load, 3'030, 3'000);
  EXPECT_NEAR(percent(w.apart), 1, 1e-9);
  EXPECT_NEAR(percent(w.accuracy), 0.75, 1e-9);
}

TEST(SourceWitnessOf, OpposedCoilsIsInProportionToTheirPowerInSeries) {
  const SourceWitness w = witness(load_of({.circuit = Circuit::opposed}), 60, 12'000);
  EXPECT_NEAR(percent(w.apart), 0.5, 1e-9);
  EXPECT_NEAR(percent(w.accuracy), 0.25, 1e-9);
}

TEST(SourceWitnessOf, AReferenceThatSeesOneCircuitIsThatOfTheCircuit) {
  const SourceWitness w = witness(load_of({}), 12'000, 12'000, ReferenceDefinition::series);
  EXPECT_NEAR(percent(w.apart), 0, 1e-9);
  EXPECT_NEAR(percent(w.accuracy), 0.25, 1e-9);
}

}  // namespace
}  // namespace meterbench
