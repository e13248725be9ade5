#include "bench/cli/junit_document.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "bench/cli/xml_text.h"

namespace meterbench::junit {
namespace {

std::string_view element(Mishap mishap) {
  switch (mishap) {
    case Mishap::failure: return "failure";
    case Mishap::error: return "error";
    case Mishap::skipped: return "skipped";
    case Mishap::none: break;
  }
  return "";
}

std::string case_xml(const std::string& class_name, const Case& c) {
  std::string text = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\">\n",
                                 xml_text(class_name), xml_text(c.name), c.time_s);
  if (c.mishap == Mishap::skipped)  // has no type in the common schema
    text += fmt::format("      <skipped message=\"{}\"/>\n", xml_text(c.message));
  else if (c.mishap != Mishap::none)
    text += fmt::format("      <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n", element(c.mishap),
                        xml_text(c.type), xml_text(c.message), xml_text(c.output));
  if (!c.output.empty()) text += fmt::format("      <system-out>{}</system-out>\n", xml_text(c.output));
  return text + "    </testcase>\n";
}

std::string suite_xml(const Document& document, const Suite& suite) {
  std::string text = fmt::format(
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\" "
      "timestamp=\"{}\">\n    <properties>\n",
      xml_text(suite.name), suite.cases.size(), suite.count(Mishap::failure), suite.count(Mishap::error),
      suite.count(Mishap::skipped), suite.time_s(), utc_text(document.started).substr(0, 19));
  for (const auto& [key, value] : document.properties)
    text += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", key, xml_text(value));
  text += "    </properties>\n";
  for (const Case& c : suite.cases) text += case_xml(document.name + "." + suite.name, c);
  return text + "  </testsuite>\n";
}

}  // namespace

long Suite::count(Mishap mishap) const { return std::ranges::count(cases, mishap, &Case::mishap); }

double Suite::time_s() const {
  double sum = 0;
  for (const Case& c : cases) sum += c.time_s;
  return sum;
}

Suite& Document::suite(const std::string& suite_name) {
  const auto found = std::ranges::find(suites, suite_name, &Suite::name);
  return found == suites.end() ? suites.emplace_back(Suite{suite_name}) : *found;
}

std::string Document::xml() const {
  Suite all{name};
  for (const Suite& suite : suites) all.cases.insert(all.cases.end(), suite.cases.begin(), suite.cases.end());
  std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\" "
      "errors=\"{}\" time=\"{:.3f}\">\n",
      xml_text(name), all.cases.size(), all.count(Mishap::failure), all.count(Mishap::error), all.time_s());
  for (const Suite& suite : suites) text += suite_xml(*this, suite);
  return text + "</testsuites>\n";
}

}  // namespace meterbench::junit
