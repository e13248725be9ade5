#include "drivers/scpi_source/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meterbench::scpi_source {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Line numbers count in the messages below.
const std::string kProfile = R"(instrument: Two-channel source
capabilities:
  circuits: 2
  maximum_voltage: 300 V
  maximum_current: 120 A
  minimum_frequency: 45 Hz
  maximum_frequency: 65 Hz
  settling: 3 s
timing:
  reply_timeout: 2 s
  poll_interval: 100 ms
  settle_deadline: 15 s
  off_deadline: 5 s
  longest_reply: 255
identify: "*IDN?"
clear: "*CLS"
errors: SYST:ERR?
limits:
  voltage: {set: "LIM:VOLT {voltage_v:.2f}", read: "LIM:VOLT?", within: 10 mV}
  current: {set: "LIM:CURR {current_ma:.0f}", read: "LIM:CURR?", within: 1 mA}
load_point:
  - FREQ {frequency_hz:.4f}
  - VOLT{circuit} {voltage_v:.4f}
  - VOLT{circuit}:PHAS {voltage_phase_deg:.4f}
  - CURR{circuit} {current_a:.4f}
  - CURR{circuit}:PHAS {current_phase_deg:.4f}
apply: APPL
output:
  on: OUTP ON
  off: OUTP OFF
  state: OUTP?
  replies:
    off: "OFF"
    ramp: RAMP
    on: "ON"
    trip_begins: TRIP,
)";

std::string replaced(const std::string& before, const std::string& after) {
  std::string text = kProfile;
  const auto at = text.find(before);
  EXPECT_NE(at, std::string::npos) << before;
  return text.replace(at, before.size(), after);
}

std::optional<Profile> read(const std::string& text, Mistakes& mistakes) {
  const auto root = read_yaml_text(text, "p.yaml", mistakes);
  return root ? read_profile(*root, mistakes) : std::nullopt;
}

std::string mistakes_of(const std::string& text) {
  Mistakes mistakes;
  EXPECT_FALSE(read(text, mistakes)) << "a profile with a mistake must not be used";
  return mistakes.text();
}

TEST(ScpiProfile, IsReadWhole) {
  Mistakes mistakes;
  const auto profile = read(kProfile, mistakes);
  ASSERT_TRUE(profile) << mistakes.text();
  EXPECT_EQ(profile->instrument, "Two-channel source");
  const SourceCapabilities can = capabilities(*profile);
  EXPECT_EQ(can.circuits, 2);
  EXPECT_EQ(can.maximum_voltage, Voltage{300});
  EXPECT_EQ(can.maximum_current, Current{120});
  EXPECT_EQ(can.minimum_frequency, Frequency{45});
  EXPECT_EQ(can.maximum_frequency, Frequency{65});
  EXPECT_EQ(can.settling, Seconds{3});
  EXPECT_EQ(profile->poll_interval, std::chrono::milliseconds{100});
  EXPECT_EQ(profile->longest_reply, 255U);
  EXPECT_EQ(profile->error_query, "SYST:ERR?");
  EXPECT_EQ(profile->voltage_limit.set.filled(voltage_values(Voltage{260})), "LIM:VOLT 260.00");
  EXPECT_EQ(profile->current_limit.set.filled(current_values(Current{0.5})), "LIM:CURR 500");
  EXPECT_EQ(profile->current_limit.within, 1e-3);
  EXPECT_EQ(profile->load_point.size(), 5U);
  EXPECT_EQ(profile->states.trip, "TRIP,");
}

TEST(ScpiProfile, ShippedOneHasNoMistake) {
  Mistakes mistakes;
  const auto profile =
      load_profile(std::string{BENCH_SOURCE_DIR} + "/config/instruments/meterbench-source.yaml", mistakes);
  ASSERT_TRUE(profile) << mistakes.text();
  EXPECT_EQ(profile->capabilities.maximum_current, Current{240});
}

TEST(ScpiProfile, MayLackRampTripAndApply) {
  Mistakes mistakes;
  std::string text = replaced("    ramp: RAMP\n", "");
  for (const char* line : {"    trip_begins: TRIP,\n", "apply: APPL\n"})
    text.erase(text.find(line), std::string{line}.size());
  const auto profile = read(text, mistakes);
  ASSERT_TRUE(profile) << mistakes.text();
  EXPECT_THAT(profile->states.ramp, IsEmpty());
  EXPECT_THAT(profile->apply, IsEmpty());
}

const std::string kHarmonics = R"(harmonics:
  clear: HARM:CLE
  voltage:
    set: "VOLT{circuit}:HARM{order} {percent:.2f},{phase_rad:.4f}"
    read: "VOLT{circuit}:HARM{order}?"
    answer: "{percent:.2f},{phase_rad:.4f}"
  current:
    set: "CURR{circuit}:HARM{order} {percent:.1f},{phase_deg:.0f}"
    read: "CURR{circuit}:HARM{order}?"
    answer: "{percent:.1f},{phase_deg:.0f}"
)";

std::string with_harmonics() {
  return replaced("  settling: 3 s\n",
                  "  settling: 3 s\n  voltage_power: 2 kVA\n  compliance: 12 V\n  highest_harmonic: 31\n") +
         kHarmonics;
}

TEST(ScpiProfile, MayHaveHarmonicsAndBurdens) {
  Mistakes mistakes;
  const auto profile = read(with_harmonics(), mistakes);
  ASSERT_TRUE(profile) << mistakes.text();
  EXPECT_EQ(profile->capabilities.voltage_power, ApparentPower{2000});
  EXPECT_EQ(profile->capabilities.compliance, Voltage{12});
  EXPECT_EQ(profile->capabilities.highest_harmonic, 31);
  ASSERT_TRUE(profile->harmonics);
  EXPECT_EQ(profile->harmonics->clear, "HARM:CLE");
  LoadPoint point;
  point.waveform.harmonics = {{.order = 5,
                               .voltage = Ratio{0.1},
                               .voltage_phase = Angle{1},
                               .current = Ratio{0.4},
                               .current_phase = from_degrees(-90)}};
  const NamedValues voltage = voltage_harmonic_values(point, 5, 1);
  EXPECT_EQ(profile->harmonics->voltage.set.filled(voltage), "VOLT2:HARM5 10.00,1.0000");
  EXPECT_EQ(profile->harmonics->voltage.read.filled(voltage), "VOLT2:HARM5?");
  EXPECT_EQ(profile->harmonics->voltage.answer.filled(voltage), "10.00,1.0000");
  const NamedValues current = current_harmonic_values(point, 5, 0);
  EXPECT_EQ(profile->harmonics->current.set.filled(current), "CURR1:HARM5 40.0,-90");
}

const std::string kDirectCurrent = R"(  direct_current:
    set: "CURR{circuit}:DC {percent:.4f}"
    read: "CURR{circuit}:DC?"
    answer: "{percent:.4f}"
)";
const std::string kBurst = R"(burst:
  set: "BURS {on},{off}"
  read: BURS?
  answer: "{on},{off}"
)";

TEST(ScpiProfile, MayHaveDirectCurrentBurstsAndPeaks) {
  Mistakes mistakes;
  std::string text = with_harmonics() + kDirectCurrent + kBurst;
  const auto can = [&] { return read(text, mistakes)->capabilities; };
  ASSERT_TRUE(read(text, mistakes)) << mistakes.text();
  EXPECT_TRUE(can().direct_current);
  EXPECT_TRUE(can().bursts);
  EXPECT_EQ(can().peak_current, Current{});
  EXPECT_EQ(can().harmonic_band, Frequency{});
  const std::string line = "  highest_harmonic: 31\n";
  text.insert(text.find(line) + line.size(),
              "  harmonic_band: 1.9 kHz\n  peak_voltage: 500 V\n  peak_current: 400 A\n");
  EXPECT_EQ(can().harmonic_band, Frequency{1900});
  EXPECT_EQ(can().peak_voltage, Voltage{500});
  EXPECT_EQ(can().peak_current, Current{400});
}

const std::string kDips = R"(dips:
  start: "DIP {percent:.4f},{duration_s:.4f},{times},{pause_s:.4f}"
  state: DIP?
  over: "0"
)";

TEST(ScpiProfile, MayHaveDips) {
  Mistakes mistakes;
  const auto profile = read(kProfile + kDips, mistakes);
  ASSERT_TRUE(profile) << mistakes.text();
  EXPECT_TRUE(profile->capabilities.dips);
  EXPECT_EQ(profile->dips->start.filled(dip_values({Ratio{0.4}, Seconds{1}, 3, Seconds{0.05}})),
            "DIP 40.0000,1.0000,3,0.0500");
  std::string text = kProfile + kDips;
  text.replace(text.find("{times}"), 7, "1");
  EXPECT_THAT(mistakes_of(text), HasSubstr("this line must say {times}"));
  text = kProfile + kDips;
  text.replace(text.find("DIP?"), 4, "DIP");
  EXPECT_THAT(mistakes_of(text), HasSubstr("'DIP' is no query: it must end in '?'"));
}

TEST(ScpiProfile, TellsWhatALineOfAWaveformLacks) {
  std::string text = with_harmonics() + kDirectCurrent + kBurst;
  text.replace(text.find("BURS {on},{off}"), 15, "BURS {on},2");
  EXPECT_THAT(mistakes_of(text), HasSubstr("this line must say {off}"));
  text = with_harmonics() + kDirectCurrent;
  text.replace(text.find("DC {percent:.4f}"), 16, "DC {order}");
  EXPECT_THAT(mistakes_of(text), HasSubstr("'order' cannot be sent here; allowed: circuit, percent"));
}

TEST(ScpiProfile, WithoutThemHasTheSineAloneAndStatesNoBurden) {
  Mistakes mistakes;
  const auto profile = read(kProfile, mistakes);
  ASSERT_TRUE(profile) << mistakes.text();
  EXPECT_EQ(profile->capabilities.highest_harmonic, 1);
  EXPECT_EQ(profile->capabilities.voltage_power, ApparentPower{});
  EXPECT_EQ(profile->capabilities.compliance, Voltage{});
  EXPECT_FALSE(profile->harmonics);
  EXPECT_FALSE(profile->capabilities.direct_current);
  EXPECT_FALSE(profile->capabilities.bursts);
}

TEST(ScpiProfile, ItsHarmonicsAndItsHighestHarmonicGoTogether) {
  std::string text = with_harmonics();
  EXPECT_THAT(mistakes_of(replaced("  settling: 3 s\n", "  settling: 3 s\n  highest_harmonic: 5\n")),
              HasSubstr("'harmonics' is missing"));
  EXPECT_THAT(mistakes_of(kProfile + kHarmonics), HasSubstr("highest_harmonic is 1"));
  text.replace(text.find("HARM{order} {percent:.2f}"), 25, "HARM5 {percent:.2f}");
  EXPECT_THAT(mistakes_of(text), HasSubstr("this line must say {order}"));
}

TEST(ScpiProfile, MissingFileIsAMistake) {
  Mistakes mistakes;
  EXPECT_FALSE(load_profile("/nonexistent/profile.yaml", mistakes));
  EXPECT_FALSE(mistakes.empty());
}

struct Slip {
  const char* requirement;
  const char* before;
  const char* after;
  const char* message;
};

class ScpiProfileMistake : public ::testing::TestWithParam<Slip> {};

TEST_P(ScpiProfileMistake, HasItsPlaceAndItsCure) {
  const Slip& slip = GetParam();
  EXPECT_THAT(mistakes_of(replaced(slip.before, slip.after)), HasSubstr(slip.message)) << slip.requirement;
}

INSTANTIATE_TEST_SUITE_P(
    Every, ScpiProfileMistake,
    ::testing::Values(
        Slip{"UnknownKey", "identify:", "identfy:", "p.yaml:15:1: 'identfy' is not known"},
        Slip{"MissingKey", "clear: \"*CLS\"\n", "", "p.yaml:1:1: 'clear' is missing"},
        Slip{"WrongUnit", "300 V", "300 A", "p.yaml:4:20: 'A' is not a unit of voltage"},
        Slip{"TooManyCircuits", "circuits: 2", "circuits: 3", "p.yaml:3:13: '3' is out of range: 1 to 2"},
        Slip{"NoCircuits", "circuits: 2", "circuits: 0", "p.yaml:3:13: '0' is out of range: 1 to 2"},
        Slip{"FrequenciesReversed", "65 Hz", "40 Hz", "p.yaml:7:22: this is below minimum_frequency"},
        Slip{"DeadlineTooShort", "15 s", "1 s", "p.yaml:12:20: this is shorter than the settling time"},
        Slip{"NegativeTime", "poll_interval: 100 ms", "poll_interval: 0 s",
             "p.yaml:11:18: it must be above 0"},
        Slip{"LineTooLong", "255", "100000", "p.yaml:14:18: '100000' is out of range: 1 to 4096"},
        Slip{"NoQuery", "errors: SYST:ERR?", "errors: SYST:ERR", "p.yaml:17:9: 'SYST:ERR' is no query"},
        Slip{"LimitWithoutValue", "LIM:VOLT {voltage_v:.2f}", "LIM:VOLT 300",
             "p.yaml:19:18: a limit is set by one value"},
        Slip{"LimitOfAnotherKind", "{voltage_v:.2f}", "{current_a:.2f}",
             "p.yaml:19:18: 'current_a' cannot be sent here; allowed: voltage_v, voltage_mv"},
        Slip{"UnknownValue", "FREQ {frequency_hz:.4f}", "FREQ {frequency:.4f}",
             "p.yaml:22:5: 'frequency' cannot be sent here; allowed: circuit, frequency_hz"},
        Slip{"NoCircuitNamed", "VOLT{circuit} {", "VOLT1 {", "p.yaml:23:5: this line must say {circuit}"},
        Slip{"PhaseNeverSent", "  - CURR{circuit}:PHAS {current_phase_deg:.4f}\n", "",
             "p.yaml:22:3: no line sends the current_phase"},
        Slip{"SecondLineInACommand", "apply: APPL", "apply: \"APPL\\nOUTP ON\"", "p.yaml:27:8: "},
        Slip{"StatesAlike", "on: \"ON\"", "on: \"OFF\"", "p.yaml:33:5: off and on cannot be told apart"}),
    [](const auto& test) { return test.param.requirement; });

TEST(ScpiProfile, TellsAllMistakesAtOnce) {
  std::string text = replaced("300 V", "300");
  text.replace(text.find("OUTP?"), 5, "OUTP ");
  Mistakes mistakes;
  EXPECT_FALSE(read(text, mistakes));
  EXPECT_EQ(mistakes.list().size(), 2U) << mistakes.text();
}

}  // namespace
}  // namespace meterbench::scpi_source
