#include "bench/station/power_source.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "bench/model/meter_type.h"
#include "bench/station/station.h"

namespace meterbench {
namespace {

/// Writes down what would leave for the instrument.
class RecordingSource final : public PowerSource {
 public:
  [[nodiscard]] SourceCapabilities capabilities() const override {
    return {.circuits = circuits,
            .maximum_voltage = Voltage{300},
            .maximum_current = Current{240},
            .minimum_frequency = Frequency{45},
            .maximum_frequency = Frequency{65},
            .settling = Seconds{2},
            .highest_harmonic = highest_harmonic,
            .dips = dips};
  }
  void start_identify(Done<std::string> done) override { done("recorder"); }
  void start_off(Done<void> done) override { done({}); }
  void start_status(Done<SourceStatus> done) override { done(SourceStatus{}); }

  int circuits = 2;
  int highest_harmonic = 13;
  bool dips = true;
  bool refuse_limits = false;
  std::vector<VoltageDip> dips_sent;
  std::vector<SourceLimits> limits_sent;
  std::vector<LoadPoint> points_sent;

 private:
  void do_set_limits(const SourceLimits& limits, Done<void> done) override {
    limits_sent.push_back(limits);
    if (refuse_limits)
      done(fault(Errc::refused, "source", "set limits", "no"));
    else
      done({});
  }
  void do_apply(const LoadPoint& point, Done<void> done) override {
    points_sent.push_back(point);
    done({});
  }
  void do_dip(const VoltageDip& dip, Done<void> done) override {
    dips_sent.push_back(dip);
    done({});
  }
};

class Source : public testing::Test {
 protected:
  Result<void> set_limits(double volts, double amperes) {
    Result<void> result = fault(Errc::timeout, "", "", "never called");
    source_.start_set_limits({Voltage{volts}, Current{amperes}},
                             [&](Result<void> r) { result = std::move(r); });
    return result;
  }
  Result<void> apply(const LoadPoint& point) {
    Result<void> result = fault(Errc::timeout, "", "", "never called");
    source_.start_apply(point, [&](Result<void> r) { result = std::move(r); });
    return result;
  }
  static LoadPoint good() {
    return make_load_point(Form::s2, Voltage{240}, Frequency{60}, Current{100}, {0.5, false},
                           Direction::delivered);
  }
  template <class Spoil>
  void expect_out_of_range(Spoil spoil) {
    LoadPoint point = good();
    spoil(point);
    const auto result = apply(point);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::out_of_range) << result.error().text();
    EXPECT_TRUE(source_.points_sent.empty()) << "nothing may leave";
  }
  Result<void> dip(const VoltageDip& dip) {
    Result<void> result = fault(Errc::timeout, "", "", "never called");
    source_.start_dip(dip, [&](Result<void> r) { result = std::move(r); });
    return result;
  }
  RecordingSource source_;
};

TEST_F(Source, AppliesNothingBeforeItsLimitsAreSet) {
  const auto result = apply(good());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::refused);
  EXPECT_TRUE(source_.points_sent.empty());
}

TEST_F(Source, AppliesAPointUpToItsLimits) {
  ASSERT_TRUE(set_limits(120, 100));
  EXPECT_TRUE(apply(good()));
  ASSERT_EQ(source_.points_sent.size(), 1U);
  EXPECT_EQ(source_.points_sent[0], good());
}

TEST_F(Source, RefusesLimitsBeyondItsCapabilitiesOrThatAreNone) {
  for (const auto& [volts, amperes] : {std::pair{301.0, 100.0},
                                       {120.0, 241.0},
                                       {0.0, 100.0},
                                       {120.0, 0.0},
                                       {-120.0, 100.0},
                                       {NAN, 100.0},
                                       {120.0, NAN},
                                       {INFINITY, 100.0}}) {
    const auto result = set_limits(volts, amperes);
    ASSERT_FALSE(result) << volts << ' ' << amperes;
    EXPECT_EQ(result.error().code, Errc::out_of_range);
  }
  EXPECT_TRUE(source_.limits_sent.empty()) << "nothing may leave";
}

TEST_F(Source, HasNoLimitsOnceSettingThemFailed) {
  ASSERT_TRUE(set_limits(120, 100));
  source_.refuse_limits = true;
  ASSERT_FALSE(set_limits(120, 50));
  const auto result = apply(good());
  ASSERT_FALSE(result) << "which limits the instrument has is unknown";
  EXPECT_EQ(result.error().code, Errc::refused);
}

TEST_F(Source, RefusesAPointBeyondItsLimitsBeforeAByteLeaves) {
  ASSERT_TRUE(set_limits(120, 100));
  for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) {
    expect_out_of_range([i](LoadPoint& p) { p.circuits[i].voltage = Voltage{120.001}; });
    expect_out_of_range([i](LoadPoint& p) { p.circuits[i].current = Current{100.001}; });
    expect_out_of_range([i](LoadPoint& p) { p.circuits[i].voltage = Voltage{-1}; });
    expect_out_of_range([i](LoadPoint& p) { p.circuits[i].current = Current{-1}; });
  }
  expect_out_of_range([](LoadPoint& p) { p.frequency = Frequency{44.9}; });
  expect_out_of_range([](LoadPoint& p) { p.frequency = Frequency{65.1}; });
}

Waveform waveform(int order, double voltage, double current) {
  return {.name = "test",
          .harmonics = {{.order = order, .voltage = Ratio{voltage}, .current = Ratio{current}}}};
}

TEST_F(Source, AppliesAWaveformUpToItsHighestHarmonic) {
  ASSERT_TRUE(set_limits(240, 200));
  LoadPoint point = good();
  point.waveform = waveform(13, 0.1, 0.4);
  EXPECT_TRUE(apply(point));
  ASSERT_EQ(source_.points_sent.size(), 1U);
  EXPECT_EQ(source_.points_sent[0].waveform, point.waveform);
}

TEST_F(Source, RefusesAHarmonicThatItDoesNotHave) {
  ASSERT_TRUE(set_limits(240, 200));
  expect_out_of_range([](LoadPoint& p) { p.waveform = waveform(14, 0.1, 0.4); });
  source_.highest_harmonic = 1;
  expect_out_of_range([](LoadPoint& p) { p.waveform = waveform(2, 0.1, 0.4); });
}

TEST_F(Source, RefusesAWaveformThatIsNone) {
  ASSERT_TRUE(set_limits(240, 200));
  expect_out_of_range([](LoadPoint& p) { p.waveform = waveform(-1, 0.1, 0.4); });
  expect_out_of_range([](LoadPoint& p) { p.waveform = waveform(3, -0.1, 0.4); });
  expect_out_of_range([](LoadPoint& p) { p.waveform = {.name = "test", .burst = {0, 2}}; });
  expect_out_of_range([](LoadPoint& p) { p.waveform = {.name = "test", .burst = {2, -2}}; });
  expect_out_of_range([](LoadPoint& p) { p.waveform = waveform(3, 0.1, NAN); });
  expect_out_of_range([](LoadPoint& p) {
    p.waveform = waveform(3, 0.1, 0.4);
    p.waveform.harmonics[0].current_phase = Angle{NAN};
  });
  expect_out_of_range([](LoadPoint& p) {
    p.waveform = waveform(3, 0.1, 0.4);
    p.waveform.harmonics.push_back(p.waveform.harmonics[0]);
  });
}

TEST_F(Source, HoldsAWaveformWithAllItsHarmonicsAgainstItsLimits) {
  ASSERT_TRUE(set_limits(120 * std::sqrt(1.01) + 1e-6, 100 * std::sqrt(1.16) + 1e-6));
  expect_out_of_range([](LoadPoint& p) { p.waveform = waveform(5, 0.1, 0.401); });
  expect_out_of_range([](LoadPoint& p) { p.waveform = waveform(5, 0.101, 0.4); });
  LoadPoint just = good();
  just.waveform = waveform(5, 0.1, 0.4);
  EXPECT_TRUE(apply(just));
}

TEST_F(Source, RefusesWhatIsNoNumberBeforeAByteLeaves) {
  ASSERT_TRUE(set_limits(120, 100));
  for (std::size_t i = 0; i < LoadPoint::kCircuits; ++i) {
    expect_out_of_range([i](LoadPoint& p) { p.circuits[i].voltage = Voltage{NAN}; });
    expect_out_of_range([i](LoadPoint& p) { p.circuits[i].current = Current{NAN}; });
    expect_out_of_range([i](LoadPoint& p) { p.circuits[i].voltage_phase = Angle{NAN}; });
    expect_out_of_range([i](LoadPoint& p) { p.circuits[i].lag = Angle{INFINITY}; });
  }
  expect_out_of_range([](LoadPoint& p) { p.frequency = Frequency{NAN}; });
}

TEST_F(Source, RefusesASecondCircuitThatItDoesNotHave) {
  source_.circuits = 1;
  ASSERT_TRUE(set_limits(240, 100));
  expect_out_of_range([](LoadPoint&) {});
  EXPECT_TRUE(
      apply(make_load_point(Form::s1, Voltage{120}, Frequency{60}, Current{15}, {}, Direction::delivered)));
}

TEST(OutputState, HasANameForEachState) {
  EXPECT_EQ(to_text(OutputState::off), "off");
  EXPECT_EQ(to_text(OutputState::ramp), "ramp");
  EXPECT_EQ(to_text(OutputState::on), "on");
  EXPECT_EQ(to_text(OutputState::trip), "trip");
}

constexpr VoltageDip kDip{Ratio{0}, Seconds{1}, 3, Seconds{0.05}};

TEST_F(Source, LetsDipWhatStandsThere) {
  ASSERT_TRUE(set_limits(150, 200));
  EXPECT_EQ(dip(kDip).error().code, Errc::refused) << "nothing stands there";
  ASSERT_TRUE(apply(good()));
  EXPECT_TRUE(dip(kDip));
  EXPECT_EQ(source_.dips_sent, std::vector{kDip});
}

TEST_F(Source, LetsNothingDipThatItCannot) {
  ASSERT_TRUE(set_limits(150, 200));
  ASSERT_TRUE(apply(good()));
  const auto code = [&](const VoltageDip& one) { return dip(one).error().code; };
  EXPECT_EQ(code({Ratio{1.3}, Seconds{1}}), Errc::out_of_range) << "156 V";
  EXPECT_EQ(code({Ratio{-0.1}, Seconds{1}}), Errc::out_of_range);
  EXPECT_EQ(code({Ratio{std::nan("")}, Seconds{1}}), Errc::out_of_range);
  EXPECT_EQ(code({Ratio{0}, Seconds{}}), Errc::out_of_range);
  EXPECT_EQ(code({Ratio{0}, Seconds{1}, 2}), Errc::out_of_range) << "without a pause it is one";
  source_.dips = false;
  EXPECT_EQ(code(kDip), Errc::out_of_range);
  EXPECT_TRUE(source_.dips_sent.empty());
}

}  // namespace
}  // namespace meterbench
