#include "bench/config/waveform_file.h"

#include <gtest/gtest.h>

#include "bench/config/catalogue.h"
#include "tests/support/record_file.h"

namespace meterbench {
namespace {

using testing::exchanged;

constexpr const char* kGood =
    "waveform: An example\n"                                               // 1
    "source: ours\n"                                                       // 2
    "mark: criterion\n"                                                    // 3
    "harmonics:\n"                                                         // 4
    "  - {order: 3, voltage: 4 %, voltage_phase: 180 °, current: 30 %}\n"  // 5
    "  - {order: 5, current: 18 %, current_phase: -20 °}\n";               // 6

std::string mistakes_of(const std::string& text) { return testing::mistakes_of(text, load_waveform_file); }

TEST(WaveformFile, ReadsEveryField) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "my-shape.yaml";
  std::ofstream{path} << kGood;
  Mistakes mistakes;
  const auto waveform = load_waveform_file(path, mistakes);
  ASSERT_TRUE(waveform) << mistakes.text();
  EXPECT_EQ(waveform->name, "my-shape");
  ASSERT_EQ(waveform->harmonics.size(), 2U);
  EXPECT_EQ(waveform->harmonics[0],
            (Harmonic{3, from_percent(4), from_degrees(180), from_percent(30), Angle{}}));
  EXPECT_EQ(waveform->harmonics[1], (Harmonic{5, Ratio{}, Angle{}, from_percent(18), from_degrees(-20)}));
  EXPECT_EQ(waveform->highest_order(), 5);
  EXPECT_FALSE(waveform->sine());
  EXPECT_EQ(waveform->source, "ours");
  EXPECT_EQ(waveform->mark, Mark::criterion);
}

TEST(WaveformFile, TellsEachMistakeAtItsPlace) {
  EXPECT_EQ(mistakes_of(kGood), "");
  for (const char* order : {"0", "1", "-3"})
    EXPECT_EQ(mistakes_of(exchanged(kGood, "order: 3", std::string{"order: "} + order)),
              "f.yaml:5:13: an order from 2 to 31 is expected\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "order: 5", "order: 32")),
            "f.yaml:6:13: an order from 2 to 31 is expected\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "order: 3", "order: 4")), "");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "order: 5", "order: 31")), "");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "order: 5", "order: 3")),
            "f.yaml:6:5: harmonics stand in rising order, each once\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "18 %", "18")),
            "f.yaml:6:25: '18' has no unit: % or ppm is expected\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "18 %", "118 %")),
            "f.yaml:6:25: a harmonic is at most 100 % of its fundamental\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "18 %", "0 %")), "f.yaml:6:25: it must be above 0\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "current: 18 %, ", "")),
            "f.yaml:6:5: a harmonic has a share of 'voltage', of 'current' or of both\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "180 °", "180")),
            "f.yaml:5:45: '180' has no unit: °, deg, rad or arcmin is expected\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "mark: criterion\n", "")), "f.yaml:1:1: 'mark' is missing\n");
  EXPECT_EQ(mistakes_of(exchanged(kGood, "source: ours\n", "")), "f.yaml:1:1: 'source' is missing\n");
  EXPECT_EQ(mistakes_of("waveform: x\nsource: y\nmark: read\nharmonics: []\n"),
            "f.yaml:4:12: at least one harmonic is expected\n");
}

constexpr const char* kCut =
    "waveform: An example\n"                    // 1
    "source: ours\n"                            // 2
    "mark: criterion\n"                         // 3
    "conducts: [90 °..180 °, 270 °..360 °]\n";  // 4

TEST(WaveformFile, ReadsWhereACurrentFlows) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "cut.yaml";
  std::ofstream{path} << kCut;
  Mistakes mistakes;
  const auto waveform = load_waveform_file(path, mistakes);
  ASSERT_TRUE(waveform) << mistakes.text();
  EXPECT_EQ(waveform->conducts, (std::vector{Conduction{from_degrees(90), from_degrees(180)},
                                             Conduction{from_degrees(270), from_degrees(360)}}));
  EXPECT_TRUE(waveform->harmonics.empty()) << "how far its series goes is the source's";
  EXPECT_FALSE(waveform->sine());
}

TEST(WaveformFile, TellsWhatIsWrongWithAPartOfAPeriod) {
  for (const char* part :
       {"90..180", "180 °..90 °", "-10 °..90 °", "90 °..361 °", "90 °", "9 °..9 °", "a..b"})
    EXPECT_EQ(mistakes_of(exchanged(kCut, "90 °..180 °", part)),
              std::string{"f.yaml:4:12: '"} + part +
                  "' is no part of a period: 90 °..180 ° is an example, within 0 °..360 °\n");
  EXPECT_EQ(mistakes_of(exchanged(kCut, "270 °", "170 °")),
            "f.yaml:4:25: the parts stand in rising order and do not overlap\n");
  EXPECT_EQ(mistakes_of(exchanged(kCut, "[90 °..180 °, 270 °..360 °]", "[]")),
            "f.yaml:4:11: at least one part of the period is expected\n");
  EXPECT_EQ(mistakes_of(exchanged(kCut, "[90 °..180 °, 270 °..360 °]", "[0 °..180 °, 180 °..360 °]")),
            "f.yaml:4:11: nothing is cut away: a step without 'waveform' has a sine\n");
}

constexpr const char* kBurst =
    "waveform: An example\n"            // 1
    "source: ours\n"                    // 2
    "mark: criterion\n"                 // 3
    "burst: {periods: 2, pause: 3}\n";  // 4

TEST(WaveformFile, ReadsBursts) {
  const testing::TemporaryFolder folder;
  const auto path = folder.path() / "burst.yaml";
  std::ofstream{path} << kBurst;
  Mistakes mistakes;
  const auto waveform = load_waveform_file(path, mistakes);
  ASSERT_TRUE(waveform) << mistakes.text();
  EXPECT_EQ(waveform->burst, (Burst{2, 3}));
  EXPECT_EQ(mistakes_of(exchanged(kBurst, "periods: 2", "periods: 0")),
            "f.yaml:4:18: from 1 to 1000 periods are allowed\n");
  EXPECT_EQ(mistakes_of(exchanged(kBurst, ", pause: 3", "")), "f.yaml:4:8: 'pause' is missing\n");
  EXPECT_EQ(mistakes_of(exchanged(kBurst, "pause: 3", "pause: 3, paus: 4")),
            "f.yaml:4:31: 'paus' is not known; allowed: periods, pause; did you mean 'pause'?\n");
}

TEST(WaveformFile, HasOneShape) {
  EXPECT_EQ(mistakes_of(std::string{kBurst} + "conducts: [90 °..180 °]\n"),
            "f.yaml:4:8: one of 'harmonics', 'conducts' and 'burst' is expected\n");
  EXPECT_EQ(mistakes_of("waveform: x\nsource: y\nmark: read\n"),
            "f.yaml:1:1: one of 'harmonics', 'conducts' and 'burst' is expected\n");
}

Waveform shipped(const std::string& name) {
  Mistakes mistakes;
  const auto waveform =
      load_waveform_file(Catalogue{BENCH_SOURCE_DIR}.find("waveforms", name).value(), mistakes);
  if (!waveform) throw std::runtime_error{mistakes.text()};
  return *waveform;
}

TEST(WaveformFile, TheShippedOnesHaveTheFiguresOfTheirTests) {
  // type-approval.md 7.
  EXPECT_EQ(shipped("fifth-harmonic").harmonics,
            (std::vector{Harmonic{5, from_percent(10), Angle{}, from_percent(40), Angle{}}}));
  const Waveform quadriform = shipped("quadriform");
  const std::vector<std::array<double, 3>> expected{
      {3, 3.8, 30}, {5, 2.4, 18}, {7, 1.7, 14}, {11, 1.0, 9}, {13, 0.8, 5}};
  ASSERT_EQ(quadriform.harmonics.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(quadriform.harmonics[i],
              (Harmonic{static_cast<int>(expected[i][0]), from_percent(expected[i][1]), from_degrees(180),
                        from_percent(expected[i][2]), Angle{}}));
  EXPECT_EQ(shipped("phase-fired").conducts, (std::vector{Conduction{from_degrees(90), from_degrees(180)},
                                                          Conduction{from_degrees(270), from_degrees(360)}}));
  EXPECT_EQ(shipped("half-wave").conducts, (std::vector{Conduction{Angle{}, from_degrees(180)}}));
  EXPECT_EQ(shipped("burst").burst, (Burst{2, 2}));
}

/// The figures of a standard are not known: its amplitudes are the quadriform's, its phases ours.
TEST(WaveformFile, ThePeakedOneIsOurOwn) {
  const Waveform peaked = shipped("peaked"), quadriform = shipped("quadriform");
  EXPECT_EQ(peaked.source, "Meterbench");
  EXPECT_EQ(peaked.mark, Mark::criterion);
  ASSERT_EQ(peaked.orders(), quadriform.orders());
  for (const int order : peaked.orders()) {
    EXPECT_EQ(peaked.at(order).voltage, quadriform.at(order).voltage);
    EXPECT_EQ(peaked.at(order).current, quadriform.at(order).current);
  }
  EXPECT_NEAR(peaked.current_peak(), 1.76, 1e-9);
  EXPECT_LT(peaked.voltage_peak(), 1);
}

}  // namespace
}  // namespace meterbench
