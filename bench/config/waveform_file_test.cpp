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
  for (const char* order : {"1", "2", "4", "33", "99", "-3"})
    EXPECT_EQ(mistakes_of(exchanged(kGood, "order: 3", std::string{"order: "} + order)),
              "f.yaml:5:13: an odd order from 3 to 31 is expected; the even ones of two legs half a period "
              "apart would not be in antiphase\n" +
                  std::string{order == std::string{"33"} || order == std::string{"99"}
                                  ? "f.yaml:6:5: harmonics stand in rising order, each once\n"
                                  : ""});
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
}

}  // namespace
}  // namespace meterbench
