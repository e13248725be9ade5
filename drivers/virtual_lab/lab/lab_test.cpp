#include "drivers/virtual_lab/lab/lab.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <stdexcept>

#include "drivers/virtual_lab/world/reference_input.h"
#include "tests/support/optical_packets.h"

namespace meterbench::virtual_lab {
namespace {

using ::testing::HasSubstr;

class SilentFarEnd : public FarEnd {
 public:
  void opened(Instant) override {}
  void on_bytes(Instant, ByteView, Bytes&) override {}
  void on_time(Instant, Bytes&) override {}
  [[nodiscard]] std::optional<Instant> next_event() const override { return std::nullopt; }
  void closed(Instant) override {}
};

/// A standard without a protocol: its pulses are 1 J each.
class BareReference final : public SilentFarEnd {
 public:
  BareReference(World& world, const SimulatorSettings& settings)
      : input{world.seed(),
              {.gain_percent = settings.number("gain_percent"),
               .definition = settings.three_wire ? ReferenceInput::Definition::two_element
                                                 : ReferenceInput::Definition::two_wire}} {
    input.set_energy_per_pulse(ActiveEnergy{1});
    world.attach(input);
    world.add_signal("reference.pulses", input);
  }
  ReferenceInput input;
};

std::vector<SimulatorModel> models() {
  const std::vector<Parameter> source{{"settle_s", 2, 0, 60, ""},
                                      {"voltage_gain_percent", 0, -5, 5, ""},
                                      {"current_gain_percent", 0, -5, 5, ""},
                                      {"phase_error_arcmin", 0, -60, 60, ""},
                                      {"drift_percent_per_h", 0, -1, 1, ""},
                                      {"noise_percent", 0, 0, 5, ""}};
  return {{.name = "scpi_source",
           .parameters = source,
           .faults = {},
           .source = true,
           .make = [](World&, const SimulatorSettings&) -> AnyFarEnd {
             return std::make_unique<SilentFarEnd>();
           }},
          {.name = "reference",
           .parameters = {{"gain_percent", 0.5, -10, 10, ""}},
           .faults = {},
           .inputs = 1,
           .make = [](World& world, const SimulatorSettings& settings) -> AnyFarEnd {
             return std::make_unique<BareReference>(world, settings);
           }}};
}

LabFile lab_file() {
  LabFile file;
  file.name = "test";
  file.instruments["source"].model = "scpi_source";
  file.instruments["source"].numbers = {{"settle_s", Distribution::fixed(0)}};
  file.instruments["reference"].model = "reference";
  return file;
}

MeterType meter_type(Form form) {
  MeterType type;
  type.id = "test";
  type.form = form;
  type.class_amperes = Current{200};
  type.nominal_voltage = Voltage{240};
  type.nominal_frequency = Frequency{60};
  type.kt = from_watt_hours(1);
  return type;
}

const std::map<std::string, MeterType> kTwoPositions{{"A", meter_type(Form::s2)},
                                                     {"B", meter_type(Form::s2)}};

/// 48 kW in series on a three-wire bench, 24 kW on a two-wire one.
Terminals full_load() {
  Terminals t;
  t.voltage = {Phasor{120}, Phasor{-120}};
  t.current = {Phasor{200}, Phasor{-200}};
  return t;
}

TEST(Lab, GivesFarEndsByNameAndNamesThemWhenAskedForAnother) {
  Lab lab{lab_file(), 1, models(), kTwoPositions};
  const auto source = lab.far_end("source");
  ASSERT_TRUE(source.has_value());
  EXPECT_NE(std::get<FarEnd*>(*source), nullptr);
  EXPECT_EQ(lab.model_of("source").name, "scpi_source");
  const auto none = lab.far_end("sorce");
  ASSERT_FALSE(none.has_value());
  EXPECT_THAT(none.error(), HasSubstr("did you mean 'source'"));
}

TEST(Lab, GivesTheOpticalPortOfEveryMeterWithItsFaults) {
  LabFile file = lab_file();
  file.port_faults["B"] = {{.at = Instant{}, .command = {}, .what = "nak"}};
  file.port_faults["C"] = {{.at = Instant{}, .command = {}, .what = "nak"}};  // of an empty socket
  Lab lab{file, 1, models(), kTwoPositions};
  EXPECT_THAT(lab.names(), testing::IsSupersetOf({"source", "optical.A", "optical.B"}));
  EXPECT_FALSE(lab.far_end("optical.C").has_value());
  const Bytes identify{0xEE, 0, 0, 0, 0, 1, 0x20, 0x13, 0x10};
  for (const auto& [name, first] : {std::pair{"optical.A", 0x06}, {"optical.B", 0x15}}) {
    const auto end = lab.far_end(name);
    ASSERT_TRUE(end.has_value()) << name;
    FarEnd& port = *std::get<FarEnd*>(*end);
    Bytes said;
    port.on_bytes(lab.world().now(), identify, said);
    lab.advance_to(lab.world().now() + std::chrono::milliseconds{2});
    port.on_time(lab.world().now(), said);
    ASSERT_FALSE(said.empty()) << name;
    EXPECT_EQ(said.front(), first) << name;
  }
}

TEST(Lab, BringsSourceReferenceAndMetersTogether) {
  Lab lab{lab_file(), 1, models(), kTwoPositions};
  lab.world().source().apply(Instant{}, full_load());
  lab.advance_to(instant_at(60));
  const double joules = 48000.0 * 60;
  EXPECT_NEAR(static_cast<double>(lab.world().signal("reference.pulses")->edges_until(instant_at(60))),
              joules * 1.005, 2);
  for (const char* led : {"led.A", "led.B"})
    EXPECT_NEAR(static_cast<double>(lab.world().signal(led)->edges_until(instant_at(60))), joules / 3600,
                1.1);
  EXPECT_NEAR(lab.meter("A").delivered().value(), joules, 48000 * 0.05);
}

TEST(Lab, WiresTheReferenceAsTheMetersAre) {
  Lab lab{lab_file(), 1, models(), {{"A", meter_type(Form::s1)}}};
  lab.world().source().apply(Instant{}, full_load());
  lab.advance_to(instant_at(10));
  EXPECT_NEAR(static_cast<double>(lab.world().signal("reference.pulses")->edges_until(instant_at(10))),
              240000 * 1.005, 2);
  EXPECT_THROW((Lab{lab_file(), 1, models(), {{"A", meter_type(Form::s1)}, {"B", meter_type(Form::s2)}}}),
               std::invalid_argument);
}

TEST(Lab, DrawsEachNumberOnceForSeedKeyAndPosition) {
  LabFile file = lab_file();
  file.sections["meter"]["gain_percent"] = {{Normal{0, 0.1}}};
  file.instruments["reference"].numbers["gain_percent"] = {{Normal{0, 0.01}}};
  const Lab first{file, 1, models(), kTwoPositions};
  const Lab again{file, 1, models(), kTwoPositions};
  const Lab other{file, 2, models(), kTwoPositions};
  EXPECT_EQ(first.drawn(), again.drawn());
  EXPECT_NE(first.drawn().at("meter.A.gain_percent"), first.drawn().at("meter.B.gain_percent"));
  EXPECT_NE(first.drawn().at("meter.A.gain_percent"), other.drawn().at("meter.A.gain_percent"));
  EXPECT_NE(first.drawn().at("reference.gain_percent"), other.drawn().at("reference.gain_percent"));
  EXPECT_EQ(first.truth_for("A").gain_percent, first.drawn().at("meter.A.gain_percent"));
  // The meter at A is the same meter whatever stands beside it.
  const Lab alone{file, 1, models(), {{"A", meter_type(Form::s2)}}};
  EXPECT_EQ(alone.drawn().at("meter.A.gain_percent"), first.drawn().at("meter.A.gain_percent"));
}

TEST(Lab, RecordsEveryNumberDrawnOrNot) {
  const Lab lab{lab_file(), 1, models(), {{"A", meter_type(Form::s2)}}};
  EXPECT_EQ(lab.drawn().at("source.settle_s"), 0);
  EXPECT_EQ(lab.drawn().at("reference.gain_percent"), 0.5);  // the table's fallback
  EXPECT_EQ(lab.drawn().at("meter.A.delay_s"), 0);
  EXPECT_EQ(lab.drawn().at("pickup.A.jitter_us"), 0);
  EXPECT_EQ(lab.drawn().at("positions.A.gain_percent"), 0);
  EXPECT_EQ(lab.drawn().at("room.temperature_c"), 23);
  EXPECT_EQ(lab.drawn().size(), 6U + 1 + 21 + 3 + 10 + 1);
}

TEST(Lab, HoldsDrawsWithinTheBoundsOfTheirKey) {
  LabFile file = lab_file();
  file.sections["pickup"]["jitter_us"] = {{Normal{0, 10}}};
  int at_bound = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Lab lab{file, seed, models(), {{"A", meter_type(Form::s2)}}};
    EXPECT_GE(lab.drawn().at("pickup.A.jitter_us"), 0);
    at_bound += lab.drawn().at("pickup.A.jitter_us") == 0 ? 1 : 0;
  }
  EXPECT_GT(at_bound, 5);
}

TEST(Lab, TakesOverridesForAllPositionsOrOne) {
  const Lab lab{lab_file(),
                1,
                models(),
                kTwoPositions,
                {{"meter.gain_percent", 0.8}, {"meter.B.clock_ppm", 7}, {"reference.gain_percent", 0}}};
  EXPECT_EQ(lab.truth_for("A").gain_percent, 0.8);
  EXPECT_EQ(lab.truth_for("B").gain_percent, 0.8);
  EXPECT_EQ(lab.truth_for("A").clock_ppm, 0);
  EXPECT_EQ(lab.truth_for("B").clock_ppm, 7);
  EXPECT_EQ(lab.drawn().at("reference.gain_percent"), 0);
  EXPECT_THROW((Lab{lab_file(), 1, models(), kTwoPositions, {{"meter.gain", 1}}}), std::invalid_argument);
}

TEST(Lab, RefusesWiresToNowhereButNotToAnEmptySocket) {
  LabFile file = lab_file();
  file.instruments["reference"].wiring = {{"input_0", "led.D"}};
  EXPECT_NO_THROW((Lab{file, 1, models(), kTwoPositions}));
  file.instruments["reference"].wiring = {{"input_0", "reference.pulse"}};
  EXPECT_THROW((Lab{file, 1, models(), kTwoPositions}), std::invalid_argument);
}

TEST(Lab, RefusesAWireToASwitchThatAMeterDoesNotHave) {
  LabFile file = lab_file();
  file.instruments["reference"].wiring = {{"input_0", "switch.A.demand_rest"}};
  EXPECT_THROW((Lab{file, 1, models(), kTwoPositions}), std::invalid_argument);
  file.instruments["reference"].wiring = {{"input_0", "switch.A.demand_reset"}};
  EXPECT_NO_THROW((Lab{file, 1, models(), kTwoPositions}));
}

TEST(Lab, PutsLightThermometerAndSwitchesAtEachPosition) {
  LabFile file = lab_file();
  file.sections["pickup"] = {{"level_percent", Distribution::fixed(70)},
                             {"level_slope_percent_per_k", Distribution::fixed(-1)},
                             {"flicker_percent", Distribution::fixed(3)},
                             {"debounce_us", Distribution::fixed(250)},
                             {"inverted", Distribution::fixed(1)}};
  Lab lab{file, 1, models(), kTwoPositions, {{"room.temperature_c", 33}}};
  lab.advance_to(instant_at(1));
  Light* const light = lab.world().light("B");
  ASSERT_NE(light, nullptr);
  EXPECT_DOUBLE_EQ(light->level_percent(), 60);
  EXPECT_EQ(light->flicker_percent(), 3);
  EXPECT_TRUE(light->inverted());
  EXPECT_DOUBLE_EQ(light->debounce().value(), 250e-6);
  light->set_debounce(instant_at(1), Seconds{1e-3});
  EXPECT_DOUBLE_EQ(light->debounce().value(), 1e-3);
  EXPECT_EQ(lab.world().light("C"), nullptr);
  EXPECT_EQ(lab.world().thermometer("body.B"), Temperature{33});
  EXPECT_FALSE(lab.world().thermometer("body.C").has_value());
  EXPECT_TRUE(lab.world().press("switch.B.demand_reset", true));
  EXPECT_TRUE(lab.meter("B").pressed(VirtualMeter::Switch::demand_reset));
  EXPECT_FALSE(lab.meter("A").pressed(VirtualMeter::Switch::demand_reset));
}

TEST(Lab, DisturbsThePickupOfOnePosition) {
  Lab lab{lab_file(), 1, models(), kTwoPositions};
  lab.world().source().apply(Instant{}, full_load());
  lab.world().light("A")->disturb(Instant{}, Light::Disturbance::wrong_led);
  lab.advance_to(instant_at(10));
  EXPECT_EQ(lab.world().signal("led.A")->edges_until(instant_at(10)), 0U);
  EXPECT_GT(lab.world().signal("led.B")->edges_until(instant_at(10)), 100U);
}

TEST(Lab, StartsWithAirAndBodiesAtTheRoomsTemperature) {
  LabFile file = lab_file();
  file.sections["room"]["temperature_c"] = Distribution::fixed(-20);
  Lab lab{file, 1, models(), kTwoPositions};
  lab.advance_to(instant_at(3600));
  EXPECT_EQ(lab.world().climate().air(instant_at(3600)), Temperature{-20});
  EXPECT_EQ(lab.meter("B").body(), Temperature{-20});
}

/// LED pulses of `position` in 1,000 s at full load, 48 kW: 13,333 without any error.
double led_pulses(Lab& lab, const std::string& position) {
  lab.world().source().apply(lab.world().now(), full_load());
  lab.advance_to(instant_at(1000));
  return static_cast<double>(lab.world().signal("led." + position)->edges_until(instant_at(1000)));
}

TEST(Lab, APositionChangesWhatItsMeterSeesAndNotTheMetersTruth) {
  Lab lab{lab_file(), 1, models(), kTwoPositions, {{"positions.B.gain_percent", 1.5}}};
  EXPECT_NEAR(led_pulses(lab, "A"), 13333, 2);
  EXPECT_NEAR(led_pulses(lab, "B"), 13533, 2);
  EXPECT_NEAR(static_cast<double>(lab.world().signal("reference.pulses")->edges_until(instant_at(1000))),
              48e6 * 1.005, 100)
      << "nor what stands on the terminals";
  const LoadPoint point =
      make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{200}, {}, Direction::delivered);
  EXPECT_EQ(lab.truth_percent("A", point, Temperature{23}), lab.truth_percent("B", point, Temperature{23}));
}

TEST(Lab, APositionsPhaseErrorCountsAtLag) {
  const auto pulses = [](double arcmin) {
    Lab lab{lab_file(), 1, models(), kTwoPositions, {{"positions.A.phase_error_arcmin", arcmin}}};
    lab.world().source().apply(
        Instant{}, terminals_of(make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{200},
                                                {0.5, false}, Direction::delivered)));
    lab.advance_to(instant_at(1000));
    return static_cast<double>(lab.world().signal("led.A")->edges_until(instant_at(1000)));
  };
  EXPECT_NEAR(pulses(30) / pulses(0), 1 + 30 * 0.000504, 3e-4);  // 0.0504 % an arcmin
}

TEST(Lab, GivesACertifiedStandardTheNumbersOfItsOwnSection) {
  LabFile file = lab_file();
  file.sections["meter"]["gain_percent"] = Distribution::fixed(2);
  file.sections["standard"]["gain_percent"] = Distribution::fixed(-0.01);
  MeterType certified = meter_type(Form::s2);
  certified.certificate = Calibration{};
  const Lab lab{file, 1, models(), {{"A", certified}, {"B", meter_type(Form::s2)}}};
  EXPECT_EQ(lab.truth_for("A").gain_percent, -0.01);
  EXPECT_EQ(lab.truth_for("B").gain_percent, 2);
  EXPECT_EQ(lab.drawn().at("standard.A.gain_percent"), -0.01);
  EXPECT_FALSE(lab.drawn().contains("meter.A.gain_percent"));
  const Lab other{file, 1, models(), {{"A", certified}}, {{"standard.gain_percent", 0.3}}};
  EXPECT_EQ(other.truth_for("A").gain_percent, 0.3);
}

TEST(Lab, AMeterMayLoseOrDoublePulses) {
  Lab lab{lab_file(),
          1,
          models(),
          kTwoPositions,
          {{"meter.A.lost_one_in", 500}, {"meter.B.doubled_one_in", 800}}};
  EXPECT_NEAR(led_pulses(lab, "A"), 13333 - 26, 2);
  EXPECT_NEAR(led_pulses(lab, "B"), 13333 + 16, 2);
}

TEST(Lab, AMeterMayHaveAnotherKtThanItsType) {
  Lab lab{lab_file(), 1, models(), kTwoPositions, {{"meter.A.kt_wh", 2}}};
  EXPECT_NEAR(led_pulses(lab, "A"), 6666, 1);
}

/// What the meter at `position` says of itself by its optical port, and what its registers hold.
struct Told {
  std::string st_01;  ///< with the serial number
  double delivered_pulses = 0, received_pulses = 0;
};
Told told(Lab& lab, const std::string& position) {
  using namespace golden::packets;
  FarEnd& port = *std::get<FarEnd*>(lab.far_end("optical." + position).value());
  const auto ask = [&](Hex packet) {
    Bytes said;
    port.on_bytes(lab.world().now(), golden::from_hex(packet), said);
    lab.advance_to(lab.world().now() + std::chrono::milliseconds{100});
    port.on_time(lab.world().now(), said);
    return said;
  };
  for (const Hex packet : {kIdentify, kAck, kLogOn, kAck, kSecurityReader, kAck}) ask(packet);
  const Bytes identity = ask(kReadSt01);
  const auto& pulses = lab.meter(position).data().registers.total.pulses;
  return {{identity.begin(), identity.end()},
          static_cast<double>(pulses[firmware::kDelivered]),
          static_cast<double>(pulses[firmware::kReceived])};
}

TEST(Lab, AMeterMayTellItsRegistersOfTheOtherDirectionOrNoneReceived) {
  // 48 kW: 133.3 Wh in 10 s, 266.7 Wh in 20 s.
  for (const auto& [swapped, detent, delivered_wh, received_wh] :
       {std::tuple{0, 0, 133.3, 266.7}, {1, 0, 266.7, 133.3}, {0, 1, 133.3, 0.0}, {1, 1, 0.0, 133.3}}) {
    SCOPED_TRACE(testing::Message() << "swapped " << swapped << ", detent " << detent);
    Lab lab{lab_file(),
            1,
            models(),
            kTwoPositions,
            {{"meter.A.register_direction_swapped", swapped}, {"meter.A.detent", detent}}};
    Terminals load = full_load();
    lab.world().source().apply(Instant{}, load);
    lab.advance_to(instant_at(10));
    for (auto& current : load.current) current = -current;
    lab.world().source().apply(lab.world().now(), load);
    lab.advance_to(instant_at(30));
    lab.world().source().off(lab.world().now());
    lab.advance_to(instant_at(31));
    const Told meter = told(lab, "A");
    EXPECT_NEAR(meter.delivered_pulses, delivered_wh, 1.5);  // of 1 Wh; the turn costs a block or two
    EXPECT_NEAR(meter.received_pulses, received_wh, 1.5);
    EXPECT_NEAR(static_cast<double>(lab.world().signal("led.A")->edges_until(lab.world().now())), 400, 2);
    EXPECT_NEAR(told(lab, "B").received_pulses, 266.7, 1.5) << "of that meter alone";
  }
}

TEST(Lab, ACertifiedStandardTellsTheSerialNumberOfItsCertificate) {
  MeterType certified = meter_type(Form::s2);
  certified.certificate = Calibration{.certificate = "C-1", .serial_number = "STD-4711"};
  const std::map<std::string, MeterType> meters{{"A", certified}, {"B", meter_type(Form::s2)}};
  Lab lab{lab_file(), 1, models(), meters};
  lab.advance_to(instant_at(1));
  EXPECT_THAT(told(lab, "A").st_01, HasSubstr("STD-4711 "));
  EXPECT_THAT(told(lab, "B").st_01, HasSubstr("VIRTUAL-B "));
  Lab exchanged{lab_file(), 1, models(), meters, {{"standard.other_specimen", 1}}};
  exchanged.advance_to(instant_at(1));
  EXPECT_THAT(told(exchanged, "A").st_01, HasSubstr("VIRTUAL-A "));
}

TEST(Lab, SaysWhoseFirmwareRunsWhere) {
  const Lab lab{lab_file(), 1, models(), {{"A", meter_type(Form::s2)}}};
  EXPECT_EQ(lab.meter_firmware("A"), "Meterbench metering core 5.34, host build");
  EXPECT_EQ(lab.meter_firmware("B"), "");
}

}  // namespace
}  // namespace meterbench::virtual_lab
