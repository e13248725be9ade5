#include "bench/config/yaml.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meterbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string at(const YamlNode& node) {
  return std::to_string(node.position().line) + ":" + std::to_string(node.position().column);
}

struct Reading {
  Mistakes mistakes;
  std::optional<YamlNode> root;

  explicit Reading(const std::string& text) { root = read_yaml_text(text, "f.yaml", mistakes); }
  [[nodiscard]] YamlMap map() const { return root->as_map().value(); }
  [[nodiscard]] std::vector<std::string> messages() const {
    std::vector<std::string> all;
    for (const Mistake& mistake : mistakes.list()) all.push_back(mistake.message());
    return all;
  }
};

TEST(Yaml, GivesEachValueItsLineAndColumn) {
  const Reading reading{
      "# comment\n"
      "title: first sweep\n"
      "steps:\n"
      "  - accuracy: load\n"
      "    current: [1 %,  2.5 %]\n"
      "  - {a: 1}\n"};
  YamlMap map = reading.map();
  EXPECT_EQ(at(map.node()), "2:1");
  EXPECT_EQ(at(*map.find("title")), "2:8");
  const auto steps = map.find("steps")->items();
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(at(*map.find("steps")), "4:3");
  EXPECT_EQ(at(steps[0]), "4:5");
  YamlMap step = steps[0].as_map().value();
  EXPECT_EQ(at(*step.find("accuracy")), "4:15");
  EXPECT_EQ(step.key_position("current").line, 5);
  EXPECT_EQ(step.key_position("current").column, 5);
  const auto currents = step.find("current")->items();
  EXPECT_EQ(at(currents[0]), "5:15");
  EXPECT_EQ(at(currents[1]), "5:21");
  EXPECT_EQ(at(steps[1]), "6:5");
  EXPECT_THAT(reading.messages(), IsEmpty());
}

TEST(Yaml, CountsColumnsInCharactersNotInBytes) {
  const Reading reading{"\xEF\xBB\xBF{température: −40 °C, b: 2}\n"};
  YamlMap map = reading.map();
  EXPECT_EQ(map.find("température")->as_text(), "−40 °C");
  EXPECT_EQ(at(*map.find("température")), "1:15");
  EXPECT_EQ(map.key_position("b").column, 23);
}

TEST(Yaml, CountsLinesThatEndInCarriageReturnAndLineFeed) {
  const Reading reading{"a: 1\r\nb: 2\r\n"};
  YamlMap map = reading.map();
  EXPECT_EQ(map.find("b")->as_text(), "2");
  EXPECT_EQ(at(*map.find("b")), "2:4");
}

TEST(Yaml, KeepsTheTextOfAScalarAsWritten) {
  const Reading reading{"a: 0.5 lag\nb: '-40 °C'\nc: -40 °C\nd: 0x10\ne: \"x: y\"\nf: yes\ng: 010\n"};
  YamlMap map = reading.map();
  EXPECT_EQ(map.find("a")->as_text(), "0.5 lag");
  EXPECT_EQ(map.find("b")->as_text(), "-40 °C");
  EXPECT_EQ(map.find("c")->as_text(), "-40 °C");
  EXPECT_EQ(map.find("d")->as_text(), "0x10");
  EXPECT_EQ(map.find("e")->as_text(), "x: y");
  EXPECT_EQ(map.find("f")->as_text(), "yes");
  EXPECT_EQ(map.find("g")->as_text(), "010");
}

TEST(Yaml, ReadsNumbersFlagsAndQuantities) {
  Reading reading{"n: -2.5e3\ni: -7\nt: true\nf: false\nv: 240 V\np: 2.5 %\n"};
  YamlMap map = reading.map();
  EXPECT_EQ(map.find("n")->as_number(), -2500.0);
  EXPECT_EQ(map.find("i")->as_integer(), -7);
  EXPECT_EQ(map.find("t")->as_flag(), true);
  EXPECT_EQ(map.find("f")->as_flag(), false);
  EXPECT_EQ(map.find("v")->as_quantity<kind::Voltage>(), Voltage{240});
  EXPECT_DOUBLE_EQ(map.find("p")->as_quantity<kind::Ratio>()->value(), 0.025);
  EXPECT_THAT(reading.messages(), IsEmpty());
}

TEST(Yaml, RefusesValuesOfAnotherKindAtTheirPlace) {
  Reading reading{"a: {b: 1}\nc: [1, 2]\nd:\ne: 5\n"};
  YamlMap map = reading.map();
  EXPECT_FALSE(map.find("a")->as_text());
  EXPECT_FALSE(map.find("c")->as_number());
  EXPECT_FALSE(map.find("d")->as_text());
  EXPECT_FALSE(map.find("e")->as_map());
  EXPECT_THAT(map.find("d")->items(), IsEmpty());
  EXPECT_THAT(reading.messages(),
              ElementsAre("f.yaml:1:4: a map is there; a single value is expected",
                          "f.yaml:2:4: a list is there; a single value is expected",
                          "f.yaml:3:1: nothing is there; a single value is expected",
                          "f.yaml:3:1: nothing is there; a value or a list is expected",
                          "f.yaml:4:4: a single value is there; a map of keys and values is expected"));
}

TEST(Yaml, RefusesWhatIsNoNumberFlagOrQuantity) {
  Reading reading{
      "a: .nan\nb: .inf\nc: 1.5\nd: yes\ne: 240\nf: 240 W\ng: 99999999999999999999\nh: 0x10\ni: 1,5\n"};
  YamlMap map = reading.map();
  EXPECT_FALSE(map.find("a")->as_number());
  EXPECT_FALSE(map.find("b")->as_number());
  EXPECT_FALSE(map.find("c")->as_integer());
  EXPECT_FALSE(map.find("d")->as_flag());
  EXPECT_FALSE(map.find("e")->as_quantity<kind::Voltage>());
  EXPECT_FALSE(map.find("f")->as_quantity<kind::Voltage>());
  EXPECT_FALSE(map.find("g")->as_integer());
  EXPECT_FALSE(map.find("h")->as_number());
  EXPECT_FALSE(map.find("i")->as_number());
  const auto messages = reading.messages();
  ASSERT_EQ(messages.size(), 9U);
  for (std::size_t i = 0; i < messages.size(); ++i)
    EXPECT_THAT(messages[i], StartsWith("f.yaml:" + std::to_string(i + 1) + ":4: "));
  EXPECT_THAT(messages[3], HasSubstr("'yes' is not known; allowed: true, false"));
  EXPECT_THAT(messages[4], HasSubstr("no unit"));
}

TEST(Yaml, ALoneValueCountsAsAListOfOne) {
  const Reading reading{"a: 5\nb: {c: 1}\nd: []\n"};
  YamlMap map = reading.map();
  EXPECT_EQ(map.find("a")->items().size(), 1U);
  EXPECT_EQ(map.find("b")->items().size(), 1U);
  EXPECT_THAT(map.find("d")->items(), IsEmpty());
}

TEST(Yaml, ADuplicateKeyIsAMistakeAtTheSecond) {
  const Reading reading{"a: 1\nb: {x: 1, y: 2, x: 3}\na: 2\n"};
  EXPECT_THAT(reading.messages(),
              ElementsAre("f.yaml:2:17: 'x' is here a second time; the first is in line 2",
                          "f.yaml:3:1: 'a' is here a second time; the first is in line 1"));
  EXPECT_EQ(reading.map().find("a")->as_text(), "1");
}

TEST(Yaml, AnUnknownKeyNamesTheNearestKnownOne) {
  Reading reading{"sorce: 1\nreference: 2\nzzz: 3\n"};
  YamlMap map = reading.map();
  EXPECT_FALSE(map.find("source"));
  EXPECT_TRUE(map.find("reference"));
  map.finish();
  EXPECT_THAT(
      reading.messages(),
      ElementsAre("f.yaml:1:1: 'sorce' is not known; allowed: source, reference; did you mean 'source'?",
                  "f.yaml:3:1: 'zzz' is not known; allowed: source, reference"));
}

TEST(Yaml, AMissingKeyIsAMistakeAtItsMap) {
  Reading reading{"outer:\n  inner: 1\n"};
  YamlMap outer = reading.map().find("outer")->as_map().value();
  EXPECT_FALSE(outer.require("kt"));
  EXPECT_TRUE(outer.require("inner"));
  EXPECT_THAT(reading.messages(), ElementsAre("f.yaml:2:3: 'kt' is missing"));
}

TEST(Yaml, TellsAllMistakesInTheOrderOfTheFile) {
  Reading reading{"a: x\nb: y\nc: z\n"};
  YamlMap map = reading.map();
  map.find("c")->mistake("third");
  map.find("a")->mistake("first");
  map.find("b")->mistake("second");
  EXPECT_EQ(reading.mistakes.text(), "f.yaml:1:4: first\nf.yaml:2:4: second\nf.yaml:3:4: third\n");
}

TEST(Yaml, ASyntaxErrorHasItsPlace) {
  const Reading unclosed{"a: 1\nb: [1, 2\nc: 3\n"};
  EXPECT_FALSE(unclosed.root);
  ASSERT_EQ(unclosed.messages().size(), 1U);
  EXPECT_THAT(unclosed.messages()[0], StartsWith("f.yaml:3:"));
  EXPECT_THAT(unclosed.messages()[0], HasSubstr("this is no YAML: "));

  const Reading tab{"a:\n\tb: 1\n"};
  EXPECT_FALSE(tab.root);
  EXPECT_THAT(tab.messages().at(0), StartsWith("f.yaml:2:"));

  const Reading quote{"a: 'never closed\n"};
  EXPECT_FALSE(quote.root);
  EXPECT_THAT(quote.messages(), ElementsAre("f.yaml:1:4: this is no YAML: this quote is never closed"));
  EXPECT_FALSE(Reading{"a: \"never \\\" closed\n"}.root);
  EXPECT_TRUE(Reading{"a: 'it''s'\nb: \"\\\"\"\nc: ''\n"}.root);
}

TEST(Yaml, RefusesAnchorsAliasesTagsAndSecondDocuments) {
  EXPECT_THAT(Reading{"a: &x 1\nb: *x\n"}.messages(),
              ElementsAre("f.yaml:1:4: an anchor (&) is not allowed here",
                          "f.yaml:2:4: an alias (*) is not allowed here: write the value out"));
  EXPECT_THAT(Reading{"a: !!int 1\n"}.messages(),
              ElementsAre("f.yaml:1:4: a tag (tag:yaml.org,2002:int) is not allowed here"));
  EXPECT_THAT(Reading{"a: 1\n---\nb: 2\n"}.messages(),
              ElementsAre(HasSubstr("a second document begins here")));
  EXPECT_THAT(Reading{"---\na: 1\n...\n"}.messages(), IsEmpty());
  EXPECT_THAT(Reading{"? [a, b]\n: 1\nc: 2\n"}.messages(),
              ElementsAre("f.yaml:1:3: a key must be a single value"));
}

TEST(Yaml, RefusesWhatIsNotUtf8) {
  EXPECT_THAT(Reading{"a: \xFF\xFE\n"}.messages(), ElementsAre("f.yaml:1:4: this is not text in UTF-8"));
  EXPECT_THAT(Reading{std::string("a: 1\nb: \0\n", 10)}.messages(),
              ElementsAre("f.yaml:2:4: this is not text in UTF-8"));
  EXPECT_THAT(Reading{"a: \xC0\xAF\n"}.messages(), ElementsAre("f.yaml:1:4: this is not text in UTF-8"));
  EXPECT_THAT(Reading{"a: \xF4\x90\x80\x80\n"}.messages(),
              ElementsAre("f.yaml:1:4: this is not text in UTF-8"));
  EXPECT_THAT(Reading{"a: ° − ﬀ 𝄞\n"}.messages(), IsEmpty());
  EXPECT_THAT(Reading{"a: \xED\xA0\x80\n"}.messages(), ElementsAre("f.yaml:1:4: this is not text in UTF-8"));
}

TEST(Yaml, AnEmptyFileIsEmptyNotBroken) {
  for (const char* text : {"", "# nothing but a comment\n", "---\n"}) {
    const Reading reading{text};
    ASSERT_TRUE(reading.root) << text;
    EXPECT_EQ(reading.root->kind(), YamlNode::Kind::null) << text;
  }
}

TEST(Yaml, HostileDepthAndSizeEndInAMistake) {
  const Reading brackets{std::string(100'000, '[')};
  EXPECT_FALSE(brackets.root);
  EXPECT_THAT(brackets.messages(), ElementsAre(HasSubstr("within each other")));

  std::string steps;
  for (int depth = 0; depth < 500; ++depth)
    steps += std::string(static_cast<std::size_t>(depth), ' ') + "a:\n";
  EXPECT_THAT(Reading{steps}.messages(), ElementsAre(HasSubstr("within each other")));

  EXPECT_THAT(Reading{std::string(kLargestYamlFile + 1, '#')}.messages(),
              ElementsAre(HasSubstr("larger than")));

  std::string keys;
  for (int i = 0; keys.size() < kLargestYamlFile - 16; ++i) keys += "k" + std::to_string(i) + ": 1\n";
  Reading many{keys};
  EXPECT_EQ(many.map().entries().size(),
            static_cast<std::size_t>(std::count(keys.begin(), keys.end(), '\n')));
}

TEST(Yaml, AMessageStaysOnOneLineWhateverItQuotes) {
  Reading reading{"\"a\\nb\\e[2J\": 1\n? " + std::string(100'000, 'x') + "\n: 2\n"};
  YamlMap map = reading.map();
  (void)map.find("known");
  map.finish();
  const auto messages = reading.messages();
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0], "f.yaml:1:1: 'a\\x0Ab\\x1B[2J' is not known; allowed: known");
  EXPECT_LT(messages[1].size(), 200U);
}

TEST(Yaml, AFileThatIsNotThereIsAMistake) {
  Mistakes mistakes;
  EXPECT_FALSE(read_yaml("/nowhere/x.yaml", mistakes));
  EXPECT_FALSE(read_yaml("/", mistakes));
  EXPECT_EQ(mistakes.text(),
            "/:1:1: this is a folder; a YAML file is expected\n/nowhere/x.yaml:1:1: there is no such file\n");
}

TEST(Yaml, ReplacesAValueByItsPath) {
  Reading reading{"steps:\n  - a: 1\n    b: 2\n  - a: 3\n"};
  const auto value = read_yaml_text("[4, 5]", "--set steps.1.a", reading.mistakes).value();
  const auto changed = with_value(*reading.root, "steps.1.a", value);
  ASSERT_TRUE(changed);
  const auto steps = changed->as_map()->find("steps")->items();
  EXPECT_EQ(steps[0].as_map()->find("a")->as_text(), "1");
  EXPECT_EQ(steps[1].as_map()->find("a")->items().size(), 2U);
  const auto added = with_value(*reading.root, "steps.1.c", value);
  ASSERT_TRUE(added);
  EXPECT_TRUE(added->as_map()->find("steps")->items()[1].as_map()->find("c"));
  EXPECT_THAT(reading.messages(), IsEmpty());
}

TEST(Yaml, APathThatLeadsNowhereIsAMistake) {
  Reading reading{"steps:\n  - a: 1\n"};
  for (const char* path : {"step.0.a", "steps.1.a", "steps.x.a", "steps.0.a.b", "", "steps.", "steps.-1.a"}) {
    Mistakes mistakes;
    const auto value = read_yaml_text("9", std::string{"--set "} + path, mistakes).value();
    EXPECT_FALSE(with_value(*reading.root, path, value)) << path;
    ASSERT_EQ(mistakes.list().size(), 1U) << path;
    EXPECT_EQ(mistakes.list()[0].position.file, std::string{"--set "} + path);
  }
}

TEST(NearestMatch, FindsASlipAndNothingFarther) {
  const std::vector<std::string> allowed{"source", "reference", "counter", "lag"};
  EXPECT_EQ(nearest_match("sorce", allowed), "source");
  EXPECT_EQ(nearest_match("refernece", allowed), "reference");
  EXPECT_EQ(nearest_match("lga", allowed), "lag");
  EXPECT_EQ(nearest_match("Counter", allowed), "counter");
  EXPECT_FALSE(nearest_match("voltage", allowed));
  EXPECT_FALSE(nearest_match("", allowed));
  EXPECT_FALSE(nearest_match("x", {}));
}

TEST(NearestMatch, ListsWhatIsAllowed) {
  EXPECT_EQ(not_allowed("sorce", {"source", "reference"}),
            "'sorce' is not known; allowed: source, reference; did you mean 'source'?");
  EXPECT_EQ(not_allowed("x", {}), "'x' is not known; nothing is allowed here");
}

}  // namespace
}  // namespace meterbench
