// What every meter keeps that is read over an optical port. Here each driver meets the firmware of the
// virtual meter; beside each driver its driver_test meets the golden packets of the facts.
#include <cmath>

#include "drivers/virtual_lab/meter/factory.h"
#include "drivers/virtual_lab/meter/optical_port.h"
#include "drivers/virtual_lab/meter/virtual_meter.h"
#include "tests/contract/spoilt_session.h"

namespace meterbench::contract {
namespace {

using Tables = std::map<std::uint16_t, Bytes>;
using virtual_lab::Phasor;

constexpr Duration kLimit = 60s;  ///< the longest that a session may take

MeterType meter_type() {
  MeterType type;
  type.id = "contract";
  type.model = "FOCUS AX";
  type.form = Form::s2;
  type.class_amperes = Current{200};
  type.nominal_voltage = Voltage{240};
  type.nominal_frequency = Frequency{60};
  type.kh = from_watt_hours(7.2);
  type.kt = from_watt_hours(1.8);
  type.test_amperes = Current{30};
  type.maximum_current = Current{200};
  return type;
}

struct MeterRig : Surroundings {
  explicit MeterRig(const DriverEntry& driver)
      : Surroundings{{.settle_s = 0}},
        line{*this, driver, std::make_shared<virtual_lab::OpticalPort>(firmware)},
        meter{std::get<MeterDriver>(driver.driver).make(line.link, {})} {
    world.attach(firmware);
  }

  unsigned lit = 0;  ///< pulses of the test LED
  virtual_lab::VirtualMeter firmware{meter_type(), {}, [this](Instant) { ++lit; }};
  Line<ByteLink> line;
  std::unique_ptr<Meter> meter;

  /// 48 kW, or nothing. `sign`: −1 is received.
  void load(double amperes, double sign = 1) {
    world.source().apply(
        reactor.now(),
        {Frequency{60}, {Phasor{120}, Phasor{-120}}, {Phasor{sign * amperes}, Phasor{-sign * amperes}}});
  }
  Result<MeterIdentity> identify() {
    return finish<MeterIdentity>("identify", kLimit,
                                 [&](auto done) { meter->start_identify(std::move(done)); });
  }
  Result<MeterRegisters> registers() {
    return finish<MeterRegisters>("registers", kLimit,
                                  [&](auto done) { meter->start_read_registers(std::move(done)); });
  }
  Result<MeterState> state() {
    return finish<MeterState>("state", kLimit, [&](auto done) { meter->start_read_state(std::move(done)); });
  }
  Result<void> signal(unsigned pulses) {
    return finish<void>("signal", kLimit, [&](auto done) { meter->start_signal(pulses, std::move(done)); });
  }
  Result<Tables> tables(const std::vector<std::uint16_t>& numbers) {
    return finish<Tables>("tables", kLimit,
                          [&](auto done) { meter->start_read_tables(numbers, std::move(done)); });
  }
  void expect_registers(const MeterRegisters& told) {
    EXPECT_GT(told.step, ActiveEnergy{});
    EXPECT_LE(told.asked, told.answered);
    ASSERT_TRUE(told.delivered && told.received);
    EXPECT_NEAR(told.delivered->value(), firmware.delivered().value(), told.step.value());
    EXPECT_NEAR(told.received->value(), firmware.received().value(), told.step.value());
  }
};

class MeterContract : public testing::TestWithParam<const DriverEntry*> {
 protected:
  MeterRig rig{*GetParam()};
};

TEST_P(MeterContract, TellsTheSameIdentityWheneverItIsAsked) {
  const auto first = rig.identify();
  ASSERT_TRUE(first) << first.error().text();
  for (const std::string& part : {first->manufacturer, first->model, first->firmware, first->serial_number})
    EXPECT_FALSE(part.empty());
  const auto second = rig.identify();
  ASSERT_TRUE(second) << second.error().text();
  EXPECT_EQ(*second, *first);
}

TEST_P(MeterContract, TellsKtOfTheFirmware) {
  const auto told = rig.identify();
  ASSERT_TRUE(told) << told.error().text();
  ASSERT_TRUE(told->kt);
  EXPECT_NEAR(*told->kt / meter_type().kt, 1, 1e-9);
}

TEST_P(MeterContract, TellsTheSameStateWhateverIsRegistered) {
  const auto first = rig.state();
  ASSERT_TRUE(first) << first.error().text();
  EXPECT_EQ(first->identity, rig.identify().value());
  EXPECT_FALSE(first->configuration.empty());
  rig.load(200);
  rig.pass(20s);
  const auto second = rig.state();
  ASSERT_TRUE(second) << second.error().text();
  EXPECT_EQ(second->sha256(), first->sha256());
}

TEST_P(MeterContract, SignalsWithTheLedWithoutEnergy) {
  const Instant begin = rig.reactor.now();
  const auto told = rig.signal(13);
  ASSERT_TRUE(told) << told.error().text();
  rig.pass(std::chrono::ceil<std::chrono::seconds>(begin + 3s - rig.reactor.now()));
  EXPECT_EQ(rig.lit, 13U) << "at 10 Hz or more";
  EXPECT_EQ(rig.firmware.delivered() + rig.firmware.received(), ActiveEnergy{});
}

TEST_P(MeterContract, ASignalThatCannotBeIsRefusedAndLeavesTheMeterAlone) {
  for (const unsigned pulses : {0U, 1'000'000U}) EXPECT_FALSE(rig.signal(pulses)) << pulses;
  rig.pass(3s);
  EXPECT_EQ(rig.lit, 0U);
  EXPECT_TRUE(rig.signal(1));
}

TEST_P(MeterContract, ReadsTheRegistersOfTheFirmware) {
  rig.load(200);
  rig.pass(100s);
  rig.load(200, -1);
  rig.pass(40s);
  rig.load(0);
  rig.pass(1s);
  ASSERT_GT(watt_hours(rig.firmware.delivered()), 1000);
  ASSERT_GT(watt_hours(rig.firmware.received()), 400);
  const auto told = rig.registers();
  ASSERT_TRUE(told) << told.error().text();
  rig.expect_registers(*told);
}

TEST_P(MeterContract, TellsWhenTheRegistersHadTheirValue) {
  rig.load(200);
  rig.pass(30s);
  const Instant before = rig.reactor.now();
  const auto told = rig.registers();
  ASSERT_TRUE(told) << told.error().text();
  EXPECT_GE(told->asked, before);
  EXPECT_LE(told->answered, rig.reactor.now());
  const auto at = [](Instant t) { return ActivePower{48'000} * Seconds{in_seconds(t)}; };
  // The firmware's filter is late by some 25 ms; the terminals were energised from the first instant.
  EXPECT_GE(*told->delivered, at(told->asked) - told->step - at(instant_at(0.05)));
  EXPECT_LE(*told->delivered, at(told->answered) + told->step);
}

TEST_P(MeterContract, ReadsWholeTables) {
  const auto told = rig.tables({0, 1, 3});
  ASSERT_TRUE(told) << told.error().text();
  ASSERT_EQ(told->size(), 3U);
  for (const auto& [number, content] : *told) EXPECT_FALSE(content.empty()) << number;
  EXPECT_EQ(rig.tables({1})->at(1), told->at(1));
}

TEST_P(MeterContract, ATableThatIsNotThereIsARefusalThatLeavesTheLinkOpen) {
  EXPECT_EQ(rig.tables({1999}).error().code, Errc::refused);
  EXPECT_TRUE(rig.line.link.is_open());
  EXPECT_TRUE(rig.tables({1}));
}

TEST_P(MeterContract, HearsNoEchoOfAProbeThatGivesNone) {
  const auto echo = rig.finish<bool>("probe echo", kLimit,
                                     [&](auto done) { rig.meter->start_probe_echo(std::move(done)); });
  ASSERT_TRUE(echo) << echo.error().text();
  EXPECT_FALSE(*echo);
  EXPECT_TRUE(rig.identify()) << "and the meter is not confused by it";
}

TEST_P(MeterContract, HasOneSessionAfterTheOther) {
  int heard = 0;
  for (int n = 0; n < 3; ++n)
    rig.meter->start_identify([&](const Result<MeterIdentity>& told) { heard += told ? 1 : 0; });
  rig.pass(3 * kLimit);
  EXPECT_EQ(heard, 3);
}

TEST_P(MeterContract, IsReadAgainAfterTheLinkWasLostInTheMiddle) {
  std::optional<Result<MeterIdentity>> lost;
  rig.meter->start_identify([&](Result<MeterIdentity> result) { lost = std::move(result); });
  rig.pass(100ms);
  ASSERT_FALSE(lost);
  rig.line.link.close();
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->error().code, Errc::disconnected);
  const auto again = rig.identify();
  EXPECT_TRUE(again) << again.error().text();
}

INSTANTIATE_TEST_SUITE_P(Every, MeterContract, testing::ValuesIn(drivers_of<MeterDriver>()), DriverName{});

// --- One message spoilt ---

class SpoiltMeterSession : public SpoiltSession {};

TEST_P(SpoiltMeterSession, NeverTellsAWrongRegister) {
  const std::vector<Step<MeterRig>> session{
      {"registers", [](MeterRig& rig) {
         return rig.registers().map([&](const MeterRegisters& told) { rig.expect_registers(told); });
       }}};
  const auto make = [] {
    auto rig = std::make_unique<MeterRig>(driver());
    rig->load(200);
    rig->pass(2s);
    rig->load(0);
    rig->pass(1s);
    return rig;
  };
  expect_survival<MeterRig>(make, session, how());
}
// A signal that nobody heard of may be given all the same; one that was promised is given whole.
TEST_P(SpoiltMeterSession, NeverTellsAWrongStateNorPromisesASignalThatDoesNotCome) {
  const std::vector<Step<MeterRig>> session{{"state",
                                             [](MeterRig& rig) {
                                               return rig.state().map([&](const MeterState& told) {
                                                 EXPECT_EQ(told.identity.serial_number, "VIRTUAL-A");
                                                 EXPECT_EQ(told.configuration.at(1).size(), 32U);
                                               });
                                             }},
                                            {"signal", [](MeterRig& rig) {
                                               const unsigned before = rig.lit;
                                               const auto told = rig.signal(2);
                                               rig.pass(1s);
                                               return told.map([&] { EXPECT_EQ(rig.lit - before, 2U); });
                                             }}};
  expect_survival<MeterRig>([] { return std::make_unique<MeterRig>(driver()); }, session, how());
}
INSTANTIATE_TEST_SUITE_P(Every, SpoiltMeterSession,
                         testing::Combine(testing::ValuesIn(drivers_of<MeterDriver>()),
                                          testing::ValuesIn(kTamperings)),
                         SpoiltName{});

}  // namespace
}  // namespace meterbench::contract
