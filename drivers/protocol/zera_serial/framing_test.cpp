#include "drivers/protocol/zera_serial/framing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace meterbench::zera_serial {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Ending kSwitched{"SOKUI"};
const Ending kStatus{"SSM", true};

std::optional<std::size_t> end_of(const std::string& text, const Ending& ending,
                                  Refusals refusals = Refusals::end) {
  const auto end = answer_end(to_bytes(text), ending, refusals);
  EXPECT_TRUE(end) << end.error();
  return end.value_or(std::nullopt);
}

TEST(ZeraSerial, EndsALineWithCarriageReturnAlone) {
  EXPECT_EQ(line_bytes("SFR50.00"), (Bytes{'S', 'F', 'R', '5', '0', '.', '0', '0', 0x0D}));
  EXPECT_EQ(line_bytes(""), Bytes{0x0D});
}

TEST(ZeraSerial, AnAnswerEndsWithItsLastLineOnly) {
  EXPECT_EQ(end_of("", kSwitched), std::nullopt);
  EXPECT_EQ(end_of("SOKUI", kSwitched), std::nullopt);
  EXPECT_EQ(end_of("SOKUI\r", kSwitched), 6U);
  EXPECT_EQ(end_of("SOKUI\rSSM00\r", kSwitched), 6U);
  EXPECT_EQ(end_of("SOKUP\r", kSwitched), std::nullopt);
  EXPECT_EQ(end_of("xSOKUI\r", kSwitched), std::nullopt);
  EXPECT_EQ(end_of("SOKUIx\r", kSwitched), std::nullopt);
}

TEST(ZeraSerial, PassesOverLinesThatMeanNothing) {
  EXPECT_EQ(end_of("SSM0000000000000000000000\r\x80\x01junk\r\rSOKUI\r", kSwitched), 26U + 7U + 1U + 6U);
}

TEST(ZeraSerial, AStatusEndsWithItsDigits) {
  EXPECT_EQ(end_of("SSM0000000000000000000000", kStatus), std::nullopt);
  EXPECT_EQ(end_of("SSM0000000000000000000000\r", kStatus), 26U);
}

TEST(ZeraSerial, KnowsEachFormOfARefusal) {
  for (const char* line : {"SUPNAK", "AVRNAK", "ER-17", "xxER-", "ERR-3", "ERROR", "SUI ERROR 5"}) {
    EXPECT_TRUE(is_refusal(line)) << line;
    EXPECT_EQ(end_of(std::string{line} + "\r", kSwitched), std::string{line}.size() + 1) << line;
  }
  for (const char* line : {"", "NAK1", "SOKUI", "ER", "ERR", "AMEACK", "0;2.3997784E+02", "E-R"})
    EXPECT_FALSE(is_refusal(line)) << line;
}

TEST(ZeraSerial, MayPassOverTheRefusalOfAnEarlierCommand) {
  EXPECT_EQ(end_of("SUPNAK\r", kSwitched, Refusals::pass), std::nullopt);
  EXPECT_EQ(end_of("SUPNAK\rSOKUI\r", kSwitched, Refusals::pass), 13U);
}

TEST(ZeraSerial, AnEndlessAnswerIsNone) {
  EXPECT_TRUE(answer_end(Bytes(4096, 'x'), kSwitched));
  EXPECT_FALSE(answer_end(Bytes(4097, 'x'), kSwitched));
}

TEST(ZeraSerial, CutsAnAnswerIntoLines) {
  EXPECT_THAT(lines_of(to_bytes("MT793V05.52\rAAVACK\r")), ElementsAre("MT793V05.52", "AAVACK"));
  EXPECT_THAT(lines_of(to_bytes("\rAAV")), ElementsAre(""));
  EXPECT_THAT(lines_of({}), IsEmpty());
}

TEST(ZeraSerial, CollectsLinesFromAnyPortions) {
  const std::string text = "SFR50.00\r\rSSM\rAM";
  LineCollector whole;
  EXPECT_THAT(whole.take(to_bytes(text)), ElementsAre("SFR50.00", "", "SSM"));
  EXPECT_THAT(whole.take(to_bytes("E\r")), ElementsAre("AME"));
  LineCollector bytewise;
  std::vector<std::string> lines;
  for (const char c : text)
    for (auto& line : bytewise.take(Bytes{static_cast<std::uint8_t>(c)})) lines.push_back(line);
  EXPECT_THAT(lines, ElementsAre("SFR50.00", "", "SSM"));
  bytewise.forget();
  EXPECT_THAT(bytewise.take(to_bytes("E\r")), ElementsAre("E"));
}

TEST(ZeraSerial, ThrowsAnOverlongLineAway) {
  LineCollector lines;
  EXPECT_THAT(lines.take(to_bytes(std::string(256, 'x') + "\rSSM\r")), ElementsAre("SSM"));
  EXPECT_THAT(lines.take(to_bytes(std::string(255, 'x') + "\r")), ElementsAre(std::string(255, 'x')));
}

TEST(ZeraSerial, TakesAnyBytes) {
  std::mt19937 random{7};
  LineCollector lines;
  for (int round = 0; round < 2000; ++round) {
    Bytes bytes(random() % 60);
    for (auto& byte : bytes)
      byte = static_cast<std::uint8_t>(random() % 3 == 0 ? "\rSOKUINAER-"[random() % 11] : random());
    const auto end = answer_end(bytes, kSwitched);
    if (end && *end) {
      EXPECT_EQ(bytes.at(**end - 1), 0x0D);
    }
    static_cast<void>(lines.take(bytes));
  }
}

}  // namespace
}  // namespace meterbench::zera_serial
