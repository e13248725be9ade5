// What every temperature chamber keeps, whoever made it. Here each driver meets its simulator; beside each
// driver its driver_test meets the golden bytes of the facts.
#include <cmath>
#include <limits>

#include "tests/contract/identity.h"
#include "tests/contract/spoilt_session.h"

namespace meterbench::contract {
namespace {

constexpr Duration kLimit = 30s;  ///< the longest that anything may take
constexpr Temperature kBody{31};  ///< of the meter

struct ChamberRig : Surroundings {
  explicit ChamberRig(const DriverEntry& driver)
      : Surroundings{{}},
        line{*this, driver, make_simulator(driver, sensed_world(), {{{"input_1", "body.A"}}, {}})},
        chamber{std::get<ChamberDriver>(driver.driver).make(line.link, station_options())} {}

  Line<ModbusLink> line;
  std::unique_ptr<Chamber> chamber;

  Result<std::string> identify() {
    return finish<std::string>("identify", kLimit,
                               [&](auto done) { chamber->start_identify(std::move(done)); });
  }
  Result<void> condition(Temperature target) {
    return finish<void>("condition", kLimit,
                        [&](auto done) { chamber->start_condition(target, std::move(done)); });
  }
  Result<ChamberReading> read() {
    return finish<ChamberReading>("read", kLimit, [&](auto done) { chamber->start_read(std::move(done)); });
  }
  Result<void> rest() {
    return finish<void>("stop", kLimit, [&](auto done) { chamber->start_stop(std::move(done)); });
  }
  [[nodiscard]] Temperature air() { return world.climate().air(reactor.now()); }

  /// A reading against the world; one may be a second old.
  void expect_reading(const ChamberReading& reading, Temperature set_point, bool running) {
    EXPECT_NEAR(reading.air.value(), air().value(), 0.1);
    ASSERT_TRUE(reading.body);
    EXPECT_NEAR(reading.body->value(), kBody.value(), 1e-3);
    EXPECT_NEAR(reading.set_point.value(), set_point.value(), 0.01);
    EXPECT_EQ(reading.running, running);
  }

 private:
  virtual_lab::World& sensed_world() {
    world.add_thermometer("body.A", [] { return kBody; });
    return world;
  }
};

class ChamberContract : public testing::TestWithParam<const DriverEntry*> {
 protected:
  ChamberRig rig{*GetParam()};
};

TEST_P(ChamberContract, TellsTheSameIdentityWheneverItIsAsked) { expect_steady_identity(rig); }

TEST_P(ChamberContract, GoesWhereItIsToldAndReadsItsSetPointBack) {
  for (const Temperature target : {Temperature{53}, Temperature{0}, Temperature{-40}, Temperature{23}}) {
    SCOPED_TRACE(target.value());
    const auto told = rig.condition(target);
    ASSERT_TRUE(told) << told.error().text();
    rig.pass(2min);
    auto reading = rig.read();
    ASSERT_TRUE(reading) << reading.error().text();
    rig.expect_reading(*reading, target, true);
    rig.pass(2h);
    EXPECT_NEAR(rig.air().value(), target.value(), 0.1);
    reading = rig.read();
    ASSERT_TRUE(reading) << reading.error().text();
    rig.expect_reading(*reading, target, true);
  }
}

TEST_P(ChamberContract, SendsNothingBeyondItsReach) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Temperature target : {Temperature{-45.1}, Temperature{60.1}, Temperature{nan}})
    EXPECT_EQ(rig.condition(target).error().code, Errc::out_of_range);
  EXPECT_EQ(rig.plot.messages(), 0U);
}

TEST_P(ChamberContract, RestsWhenStoppedInAnyState) {
  EXPECT_TRUE(rig.rest()) << "never conditioned";
  ASSERT_TRUE(rig.condition(Temperature{53}));
  rig.pass(10min);
  const Temperature warm = rig.air();
  EXPECT_GT(warm, Temperature{40});
  ASSERT_TRUE(rig.rest());
  EXPECT_TRUE(rig.rest()) << "any number of times";
  rig.pass(1h);
  EXPECT_LT(rig.air(), warm);
  const auto reading = rig.read();
  ASSERT_TRUE(reading) << reading.error().text();
  EXPECT_FALSE(reading->running);
  EXPECT_TRUE(rig.condition(Temperature{53})) << "and can go on";
}

TEST_P(ChamberContract, RestsOverANewConnectionWhenTheLinkWasLost) {
  ASSERT_TRUE(rig.condition(Temperature{53}));
  rig.line.link.close();
  EXPECT_TRUE(rig.rest());
  const auto reading = rig.read();
  ASSERT_TRUE(reading) << reading.error().text();
  EXPECT_FALSE(reading->running);
}

INSTANTIATE_TEST_SUITE_P(Every, ChamberContract, testing::ValuesIn(drivers_of<ChamberDriver>()),
                         DriverName{});

// --- One message spoilt ---

class SpoiltChamberSession : public SpoiltSession {};

TEST_P(SpoiltChamberSession, NeverGivesAWrongTemperatureAndCanBeStopped) {
  const auto reads = [](Temperature set_point, bool running) {
    return [=](ChamberRig& rig) {
      return rig.read().map([&](const ChamberReading& r) { rig.expect_reading(r, set_point, running); });
    };
  };
  const auto rests = [](ChamberRig& rig) { return rig.rest(); };
  const Temperature target{53};
  const std::vector<Step<ChamberRig>> session{
      identified<ChamberRig>(),
      {"condition", [target](ChamberRig& rig) { return rig.condition(target); }},
      {"read", reads(target, true)},
      {"stop", rests},
      {"read when stopped", reads(target, false)}};
  expect_survival<ChamberRig>([] { return std::make_unique<ChamberRig>(driver()); }, session, how(),
                              [](ChamberRig& rig) { EXPECT_TRUE(rig.rest()); });
}
INSTANTIATE_TEST_SUITE_P(Every, SpoiltChamberSession,
                         testing::Combine(testing::ValuesIn(drivers_of<ChamberDriver>()),
                                          testing::ValuesIn(kTamperings)),
                         SpoiltName{});

}  // namespace
}  // namespace meterbench::contract
