// Lines of protocol.md; the clauses stand in the names.
#include "drivers/pickup_box/simulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "drivers/far_end/far_end.h"
#include "drivers/far_end/modbus_far_end.h"
#include "drivers/far_end/usb_far_end.h"

namespace meterbench::pickup_box {
namespace {

using virtual_lab::Light;
using virtual_lab::ScriptedFault;

class FakeLight final : public Light {
 public:
  double level_percent() const override { return 61.34; }
  double flicker_percent() const override { return 2; }
  bool inverted() const override { return dark; }
  Seconds debounce() const override { return held; }
  void set_debounce(Instant, Seconds debounce) override { held = debounce; }
  std::string display() override { return text; }
  void disturb(Instant now, Disturbance what) override { disturbed.emplace_back(now, what); }

  bool dark = false;
  Seconds held{500e-6};
  std::string text = "12345.6 kWh";
  std::vector<std::pair<Instant, Disturbance>> disturbed;
};

class PickupBoxSimulator : public testing::Test {
 protected:
  PickupBoxSimulator() { restart({}); }
  void restart(std::vector<ScriptedFault> faults) {
    world = std::make_unique<virtual_lab::World>(1, virtual_lab::SourceOutput::Settings{});
    light = {};
    world->add_light("A", light);
    virtual_lab::SimulatorSettings settings;
    settings.faults = std::move(faults);
    box = std::get<std::shared_ptr<FarEnd>>(simulator_model().make(*world, settings));
    now = {};
    box->opened(now);
  }
  std::string send(const std::string& text) {
    Bytes reply;
    box->on_bytes(now, to_bytes(text), reply);
    while (const auto next = box->next_event()) {
      delay = *next - now;
      now = *next;
      box->on_time(now, reply);
    }
    return to_string(reply);
  }
  std::string say(const std::string& line) { return send(line + "\n"); }

  Instant now;
  Duration delay{};
  FakeLight light;
  std::unique_ptr<virtual_lab::World> world;
  std::shared_ptr<FarEnd> box;
};

/// The dialogue of clause 4 is read from the page itself.
TEST_F(PickupBoxSimulator, Clause4SpeaksTheDialogueOfThePage) {
  std::ifstream page{BENCH_SOURCE_DIR "/drivers/pickup_box/protocol.md"};
  ASSERT_TRUE(page);
  int spoken = 0;
  std::string line, answer;
  for (bool inside = false; std::getline(page, line);) {
    if (line == "```") inside = !inside;
    if (!inside || line.size() < 3) continue;
    if (line[0] == '>') {
      answer = say(line.substr(2));
      ++spoken;
    } else if (line[0] == '<') {
      EXPECT_EQ(answer, line.substr(2) + "\n");
    }
  }
  EXPECT_EQ(spoken, 4);
}

TEST_F(PickupBoxSimulator, Clause1TakesAnyPortionsAndAnswersInTime) {
  EXPECT_EQ(send("7 LIG"), "");
  EXPECT_EQ(send("HT A*28\n3 TE"), "7 OK 61.3 2.0 + 500*3B\n");
  EXPECT_LE(delay, std::chrono::milliseconds{20});
  EXPECT_EQ(send("XT A*6F\n"), "3 OK 12345.6 kWh*6A\n");
  EXPECT_EQ(send("7 LIG"), "");
  box->closed(now);
  box->opened(now);
  EXPECT_EQ(say("3 TEXT A*6F"), "3 OK 12345.6 kWh*6A\n");
}

TEST_F(PickupBoxSimulator, Clause2ShowsPolarityAndADarkDisplay) {
  light.dark = true;
  light.text.clear();
  EXPECT_EQ(say("1 LIGHT A*2E"), "1 OK 61.3 2.0 - 500*3B\n");
  EXPECT_EQ(say("1 TEXT A*6D"), "1 OK*15\n");
}

TEST_F(PickupBoxSimulator, Clause2SetsTheDebounce) {
  EXPECT_EQ(say("1 DEBOUNCE A 0*71"), "1 OK 0*05\n");
  EXPECT_EQ(light.held, Seconds{0});
  EXPECT_EQ(say("1 DEBOUNCE A 500*74"), "1 OK 500*00\n");
  EXPECT_DOUBLE_EQ(light.held.value(), 500e-6);
}

TEST_F(PickupBoxSimulator, Clause3AnswersErrorsAndChangesNothing) {
  EXPECT_EQ(say("7 LIGHT A*29"), "0 ERR 1 checksum*69\n");
  EXPECT_EQ(say(std::string(300, 'x')), "0 ERR 1 checksum*69\n");
  EXPECT_THAT(say("4 LIGHT Z*30"), testing::StartsWith("4 ERR 2 "));
  EXPECT_THAT(say("1 LIGHTS A*7D"), testing::StartsWith("1 ERR 3 "));
  EXPECT_THAT(say("1 LIGHT*4F"), testing::StartsWith("1 ERR 3 "));
  EXPECT_THAT(say("1 DEBOUNCE A*61"), testing::StartsWith("1 ERR 3 "));
  EXPECT_THAT(say("1 DEBOUNCE A -1*5D"), testing::StartsWith("1 ERR 4 "));
  EXPECT_THAT(say("1 DEBOUNCE A 1.5*6B"), testing::StartsWith("1 ERR 4 "));
  EXPECT_THAT(say("1 DEBOUNCE A 100001*41"), testing::StartsWith("1 ERR 4 "));
  EXPECT_DOUBLE_EQ(light.held.value(), 500e-6);
}

TEST_F(PickupBoxSimulator, Clause5AnswersCanBeSpoilt) {
  const auto at_second = [](const char* what) { return ScriptedFault{.at = {}, .command = 2, .what = what}; };
  struct Case {
    const char* what;
    const char* answer;
  };
  for (const Case& c : {Case{"silence", ""},
                        {"garble", "2 OK 12345.6 kWh*6A\n"},
                        {"cut_short", "3 OK 12345"},
                        {"stale", "7 OK 61.3 2.0 + 500*3B\n"},
                        {"refuse", "3 ERR 5 not ready*5D\n"}}) {
    restart({at_second(c.what)});
    EXPECT_EQ(say("7 LIGHT A*28"), "7 OK 61.3 2.0 + 500*3B\n");
    EXPECT_EQ(say("3 TEXT A*6F"), c.answer) << c.what;
    box->closed(now);
    box->opened(now);
    EXPECT_EQ(say("3 TEXT A*6F"), "3 OK 12345.6 kWh*6A\n");
  }
}

TEST_F(PickupBoxSimulator, Clause5DisturbsTheLightThoughNobodyTalks) {
  using enum Light::Disturbance;
  for (const auto& [what, disturbance] : {std::pair{"missed_pulse", missed_pulse},
                                          {"double_pulse", double_pulse},
                                          {"bounce", bounce},
                                          {"flicker", flicker},
                                          {"wrong_led", wrong_led},
                                          {"level_drift", level_drift}}) {
    restart({{.at = instant_at(1), .command = {}, .what = what}});
    world->advance_to(instant_at(0.9));
    EXPECT_TRUE(light.disturbed.empty());
    world->advance_to(instant_at(1.1));
    ASSERT_EQ(light.disturbed.size(), 1U);
    EXPECT_EQ(light.disturbed[0], std::pair(instant_at(1), disturbance));
    restart({{.at = {}, .command = 1, .what = what}});
    say("7 LIGHT A*28");
    ASSERT_EQ(light.disturbed.size(), 1U);
  }
}

}  // namespace
}  // namespace meterbench::pickup_box
