#include "drivers/radian_rd3x/driver.h"

#include <gtest/gtest.h>

#include <charconv>

#include "bench/core/simulated_reactor.h"
#include "drivers/link/memory_link.h"
#include "tests/support/scripted_far_end.h"

namespace meterbench::radian_rd3x {
namespace {

Bytes from_hex(std::string_view text) {
  Bytes bytes;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    unsigned byte = 0;
    std::from_chars(text.data() + at, text.data() + at + 2, byte, 16);
    bytes.push_back(static_cast<std::uint8_t>(byte));
  }
  return bytes;
}

/// Appends the sum of all bytes, by the rule of instruments.md 4.4.
std::string summed(std::string_view hex) {
  Bytes bytes = from_hex(hex);
  unsigned sum = 0;
  for (const auto byte : bytes) sum += byte;
  bytes.push_back(static_cast<std::uint8_t>(sum >> 8U));
  bytes.push_back(static_cast<std::uint8_t>(sum));
  return hex_text(bytes);
}

// Whole packets of the facts file.
const std::string kNop = "A6 00 00 00 00 A6";
const std::string kNopAnswer = "A3 00 00 A3";
const std::string kVolts = "A6 2E 00 04 00 00 FF FD 02 D4";
const std::string kWatts = "A6 2E 00 04 00 02 FF FD 02 D6";
const std::string kPulseOutputAnswer = "AC 1D 00 02 00 0A 00 D5";

// By its rules: 1e-5 Wh is 1.31072 · 2⁻¹⁷, the mantissa 0.31072 · 2²³ = 27C5AC.
const std::string kPulseOutput = summed("A6 1D 00 03 01 00 00");
const std::string kConstant = summed("A6 32 00 07 00 00 00 EF 27 C5 AC");
const std::string kConstantAnswer = summed("A3 32 00 04 EF 27 C5 AC");
const std::string kAmperes = summed("A6 2E 00 04 00 01 FF FD");
const std::string kVars = summed("A6 2E 00 04 00 04 FF FD");
const std::string kHertz = summed("A6 2E 00 04 00 05 FF FD");

// 240 V, 5 A, 60 Hz, −1.5 W, … as the facts file encodes them.
const std::string kVoltsAnswer =
    summed("AC 2E 00 14 07 70 00 00 07 70 00 00 7F 7F FF FF 80 00 00 00 7F 7F FF FF");
const std::string kAmperesAnswer =
    summed("AC 2E 00 14 02 20 00 00 00 00 00 00 7F 7F FF FF 80 00 00 00 7F 7F FF FF");
const std::string kWattsAnswer =
    summed("AC 2E 00 14 00 C0 00 00 FF 80 00 00 7F 7F FF FF 80 00 00 00 07 70 00 00");
const std::string kVarsAnswer =
    summed("AC 2E 00 14 80 00 00 00 05 70 00 00 7F 7F FF FF 80 00 00 00 05 70 00 00");
const std::string kHertzAnswer =
    summed("AC 2E 00 14 05 70 00 00 05 70 00 00 7F 7F FF FF 80 00 00 00 7F 7F FF FF");
const std::string kInvalidAnswer =
    summed("AC 2E 00 14 7F 7F FF FF 7F 7F FF FF 7F 7F FF FF 7F 7F FF FF 7F 7F FF FF");
const std::string kErrorAnswer = summed("A9 2E 00 01 07");

using Lines = std::vector<std::pair<std::string, std::string>>;  ///< request and answer, "" for none

ScriptedFarEnd::Script script_of(const Lines& lines) {
  ScriptedFarEnd::Script script;
  for (const auto& [request, answer] : lines) script.push_back({from_hex(request), from_hex(answer)});
  return script;
}

/// Passes on byte by byte what a far end says at once.
class Dribble final : public FarEnd {
 public:
  Dribble(FarEnd& far_end, Duration pause) : far_end_{far_end}, pause_{pause} {}
  void opened(Instant now) override { far_end_.opened(now); }
  void closed(Instant now) override { far_end_.closed(now); }
  void on_bytes(Instant now, ByteView bytes, Bytes&) override {
    far_end_.on_bytes(now, bytes, pending_);
    next_ = now + pause_;
  }
  void on_time(Instant now, Bytes& reply) override {
    reply.push_back(pending_.front());
    pending_.erase(pending_.begin());
    next_ = now + pause_;
  }
  [[nodiscard]] std::optional<Instant> next_event() const override {
    return pending_.empty() ? std::nullopt : std::optional{next_};
  }

 private:
  FarEnd& far_end_;
  Duration pause_;
  Bytes pending_;
  Instant next_{};
};

class RadianDriver : public testing::Test {
 protected:
  void use(const Lines& lines) {
    script = std::make_unique<ScriptedFarEnd>(script_of(lines));
    connect(*script);
  }
  void connect(FarEnd& far_end) {
    standard.reset();  // before its link
    link = std::make_unique<MemoryLink>(reactor, "reference", far_end, WireTime::serial(57600, 1));
    standard = std::make_unique<RadianReference>(*link, from_watt_hours(1e-5));
    repeats = 0;
    standard->on_repeat([this](const Fault&) { ++repeats; });
  }
  template <class T, class Start>
  Result<T> finish(Start start) {
    return await<T>(reactor, "reference", "test", std::chrono::minutes{1}, start);
  }
  Result<ReferenceReading> read() {
    return finish<ReferenceReading>([&](auto done) { standard->start_read(std::move(done)); });
  }
  Result<ActiveEnergy> prepare() {
    return finish<ActiveEnergy>([&](auto done) { standard->start_prepare({}, std::move(done)); });
  }

  StopSignal stop;
  SimulatedReactor reactor{stop, UtcTime{}};
  std::unique_ptr<ScriptedFarEnd> script;
  std::unique_ptr<MemoryLink> link;
  std::unique_ptr<RadianReference> standard;
  unsigned repeats = 0;
};

Lines reading_lines() {
  return {{kNop, kNopAnswer}, {kVolts, kVoltsAnswer}, {kNop, kNopAnswer}, {kAmperes, kAmperesAnswer},
          {kNop, kNopAnswer}, {kWatts, kWattsAnswer}, {kNop, kNopAnswer}, {kVars, kVarsAnswer},
          {kNop, kNopAnswer}, {kHertz, kHertzAnswer}};
}

void expect_the_reading_of_the_script(const Result<ReferenceReading>& reading) {
  ASSERT_TRUE(reading) << reading.error().text();
  EXPECT_EQ(reading->circuits[0].voltage, Voltage{240});
  EXPECT_EQ(reading->circuits[1].voltage, Voltage{240});
  EXPECT_EQ(reading->circuits[0].current, Current{5});
  EXPECT_EQ(reading->circuits[1].current, Current{1});
  EXPECT_EQ(reading->circuits[0].active, ActivePower{-1.5});
  EXPECT_EQ(reading->circuits[1].active, ActivePower{-1});
  EXPECT_EQ(reading->circuits[0].reactive, ReactivePower{0});
  EXPECT_EQ(reading->circuits[1].reactive, ReactivePower{60});
  EXPECT_EQ(reading->active, ActivePower{240});
  EXPECT_EQ(reading->frequency, Frequency{60});
}

TEST_F(RadianDriver, IdentifiesByNopAndSaysWhatItCannotTell) {
  use({{kNop, kNopAnswer}});
  const auto identity = finish<std::string>([&](auto done) { standard->start_identify(std::move(done)); });
  ASSERT_TRUE(identity);
  EXPECT_EQ(*identity, "Radian RD-3x; model and serial number: no command known");
}

TEST_F(RadianDriver, PreparesThePulseOutputAndReportsTheConstantReadBack) {
  use({{kNop, kNopAnswer}, {kPulseOutput, kPulseOutputAnswer}, {kConstant, kConstantAnswer}});
  const auto pulse = prepare();
  ASSERT_TRUE(pulse) << pulse.error().text();
  // The float's own value: 10995116/2^40 Wh.
  EXPECT_DOUBLE_EQ(watt_hours(*pulse), (8388608.0 + 0x27C5AC) / 8388608.0 / 131072.0);
}

TEST_F(RadianDriver, AnotherConstantThanItWasToldIsRefused) {
  use({{kNop, kNopAnswer},
       {kPulseOutput, kPulseOutputAnswer},
       {kConstant, summed("A3 32 00 04 EF 27 C5 00")}});
  const auto pulse = prepare();
  ASSERT_FALSE(pulse);
  EXPECT_EQ(pulse.error().code, Errc::refused);
}

TEST_F(RadianDriver, AConstantThatIsCutShortIsGarbled) {
  use({{kNop, kNopAnswer}, {kPulseOutput, kPulseOutputAnswer}, {kConstant, summed("A3 32 00 02 EF 27")}});
  const auto pulse = prepare();
  ASSERT_FALSE(pulse);
  EXPECT_EQ(pulse.error().code, Errc::garbled);
}

TEST_F(RadianDriver, ReadsTheMetricsOfBothElements) {
  use(reading_lines());
  expect_the_reading_of_the_script(read());
  EXPECT_EQ(repeats, 0U);
}

TEST_F(RadianDriver, ReadsAnswersThatDribble) {
  use(reading_lines());
  Dribble slow{*script, std::chrono::milliseconds{20}};
  connect(slow);
  expect_the_reading_of_the_script(read());
  connect(*script);  // `slow` ends here
}

TEST_F(RadianDriver, AnInvalidMetricIsAFaultAndNoNumber) {
  auto lines = reading_lines();
  lines[3].second = kInvalidAnswer;
  use(lines);
  const auto reading = read();
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, Errc::refused);
  EXPECT_EQ(reading.error().command, "read amperes");
}

TEST_F(RadianDriver, AnErrorAcknowledgeIsARefusalAndIsNotAskedAgain) {
  auto lines = reading_lines();
  lines[1].second = kErrorAnswer;
  use(lines);
  const auto reading = read();
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, Errc::refused);
  EXPECT_EQ(reading.error().command, "read volts");
  EXPECT_NE(reading.error().detail.find("07"), std::string::npos);
  EXPECT_TRUE(link->is_open());
}

TEST_F(RadianDriver, AnAnswerWithoutFiveFloatsIsGarbled) {
  auto lines = reading_lines();
  lines[5].second = summed("AC 2E 00 04 07 70 00 00");
  use(lines);
  const auto reading = read();
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, Errc::garbled);
  EXPECT_EQ(reading.error().command, "read watts");
}

TEST_F(RadianDriver, AReadingWithABadChecksumIsTakenOnceMore) {
  auto lines = reading_lines();
  lines.resize(4);
  lines[3].second.back() = lines[3].second.back() == '0' ? '1' : '0';
  for (const auto& line : reading_lines()) lines.push_back(line);
  use(lines);
  expect_the_reading_of_the_script(read());
  EXPECT_EQ(repeats, 1U);
}

TEST_F(RadianDriver, ATruncatedAnswerEndsAfterItsPatienceAndIsAskedOnceMore) {
  Lines lines{{kNop, kNopAnswer}, {kVolts, kVoltsAnswer.substr(0, 3 * 10 - 1)}};
  for (const auto& line : reading_lines()) lines.push_back(line);
  use(lines);
  expect_the_reading_of_the_script(read());
  EXPECT_NEAR(in_seconds(reactor.now()), 1.5, 0.2);
}

TEST_F(RadianDriver, AStandardThatStaysSilentIsATimeOutAfterTwoQuestions) {
  use({{kNop, ""}, {kNop, ""}});
  const auto reading = read();
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, Errc::timeout);
  EXPECT_EQ(reading.error().command, "NOP");
  EXPECT_NE(reading.error().detail.find("asked twice"), std::string::npos);
  EXPECT_NEAR(in_seconds(reactor.now()), 3.0, 0.01);
  EXPECT_FALSE(link->is_open());
}

TEST_F(RadianDriver, AStaleAnswerIsNeverTakenForAnotherMetric) {
  // From the second question on, each answer is that of the question before.
  use({{kNop, kNopAnswer},
       {kVolts, kVoltsAnswer},
       {kNop, kVoltsAnswer},
       {kNop, kNopAnswer},
       {kVolts, kNopAnswer}});
  const auto reading = read();
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, Errc::garbled);
}

TEST_F(RadianDriver, WhatSetsTheInstrumentIsNeverRepeated) {
  use({{kNop, kNopAnswer}, {kPulseOutput, ""}});
  const auto pulse = prepare();
  ASSERT_FALSE(pulse);
  EXPECT_EQ(pulse.error().code, Errc::timeout);
  EXPECT_EQ(pulse.error().command, "pulse output: net Wh");
  EXPECT_EQ(repeats, 0U);
}

TEST_F(RadianDriver, OpensItsLinkAgainForTheNextCommand) {
  use({{kNop, ""}, {kNop, kNopAnswer}, {kPulseOutput, kPulseOutputAnswer}, {kConstant, kConstantAnswer}});
  EXPECT_FALSE(prepare());
  EXPECT_TRUE(prepare());
}

TEST_F(RadianDriver, APulseWithoutEnergyIsABadConfiguration) {
  use({});
  EXPECT_THROW((RadianReference{*link, ActiveEnergy{}}), std::invalid_argument);
  EXPECT_THROW((RadianReference{*link, ActiveEnergy{-1}}), std::invalid_argument);
  EXPECT_THROW((RadianReference{*link, ActiveEnergy{std::numeric_limits<double>::quiet_NaN()}}),
               std::invalid_argument);
}

}  // namespace
}  // namespace meterbench::radian_rd3x
