#include "bench/guardian/bands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "bench/model/meter_type.h"

namespace meterbench {
namespace {

using ::testing::HasSubstr;

class LoadBand : public ::testing::Test {
 protected:
  LoadBand() {
    reading_.frequency = Frequency{60};
    for (std::size_t i = 0; i < 2; ++i) {
      const Angle lag = set_.circuits[i].voltage_phase - set_.current_phase(i);
      const ApparentPower s = Voltage{120} * Current{30};
      reading_.circuits[i] = {Voltage{120}, Current{30}, active_part(s, lag), reactive_part(s, lag)};
    }
  }
  [[nodiscard]] std::string wrong() const { return out_of_band(set_, reading_).value_or("nothing"); }

  LoadPoint set_ = make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{30}, PowerFactor{0.5},
                                   Direction::received);
  ReferenceReading reading_;
};

TEST_F(LoadBand, TakesTheSetPointItself) { EXPECT_EQ(wrong(), "nothing"); }

TEST_F(LoadBand, NamesACircuitWhoseCurrentIsTurned) {
  reading_.circuits[1].active = -reading_.circuits[1].active;
  reading_.circuits[1].reactive = -reading_.circuits[1].reactive;
  EXPECT_THAT(wrong(), HasSubstr("circuit 2"));
}

TEST_F(LoadBand, IsHalfAPercentWideInVoltage) {
  reading_.circuits[0].voltage = Voltage{119.41};
  EXPECT_EQ(wrong(), "nothing");
  reading_.circuits[0].voltage = Voltage{119.39};
  EXPECT_EQ(wrong(), "circuit 1: the reference reads 119.3900 V, the set point is 120 V");
}

TEST_F(LoadBand, AsksForNoPowerOfAllCircuits) {
  set_ = make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{30}, PowerFactor{},
                         Direction::delivered, {.circuit = Circuit::opposed});
  reading_.active = ActivePower{};
  const ApparentPower s = Voltage{120} * Current{30};
  for (std::size_t i = 0; i < 2; ++i) {
    const Angle lag = set_.circuits[i].voltage_phase - set_.current_phase(i);
    reading_.circuits[i] = {Voltage{120}, Current{30}, active_part(s, lag), reactive_part(s, lag)};
  }
  EXPECT_EQ(wrong(), "nothing");
  reading_.circuits[1].current = Current{30.2};
  EXPECT_THAT(wrong(), HasSubstr("circuit 2: the reference reads 30.2"));
}

TEST_F(LoadBand, OfAWaveformTheRmsOfAllOrdersAndTheActivePowerCount) {
  // 120 V with 10 % and 30 A with 40 % of a fifth harmonic in phase, power factor 1.
  set_ = make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{30}, PowerFactor{},
                         Direction::delivered);
  set_.waveform = {.name = "fifth",
                   .harmonics = {{.order = 5, .voltage = Ratio{0.1}, .current = Ratio{0.4}}}};
  for (CircuitReading& c : reading_.circuits)
    c = {Voltage{120 * std::sqrt(1.01)}, Current{30 * std::sqrt(1.16)}, ActivePower{3600 * 1.04}, {}};
  EXPECT_EQ(wrong(), "nothing");
  reading_.circuits[0].active = ActivePower{3600};
  EXPECT_THAT(wrong(), HasSubstr("circuit 1: the reference reads 3600 W, the set point is 3744 W"));
  reading_.circuits[0] = {Voltage{120}, Current{30}, ActivePower{3744}, {}};
  EXPECT_THAT(wrong(), HasSubstr("30.00000 A"));
}

TEST_F(LoadBand, OfACutSineIsThatOfItsSeries) {
  // A half wave of 30 A: 15 A of fundamental, 13.5 A of direct current and even orders; half of the power.
  set_ = make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{30}, PowerFactor{},
                         Direction::delivered);
  set_.waveform = series_of({.name = "half", .conducts = {{Angle{}, from_degrees(180)}}}, 31);
  for (CircuitReading& c : reading_.circuits) c = {Voltage{120}, Current{21.21}, ActivePower{1800}, {}};
  EXPECT_EQ(wrong(), "nothing");
  reading_.circuits[0].current = Current{16.2};  // without the direct current
  EXPECT_THAT(wrong(), HasSubstr("circuit 1: the reference reads 16.2"));
}

TEST_F(LoadBand, OfBurstsIsTheMeanOverTimeAndAsWideAsOneBurst) {
  set_ = make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{30}, PowerFactor{},
                         Direction::delivered);
  set_.waveform = {.name = "bursts", .burst = {2, 2}};
  const auto reads = [&](double amperes, double watts) {
    for (CircuitReading& c : reading_.circuits) c = {Voltage{120}, Current{amperes}, ActivePower{watts}, {}};
    return wrong();
  };
  EXPECT_EQ(reads(21.213, 1800), "nothing");
  EXPECT_EQ(reads(21.213 * 1.06, 1800 + 0.06 * 120 * 21.2), "nothing") << "half a burst in half a second";
  EXPECT_THAT(reads(30, 3600), HasSubstr("30.00000 A, the set point is 21.2")) << "it flows all the time";
  EXPECT_THAT(reads(21.213, 2000), HasSubstr("2000 W, the set point is 1800 W"));
}

TEST_F(LoadBand, IsHalfAPercentWideInFrequency) {
  reading_.frequency = Frequency{59.69};
  EXPECT_THAT(wrong(), HasSubstr("59.6900 Hz"));
}

TEST_F(LoadBand, LetsNoCurrentPassWhereNoneWasSet) {
  set_.circuits[1].current = Current{};
  EXPECT_THAT(wrong(), HasSubstr("circuit 2"));
}

TEST_F(LoadBand, DoesNotTakeWhatIsNotANumber) {
  reading_.circuits[0].current = Current{std::nan("")};
  EXPECT_THAT(wrong(), HasSubstr("circuit 1"));
}

TEST(TemperatureBand, IsOfAirAndOfBodyWhereThereIsASensor) {
  const TemperatureBand band{Temperature{23}, TemperatureDifference{2}};
  ChamberReading reading;
  reading.air = Temperature{24.99};
  EXPECT_EQ(out_of_band(band, reading), std::nullopt);
  reading.body = Temperature{20.9};
  EXPECT_EQ(out_of_band(band, reading), "the meter's body is at 20.90 °C, the band is 23 °C ± 2 K");
  reading.air = Temperature{25.31};
  EXPECT_EQ(out_of_band(band, reading), "the air is at 25.31 °C, the band is 23 °C ± 2 K");
  reading.air = Temperature{std::nan("")};
  EXPECT_TRUE(out_of_band(band, reading)) << "what is not a number is not in band";
}

}  // namespace
}  // namespace meterbench
