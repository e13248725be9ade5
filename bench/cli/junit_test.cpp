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
  PointRecord passed = decided(Decision::pass);
  passed.position = "B";
  const std::string xml = junit_xml(summary(3), {decided(Decision::fail), passed, undecided, faulty}, {});
  EXPECT_THAT(xml,
              HasSubstr("<testsuites name=\"load-performance\" tests=\"5\" failures=\"1\" errors=\"2\""));
  EXPECT_THAT(xml, HasSubstr("<testsuite name=\"sweep opening\" tests=\"3\" failures=\"1\" errors=\"0\" "
                             "skipped=\"1\" time=\"147.750\" timestamp=\"2025-06-02T08:00:00\">"));
  EXPECT_THAT(xml, HasSubstr("<testsuite name=\"other opening\" tests=\"1\" failures=\"0\" errors=\"1\""));
  EXPECT_THAT(xml, HasSubstr("<error type=\"bench fault\" message=\"source: tripped\">"));
  EXPECT_THAT(xml, HasSubstr("unverified: certificate C-7 expired"));
  EXPECT_THAT(xml, HasSubstr("value=\"SIMULATED: not evidence about any FOCUS AX\""));
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
  EXPECT_THAT(junit_xml(summary(3), {}, {sample::event()}),
              HasSubstr("<error type=\"bench fault\" message=\"source: OUTP ON: tripped\">"));
  EXPECT_THAT(junit_xml(summary(130), {}, {}), HasSubstr("<skipped message=\"the run was interrupted\"/>"));
  EXPECT_THAT(junit_xml(summary(1), {decided(Decision::pass)}, {}), HasSubstr("not every point of its plan"));
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
