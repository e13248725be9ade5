#include "bench/core/quantity.h"

#include <gtest/gtest.h>

#include <clocale>
#include <limits>
#include <locale>
#include <random>
#include <type_traits>

#include "bench/core/quantity_text.h"

namespace meterbench {
namespace {

template <class A, class B>
concept Multiplies = requires(A a, B b) {
  a* b;
};
template <class A, class B>
concept Adds = requires(A a, B b) {
  a + b;
};
template <class A, class B>
concept Compares = requires(A a, B b) {
  a < b;
};

// What must not compile.
static_assert(!std::is_convertible_v<double, Voltage>);
static_assert(!std::is_convertible_v<Voltage, double>);
static_assert(!std::is_convertible_v<ApparentPower, ActivePower>);
static_assert(std::is_same_v<decltype(Voltage{} * Current{}), ApparentPower>);
static_assert(!Adds<ActivePower, ReactivePower> && !Adds<ActivePower, ApparentPower> &&
              !Adds<Voltage, Current>);
static_assert(!Compares<Voltage, Current> && !Compares<Voltage, double>);
static_assert(!Multiplies<Voltage, Voltage> && !Multiplies<Current, Seconds>);

TEST(Quantity, FormsOnlyTheProductsOfTheField) {
  const ApparentPower s = Voltage{240} * Current{50};
  EXPECT_EQ(s.value(), 12'000);
  EXPECT_NEAR(active_part(s, from_degrees(60)).value(), 6'000, 1e-9);
  EXPECT_NEAR(reactive_part(s, from_degrees(60)).value(), 10392.304845, 1e-6);  // 12,000·√3/2
  const ActiveEnergy e = ActivePower{12'000} * Seconds{0.3};
  EXPECT_EQ(watt_hours(e), 1);
  EXPECT_EQ((e / ActivePower{12'000}).value(), 0.3);
  EXPECT_EQ((e / Seconds{0.3}).value(), 12'000);
  EXPECT_EQ(Voltage{120} / Voltage{240}, 0.5);
}

TEST(QuantityText, ReadsEveryUnitOfEveryKind) {
  const auto read = []<class Kind>(Quantity<Kind>, const char* text) {
    const auto value = parse_quantity<Kind>(text);
    return value ? value->value() : std::numeric_limits<double>::quiet_NaN();
  };
  EXPECT_DOUBLE_EQ(read(Voltage{}, "240 V"), 240);
  EXPECT_DOUBLE_EQ(read(Voltage{}, "5 mV"), 0.005);
  EXPECT_DOUBLE_EQ(read(Voltage{}, "1.2 kV"), 1200);
  EXPECT_DOUBLE_EQ(read(Current{}, "0.1 A"), 0.1);
  EXPECT_DOUBLE_EQ(read(Current{}, "20 mA"), 0.02);
  EXPECT_DOUBLE_EQ(read(Current{}, "1 kA"), 1000);
  EXPECT_DOUBLE_EQ(read(Angle{}, "180 °"), 3.14159265358979324);
  EXPECT_DOUBLE_EQ(read(Angle{}, "90 deg"), 1.57079632679489662);
  EXPECT_DOUBLE_EQ(read(Angle{}, "-1 rad"), -1);
  EXPECT_DOUBLE_EQ(read(Angle{}, "60 arcmin"), 0.0174532925199432958);
  EXPECT_DOUBLE_EQ(read(ActivePower{}, "3 W"), 3);
  EXPECT_DOUBLE_EQ(read(ActivePower{}, "3 mW"), 0.003);
  EXPECT_DOUBLE_EQ(read(ActivePower{}, "48 kW"), 48'000);
  EXPECT_DOUBLE_EQ(read(ActivePower{}, "1 MW"), 1e6);
  EXPECT_DOUBLE_EQ(read(ReactivePower{}, "7 var"), 7);
  EXPECT_DOUBLE_EQ(read(ReactivePower{}, "7 kvar"), 7000);
  EXPECT_DOUBLE_EQ(read(ReactivePower{}, "7 Mvar"), 7e6);
  EXPECT_DOUBLE_EQ(read(ApparentPower{}, "7 VA"), 7);
  EXPECT_DOUBLE_EQ(read(ApparentPower{}, "7 kVA"), 7000);
  EXPECT_DOUBLE_EQ(read(ApparentPower{}, "7 MVA"), 7e6);
  EXPECT_DOUBLE_EQ(read(ActiveEnergy{}, "7.2 Wh"), 25'920);
  EXPECT_DOUBLE_EQ(read(ActiveEnergy{}, "1 kWh"), 3.6e6);
  EXPECT_DOUBLE_EQ(read(ActiveEnergy{}, "1 MWh"), 3.6e9);
  EXPECT_DOUBLE_EQ(read(ActiveEnergy{}, "1 J"), 1);
  EXPECT_DOUBLE_EQ(read(Resistance{}, "2 Ω"), 2);
  EXPECT_DOUBLE_EQ(read(Resistance{}, "2 Ohm"), 2);
  EXPECT_DOUBLE_EQ(read(Resistance{}, "0.5 mΩ"), 0.0005);
  EXPECT_DOUBLE_EQ(read(Resistance{}, "5 mOhm"), 0.005);
  EXPECT_DOUBLE_EQ(read(Frequency{}, "60 Hz"), 60);
  EXPECT_DOUBLE_EQ(read(Frequency{}, "1 kHz"), 1000);
  EXPECT_DOUBLE_EQ(read(Frequency{}, "48 MHz"), 48e6);
  EXPECT_DOUBLE_EQ(read(Temperature{}, "-40 °C"), -40);
  EXPECT_DOUBLE_EQ(read(Seconds{}, "10 s"), 10);
  EXPECT_DOUBLE_EQ(read(Seconds{}, "10 ms"), 0.01);
  EXPECT_DOUBLE_EQ(read(Seconds{}, "20 us"), 20e-6);
  EXPECT_DOUBLE_EQ(read(Seconds{}, "20 µs"), 20e-6);
  EXPECT_DOUBLE_EQ(read(Seconds{}, "15 min"), 900);
  EXPECT_DOUBLE_EQ(read(Seconds{}, "2 h"), 7200);
  EXPECT_DOUBLE_EQ(read(Ratio{}, "25 %"), 0.25);
  EXPECT_DOUBLE_EQ(read(Ratio{}, "100 ppm"), 1e-4);
}

TEST(QuantityText, TakesAnyNumberOfBlanksOrNoneBeforeTheUnit) {
  for (const char* text : {"240V", "240 V", "240   V", "+240 V", "2.4e2 V", "2.4E+2V", "240. V", "24e1 V"})
    EXPECT_EQ(parse_quantity<kind::Voltage>(text), Voltage{240}) << text;
  EXPECT_EQ(parse_quantity<kind::Voltage>(".5 V"), Voltage{0.5});
}

class RefusedVoltage : public testing::TestWithParam<std::string> {};
TEST_P(RefusedVoltage, IsNoQuantity) {
  const auto value = parse_quantity<kind::Voltage>(GetParam());
  ASSERT_FALSE(value) << GetParam();
  EXPECT_NE(value.error().find("V"), std::string::npos) << "the cure names the unit: " << value.error();
}
INSTANTIATE_TEST_SUITE_P(Texts, RefusedVoltage,
                         testing::Values("", " ", "V", "240", "240 A", "240 v", "240 Volt", "240 V ",
                                         " 240 V", "240,5 V", "nan V", "inf V", "-inf V", "infinity V",
                                         "0x1p3 V", "0x10 V", "1e V", "1e400 V", "1e308 kV", "1.2.3 V",
                                         "--1 V", "+-1 V", "1 000 V", "240 V V", "240 mVV", ". V", "e5 V"));

TEST(QuantityText, TakesNoDigitsOfOtherScripts) { EXPECT_FALSE(parse_quantity<kind::Voltage>("٣ V")); }

TEST(QuantityText, SaysWhatIsMissing) {
  EXPECT_EQ(parse_quantity<kind::Voltage>("240").error(), "'240' has no unit: V, mV or kV is expected");
  EXPECT_EQ(parse_quantity<kind::Voltage>("240 A").error(),
            "'A' is not a unit of voltage: V, mV or kV is expected");
}

TEST(QuantityText, IsTheShortestInTheKindsOwnUnit) {
  EXPECT_EQ(to_text(Voltage{240}), "240 V");
  EXPECT_EQ(to_text(Current{0.1}), "0.1 A");
  EXPECT_EQ(to_text(from_percent(0.6)), "0.6 %");
  EXPECT_EQ(to_text(Ratio{0.07}), "7 %");  // 0.07/0.01 is 7.000000000000001 in binary
  EXPECT_EQ(to_text(from_degrees(-60)), "-60 °");
  EXPECT_EQ(to_text(from_watt_hours(7.2)), "7.2 Wh");
  EXPECT_EQ(to_text(Temperature{-40}), "-40 °C");
  EXPECT_EQ(to_text(Resistance{0.005}), "0.005 Ω");
  EXPECT_EQ(to_text(Seconds{20e-6}), "0.00002 s");
  EXPECT_EQ(to_text(from_watt_hours(1e-5)), "0.00001 Wh");
  EXPECT_EQ(to_text(Frequency{4.8e7}), "48000000 Hz");
}

template <class Kind>
void expect_reads_back(double value) {
  const auto back = parse_quantity<Kind>(to_text(Quantity<Kind>{value}));
  ASSERT_TRUE(back) << value;
  // A unit other than the coherent one may cost the last bit.
  EXPECT_NEAR(back->value(), value, std::abs(value) * 2.3e-16) << to_text(Quantity<Kind>{value});
}

TEST(QuantityText, ReadsBackAsTheSameQuantity) {
  std::mt19937_64 random{1};
  std::uniform_real_distribution<double> exponent{-12, 12};
  std::uniform_real_distribution<double> mantissa{-10, 10};
  for (int i = 0; i < 1000; ++i) {
    const double value = mantissa(random) * std::pow(10, exponent(random));
    EXPECT_EQ(parse_number(number_text(value)), value);
    EXPECT_EQ(parse_quantity<kind::Voltage>(to_text(Voltage{value})), Voltage{value});
    expect_reads_back<kind::Angle>(value);
    expect_reads_back<kind::ActiveEnergy>(value);
    expect_reads_back<kind::Ratio>(value);
  }
}

TEST(NumberText, IsExactForTheHardCases) {
  for (const double value : {0.1, 1.0 / 3, 5e-324, 2.2250738585072014e-308,
                             std::numeric_limits<double>::max(), 9007199254740993.0, -0.0, 123456789.0}) {
    const auto back = parse_number(number_text(value));
    ASSERT_TRUE(back) << value;
    EXPECT_EQ(*back, value);
    EXPECT_EQ(std::signbit(*back), std::signbit(value));
  }
}

/// Germans write 1.234,5.
struct GermanNumbers : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

TEST(QuantityText, DoesNotHeedTheLocale) {
  const std::locale before = std::locale::global(std::locale{std::locale::classic(), new GermanNumbers});
  const std::string c_before = std::setlocale(LC_ALL, nullptr);
  for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8"})
    if (std::setlocale(LC_ALL, name) != nullptr) break;
  EXPECT_EQ(to_text(Voltage{1234.5}), "1234.5 V");
  EXPECT_EQ(number_text(1234567.25), "1234567.25");
  EXPECT_EQ(parse_quantity<kind::Voltage>("1234.5 V"), Voltage{1234.5});
  EXPECT_FALSE(parse_quantity<kind::Voltage>("1234,5 V"));
  std::setlocale(LC_ALL, c_before.c_str());
  std::locale::global(before);
}

}  // namespace
}  // namespace meterbench
