#include "bench/config/meter_file.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "bench/config/catalogue.h"
#include "tests/support/record_file.h"

namespace meterbench {
namespace {

using testing::exchanged;

constexpr const char* kGood =
    "model: FOCUS AX\n"
    "form: 2S\n"
    "class_amperes: 200 A\n"
    "nominal_voltage: 240 V\n"
    "nominal_frequency: 60 Hz\n"
    "test_amperes: 30 A\n"
    "kh: 7.2 Wh\n"
    "kt: 1 Wh\n"
    "kt_source: nameplate\n"
    "minimum_current: 2 A\n"
    "maximum_current: 200 A\n"
    "latency_s: 4\n"
    "options: [R, SD]\n"
    "module: SSN\n"
    "firmware: \"5.34\"\n";

std::string mistakes_of(const std::string& text) { return testing::mistakes_of(text, load_meter_file); }

TEST(MeterFile, ReadsEveryField) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "my-meter.yaml";
  std::ofstream{path} << kGood;
  Mistakes mistakes;
  const auto meter = load_meter_file(path, mistakes);
  ASSERT_TRUE(meter) << mistakes.text();
  EXPECT_EQ(meter->id, "my-meter");
  EXPECT_EQ(meter->model, "FOCUS AX");
  EXPECT_EQ(meter->form, Form::s2);
  EXPECT_EQ(meter->class_amperes, Current{200});
  EXPECT_EQ(meter->nominal_voltage, Voltage{240});
  EXPECT_EQ(meter->nominal_frequency, Frequency{60});
  EXPECT_EQ(meter->test_amperes, Current{30});
  EXPECT_EQ(meter->kh, ActiveEnergy{25920});
  EXPECT_EQ(meter->kt, ActiveEnergy{3600});
  EXPECT_EQ(meter->kt_source, "nameplate");
  EXPECT_EQ(meter->minimum_current, Current{2});
  EXPECT_EQ(meter->maximum_current, Current{200});
  EXPECT_EQ(meter->latency, Seconds{4});
  EXPECT_TRUE(meter->recorder);
  EXPECT_TRUE(meter->disconnect);
  EXPECT_EQ(meter->module, "SSN");
  EXPECT_EQ(meter->firmware, "5.34");
}

TEST(MeterFile, SaysItsRatedAndTransitionalCurrentsWhereTheyAreKnown) {
  const auto read = [](const std::string& text) {
    const testing::TemporaryFolder folder;
    std::ofstream{folder.path() / "m.yaml"} << text;
    Mistakes mistakes;
    return load_meter_file(folder.path() / "m.yaml", mistakes).value();
  };
  EXPECT_FALSE(read(kGood).rated_current);
  EXPECT_FALSE(read(kGood).transitional_current);
  const MeterType said = read(std::string{kGood} + "rated_current: 20 A\ntransitional_current: 1 A\n");
  EXPECT_EQ(said.rated_current, Current{20});
  EXPECT_EQ(said.transitional_current, Current{1});
}

TEST(MeterFile, LatencyIsTenSecondsWhereTheFileSaysNone) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "m.yaml";
  std::ofstream{path} << exchanged(kGood, "latency_s: 4\n", "");
  Mistakes mistakes;
  EXPECT_EQ(load_meter_file(path, mistakes)->latency, Seconds{10});
}

TEST(MeterFile, TheGreatestVoltageIsTheNominalAndAFifthWhereTheFileSaysNone) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "m.yaml";
  Mistakes mistakes;
  std::ofstream{path} << kGood;
  EXPECT_EQ(load_meter_file(path, mistakes)->maximum_voltage, Voltage{288});
  std::ofstream{path} << kGood << "maximum_voltage: 264 V\n";
  EXPECT_EQ(load_meter_file(path, mistakes)->maximum_voltage, Voltage{264});
}

std::optional<MeterType> loaded(const std::string& text) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "m.yaml";
  std::ofstream{path} << text;
  Mistakes mistakes;
  return load_meter_file(path, mistakes);
}

TEST(MeterFile, ARatingMayHaveSeveralVoltages) {
  EXPECT_EQ(loaded(kGood)->rated_voltages, std::vector{Voltage{240}}) << "the nominal one alone";
  const std::string both = std::string{kGood} + "rated_voltages: [120 V, 240 V]\n";
  EXPECT_EQ(loaded(both)->rated_voltages, (std::vector{Voltage{120}, Voltage{240}}));
  EXPECT_EQ(mistakes_of(exchanged(both, "[120 V, 240 V]", "[240 V, 120 V]")),
            "f.yaml:16:25: rated voltages stand in rising order, each once\n");
  EXPECT_EQ(mistakes_of(exchanged(both, "[120 V, 240 V]", "[120 V, 208 V]")),
            "f.yaml:16:17: nominal_voltage must be one of the rated voltages\n");
  EXPECT_EQ(mistakes_of(exchanged(both, "[120 V, 240 V]", "[240 V, 277 V]") + "maximum_voltage: 264 V\n"),
            "f.yaml:17:18: no rated voltage may be above maximum_voltage\n");
  EXPECT_EQ(mistakes_of(exchanged(both, "[120 V, 240 V]", "[240 V, 347 V]")),
            "f.yaml:16:17: no rated voltage may be above maximum_voltage\n");
}

TEST(MeterFile, BurdensAreNoneWhereTheFileStatesNone) {
  EXPECT_EQ(loaded(kGood)->voltage_burden, ApparentPower{});
  EXPECT_EQ(loaded(kGood)->current_impedance, Resistance{});
  const auto meter = loaded(std::string{kGood} + "voltage_burden: 4 VA\ncurrent_impedance: 0.2 mΩ\n");
  EXPECT_EQ(meter->voltage_burden, ApparentPower{4});
  EXPECT_EQ(meter->current_impedance, Resistance{0.0002});
  EXPECT_EQ(mistakes_of(std::string{kGood} + "current_impedance: 0.2\n"),
            "f.yaml:16:20: '0.2' has no unit: Ω, mΩ, Ohm or mOhm is expected\n");
}

TEST(MeterFile, ACertifiedStandardQuotesItsCertificate) {
  EXPECT_FALSE(loaded(kGood)->certificate) << "a meter under test";
  const std::string text = std::string{kGood} +
                           "certificate:\n"
                           "  certificate: S-1\n"
                           "  serial_number: STD-4711\n"
                           "  issued: 2025-01-15\n"
                           "  due: 2026-01-15\n"
                           "  points:\n"
                           "    - power_factor: 1\n"
                           "      current: [2 A, 200 A]\n"
                           "      error: 0.01 %\n"
                           "      expanded_uncertainty: 0.02 %\n"
                           "      coverage_factor: 2\n";
  const auto meter = loaded(text);
  ASSERT_TRUE(meter && meter->certificate);
  EXPECT_EQ(meter->certificate->certificate, "S-1");
  EXPECT_EQ(meter->certificate->serial_number, "STD-4711");
  const auto value = meter->certificate->at({Current{20}, PowerFactor{}});
  ASSERT_TRUE(value);
  EXPECT_DOUBLE_EQ(percent(value->error), 0.01);
  EXPECT_DOUBLE_EQ(percent(value->standard_uncertainty), 0.01);
  EXPECT_EQ(mistakes_of(exchanged(text, "  issued: 2025-01-15\n", "")), "f.yaml:17:3: 'issued' is missing\n");
  EXPECT_EQ(mistakes_of(exchanged(text, "  serial_number: STD-4711\n", "")),
            "f.yaml:17:3: 'serial_number' is missing\n");
}

TEST(MeterFile, TellsEachMistakeAtItsPlace) {
  EXPECT_EQ(mistakes_of(exchanged(kGood, "2S", "2s")),
            "f.yaml:2:7: '2s' is not known; allowed: 1S, 2S, 3S, 4S\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "kt: 1 Wh\n", "")), "f.yaml:1:1: 'kt' is missing\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "kt: 1 Wh", "kt: 0 Wh")), "f.yaml:8:5: it must be above 0\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "kt: 1 Wh", "kt: 1")),
            "f.yaml:8:5: '1' has no unit: Wh, kWh, MWh or J is expected\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "kt_source: nameplate\n", "")),
            "f.yaml:1:1: 'kt_source' is missing\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "latency_s: 4", "latency_s: -1")),
            "f.yaml:12:12: it must not be negative\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "[R, SD]", "[R, SX]")),
            "f.yaml:13:14: 'SX' is not known; allowed: R, SD\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "minimum_current: 2 A", "minimum_current: 200 A")),
            "f.yaml:10:18: minimum_current must be below maximum_current\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "class_amperes: 200 A", "class_amperes: 100 A")),
            "f.yaml:11:18: maximum_current must not be above class_amperes\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "model: FOCUS AX", "model: ''")),
            "f.yaml:1:8: 'model' must not be empty\n");
}

TEST(MeterFile, TellsAllMistakesAtOnce) {
  std::string text = exchanged(kGood, "2S", "5S");
  text = exchanged(text, "test_amperes: 30 A", "test_amps: 30 A");
  text = exchanged(text, "kh: 7.2 Wh", "kh: 7,2 Wh");
  EXPECT_EQ(
      mistakes_of(text),
      "f.yaml:1:1: 'test_amperes' is missing\n"
      "f.yaml:2:7: '5S' is not known; allowed: 1S, 2S, 3S, 4S\n"
      "f.yaml:6:1: 'test_amps' is not known; allowed: description, model, form, class_amperes, "
      "nominal_voltage, rated_voltages, maximum_voltage, nominal_frequency, test_amperes, kh, kt, "
      "kt_source, minimum_current, maximum_current, rated_current, transitional_current, latency_s, "
      "options, module, firmware, "
      "voltage_burden, current_impedance, influence_coefficients, certificate; did you mean 'test_amperes'?\n"
      "f.yaml:7:5: ',2 Wh' is not a unit of active energy: Wh, kWh, MWh or J is expected\n");
}

TEST(MeterFile, AFileThatIsNoMapIsAMistake) {
  EXPECT_EQ(mistakes_of("- 1\n"), "f.yaml:1:1: a list is there; a map of keys and values is expected\n");
  EXPECT_EQ(mistakes_of(""), "f.yaml:1:1: nothing is there; a map of keys and values is expected\n");
}

/// Ranges of the approval AE-1641 Rev. 5; voltage, TA and Kh by type-approval.md 1.1.
struct Shipped {
  const char* name;
  Form form;
  double imin_a, imax_a, voltage_v, ta_a, kh_wh;
  std::vector<Voltage> rated;
};

class ShippedMeter : public ::testing::TestWithParam<Shipped> {};

TEST_P(ShippedMeter, HasTheFiguresOfItsApproval) {
  const Shipped& expected = GetParam();
  Mistakes mistakes;
  const auto path = Catalogue{BENCH_SOURCE_DIR}.find("meters", expected.name);
  ASSERT_TRUE(path) << path.error();
  const auto meter = load_meter_file(*path, mistakes);
  ASSERT_TRUE(meter) << mistakes.text();
  EXPECT_EQ(meter->form, expected.form);
  EXPECT_EQ(meter->minimum_current, Current{expected.imin_a});
  EXPECT_EQ(meter->maximum_current, Current{expected.imax_a});
  EXPECT_EQ(meter->class_amperes, Current{expected.imax_a});
  EXPECT_EQ(meter->nominal_voltage, Voltage{expected.voltage_v});
  EXPECT_EQ(meter->rated_voltages, expected.rated);
  EXPECT_GT(meter->voltage_burden, ApparentPower{});
  EXPECT_GT(meter->current_impedance, Resistance{});
  EXPECT_FALSE(meter->certificate);
  EXPECT_EQ(meter->nominal_frequency, Frequency{60});
  EXPECT_EQ(meter->test_amperes, Current{expected.ta_a});
  EXPECT_DOUBLE_EQ(watt_hours(meter->kh), expected.kh_wh);
  EXPECT_EQ(meter->firmware, "5.34");
  EXPECT_EQ(meter->model, "FOCUS AX");
  // Kt is ours: 0.075 s a pulse at Imax and power factor 1.
  EXPECT_NEAR(meter->kt.value() / (expected.voltage_v * expected.imax_a), 0.075, 1e-12);
  EXPECT_NE(meter->kt_source.find("Meterbench"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Ae1641, ShippedMeter,
    ::testing::Values(
        Shipped{"focus-ax-1s-cl100", Form::s1, 1, 100, 120, 15, 1.8, {Voltage{120}}},
        Shipped{"focus-ax-2s-cl200", Form::s2, 2, 200, 240, 30, 7.2, {Voltage{240}}},
        Shipped{"focus-ax-3s-cl10", Form::s3, 0.1, 10, 240, 2.5, 0.6, {Voltage{120}, Voltage{240}}},
        Shipped{"focus-ax-3s-cl20", Form::s3, 0.2, 20, 240, 2.5, 0.6, {Voltage{120}, Voltage{240}}},
        Shipped{"focus-ax-4s-cl20", Form::s4, 0.2, 20, 240, 2.5, 0.6, {Voltage{240}}}),
    [](const auto& parameter) {
      std::string name = parameter.param.name;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

class ShippedStandard : public ::testing::TestWithParam<const char*> {};

TEST_P(ShippedStandard, IsCertifiedForWhatTheWeeklyCheckAsks) {
  Mistakes mistakes;
  const auto meter =
      load_meter_file(Catalogue{BENCH_SOURCE_DIR}.find("meters", GetParam()).value(), mistakes);
  ASSERT_TRUE(meter) << mistakes.text();
  ASSERT_TRUE(meter->certificate);
  for (const double share : {0.1, 0.25, 1.0})
    for (const PowerFactor& pf : {PowerFactor{}, PowerFactor{0.5, false}}) {
      const auto value = meter->certificate->at({meter->maximum_current * share, pf});
      ASSERT_TRUE(value) << value.error();
      // A fifth of the 0.1 % that it is to show.
      EXPECT_LE(percent(value->standard_uncertainty), 0.02);
    }
}

INSTANTIATE_TEST_SUITE_P(Forms, ShippedStandard,
                         ::testing::Values("certified-standard-1s", "certified-standard-2s"),
                         [](const auto& parameter) {
                           const std::string name = parameter.param;
                           return name.substr(name.rfind('-') + 1);
                         });

}  // namespace
}  // namespace meterbench
