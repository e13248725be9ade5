#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bench/core/simulated_reactor.h"
#include "drivers/far_end/far_end.h"
#include "drivers/far_end/usb_far_end.h"
#include "drivers/link/memory_modbus_link.h"
#include "drivers/virtual_lab/world/thermal_body.h"
#include "drivers/virtual_lab/world/world.h"
#include "drivers/watlow_f4t/driver.h"
#include "drivers/watlow_f4t/simulator.h"

namespace meterbench::watlow_f4t {
namespace {

/// The meter's body, with a time constant of ten minutes.
class Body final : public virtual_lab::Observer {
 public:
  void on_segment(const virtual_lab::Segment& segment) override { body.follow(segment.begin, segment.air); }
  virtual_lab::ThermalBody body{600};
};

class F4tTogether : public testing::Test {
 protected:
  void make(std::vector<virtual_lab::ScriptedFault> faults = {},
            const std::map<std::string, double>& numbers = {}) {
    world.attach(body);
    world.add_thermometer("body.A", [this] { return body.body.temperature(); });
    const auto model = simulator_model();
    virtual_lab::SimulatorSettings settings;
    settings.wiring = {{"input_1", "body.A"}};
    settings.faults = std::move(faults);
    for (const auto& parameter : model.parameters) settings.numbers[parameter.key] = parameter.fallback;
    for (const auto& [key, value] : numbers) settings.numbers.at(key) = value;
    far_end = std::get<std::shared_ptr<ModbusFarEnd>>(model.make(world, settings));
    link = std::make_unique<MemoryModbusLink>(reactor, "chamber", *far_end, 1);
    chamber =
        std::make_unique<WatlowF4t>(*link, Options{.reach = {Temperature{-45}, Temperature{60}, 3, true}});
    reactor.on_advance([this](Instant now) { world.advance_to(now); });
  }
  Result<void> condition(double celsius) {
    return await<void>(reactor, "chamber", "condition", std::chrono::minutes{1},
                       [&](auto done) { chamber->start_condition(Temperature{celsius}, std::move(done)); });
  }
  Result<ChamberReading> read() {
    return await<ChamberReading>(reactor, "chamber", "read", std::chrono::minutes{1},
                                 [&](auto done) { chamber->start_read(std::move(done)); });
  }
  void wait(double seconds) { ASSERT_TRUE(reactor.wait_until(reactor.now() + from_seconds(seconds))); }

  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  virtual_lab::World world{1, {}};
  Body body;
  std::shared_ptr<ModbusFarEnd> far_end;
  std::unique_ptr<MemoryModbusLink> link;
  std::unique_ptr<WatlowF4t> chamber;
};

struct Panel {
  const char* name;
  std::map<std::string, double> numbers;
};
class F4tTogetherOnPanel : public F4tTogether, public testing::WithParamInterface<Panel> {};

TEST_P(F4tTogetherOnPanel, CarriesTheMeterTo53AndBack) {
  make({}, GetParam().numbers);
  auto done = condition(53);
  ASSERT_TRUE(done) << done.error().text();
  wait(900);
  auto reading = read();
  ASSERT_TRUE(reading) << reading.error().text();
  EXPECT_NEAR(reading->air.value(), 53, 1);
  ASSERT_TRUE(reading->body.has_value());
  EXPECT_LT(*reading->body, Temperature{50});  // it lags
  EXPECT_NEAR(reading->set_point.value(), 53, 1e-3);
  EXPECT_TRUE(reading->running);
  wait(2 * 3600);
  reading = read();
  ASSERT_TRUE(reading);
  EXPECT_NEAR(reading->air.value(), 53, 0.01);
  EXPECT_NEAR(reading->body->value(), 53, 0.01);

  done = await<void>(reactor, "chamber", "stop", std::chrono::minutes{1},
                     [&](auto finished) { chamber->start_stop(std::move(finished)); });
  ASSERT_TRUE(done);
  wait(4 * 3600);
  reading = read();
  ASSERT_TRUE(reading);
  EXPECT_FALSE(reading->running);
  EXPECT_LT(reading->air, Temperature{24});
}
INSTANTIATE_TEST_SUITE_P(Panels, F4tTogetherOnPanel,
                         testing::Values(Panel{"celsius", {}}, Panel{"fahrenheit", {{"fahrenheit", 1}}},
                                         Panel{"high_word_first", {{"high_word_first", 1}}}),
                         [](const auto& panel) { return std::string{panel.param.name}; });

TEST_F(F4tTogether, IdentifiesItself) {
  make();
  const auto identity = await<std::string>(reactor, "chamber", "identify", std::chrono::minutes{1},
                                           [&](auto done) { chamber->start_identify(std::move(done)); });
  ASSERT_TRUE(identity) << identity.error().text();
  EXPECT_THAT(*identity, testing::HasSubstr("part F4T1A2EAA1B1AAA, °C, low word first"));
}

TEST_F(F4tTogether, UnitsChangedAtThePanelDoNotChangeTheReading) {
  make({{.at = instant_at(10), .command = {}, .what = "fahrenheit"}});
  const auto before = read();
  wait(20);
  const auto after = read();
  ASSERT_TRUE(before && after);
  EXPECT_NEAR(before->air.value(), after->air.value(), 1e-4);
}

struct Spoilt {
  const char* what;
  Errc code;
};
class F4tTogetherSpoilt : public F4tTogether, public testing::WithParamInterface<Spoilt> {};

TEST_P(F4tTogetherSpoilt, IsAFaultAndNoNumber) {
  make({{.at = {}, .command = 3, .what = GetParam().what}});
  const auto reading = read();
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, GetParam().code) << reading.error().text();
}
INSTANTIATE_TEST_SUITE_P(
    Faults, F4tTogetherSpoilt,
    testing::Values(Spoilt{"sensor_open", Errc::refused}, Spoilt{"sensor_short", Errc::refused},
                    Spoilt{"body_sensor_open", Errc::refused}, Spoilt{"body_sensor_short", Errc::refused},
                    Spoilt{"limit_trip", Errc::tripped}, Spoilt{"alarm", Errc::refused},
                    Spoilt{"swapped_words", Errc::garbled}, Spoilt{"exception_1", Errc::refused},
                    Spoilt{"exception_2", Errc::refused}, Spoilt{"exception_3", Errc::refused},
                    Spoilt{"exception_4", Errc::refused}, Spoilt{"exception_6", Errc::refused},
                    Spoilt{"wrong_transaction", Errc::garbled}, Spoilt{"wrong_unit", Errc::garbled},
                    Spoilt{"cut_short", Errc::timeout}, Spoilt{"bad_check", Errc::timeout},
                    Spoilt{"reset", Errc::disconnected}, Spoilt{"late", Errc::timeout},
                    Spoilt{"silence", Errc::timeout}),
    [](const auto& fault) { return std::string{fault.param.what}; });

TEST_F(F4tTogether, ARefusedSetPointAndARunningProfileAreRefusals) {
  make({{.at = {}, .command = 1, .what = "refuse_set_point"},
        {.at = instant_at(60), .command = {}, .what = "profile_running"}});
  EXPECT_EQ(condition(53).error().code, Errc::refused);
  EXPECT_TRUE(condition(53));
  wait(60);
  EXPECT_EQ(condition(0).error().code, Errc::refused);
}

TEST_F(F4tTogether, RecoversWithTheNextCommandAfterALostReply) {
  make({{.at = {}, .command = 3, .what = "late"}});
  EXPECT_FALSE(read());
  EXPECT_TRUE(read());
}

}  // namespace
}  // namespace meterbench::watlow_f4t
