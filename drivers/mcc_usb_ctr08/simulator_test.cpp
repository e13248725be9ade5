#include "drivers/mcc_usb_ctr08/simulator.h"

#include <gtest/gtest.h>

#include "drivers/far_end/far_end.h"
#include "drivers/far_end/usb_far_end.h"

namespace meterbench::mcc_usb_ctr08 {
namespace {

using namespace std::chrono_literals;
using virtual_lab::ScriptedFault;

/// Edges at a steady rate from the start of the world.
class Steady final : public virtual_lab::PulseSignal {
 public:
  explicit Steady(Duration period) : period_{period} {}
  std::uint64_t edges_until(Instant t) override {
    return static_cast<std::uint64_t>(t.time_since_epoch() / period_);
  }
  std::vector<Instant> edges_between(Instant after, Instant until) override {
    EXPECT_GE(after, until - kHistory);
    std::vector<Instant> edges;
    for (auto n = after.time_since_epoch() / period_ + 1; n <= until.time_since_epoch() / period_; ++n)
      edges.push_back(Instant{n * period_});
    return edges;
  }

 private:
  Duration period_;
};

// Set-up stages as the facts file lists the requests: type, request, value, index, length.
constexpr UsbSetup kStatus{0xC0, 0x40, 0, 0, 2};
constexpr UsbSetup kSerial{0xC0, 0x48, 0, 0, 8};
constexpr UsbSetup kStop{0x40, 0x22, 0, 0, 0};
constexpr UsbSetup kClearFifo{0x40, 0x23, 0, 0, 0};
constexpr UsbSetup kStart{0x40, 0x21, 0, 0, 14};

UsbSetup scan_list(std::uint16_t last) { return {0x40, 0x20, 0, last, 33}; }
Bytes entries(Bytes list) {
  list.resize(33, 0);
  return list;
}
/// 1 kHz: pacer 95 999 = 176FFh.
Bytes start_data(std::uint8_t packet_samples_less_one, std::uint8_t options = 0) {
  return {0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0x76, 0x01, 0x00, packet_samples_less_one, options};
}

class UsbCtr08Simulator : public testing::Test {
 protected:
  void make(std::vector<ScriptedFault> faults = {}, const std::map<std::string, double>& changed = {}) {
    const auto model = simulator_model();
    virtual_lab::SimulatorSettings settings;
    for (const auto& parameter : model.parameters) settings.numbers[parameter.key] = parameter.fallback;
    for (const auto& [key, value] : changed) settings.numbers.at(key) = value;
    settings.wiring = {{"input_0", "reference.pulses"}, {"input_3", "led.A"}, {"input_5", "nothing.there"}};
    settings.faults = std::move(faults);
    device = std::get<std::shared_ptr<UsbFarEnd>>(model.make(world, settings));
    // After the device was made: what is wired is looked up when it is needed.
    world.add_signal("reference.pulses", reference);
    world.add_signal("led.A", led);
    device->opened(Instant{});
    world.advance_to(now);
  }
  std::optional<Bytes> control(const UsbSetup& setup, const Bytes& data = {}) {
    return device->control(now, setup, data);
  }
  /// Scan of the reference's two low banks and of inputs 3 and 5, `scans` scans in a packet.
  void start(unsigned scans) {
    ASSERT_TRUE(control(scan_list(3), entries({0x00, 0x08, 0x03, 0x05})));
    ASSERT_TRUE(control(kStart, start_data(static_cast<std::uint8_t>(4 * scans - 1))));
  }
  void pass(Duration time) {
    now += time;
    world.advance_to(now);
  }
  std::optional<Bytes> samples() { return device->bulk_in(now, 0x86, 512); }
  unsigned status() {
    const auto word = control(kStatus);
    return word && word->size() == 2 ? (*word)[0] | ((*word)[1] << 8U) : 0xFFFFU;
  }
  static ScriptedFault at_command(std::uint64_t command, std::string what) {
    return {.at = {}, .command = command, .what = std::move(what)};
  }

  virtual_lab::World world{1, {}};
  Steady reference{800ns};  // 1250 counts a scan
  Steady led{2500us};
  std::shared_ptr<UsbFarEnd> device;
  Instant now{1s};
};

TEST_F(UsbCtr08Simulator, TellsItsStatusAndSerialNumber) {
  make();
  EXPECT_EQ(control(kStatus), (Bytes{0x00, 0x01}));  // bit 8: FPGA configured
  const auto serial = control(kSerial);
  ASSERT_TRUE(serial);
  EXPECT_EQ(serial->size(), 8U);
}

TEST_F(UsbCtr08Simulator, SeveralOfThemHaveSerialNumbersOfTheirOwn) {
  make({}, {{"unit", 1}});
  EXPECT_EQ(device->description().serial, "01A2B3C4");
  make({}, {{"unit", 6}});
  EXPECT_EQ(device->description().serial, "01A2B3C9");
  EXPECT_EQ(to_string(control(kSerial).value()), "01A2B3C9");
}

TEST_F(UsbCtr08Simulator, WhatNobodyFetchedForLongIsLatchedTickByTick) {
  make();
  start(50);
  pass(3s);  // 300 edges at 2.5, 5, 7.5 … ms among 3000 ticks
  std::int64_t tick = 0;
  while (const auto packet = samples())
    for (std::size_t at = 0; at < packet->size(); at += 8) {
      ++tick;
      const auto word = [&](std::size_t i) { return (*packet)[at + 2 * i] | (*packet)[at + 2 * i + 1] << 8; };
      ASSERT_EQ(word(0) | word(1) << 16, 1250 * tick) << "tick " << tick;
      ASSERT_EQ(word(2), tick * 2 / 5) << "tick " << tick;
      ASSERT_EQ(word(3), 0);
    }
  EXPECT_EQ(tick, 3000);
}

TEST_F(UsbCtr08Simulator, WithoutItsFpgaItHasNoCounters) {
  make({}, {{"fpga_configured", 0}});
  EXPECT_EQ(status(), 0x0000U);
  EXPECT_FALSE(control(scan_list(3), entries({0x00, 0x08, 0x03, 0x05})));
  EXPECT_FALSE(control(kStart, start_data(3)));
  EXPECT_TRUE(control(kSerial));
}

TEST_F(UsbCtr08Simulator, SendsThePacketWhenItsLastScanIsLatched) {
  make();
  start(2);
  EXPECT_EQ(status(), 0x0102U);  // and bit 1: pacer running
  EXPECT_EQ(device->next_event(), now + 2ms);
  EXPECT_FALSE(samples());
  pass(1999us);
  EXPECT_FALSE(samples());
  pass(1us);
  // 1250 = 04E2h and 2500 = 09C4h; no LED edge yet: one every 2.5 ms.
  EXPECT_EQ(hex_text(samples().value_or(Bytes{})), "E2 04 00 00 00 00 00 00 C4 09 00 00 00 00 00 00");
  EXPECT_FALSE(samples());
  EXPECT_EQ(device->next_event(), now + 2ms);
  pass(2ms);
  EXPECT_EQ(hex_text(samples().value_or(Bytes{})), "A6 0E 00 00 01 00 00 00 88 13 00 00 01 00 00 00");
}

TEST_F(UsbCtr08Simulator, TheSecondBankHoldsTheUpperBits) {
  make();
  start(1);
  pass(100ms);
  Bytes last;
  while (const auto packet = samples()) last = *packet;
  // 125 000 = 0001E848h; 40 LED edges.
  EXPECT_EQ(hex_text(last), "48 E8 01 00 28 00 00 00");
}

TEST_F(UsbCtr08Simulator, ItsClockMayBeFast) {
  make({}, {{"clock_ppm", 100}});
  start(10);
  // Ten periods of 1 ms/1.0001.
  EXPECT_NEAR(in_seconds(*device->next_event() - now), 9.9990001e-3, 1e-9);
}

TEST_F(UsbCtr08Simulator, KeepsItsCountsAtTheStartWhenItIsTold) {
  make();
  ASSERT_TRUE(control({0x40, 0x10, 0, 0, 8}, {0x00, 0x00, 0xFF, 0xFF, 0, 0, 0, 0}));
  EXPECT_EQ(control({0xC0, 0x10, 0, 0, 8}), (Bytes{0x00, 0x00, 0xFF, 0xFF, 0, 0, 0, 0}));
  ASSERT_TRUE(control(scan_list(1), entries({0x00, 0x08})));
  ASSERT_TRUE(control(kStart, start_data(1, 0x01)));
  pass(1ms);
  EXPECT_EQ(hex_text(samples().value_or(Bytes{})), "E2 04 FF FF");
  ASSERT_TRUE(control(kStop));
  ASSERT_TRUE(control(kStart, start_data(1, 0x00)));
  pass(1ms);
  EXPECT_EQ(hex_text(samples().value_or(Bytes{})), "E2 04 00 00");
}

TEST_F(UsbCtr08Simulator, AStopEndsTheSamples) {
  make();
  start(1);
  ASSERT_TRUE(control(kStop));
  EXPECT_EQ(status(), 0x0100U);
  pass(100ms);
  EXPECT_FALSE(samples());
  EXPECT_FALSE(device->next_event());
}

TEST_F(UsbCtr08Simulator, StallsAtRequestsThatItDoesNotKnowOrThatComeAtAWrongTime) {
  make();
  EXPECT_FALSE(control({0x40, 0x7F, 0, 0, 0}));
  EXPECT_FALSE(control({0xC0, 0x7F, 0, 0, 1}));
  EXPECT_FALSE(control(kStart, start_data(3))) << "no scan list";
  EXPECT_FALSE(control(scan_list(3), {0x00, 0x08})) << "33 bytes";
  EXPECT_FALSE(control(scan_list(33), entries({0x00}))) << "33 entries";
  EXPECT_FALSE(control({0x40, 0x10, 0, 8, 8}, Bytes(8, 0))) << "8 counters";
  start(1);
  EXPECT_FALSE(control(scan_list(1), entries({0x00, 0x08}))) << "a scan runs";
}

TEST_F(UsbCtr08Simulator, AnEmptyTransferFollowsAWholeUsbPacket) {
  make({at_command(3, "missing_zlp")});
  start(64);  // 256 samples, 512 bytes
  pass(64ms);
  EXPECT_EQ(samples().value_or(Bytes{}).size(), 512U);
  EXPECT_EQ(samples(), Bytes{});
  EXPECT_FALSE(samples());
  EXPECT_EQ(status(), 0x0102U);  // the third request: the next empty transfer is left out
  pass(64ms);
  EXPECT_EQ(samples().value_or(Bytes{}).size(), 512U);
  EXPECT_FALSE(samples());
  pass(64ms);
  EXPECT_EQ(samples().value_or(Bytes{}).size(), 512U);
  EXPECT_EQ(samples(), Bytes{});
}

TEST_F(UsbCtr08Simulator, SamplesThatNobodyFetchesOverrunTheFifo) {
  make();
  start(50);
  pass(5s);
  EXPECT_EQ(status(), 0x0102U);
  pass(30s);
  EXPECT_EQ(status(), 0x0104U);  // bit 2, and the pacer stands
  ASSERT_TRUE(control(kClearFifo));
  EXPECT_EQ(status(), 0x0100U);
}

/// Edges of input 3 within a second: one every 2.5 ms, each pulse `width_ms` wide.
class UsbCtr08Debounce : public UsbCtr08Simulator {
 protected:
  std::uint64_t edges_in_a_second(double width_ms, std::uint16_t setting) {
    make({}, {{"pulse_width_ms", width_ms}});
    EXPECT_TRUE(control({0x40, 0x13, setting, 3, 0}));
    EXPECT_TRUE(control({0x40, 0x10, 0, 3, 8}, Bytes(8, 0)));
    pass(1s);
    const auto count = control({0xC0, 0x10, 0, 3, 8});
    return count ? (*count)[0] | (*count)[1] << 8U : ~std::uint64_t{0};
  }
};

TEST_F(UsbCtr08Debounce, AfterStableShortPulsesAreSwallowed) {
  EXPECT_EQ(edges_in_a_second(0.05, 8), 0U);  // 50 µs against 127.5 µs
  EXPECT_NEAR(static_cast<double>(edges_in_a_second(0.2, 8)), 400, 1);
}

TEST_F(UsbCtr08Debounce, BeforeStableAnEdgeCountsAtOnceUnlessItFollowsTooSoon) {
  EXPECT_EQ(edges_in_a_second(0.05, 0x20 | 8), 400U);
  EXPECT_LE(edges_in_a_second(0.05, 0x20 | 13), 1U);  // 3.1 ms: never low for so long
}

TEST_F(UsbCtr08Debounce, WithoutDebounceEveryEdgeCounts) { EXPECT_EQ(edges_in_a_second(0, 0), 400U); }

TEST_F(UsbCtr08Simulator, ADebounceThatItDoesNotHaveStalls) {
  make();
  EXPECT_FALSE(control({0x40, 0x13, 17, 3, 0}));
  EXPECT_FALSE(control({0x40, 0x13, 0x40, 3, 0}));
  EXPECT_FALSE(control({0x40, 0x13, 8, 8, 0}));
}

TEST_F(UsbCtr08Simulator, AFlushSendsTheRestThatFillsNoPacket) {
  make();
  start(10);
  pass(13ms);
  EXPECT_EQ(samples().value_or(Bytes{}).size(), 80U);
  EXPECT_FALSE(samples());
  ASSERT_TRUE(control(kStop));
  ASSERT_TRUE(control({0x40, 0x24, 5, 0, 0}));
  EXPECT_EQ(samples().value_or(Bytes{}).size(), 24U);
  EXPECT_FALSE(samples());
}

TEST_F(UsbCtr08Simulator, ALatchIsTornOnceWhereTheLowerBankWraps) {
  make({at_command(3, "latch_wrap")});
  start(1);
  EXPECT_EQ(status(), 0x0102U);
  // 1250 a scan: the 53rd is 66 250 = 000102CAh.
  pass(54ms);
  Bytes previous, last;
  for (int scan = 1; scan <= 54; ++scan) {
    previous = last;
    last = samples().value_or(Bytes{});
  }
  EXPECT_EQ(hex_text(ByteView{previous}.first(4)), "CA 02 00 00");
  EXPECT_EQ(hex_text(ByteView{last}.first(4)), "AC 07 01 00");
}

TEST_F(UsbCtr08Simulator, TheDebounceGoesToItsLongestAndSwallowsThePulses) {
  make({{.at = Instant{1500ms}, .command = {}, .what = "debounce"}});
  ASSERT_TRUE(control({0x40, 0x13, 0x20 | 8, 3, 0}));
  ASSERT_TRUE(control({0x40, 0x10, 0, 3, 8}, Bytes(8, 0)));
  pass(500ms);
  EXPECT_EQ(status(), 0x0100U) << "nothing tells";
  pass(500ms);
  EXPECT_EQ(control({0xC0, 0x10, 0, 3, 8}).value_or(Bytes{0})[0], 200);
}

TEST_F(UsbCtr08Simulator, FailsAsTheScriptSays) {
  make({at_command(3, "stall"), at_command(5, "fifo_overrun"), at_command(6, "no_fpga")});
  start(1);
  EXPECT_FALSE(control(kStatus));
  EXPECT_EQ(status(), 0x0102U);
  EXPECT_EQ(status(), 0x0104U);
  EXPECT_EQ(status(), 0x0004U);
}

TEST_F(UsbCtr08Simulator, FallsSilentAtTheInstantOfTheScript) {
  make({{.at = Instant{1050ms}, .command = {}, .what = "silence"}});
  start(10);
  pass(40ms);
  EXPECT_TRUE(samples());
  pass(40ms);
  EXPECT_FALSE(samples());
  EXPECT_EQ(status(), 0x0102U);
}

}  // namespace
}  // namespace meterbench::mcc_usb_ctr08
