#include "drivers/protocol/scpi/framing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <random>

namespace meterbench::scpi {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::size_t kLongest = 10;

TEST(ScpiReplyEnd, IsBehindTheLineFeed) {
  EXPECT_EQ(reply_end(to_bytes("RAMP\n"), kLongest).value(), 5U);
  EXPECT_EQ(reply_end(to_bytes("RAMP\r\n"), kLongest).value(), 6U);
  EXPECT_EQ(reply_end(to_bytes("\n"), kLongest).value(), 1U);
}

TEST(ScpiReplyEnd, WaitsForTheLineFeed) {
  EXPECT_EQ(reply_end({}, kLongest).value(), std::nullopt);
  EXPECT_EQ(reply_end(to_bytes("RAMP"), kLongest).value(), std::nullopt);
  EXPECT_EQ(reply_end(to_bytes("RAMP\r"), kLongest).value(), std::nullopt);
}

TEST(ScpiReplyEnd, RefusesMoreThanTheLongestLineBeforeItEnds) {
  EXPECT_EQ(reply_end(to_bytes("1234567890\r\n"), kLongest).value(), 12U);
  EXPECT_THAT(reply_end(to_bytes("12345678901"), kLongest).error(), HasSubstr("more than 10"));
}

TEST(ScpiReplyEnd, RefusesWhatIsNoText) {
  EXPECT_THAT(reply_end(Bytes{'O', 0xFF}, kLongest).error(), HasSubstr("not text"));
  EXPECT_THAT(reply_end(Bytes{'O', 0x00, '\n'}, kLongest).error(), HasSubstr("not text"));
  EXPECT_THAT(reply_end(to_bytes("O\rN\n"), kLongest).error(), HasSubstr("not text"));
}

TEST(ScpiReplyEnd, RefusesAnAnswerBehindTheAnswer) {
  EXPECT_THAT(reply_end(to_bytes("ON\nOFF"), kLongest).error(), HasSubstr("more than one line"));
}

TEST(ScpiLineText, HasNeitherEndNorBlanksAround) {
  EXPECT_EQ(line_text(to_bytes(" TRIP,\"a b\" \r\n")), "TRIP,\"a b\"");
  EXPECT_EQ(line_text(to_bytes("")), "");
}

std::vector<std::string> texts(const std::vector<LineCollector::Line>& lines) {
  std::vector<std::string> result;
  for (const auto& line : lines) result.push_back(line.text + (line.overlong ? "…" : ""));
  return result;
}

TEST(ScpiLineCollector, GivesTheSameLinesForAnyPortions) {
  const Bytes stream = to_bytes("APPL\nOUTP ON\r\n\n1234567890\r\n12345678901\nOUTP?");
  LineCollector whole{kLongest};
  const auto expected = texts(whole.take(stream));
  EXPECT_THAT(expected, ElementsAre("APPL", "OUTP ON", "", "1234567890", "12345678901…"));
  for (std::size_t portion = 1; portion < stream.size(); ++portion) {
    LineCollector pieces{kLongest};
    std::vector<std::string> got;
    for (std::size_t at = 0; at < stream.size(); at += portion) {
      const auto view = ByteView{stream}.subspan(at, std::min(portion, stream.size() - at));
      for (const std::string& text : texts(pieces.take(view))) got.push_back(text);
    }
    EXPECT_EQ(got, expected) << "portions of " << portion;
  }
}

TEST(ScpiLineCollector, HoldsNoMoreThanALine) {
  LineCollector lines{kLongest};
  EXPECT_THAT(lines.take(Bytes(100'000, 'x')), IsEmpty());
  const auto ended = lines.take(to_bytes("\n"));
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_TRUE(ended[0].overlong);
  EXPECT_LE(ended[0].text.size(), kLongest + 1);
  EXPECT_THAT(texts(lines.take(to_bytes("ON\n"))), ElementsAre("ON"));
}

TEST(ScpiLineCollector, ForgetsAnUnfinishedLine) {
  LineCollector lines{kLongest};
  EXPECT_THAT(lines.take(to_bytes("OUTP ")), IsEmpty());
  lines.forget();
  EXPECT_THAT(texts(lines.take(to_bytes("ON\n"))), ElementsAre("ON"));
}

TEST(ScpiCommand, IsAHeaderAndParameters) {
  const auto command = parse_command(" volt1:phas  -30 , \"a,b\",");
  ASSERT_TRUE(command);
  EXPECT_EQ(command->header, "VOLT1:PHAS");
  EXPECT_FALSE(command->query);
  EXPECT_THAT(command->parameters, ElementsAre("-30", "\"a,b\"", ""));
}

TEST(ScpiCommand, IsAQueryWithAQuestionMark) {
  const auto command = parse_command("*IDN?");
  ASSERT_TRUE(command);
  EXPECT_EQ(command->header, "*IDN");
  EXPECT_TRUE(command->query);
  EXPECT_THAT(command->parameters, IsEmpty());
}

TEST(ScpiCommand, NeedsAHeaderAndWholeQuotations) {
  EXPECT_FALSE(parse_command(""));
  EXPECT_FALSE(parse_command(" ?"));
  EXPECT_FALSE(parse_command("DISP \"hello"));
}

TEST(ScpiErrorEntry, IsReadInTheFormsOfSeveralMakers) {
  // instruments.md, section 8: Keysight with quotation marks, with or without sign, ZERA without marks.
  EXPECT_EQ(parse_error_entry("0,\"No error\"")->number, 0);
  EXPECT_EQ(parse_error_entry("+0,\"No error\"")->number, 0);
  EXPECT_EQ(parse_error_entry("+0,No error")->text, "No error");
  const auto entry = parse_error_entry("-222,\"Data out of range;VOLT1 400\"");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->number, -222);
  EXPECT_EQ(entry->text, "Data out of range;VOLT1 400");
}

TEST(ScpiErrorEntry, GarbageIsNotNoError) {
  for (const char* garbage : {"", "0", ",", "OFF", "0x,\"No error\"", "+-1,\"a\"", "99999999999,\"a\""})
    EXPECT_FALSE(parse_error_entry(garbage)) << garbage;
}

TEST(ScpiErrorEntry, IsWrittenWithQuotationMarks) {
  EXPECT_EQ(error_entry_text({-113, "Undefined header"}), "-113,\"Undefined header\"");
}

TEST(ScpiFixedText, HasADecimalPointInEveryLanguage) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  std::setlocale(LC_ALL, "de_DE.UTF-8");
  EXPECT_EQ(fixed_text(1234.56785, 3), "1234.568");
  EXPECT_EQ(fixed_text(240, 0), "240");
  std::setlocale(LC_ALL, before.c_str());
}

TEST(ScpiFixedText, HasNoNegativeZero) {
  EXPECT_EQ(fixed_text(-0.00004, 4), "0.0000");
  EXPECT_EQ(fixed_text(-0.0, 0), "0");
  EXPECT_EQ(fixed_text(-0.0001, 4), "-0.0001");
}

TEST(ScpiFraming, TakesAnyBytes) {
  std::mt19937 random{1};
  for (int round = 0; round < 2000; ++round) {
    Bytes bytes(random() % 40);
    for (auto& byte : bytes)
      byte = static_cast<std::uint8_t>(random() % 4 == 0 ? "\n\r,\"?; 0"[random() % 8] : random());
    const auto end = reply_end(bytes, kLongest);
    if (end && *end) {
      EXPECT_EQ(**end, bytes.size());
    }
    LineCollector lines{kLongest};
    for (const auto& line : lines.take(bytes)) {
      static_cast<void>(parse_command(line.text));
      static_cast<void>(parse_error_entry(line.text));
    }
  }
}

}  // namespace
}  // namespace meterbench::scpi
