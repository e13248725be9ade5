#include "bench/cli/junit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/cli/xml_text.h"
#include "bench/ledger/sample_records.h"

namespace meterbench {
namespace {

using testing::HasSubstr;
using testing::Not;

RunSummary summary(std::optional<int> exit_code = 0) {
  RunSummary s;
  s.run = sample::run();
  s.exit_code = exit_code;
  return s;
}

PointRecord decided(Decision decision, std::vector<std::string> reasons = {}) {
  PointRecord p = sample::point();
  p.events.clear();
  p.verdict = {decision, {std::move(reasons)}};
  return p;
}

TEST(Junit, CountsWhatFailedWhatIsUndecidedAndWhatTheBenchIsToBlameFor) {
  PointRecord faulty = decided(Decision::inconclusive);
  faulty.point_id = "003";
  faulty.step = "other";
  faulty.events = {{"003", "A", 32.5, "fault", "source: tripped"}};
  PointRecord undecided = decided(Decision::inconclusive, {"certificate C-7 expired"});
  undecided.point_id = "002";
  PointRecord left_out = decided(Decision::inconclusive);
  left_out.point_id = "004";
  left_out.step = "other";
  left_out.events = {{"004", "A", 32.5, "skipped", "skipped by ann"}};
  PointRecord stopped = left_out;
  stopped.point_id = "005";
  stopped.events = {{"005", "A", 32.5, "stopped", "stop requested"}};
  PointRecord passed = decided(Decision::pass);
  passed.position = "B";
  const std::string xml =
      junit_xml(summary(3), {decided(Decision::fail), passed, undecided, faulty, left_out, stopped}, {});
  EXPECT_THAT(xml,
              HasSubstr("<testsuites name=\"load-performance\" tests=\"7\" failures=\"1\" errors=\"4\""));
  EXPECT_THAT(xml, HasSubstr("<testsuite name=\"sweep opening\" tests=\"3\" failures=\"1\" errors=\"1\" "
                             "skipped=\"0\" time=\"147.750\" timestamp=\"2025-06-02T08:00:00\">"));
  EXPECT_THAT(xml, HasSubstr("<testsuite name=\"other opening\" tests=\"3\" failures=\"0\" errors=\"2\" "
                             "skipped=\"1\""));
  EXPECT_THAT(xml, HasSubstr("<error type=\"inconclusive\" message=\"deviation +0.300 %"));
  EXPECT_THAT(xml, HasSubstr("<skipped message=\"skipped by ann\"/>"));
  EXPECT_THAT(xml, HasSubstr("<error type=\"interrupted\" message=\"stop requested\">"));
  EXPECT_THAT(xml, HasSubstr("<error type=\"bench fault\" message=\"source: tripped\">"));
  EXPECT_THAT(xml, HasSubstr("unverified: certificate C-7 expired"));
  EXPECT_THAT(xml, HasSubstr("value=\"SIMULATED: not evidence about any FOCUS AX\""));
}

TEST(Junit, CountsPassesThatNobodyVouchesFor) {
  const PointRecord doubted = decided(Decision::pass, {"certificate C-7 expired"});
  PointRecord other = doubted, failed = decided(Decision::fail, {"certificate C-7 expired"});
  other.point_id = "002";
  failed.point_id = "003";
  PointRecord verified = decided(Decision::pass);
  verified.position = "B";
  EXPECT_THAT(junit_xml(summary(), {doubted, other, failed, verified}, {}),
              HasSubstr("<property name=\"unverified_passes\" value=\"2\"/>"));
}

TEST(Junit, TakesTheLastAttempt) {
  PointRecord again = decided(Decision::pass);
  again.attempt = 2;
  const std::string xml = junit_xml(summary(), {decided(Decision::fail), again}, {});
  EXPECT_THAT(xml, HasSubstr("tests=\"2\" failures=\"0\""));
  EXPECT_THAT(xml, Not(HasSubstr("<failure")));
}

TEST(Junit, TellsThatARunHasNotEndedWell) {
  EXPECT_THAT(junit_xml(summary(0), {}, {}), Not(HasSubstr("<error")));
  EXPECT_THAT(junit_xml(summary(std::nullopt), {}, {}), HasSubstr("<error type=\"unfinished\""));
  EXPECT_THAT(
      junit_xml(summary(3), {}, {sample::event()}),
      HasSubstr(
          "<error type=\"bench fault\" message=\"source: OUTP ON: tripped; 0 of 24 points were measured\">"));
  EXPECT_THAT(
      junit_xml(summary(130), {decided(Decision::pass)}, {}),
      HasSubstr(
          "<error type=\"interrupted\" message=\"the run was interrupted; 1 of 24 points were measured\">"));
}

TEST(Junit, IsNotGreenWhereSomethingWasNotMeasured) {
  // Skipped cases alone would be green.
  PointRecord left_out = decided(Decision::inconclusive);
  left_out.events = {{"001", "A", 32.5, "skipped", "skipped by ann"}};
  for (const PointRecord& p : {decided(Decision::pass), left_out})
    EXPECT_THAT(junit_xml(summary(1), {p}, {}), HasSubstr("<error type=\"not passed\""));
  EXPECT_THAT(junit_xml(summary(1), {decided(Decision::fail)}, {}), Not(HasSubstr("<error")));
}

TEST(Junit, HasACaseForEachLoadOutOfReach) {
  std::vector<EventRow> events;
  for (const char* text : {"50 A: beyond Imax", "100 A: beyond Imax", "50 A: beyond Imax"})
    events.push_back({"", "", 1, "unreachable", text});
  const std::string xml = junit_xml(summary(1), {decided(Decision::pass)}, events);
  EXPECT_THAT(xml, HasSubstr("tests=\"4\" failures=\"0\" errors=\"2\""));
  EXPECT_THAT(xml, HasSubstr("<testsuite name=\"out of reach\" tests=\"2\" failures=\"0\" errors=\"2\""));
  EXPECT_THAT(xml, HasSubstr("<error type=\"out of reach\" message=\"100 A: beyond Imax\">"));
}

TEST(XmlText, EscapesMarkupAndReplacesWhatIsNoCharacter) {
  EXPECT_EQ(xml_text("a<b> & \"c\" ±"), "a&lt;b&gt; &amp; &quot;c&quot; ±");
  EXPECT_EQ(xml_text("line\nline"), "line&#10;line");
  EXPECT_EQ(xml_text(std::string_view{"\0\x1b", 2}), "\uFFFD\uFFFD");
  for (const char* bad : {"\xFF", "\xC0\x80", "\xE2\x82", "\xED\xA0\x80", "\xF5\x80\x80\x80"})
    EXPECT_THAT(xml_text(bad), HasSubstr("\uFFFD")) << testing::PrintToString(bad);
  EXPECT_EQ(xml_text("\xF0\x9F\x92\xA1"), "\xF0\x9F\x92\xA1");
}

}  // namespace
}  // namespace meterbench
