#include "bench/config/station_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/config/catalogue.h"
#include "tests/support/record_file.h"

namespace meterbench {
namespace {

using testing::exchanged;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kGood =
    "station: test bench\n"                                                   // 1
    "limits: {voltage: 300 V, current: 240 A}\n"                              // 2
    "instruments:\n"                                                          // 3
    "  source: {driver: scpi_source, profile: ours, address: virtual:src}\n"  // 4
    "  reference:\n"                                                          // 5
    "    driver: radian_rd3x\n"                                               // 6
    "    address: ASRL/dev/ttyUSB0::INSTR\n"                                  // 7
    "    definition: series\n"                                                // 8
    "    window_s: 1.5\n"                                                     // 9
    "    pulse: 0.00001 Wh\n"                                                 // 10
    "    calibration:\n"                                                      // 11
    "      certificate: C-1\n"                                                // 12
    "      issued: 2025-01-15\n"                                              // 13
    "      due: 2026-01-15\n"                                                 // 14
    "      serial_number: R-1\n"                                              // 15
    "      points: [{power_factor: 1, current: [10 A, 1 A], error: -0.004 %, expanded_uncertainty: 0.02 %, "
    "coverage_factor: 2},\n"  // 16
    "        {power_factor: 0.5 lag, current: 10 A, error: 0.01 %, expanded_uncertainty: 0.03 %, "
    "coverage_factor: 2.5}]\n"                                                              // 17
    "  counter: {driver: mcc_usb_ctr08, address: virtual:ctr, reference_input: 7}\n"        // 18
    "positions:\n"                                                                          // 19
    "  A: {led_input: 1}\n"                                                                 // 20
    "  B: {led_input: 3}\n"                                                                 // 21
    "uncertainty:\n"                                                                        // 22
    "  reference_drift: {half_width: 0.01 %, origin: o1}\n"                                 // 23
    "  reference_linearity: {half_width: 0.006 %, origin: o2}\n"                            // 24
    "  pickup_jitter: {standard_deviation: 20 us, origin: o3}\n"                            // 25
    "  repeatability: {standard_deviation: 0.003 %, degrees_of_freedom: 50, origin: o4}\n"  // 26
    "  meter_delay: {largest: 0.5 s, origin: o5}\n";                                        // 27

std::string mistakes_of(const std::string& text) { return testing::mistakes_of(text, load_station_file); }

TEST(StationFile, ReadsEveryField) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "mine.yaml";
  std::ofstream{path} << kGood;
  Mistakes mistakes;
  const auto station = load_station_file(path, mistakes);
  ASSERT_TRUE(station) << mistakes.text();
  EXPECT_EQ(station->name, "mine");
  EXPECT_EQ(station->title, "test bench");
  EXPECT_EQ(station->limits.voltage, Voltage{300});
  EXPECT_EQ(station->limits.current, Current{240});
  ASSERT_EQ(station->instruments.size(), 3U);
  const InstrumentEntry& source = station->instruments.at("source");
  EXPECT_EQ(source.driver, "scpi_source");
  EXPECT_EQ(source.profile, "ours");
  EXPECT_EQ(source.address.virtual_name(), "src");
  EXPECT_EQ(source.position.line, 4);
  EXPECT_EQ(source.position.column, 20);
  EXPECT_EQ(source.profile_position.column, 42);
  EXPECT_FALSE(source.calibration);
  const InstrumentEntry& reference = station->instruments.at("reference");
  EXPECT_FALSE(reference.address.virtual_name());
  EXPECT_EQ(reference.address.position.line, 7);
  EXPECT_EQ(station->reference_definition, ReferenceDefinition::series);
  EXPECT_EQ(station->reference_window, Seconds{1.5});
  EXPECT_DOUBLE_EQ(watt_hours(station->reference_pulse), 1e-5);
  EXPECT_EQ(station->instruments.at("counter").driver, "mcc_usb_ctr08");
  EXPECT_EQ(station->reference_inputs, (std::map<std::string, int>{{"counter", 7}}));
  EXPECT_EQ(station->counters(), std::vector<std::string>{"counter"});
  ASSERT_EQ(station->positions.size(), 2U);
  EXPECT_EQ(station->positions[1].name, "B");
  EXPECT_EQ(station->positions[1].led_input, 3);
  EXPECT_EQ(station->positions[1].counter, "counter");
  EXPECT_FALSE(station->positions[1].isolation);
  EXPECT_FALSE(station->source_accuracy.stated());
  EXPECT_TRUE(station->interim_checks.empty());
  EXPECT_DOUBLE_EQ(percent(station->uncertainty.reference_drift), 0.01);
  EXPECT_DOUBLE_EQ(percent(station->uncertainty.reference_linearity), 0.006);
  EXPECT_DOUBLE_EQ(station->uncertainty.pickup_jitter.value(), 20e-6);
  EXPECT_DOUBLE_EQ(percent(station->uncertainty.repeatability), 0.003);
  EXPECT_EQ(station->uncertainty.repeatability_dof, 50);
  EXPECT_EQ(station->uncertainty.meter_delay_limit, Seconds{0.5});
  EXPECT_EQ(station->origins.at("repeatability"), "o4");
  EXPECT_EQ(station->origins.size(), 5U);
}

TEST(StationFile, ReadsTheCertificateInRisingOrder) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "mine.yaml";
  std::ofstream{path} << kGood;
  Mistakes mistakes;
  const auto station = load_station_file(path, mistakes);
  const Calibration& calibration = station.value().instruments.at("reference").calibration.value();
  EXPECT_EQ(calibration.certificate, "C-1");
  EXPECT_EQ(calibration.serial_number, "R-1");
  EXPECT_EQ(utc_text(calibration.issued), "2025-01-15T00:00:00.000Z");
  ASSERT_EQ(calibration.points.size(), 3U);
  EXPECT_EQ(calibration.points[0].current, Current{1});
  EXPECT_DOUBLE_EQ(percent(calibration.points[0].error), -0.004);
  EXPECT_EQ(calibration.points[1].current, Current{10});
  EXPECT_EQ(calibration.points[2].power_factor, (PowerFactor{0.5, false}));
  EXPECT_DOUBLE_EQ(percent(calibration.points[2].standard_uncertainty()), 0.012);
}

TEST(StationFile, ACertificateIsValidThroughTheDayItIsDue) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "mine.yaml";
  std::ofstream{path} << kGood;
  Mistakes mistakes;
  const Calibration calibration =
      load_station_file(path, mistakes).value().instruments.at("reference").calibration.value();
  UtcTime evening{}, next_day{};
  ASSERT_TRUE(parse_utc("2026-01-15T23:00:00Z", evening));
  ASSERT_TRUE(parse_utc("2026-01-16", next_day));
  EXPECT_FALSE(calibration.expired(evening));
  EXPECT_TRUE(calibration.expired(next_day));
}

TEST(StationFile, TellsEachMistakeAtItsPlace) {
  EXPECT_EQ(mistakes_of(kGood), "");
  EXPECT_THAT(mistakes_of(exchanged(kGood, "  source:", "  sorce:")),
              HasSubstr("f.yaml:4:3: 'sorce' is not known; allowed: source, reference, chamber, interlock, "
                        "pickups, counter, counter_2; did you mean 'source'?\n"));
  EXPECT_THAT(mistakes_of(exchanged(kGood, "virtual:src", "vitual:src")),
              StartsWith("f.yaml:4:57: 'vitual:src' is not an address: virtual:NAME, "));
  EXPECT_THAT(mistakes_of(exchanged(kGood, "virtual:src", "'virtual:'")), StartsWith("f.yaml:4:57: "));
  EXPECT_EQ(mistakes_of(exchanged(kGood, "definition: series", "definition: serial")),
            "f.yaml:8:17: 'serial' is not known; allowed: two_element, element_sum, series; did you mean "
            "'series'?\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "window_s: 1.5", "window_s: 1.5 s")),
            "f.yaml:9:15: '1.5 s' is not a number (digits with a decimal point are expected)\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "pulse: 0.00001 Wh", "pulse: 0 Wh")),
            "f.yaml:10:12: it must be above 0\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "due: 2026-01-15", "due: 2026-13-15")),
            "f.yaml:14:12: '2026-13-15' is not a date: 2025-06-02 is an example\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "      serial_number: R-1\n", "")),
            "f.yaml:12:7: 'serial_number' is missing\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "due: 2026-01-15", "due: 2024-01-15")),
            "f.yaml:14:12: the certificate is due before it is issued\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "[10 A, 1 A]", "[10 A, 10 A]")),
            "f.yaml:16:50: the certificate has this load point a second time\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "{led_input: 3}", "{led_input: 1}")),
            "f.yaml:21:18: input 1 of 'counter' is taken already\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "{led_input: 3}", "{led_input: 7}")),
            "f.yaml:21:18: input 7 of 'counter' is taken already\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "{led_input: 3}", "{led_input: -3}")),
            "f.yaml:21:18: a whole number from 0 is expected\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "  B: {", "  B=2: {")),
            "f.yaml:21:8: 'B=2' is no name of a position: letters and digits only\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "degrees_of_freedom: 50", "degrees_of_freedom: 0.5")),
            "f.yaml:26:68: it must be at least 1\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, ", origin: o5", "")), "f.yaml:27:16: 'origin' is missing\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "voltage: 300 V", "voltage: 300 A")),
            "f.yaml:2:19: 'A' is not a unit of voltage: V, mV or kV is expected\n");
}

/// `kGood` with a chamber, an interlock, pickups and an optical port.
std::string with_everything() {
  return exchanged(
      exchanged(kGood, "positions:\n  A: {led_input: 1}\n",
                "  chamber: {driver: watlow_f4t, address: virtual:ch, coldest: -45 °C, warmest: 60 °C, "
                "rate_k_per_min: 3, body_sensor: true}\n"
                "  interlock:\n"
                "    {driver: wago_750, address: virtual:il, trigger: 5 s, watchdog: 15 s, "
                "emergency_stop_input: 0, door_input: 1, meters_seated_input: 2, relay_output: 0, "
                "switches: {A: {demand_reset: 1, test_mode: 2}}}\n"
                "  pickups: {driver: pickup_box, address: virtual:box}\n"
                "positions:\n"
                "  A: {led_input: 1, optical_port: {driver: c1218_meter, address: virtual:optical.A}}\n"),
      "pulse: 0.00001 Wh", "pulse: 0.00001 Wh\n    photo_head: B");
}

TEST(StationFile, ReadsChamberInterlockPickupsAndOpticalPorts) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "mine.yaml";
  std::ofstream{path} << with_everything();
  Mistakes mistakes;
  const auto station = load_station_file(path, mistakes);
  ASSERT_TRUE(station) << mistakes.text();
  ASSERT_TRUE(station->chamber);
  EXPECT_EQ(station->chamber->coldest, Temperature{-45});
  EXPECT_EQ(station->chamber->warmest, Temperature{60});
  EXPECT_TRUE(station->chamber->body_sensor);
  ASSERT_TRUE(station->interlock);
  EXPECT_EQ(station->interlock->trigger, std::chrono::seconds{5});
  EXPECT_EQ(station->interlock->watchdog, std::chrono::seconds{15});
  EXPECT_EQ(station->interlock->wiring.door_input, 1);
  ASSERT_EQ(station->interlock->wiring.fingers.size(), 2U);
  EXPECT_EQ(station->interlock->wiring.fingers[1].meter_switch, "test_mode");
  EXPECT_EQ(station->interlock->wiring.fingers[1].output, 2);
  EXPECT_EQ(station->instruments.at("pickups").driver, "pickup_box");
  EXPECT_EQ(station->photo_head, "B");
  ASSERT_TRUE(station->positions[0].optical_port);
  EXPECT_EQ(station->positions[0].optical_port->address.virtual_name(), "optical.A");
  EXPECT_FALSE(station->positions[1].optical_port);
}

std::string with_log_on(const std::string& log_on) {
  return exchanged(
      kGood, "  A: {led_input: 1}\n",
      "  A: {led_input: 1, optical_port: {driver: c1218_meter, address: virtual:optical.A, log_on: " +
          log_on + "}}\n");
}

TEST(StationFile, ReadsWhoTheBenchIsToAMeter) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "mine.yaml";
  std::ofstream{path} << with_log_on("{user_id: 7, user_name: LAB, password: READER, filler: nul}");
  Mistakes mistakes;
  const auto station = load_station_file(path, mistakes);
  ASSERT_TRUE(station) << mistakes.text();
  const PortAccess& access = station->positions[0].optical_port->log_on;
  EXPECT_EQ(access.user_id, 7);
  EXPECT_EQ(access.user_name, "LAB");
  EXPECT_EQ(access.password, "READER");
  EXPECT_EQ(access.filler, '\0');
}

TEST(StationFile, NeverRepeatsAPassword) {
  const std::string mistakes = mistakes_of(with_log_on("{password: OPEN-SESAME-OPEN-SESAME, filler: x}"));
  EXPECT_THAT(mistakes, HasSubstr("'password' has 23 bytes; at most 20 are allowed"));
  EXPECT_THAT(mistakes, HasSubstr("'x' is not known; allowed: space, nul"));
  EXPECT_EQ(mistakes.find("SESAME"), std::string::npos) << mistakes;
  EXPECT_THAT(mistakes_of(with_log_on("{user_id: 70000}")), HasSubstr("from 0 to 65535"));
  EXPECT_THAT(mistakes_of(with_log_on("{passwort: x}")), HasSubstr("password"));
}

TEST(StationFile, TellsMistakesOfTheInterlock) {
  EXPECT_THAT(mistakes_of(exchanged(with_everything(), "watchdog: 15 s", "watchdog: 9 s")),
              HasSubstr("the watchdog must wait for two triggers at least"));
  EXPECT_THAT(mistakes_of(exchanged(with_everything(), "test_mode: 2", "test_mode: 0")),
              HasSubstr("output 0 is taken already"));
  EXPECT_THAT(mistakes_of(exchanged(with_everything(), "switches: {A:", "switches: {K:")),
              HasSubstr("switches: position 'K' is not known; allowed: A, B"));
  EXPECT_THAT(mistakes_of(exchanged(with_everything(), "photo_head: B", "photo_head: Z")),
              HasSubstr("photo_head: position 'Z' is not known"));
}

TEST(StationFile, WithoutACounterTheReferenceMustCompare) {
  const std::string without = exchanged(
      exchanged(
          exchanged(kGood, "  counter: {driver: mcc_usb_ctr08, address: virtual:ctr, reference_input: 7}\n",
                    ""),
          "A: {led_input: 1}", "A: {}"),
      "B: {led_input: 3}", "B: {}");
  EXPECT_THAT(mistakes_of(without), HasSubstr("nothing compares meter and reference"));
  EXPECT_EQ(mistakes_of(exchanged(without, "pulse: 0.00001 Wh", "pulse: 0.00001 Wh\n    photo_head: A")), "");
}

StationFile read(const std::string& text) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "mine.yaml";
  std::ofstream{path} << text;
  Mistakes mistakes;
  auto station = load_station_file(path, mistakes);
  if (!station) throw std::runtime_error{mistakes.text()};
  return *std::move(station);
}

/// `kGood` with a second counter, which counts position B.
std::string with_two_counters() {
  return exchanged(
      exchanged(kGood, "positions:\n",
                "  counter_2: {driver: mcc_usb_ctr08, address: virtual:ctr2, reference_input: 0}\n"  // 19
                "positions:\n"),                                                                     // 20
      "  B: {led_input: 3}", "  B: {counter: counter_2, led_input: 1}");                             // 22
}

TEST(StationFile, APositionIsOnTheCounterThatItNames) {
  const StationFile station = read(with_two_counters());
  EXPECT_EQ(station.counters(), (std::vector<std::string>{"counter", "counter_2"}));
  EXPECT_EQ(station.instruments.at("counter_2").address.virtual_name(), "ctr2");
  EXPECT_EQ(station.reference_inputs.at("counter_2"), 0);
  EXPECT_EQ(station.positions[0].counter, "counter");
  EXPECT_EQ(station.positions[1].counter, "counter_2");
  EXPECT_EQ(station.positions[1].led_input, 1) << "an input is taken on its own counter alone";
}

TEST(StationFile, CountersKeepTheOrderOfTheirNumbers) {
  std::string more;
  for (int number = 3; number <= 10; ++number)
    more += "  counter_" + std::to_string(number) + ": {driver: mcc_usb_ctr08, address: virtual:c" +
            std::to_string(number) + ", reference_input: 0}\n";
  const StationFile station = read(exchanged(with_two_counters(), "positions:\n", more + "positions:\n"));
  ASSERT_EQ(station.counters().size(), 10U);
  EXPECT_EQ(station.counters()[1], "counter_2");
  EXPECT_EQ(station.counters()[9], "counter_10");
}

TEST(StationFile, TellsMistakesOfSeveralCounters) {
  const std::string good = with_two_counters();
  EXPECT_EQ(mistakes_of(good), "");
  EXPECT_EQ(mistakes_of(exchanged(good, "counter: counter_2,", "counter: counter_3,")),
            "f.yaml:22:16: 'counter_3' is not known; allowed: counter, counter_2; did you mean "
            "'counter_2'?\n");
  EXPECT_EQ(mistakes_of(exchanged(good, "counter_2, led_input: 1", "counter_2, led_input: 0")),
            "f.yaml:22:38: input 0 of 'counter_2' is taken already\n");
  EXPECT_EQ(mistakes_of(exchanged(good, "virtual:ctr2, reference_input: 0", "virtual:ctr2")),
            "f.yaml:19:14: 'reference_input' is missing: 'counter' counts the reference, and an LED is "
            "compared with it on its own counter\n");
  EXPECT_THAT(mistakes_of(exchanged(good, "virtual:ctr, reference_input: 7", "virtual:ctr")),
              HasSubstr("f.yaml:19:14: 'reference_input' is stated here and not of 'counter'"));
  EXPECT_EQ(mistakes_of(exchanged(good, "counter_2: {driver: mcc_usb_ctr08", "counter_2: {driver: other")),
            "f.yaml:19:23: all counters of a station have one driver: that of 'counter' is mcc_usb_ctr08\n");
  EXPECT_EQ(mistakes_of(exchanged(good, "virtual:ctr2", "virtual:ctr")),
            "f.yaml:19:47: virtual:ctr is the address of 'counter' already\n");
  EXPECT_THAT(mistakes_of(exchanged(good, "  counter_2: {", "  counter_3: {")),
              HasSubstr("f.yaml:19:3: 'counter_3' is not known; allowed: source, reference, chamber, "
                        "interlock, pickups, counter, counter_2; did you mean 'counter_2'?"));
  EXPECT_THAT(mistakes_of(exchanged(kGood, "  counter: {", "  counter_2: {")),
              HasSubstr("'counter_2' is not known"));
}

constexpr const char* kIsolation =
    "isolation: {certificate: I-1, issued: 2025-01-15, due: 2026-01-15, points: [{power_factor: 1, current: "
    "[1 A, 10 A], error: 0.001 %, expanded_uncertainty: 0.01 %, coverage_factor: 2}]}";

TEST(StationFile, APositionHasTheIsolationTableOfAllUnlessItHasItsOwn) {
  const std::string common = kGood + std::string{kIsolation} + "\n";
  const std::string own = exchanged(kIsolation, "I-1", "I-2");
  const StationFile station = read(exchanged(common, "B: {led_input: 3}", "B: {led_input: 3, " + own + "}"));
  EXPECT_EQ(station.positions[0].isolation.value().certificate, "I-1");
  EXPECT_DOUBLE_EQ(percent(station.positions[0].isolation->at({Current{10}, PowerFactor{}})->error), 0.001);
  EXPECT_EQ(station.positions[1].isolation.value().certificate, "I-2");
  EXPECT_EQ(mistakes_of(exchanged(common, "certificate: I-1", "certificate: I-1, serial_number: P-1")),
            "f.yaml:28:31: 'serial_number' is not known; allowed: certificate, issued, due, points\n");
}

TEST(StationFile, ReadsSourceAccuracyWiringAndInterimChecks) {
  const std::string text =
      kGood + std::string{
                  "source_accuracy: {half_width: 0.25 %, angle: 0.1 °, stability: 0.1 %, origin: o6}\n"
                  "wiring: {resistance: 5 mΩ}\n"
                  "interim_checks:\n"
                  "  weekly: {every: 168 h, otherwise: refuse}\n"
                  "  yearly: {every: 8760 h, otherwise: unverified}\n"};
  const StationFile station = read(text);
  EXPECT_DOUBLE_EQ(percent(station.source_accuracy.power), 0.25);
  EXPECT_DOUBLE_EQ(degrees(station.source_accuracy.angle), 0.1);
  EXPECT_DOUBLE_EQ(percent(station.source_accuracy.stability), 0.1);
  EXPECT_EQ(station.origins.at("source_accuracy"), "o6");
  EXPECT_DOUBLE_EQ(station.wiring.value(), 0.005);
  ASSERT_EQ(station.interim_checks.size(), 2U);
  EXPECT_EQ(station.interim_checks[0].kind, CheckKind::weekly);
  EXPECT_EQ(station.interim_checks[0].every, Seconds{168 * 3600.0});
  EXPECT_TRUE(station.interim_checks[0].refuse);
  EXPECT_EQ(station.interim_checks[1].kind, CheckKind::yearly);
  EXPECT_FALSE(station.interim_checks[1].refuse);

  EXPECT_EQ(mistakes_of(exchanged(text, "otherwise: refuse", "otherwise: refused")),
            "f.yaml:31:37: 'refused' is not known; allowed: unverified, refuse; did you mean 'refuse'?\n");
  EXPECT_EQ(mistakes_of(exchanged(text, "  weekly:", "  daily:")),
            "f.yaml:31:3: 'daily' is not known; allowed: weekly, yearly, positions\n");
  EXPECT_EQ(mistakes_of(exchanged(text, "every: 168 h, ", "")), "f.yaml:31:11: 'every' is missing\n");
  EXPECT_EQ(mistakes_of(exchanged(text, ", origin: o6", "")), "f.yaml:28:18: 'origin' is missing\n");
  EXPECT_EQ(mistakes_of(exchanged(text, "resistance: 5 mΩ", "resistance: 5 m")),
            "f.yaml:29:22: 'm' is not a unit of resistance: Ω, mΩ, Ohm or mOhm is expected\n");
}

TEST(StationFile, MayStateHowItsReferenceAndItsSocketsTakeAWaveform) {
  const StationFile silent = read(kGood);
  EXPECT_FALSE(silent.reference_capabilities.direct_current);
  EXPECT_FALSE(silent.isolation_transformers);
  const std::string text =
      exchanged(kGood, "definition: series",
                "direct_current: true\n    peak_voltage: 600 V\n    peak_current: 400 A\n    definition: "
                "series") +
      "wiring: {resistance: 5 mΩ, isolation_transformers: true}\n";
  const StationFile station = read(text);
  EXPECT_TRUE(station.reference_capabilities.direct_current);
  EXPECT_EQ(station.reference_capabilities.peak_voltage, Voltage{600});
  EXPECT_EQ(station.reference_capabilities.peak_current, Current{400});
  EXPECT_TRUE(station.isolation_transformers);
  EXPECT_THAT(mistakes_of(exchanged(text, "direct_current: true", "direct_current: 1")),
              HasSubstr("'1' is not known; allowed: true, false"));
}

TEST(StationFile, MayStateWhatHarmonicsDoToItsReference) {
  EXPECT_FALSE(read(kGood).uncertainty.reference_harmonics) << "not stated is not 0";
  const std::string text = exchanged(
      kGood, "uncertainty:\n", "uncertainty:\n  reference_harmonics: {half_width: 0.03 %, origin: o7}\n");
  const StationFile station = read(text);
  EXPECT_DOUBLE_EQ(percent(station.uncertainty.reference_harmonics.value()), 0.03);
  EXPECT_EQ(station.origins.at("reference_harmonics"), "o7");
  EXPECT_THAT(mistakes_of(exchanged(text, ", origin: o7", "")), HasSubstr("'origin' is missing"));
}

TEST(StationFile, AReferenceMayFormTheSumOfItsElements) {
  EXPECT_EQ(read(exchanged(kGood, "definition: series", "definition: element_sum")).reference_definition,
            ReferenceDefinition::element_sum);
}

TEST(StationFile, AReferenceWithoutACertificateIsAMistake) {
  std::string text = kGood;
  const std::size_t begin = text.find("    calibration:");
  text.erase(begin, text.find("  counter:") - begin);
  EXPECT_EQ(mistakes_of(text), "f.yaml:6:5: 'calibration' is missing\n");
}

/// Of config/stations, by path below it.
StationFile shipped(const std::string& name) {
  const auto path = std::filesystem::path{BENCH_SOURCE_DIR} / "config/stations" / (name + ".yaml");
  Mistakes mistakes;
  auto station = load_station_file(path, mistakes);
  if (!station) throw std::runtime_error{mistakes.text()};
  return *std::move(station);
}

TEST(StationFile, TheShippedVirtualStationHasItsPartsAndFourPositions) {
  const StationFile station = shipped("virtual");
  EXPECT_EQ(station.instruments.at("source").address.virtual_name(), "source");
  EXPECT_EQ(station.instruments.at("reference").address.virtual_name(), "reference");
  EXPECT_EQ(station.instruments.at("counter").address.virtual_name(), "counter");
  EXPECT_EQ(station.positions.size(), 4U);
  const Calibration& calibration = station.instruments.at("reference").calibration.value();
  for (const double current_a : {0.1, 200.0, 240.0}) {
    EXPECT_DOUBLE_EQ(percent(calibration.at({Current{current_a}, PowerFactor{}})->standard_uncertainty),
                     0.010);
    EXPECT_DOUBLE_EQ(
        percent(calibration.at({Current{current_a}, PowerFactor{0.5, false}})->standard_uncertainty), 0.015);
  }
}

class ShippedVirtualStation : public ::testing::TestWithParam<std::string> {};

TEST_P(ShippedVirtualStation, StatesThePositionsAndTheAccuracyOfItsSource) {
  const StationFile station = shipped(GetParam());
  const double highest = station.limits.current.value();
  for (const PositionEntry& position : station.positions) {
    ASSERT_TRUE(position.isolation) << position.name;
    for (const double current_a : {0.1, highest}) {
      const auto at = position.isolation->at({Current{current_a}, PowerFactor{}});
      EXPECT_EQ(at->error, Ratio{});
      EXPECT_DOUBLE_EQ(percent(at->standard_uncertainty), 0.005);
      const auto lagging = position.isolation->at({Current{current_a}, PowerFactor{0.5, false}});
      EXPECT_DOUBLE_EQ(percent(lagging->standard_uncertainty), 0.010);
    }
  }
  EXPECT_DOUBLE_EQ(percent(station.source_accuracy.power), 0.25);
  EXPECT_TRUE(station.interim_checks.empty()) << "a first run must not ask for one";
}
INSTANTIATE_TEST_SUITE_P(Each, ShippedVirtualStation,
                         ::testing::Values("virtual", "virtual-40", "virtual-zera"));

TEST(StationFile, TheShippedStationOfFortyHasAnLedInputAndAPortForEach) {
  const StationFile station = shipped("virtual-40");
  EXPECT_EQ(station.lab, "forty");
  EXPECT_EQ(station.counters().size(), 6U);
  ASSERT_EQ(station.positions.size(), 40U);
  EXPECT_EQ(station.positions.front().name, "01");
  EXPECT_EQ(station.positions.back().name, "40");
  for (const PositionEntry& position : station.positions)
    EXPECT_EQ(position.optical_port->address.virtual_name(), "optical." + position.name);
}

TEST(StationFile, TheExamplesOfRealBenchesAreValidAndNoneIsOfferedByName) {
  EXPECT_EQ(shipped("examples/phantom-eight").positions.size(), 8U);
  EXPECT_EQ(shipped("examples/zera-one").reference_definition, ReferenceDefinition::element_sum);
  EXPECT_EQ(Catalogue{BENCH_SOURCE_DIR}.names("stations"),
            (std::vector<std::string>{"virtual", "virtual-40", "virtual-zera"}));
}

}  // namespace
}  // namespace meterbench
